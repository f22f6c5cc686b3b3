package installp

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

// readLibraries reads on until each control library that lpp_name lets expect was there. In our images only directories come between;
// where something else does, the whole image is gone through for them, and then once more for what is installed.
func (r *Reader) readLibraries(tell func(Problem)) error {
	wanted := r.image.wanted()
	for !r.image.Disordered && len(wanted) > 0 {
		m, err := r.next()
		if err != nil && err != io.EOF {
			return err
		}
		if err == io.EOF || !slices.Contains(wanted[0].names, m.Name) && (!m.IsDir() || !isAbove(m.Name, wanted) || len(r.image.Front) >= maxFront) {
			r.pending = m // to be told of, or not, by who reads on
			break
		}
		r.image.Front = append(r.image.Front, *m)
		if slices.Contains(wanted[0].names, m.Name) {
			if err := r.readLibrary(wanted[0], m, tell); err != nil {
				return err
			}
			wanted = wanted[1:]
		}
	}
	if err := r.findLibraries(&wanted, tell); err != nil {
		return err
	}
	for _, w := range wanted {
		tell(Problem{Where: Where{Member: w.names[0], Offset: r.Bff.Stored().Offset}, What: "this control library is not in the image"})
	}
	return nil
}

// isAbove reports whether a directory is one that control libraries are in. Another one is what is installed.
func isAbove(dir string, wanted []library) bool {
	return slices.ContainsFunc(wanted, func(w library) bool {
		return slices.ContainsFunc(w.names, func(name string) bool { return strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/") })
	})
}

// findLibraries looks for control libraries in the whole image. Damage that ends it early is met again by who reads on.
func (r *Reader) findLibraries(wanted *[]library, tell func(Problem)) error {
	if r.source == nil {
		return nil
	}
	again := func() *Reader {
		return &Reader{Bff: bff.NewReader(io.NewSectionReader(r.source, 0, r.source.Size())), source: r.source, image: r.image}
	}
	passed := map[int64]bool{}
	for _, m := range r.image.Front {
		passed[m.Offset] = true
	}
	for search := again(); len(*wanted) > 0; {
		m, err := search.next()
		if err != nil {
			break
		}
		at := slices.IndexFunc(*wanted, func(w library) bool { return slices.Contains(w.names, m.Name) })
		if at < 0 || passed[m.Offset] || !m.IsRegular() {
			continue
		}
		if err := search.readLibrary((*wanted)[at], m, tell); err != nil {
			return err
		}
		*wanted = slices.Delete(*wanted, at, at+1)
		r.image.Front, r.image.Disordered, passed[m.Offset] = append(r.image.Front, *m), true, true
	}
	if r.image.Disordered {
		slices.SortFunc(r.image.Front, func(a, b Member) int { return cmp.Compare(a.Offset, b.Offset) })
		slices.SortStableFunc(r.image.Libraries, func(a, b Library) int { return cmp.Compare(a.Part, b.Part) })
		r.Bff, r.pending, r.passed = again().Bff, nil, passed
	}
	return nil
}

// library is a control library that lpp_name lets expect.
type library struct {
	names         []string
	part, fileset int // as in Library
}

// wanted are the control libraries: those of usr and share parts, then those of root parts.
func (m *Image) wanted() (all []library) {
	for _, part := range []int{UsrPart, RootPart} {
		for i := range m.Filesets {
			f := &m.Filesets[i]
			if part == RootPart && f.Content != ContentBoth {
				continue
			}
			l := library{part: part, fileset: -1}
			if m.IsUpdate() {
				l.fileset = i
			}
			for _, home := range m.homes(f) {
				l.names = append(l.names, home+[]string{UsrPart: "/", RootPart: "/" + InstRootName + "/"}[part]+LibraryName)
			}
			if !slices.ContainsFunc(all, func(o library) bool { return o.names[0] == l.names[0] }) {
				all = append(all, l)
			}
		}
	}
	return all
}

// LibraryOf is the control library of a part of a fileset, by number; nil when the image has none.
func (m *Image) LibraryOf(fileset, part int) *Library {
	home := m.homes(&m.Filesets[fileset])
	for i := range m.Libraries {
		l := &m.Libraries[i]
		if l.Part == part && (l.Fileset == fileset || strings.HasPrefix(l.Name, home[0]+"/")) {
			return l
		}
	}
	return nil
}

// readLibrary gives each control file to its fileset.
func (r *Reader) readLibrary(w library, m *Member, tell func(Problem)) error {
	l := Library{Member: *m, Part: w.part, Fileset: w.fileset}
	if r.source != nil && !m.Packed {
		if m.Size > r.source.Size()-m.Data {
			return fmt.Errorf("%s: bff: at offset %d: %w", m.Name, r.source.Size(), io.ErrUnexpectedEOF)
		}
		l.archive = io.NewSectionReader(r.source, m.Data, m.Size)
	} else {
		data, err := r.control(m, MaxText)
		if err != nil {
			return err
		}
		l.archive = io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
	}
	r.image.Libraries = append(r.image.Libraries, l)
	for i := range r.image.Filesets {
		f := &r.image.Filesets[i]
		switch {
		case w.fileset >= 0 && w.fileset != i:
		case w.part == RootPart && f.Content == ContentBoth:
			f.Root = &Part{Control: map[string]string{}, Offsets: map[string]int64{}}
		case w.part == UsrPart && slices.Contains(w.names, r.image.homes(f)[0]+"/"+LibraryName):
			f.Usr = &Part{Control: map[string]string{}, Offsets: map[string]int64{}}
		}
	}
	for file, err := range l.Files() {
		if errors.Is(err, ar.ErrFormat) || errors.Is(err, ErrImage) {
			tell(Problem{Where: Where{Member: m.Name, Offset: m.Offset}, What: err.Error()})
			break
		}
		if err != nil {
			return err
		}
		r.image.assign(w.part, &file, about(Where{Member: m.Name, File: file.Name, Offset: m.Offset}, tell))
	}
	return nil
}

// assign finds the fileset that a control file belongs to. The name of one fileset can be the beginning of another's; the longer
// one is meant. Files such as lpp.README belong to none.
func (m *Image) assign(part int, file *ControlFile, tell tells) {
	name, text := file.Name, file.Text
	var owner *Info
	for i := range m.Filesets {
		f := &m.Filesets[i]
		if strings.HasPrefix(name, f.Name+".") && (owner == nil || len(f.Name) > len(owner.Name)) {
			owner = f
		}
	}
	if owner == nil {
		if !slices.Contains(OtherSuffixes, name) {
			say := tell.note
			if suffix := name[strings.LastIndexByte(name, '.')+1:]; IsScript(name) || slices.Contains([]string{SuffixApplyList, SuffixInventory}, suffix) {
				say = tell.wrong // something is not installed
			}
			say(0, "the control file belongs to no fileset of lpp_name")
		}
		return
	}
	p := owner.Usr
	if part == RootPart {
		p = owner.Root
	}
	if p == nil {
		tell.note(0, "lpp_name gives the fileset %s no root part", owner.Name)
		return
	}
	suffix := name[len(owner.Name)+1:]
	if _, twice := p.Control[suffix]; twice {
		tell.wrong(0, "a second control file of this name")
		return
	}
	p.Control[suffix], p.Offsets[suffix] = text, file.Offset
	switch suffix {
	case SuffixApplyList:
		p.ApplyList = parseApplyList(text, tell)
	case SuffixInventory:
		p.Inventory = parseInventory(text, tell)
	case SuffixSize:
		p.Sizes = parseSizes(text, tell)
	case SuffixConfig:
		p.Configs = parseConfigFiles(text, tell)
	}
}
