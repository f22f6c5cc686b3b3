package siteconfig

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tomlfile"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// Fragment is one option: what its header says, and the m4 text below that. docs/options.md tells what each line of a header means.
type Fragment struct {
	File      string // name within the directory, such as "20-starttls.m4"
	Option    string
	Summary   string
	Libraries []string        // what it links, as in -lNAME
	Headers   []string        // of those libraries: where they are, the libraries are taken to be; nil when none are named, empty for "none"
	Packages  target.Packages // that bring both; the programs need the filesets to run, and the first of the Toolbox's
	Needs     []string        // options that must be on too
	Conflicts []string        // options that must be off
	Since     Version         // first release of sendmail that knows it; nil for all
	Before    Version         // first release that does not know it any more; nil for all
	OpenSSL   Range           // interfaces of OpenSSL that it works with
	Targets   target.OS       // the only kind of target it is for; "" for all
	Default   string          // "aix", "host" or "all" where it is on unless switched off; "" nowhere
	Provider  target.Part     // the library that the target must have a provider of: target.PartOpenSSL or PartSASL, or ""
	Builds    []string        // directories of the source to build in addition to the usual ones
	Map       string          // type of the maps that it brings, as makemap takes it: the shipped configuration is to use it
	Proof     string          // what "sendmail -d0.1" shows of it
	SDKLacks  string          // what it takes of AIX's headers that the project's own do not have, such as "NAME of FILE"
	Body      string          // the m4 text, comments included, as it is in the file
	calls     []line
}

// IsDefault reports whether the option is on for such a target when nothing is said about it.
func (f *Fragment) IsDefault(os target.OS) bool {
	return f.Default == "all" || f.Default != "" && f.Default == string(os)
}

// defines reports whether the option defines this macro of the C code.
func (f *Fragment) defines(macro string) bool {
	return slices.ContainsFunc(f.calls, func(c line) bool { return strings.Contains(" "+c.value, " -D"+macro+"=") })
}

var (
	fileName   = regexp.MustCompile(`^\d\d-([a-z0-9]+(?:-[a-z0-9]+)*)\.m4$`)
	optionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	headerLine = regexp.MustCompile(`^dnl ([A-Za-z]+): +(\S.*)$`)
	callLine   = regexp.MustCompile("^(APPENDDEF|PREPENDDEF|define)\\(`([A-Za-z_]+)', `([^`']*)'\\)(?:[ \\t]*dnl.*)?$")
	// collected are the macros that target and options add to together.
	collected = regexp.MustCompile(`^conf(_[a-z_]+_)?(ENVDEF|LIBS|MAPDEF)$`)
	libName   = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_+.-]*$`)
	fileForm  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_+.-]*(/[A-Za-z0-9_][A-Za-z0-9_+.-]*)*$`)
	mapForm   = regexp.MustCompile(`^[a-z]+$`)
	proofForm = regexp.MustCompile(`^\S+$`)
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
	switch {
	case f.Option == "" || f.Summary == "":
		return nil, errors.New("the header must have Option and Summary")
	case f.Provider != "" && len(f.Libraries) == 0:
		return nil, errors.New("an option that has a Provider must say by Libraries what it links of it")
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

const anOption = "lower case letters, digits and dashes"

// keys are the lines of a header, each with what takes its value.
var keys = map[string]func(f *Fragment, value string) error{
	"Option":    word(optionName, anOption, func(f *Fragment) *string { return &f.Option }),
	"Summary":   func(f *Fragment, value string) error { f.Summary = value; return nil },
	"Libraries": words(libName, func(f *Fragment) *[]string { return &f.Libraries }),
	"Headers": func(f *Fragment, value string) (err error) {
		if f.Headers, err = split(value, fileForm); value == "none" {
			f.Headers = []string{}
		}
		return err
	},
	"Debian":    packages(func(f *Fragment) *string { return &f.Packages.Debian }),
	"Fedora":    packages(func(f *Fragment) *string { return &f.Packages.Fedora }),
	"Toolbox":   packages(func(f *Fragment) *string { return &f.Packages.Toolbox }),
	"Filesets":  packages(func(f *Fragment) *string { return &f.Packages.Filesets }),
	"Needs":     words(optionName, func(f *Fragment) *[]string { return &f.Needs }),
	"Conflicts": words(optionName, func(f *Fragment) *[]string { return &f.Conflicts }),
	"Builds":    words(optionName, func(f *Fragment) *[]string { return &f.Builds }),
	"Since":     func(f *Fragment, value string) (err error) { f.Since, err = ParseVersion(value); return err },
	"Before":    func(f *Fragment, value string) (err error) { f.Before, err = ParseVersion(value); return err },
	"OpenSSL":   func(f *Fragment, value string) (err error) { f.OpenSSL, err = ParseRange(value); return err },
	"Targets": func(f *Fragment, value string) error {
		f.Targets = target.OS(value)
		return oneOf(value, "aix", "host")
	},
	"Default": func(f *Fragment, value string) error { f.Default = value; return oneOf(value, "aix", "host", "all") },
	"Provider": func(f *Fragment, value string) error {
		f.Provider = target.Part(value)
		return oneOf(value, string(target.PartOpenSSL), string(target.PartSASL))
	},
	"Map":      word(mapForm, "small letters", func(f *Fragment) *string { return &f.Map }),
	"Proof":    word(proofForm, "one word", func(f *Fragment) *string { return &f.Proof }),
	"SDKLacks": func(f *Fragment, value string) error { f.SDKLacks = value; return nil },
}

// header takes one line of the header.
func (f *Fragment) header(key, value string) error {
	take, ok := keys[key]
	if !ok {
		return tomlfile.Unknown(key, slices.Sorted(maps.Keys(keys)))
	}
	if err := take(f, value); err != nil {
		return fmt.Errorf("header %s: %w", key, err)
	}
	return nil
}

func word(form *regexp.Regexp, want string, field func(*Fragment) *string) func(*Fragment, string) error {
	return func(f *Fragment, value string) error {
		*field(f) = value
		if !form.MatchString(value) {
			return fmt.Errorf("%q: want %s", value, want)
		}
		return nil
	}
}

func words(form *regexp.Regexp, field func(*Fragment) *[]string) func(*Fragment, string) error {
	return func(f *Fragment, value string) (err error) {
		*field(f), err = split(value, form)
		return err
	}
}

func packages(field func(*Fragment) *string) func(*Fragment, string) error {
	return func(f *Fragment, value string) error {
		*field(f) = value
		_, err := split(value, libName)
		return err
	}
}

func split(value string, form *regexp.Regexp) ([]string, error) {
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
	c := line{m[1], m[2], m[3]}
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
