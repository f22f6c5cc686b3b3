package probe

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
)

// Kinds of facts.
const (
	constant = "C" // a macro's value
	listed   = "E" // an enumeration's
	size     = "T" // of a type; "struct.stat" is a struct
	sign     = "N" // of a type: 1 where it has one
	member   = "O" // "struct.stat/st_dev": its place and its size, with a colon between
)

// fact is one thing that the SDK states of a header.
type fact struct {
	Header     string // such as sys/stat.h
	Kind, Name string
	Values     map[int]string // by width; where there is none, nothing is stated
	Interfaces []string       // of OpenSSL, where it is not so in all of them
}

// what is a fact in words.
func (f fact) what() string {
	name := strings.Replace(f.Name, "struct.", "struct ", 1)
	switch f.Kind {
	case size:
		return "size of " + name
	case sign:
		return "sign of " + name
	case member:
		return "place and size of " + strings.Replace(name, "/", ".", 1)
	}
	return name
}

// parseFacts reads lines of a kind, a name and the values for 32 and 64 bits, "-" for none, and perhaps interfaces of OpenSSL; a line before
// some of them names their header.
func parseFacts(text string) ([]fact, error) {
	var all []fact
	header := ""
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case len(words) == 2 && words[0] == "header":
			header = words[1]
		case len(words) >= 4 && header != "":
			f := fact{Header: header, Kind: words[0], Name: words[1], Values: map[int]string{}, Interfaces: words[4:]}
			for i, bits := range widths {
				if value := words[2+i]; value != "-" {
					f.Values[bits] = value
				}
			}
			all = append(all, f)
		default:
			return nil, fmt.Errorf("%q is no fact", line)
		}
	}
	return all, nil
}

var widths = []int{32, 64}

// place is the line of the SDK that states a fact, as file:line.
func (f fact) place() string {
	files := []string{"sdk/include/" + f.Header, "sdk/" + f.Header}
	if own, ok := strings.CutPrefix(f.Header, "openssl/"); ok {
		for _, dir := range append(slices.Clone(f.Interfaces), "common", "1.1.1") {
			files = append(files, "sdk/openssl/"+dir+"/"+own, "sdk/openssl/"+dir+"/options.h", "sdk/openssl/"+dir+"/types.h")
		}
	}
	for _, file := range files {
		text, err := fs.ReadFile(cross.SDK(), strings.TrimPrefix(file, "sdk/"))
		if err != nil {
			continue
		}
		if line := f.line(string(text)); line > 0 {
			return fmt.Sprintf("%s%s:%d", cross.Source, file, line)
		}
	}
	return cross.Source + files[0]
}

// line looks for the fact in the text of a header; 0 is nowhere.
func (f fact) line(text string) int {
	name, in, _ := strings.Cut(f.Name, "/")
	tag, isStruct := strings.CutPrefix(name, "struct.")
	if !strings.Contains(text, tag) {
		return 0
	}
	tag = regexp.QuoteMeta(tag)
	var first *regexp.Regexp
	switch {
	case f.Kind == constant:
		first = regexp.MustCompile(`^\s*#\s*define\s+` + tag + `\b`)
	case f.Kind == listed:
		first = regexp.MustCompile(`^[^#]*\b` + tag + `\s*=`)
	case isStruct:
		first = regexp.MustCompile(`^(typedef )?struct ` + tag + ` \{`)
	default:
		first = regexp.MustCompile(`^typedef .*\b` + tag + `(\[.*\])?;|^} ` + tag + `;`)
	}
	lines := strings.Split(text, "\n")
	at := slices.IndexFunc(lines, first.MatchString)
	if at < 0 || in == "" {
		return at + 1
	}
	// A typedef's name stands behind its members.
	is, step := regexp.MustCompile(`\b`+regexp.QuoteMeta(in)+`\b`), 1
	if strings.HasPrefix(lines[at], "}") {
		step = -1
	}
	for i := at + step; i >= 0 && i < len(lines) && !strings.HasPrefix(lines[i], "}") && !strings.HasSuffix(lines[i], " {"); i += step {
		if is.MatchString(lines[i]) {
			return i + 1
		}
	}
	return at + 1
}
