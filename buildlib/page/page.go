// Package page writes a dossier as one HTML page that needs nothing besides itself: no script, no address outside, no file. A person reads it on a
// screen of any width, on paper, or has it read out.
package page

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/dossier"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

//go:embed style.css *.html
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"bytes": func(n int64) string { return dossier.Bytes(n) }, "size": func(n int64) int64 { return max(n, -n) }, "found": found, "brief": dossier.Brief,
	"seconds": dossier.Seconds, "target": dossier.Target, "day": day, "moment": moment, "short": short, "number": number, "anchor": anchor,
	"base": path.Base, "library": library, "member": member,
	"join": func(list []string) string { return strings.Join(list, ", ") }, "meaning": func(kind string) string { return cmp.Or(evidence[kind], kind) },
	"style": func() (template.CSS, error) { text, err := files.ReadFile("style.css"); return template.CSS(text), err },
}).ParseFS(files, "*.html"))

// Write writes the page of an image, or of a run that made none.
func Write(w io.Writer, d *dossier.Dossier) error { return write(w, "dossier.html", newView(d)) }

// WriteMatrix writes the page of several targets.
func WriteMatrix(w io.Writer, m *dossier.Matrix) error { return write(w, "matrix.html", newMatrix(m)) }

// write fills a template in. What comes from elsewhere is text, as the templates see to; what cannot be seen of it, or would turn the line
// around, is spelled out.
func write(w io.Writer, name string, data any) error {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	_, err := io.WriteString(w, fault.Lines(b.String()))
	return err
}

// view is a dossier with what only a page needs.
type view struct {
	*dossier.Dossier
	Open      []dossier.Advisory // to be known: affected
	Settled   []dossier.Advisory
	Tiles     []tile
	Rest      int // files that share the last tile
	Largest   []dossier.File
	Total     int64 // of the files
	Bars      []bar
	Made      []group
	Left      []left
	Evidence  []string // kinds of evidence that there are
	FoldFiles bool     // too many files changed to stand in the open
	Sections  []section
}

type section struct{ ID, Title string }

// group is what an image was made from of one kind.
type group struct {
	Title string
	Rows  []dossier.Ingredient
	Fold  bool // it is long
}

// bar is one of the time line, in percent of its width.
type bar struct {
	dossier.Bar
	X, W float64
	Dark bool // it is named as part of the critical path
}

// left is a line of what a removal left.
type left struct{ Mark, Path, What string }

// mostTiles is how many files have a tile of their own; mostChanges is how many changed files stand in the open.
const (
	mostTiles   = 22
	mostLargest = 8
	mostChanges = 12
	thinnest    = 0.5 // bar, in percent
)

func newView(d *dossier.Dossier) *view {
	v := &view{Dossier: d}
	for _, a := range d.Advisories {
		if a.Status == "affected" {
			v.Open = append(v.Open, a)
		} else {
			v.Settled = append(v.Settled, a)
		}
	}
	v.tiles()
	if d.Time != nil {
		for _, b := range d.Time.Bars {
			w := min(100, max(thinnest, percent(b.Seconds, d.Time.Total)))
			v.Bars = append(v.Bars, bar{b, min(100-w, percent(b.Start, d.Time.Total)), w, dark(d.Time, &b)})
		}
	}
	for _, kind := range []struct{ is, title string }{{"setting", "Settings"}, {"tool", "Tools"}, {"input", "Inputs, by their SHA-256"}} {
		g := group{Title: kind.title, Fold: kind.is == "input"}
		for _, i := range d.MadeFrom {
			if i.Kind == kind.is {
				g.Rows = append(g.Rows, i)
			}
		}
		if g.Rows != nil {
			v.Made = append(v.Made, g)
		}
	}
	if d.Disk != nil && d.Disk.Rehearsal != nil {
		for _, line := range d.Disk.Rehearsal.Left {
			mark, rest, _ := strings.Cut(line, " ")
			name, what, _ := strings.Cut(strings.TrimSpace(rest), " ")
			v.Left = append(v.Left, left{map[string]string{"+": "new", "~": "changed", "-": "gone"}[mark], name, what})
		}
	}
	for _, l := range d.Imports {
		for _, c := range l.Evidence {
			if !slices.Contains(v.Evidence, c.Kind) {
				v.Evidence = append(v.Evidence, c.Kind)
			}
		}
	}
	v.FoldFiles = d.Changes != nil && len(d.Changes.Files) > mostChanges
	v.sections()
	return v
}

// sections are those that have something to show, for the list at the top.
func (v *view) sections() {
	for _, s := range []struct {
		there     bool
		id, title string
	}{
		{v.Failure != nil, "failure", "What failed"}, {true, "verdicts", "Verdicts"}, {len(v.Open) > 0, "advisories", "Open advisories"},
		{v.Changes != nil, "changes", "Changes"}, {v.Time != nil, "time", "Time"}, {len(v.Patches) > 0, "patches", "Patches"},
		{len(v.Imports) > 0, "imports", "Imports"}, {len(v.Files) > 0, "sizes", "Sizes"}, {v.Disk != nil, "disk", "On the disk"},
		{len(v.Made) > 0, "made", "Made from"},
	} {
		if s.there {
			v.Sections = append(v.Sections, section{s.id, s.title})
		}
	}
}

