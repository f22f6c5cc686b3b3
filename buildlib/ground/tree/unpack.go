package tree

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/therootcompany/xz"
)

// Limits bound what an archive may unpack to. A zero field means the default.
type Limits struct {
	Entries   int   // default 20000; sendmail has about 850
	Bytes     int64 // of all files together; default 256 MiB; sendmail has 8
	FileBytes int64 // of one file; default 64 MiB
}

func (l Limits) withDefaults() Limits {
	if l.Entries == 0 {
		l.Entries = 20000
	}
	if l.Bytes == 0 {
		l.Bytes = 256 << 20
	}
	if l.FileBytes == 0 {
		l.FileBytes = 64 << 20
	}
	return l
}

// Unpack writes the tree in the tar archive r, compressed or not, to the new directory dst, without the one directory at the
// archive's top. An archive that was made of a directory named "." may have none. It refuses everything that could touch a file outside dst, and what a release of source code has no use for.
//
// Every file gets the same time, mtime, and mode 0644 or 0755 whatever the umask: sendmail's tarballs hold write-protected
// files, which would stop later steps; and make must not find a ready-made cf/cf/*.cf older than its source, which equal times
// never make it. (Manual pages are another matter: Build links mailstats.0 as mailstats.0.dist and formats the page again
// wherever it finds groff or nroff, whatever the times.)
//
// dst appears whole or not at all: the tree is made beside it, in dst.part, and renamed.
func Unpack(ctx context.Context, r io.Reader, dst string, mtime time.Time, limits Limits) error {
	return build(dst, mtime, func(root *os.Root) error {
		plain, err := decompress(regular.Reader(ctx, r))
		if err != nil {
			return damaged(err)
		}
		tail := &tailReader{r: plain}
		u := unpacker{ctx: ctx, root: root, plain: tail, limits: limits.withDefaults(), kinds: map[string]byte{".": tar.TypeDir}}
		if err := u.unpack(tar.NewReader(tail)); err != nil {
			return err
		}
		// What follows the archive is read too: the checksums of gzip and xz stand at the end.
		if _, err := io.Copy(io.Discard, io.LimitReader(tail, u.limits.Bytes)); err != nil {
			return damaged(err)
		}
		if tail.zeros < 512 {
			return damaged(io.ErrUnexpectedEOF)
		}
		return u.lift()
	})
}

// unpacker holds what is known of the archive so far.
type unpacker struct {
	ctx     context.Context
	root    *os.Root
	plain   io.Reader // what the tar reader reads
	limits  Limits
	top     string          // the archive's only directory
	dotted  bool            // the archive begins with ".": whether there is such a directory is seen in the end
	kinds   map[string]byte // tar type of each path written, "." included
	entries int
	bytes   int64
}

func (u *unpacker) unpack(tr *tar.Reader) error {
	for {
		header, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, tar.ErrHeader) && u.entries == 0 {
			return damaged(errFormat)
		}
		if err != nil {
			return damaged(err)
		}
		if u.entries++; u.entries > u.limits.Entries {
			return tooLarge(fmt.Sprintf("more than %d entries", u.limits.Entries))
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue // git archive puts the commit's name there
		}
		if err := u.entry(header, tr); err != nil {
			return err
		}
	}
	if u.entries == 0 && u.isZeros() {
		return damaged(fmt.Errorf("nothing but zeros: %w", errFormat))
	}
	if len(u.kinds) == 1 {
		return damaged(errors.New("the archive is empty"))
	}
	return nil
}

// isZeros says whether more follows than the end of an archive. Two blocks of zeros are that end, and so the whole of an empty one;
// tar programs fill it up to the size of a record, which is 10 kB unless someone asks for more. A file full of zeros, as an
// interrupted copy or a sparse file may be, begins in the same way. It is not read to its end.
func (u *unpacker) isZeros() bool {
	n, err := io.Copy(io.Discard, io.LimitReader(u.plain, largestRecord))
	return err == nil && n == largestRecord
}

// largestRecord is tar's -b 2048.
const largestRecord = 1 << 20

