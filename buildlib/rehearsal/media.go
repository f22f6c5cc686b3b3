package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Media is an image on this machine's disk, as installp -d takes it.
type Media struct {
	File  string
	Image *installp.Image
}

// Open reads what an image says of itself. What it installs stays on the disk until it is applied.
func Open(ctx context.Context, file string) (*Media, error) {
	f, _, err := regular.Open(file)
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err // the rest is said by the fault
		}
		return nil, &fault.Error{
			Code: "rehearsal-image", What: "cannot read the image", Where: file, Err: err,
			Do: "name an image, or several with commas between and no blanks",
		}
	}
	defer f.Close()
	r, err := installp.NewReader(regular.Reader(ctx, f))
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, &fault.Error{
			Code: "rehearsal-image", What: "this image cannot be installed", Where: file, Err: err, Do: `run "mage image:verify ` + file + `"`,
		}
	}
	return &Media{File: file, Image: r.Image()}, nil
}

// restore writes the members whose names are given to the box, at the paths that they have in the image. It takes the image for a
// backup, as restore does: what the control libraries in it say is known.
func (m *Media) restore(ctx context.Context, b *Box, names []string) (count int, err error) {
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
		member, err := r.Next()
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
			err = b.putDirectory(name, member.Mode&0o7777)
		case member.IsSymlink():
			var target []byte
			if target, err = io.ReadAll(io.LimitReader(r, 4096)); err == nil { // longer than Linux takes
				err = b.putLink(name, string(target))
			}
		default:
			err = b.putFile(name, member.Mode&0o7777, member.Size, r)
		}
		if err != nil {
			return count, fmt.Errorf("restore: %w", err)
		}
		count++
	}
}

// selects tells whether a name on installp's command line means a fileset: its own, or one that it is below (documented: unless -w).
func selects(names []string, fileset string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool {
		return name == "all" || name == fileset || strings.HasPrefix(fileset, name+".")
	})
}
