package patchset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
)

// Apply applies the series to the tree under root. All patches are applied in memory first, so that one which does not fit leaves
// the tree as it was. Then every changed file is written anew beside the old one and renamed over it: write-protected files are no
// hindrance, and a hard link's other name keeps the old content. Written files get the time mtime, which should be that of
// all other files in the tree, or make might want to build again what upstream ships ready made.
func (s *Series) Apply(ctx context.Context, root string, mtime time.Time) error {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("applying patches: %w", err)
	}
	defer dir.Close() // a directory that was only looked at
	t := &overlay{root: dir, files: make(map[string]*content)}
	for _, p := range s.Patches {
		for _, f := range p.files {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			if err := t.apply(p, f); err != nil {
				return err
			}
		}
	}
	if err := t.write(mtime); err != nil {
		return fmt.Errorf("writing patched files: %w", err)
	}
	return nil
}

// content is a file as the patches so far leave it.
type content struct {
	data   []byte
	mode   fs.FileMode
	there  bool // the file exists
	before bool // it existed before the first patch
}

// overlay is a tree with changes that are not written yet.
type overlay struct {
	root  *os.Root
	files map[string]*content
}

func (t *overlay) apply(p *Patch, f *gitdiff.File) error {
	name := pathOf(f)
	c, err := t.load(name)
	if err != nil {
		return conflict(p, name, err.Error())
	}
	switch {
	case f.IsNew && c.there:
		return conflict(p, name, "a file where the patch makes a new one")
	case !f.IsNew && !c.there:
		return conflict(p, name, "no such file")
	}
	var out bytes.Buffer
	if err := gitdiff.Apply(&out, bytes.NewReader(c.data), f); err != nil {
		return explain(p, f, c.data, err)
	}
	c.data, c.there = out.Bytes(), !f.IsDelete
	switch {
	case f.IsDelete && out.Len() > 0:
		return conflict(p, name, "more in the file than the patch deletes")
	case f.NewMode != 0:
		c.mode = permissions(f.NewMode)
	}
	return nil
}

// load gives a file's present content, without ever looking through a symbolic link.
func (t *overlay) load(name string) (*content, error) {
	if c, ok := t.files[name]; ok {
		return c, nil
	}
	c := &content{mode: 0o644}
	for i := range len(name) {
		if name[i] != '/' {
			continue
		}
		info, err := t.root.Lstat(name[:i])
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("%s, which is not a directory", name[:i])
		}
	}
	info, err := t.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("something that is not a regular file")
	default:
		if c.data, err = t.root.ReadFile(name); err != nil {
			return nil, err
		}
		c.mode, c.there, c.before = permissions(info.Mode()), true, true
	}
	t.files[name] = c
	return c, nil
}

func permissions(mode fs.FileMode) fs.FileMode {
	if mode&0o100 != 0 {
		return 0o755
	}
	return 0o644
}

// suffix marks files that are written and not yet in their place. No file of sendmail ends so.
const suffix = ".being-patched"

// write brings the changes to the disk: everything is written before anything is put in its place.
func (t *overlay) write(mtime time.Time) (err error) {
	names := slices.Sorted(maps.Keys(t.files))
	defer func() {
		if err == nil {
			return
		}
		for _, name := range names {
			_ = t.root.Remove(name + suffix) // most were never there; the first error is the one to tell
		}
	}()
	for _, name := range names {
		if c := t.files[name]; c.there {
			if err := t.writeBeside(name, c, mtime); err != nil {
				return err
			}
		}
	}
	for _, name := range names {
		switch c := t.files[name]; {
		case c.there:
			if err := t.root.Rename(name+suffix, name); err != nil {
				return err
			}
		case c.before:
			if err := t.root.Remove(name); err != nil {
				return err
			}
			// GNU patch and git take a directory away with its last file. A directory that is not empty refuses, which ends this.
			for dir := path.Dir(name); dir != "." && t.root.Remove(dir) == nil; dir = path.Dir(dir) {
			}
		}
	}
	return nil
}

func (t *overlay) writeBeside(name string, c *content, mtime time.Time) error {
	if err := t.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	if err := t.root.Remove(name + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := t.root.OpenFile(name+suffix, os.O_CREATE|os.O_EXCL|os.O_WRONLY, c.mode)
	if err != nil {
		return err
	}
	defer f.Close() // for the error paths; the one below counts
	if _, err := f.Write(c.data); err != nil {
		return err
	}
	if err := f.Chmod(c.mode); err != nil { // the umask may have taken something away
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return t.root.Chtimes(name+suffix, mtime, mtime)
}

// explain says at which line a patch does not fit. gitdiff knows the place, but does not tell what stands there.
func explain(p *Patch, f *gitdiff.File, src []byte, err error) error {
	name := pathOf(f)
	var at *gitdiff.ApplyError
	if !errors.As(err, &at) || !errors.Is(err, &gitdiff.Conflict{}) {
		return fmt.Errorf("patch %s, %s: %w", p.Name, name, err)
	}
	lines := strings.SplitAfter(string(src), "\n")
	for i, hunk := range f.TextFragments {
		line := max(int(hunk.OldPosition), 1)
		for _, l := range hunk.Lines {
			if !l.Old() {
				continue
			}
			found, missing := "", true
			if line <= len(lines) && lines[line-1] != "" {
				found, missing = lines[line-1], false
			}
			if found != l.Line {
				return mismatch(p, fmt.Sprintf("%s, hunk %d at line %d", name, i+1, line), l.Line, found, missing)
			}
			line++
		}
	}
	return conflict(p, name, strings.TrimPrefix(err.Error(), "conflict: "))
}

func mismatch(p *Patch, where, expected, found string, missing bool) error {
	show := fmt.Sprintf("%q", found)
	if missing {
		show = "the end of the file"
	}
	return conflict(p, where, fmt.Sprintf("%s where the patch expects\n%q", show, expected))
}

func conflict(p *Patch, where, found string) error {
	return &fault.Error{
		Code: "patch-conflict", What: "patch " + p.Name + " does not apply", Where: where, Found: found,
		Do: "check that the source is the pristine tree of its release; if it is, make the patch anew for it",
	}
}
