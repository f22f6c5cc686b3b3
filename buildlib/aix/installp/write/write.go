// Package write writes the installation image of a package, or tells why installp would stumble over it.
package write

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/sum"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Image writes the installation image to w. What is wrong with the package comes out before the first byte, all of it at once; see
// [Check]. Contents are streamed and take no memory.
//
// The control libraries stand before the contents and hold their checksums. If w can be written at an offset, as a file can, each
// content is read once and the libraries are put right at the end; else each is read twice, first for its checksum.
func Image(w io.Writer, p *installp.Package) error {
	if err := Check(p); err != nil {
		return err
	}
	pl, err := Arrange(p)
	if err != nil {
		return err
	}
	amend, start := amendable(w)
	if err := pl.firstSums(amend != nil); err != nil {
		return err
	}
	libs, err := pl.libraries()
	if err != nil {
		return fmt.Errorf("control files of %s: %w", p.Name, err)
	}
	buffered := bufio.NewWriter(w) // of headers and fill
	image := &imageWriter{bff: bff.NewWriter(buffered, p.Time), contents: NewCopier()}
	sums, err := image.contents.Finish(pl.write(image, libs))
	if err != nil {
		return err
	}
	if err := errors.Join(image.bff.Close(), buffered.Flush()); err != nil {
		return fmt.Errorf("image of %s: %w", p.Name, err)
	}
	if amend == nil {
		return pl.compare(sums)
	}
	pl.keep(sums)
	amended, err := pl.libraries()
	if err != nil {
		return fmt.Errorf("control files of %s: %w", p.Name, err)
	}
	_, err = amend.WriteAt(amended.usr, start+image.usrLibrary)
	if err == nil && amended.root != nil {
		_, err = amend.WriteAt(amended.root, start+image.rootLibrary)
	}
	if err != nil {
		return fmt.Errorf("image of %s: %w", p.Name, err)
	}
	return nil
}

// amendable gives w if it can be written at an offset, and the offset at which it stands. A pipe has the methods, too, but cannot
// seek.
func amendable(w io.Writer) (io.WriterAt, int64) {
	file, ok := w.(interface {
		io.WriterAt
		io.Seeker
	})
	if !ok {
		return nil, 0
	}
	start, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, 0
	}
	return file, start
}

// firstSums gives each file whose checksum the inventory keeps the right one, or, if it is to be amended, one of the same length.
func (pl *Arrangement) firstSums(amended bool) error {
	contents := NewCopier()
	var problem error
	for e := range pl.summed() {
		e.checksum = (&sum.R{Size: e.Size}).String()
		if !amended && problem == nil {
			problem = contents.Copy(io.Discard, e)
		}
	}
	sums, err := contents.Finish(problem)
	pl.keep(sums)
	return err
}

// keep sets the checksums of files that were read.
func (pl *Arrangement) keep(sums map[*Entry]*sum.R) {
	for e := range pl.summed() {
		if s := sums[e]; s != nil {
			e.checksum = s.String()
		}
	}
}

// compare looks for files that were not the same at the second reading.
func (pl *Arrangement) compare(sums map[*Entry]*sum.R) error {
	for e := range pl.summed() {
		if again := sums[e].String(); again != e.checksum {
			return contentChanged(e.File, fmt.Sprintf("checksum %s, then %s", e.checksum, again))
		}
	}
	return nil
}

// summed are the files whose checksum the inventory keeps.
func (pl *Arrangement) summed() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for _, f := range pl.Filesets {
			for _, e := range slices.Concat(f.Usr.Files, f.Root.Files) {
				if e.Type == installp.Regular && !e.IsVolatile() && !yield(e) {
					return
				}
			}
		}
	}
}

// write puts the members in the order in which installp wants to meet them (W17): lpp_name, the control libraries, then exactly
// the lines of the apply lists, fileset after fileset (W18).
func (pl *Arrangement) write(image *imageWriter, libs *libraries) error {
	home, instRoot := "."+pl.Pkg.Home(), "."+pl.Pkg.InstRoot()
	image.directory("./")
	image.text("./lpp_name", []byte(pl.lppName(libs)))
	image.directory("./usr")
	image.directory("./usr/lpp")
	image.directory(home)
	image.usrLibrary = image.text(home+"/liblpp.a", libs.usr)
	if pl.hasRoot() {
		image.directory(instRoot)
		image.rootLibrary = image.text(instRoot+"/liblpp.a", libs.root)
	}
	for _, f := range pl.Filesets {
		for _, e := range f.Usr.Files {
			image.file("."+e.Path, e)
		}
		for _, e := range f.Root.Files {
			image.file(instRoot+e.Path, e)
		}
	}
	return image.err
}

// imageWriter writes members with the owners and modes of W17. After an error it writes no more.
type imageWriter struct {
	bff                     *bff.Writer
	contents                *Copier
	usrLibrary, rootLibrary int64 // where they are in the image
	err                     error
}

func (w *imageWriter) header(h *bff.Header) {
	if w.err == nil {
		w.err = w.bff.WriteHeader(h)
	}
}

func (w *imageWriter) directory(name string) {
	w.header(&bff.Header{Name: name, Mode: bff.TypeDir | 0o755, UID: installp.Bin, GID: installp.Bin})
}

// text gives the offset of the content.
func (w *imageWriter) text(name string, content []byte) int64 {
	if len(content) > installp.MaxText && w.err == nil {
		w.err = &fault.Error{Code: "installp-control", What: "the control files are larger than the readers of images take", Where: name,
			Found: fmt.Sprintf("%d bytes, more than %d", len(content), installp.MaxText), Do: "divide the files among several packages"}
	}
	w.header(&bff.Header{Name: name, Mode: bff.TypeRegular | 0o644, Size: int64(len(content))})
	if w.err == nil {
		_, w.err = w.bff.Write(content)
	}
	return w.bff.Stored().Data
}

func (w *imageWriter) file(name string, e *Entry) {
	h := &bff.Header{Name: name, Mode: bff.TypeRegular | e.Mode, UID: rules.Uid(e.Owner), GID: rules.Gid(e.Group), Size: e.Size}
	if e.Type == installp.Directory {
		h.Mode = bff.TypeDir | e.Mode
	}
	w.header(h)
	if w.err == nil && e.Type == installp.Regular {
		w.err = w.contents.Copy(w.bff, e)
	}
}
