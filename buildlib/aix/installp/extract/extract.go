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
	"syscall"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Left is a member that was left out, or whose access list was.
type Left struct {
	Name string
	Err  error
	// Access is what was left out of a member that is there all the same.
	Access []string
}

// Some writes members of an image into root, at the paths and with the modes and dates that the image has: lpp_name and the
// control libraries as well, and the root part's files below inst_root. It takes those that are named, and what is below them; all when
// none is. Owners are those of who extracts, so set-id bits are left out: they would be for another account. Access lists are left out as
// well. Whatever is there already, or reaches out of root, or is a link, is refused; it is told of, and the next one is extracted. Nothing
// is taken back after an error, which is one that ends it.
func Some(ctx context.Context, r io.Reader, root *os.Root, names []string) ([]Left, error) {
	x := &extractor{
		ctx: ctx, root: root, reader: bff.NewReader(r), made: map[string]bool{".": true}, files: map[uint32]string{}, buffer: make([]byte, 256<<10),
		wanted: map[string]bool{}, dir: ".", parent: root,
	}
	defer x.leave()
	for _, name := range names {
		x.wanted[plain(name)] = false
	}
	for {
		m, err := installp.NextMember(x.reader)
		if err == io.EOF {
			return x.finish()
		}
		if errors.Is(err, bff.ErrVolume) {
			x.left = append(x.left, Left{Name: "what is in further volumes", Err: bff.ErrVolume})
			return x.finish()
		}
		if err != nil {
			return nil, err
		}
		if !x.wants(m) {
			continue
		}
		switch err := x.member(m); {
		case err == nil && len(m.ACL) > 0:
			x.left = append(x.left, Left{Name: strings.TrimSuffix(m.Name, bff.NFS4Name), Access: m.ACL})
		case err == nil:
		case x.ctx.Err() != nil:
			return nil, x.ctx.Err()
		case !isOfMember(err):
			return nil, fmt.Errorf("extracting %s: %w", fault.Line(m.Name), err)
		case len(x.left) < mostLeft:
			x.left = append(x.left, Left{Name: m.Name, Err: err})
		}
	}
}

// mostLeft is how many members of one image are reported as left out.
const mostLeft = 10000

// isOfMember reports whether an error is about one member, so that others can be made.
func isOfMember(err error) bool {
	for _, e := range []error{ErrMember, fs.ErrExist, fs.ErrInvalid, bff.ErrData, bff.ErrVolume, syscall.ENAMETOOLONG, syscall.ENOTDIR, syscall.EISDIR, syscall.EINVAL, syscall.EILSEQ} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

type extractor struct {
	ctx    context.Context
	root   *os.Root
	reader *bff.Reader
	buffer []byte
	made   map[string]bool // directories; true while the image did not name it
	dirs   []*bff.Header   // to be given their modes when all is in them
	files  map[uint32]string
	wanted map[string]bool // names that are asked for, and whether they were met
	left   []Left
	dir    string   // of parent
	parent *os.Root // the directory of the last member: in it, each call takes one step
}

// ErrMember is in the error of a member that is refused: its path may lead out of the directory, or it is a link or a device.
var ErrMember = errors.New("no file or directory with a plain path")

// plain is the path of a member below the directory.
func plain(name string) string {
	if name = strings.TrimPrefix(installp.MemberName(name), "./"); name == "" {
		return "."
	}
	return name
}

// isPlain reports whether a path leads below the directory as it stands. Its names are bytes: what is no UTF-8 is one all the same.
func isPlain(name string) bool {
	return fs.ValidPath(strings.ToValidUTF8(name, "?")) && !strings.ContainsAny(name, "\\\x00")
}

// wants reports whether a member is asked for, itself or with what it is in.
func (x *extractor) wants(m *installp.Member) bool {
	if len(x.wanted) == 0 {
		return true
	}
	for name := plain(m.Name); ; name = path.Dir(name) {
		if _, wanted := x.wanted[name]; wanted {
			x.wanted[name] = true
			return true
		}
		if name == "." {
			return false
		}
	}
}

func (x *extractor) member(m *installp.Member) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	if m.IsNFS4ACL() {
		return nil
	}
	name := plain(m.Name)
	if !isPlain(name) || !m.IsDir() && !m.IsRegular() {
		return ErrMember
	}
	if err := x.directories(path.Dir(name)); err != nil {
		return err
	}
	if m.IsDir() {
		if named, there := x.made[name]; there && !named {
			return fs.ErrExist
		} else if !there {
			if err := x.root.Mkdir(name, 0o700); err != nil {
				return err
			}
		}
		x.made[name] = false
		x.dirs = append(x.dirs, &m.Header)
		return nil
	}
	return x.file(name, m)
}

// directories makes those that a member needs and that the image does not have before it (S3 ships inst_root/etc/rpm without etc).
func (x *extractor) directories(name string) error {
	if _, there := x.made[name]; there {
		return nil
	}
	if err := x.directories(path.Dir(name)); err != nil {
		return err
	}
	if err := x.root.Mkdir(name, 0o755); err != nil {
		return err
	}
	x.made[name] = true
	return nil
}

// enter opens the directory of a member, if it is not that of the one before.
func (x *extractor) enter(dir string) error {
	if dir == x.dir {
		return nil
	}
	parent, err := x.root.OpenRoot(dir)
	if err == nil {
		x.leave()
		x.parent, x.dir = parent, dir
	}
	return err
}

func (x *extractor) leave() {
	if x.parent != x.root {
		_ = x.parent.Close() // nothing is written through it
	}
}

func (x *extractor) file(name string, m *installp.Member) error {
	if m.HardLink {
		first, there := x.files[m.Inode]
		if !there {
			return fmt.Errorf("%w: another name of a file that is not there", ErrMember)
		}
		return x.root.Link(first, name)
	}
	if err := x.enter(path.Dir(name)); err != nil {
		return err
	}
	base := path.Base(name)
	// With O_NONBLOCK, which means nothing to a file, Go leaves out five calls by which it would find that out.
	out, err := x.parent.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return err
	}
	err = x.copy(out)
	if err := errors.Join(err, out.Chmod(fs.FileMode(m.Mode&0o777)), out.Close(), x.parent.Chtimes(base, m.ModTime, m.ModTime)); err != nil {
		if isOfMember(err) { // half a file is none
			err = errors.Join(err, x.parent.Remove(base))
		}
		return err
	}
	if m.Links > 1 && m.Inode != 0 {
		x.files[m.Inode] = name
	}
	return nil
}

// copy writes the current member's data, until the context ends.
func (x *extractor) copy(out *os.File) error {
	for {
		n, err := x.reader.Read(x.buffer)
		if n > 0 {
			if _, err := out.Write(x.buffer[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = x.ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// finish goes backwards: a directory that may not be written to comes after what is in it.
func (x *extractor) finish() ([]Left, error) {
	for _, h := range slices.Backward(x.dirs) {
		name := path.Clean(plain(h.Name))
		if name == "." {
			continue // the directory that the caller made
		}
		if err := errors.Join(x.root.Chmod(name, fs.FileMode(h.Mode&0o777)), x.root.Chtimes(name, h.ModTime, h.ModTime)); err != nil {
			return nil, err
		}
	}
	for name, met := range x.wanted {
		if !met {
			x.left = append(x.left, Left{Name: name, Err: ErrAbsent})
		}
	}
	return x.left, nil
}

// ErrAbsent: a member that is asked for is not in the image.
var ErrAbsent = errors.New("there is no such member")
