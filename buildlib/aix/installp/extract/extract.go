// Package extract writes the members of an image into a directory.
package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Into writes the members of an image into root, at the paths and with the modes and dates that the image has: lpp_name and the
// control libraries as well, and the root part's files below inst_root. Owners are those of who extracts, so set-id bits are left
// out: they would be for another account. Access lists are left out as well. Whatever is there already, or reaches out of root, or is a link, is refused; nothing is
// taken back after an error.
func Into(ctx context.Context, r io.Reader, root *os.Root) error {
	x := &extractor{ctx: ctx, root: root, reader: bff.NewReader(r), made: map[string]bool{".": true}}
	for {
		h, err := x.reader.Next()
		if err == io.EOF {
			return x.finish()
		}
		if err != nil {
			return err
		}
		if err := x.member(h); err != nil {
			return fmt.Errorf("extracting %s: %w", fault.Line(h.Name), err)
		}
	}
}

type extractor struct {
	ctx    context.Context
	root   *os.Root
	reader *bff.Reader
	made   map[string]bool // directories; true while the image did not name it
	dirs   []*bff.Header   // to be given their modes when all is in them
}

// ErrMember is in the error of a member that [Into] refuses: its path may lead out of the directory, or it is a link.
var ErrMember = errors.New("no file or directory with a plain path")

func (x *extractor) member(h *bff.Header) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	if h.IsNFS4ACL() {
		return nil
	}
	name := strings.TrimPrefix(h.Name, "./")
	if h.Name == "./" || h.Name == "." {
		name = "."
	}
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") || h.IsSymlink() {
		return ErrMember
	}
	if err := x.directories(path.Dir(name)); err != nil {
		return err
	}
	if h.IsDir() {
		if named, there := x.made[name]; there && !named {
			return fs.ErrExist
		} else if !there {
			if err := x.root.Mkdir(name, 0o700); err != nil {
				return err
			}
		}
		x.made[name] = false
		x.dirs = append(x.dirs, h)
		return nil
	}
	return x.file(name, h)
}

// directories makes those that a member needs and that the image does not have before it (S3 ships inst_root/etc/rpm without etc).
func (x *extractor) directories(name string) error {
	if _, there := x.made[name]; there {
		return nil
	}
	if err := x.directories(path.Dir(name)); err != nil {
		return err
	}
	x.made[name] = true
	return x.root.Mkdir(name, 0o755)
}

func (x *extractor) file(name string, h *bff.Header) error {
	out, err := x.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, &cancelled{x.ctx, x.reader})
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	return x.attributes(name, h)
}

func (x *extractor) attributes(name string, h *bff.Header) error {
	return errors.Join(x.root.Chmod(name, fs.FileMode(h.Mode&0o777)), x.root.Chtimes(name, h.ModTime, h.ModTime))
}

// finish goes backwards: a directory that may not be written to comes after what is in it.
func (x *extractor) finish() error {
	for _, h := range slices.Backward(x.dirs) {
		name := path.Clean(h.Name)
		if name == "." {
			continue // the directory that the caller made
		}
		if err := x.attributes(name, h); err != nil {
			return err
		}
	}
	return nil
}

// cancelled is a reader that ends with its context.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
