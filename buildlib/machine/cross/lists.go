package cross

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// List is what the SDK states of one library: the members that programs take, and the names that these export.
type List struct {
	Library string // such as libc
	File    string // that it stands in, as the repository has it
	Members []Listed
	Names   []Listed
}

// Listed is one line of a list.
type Listed struct {
	Text string
	Line int

	widths, kinds, interfaces []string
}

// IsFor reports whether the line is for programs of a width that take the library from a provider.
func (l Listed) IsFor(bits int, p target.Provider) bool {
	has := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	return has(l.widths, strconv.Itoa(bits)) && has(l.kinds, string(p.Kind)) && has(l.interfaces, p.API)
}

// Member is the member for programs of a width that take the library from a provider, nil where none is known.
func (l *List) Member(bits int, p target.Provider) *Listed {
	for i := range l.Members {
		if l.Members[i].IsFor(bits, p) {
			return &l.Members[i]
		}
	}
	return nil
}

// Lists gives what the SDK states of each library.
func Lists() ([]List, error) {
	files, err := fs.Glob(sdk, "sdk/imports/*")
	var lists []List
	for _, file := range files {
		text, err := sdk.ReadFile(file)
		if err != nil {
			return nil, err
		}
		l := parseList(path.Base(file), string(text))
		l.File = Source + file
		lists = append(lists, l)
	}
	return lists, err
}

// Source is where this package's files stand in the repository.
const Source = "buildlib/machine/cross/"

// parseList reads a list. A line that begins with # and a width names a member, its last word. The words before that say what it is for:
// widths, kinds of provider, interfaces; where none of these three is said, all are meant. In the same way, words after an exported name
// are the interfaces that have it.
func parseList(library, text string) List {
	l := List{Library: library}
	number := 0
	for line := range strings.Lines(text) {
		number++
		words := strings.Fields(line)
		switch {
		case len(words) > 2 && words[0] == "#" && (words[1] == "32" || words[1] == "64"):
			last := len(words) - 1
			l.Members = append(l.Members, listed(words[last], number, words[1:last]))
		case len(words) > 0 && words[0] != "#":
			l.Names = append(l.Names, listed(words[0], number, words[1:]))
		}
	}
	return l
}

func listed(text string, line int, conditions []string) Listed {
	l := Listed{Text: text, Line: line}
	for _, c := range conditions {
		switch {
		case strings.Contains(c, "."):
			l.interfaces = append(l.interfaces, c)
		case c == "32" || c == "64":
			l.widths = append(l.widths, c)
		default:
			l.kinds = append(l.kinds, c)
		}
	}
	return l
}
