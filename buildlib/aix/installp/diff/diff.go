// Package diff tells what a person would name of the difference between two images.
package diff

import (
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/signature"
)

// Kind is what a Difference is about.
type Kind string

// The kinds. Of the image as a whole:
const (
	Package   Kind = "package"
	Type      Kind = "type"
	Platform  Kind = "platform"
	Date      Kind = "date"
	Fileset   Kind = "fileset"   // one that only one image has
	Members   Kind = "members"   // those that no fileset installs, all together
	Space     Kind = "space"     // that is asked for; told only when nothing else differs: each packager has formulas of its own
	Form      Kind = "form"      // what remains when nothing else differs
	Signature Kind = "signature" // of the block at the end
)

// Of a fileset that both have:
const (
	Level      Kind = "level"
	Title      Kind = "title"
	Content    Kind = "content"
	BosBoot    Kind = "bosboot"
	Language   Kind = "language"
	Requisite  Kind = "requisite"
	Supersedes Kind = "supersedes"
	Fix        Kind = "fix"
	Section    Kind = "section" // a line of another one of lpp_name
	Object     Kind = "object"
	Text       Kind = "text" // a control file that people write; the tables follow from the files
)

// Difference is one thing that differs.
type Difference struct {
	Kind    Kind   `json:"kind"`
	Fileset string `json:"fileset,omitempty"`
	// Name is which one of the kind: the path of an object, the part and the name of a text, the number of a section.
	Name string `json:"name,omitempty"`
	// Before and After are empty on the side that has none, and for an object on both sides, which has Attributes.
	Before     string      `json:"before,omitempty"`
	After      string      `json:"after,omitempty"`
	Attributes []Attribute `json:"attributes,omitempty"`
	Imports    []Imports   `json:"imports,omitempty"`
}

// Differences are all that two images have, in the order in which they are told.
type Differences []Difference

// AreDateAlone reports whether the images are the same but for their date, if for that.
func (all Differences) AreDateAlone() bool {
	return len(all) == 0 || len(all) == 1 && all[0].Kind == Date
}

// Images compares filesets, requisites, scripts, files with their modes, owners and sizes, and what programs import. It returns none
// only for two images that are the same to the byte.
func Images(a, b *io.SectionReader) (Differences, error) {
	if same, err := sameBytes(a, b); same || err != nil {
		return nil, err
	}
	var before, after *contents
	var errA, errB error
	var both sync.WaitGroup
	both.Go(func() { before, errA = readContents(a) })
	both.Go(func() { after, errB = readContents(b) })
	both.Wait()
	switch {
	case errA != nil:
		return nil, fmt.Errorf("the first image: %w", errA)
	case errB != nil:
		return nil, fmt.Errorf("the second image: %w", errB)
	}
	d := &differ{}
	if before.image == nil || after.image == nil {
		return d.withBackup(before, after), nil
	}
	d.value(Package, before.image.Package, after.image.Package)
	d.value(Type, before.image.Type, after.image.Type)
	d.value(Platform, before.image.Platform, after.image.Platform)
	d.value(Date, before.date, after.date)
	for _, name := range union(before.filesets, after.filesets) {
		d.fileset(name, before.filesets[name], after.filesets[name])
	}
	if before.others != after.others {
		d.add(Difference{Kind: Members, Before: before.others.String(), After: after.others.String()})
	}
	switch {
	case d.all != nil:
	case d.space:
		d.add(Difference{Kind: Space})
	default:
		d.add(Difference{Kind: Form})
	}
	return d.all, nil
}

// withBackup compares where at least one is a backup of files.
func (d *differ) withBackup(before, after *contents) Differences {
	what := func(c *contents) string {
		return map[bool]string{true: "a backup of files", false: "a package"}[c.image == nil]
	}
	if what(before) != what(after) {
		d.add(Difference{Kind: Type, Before: what(before), After: what(after)})
		return d.all
	}
	if d.backups(before.files, after.files); d.all == nil {
		d.add(Difference{Kind: Form})
	}
	return d.all
}

// Signatures compares the signature blocks of two images, either of which may have none.
func Signatures(before, after *signature.Block) Differences {
	text := func(b *signature.Block) string {
		if b == nil {
			return ""
		}
		return fmt.Sprintf("%x by %s", sha256.Sum256(b.Signature), b.KeyPath())
	}
	if text(before) == text(after) {
		return nil
	}
	return Differences{{Kind: Signature, Before: text(before), After: text(after)}}
}

// union lists the keys of both, in order.
func union[V any](a, b map[string]V) []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(names)
	return slices.Compact(names)
}

// differ collects what differs.
type differ struct {
	all   Differences
	now   string // the fileset
	space bool   // other space is asked for
}

func (d *differ) add(one Difference) {
	one.Fileset = d.now
	d.all = append(d.all, one)
}

func (d *differ) value(kind Kind, before, after string) {
	if before != after {
		d.add(Difference{Kind: kind, Before: before, After: after})
	}
}

func (d *differ) fileset(name string, before, after *filesetContents) {
	d.now = name
	defer func() { d.now = "" }()
	switch {
	case before == nil:
		d.add(Difference{Kind: Fileset, After: after.String()})
		return
	case after == nil:
		d.add(Difference{Kind: Fileset, Before: before.String()})
		return
	}
	d.value(Level, before.Level.String(), after.Level.String())
	d.value(Title, before.Text, after.Text)
	d.value(Content, before.Content, after.Content)
	d.value(BosBoot, before.BosBoot, after.BosBoot)
	d.value(Language, before.Language, after.Language)
	d.set(Requisite, "", before.Requisites, after.Requisites)
	d.set(Supersedes, "", before.Supersedes, after.Supersedes)
	d.set(Fix, "", before.Fixes, after.Fixes)
	for i := range max(len(before.Rest), len(after.Rest)) {
		d.set(Section, strconv.Itoa(i+5), at(before.Rest, i), at(after.Rest, i))
	}
	for _, path := range union(before.files, after.files) {
		if one, differs := changed(before.files[path], after.files[path]); differs {
			d.add(one)
		}
	}
	d.texts("usr", before.Usr, after.Usr)
	d.texts("root", before.Root, after.Root)
	d.space = d.space || !slices.EqualFunc(before.Sizes, after.Sizes, func(a, b installp.Size) bool { return a.String() == b.String() })
}

// at is one of several sections, empty when there are not as many.
func at(sections [][]string, i int) []string {
	if i < len(sections) {
		return sections[i]
	}
	return nil
}

// set tells of lines that only one side has.
func (d *differ) set(kind Kind, name string, before, after []string) {
	for _, line := range without(before, after) {
		d.add(Difference{Kind: kind, Name: name, Before: line})
	}
	for _, line := range without(after, before) {
		d.add(Difference{Kind: kind, Name: name, After: line})
	}
}

// without are the lines that the others are not among.
func without(lines, others []string) []string {
	there := map[string]bool{}
	for _, line := range others {
		there[line] = true
	}
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return there[line] })
}

// texts compares the control files that people write.
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
		if a, b := before.Control[suffix], after.Control[suffix]; a != b {
			d.add(Difference{Kind: Text, Name: part + " " + suffix, Before: a, After: b})
		}
	}
}
