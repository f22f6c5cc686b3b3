// Package verify checks an image, ours or that of others, against the rules of docs/formats.md.
package verify

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Finding is one thing that Verify found.
type Finding struct {
	*rules.Rule                // that is not met
	Where       installp.Where `json:"where"`
	Got         string         `json:"got,omitempty"`
	Want        string         `json:"want,omitempty"` // where there is one thing that it should be
}

// String gives the finding as a line to read, with what was found and what to do below it.
func (f Finding) String() string {
	kind := "error"
	if f.Note {
		kind = "note"
	}
	s := fmt.Sprintf("%s %s: %s at offset %d: %s", kind, f.Number(), fault.Line(f.Where.String()), f.Where.Offset, f.What)
	if f.Got != "" {
		s += "\n    found: " + fault.Line(f.Got)
		if f.Want != "" {
			s += ", not " + fault.Line(f.Want)
		}
	}
	if f.Remedy != "" {
		s += "\n    do:    " + f.Remedy
	}
	return s
}

// Image checks the image in r: the container, lpp_name, every control file, and each member against them. The findings
// come in the order of the image, at most [MaxFindings] errors and as many notes; one more note tells how many there are besides.
// The error is one of reading r.
//
// Of an image that [Package.Write] made every byte is looked at, and nothing is found but what its programs are to blame for. What no
// rule can tell is the content of what has no checksum: titles, requisites and scripts that are well formed, copyrights, volatile
// files.
func Image(r *io.SectionReader) ([]Finding, error) {
	v := &verifier{
		source: r, claims: map[string]*claimed{}, programs: map[int]string{},
		known: known{views: map[*installp.Info][]*partView{}, owned: map[string]bool{}, open: map[string]bool{}, paths: map[string]*installp.Stanza{}, created: map[string]bool{}},
	}
	if err := v.verify(io.NewSectionReader(r, 0, r.Size()), io.NewSectionReader(r, 0, r.Size())); err != nil {
		return nil, err
	}
	if v.whole {
		if err := v.strict(io.NewSectionReader(r, 0, r.Size())); err != nil {
			return nil, err
		}
	}
	v.locate()
	slices.SortStableFunc(v.findings, func(a, b Finding) int { return cmp.Compare(a.Where.Offset, b.Where.Offset) })
	if errors, notes := max(v.errors-MaxFindings, 0), max(v.notes-MaxFindings, 0); errors+notes > 0 {
		v.findings = append(v.findings, Finding{rules.Find("4/more"), installp.Where{Member: "the image", Offset: r.Size()},
			fmt.Sprintf("%d more errors, %d more notes", errors, notes), ""})
	}
	return v.findings, nil
}

// MaxFindings bounds what is told of one image: one damage can make every line wrong. Notes take no room from errors: a package of
// others has notes for each of its files, and the error behind them counts.
const MaxFindings = 1000

type verifier struct {
	source   io.ReaderAt
	buffer   []byte // for contents
	image    *installp.Image
	findings []Finding
	errors   int // that were found, told or not
	notes    int
	known
	claims     map[string]*claimed // by name of the member
	order      []string            // of the claims, as the apply lists have them
	programs   map[int]string      // the first XCOFF program of each width
	whole      bool                // the container was read to its end
	disordered bool                // members were out of order, and told of
	untimely   bool                // members had different dates, and told of
}

// known is what the front of the image tells, and later checks ask for.
type known struct {
	time     time.Time                      // of lpp_name, and in our images of everything
	views    map[*installp.Info][]*partView // the parts whose control library is there
	owned    map[string]bool                // directories of the inventories
	open     map[string]bool                // those of them that others than root and bin may write to
	paths    map[string]*installp.Stanza    // the first to have a path, links included
	created  map[string]bool                // words of the pre_i scripts, names of accounts among them
	licensed bool                           // lpp_name names license files
	bases    map[string]vrmf.Level          // the oldest AIX for each fileset
	shipped  map[string]bool                // last components of all paths, once they are asked for
}

// claimed is a line of a usr part's apply list.
type claimed struct {
	part   *partView        // whose inventory has the stanza: the root part, for what it copies
	stanza *installp.Stanza // what the inventory says of it, if anything
	seen   bool             // in the image
	size   int64            // there
}

// tell takes a rule that is not met, what there is, and, where only one thing would be right, that.
func (v *verifier) tell(id string, where installp.Where, got, want string) {
	f := Finding{rules.Find(id), where, installp.Shorten(got), installp.Shorten(want)}
	found := &v.errors
	if f.Note {
		found = &v.notes
	}
	if *found++; *found <= MaxFindings {
		v.findings = append(v.findings, f)
	}
}

// at tells of what is wrong in one place.
func (v *verifier) at(where installp.Where) rules.Tell {
	return func(id, got string) { v.tell(id, where, got, "") }
}

