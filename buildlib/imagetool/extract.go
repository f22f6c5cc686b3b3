package imagetool

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/extract"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Extracted is an image whose members are in a directory.
type Extracted struct {
	Image string `json:"image"`
	Dir   string `json:"dir"`
}

// WriteText shows nothing: who extracts said where.
func (*Extracted) WriteText(io.Writer) error { return nil }

// Extract writes the members of an image into a new directory, which appears whole or not at all.
func Extract(ctx context.Context, in io.Reader, name, dir string) (*Extracted, error) {
	dir = filepath.Clean(dir) // not so out/, whose parent would be out
	there := &fault.Error{Code: "image-extract", What: "output directory already exists", Where: dir, Do: "choose a directory that does not exist"}
	switch _, err := os.Lstat(dir); {
	case err == nil:
		return nil, there
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	err := With(ctx, name, in, func(m *Image) error {
		// One name, so that what a run that was killed has left goes with the next.
		temporary := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".half")
		if err := errors.Join(os.RemoveAll(temporary), os.Mkdir(temporary, 0o700)); err != nil {
			return &fault.Error{
				Code: "image-extract", What: "cannot make the directory to extract into", Where: dir, Err: fault.Reason(err),
				Do: "name one in a directory that is there and that you may write to",
			}
		}
		if err := Into(ctx, m, temporary); err != nil {
			err = Unreadable(name, err)
			if ctx.Err() == nil && fault.Code(err) == "" { // it may quote a name of the image, which a fault makes printable
				err = &fault.Error{
					Code: "image-extract", What: "the image could not be extracted", Where: dir, Err: err,
					Do: "fix the cause and run again; the partial output was removed",
				}
			}
			return errors.Join(err, os.RemoveAll(temporary))
		}
		if err := os.Rename(temporary, dir); err != nil {
			there.Err = err // since a moment ago
			return errors.Join(there, os.RemoveAll(temporary))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Extracted{name, dir}, nil
}

// Into writes the members of an image into a directory that is there, and empty.
func Into(ctx context.Context, image io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() // nothing is written through it
	if err := extract.Into(ctx, image, root); err != nil {
		return err
	}
	return root.Chmod(".", 0o755) // it was ours alone until now
}