func (u *unpacker) entry(h *tar.Header, content io.Reader) error {
	name, err := u.strip(h.Name)
	if err != nil {
		return hostile(h.Name, err)
	}
	if top, below, _ := strings.Cut(name, "/"); top == ".git" || u.dotted && (below == ".git" || strings.HasPrefix(below, ".git/")) {
		return nil // as [Copy] and [List] pass it over: git would run what it says
	}
	if name == "." {
		if h.Typeflag != tar.TypeDir {
			return hostile(h.Name, errors.New("stands beside or in place of the top directory"))
		}
		return nil
	}
	if h.Typeflag != tar.TypeDir {
		if _, twice := u.kinds[name]; twice {
			return hostile(h.Name, errors.New("is in the archive twice"))
		}
	}
	if err := u.directory(h.Name, path.Dir(name)); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return u.directory(h.Name, name)
	case tar.TypeReg:
		u.kinds[name] = tar.TypeReg
		return u.file(name, h, content)
	case tar.TypeLink:
		return u.hardLink(name, h)
	case tar.TypeSymlink:
		if err := checkTarget(name, h.Linkname); err != nil {
			return hostile(h.Name, err)
		}
		u.kinds[name] = tar.TypeSymlink
		return u.root.Symlink(h.Linkname, filepath.FromSlash(name))
	}
	return hostile(h.Name, fmt.Errorf("has type %q: neither a file, a directory nor a link", h.Typeflag))
}

// AIX's limits.h: NAME_MAX of JFS2, and PATH_MAX with its final zero.
const (
	longestName = 255
	longestPath = 1022
)

// strip checks a name and takes the top directory off.
func (u *unpacker) strip(name string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	if path.IsAbs(name) {
		return "", errors.New("is an absolute path")
	}
	if len(name) > longestPath {
		return "", errors.New("has a path that is longer than AIX takes")
	}
	for _, part := range strings.Split(name, "/") {
		if part == ".." {
			return "", errors.New("has a \"..\" in its path")
		}
		if len(part) > longestName {
			return "", errors.New("has a name that is longer than file systems take")
		}
	}
	clean := path.Clean(name)
	if clean == "." {
		u.dotted = u.dotted || u.top == ""
		return ".", nil
	}
	if u.dotted {
		return clean, nil
	}
	top, rest, below := strings.Cut(clean, "/")
	if u.top == "" {
		u.top = top
	}
	if top != u.top {
		return "", fmt.Errorf("is not below %s/, the archive's top directory", u.top)
	}
	if !below {
		return ".", nil
	}
	return rest, nil
}

// lift takes away the one directory at the top of what came below ".".
func (u *unpacker) lift() error {
	names, err := fs.ReadDir(u.root.FS(), ".")
	if err != nil || !u.dotted || len(names) != 1 || !names[0].IsDir() {
		return err
	}
	for name, kind := range u.kinds {
		if kind != tar.TypeSymlink {
			continue
		}
		target, err := u.root.Readlink(name)
		if err != nil {
			return err
		}
		if err := checkTarget(strings.TrimPrefix(name, names[0].Name()+"/"), target); err != nil { // it leads less far up now
			return hostile(name, err)
		}
	}
	const top = ".top" // the directory may hold one of its own name
	if err := u.root.Rename(names[0].Name(), top); err != nil {
		return err
	}
	if names, err = fs.ReadDir(u.root.FS(), top); err != nil {
		return err
	}
	for _, d := range names {
		if d.Name() == top {
			return hostile(d.Name(), errors.New("is a name that no release has"))
		}
		if err := u.root.Rename(top+"/"+d.Name(), d.Name()); err != nil {
			return err
		}
	}
	return u.root.Remove(top)
}

// directory makes a directory for an entry, and those above it. It never follows a link: what is already there must be a
// directory made here.
func (u *unpacker) directory(entry, name string) error {
	switch kind, there := u.kinds[name]; {
	case kind == tar.TypeDir:
		return nil
	case there:
		return hostile(entry, fmt.Errorf("needs %s to be a directory, and it is not one", name))
	}
	if err := u.directory(entry, path.Dir(name)); err != nil {
		return err
	}
	u.kinds[name] = tar.TypeDir
	return u.root.Mkdir(filepath.FromSlash(name), 0o755)
}

