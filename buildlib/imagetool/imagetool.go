// Package imagetool is what can be done with installp images, ours and those of AIX: list, verify, compare, extract, and make the .toc of a
// directory. It needs no checkout and no settings; what it finds out it returns.
package imagetool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/extract"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/kind"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Stdin is the name of the image that standard input brings.
const Stdin = "-"

// Image is an image that is open for reading, at any place.
type Image struct {
	*io.SectionReader
	Name string // as it was given
	file *os.File
	kept bool // somebody reads on: the file is closed with its last reader
}

// Open opens an image by its name, or by [Stdin] what in brings. Reading it ends with the context.
func Open(ctx context.Context, name string, in io.Reader) (*Image, error) {
	file, size, err := regular.Open(name)
	if name == Stdin {
		file, size, err = spool(ctx, in)
	}
	if ctx.Err() != nil && err != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, &fault.Error{
			Code: "image-unreadable", What: "cannot read the image", Where: name, Err: fault.Reason(err),
			Do: "name an image, such as sendmail.8.15.2.1.I, or - for one that comes from standard input",
		}
	}
	return &Image{SectionReader: io.NewSectionReader(regular.ReaderAt(ctx, file), 0, size), Name: name, file: file}, nil
}

// spool keeps what can be read only once in a file without a name. A reader that brings nothing is not waited for once the context has ended.
func spool(ctx context.Context, in io.Reader) (file *os.File, size int64, err error) {
	if file, err = os.CreateTemp("", "image-*"); err != nil {
		return nil, 0, err
	}
	copied := make(chan error, 1)
	if err = os.Remove(file.Name()); err == nil {
		go func(to *os.File) {
			_, err := io.Copy(to, regular.Reader(ctx, in))
			copied <- err
		}(file)
		select {
		case err = <-copied:
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	}
	if err == nil {
		size, err = file.Seek(0, io.SeekEnd)
	}
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, size, nil
}

// Close ends the reading.
func (m *Image) Close() error { return m.file.Close() }

// front reads from the beginning, whoever else reads.
func (m *Image) front() *io.SectionReader { return io.NewSectionReader(m, 0, m.Size()) }

// isLikeOne reports whether the image begins as one.
func (m *Image) isLikeOne() (bool, error) {
	first := make([]byte, 32)
	n, err := m.ReadAt(first, 0)
	if err == io.EOF {
		err = nil
	}
	return bff.HasMagic(first[:n]), err
}

// With opens an image for what is to be done with it.
func With(ctx context.Context, name string, in io.Reader, do func(*Image) error) error {
	image, err := Open(ctx, name, in)
	if err != nil {
		return err
	}
	err = do(image)
	if !image.kept {
		_ = image.Close() // it was only read
	}
	return err
}

// each does something with every image that is named; a directory stands for the images in it, and for files of some other kinds. One that
// cannot be read does not keep it from the others.
func each(ctx context.Context, in io.Reader, names []string, also []*kind.Kind, do func(*Image) error) error {
	var problems []error
	for _, name := range names {
		files := []string{name}
		if info, err := os.Stat(name); err == nil && info.IsDir() && name != Stdin {
			found, err := filesIn(ctx, name)
			if err != nil {
				problems = append(problems, err)
				continue
			}
			files = nil
			for _, f := range found {
				if f.isImage || f.kind != nil && slices.Contains(also, f.kind) {
					files = append(files, f.name)
				}
			}
			if files == nil {
				problems = append(problems, noImage(name))
			}
		}
		for _, file := range files {
			problems = append(problems, With(ctx, file, in, do))
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
	}
	return errors.Join(problems...)
}

// found is a file of a directory.
type found struct {
	name    string
	isImage bool // it begins as one
	kind    *kind.Kind
}

// filesIn looks at how the files in a directory begin.
func filesIn(ctx context.Context, dir string) (all []found, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &fault.Error{
			Code: "image-directory", What: "cannot read the directory", Where: dir, Err: fault.Reason(err), Do: "name a directory with images in it",
		}
	}
	for _, e := range entries {
		f := found{name: filepath.Join(dir, e.Name())}
		info, err := os.Stat(f.name) // links may lead to images
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		err = With(ctx, f.name, nil, func(m *Image) (err error) {
			if f.isImage, err = m.isLikeOne(); err == nil && !f.isImage {
				f.kind, err = m.kind()
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

func noImage(dir string) error {
	return &fault.Error{
		Code: "image-directory", What: "there is no image in the directory", Where: dir, Do: "put images there, or name another one",
	}
}

// Unreadable says what to do about an image that ended the reading. Other errors, such as a full disk, stay what they are.
func Unreadable(name string, err error) error {
	if errors.Is(err, bff.ErrInode) {
		return &fault.Error{
			Code: "image-kind", What: "the members of this archive are not read here", Where: name, Err: err, Do: "restore it on AIX (\"restore -rvf FILE\")",
		}
	}
	for _, blame := range []error{bff.ErrHeader, bff.ErrData, bff.ErrType, installp.ErrImage, extract.ErrMember, io.ErrUnexpectedEOF} {
		if errors.Is(err, blame) {
			return &fault.Error{
				Code: "image-unreadable", What: "this is no installp image, or a damaged one", Where: name, Err: err,
				Do: "get it again; if it begins well, verifying it shows more",
			}
		}
	}
	return err
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