// verifyBackup looks at the container alone: backup -i makes others than packages.
func (v *verifier) verifyBackup(archive io.Reader) error {
	r := bff.NewReader(archive)
	for n := 0; ; n++ {
		h, err := r.Next()
		if err == io.EOF {
			v.tell("4/backup", installp.Where{Member: "the image"}, fmt.Sprintf("%d members", n), "")
			return nil
		}
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err != nil {
			where := installp.Where{Offset: r.Stored().Offset}
			if h != nil {
				where.Member = h.Name
			}
			return v.broken(err, where)
		}
	}
}

// verify reads the image once; again is for what turns out to be none. Only errors of the source come back; those that the image is to blame for become findings.
func (v *verifier) verify(r, again io.Reader) error {
	reader, err := installp.NewLenientReader(r, func(p installp.Problem) {
		v.tell(chapter(p.Where)+map[bool]string{false: "/read", true: "/note"}[p.Note], p.Where, p.What, "")
	})
	if errors.Is(err, installp.ErrBackup) {
		return v.verifyBackup(again)
	}
	if err != nil {
		return v.broken(err, installp.Where{})
	}
	v.image = reader.Image()
	v.bases = baseLevels(v.image)
	v.collect()
	v.verifyFront()
	for i := range v.image.Filesets {
		v.verifyFileset(&v.image.Filesets[i])
	}
	v.verifyTexts()
	var last installp.Where
	for n := 0; ; n++ {
		m, err := reader.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			last = installp.Where{Member: m.Name, Offset: m.Offset}
			err = v.verifyMember(n, m, reader)
		}
		if err == nil && m.Packed { // restore unpacks what no checksum covers, too
			_, err = io.Copy(io.Discard, reader)
		}
		if err != nil {
			return v.broken(err, last)
		}
	}
	v.verifyAbsent(reader.Bff.Stored().Offset)
	v.whole = true
	v.verifySizes()
	v.verifyWidths()
	return nil
}

// locate gives findings about a line of text the offset of that line.
func (v *verifier) locate() {
	if v.image == nil {
		return
	}
	type place struct {
		text   string
		offset int64
	}
	places := map[installp.Where]place{} // of the texts that something was found in
	for _, f := range v.findings {
		if f.Where.Line > 0 {
			places[installp.Where{Member: f.Where.Member, File: f.Where.File}] = place{}
		}
	}
	keep := func(where installp.Where, text string, offset int64) {
		if _, wanted := places[where]; wanted {
			places[where] = place{text, offset}
		}
	}
	for _, m := range v.image.Front {
		if m.Name == installp.LppNameMember && !m.Packed {
			keep(installp.Where{Member: m.Name}, v.image.LppNameText, m.Data)
		}
	}
	for i := range v.image.Filesets {
		for _, p := range v.views[&v.image.Filesets[i]] {
			for suffix, text := range p.Control {
				if !p.library.Packed {
					keep(p.where(suffix, 0).Text(), text, p.library.Data+p.Offsets[suffix])
				}
			}
		}
	}
	for i := range v.findings {
		w := &v.findings[i].Where
		if p := places[w.Text()]; p.offset > 0 && w.Line > 0 {
			w.Offset = p.offset + lineStart(p.text, w.Line)
		}
	}
}

// lineStart is where a line begins; lines count from 1.
func lineStart(text string, line int) int64 {
	at := 0
	for range line - 1 {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return int64(len(text))
		}
		at += i + 1
	}
	return int64(at)
}

// strict reads the container once more, for the bytes that the first reading skips: fill, access lists, dates, device numbers.
func (v *verifier) strict(r io.Reader) error {
	container := bff.NewReader(r)
	container.Strict = true
	for {
		_, err := container.Next()
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, bff.ErrStrict) || errors.Is(err, bff.ErrType):
			where := installp.Where{Member: "the container", Offset: container.Stored().Offset}
			v.tell("2/byte", where, err.Error(), "")
			return nil
		case err != nil: // the first reading did not come to the last block's end
			return v.broken(err, installp.Where{Offset: container.Stored().Offset})
		}
	}
}

// broken makes a finding of an error that the image is to blame for.
func (v *verifier) broken(err error, where installp.Where) error {
	blame := []error{bff.ErrHeader, bff.ErrType, bff.ErrData, installp.ErrImage, io.ErrUnexpectedEOF}
	if !slices.ContainsFunc(blame, func(e error) bool { return errors.Is(err, e) }) {
		return err
	}
	if where.Member == "" {
		where.Member = "the image"
	}
	id := "2/container"
	switch {
	case errors.Is(err, bff.ErrInode):
		id = "4/inode"
	case errors.Is(err, bff.ErrVolume):
		id = "2/volume"
	case errors.Is(err, installp.ErrImage):
		id = "4/image"
	}
	v.tell(id, where, err.Error(), "")
	return nil
}

// chapter is where docs/formats.md describes a file.
func chapter(where installp.Where) string {
	_, suffix := cutSuffixName(where.File)
	switch suffix {
	case installp.SuffixApplyList:
		return "6.2"
	case installp.SuffixInventory:
		return "6.3"
	case installp.SuffixSize:
		return "5.3"
	case installp.SuffixConfig:
		return "6.5"
	case "":
		if where.Member == installp.LppNameMember {
			return "5"
		}
		return "4"
	}
	return "6"
}
