package tree

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Pending is a file that is being written and takes its place when it is whole. Until then it lies beside that place, under one name
// that depends on the file alone: what a run that was killed has left there is gone as soon as the file is written again.
type Pending struct {
	*os.File
	name string
	over bool // committed or discarded
}

// errTwoWriters is for a file that another run began while it was written here.
var errTwoWriters = errors.New("another run writes this file at the same time")

// Begin begins a file. The mode is what the umask leaves of the one given.
func Begin(name string, mode fs.FileMode) (*Pending, error) {
	half := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".half")
	if err := os.Remove(half); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := os.OpenFile(half, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return nil, err
	}
	return &Pending{File: f, name: name}, nil
}

// Commit puts the file into its place, once it is on the disk.
func (p *Pending) Commit() error {
	ours, err := p.Stat()
	if err := errors.Join(err, p.Sync(), p.Close()); err != nil {
		p.Discard()
		return err
	}
	p.over = true
	if beside, err := os.Lstat(p.Name()); err != nil || !os.SameFile(ours, beside) { // else half of another's would take the place
		return &fs.PathError{Op: "write", Path: p.name, Err: errTwoWriters}
	}
	if err := os.Rename(p.Name(), p.name); err != nil {
		return errors.Join(err, os.Remove(p.Name()))
	}
	return syncDirectory(filepath.Dir(p.name))
}

// Discard gives the file up. After Commit it does nothing.
func (p *Pending) Discard() {
	if p.over { // what lies there by now is another's
		return
	}
	p.over = true
	_ = p.Close()
	_ = os.Remove(p.Name()) // the next Begin does it otherwise
}

// WriteFile writes a file that is there whole or not at all, even after a power cut.
func WriteFile(name string, data []byte, mode fs.FileMode) error {
	p, err := Begin(name, mode)
	if err != nil {
		return err
	}
	defer p.Discard()
	if _, err := p.Write(data); err != nil {
		return err
	}
	return p.Commit()
}

// Sync brings a file, or a directory with all that is in it, to the disk. What is renamed into place after that is whole, whatever happens.
func Sync(name string) error {
	var files, directories []string
	err := filepath.WalkDir(name, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			directories = append(directories, name)
		case d.Type().IsRegular(): // a link is in its directory
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = each(len(files), func(i int) error {
		f, err := os.Open(files[i])
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
	for _, d := range directories {
		err = errors.Join(err, syncDirectory(d))
	}
	return err
}

// Move renames a file or directory within one file system, so that the new name is there after a power cut or the old one is.
func Move(from, to string) error {
	if err := Sync(from); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(to))
}

// IsBelow reports whether a path is a directory or lies in it.
func IsBelow(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// syncDirectory does what it can: not every file system syncs directories, and AIX opens none for that.
func syncDirectory(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
