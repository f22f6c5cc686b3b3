// Package regular reads files that somebody else may have put there: images, caches, records of earlier runs. What is no regular file is
// refused without waiting for it, as is one of an absurd size; and what takes long ends with its context.
package regular

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
)

// ErrIrregular is for a directory, a FIFO, a device or the like where a file should be.
var ErrIrregular = errors.New("this is no file")

// ErrTooLarge is for a file that is larger than what it should hold can be.
var ErrTooLarge = errors.New("the file is too large")

// Open opens a regular file, or one that a link leads to, and tells its size.
func Open(name string) (f *os.File, size int64, err error) {
	info, err := os.Stat(name) // first: opening a device may already do something
	if err == nil {
		err = check(name, info)
	}
	if err != nil {
		return nil, 0, err
	}
	f, err = os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // it may have become a FIFO meanwhile
	if err != nil {
		return nil, 0, err
	}
	if info, err = f.Stat(); err == nil {
		err = check(name, info)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

func check(name string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return &fs.PathError{Op: "open", Path: name, Err: ErrIrregular}
	}
	return nil
}

// Read reads a whole file of at most limit bytes.
func Read(name string, limit int64) ([]byte, error) {
	f, size, err := Open(name)
	if err != nil {
		return nil, err
	}
	return whole(f, name, size, limit)
}

// ReadIn does the same in a directory, which links do not lead out of.
func ReadIn(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = check(name, info)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return whole(f, name, info.Size(), limit)
}

// ReadFS does the same in a file system.
func ReadFS(fsys fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err == nil {
		err = check(name, info)
	}
	if err != nil {
		return nil, err
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	return whole(f, name, info.Size(), limit)
}

// whole reads a file and closes it.
func whole(f io.ReadCloser, name string, size, limit int64) ([]byte, error) {
	defer f.Close() // it was only read
	if size > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w: it has %d bytes, and %d would be many", ErrTooLarge, size, limit)}
	}
	return io.ReadAll(io.LimitReader(f, limit)) // it may grow meanwhile
}

// Reader is r until the context ends.
func Reader(ctx context.Context, r io.Reader) io.Reader { return &reader{ctx, r} }

type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.r.Read(p)
}

// ReaderAt is r until the context ends.
func ReaderAt(ctx context.Context, r io.ReaderAt) io.ReaderAt { return &readerAt{ctx, r} }

type readerAt struct {
	ctx context.Context
	r   io.ReaderAt
}

func (r *readerAt) ReadAt(p []byte, offset int64) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.r.ReadAt(p, offset)
}

// buffers are what files are read through to be hashed: one for each file would be garbage as large as the files.
var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// Sum is the SHA-256 of a file's content, in hexadecimal.
func Sum(ctx context.Context, name string) (string, error) {
	f, _, err := Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close() // it was only read
	buffer := buffers.Get().(*[64 << 10]byte)
	defer buffers.Put(buffer)
	h := sha256.New()
	if _, err := io.CopyBuffer(h, Reader(ctx, f), buffer[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
