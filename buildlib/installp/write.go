package installp

import (
	"errors"
	"fmt"
	"io"

	"github.com/sendmail-aix/sendmail-aix/buildlib/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
)

// Owner of the directories that every image has (W17; S2 and S3 have 2:2 for the first one).
const bin = 2

// Write writes the installation image to w. What is wrong with the package comes out before the first byte, all of it at once; see
// [Package.Validate]. Contents are streamed and take no memory.
func (p *Package) Write(w io.Writer) error {
	if err := p.Validate(); err != nil {
		return err
	}
	pl, err := p.plan()
	if err != nil {
		return err
	}
	if err := pl.sum(); err != nil {
		return err
	}
	libs, err := pl.libraries()
	if err != nil {
		return fmt.Errorf("control files of %s: %w", p.Name, err)
	}
	image := &imageWriter{bff: bff.NewWriter(w, p.Time)}
	if err := pl.write(image, libs); err != nil {
		return err
	}
	if err := image.bff.Close(); err != nil {
		return fmt.Errorf("image of %s: %w", p.Name, err)
	}
	return nil
}

// sum reads every file whose checksum the inventory keeps.
func (pl *plan) sum() error {
	for _, f := range pl.filesets {
		for _, list := range [][]*entry{f.usr.files, f.root.files} {
			for _, e := range list {
				if e.Type != Regular || e.isVolatile() {
					continue
				}
				var s sum
				if err := e.copyTo(&s); err != nil {
					return err
				}
				e.checksum = s.String()
			}
		}
	}
	return nil
}

// write puts the members in the order in which installp wants to meet them (W17): lpp_name, the control libraries, then exactly
// the lines of the apply lists, fileset after fileset (W18).
func (pl *plan) write(image *imageWriter, libs *libraries) error {
	home, instRoot := "."+pl.pkg.home(), "."+pl.pkg.instRoot()
	image.directory("./")
	image.text("./lpp_name", []byte(pl.lppName(libs)))
	image.directory("./usr")
	image.directory("./usr/lpp")
	image.directory(home)
	image.text(home+"/liblpp.a", libs.usr)
	if pl.hasRoot() {
		image.directory(instRoot)
		image.text(instRoot+"/liblpp.a", libs.root)
	}
	for _, f := range pl.filesets {
		for _, e := range f.usr.files {
			image.file("."+e.Path, e)
		}
		for _, e := range f.root.files {
			image.file(instRoot+e.Path, e)
		}
	}
	return image.err
}

// imageWriter writes members with the owners and modes of W17. After an error it writes no more.
type imageWriter struct {
	bff *bff.Writer
	err error
}

func (w *imageWriter) header(h *bff.Header) {
	if w.err == nil {
		w.err = w.bff.WriteHeader(h)
	}
}

func (w *imageWriter) directory(name string) {
	w.header(&bff.Header{Name: name, Mode: bff.TypeDir | 0o755, UID: bin, GID: bin})
}

func (w *imageWriter) text(name string, content []byte) {
	w.header(&bff.Header{Name: name, Mode: bff.TypeRegular | 0o644, Size: int64(len(content))})
	if w.err == nil {
		_, w.err = w.bff.Write(content)
	}
}

func (w *imageWriter) file(name string, e *entry) {
	h := &bff.Header{Name: name, Mode: bff.TypeRegular | e.Mode, UID: uid(e.Owner), GID: gid(e.Group), Size: e.Size}
	if e.Type == Directory {
		h.Mode = bff.TypeDir | e.Mode
	}
	w.header(h)
	if w.err != nil || e.Type == Directory {
		return
	}
	var again sum
	if w.err = e.copyTo(io.MultiWriter(w.bff, &again)); w.err == nil && e.checksum != "" && e.checksum != again.String() {
		w.err = e.changed(fmt.Sprintf("checksum %s, then %s", e.checksum, again.String()))
	}
}

// copyTo copies the content, which must have the announced size, to w.
func (f *File) copyTo(w io.Writer) error {
	if f.Open == nil {
		return nil // an empty file
	}
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("content of %s: %w", f.Path, err)
	}
	n, err := io.Copy(w, io.LimitReader(r, f.Size))
	if err == nil && n == f.Size {
		var more int64 // must be nothing
		more, err = io.CopyN(io.Discard, r, 1)
		if n += more; errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err := errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("content of %s: %w", f.Path, err)
	}
	switch {
	case n < f.Size:
		return f.changed(fmt.Sprintf("%d bytes instead of %d", n, f.Size))
	case n > f.Size:
		return f.changed(fmt.Sprintf("more than %d bytes", f.Size))
	}
	return nil
}

func (f *File) changed(found string) error {
	return &fault.Error{Code: "installp-content", What: "a file is not what it was when packaging began", Where: f.Path, Found: found,
		Do: "package again when nothing writes to it any more"}
}
