package installp

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Size is a line of a size section: space that installp sees to before it installs.
type Size struct {
	Name string // a directory, or a word such as INSTWORK, SAVESPACE or LAR with a path
	// Permanent and Temporary are blocks of 512 bytes. Most lines have the first only.
	Permanent, Temporary int64
	Line                 int // in its file; 0 for one that was not read
	// Unknown is set where the line has another form: Name is all of it.
	Unknown bool
}

// String gives the line without its newline.
func (s *Size) String() string {
	if s.Unknown {
		return s.Name
	}
	if s.Temporary != 0 {
		return fmt.Sprintf("%s %d %d", s.Name, s.Permanent, s.Temporary)
	}
	return fmt.Sprintf("%s %d", s.Name, s.Permanent)
}

// ConfigFile is a line of .cfgfiles.
type ConfigFile struct {
	Path   string // absolute, whichever way it is written
	Method Method
	Line   int
}

// tell takes what is to be said about a line of a control file; lines count from 1.
type tell func(line int, format string, args ...any)

// tells are for what is wrong, and for what is merely unknown or otherwise than ours.
type tells struct{ wrong, note tell }

// controlLines gives the lines of a control file with their numbers, and tells of what no control file may have.
func controlLines(text string, tell tells) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		number := 0
		for line := range strings.Lines(text) {
			number++
			line, ended := strings.CutSuffix(line, "\n")
			if !ended {
				tell.note(number, "the last line has no newline")
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return (r < ' ' && r != '\t') || r > '~' }); i >= 0 {
				tell.wrong(number, "the byte %#02x is not printable ASCII", line[i])
			}
			if !yield(number, line) {
				return
			}
		}
	}
}

// parseSizes reads lines "name permanent [temporary]".
func parseSizes(text string, tell tells) []Size {
	var all []Size
	for number, line := range controlLines(text, tell) {
		all = append(all, parseSize(number, line, tell))
	}
	return all
}

// parseSize reads one line. Others write such without a number, or with words that no document explains: these are kept.
func parseSize(number int, line string, tell tells) Size {
	fields := strings.Fields(line)
	size := Size{Line: number}
	if len(fields) >= 2 && len(fields) <= 3 {
		size.Name = fields[0]
		for i, into := range []*int64{&size.Permanent, &size.Temporary}[:len(fields)-1] {
			n, err := strconv.ParseUint(fields[i+1], 10, 40)
			if err != nil {
				size.Unknown = true
			}
			*into = int64(n)
		}
		if !size.Unknown {
			return size
		}
	}
	tell.note(number, "%q is no directory with one or two numbers of blocks", line)
	return Size{Name: line, Line: number, Unknown: true}
}

// MemberName gives the name of a member, or a line of an apply list, the form that ours have: others leave ./ out, or begin at the root.
func MemberName(name string) string {
	if rest, ok := strings.CutPrefix(name, "./"); ok && !strings.HasPrefix(rest, "./") && !strings.HasPrefix(rest, "/") {
		return name
	}
	for {
		rest, dot := strings.CutPrefix(name, "./")
		rest, slash := strings.CutPrefix(rest, "/")
		if name = rest; !dot && !slash {
			break
		}
	}
	if name == "." {
		name = ""
	}
	return "./" + name
}

// parseApplyList reads the paths of an apply list, in the form of [MemberName].
func parseApplyList(text string, tell tells) []string {
	all := slices.Grow([]string(nil), strings.Count(text, "\n"))
	seen := make(map[string]int, cap(all))
	for number, line := range controlLines(text, tell) {
		name := MemberName(strings.TrimSpace(line))
		if name == "./" {
			tell.note(number, "%q is no path with ./ in front", line)
			continue
		}
		if name != line {
			tell.note(number, "%q is no path with ./ in front", line)
		}
		if first := seen[name]; first != 0 {
			tell.wrong(number, "%s is in line %d already", name, first)
		}
		seen[name] = number
		all = append(all, name)
	}
	return all
}

// parseConfigFiles reads lines "path method". EPM and SCX write ./ before the path, IBM writes it absolute (S3).
func parseConfigFiles(text string, tell tells) []ConfigFile {
	var all []ConfigFile
	for number, line := range controlLines(text, tell) {
		fields := strings.Fields(line)
		if len(fields) != 2 {
			tell.wrong(number, "%q is no path with a method", line)
			continue
		}
		file := ConfigFile{Path: strings.TrimPrefix(fields[0], "."), Method: Method(fields[1]), Line: number}
		if !strings.HasPrefix(file.Path, "/") {
			tell.wrong(number, "the path %q is neither absolute nor begins with ./", fields[0])
		}
		if !slices.Contains(Methods, file.Method) {
			tell.wrong(number, "the method %q is none of %s", file.Method, Join(Methods))
		}
		all = append(all, file)
	}
	return all
}
