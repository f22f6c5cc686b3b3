package cross

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// evidence holds, for each list of sdk/imports, how it is known that AIX has the names of it. It stands apart from the SDK, whose every byte
// makes another toolchain.
//
//go:embed evidence
var evidenceFiles embed.FS

var evidence = func() fs.FS {
	sub, err := fs.Sub(evidenceFiles, "evidence")
	if err != nil {
		panic(err) // the name is valid
	}
	return sub
}()

// Kinds of evidence, the strongest first. AIX refuses to start a program one of whose imports the member does not have: the first two kinds
// leave no doubt, the third hardly any, the next three leave one about the member, the others about the form of the name as well.
const (
	Program   = "program"   // AIX's own linker made a program that imports the name from this very member
	Go        = "go"        // Go's tree binds it from this member
	Width     = "width"     // the one or the other, of the member for the other width
	Kernel    = "kernel"    // a program that AIX's own linker made imports it from the kernel, whose names libc passes on
	Elsewhere = "elsewhere" // such a program imports it from another library of AIX, or from this one by another name
	Rust      = "rust"      // Rust's crate libc binds it for AIX; nobody says from which member
	IBM       = "ibm"       // IBM's documents for AIX have the function, and name the library
	Gnulib    = "gnulib"    // gnulib lists the systems that lack it, old releases of AIX among those that it knows, and AIX is not among them
	POSIX     = "posix"     // POSIX or X/Open asks for it, by whose marks AIX goes
	Header    = "header"    // the library's own headers declare it, of whichever system
	None      = "none"      // a guess
)

var evidenceKinds = []string{Program, Go, Width, Kernel, Elsewhere, Rust, IBM, Gnulib, POSIX, Header, None}

// kindsOfSource are those that say who.
var kindsOfSource = []string{Program, Width, Kernel, Elsewhere, Header}

// Evidence is one way by which something is known.
type Evidence struct {
	Kind   string
	Source string // an id of the list of sources, for those kinds that have one
}

func (e Evidence) String() string {
	if e.Source == "" {
		return e.Kind
	}
	return e.Kind + ":" + e.Source
}

// Evidenced is what is known of one name, for each width in which it is imported.
type Evidenced struct {
	By  map[int][]Evidence
	Why string // of a guess: why it stays

	Line int // that says so
}

// Table is what is known of the names of a library.
type Table map[string]Evidenced

// Find gives the evidence for a name at a width. There is none for a name that is not imported at that width.
func (t Table) Find(name string, bits int) []Evidence { return t.Row(name).By[bits] }

// Row is the line for a name.
func (t Table) Row(name string) Evidenced {
	row, ok := t[name]
	if !ok {
		row = t["*"]
	}
	return row
}

// Tables gives what is known of the libraries, by the name of each, such as libc.
func Tables() (map[string]Table, error) {
	const list = "sources"
	text, err := fs.ReadFile(evidence, list)
	if err != nil {
		return nil, err
	}
	sources, err := parseSources(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	tables := make(map[string]Table)
	names, err := fs.Glob(evidence, "lib*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(evidence, name)
		if err != nil {
			return nil, err
		}
		table, err := parseTable(string(text), sources)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		tables[name] = table
	}
	return tables, nil
}

// parseSources reads lines of an id and what it stands for.
func parseSources(text string) (map[string]string, error) {
	sources := make(map[string]string)
	for number, line := range numbered(text) {
		id, what, _ := strings.Cut(line, " ")
		if _, again := sources[id]; again || strings.TrimSpace(what) == "" {
			return nil, fmt.Errorf("line %d: %q stands there twice, or for nothing", number, id)
		}
		sources[id] = strings.TrimSpace(what)
	}
	return sources, nil
}

// parseTable reads lines of a name, the evidence for 32 bits and that for 64, and a reason where one of them is none. Evidence is kinds with
// commas between them, the strongest first, with a source behind a colon for the kinds that have one; "-" stands for a width in which the
// name is not imported, and the name "*" for all that have no line.
func parseTable(text string, sources map[string]string) (Table, error) {
	table := make(Table)
	for number, line := range numbered(text) {
		words := strings.Fields(line)
		if len(words) < 3 {
			return nil, fmt.Errorf("line %d: want a name and the evidence for two widths", number)
		}
		row := Evidenced{By: make(map[int][]Evidence), Why: strings.Join(words[3:], " "), Line: number}
		guess := false
		for i, bits := range []int{32, 64} {
			list, err := parseEvidence(words[1+i], sources)
			if err != nil {
				return nil, fmt.Errorf("line %d: %d bits: %w", number, bits, err)
			}
			if list != nil {
				row.By[bits] = list
				guess = guess || list[0].Kind == None
			}
		}
		if _, again := table[words[0]]; again || len(row.By) == 0 {
			return nil, fmt.Errorf("line %d: %s stands there twice, or for no width", number, words[0])
		}
		if guess != (row.Why != "") {
			return nil, fmt.Errorf("line %d: a guess has a reason, and nothing else has one", number)
		}
		table[words[0]] = row
	}
	return table, nil
}

func parseEvidence(word string, sources map[string]string) ([]Evidence, error) {
	if word == "-" {
		return nil, nil
	}
	var list []Evidence
	last := -1
	for item := range strings.SplitSeq(word, ",") {
		kind, source, has := strings.Cut(item, ":")
		rank := slices.Index(evidenceKinds, kind)
		if rank < 0 {
			return nil, fmt.Errorf("%q is no kind of evidence; kinds are %s", kind, strings.Join(evidenceKinds, ", "))
		}
		if rank <= last || kind == None && last >= 0 {
			return nil, fmt.Errorf("%s: the strongest comes first, each once, and %s alone", word, None)
		}
		last = rank
		named := slices.Contains(kindsOfSource, kind)
		if has != named {
			return nil, fmt.Errorf("%s: %s have a source, and no others", item, strings.Join(kindsOfSource, ", "))
		}
		if _, known := sources[source]; has && !known {
			return nil, fmt.Errorf("%s: the source is not in the list; that has %s", item, strings.Join(slices.Sorted(maps.Keys(sources)), ", "))
		}
		list = append(list, Evidence{kind, source})
	}
	return list, nil
}

// numbered gives the lines that say something, with their numbers.
func numbered(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		number := 0
		for line := range strings.Lines(text) {
			number++
			line = strings.TrimSpace(line)
			if line != "" && line[0] != '#' && !yield(number, line) {
				return
			}
		}
	}
}
