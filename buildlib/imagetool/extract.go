package imagetool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/extract"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Extracted is an image whose members are in a directory.
type Extracted struct {
	Image string    `json:"image"`
	Dir   string    `json:"dir"`
	Left  []LeftOut `json:"left"`  // members that are not there
	Notes []string  `json:"notes"` // access lists that were left out
}

// LeftOut is a member that could not be made.
type LeftOut struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// WriteText shows what was left out: who extracts said where the rest is.
func (e *Extracted) WriteText(w io.Writer) error {
	for _, l := range e.Left {
		fmt.Fprintf(w, "left out: %s: %s\n", fault.Line(l.Name), fault.Line(l.Reason))
	}
	for _, note := range e.Notes {
		if _, err := fmt.Fprintln(w, fault.Line(note)); err != nil {
			return err
		}
	}
	return nil
}

// Extract writes the members of an image into a new directory, which appears whole or not at all: those that are named, with what is below
// them, or all. The error is a finding when some could not be made.
func Extract(ctx context.Context, in io.Reader, name, dir string, members ...string) (*Extracted, error) {
	dir = filepath.Clean(dir) // not so out/, whose parent would be out
	there := &fault.Error{Code: "image-extract", What: "output directory already exists", Where: dir, Do: "choose a directory that does not exist"}
	switch _, err := os.Lstat(dir); {
	case err == nil:
		return nil, there
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	e := &Extracted{Image: name, Dir: dir, Left: []LeftOut{}, Notes: []string{}}
	err := With(ctx, name, in, func(m *Image) error {
		// One name, so that what a run that was killed has left goes with the next.
		temporary := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".half")
		err := os.RemoveAll(temporary)
		if like, err := m.isLikeOne(); err != nil {
			return err
		} else if !like {
			return m.isNoImage()
		}
		if err := errors.Join(err, os.Mkdir(temporary, 0o700)); err != nil {
			return &fault.Error{
				Code: "image-extract", What: "cannot make the directory to extract into", Where: dir, Err: fault.Reason(err),
				Do: "name one in a directory that is there and that you may write to",
			}
		}
		if err := e.into(ctx, m, temporary, members); err != nil {
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
	if len(e.Left) > 0 {
		err = &fault.Error{
			Code: "image-left", What: "some members were left out", Where: name, Found: count(len(e.Left), "member") + ", listed above", Finding: true,
			Do: "restore makes links and devices on AIX; \"list\" shows what is in the image",
		}
	}
	return e, err
}

func (e *Extracted) into(ctx context.Context, image io.Reader, dir string, members []string) error {
	left, err := into(ctx, image, dir, members)
	for _, l := range left {
		if l.Err == nil {
			e.Notes = append(e.Notes, "without its access list: "+l.Name+": "+strings.Join(l.Access, ", "))
		} else {
			e.Left = append(e.Left, LeftOut{l.Name, fault.Reason(l.Err).Error()})
		}
	}
	slices.SortStableFunc(e.Left, func(a, b LeftOut) int {
		return strings.Compare(strings.TrimPrefix(installp.MemberName(a.Name), "./"), strings.TrimPrefix(installp.MemberName(b.Name), "./"))
	})
	return err
}

// Into writes the members of an image into a directory that is there, and empty. One that cannot be made ends it.
func Into(ctx context.Context, image io.Reader, dir string) error {
	left, err := into(ctx, image, dir, nil)
	for _, l := range left {
		if err == nil && l.Err != nil {
			err = fmt.Errorf("extracting %s: %w", fault.Line(l.Name), l.Err)
		}
	}
	return err
}

func into(ctx context.Context, image io.Reader, dir string, members []string) ([]extract.Left, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close() // nothing is written through it
	left, err := extract.Some(ctx, image, root, members)
	if err != nil {
		return nil, err
	}
	return left, root.Chmod(".", 0o755) // it was ours alone until now
}
