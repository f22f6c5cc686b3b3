// Package inspect says what an XCOFF object, program or shared object is, and an archive of such: what AIX's loader makes of it, who linked it,
// and what it takes from others. The fields are those of IBM's page "XCOFF Object File Format"; llvm-readobj reads them alike
// (TestForeign).
package inspect

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// ErrKind: the file is neither XCOFF nor an archive of AIX.
var ErrKind = errors.New("neither XCOFF nor an AIX archive")

// Object is one XCOFF file.
type Object struct {
	Member      string    `json:"member,omitempty"` // of an archive
	Width       int       `json:"width"`
	Kind        Kind      `json:"kind"`
	LinkedBy    Linker    `json:"linked_by,omitempty"`
	Time        *Time     `json:"time"`        // that the file carries, null for none
	MemberTime  *Time     `json:"member_time"` // that the archive has for it
	LibraryPath []string  `json:"library_path"`
	Needs       []string  `json:"needs"` // files with their members, as path/base(member)
	Imports     []Imports `json:"imports"`
	Exports     []Symbol  `json:"exports"`
	Entry       bool      `json:"entry"`           // it has an entry point
	LoadOnly    bool      `json:"load_only"`       // the linker passes over it, the loader does not
	MaxData     uint64    `json:"max_data"`        // 0 for the system's own
	MaxStack    uint64    `json:"max_stack"`       // likewise
	CPUs        []string  `json:"cpus"`            // that it was compiled for, as far as its symbols tell
	Debug       bool      `json:"debug"`           // it has symbols for a debugger
	Stripped    bool      `json:"stripped"`        // it has no symbol table
	Wrong       string    `json:"wrong,omitempty"` // why the rest is not known

	search []xcoff.ImportFile
	all    []xcoff.Import
}

// Kind is what an object is.
type Kind string

// The kinds.
const (
	Program      Kind = "program"
	SharedObject Kind = "shared object"
	Plain        Kind = "object"
	ImportFile   Kind = "import file" // text in an archive that says what to import from where
	Other        Kind = "other"       // no XCOFF
)

// Linker is what linked a file, as far as its fields tell (docs/formats.md, 15.1).
type Linker string

// The linkers that can be told apart.
const (
	AIX Linker = "AIX ld" // or made like it
	GNU Linker = "GNU ld"
	Go  Linker = "Go"
)

// Time is a whole second.
type Time struct{ time.Time }

// Imports are the symbols taken from one file; from no file when whoever loads the object gives them, or links it.
type Imports struct {
	From    string   `json:"from"`
	Symbols []Symbol `json:"symbols"`
}

// String gives the file with its symbols.
func (i Imports) String() string { return i.From + ": " + names(i.Symbols) }

// Symbol is one that is imported or exported.
type Symbol struct {
	Name  string `json:"name"`
	Class string `json:"class"` // storage mapping class: DS a function, RW data, ...
	Weak  bool   `json:"weak,omitempty"`
}

func at(seconds int64) *Time {
	if seconds == 0 {
		return nil
	}
	return &Time{time.Unix(seconds, 0).UTC()}
}

// Each goes through the objects in r: one for an XCOFF file, those of an archive otherwise. What is wrong with one member does not keep it from
// the next. The error is ErrKind, or one of reading, or of an archive that leads nowhere.
func Each(r *io.SectionReader) iter.Seq2[*Object, error] {
	return func(yield func(*Object, error) bool) {
		o, err := describe(r)
		if !errors.Is(err, xcoff.ErrMagic) {
			yield(o, err)
			return
		}
		archive, err := ar.NewReader(r, r.Size())
		if err != nil {
			if errors.Is(err, ar.ErrFormat) {
				err = fmt.Errorf("%w: %w", ErrKind, err)
			}
			yield(nil, err)
			return
		}
		for {
			h, err := archive.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			o, err := describe(io.NewSectionReader(r, archive.Stored().Data, h.Size))
			if errors.Is(err, xcoff.ErrMagic) {
				o, err = &Object{Kind: text(archive)}, nil
			}
			if err != nil {
				yield(nil, err)
				return
			}
			o.Member, o.MemberTime = h.Name, at(h.ModTime.Unix())
			o.fill()
			if !yield(o, nil) {
				return
			}
		}
	}
}

// text tells an import file from other members: it begins with "#!" and a path, as ld's page on import files has it.
func text(r io.Reader) Kind {
	first := make([]byte, 2)
	if _, err := io.ReadFull(r, first); err == nil && string(first) == "#!" {
		return ImportFile
	}
	return Other
}