// charge counts a file's bytes against the limits before any of them is written.
func (u *unpacker) charge(name string, size int64) error {
	if size < 0 || size > u.limits.FileBytes {
		return tooLarge(fmt.Sprintf("%s has %d bytes, more than %d", name, size, u.limits.FileBytes))
	}
	if u.bytes += size; u.bytes > u.limits.Bytes {
		return tooLarge(fmt.Sprintf("more than %d bytes in all", u.limits.Bytes))
	}
	return nil
}

func (u *unpacker) file(name string, h *tar.Header, content io.Reader) error {
	if err := u.charge(h.Name, h.Size); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if h.Mode&0o100 != 0 {
		mode = 0o755
	}
	return writeFile(u.root, name, mode, &markedReader{content})
}

// hardLink copies the file that the link names: a tree in which a patch to one file changes another is of no use.
func (u *unpacker) hardLink(name string, h *tar.Header) error {
	target, err := u.strip(h.Linkname)
	if err != nil || u.kinds[target] != tar.TypeReg {
		return hostile(h.Name, fmt.Errorf("links to %q, which is not a file of this archive", h.Linkname))
	}
	in, err := u.root.Open(filepath.FromSlash(target))
	if err != nil {
		return err
	}
	defer in.Close() // only read
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if err := u.charge(h.Name, info.Size()); err != nil {
		return err
	}
	u.kinds[name] = tar.TypeReg
	return writeFile(u.root, name, info.Mode().Perm(), regular.Reader(u.ctx, in))
}

// checkTarget refuses symbolic links that lead out of the tree. Since every link's own directory is a real one, a target that
// goes up first and then only down can be judged by its text alone, even when it passes through other links.
func checkTarget(name, target string) error {
	if err := checkName(target); err != nil {
		return err
	}
	if target == "" || path.IsAbs(target) {
		return fmt.Errorf("links to %q, which is not a relative path", target)
	}
	down := false
	for _, part := range strings.Split(target, "/") {
		switch {
		case part == ".." && down:
			return fmt.Errorf("links to %q, which goes down and then up again", target)
		case part != ".." && part != "." && part != "":
			down = true
		}
	}
	if joined := path.Join(path.Dir(name), target); joined != "." && !insideTree(joined) {
		return fmt.Errorf("links to %q, which is outside the tree", target)
	}
	return nil
}

// readError marks an error as one of the archive and not of the disk that it is unpacked to.
type readError struct{ error }

func (e readError) Unwrap() error { return e.error }

type markedReader struct{ r io.Reader }

func (m *markedReader) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = readError{err}
	}
	return n, err
}

func damaged(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.Is(err, xz.ErrMemlimit) {
		return tooLarge(fmt.Sprintf("xz data for which %d MiB of memory, as much as xz -9 takes, are not enough", maxXZDictionary>>20))
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, xz.ErrBuf) {
		err = errors.New("it ends too early")
	}
	f := &fault.Error{
		Code: "archive-damaged", What: "the source archive cannot be read", Err: err,
		Do: "get the archive again; \"tar -tf\" shows whether the copy at hand is whole",
	}
	if errors.Is(err, errFormat) {
		f.Code, f.Do = "archive-format", "name a tar archive, plain or packed with gzip, xz or compress"
	}
	return f
}

func hostile(name string, err error) error {
	return &fault.Error{
		Code: "archive-unsafe", What: "the source archive is not one of a release", Where: fmt.Sprintf("entry %q", name), Err: err,
		Do: "do not unpack this archive by other means either; get it from another address",
	}
}

func tooLarge(found string) error {
	return &fault.Error{
		Code: "archive-too-large", What: "the source archive takes more room than a release of sendmail can", Found: found,
		Do: "do not unpack this archive by other means either; get it from another address",
	}
}
