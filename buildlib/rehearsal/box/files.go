package box

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// maxLinks bounds how many symbolic links a path may lead through.
const maxLinks = 40

// in is where a path of the box is below its root, every symbolic link in its directories followed as the box sees it. What the
// path itself is does not matter. Access goes through an os.Root, out of which nothing leads, and which refuses links without an end.
func (b *Box) in(name string) string {
	rest := strings.Split(strings.Trim(path.Clean("/"+name), "/"), "/")
	at := "."
	for followed := 0; len(rest) > 1; rest = rest[1:] {
		next := path.Join(at, rest[0])
		target, err := b.root.Readlink(next)
		if err != nil { // no link; whether it is there is for the caller to find out
			at = next
			continue
		}
		if followed++; followed > maxLinks {
			return strings.TrimPrefix(path.Clean("/"+name), "/")
		}
		if !path.IsAbs(target) {
			target = path.Join("/", at, target)
		}
		at = "."
		// The loop drops the first of these, which stands for the component that was the link.
		rest = slices.Concat([]string{""}, strings.Split(strings.Trim(path.Clean(target), "/"), "/"), rest[1:])
	}
	return path.Join(at, cmp.Or(rest[0], "."))
}

// follow is in for a directory: what the path itself links to counts.
func (b *Box) follow(name string) string { return path.Dir(b.in(name + "/-")) }

// Info is what a path of the box is, nil for nothing. A link is not followed.
func (b *Box) Info(name string) (fs.FileInfo, error) {
	info, err := b.root.Lstat(b.in(name))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	return info, err
}

func fileMode(mode uint32) fs.FileMode {
	m := fs.FileMode(mode & 0o777)
	for _, bit := range modeBits {
		if mode&bit.stat != 0 {
			m |= bit.file
		}
	}
	return m
}

// StatMode gives a mode as stat does.
func StatMode(m fs.FileMode) uint32 {
	mode := uint32(m.Perm())
	for _, bit := range modeBits {
		if m&bit.file != 0 {
			mode |= bit.stat
		}
	}
	return mode
}

var modeBits = []struct {
	stat uint32
	file fs.FileMode
}{{0o4000, fs.ModeSetuid}, {0o2000, fs.ModeSetgid}, {0o1000, fs.ModeSticky}}

// PutDirectory makes a directory, or gives one that is there its mode.
func (b *Box) PutDirectory(name string, mode uint32) error {
	if err := b.Fate.Moment("directory " + name); err != nil {
		return err
	}
	at := b.follow(name)
	if info, err := b.root.Stat(at); err != nil || !info.IsDir() {
		if err := errors.Join(b.Fate.Room(name), b.parents(name)); err != nil {
			return err
		}
		if err := b.root.Mkdir(at, 0o755); err != nil {
			return err
		}
	}
	return b.root.Chmod(at, fileMode(mode))
}

// parents makes the directories above a path, as restore does.
func (b *Box) parents(name string) error {
	at := b.follow(path.Dir(path.Clean("/" + name)))
	if _, err := b.root.Stat(at); err == nil {
		return nil
	}
	if err := b.Fate.Room(name); err != nil {
		return err
	}
	return b.root.MkdirAll(at, 0o755)
}

