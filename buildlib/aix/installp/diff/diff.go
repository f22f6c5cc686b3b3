// Package diff tells what a person would name of the difference between two images.
package diff

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Images tells what a person would name of the difference between two images: filesets, requisites, scripts, files with their modes,
// owners and sizes, and what programs import. Lists are cut when they get long. It returns "" only for two images that are the same
// to the byte.
func Images(a, b *io.SectionReader) (string, error) {
	if same, err := sameBytes(a, b); same || err != nil {
		return "", err
	}
	before, err := readContents(a)
	if err != nil {
		return "", fmt.Errorf("the first image: %w", err)
	}
	after, err := readContents(b)
	if err != nil {
		return "", fmt.Errorf("the second image: %w", err)
	}
	d := &differ{}
	d.value("package", before.image.Package, after.image.Package)
	d.value("type", before.image.Type, after.image.Type)
	d.value("platform", before.image.Platform, after.image.Platform)
	d.value("date", before.date, after.date)
	for _, name := range union(before.filesets, after.filesets) {
		d.fileset(name, before.filesets[name], after.filesets[name])
	}
	if before.others != after.others {
		d.line("members that no fileset installs: %d with %d bytes -> %d with %d bytes", before.others.count, before.others.size,
			after.others.count, after.others.size)
	}
	switch {
	case d.out.Len() > 0:
	case d.space:
		d.out.WriteString("only the space that is asked for differs, and perhaps the form: what is in the images is the same\n")
	default:
		d.out.WriteString("only the form differs: what is in the images, and what they ask for, is the same\n")
	}
	return d.out.String(), nil
}

func sameBytes(a, b *io.SectionReader) (bool, error) {
	if a.Size() != b.Size() {
		return false, nil
	}
	x, y := make([]byte, 1<<16), make([]byte, 1<<16)
	for at := int64(0); at < a.Size(); at += int64(len(x)) {
		n, errA := a.ReadAt(x, at)
		m, errB := b.ReadAt(y, at)
		for _, err := range []error{errA, errB} {
			if err != nil && err != io.EOF {
				return false, err
			}
		}
		if !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
	}
	return true, nil
}

// contents is what Diff knows of an image.
type contents struct {
	image    *installp.Image
	date     string
	filesets map[string]*filesetContents
	others   others
}

// others are the members that no apply list has, such as license files. There may be any number, so they are not kept one by one.
type others struct {
	count, size int64
	digest      [sha256.Size]byte // of each one's line in a list, its data and the digest before it
}

func (o *others) add(m *installp.Member, data io.Reader) error {
	digest := sha256.New()
	digest.Write(o.digest[:])
	fmt.Fprintf(digest, "%q %o %d %d %d\n", m.Name, m.Mode, m.UID, m.GID, m.Size)
	if _, err := io.Copy(digest, data); err != nil {
		return err
	}
	digest.Sum(o.digest[:0])
	o.count, o.size = o.count+1, o.size+m.Size
	return nil
}

type filesetContents struct {
	*installp.Info
	files map[string]*fileContents // by path on the target
}

// fileContents is a stanza of the inventory with the member that it is about.
type fileContents struct {
	*installp.Stanza
	part    string
	method  installp.Method
	member  string // mode and numbers of owner and group in the container
	digest  [sha256.Size]byte
	size    int64
	packed  bool // the next three are not known
	many    int  // the number of imports, when there are too many to compare
	imports []xcoff.Import
	search  []string // library path
}

func readContents(r *io.SectionReader) (*contents, error) {
	reader, err := installp.NewReader(io.NewSectionReader(r, 0, r.Size()))
	if err != nil {
		return nil, err
	}
	c := &contents{image: reader.Image(), filesets: map[string]*filesetContents{}}
	members := map[string]*fileContents{}
	for i := range c.image.Filesets {
		f := &filesetContents{&c.image.Filesets[i], map[string]*fileContents{}}
		c.filesets[f.Name] = f
		for n, p := range []*installp.Part{f.Usr, f.Root} {
			if p == nil {
				continue
			}
			for j := range p.Inventory {
				f.files[p.Inventory[j].Path] = &fileContents{Stanza: &p.Inventory[j], part: []string{installp.UsrPart: "usr", installp.RootPart: "root"}[n]}
			}
			for _, config := range p.Configs {
				if file := f.files[config.Path]; file != nil {
					file.method = config.Method
				}
			}
		}
		if f.Usr == nil {
			continue
		}
		for _, name := range f.Usr.ApplyList {
			target, _ := c.image.Target(name)
			members[name] = f.files[target]
		}
	}
	for _, m := range c.image.Front {
		c.date = m.ModTime.UTC().Format(time.DateTime)
	}
	for {
		m, err := reader.Next()
		if err == io.EOF {
			return c, nil
		}
		if err != nil {
			return nil, err
		}
		switch file, listed := members[m.Name]; {
		case !listed:
			err = c.others.add(m, reader)
		case file != nil:
			err = file.read(m, reader, r)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fault.Line(m.Name), err)
		}
	}
}

