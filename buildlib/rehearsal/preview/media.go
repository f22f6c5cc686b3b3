// Package preview is what installp does before anything is changed: it reads what an image says of itself, verifies which of its filesets
// can be installed on a box, and tells (installp -p ends there).
package preview

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
)

// Media is an image on this machine's disk, as installp -d takes it.
type Media struct {
	File  string
	Image *installp.Image
}

// Open reads what an image says of itself. What it installs stays on the disk until it is applied.
func Open(ctx context.Context, file string) (*Media, error) {
	f, size, err := regular.Open(file)
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err // the rest is said by the fault
		}
		return nil, &fault.Error{
			Code: "rehearsal-image", What: "cannot read the image", Where: file, Err: err,
			Do: "name an image, or several, the oldest first",
		}
	}
	defer f.Close()
	r, err := installp.NewReader(io.NewSectionReader(regular.ReaderAt(ctx, f), 0, size))
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, &fault.Error{
			Code: "rehearsal-image", What: "this image cannot be installed", Where: file, Err: err, Do: "verify the image: that shows what is wrong with it",
		}
	}
	return &Media{File: file, Image: r.Image()}, nil
}

// Restore writes the members whose names are given to the box, at the paths that they have in the image. It takes the image for a
// backup, as restore does: what the control libraries in it say is known.
func (m *Media) Restore(ctx context.Context, b *box.Box, names []string) (count int, err error) {
	f, _, err := regular.Open(m.File)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r := bff.NewReader(regular.Reader(ctx, f))
	wanted := make(map[string]bool, len(names))
	for _, name := range names {
		wanted[name] = true
	}
	for {
		if err := ctx.Err(); err != nil {
			return count, err
		}
		member, err := installp.NextMember(r)
		if errors.Is(err, io.EOF) {
			return count, nil
		}
		if err != nil {
			return count, fmt.Errorf("restore: %w", err)
		}
		if !wanted[member.Name] {
			continue
		}
		name := path.Clean("/" + member.Name)
		switch {
		case member.IsDir():
			err = b.PutDirectory(name, member.Mode&0o7777)
		case member.IsSymlink():
			var target []byte
			if target, err = io.ReadAll(io.LimitReader(r, 4096)); err == nil { // longer than Linux takes
				err = b.PutLink(name, string(target))
			}
		default:
			err = b.PutFile(name, member.Mode&0o7777, member.Size, r)
		}
		if err != nil {
			return count, fmt.Errorf("restore: %w", err)
		}
		count++
	}
}

// Options are the flags of one call of installp.
type Options struct {
	// Names are the filesets; one selects everything below it, too: sendmail is sendmail.rte and sendmail.cf. None stands for all.
	Names      []string
	Preview    bool // -p
	Force      bool // -F: base levels are installed over the same or a newer one
	Commit     bool // -c with -a: updates are made permanent at once
	NoSave     bool // -N: replaced files are not saved
	Dependents bool // -g: what depends on a removed or rejected fileset goes with it
	RootOnly   bool // -Or: the root part alone, on a machine whose /usr has the usr part already
}
