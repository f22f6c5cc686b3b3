// Package tree unpacks, lists, copies and compares trees of source files.
//
// A tree is described by its [Listing], and named by the hash of that listing's text. Both say only what a tarball and a git checkout
// of the same release agree on: which files there are, what is in them, and whether their owner may execute them. Owners, times,
// empty directories and the write-protection of some files in sendmail's tarballs are left out, so that a tarball, a distribution's
// repacked tarball and a git tag satisfy one pin.
package tree

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Mode is what a listing says of an entry besides its content.
type Mode string

const (
	// File is a regular file that its owner may not execute.
	File Mode = "644"
	// Exec is a regular file that its owner may execute.
	Exec Mode = "755"
	// Link is a symbolic link; its hash is that of the target's text.
	Link Mode = "link"
)

// Entry is one file or symbolic link of a tree.
type Entry struct {
	SHA256 string // 64 lower case hexadecimal digits
	Mode   Mode
	Path   string // slash-separated, relative to the tree
}

// Listing is all entries of a tree, sorted bytewise by path.
type Listing []Entry

// String is the listing's text form, one line "sha256  mode  path" for each entry. [ParseListing] reads it back.
func (l Listing) String() string {
	var b strings.Builder
	b.Grow(len(l) * 110)
	for _, e := range l {
		b.WriteString(e.SHA256 + "  " + string(e.Mode) + "  " + e.Path + "\n")
	}
	return b.String()
}

// Hash is the tree hash: the SHA-256 of the listing's text form, in hexadecimal.
func (l Listing) Hash() string { return hexSum([]byte(l.String())) }

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// List describes the tree under dir. A .git at the top is not part of it. What is neither a file, a directory nor a symbolic link
// is an error.
func List(ctx context.Context, dir string) (Listing, error) {
	var entries Listing
	err := walk(dir, func(path string, d fs.DirEntry) error {
		info, err := d.Info()
		if err != nil {
			return err
		}
		e := Entry{Path: path, Mode: File}
		switch {
		case d.IsDir():
			return nil
		case d.Type() == fs.ModeSymlink:
			target, err := os.Readlink(filepath.Join(dir, filepath.FromSlash(path)))
			if err != nil {
				return err
			}
			e.Mode, e.SHA256 = Link, hexSum([]byte(target))
		case info.Mode()&0o100 != 0:
			e.Mode = Exec
		}
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", dir, err)
	}
	if err := hashFiles(ctx, dir, entries); err != nil {
		return nil, fmt.Errorf("listing %s: %w", dir, err)
	}
	slices.SortFunc(entries, byPath)
	return entries, nil
}

func byPath(a, b Entry) int { return strings.Compare(a.Path, b.Path) }

// walk visits what a tree may hold below dir, parents first, by slash-separated relative path.
func walk(dir string, visit func(path string, d fs.DirEntry) error) error {
	top, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !top.IsDir() {
		return fmt.Errorf("%s: not a directory", dir)
	}
	// A dot at the end: dir itself may be a symbolic link to the tree, which WalkDir alone would not follow.
	return filepath.WalkDir(dir+string(filepath.Separator)+".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || rel == "." {
			return err
		}
		if rel == ".git" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		path := filepath.ToSlash(rel)
		if err := checkName(path); err != nil {
			return err
		}
		if kind := d.Type(); kind != 0 && kind != fs.ModeDir && kind != fs.ModeSymlink {
			return fmt.Errorf("%s: neither a file, a directory nor a symbolic link", path)
		}
		return visit(path, d)
	})
}

// checkName refuses names that would not survive a listing's text form.
func checkName(path string) error {
	if i := strings.IndexFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		return fmt.Errorf("%q: control character in a file name", path)
	}
	return nil
}

// hashFiles fills in the hashes of the regular files, as many at a time as there are processors.
func hashFiles(ctx context.Context, dir string, entries Listing) error {
	var (
		workers = runtime.GOMAXPROCS(0)
		failed  = make([]error, workers)
		work    sync.WaitGroup
	)
	for w := range workers {
		work.Go(func() {
			for i := w; i < len(entries); i += workers {
				if entries[i].Mode == Link {
					continue
				}
				if failed[w] = ctx.Err(); failed[w] != nil {
					return
				}
				name := filepath.Join(dir, filepath.FromSlash(entries[i].Path))
				if entries[i].SHA256, failed[w] = regular.Sum(ctx, name); failed[w] != nil {
					return
				}
			}
		})
	}
	work.Wait()
	return errors.Join(failed...)
}