// PutFile writes a new file, in two halves: a power cut or a full disk leaves the first.
func (b *Box) PutFile(name string, mode uint32, size int64, content io.Reader) error {
	at, err := b.place("file", name)
	if err != nil {
		return err
	}
	out, err := b.root.Create(at)
	if err != nil {
		return err
	}
	_, err = io.CopyN(out, content, size/2)
	if err == nil {
		err = b.Fate.Moment("the end of file " + name)
	}
	if err == nil {
		err = b.Fate.Room(name)
	}
	if err == nil {
		_, err = io.Copy(out, content)
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	return b.root.Chmod(at, fileMode(mode))
}

// place makes room for something of a kind, and tells where that is below the box's root.
func (b *Box) place(kind, name string) (string, error) {
	if err := b.Fate.Moment(kind + " " + name); err != nil {
		return "", err
	}
	if err := b.clear(name); err != nil {
		return "", err
	}
	return b.in(name), errors.Join(b.parents(name), b.Fate.Room(name))
}

// PutLink makes a symbolic link.
func (b *Box) PutLink(name, target string) error {
	at, err := b.place("link", name)
	if err != nil {
		return err
	}
	return b.root.Symlink(target, at)
}

// Readlink is where a symbolic link leads, "" for what is none.
func (b *Box) Readlink(name string) string {
	target, _ := b.root.Readlink(b.in(name))
	return target
}

// Chmod gives an object its mode.
func (b *Box) Chmod(name string, mode uint32) error { return b.root.Chmod(b.in(name), fileMode(mode)) }

// RemoveAll removes objects, what is in a directory before the directory itself.
func (b *Box) RemoveAll(names []string) error {
	for _, name := range slices.Backward(slices.Sorted(slices.Values(names))) {
		if err := b.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// clear removes what is in the way of a file, but not a directory.
func (b *Box) clear(name string) error {
	info, err := b.Info(name)
	if err != nil || info == nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("%s: %w", name, syscall.EISDIR)
	}
	return b.root.Remove(b.in(name))
}

// Remove removes a file or a link, or a directory that is empty; what is gone, and a directory with something in it, stays as it is.
func (b *Box) Remove(name string) error {
	info, err := b.Info(name)
	if err != nil || info == nil {
		return err
	}
	if err := b.Fate.Moment("removal of " + name); err != nil {
		return err
	}
	return b.Forget(name)
}

// Forget removes a file of installp's own, or a directory of it once it is empty.
func (b *Box) Forget(name string) error {
	info, err := b.Info(name)
	if err != nil || info == nil {
		return err
	}
	if err := b.root.Remove(b.in(name)); err != nil && !info.IsDir() {
		return err
	}
	return nil
}

// RemoveTree removes a directory of installp's own with all that is in it.
func (b *Box) RemoveTree(name string) error { return b.root.RemoveAll(b.in(name)) }

// Copy copies a file, a link or a directory (without what is in it) within the box.
func (b *Box) Copy(from, to string) error {
	at := b.in(from)
	info, err := b.root.Lstat(at)
	if err != nil {
		return err
	}
	switch {
	case info.IsDir():
		return b.PutDirectory(to, StatMode(info.Mode()))
	case info.Mode().Type() == fs.ModeSymlink:
		target, err := b.root.Readlink(at)
		if err != nil {
			return err
		}
		return b.PutLink(to, target)
	}
	in, err := b.root.Open(at)
	if err != nil {
		return err
	}
	return errors.Join(b.PutFile(to, StatMode(info.Mode()), info.Size(), in), in.Close())
}

// Move renames a file of installp's own.
func (b *Box) Move(from, to string) error {
	if err := b.parents(to); err != nil {
		return err
	}
	return b.root.Rename(b.in(from), b.in(to))
}

// maxRead bounds what is read of a box: scripts can put anything in the place of its files.
const maxRead = 64 << 20

// Read gives the content of a file of the box.
func (b *Box) Read(name string) ([]byte, error) {
	return regular.ReadIn(b.root, b.in(name), maxRead)
}

// Has reports whether something is at a path of the box. What cannot be told counts as nothing.
func (b *Box) Has(name string) bool {
	info, err := b.Info(name)
	return err == nil && info != nil
}

// List gives the names in a directory of the box, sorted; none for one that is not there.
func (b *Box) List(dir string) ([]string, error) {
	entries, err := fs.ReadDir(b.root.FS(), b.follow(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// MakePrivate makes a directory of installp's own for nobody else.
func (b *Box) MakePrivate(name string) error { return b.root.MkdirAll(b.in(name), 0o700) }

// PutText writes a file of installp's own. What a power cut does to those is not the package's affair: no moment passes.
func (b *Box) PutText(name string, mode uint32, text string) error {
	if err := errors.Join(b.Fate.Room(name), b.parents(name)); err != nil {
		return err
	}
	at := b.in(name)
	return errors.Join(b.root.WriteFile(at, []byte(text), 0o644), b.root.Chmod(at, fileMode(mode)))
}

// PutHardLink makes a further name for a file.
func (b *Box) PutHardLink(file, name string) error {
	info, err := b.Info(file)
	if err != nil {
		return err
	}
	if other, err := b.Info(name); err != nil || other != nil && os.SameFile(info, other) {
		return err
	}
	to, err := b.place("hard link", name)
	if err != nil {
		return err
	}
	return b.root.Link(b.in(file), to)
}
