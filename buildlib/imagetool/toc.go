package imagetool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// Toc is the table of contents of a directory.
type Toc struct {
	File   string   `json:"file"`
	Images []string `json:"images"` // that are in it
	Others []string `json:"others"` // files that are no images of packages
}

// WriteText shows nothing: the file is where installp looks for it.
func (*Toc) WriteText(io.Writer) error { return nil }

// WriteToc writes the .toc of a directory of images, as inutoc does.
func WriteToc(ctx context.Context, dir string) (*Toc, error) {
	files, others, err := imagesIn(ctx, dir)
	if err != nil {
		return nil, err
	}
	t := &Toc{File: filepath.Join(dir, ".toc"), Images: []string{}, Others: append([]string{}, others...)}
	var entries []installp.TocEntry
	for _, file := range files {
		var image *installp.Image
		err := With(ctx, file, nil, func(m *Image) error {
			r, err := installp.NewReader(m)
			if err == nil {
				image = r.Image()
			} else if errors.Is(err, installp.ErrBackup) {
				return nil
			}
			return Unreadable(file, err)
		})
		if err != nil {
			return nil, err
		}
		name := filepath.Base(file)
		if image == nil {
			t.Others = append(t.Others, file)
			continue
		}
		if strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil, &fault.Error{
				Code: "image-toc", What: "a .toc cannot hold the name of this image", Where: dir, Found: fmt.Sprintf("%q", name),
				Do: "rename it: printable ASCII without blanks",
			}
		}
		t.Images = append(t.Images, file)
		entries = append(entries, installp.TocEntry{FileName: name, Image: image})
	}
	if len(entries) == 0 {
		return nil, noImage(dir)
	}
	if err := tree.WriteFile(t.File, []byte(installp.Toc(entries)), 0o644); err != nil {
		return nil, err
	}
	return t, nil
}
