package imagetool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/kind"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// Toc is the table of contents of a directory.
type Toc struct {
	File   string   `json:"file"`
	Images []string `json:"images"` // that are in it
	Others []string `json:"others"` // files that are no images of packages
	Notes  []string `json:"notes"`  // where AIX looks for those of the others that it installs otherwise
}

// WriteText shows what is installed otherwise: the file is where installp looks for it.
func (t *Toc) WriteText(w io.Writer) error {
	for _, note := range t.Notes {
		if _, err := fmt.Fprintln(w, fault.Line(note)); err != nil {
			return err
		}
	}
	return nil
}

// elsewhere is where geninstall looks for what has no place in a .toc, below the directory that it is given (IBM's geninstall.py for Ansible).
var elsewhere = map[*kind.Kind]string{
	kind.RPM:        "an RPM, which has no place in a .toc: geninstall looks for it in RPMS/ppc, or in the directory itself",
	kind.Compressed: "if an interim fix, it has no place in a .toc: geninstall looks for it in emgr/ppc, emgr takes it by its name",
}

// WriteToc writes the .toc of a directory of images, as inutoc does. An image that cannot be read does not keep the others out: the error tells
// of it.
func WriteToc(ctx context.Context, dir string) (*Toc, error) {
	files, err := filesIn(ctx, dir)
	if err != nil {
		return nil, err
	}
	t := &Toc{File: filepath.Join(dir, ".toc"), Images: []string{}, Others: []string{}, Notes: []string{}}
	var entries []installp.TocEntry
	var problems []error
	for _, f := range files {
		if !f.isImage {
			t.Others = append(t.Others, f.name)
			if where := elsewhere[f.kind]; where != "" {
				t.Notes = append(t.Notes, f.name+": "+where)
			}
			continue
		}
		image, err := frontOf(ctx, f.name)
		if errors.Is(err, installp.ErrBackup) || errors.Is(err, bff.ErrInode) {
			t.Others = append(t.Others, f.name)
			continue
		}
		name := filepath.Base(f.name)
		if err == nil && strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
			err = &fault.Error{
				Code: "image-toc", What: "a .toc cannot hold the name of this image", Where: dir, Found: fmt.Sprintf("%q", name),
				Do: "rename it: printable ASCII without blanks",
			}
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		t.Images = append(t.Images, f.name)
		entries = append(entries, installp.TocEntry{FileName: name, Image: image})
	}
	if len(entries) == 0 {
		return nil, errors.Join(append(problems, noImage(dir))...)
	}
	if err := tree.WriteFile(t.File, []byte(installp.Toc(entries)), 0o644); err != nil {
		return nil, err
	}
	return t, errors.Join(problems...)
}

// frontOf reads what an image says of itself in lpp_name; what cannot be read of it stays as it is.
func frontOf(ctx context.Context, file string) (image *installp.Image, err error) {
	err = With(ctx, file, nil, func(m *Image) error {
		image, err = installp.Front(m.front())
		if errors.Is(err, installp.ErrBackup) {
			return err
		}
		if err == nil && len(image.Filesets) == 0 {
			err = fmt.Errorf("%w: no fileset in lpp_name", installp.ErrImage)
		}
		return Unreadable(file, err)
	})
	return image, err
}
