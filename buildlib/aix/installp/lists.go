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
}

// String gives the line without its newline.
func (s *Size) String() string {
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

// controlLines gives the lines of a control file with their numbers, and tells of what no control file may have.
func controlLines(text string, tell tell) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		number := 0
		for line := range strings.Lines(text) {
			number++
			line, ended := strings.CutSuffix(line, "\n")
			if !ended {
				tell(number, "the last line has no newline")
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return (r < ' ' && r != '\t') || r > '~' }); i >= 0 {
				tell(number, "the byte %#02x is not printable ASCII", line[i])
			}
			if !yield(number, line) {
				return
			}
		}
	}
}

// parseSizes reads lines "name permanent [temporary]".
func parseSizes(text string, tell tell) []Size {
	var all []Size
	for number, line := range controlLines(text, tell) {
		if size, ok := parseSize(number, line, tell); ok {
			all = append(all, size)
		}
	}
	return all
}

func parseSize(number int, line string, tell tell) (Size, bool) {
	fields := strings.Fields(line)
	if len(fields) < 2 || len(fields) > 3 {
		tell(number, "%q is no directory with one or two numbers of blocks", line)
		return Size{}, false
	}
	size := Size{Name: fields[0], Line: number}
	for i, into := range []*int64{&size.Permanent, &size.Temporary}[:len(fields)-1] {
		n, err := strconv.ParseUint(fields[i+1], 10, 40)
		if err != nil {
			tell(number, "%q is no number of blocks", fields[i+1])
			return Size{}, false
		}
		*into = int64(n)
	}
	return size, true
}

// parseApplyList reads the paths of an apply list, ./ in front as they are in the image.
func parseApplyList(text string, tell tell) []string {
	var all []string
	seen := map[string]int{}
	for number, line := range controlLines(text, tell) {
		if !strings.HasPrefix(line, "./") || line == "./" {
			tell(number, "%q is no path with ./ in front", line)
		}
		if first := seen[line]; first != 0 {
			tell(number, "%s is in line %d already", line, first)
		}
		seen[line] = number
		all = append(all, line)
	}
	return all
}

// parseConfigFiles reads lines "path method". EPM and SCX write ./ before the path, IBM writes it absolute (S3).
func parseConfigFiles(text string, tell tell) []ConfigFile {
	var all []ConfigFile
	for number, line := range controlLines(text, tell) {
		fields := strings.Fields(line)
		if len(fields) != 2 {
			tell(number, "%q is no path with a method", line)
			continue
		}
		file := ConfigFile{Path: strings.TrimPrefix(fields[0], "."), Method: Method(fields[1]), Line: number}
		if !strings.HasPrefix(file.Path, "/") {
			tell(number, "the path %q is neither absolute nor begins with ./", fields[0])
		}
		if !slices.Contains(Methods, file.Method) {
			tell(number, "the method %q is none of %s", file.Method, Join(Methods))
		}
		all = append(all, file)
	}
	return all
}
