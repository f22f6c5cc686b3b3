package imagetool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/inspect"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/kind"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Inspection says what is to be looked for in programs.
type Inspection struct {
	Member  string // of the image or archive; of an archive in an image: ./opt/x/lib/libx.a(shr.o). All, when it is empty
	Level   string // of AIX: what it is known to lack is told
	Against string // directory of libraries: which imports they do not have is told
}

// Inspected are the programs, objects and libraries in a file.
type Inspected struct {
	File     string     `json:"file"`
	Programs []*Program `json:"programs"`
}

// Program is one object with what was looked for.
type Program struct {
	Path string `json:"path,omitempty"` // in the image
	*inspect.Object
	Lacks []string       `json:"lacks"` // imports that the level is known to lack
	Unmet *inspect.Unmet `json:"unmet,omitempty"`
}

// WriteText shows each program.
func (i *Inspected) WriteText(w io.Writer) error {
	for _, p := range i.Programs {
		name := p.Path
		if name == "" {
			name = i.File
		}
		if p.Member != "" {
			name += "(" + p.Member + ")"
		}
		text := name + ": " + p.String()
		if len(p.Lacks) > 0 {
			text += "  lacking:      " + strings.Join(p.Lacks, " ") + "\n"
		}
		if p.Unmet != nil {
			for _, absent := range p.Unmet.Absent {
				text += "  not there:    " + absent + "\n"
			}
			for _, missing := range p.Unmet.Imports {
				text += "  missing:      in " + missing.String() + "\n"
			}
		}
		if _, err := io.WriteString(w, fault.Lines(text)); err != nil {
			return err
		}
	}
	return nil
}

// Inspect looks into a program, an object, an archive of those, or all that are in an image. The error is a finding when something is missing of
// what was looked for.
func Inspect(ctx context.Context, in io.Reader, name string, how Inspection) (*Inspected, error) {
	i := &inspector{Inspection: how, found: &Inspected{File: name, Programs: []*Program{}}}
	if how.Level != "" {
		level, err := inspect.ParseLevel(how.Level)
		if err != nil {
			return nil, &fault.Error{Code: "usage", What: "not a level of AIX", Where: "-level=" + how.Level, Do: "give one such as aix7.2 or 7.2.4.0"}
		}
		i.lacks = level.Lacks
	}
	if how.Against != "" {
		if info, err := os.Stat(how.Against); err != nil || !info.IsDir() {
			return nil, &fault.Error{Code: "usage", What: "not a directory of libraries", Where: "-against=" + how.Against, Do: "name one, such as a copy of /usr/lib"}
		}
		i.against = &inspect.Libraries{Open: i.library}
	}
	defer i.close()
	err := With(ctx, name, in, func(m *Image) error {
		like, err := m.isLikeOne()
		if err == nil && like {
			err = i.image(m)
		} else if err == nil {
			err = i.file(m, "")
		}
		return err
	})
	if err == nil && len(i.found.Programs) == 0 {
		err = &fault.Error{Code: "nothing-to-inspect", What: "there is no such program, object or library in the file", Where: name, Found: how.Member, Do: `"list" shows what is in an image`}
	}
	if err != nil {
		return nil, err
	}
	return i.found, i.verdict()
}

type inspector struct {
	Inspection
	lacks   func(*inspect.Object) []string
	against *inspect.Libraries
	open    []io.Closer
	found   *Inspected
}

func (i *inspector) close() {
	for _, f := range i.open {
		_ = f.Close() // it was only read
	}
}

// library opens a library of the directory that imports are looked up in.
func (i *inspector) library(name string) (*io.SectionReader, error) {
	f, size, err := regular.Open(filepath.Join(i.Against, filepath.FromSlash(name)))
	if errors.Is(err, regular.ErrIrregular) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	i.open = append(i.open, f)
	return io.NewSectionReader(f, 0, size), nil
}

// image looks into each member that may be a program; those that are packed are unpacked into a file for that.
func (i *inspector) image(m *Image) error {
	r := bff.NewReader(m.front())
	for {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return Unreadable(m.Name, err)
		}
		if !i.wants(h) {
			continue
		}
		stored := r.Stored()
		data := io.NewSectionReader(m, stored.Data, h.Size)
		if stored.Packed {
			if data, err = i.unpack(r); err != nil {
				return Unreadable(m.Name, fmt.Errorf("%s: %w", fault.Line(h.Name), err))
			}
		}
		if err := i.file(&Image{SectionReader: data, Name: m.Name}, h.Name); err != nil {
			return err
		}
	}
}

// wants reports whether a member of an image is asked for. Control libraries hold no programs.
func (i *inspector) wants(h *bff.Header) bool {
	asked, _, _ := strings.Cut(i.Member, "(")
	if asked == "" {
		return h.IsRegular() && filepath.Base(h.Name) != installp.LibraryName
	}
	plain := func(name string) string { return strings.TrimLeft(name, "./") }
	return h.IsRegular() && plain(h.Name) == plain(asked)
}

func (i *inspector) unpack(r io.Reader) (*io.SectionReader, error) {
	f, size, err := spool(context.Background(), r)
	if err != nil {
		return nil, err
	}
	i.open = append(i.open, f)
	return io.NewSectionReader(f, 0, size), nil
}

// file looks into one file, which is the member path of an image unless that is empty. Other members of images are passed over.
func (i *inspector) file(m *Image, path string) error {
	what, err := m.kind()
	if err != nil {
		return err
	}
	if what != kind.XCOFF && what != kind.Archive {
		if path != "" && i.Member == "" {
			return nil
		}
		return m.isNot("an XCOFF program, object or AIX archive", what)
	}
	asked := i.Member
	if path != "" {
		_, asked, _ = strings.Cut(strings.TrimSuffix(i.Member, ")"), "(")
	}
	for o, err := range inspect.Each(m.SectionReader) {
		if err != nil {
			if errors.Is(err, ar.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF) {
				err = &fault.Error{Code: "object-unreadable", What: "the archive is damaged", Where: strings.TrimSpace(m.Name + " " + path), Err: err, Do: "get it again"}
			}
			return err
		}
		if asked != "" && o.Member != asked {
			continue
		}
		p := &Program{Path: path, Object: o, Lacks: []string{}}
		if i.lacks != nil {
			p.Lacks = append(p.Lacks, i.lacks(o)...)
		}
		if i.against != nil {
			if p.Unmet, err = i.against.Missing(o); err != nil {
				return fmt.Errorf("%s: %w", i.Against, err)
			}
		}
		i.found.Programs = append(i.found.Programs, p)
	}
	return nil
}

// verdict is a finding when something is missing.
func (i *inspector) verdict() error {
	lacking, missing := 0, 0
	for _, p := range i.found.Programs {
		lacking += len(p.Lacks)
		if p.Unmet != nil {
			missing += len(p.Unmet.Absent)
			for _, from := range p.Unmet.Imports {
				missing += len(from.Symbols)
			}
		}
	}
	if lacking+missing == 0 {
		return nil
	}
	var found []string
	if lacking > 0 {
		found = append(found, count(lacking, "symbol")+" that "+i.Level+" is known to lack")
	}
	if missing > 0 {
		found = append(found, count(missing, "import")+" not in "+i.Against)
	}
	return &fault.Error{
		Code: "imports-missing", What: "AIX would not load it: imports are not there", Where: i.found.File, Found: strings.Join(found, "; "), Finding: true,
		Do: "compile for that level, or install what brings the libraries",
	}
}