// describe gives what is known of one XCOFF file. One that is damaged is one with that in Wrong.
func describe(r *io.SectionReader) (*Object, error) {
	f, err := xcoff.NewFile(r)
	if errors.Is(err, xcoff.ErrFormat) {
		o := &Object{Kind: Other, Wrong: err.Error()}
		o.fill()
		return o, nil
	}
	if err != nil {
		return nil, err
	}
	o := &Object{
		Width: f.Width, Kind: kind(f), LinkedBy: linker(f), Time: at(int64(f.TimeStamp)), LibraryPath: f.LibraryPath(),
		LoadOnly: f.Flags&xcoff.FlagLoadOnly != 0, Stripped: f.SymbolCount == 0, search: f.Libraries(), all: f.Imports(),
	}
	if f.Aux != nil {
		o.MaxData, o.MaxStack = f.Aux.MaxData, f.Aux.MaxStack
	}
	for _, s := range f.Sections {
		o.Debug = o.Debug || s.Type == xcoff.TypeDebug || s.Type == xcoff.TypeDWARF
	}
	for _, l := range o.search {
		o.Needs = append(o.Needs, l.String())
	}
	t, err := readTable(r, f)
	if err != nil {
		return nil, err
	}
	o.symbols(f, t)
	o.CPUs = processors(f, t.processors)
	o.fill()
	return o, nil
}

// fill makes empty lists of missing ones.
func (o *Object) fill() {
	for _, list := range []*[]string{&o.LibraryPath, &o.Needs, &o.CPUs} {
		*list = append([]string{}, *list...)
	}
	o.Imports, o.Exports = append([]Imports{}, o.Imports...), append([]Symbol{}, o.Exports...)
}

func (o *Object) symbols(f *xcoff.File, t *table) {
	places := map[string]int{}
	for _, i := range o.all {
		from := i.From.String()
		at, there := places[from]
		if !there {
			at = len(o.Imports)
			places[from] = at
			o.Imports = append(o.Imports, Imports{From: from})
		}
		o.Imports[at].Symbols = append(o.Imports[at].Symbols, Symbol{i.Symbol, i.Class.String(), i.Weak})
	}
	if f.Loader == nil {
		if o.Exports = t.exports; t.imports != nil {
			o.Imports = []Imports{{Symbols: t.imports}}
		}
		return
	}
	for _, s := range f.Loader.Symbols {
		if s.Type&xcoff.SymbolExport != 0 {
			o.Exports = append(o.Exports, Symbol{s.Name, s.Class.String(), s.Type&xcoff.SymbolWeak != 0})
		}
		o.Entry = o.Entry || s.Type&xcoff.SymbolEntry != 0
	}
}

func kind(f *xcoff.File) Kind {
	switch {
	case f.Flags&xcoff.FlagSharedObject != 0:
		return SharedObject
	case f.Flags&xcoff.FlagExecutable != 0:
		return Program
	}
	return Plain
}

// linker goes by what only one of the three writes (docs/formats.md, 15.1).
func linker(f *xcoff.File) Linker {
	switch {
	case f.Loader == nil:
		return ""
	case f.Corrections() != nil:
		return GNU
	case f.Flags&xcoff.FlagLoadable == 0 && f.Loader.Version == 2:
		return Go
	}
	return AIX
}

// String shows the object as a person reads it.
func (o *Object) String() string {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "  %-14s%s\n", label, fmt.Sprintf(format, args...))
	}
	switch {
	case o.Width > 0:
		fmt.Fprintf(&b, "%s, %d bits", o.Kind, o.Width)
	default:
		b.WriteString(string(o.Kind))
	}
	b.WriteString("\n")
	if o.Wrong != "" {
		line("wrong:", "%s", o.Wrong)
	}
	if o.LinkedBy != "" {
		line("linked by:", "%s", o.LinkedBy)
	}
	for _, stamp := range []struct {
		label string
		time  *Time
	}{{"time:", o.Time}, {"in archive:", o.MemberTime}} {
		if stamp.time != nil {
			line(stamp.label, "%s", stamp.time.Format(time.DateTime))
		}
	}
	if len(o.CPUs) > 0 {
		line("compiled for:", "%s", strings.Join(o.CPUs, ", "))
	}
	if len(o.LibraryPath) > 0 {
		line("library path:", "%s", strings.Join(o.LibraryPath, ":"))
	}
	for _, limit := range []struct {
		label string
		size  uint64
	}{{"max data:", o.MaxData}, {"max stack:", o.MaxStack}} {
		if limit.size > 0 {
			line(limit.label, "%#x", limit.size)
		}
	}
	for _, need := range o.Needs {
		line("needs:", "%s", need)
	}
	for _, i := range o.Imports {
		if i.From == "" && o.Kind == Plain {
			i.From = "what it is linked with"
		} else if i.From == "" {
			i.From = "whoever loads it"
		}
		line("imports:", "from %s", i)
	}
	if len(o.Exports) > 0 {
		line("exports:", "%s", names(o.Exports))
	}
	return b.String()
}

func names(symbols []Symbol) string {
	all := make([]string, len(symbols))
	for i, s := range symbols {
		all[i] = s.Name
		if s.Weak {
			all[i] += " (weak)"
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}
