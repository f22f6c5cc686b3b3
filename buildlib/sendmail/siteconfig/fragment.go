package siteconfig

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// Fragment is one option: what its header says, and the m4 text below that.
type Fragment struct {
	File      string // name within the directory, such as "20-starttls.m4"
	Option    string
	Summary   string
	Libraries []string    // what it links, as in -lNAME
	Filesets  []string    // of the AIX that the programs are for, that they need to run
	Needs     []string    // options that must be on too
	Conflicts []string    // options that must be off
	Since     Version     // first release of sendmail that knows it; nil for all
	Before    Version     // first release that does not know it any more; nil for all
	OpenSSL   Range       // interfaces of OpenSSL that it works with
	Targets   target.OS   // the only kind of target it is for; "" for all
	Default   string      // "aix", "host" or "all" where it is on unless switched off; "" nowhere
	Provider  target.Part // the library that the target must have a provider of: target.PartOpenSSL or PartSASL, or ""
	Builds    []string    // directories of the source to build besides the usual ones
	Body      string      // the m4 text, comments included, as it is in the file
	calls     []call
}

// IsDefault tells whether the option is on for such a target when nothing is said about it.
func (f *Fragment) IsDefault(os target.OS) bool {
	return f.Default == "all" || f.Default != "" && f.Default == string(os)
}

// defines tells whether the option defines this macro of the C code.
func (f *Fragment) defines(macro string) bool {
	return slices.ContainsFunc(f.calls, func(c call) bool { return strings.Contains(" "+c.value, " -D"+macro+"=") })
}

// call is one macro call of a fragment's body.
type call struct{ macro, name, value string }

var (
	fileName   = regexp.MustCompile(`^\d\d-([a-z0-9]+(?:-[a-z0-9]+)*)\.m4$`)
	optionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	headerLine = regexp.MustCompile(`^dnl ([A-Za-z]+): +(\S.*)$`)
	callLine   = regexp.MustCompile("^(APPENDDEF|PREPENDDEF|define)\\(`([A-Za-z_]+)', `([^`']*)'\\)(?:[ \\t]*dnl.*)?$")
	// collected are the macros that target and options add to together.
	collected = regexp.MustCompile(`^conf(_[a-z_]+_)?(ENVDEF|LIBS|MAPDEF)$`)
	libName   = regexp.MustCompile(`^[A-Za-z0-9_+.-]+$`)
)

// ParseFragment reads one fragment. The header is the block of "dnl Key: value" lines at its top; each key may be there once, and none
// is free. Below it there are comments (dnl), blank lines, and APPENDDEF, PREPENDDEF and define with two quoted arguments on one line:
// more of m4 would make it hard to tell what a file does, and nothing has needed it.
func ParseFragment(file string, text []byte) (*Fragment, error) {
	m := fileName.FindStringSubmatch(file)
	if m == nil {
		return nil, errors.New("the name of the file must be two digits, a dash, the option, and .m4")
	}
	if i := strings.IndexFunc(string(text), func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 || !utf8.Valid(text) {
		return nil, errors.New("want plain text with line feeds, without control characters")
	}
	f := &Fragment{File: file}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	seen := map[string]bool{}
	i := 0
	for ; i < len(lines); i++ {
		h := headerLine.FindStringSubmatch(lines[i])
		if h == nil {
			break
		}
		if seen[h[1]] {
			return nil, fmt.Errorf("line %d: %s is there twice", i+1, h[1])
		}
		seen[h[1]] = true
		if err := f.header(h[1], strings.TrimRight(h[2], " ")); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if f.Option == "" || f.Summary == "" {
		return nil, errors.New("the header must have Option and Summary")
	}
	if f.Option != m[1] {
		return nil, fmt.Errorf("the header says option %s, the name of the file %s", f.Option, m[1])
	}
	for ; i < len(lines); i++ {
		if err := f.line(lines[i]); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		f.Body += lines[i] + "\n"
	}
	f.Body = strings.TrimPrefix(f.Body, "dnl\n") // the line that sets the header apart
	return f, nil
}

// header takes one line of the header.
func (f *Fragment) header(key, value string) (err error) {
	switch key {
	case "Option":
		f.Option = value
		if !optionName.MatchString(value) {
			err = fmt.Errorf("option %q: want lower case letters, digits and dashes", value)
		}
	case "Summary":
		f.Summary = value
	case "Libraries":
		f.Libraries, err = words(value, libName)
	case "Filesets":
		f.Filesets, err = words(value, libName)
	case "Needs":
		f.Needs, err = words(value, optionName)
	case "Conflicts":
		f.Conflicts, err = words(value, optionName)
	case "Builds":
		f.Builds, err = words(value, optionName)
	case "Since":
		f.Since, err = ParseVersion(value)
	case "Before":
		f.Before, err = ParseVersion(value)
	case "OpenSSL":
		f.OpenSSL, err = ParseRange(value)
	case "Targets":
		f.Targets, err = target.OS(value), oneOf(value, "aix", "host")
	case "Default":
		f.Default, err = value, oneOf(value, "aix", "host", "all")
	case "Provider":
		f.Provider, err = target.Part(value), oneOf(value, string(target.PartOpenSSL), string(target.PartSASL))
	default:
		err = errors.New("unknown")
	}
	if err != nil {
		return fmt.Errorf("header %s: %w", key, err)
	}
	return nil
}

func words(value string, form *regexp.Regexp) ([]string, error) {
	list := strings.Fields(value)
	for _, w := range list {
		if !form.MatchString(w) {
			return nil, fmt.Errorf("%q: want names with blanks between them", w)
		}
	}
	return list, nil
}

func oneOf(value string, choices ...string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	return fmt.Errorf("%q: want one of %s", value, strings.Join(choices, " "))
}

// line takes one line of the body.
func (f *Fragment) line(text string) error {
	if text == "" || text == "dnl" || strings.HasPrefix(text, "dnl ") {
		return nil
	}
	m := callLine.FindStringSubmatch(text)
	if m == nil {
		return errors.New("want dnl, or APPENDDEF(`name', `value') on one line; also PREPENDDEF and define")
	}
	c := call{m[1], m[2], m[3]}
	if owned[c.name] {
		return fmt.Errorf("%s is the target's: it cannot be set by an option", c.name)
	}
	if c.macro == "define" && collected.MatchString(c.name) {
		return fmt.Errorf("define would wipe out what others put into %s: use APPENDDEF", c.name)
	}
	if err := checkValue(c.name, c.value); err != nil {
		return err
	}
	f.calls = append(f.calls, c)
	return nil
}

// owned are the macros that Compose itself defines, once, and that nothing may add to. Fragments say what an option is; with which
// compiler and where, the target says.
var owned = map[string]bool{
	"confCC": true, "confOPTIMIZE": true, "confLDOPTS": true, "confLIBSEARCH": true, "confLIBSEARCHPATH": true, "confINCDIRS": true,
	"confLIBDIRS": true, "confDEPEND_TYPE": true, "confINSTALL": true, "confMTCCOPTS": true, "confMTLDOPTS": true, "confAR": true,
}
