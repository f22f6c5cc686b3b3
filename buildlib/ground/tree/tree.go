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
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
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
	return each(len(entries), func(i int) (err error) {
		if entries[i].Mode == Link {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		entries[i].SHA256, err = regular.Sum(ctx, filepath.Join(dir, filepath.FromSlash(entries[i].Path)))
		return err
	})
}

// each does something for each of n, as many at once as there are processors, and gives the first error of each processor, with which it has ended.
func each(n int, do func(i int) error) error {
	var (
		workers = runtime.GOMAXPROCS(0)
		failed  = make([]error, workers)
		work    sync.WaitGroup
	)
	for w := range workers {
		work.Go(func() {
			for i := w; i < n && failed[w] == nil; i += workers {
				failed[w] = do(i)
			}
		})
	}
	work.Wait()
	return errors.Join(failed...)
}

// ParseListing reads the text form of a listing. It takes nothing that String would not write: the text is hashed, so there is
// one spelling only.
func ParseListing(text string) (Listing, error) {
	var l Listing
	for n := 1; text != ""; n++ {
		line, rest, ended := strings.Cut(text, "\n")
		if !ended {
			return nil, fmt.Errorf("line %d: no newline at its end", n)
		}
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if len(l) > 0 && l[len(l)-1].Path >= e.Path {
			return nil, fmt.Errorf("line %d: %s does not come after %s", n, e.Path, l[len(l)-1].Path)
		}
		l = append(l, e)
		text = rest
	}
	return l, nil
}

func parseEntry(line string) (Entry, error) {
	parts := strings.SplitN(line, "  ", 3)
	if len(parts) != 3 {
		return Entry{}, fmt.Errorf("%q is not of the form \"sha256  mode  path\"", line)
	}
	e := Entry{SHA256: parts[0], Mode: Mode(parts[1]), Path: parts[2]}
	if len(e.SHA256) != 64 || strings.Trim(e.SHA256, "0123456789abcdef") != "" {
		return Entry{}, fmt.Errorf("%q is not a SHA-256 in lower case hexadecimal", e.SHA256)
	}
	if e.Mode != File && e.Mode != Exec && e.Mode != Link {
		return Entry{}, fmt.Errorf("mode %q is none of %s, %s, %s", e.Mode, File, Exec, Link)
	}
	if e.Path != path.Clean(e.Path) || !insideTree(e.Path) {
		return Entry{}, fmt.Errorf("path %q is not a plain relative one", e.Path)
	}
	return e, checkName(e.Path)
}

// insideTree says whether a clean path names something below the tree's top.
func insideTree(clean string) bool {
	return clean != "." && clean != ".." && !strings.HasPrefix(clean, "../") && !path.IsAbs(clean)
}

// Kind is the way in which two trees differ at one path.
type Kind string

const (
	// Missing is an entry that should be there.
	Missing Kind = "missing"
	// Extra is an entry that should not be there.
	Extra Kind = "extra"
	// Changed is an entry with other content than it should have.
	Changed Kind = "changed"
	// ModeChanged is an entry with the right content and the wrong mode.
	ModeChanged Kind = "mode"
)

// Difference is one path at which two trees differ.
type Difference struct {
	Kind      Kind
	Want, Got Entry // the zero Entry on the side that has none
}

// Path is where the difference is.
func (d Difference) Path() string {
	if d.Kind == Extra {
		return d.Got.Path
	}
	return d.Want.Path
}

// String shows the difference in a few words, such as "missing sendmail/tls.c".
func (d Difference) String() string {
	if d.Want.Mode != d.Got.Mode && d.Want.Mode != "" && d.Got.Mode != "" {
		return fmt.Sprintf("%s %s (%s instead of %s)", d.Kind, fault.Line(d.Path()), d.Got.Mode, d.Want.Mode)
	}
	return string(d.Kind) + " " + fault.Line(d.Path())
}

// Compare names every path at which the tree got differs from the tree want, sorted by path.
func Compare(want, got Listing) []Difference {
	var ds []Difference
	for i, j := 0, 0; i < len(want) || j < len(got); {
		switch {
		case j == len(got) || i < len(want) && want[i].Path < got[j].Path:
			ds = append(ds, Difference{Kind: Missing, Want: want[i]})
			i++
		case i == len(want) || got[j].Path < want[i].Path:
			ds = append(ds, Difference{Kind: Extra, Got: got[j]})
			j++
		default:
			w, g := want[i], got[j]
			if w.SHA256 != g.SHA256 {
				ds = append(ds, Difference{Kind: Changed, Want: w, Got: g})
			} else if w.Mode != g.Mode {
				ds = append(ds, Difference{Kind: ModeChanged, Want: w, Got: g})
			}
			i++
			j++
		}
	}
	return ds
}