// The treemap is drawn for a picture of this form; in a narrow one the tiles are higher than wide.
const wide, high = 704, 380

func (v *view) tiles() {
	all := slices.DeleteFunc(slices.Clone(v.Files), func(f dossier.File) bool { return f.Size <= 0 })
	v.Largest = all[:min(mostLargest, len(all))]
	if len(all) > mostTiles {
		rest := dossier.File{}
		for _, f := range all[mostTiles-1:] {
			rest.Size += f.Size
		}
		v.Rest = len(all) - mostTiles + 1
		rest.Path = fmt.Sprintf("%d others", v.Rest)
		all = append(all[:mostTiles-1:mostTiles-1], rest)
		slices.SortStableFunc(all, func(a, b dossier.File) int { return cmp.Compare(b.Size, a.Size) })
	}
	sizes := make([]float64, len(all))
	for i, f := range all {
		sizes[i] = float64(f.Size)
	}
	for _, f := range v.Files {
		v.Total += f.Size
	}
	for i, r := range squarify(sizes, wide, high) {
		t := tile{all[i], painted(all[i].Path), 100 * r[0] / wide, 100 * r[1] / high, 100 * r[2] / wide, 100 * r[3] / high, ""}
		// A letter takes 7.5 at this size; the narrowest picture has half the width.
		switch need := 7.5*float64(max(len(path.Base(t.Path)), len(dossier.Bytes(t.Size)))) + 14; {
		case r[3] < 24 || r[2] < need:
		case r[2]/2 < need:
			t.Label = "wide"
		default:
			t.Label = "always"
		}
		v.Tiles = append(v.Tiles, t)
	}
}

// painted is what a file is painted as: programs stand out.
func painted(file string) string {
	for _, part := range []string{"/sbin/", "/bin/", "/lib/", "/libexec/"} {
		if strings.Contains(file, part) {
			return "program"
		}
	}
	return "other"
}

// evidence is each kind in words (docs/imports.md).
var evidence = map[string]string{
	"program":   "a program that AIX’s own linker made takes the name from this very member",
	"go":        "Go’s own tree binds it from this member",
	"width":     "one of these two, for the other width",
	"kernel":    "a program that AIX’s own linker made takes it from the kernel, whose names libc passes on",
	"elsewhere": "such a program takes it from another library, or by another name",
	"rust":      "Rust’s crate libc binds it for AIX",
	"ibm":       "IBM’s documents have the function, and name the library",
	"gnulib":    "gnulib lists the systems that lack it, and AIX is not among them",
	"posix":     "POSIX or X/Open asks for it",
	"header":    "the library’s own headers declare it",
	"none":      "a guess",
	"unknown":   "this project has looked for no evidence",
}

// dark reports whether a bar is named as part of the critical path.
func dark(t *dossier.Timeline, b *dossier.Bar) bool {
	return b.Step == "" || slices.ContainsFunc(t.Critical, func(p dossier.Part) bool { return p.Step == b.Step && p.Name == b.Name })
}

func percent(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return 100 * part / whole
}

// library is what stands before the member in a name such as libc.a(shr_64.o), and member is that with its parentheses.
func library(from string) string { return strings.TrimSuffix(from, member(from)) }

func member(from string) string {
	if i := strings.IndexByte(from, '('); i >= 0 {
		return from[i:]
	}
	return ""
}

// said is what a command said: the lines that matter, and the others.
type said struct{ Told, Rest string }

// found takes the errors, which come first, from the rest. Where the first line is none, all of it matters.
func found(text string) said {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	n := 0
	for n < len(lines) && (n > 0 && strings.HasPrefix(lines[n], " ") || strings.Contains(lines[n], "rror") || strings.Contains(lines[n], "*** ")) {
		n++
	}
	if n == 0 {
		n = len(lines)
	}
	return said{strings.Join(lines[:n], "\n"), strings.Join(lines[n:], "\n")}
}

func number(f float64) string { return fmt.Sprintf("%.3f", f) }

func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }

func short(digest string) string {
	if len(digest) == 64 {
		return digest[:12]
	}
	return digest
}

// anchor is an id of a name.
func anchor(parts ...string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(strings.Join(parts, "-")))
}

// matrix is the same for several targets.
type matrix struct {
	*dossier.Matrix
	Made, Failed int
	Seconds      float64
	Bars         []float64
	Problems     []dossier.Row
}

func newMatrix(m *dossier.Matrix) *matrix {
	v := &matrix{Matrix: m}
	longest := 0.0
	for _, r := range m.Rows {
		longest = max(longest, r.Seconds)
		v.Seconds += r.Seconds
		switch r.State {
		case dossier.Good:
			v.Made++
		case dossier.Bad:
			v.Failed++
		}
		if len(r.Problems) > 0 {
			v.Problems = append(v.Problems, r)
		}
	}
	for _, r := range m.Rows {
		v.Bars = append(v.Bars, max(thinnest, percent(r.Seconds, longest)))
	}
	return v
}