func (f *fileContents) read(m *installp.Member, data io.Reader, image io.ReaderAt) error {
	f.member = fmt.Sprintf("%s %d:%d", installp.ModeString(m.Mode), m.UID, m.GID)
	if m.IsDir() {
		return nil
	}
	digest := sha256.New()
	if _, err := io.Copy(digest, data); err != nil {
		return err
	}
	digest.Sum(f.digest[:0])
	f.size = m.Size
	if f.packed = m.Packed; f.packed || !m.IsRegular() {
		return nil
	}
	program, err := xcoff.NewFile(io.NewSectionReader(image, m.Data, m.Size))
	switch {
	case err == nil:
		f.search = program.LibraryPath()
		for range program.EachImport() {
			f.many++
		}
		if f.many <= maxImports {
			f.many, f.imports = 0, cloned(program.Imports())
		}
	case !errors.Is(err, xcoff.ErrMagic) && !errors.Is(err, xcoff.ErrFormat):
		return err
	}
	return nil
}

// maxImports is a hundred times what a large program imports. To compare more would take many times the memory of the program.
const maxImports = 1 << 16

// cloned are the imports without the file that they were read from.
func cloned(imports []xcoff.Import) []xcoff.Import {
	for i := range imports {
		imports[i].Symbol = strings.Clone(imports[i].Symbol)
	}
	return imports
}

// union lists the keys of both, in order.
func union[V any](a, b map[string]V) []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(names)
	return slices.Compact(names)
}

// differ writes what differs. Headings come with the first line below them.
type differ struct {
	out     strings.Builder
	heading string
	space   bool // other space is asked for: each packager has formulas of its own, so that alone is told only when nothing else is
}

// What a list or the difference of a text may take of a screen.
const (
	maxList  = 12
	maxNames = 6
)

func (d *differ) line(format string, args ...any) {
	if d.heading != "" {
		d.out.WriteString(fault.Line(d.heading) + "\n")
		d.heading = ""
	}
	text := fault.Lines(installp.Shorten(fmt.Sprintf(format, args...))) // for the tabs of scripts
	d.out.WriteString(strings.ReplaceAll(text, "\n", `\x0a`) + "\n")
}

func (d *differ) value(name, before, after string) {
	if before != after {
		d.line("%s %s -> %s", name, before, after)
	}
}

// lines writes a list that may be long.
func (d *differ) lines(all []string) {
	for _, line := range all[:min(len(all), maxList)] {
		d.line("%s", line)
	}
	if more := len(all) - maxList; more > 0 {
		d.line("  ... and %d more", more)
	}
}

func (d *differ) fileset(name string, before, after *filesetContents) {
	switch {
	case before == nil:
		d.line("+ fileset %s %s: %s, %d objects", name, after.Level, after.Text, len(after.files))
		return
	case after == nil:
		d.line("- fileset %s %s: %s, %d objects", name, before.Level, before.Text, len(before.files))
		return
	}
	d.heading = "fileset " + name
	d.value("  level", before.Level.String(), after.Level.String())
	d.value("  title", before.Text, after.Text)
	d.value("  content", before.Content, after.Content)
	d.value("  bosboot", before.BosBoot, after.BosBoot)
	d.value("  language", before.Language, after.Language)
	d.set("  %s requisite %s", before.Requisites, after.Requisites)
	d.set("  %s supersedes %s", before.Supersedes, after.Supersedes)
	d.set("  %s fix %s", before.Fixes, after.Fixes)
	for i := range max(len(before.Rest), len(after.Rest)) {
		d.set(fmt.Sprintf("  %%s section %d: %%s", i+5), at(before.Rest, i), at(after.Rest, i))
	}
	var changes []string
	for _, path := range union(before.files, after.files) {
		changes = append(changes, changed(before.files[path], after.files[path])...)
	}
	d.lines(changes)
	d.texts("usr", before.Usr, after.Usr)
	d.texts("root", before.Root, after.Root)
	d.heading = ""
	d.space = d.space || !slices.Equal(before.space(), after.space())
}

// space are the lines of the size section.
func (f *filesetContents) space() []string {
	var lines []string
	for i := range f.Sizes {
		lines = append(lines, f.Sizes[i].String())
	}
	return lines
}

// at is one of several sections, empty when there are not as many.
func at(sections [][]string, i int) []string {
	if i < len(sections) {
		return sections[i]
	}
	return nil
}

// set tells of lines that only one side has.
func (d *differ) set(format string, before, after []string) {
	var all []string
	for _, side := range []struct {
		sign          string
		lines, others []string
	}{{"-", before, after}, {"+", after, before}} {
		there := map[string]bool{}
		for _, line := range side.others {
			there[line] = true
		}
		for _, line := range side.lines {
			if !there[line] {
				all = append(all, fmt.Sprintf(format, side.sign, line))
			}
		}
	}
	d.lines(all)
}

// texts compares the control files that people write; the tables follow from the files.
func (d *differ) texts(part string, before, after *installp.Part) {
	if before == nil {
		before = &installp.Part{}
	}
	if after == nil {
		after = &installp.Part{}
	}
	for _, suffix := range union(before.Control, after.Control) {
		if slices.Contains([]string{installp.SuffixApplyList, installp.SuffixInventory, installp.SuffixSize, installp.SuffixConfig}, suffix) {
			continue
		}
		name := part + " " + suffix
		text := string(diff.Diff("a/"+name, []byte(before.Control[suffix]), "b/"+name, []byte(after.Control[suffix])))
		if _, rest, ok := strings.Cut(text, "\n"); ok { // its first line is a command
			d.lines(strings.Split("  "+strings.ReplaceAll(strings.TrimSuffix(rest, "\n"), "\n", "\n  "), "\n"))
		}
	}
}
