package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Copy copies the tree src to the new directory dst: its files with the modes of a [Listing] and the one time mtime, its
// directories, and its symbolic links as they are, unless they lead out of the tree. A .git at the top stays behind.
// Like [Unpack], it leaves a whole tree or none.
func Copy(ctx context.Context, src, dst string, mtime time.Time) error {
	return build(dst, mtime, func(root *os.Root) error {
		var files []string
		err := walk(src, func(path string, d fs.DirEntry) error {
			name := filepath.FromSlash(path)
			switch d.Type() {
			case fs.ModeDir:
				return root.Mkdir(name, 0o755)
			case fs.ModeSymlink:
				target, err := os.Readlink(filepath.Join(src, name))
				if err != nil {
					return err
				}
				if err := checkTarget(path, target); err != nil {
					return fmt.Errorf("%s %w", path, err)
				}
				return root.Symlink(target, name)
			}
			files = append(files, path)
			return nil
		})
		if err == nil {
			err = each(len(files), func(i int) error {
				return copyFile(ctx, root, files[i], filepath.Join(src, filepath.FromSlash(files[i])))
			})
		}
		if err != nil {
			return fmt.Errorf("copying %s to %s: %w", src, dst, err)
		}
		return nil
	})
}

func copyFile(ctx context.Context, root *os.Root, path, from string) error {
	in, _, err := regular.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() // only read
	info, err := in.Stat()
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if info.Mode()&0o100 != 0 {
		mode = 0o755
	}
	return writeFile(root, path, mode, regular.Reader(ctx, in))
}

// writeFile makes a new file with exactly this mode.
func writeFile(root *os.Root, path string, mode fs.FileMode, content io.Reader) error {
	f, err := root.OpenFile(filepath.FromSlash(path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer f.Close() // for the error paths; the one below counts
	if _, err := io.Copy(f, content); err != nil {
		if read, ok := errors.AsType[readError](err); ok {
			return damaged(fmt.Errorf("in %s: %w", path, read.error))
		}
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := f.Chmod(mode); err != nil { // the umask may have taken something away
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// build makes the directory dst from what fill puts into an empty one beside it.
func build(dst string, mtime time.Time, fill func(*os.Root) error) (err error) {
	if _, err := os.Lstat(dst); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return &fault.Error{
			Code: "tree-exists", What: "cannot make a source tree where something already is", Where: dst, Err: err,
			Do: "remove it, or choose another place",
		}
	}
	part := filepath.Clean(dst) + ".part"
	if err := os.RemoveAll(part); err != nil { // what a run that was killed left behind
		return fmt.Errorf("removing %s: %w", part, err)
	}
	if err := os.MkdirAll(part, 0o755); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(part))
		}
	}()
	root, err := os.OpenRoot(part)
	if err != nil {
		return err
	}
	defer root.Close() // a directory that was only looked at
	if err := fill(root); err != nil {
		return err
	}
	if err := settle(root, mtime); err != nil {
		return err
	}
	return os.Rename(part, dst)
}

// settle gives every file and directory its final time and every directory its mode, once nothing more is written into them.
func settle(root *os.Root, mtime time.Time) error {
	return fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type() == fs.ModeSymlink { // the time of a link would be set on what it points to
			return err
		}
		if d.IsDir() {
			if err := root.Chmod(path, 0o755); err != nil {
				return err
			}
		}
		return root.Chtimes(path, mtime, mtime)
	})
}
