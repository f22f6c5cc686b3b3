package patchset

import (
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
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Apply applies the series to the tree under root. All patches are applied in memory first, so that one which does not fit leaves
// the tree as it was; one fault then tells all that does not fit. The files must be those that the index lines name, before and after.
// Then every changed file is written beside the old one and renamed over it: write-protected files are no
// hindrance, and a hard link's other name keeps the old content. Written files get the time mtime, which should be that of
// all other files in the tree, or make might want to build again what upstream ships ready made.
func (s *Series) Apply(ctx context.Context, root string, mtime time.Time) error {
	return s.apply(ctx, root, mtime, true)
}

// ApplyText is Apply for a [Skeleton], whose files are not those that the index lines name.
func (s *Series) ApplyText(ctx context.Context, root string, mtime time.Time) error {
	return s.apply(ctx, root, mtime, false)
}

func (s *Series) apply(ctx context.Context, root string, mtime time.Time, images bool) error {
	return s.walk(ctx, root, images, nil, func(t *overlay) error {
		if len(t.findings) > 0 {
			return Misfit(t.findings)
		}
		if err := t.write(mtime); err != nil {
			return fmt.Errorf("writing patched files: %w", err)
		}
		return nil
	})
}

// Judge tells all that is wrong with the series for the tree under root, and changes nothing. What is built on a file that
// a patch before it conflicts with is not looked at.
func (s *Series) Judge(ctx context.Context, root string) (findings []Finding, err error) {
	err = s.walk(ctx, root, true, nil, func(t *overlay) error { findings = t.findings; return nil })
	return findings, err
}

// walk lays the series over the tree, as far as it fits, and hands over the result. Visit, if not nil, is called after each step.
func (s *Series) walk(ctx context.Context, root string, images bool, visit func(*fitting), then func(*overlay) error) error {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return &fault.Error{
			Code: "patch-tree", What: "the source tree that the patches are for cannot be read", Where: root, Err: err,
			Do: "let this user read it; below build, remove it and run the same again",
		}
	}
	defer dir.Close() // a directory that was only looked at
	t := &overlay{series: s, root: dir, images: images, files: make(map[string]*content)}
	for _, p := range s.Patches {
		for i, f := range p.files {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			step := &fitting{patch: p, number: i, file: f, name: pathOf(f)}
			t.apply(step)
			if visit != nil {
				visit(step)
			}
		}
	}
	return then(t)
}

// content is a file as the patches so far leave it.
type content struct {
	data   string
	mode   fs.FileMode
	there  bool // the file exists
	before bool // it existed before the first patch
	broken bool // a patch conflicts with it
}

// image is the content's name in an index line.
func (c *content) image() string {
	if !c.there {
		return noImage
	}
	return blobID(c.data)
}

// overlay is a tree with changes that are not written yet.
type overlay struct {
	series   *Series
	root     *os.Root
	images   bool // compare index lines with the files
	files    map[string]*content
	findings []Finding
}

// fitting is one file's part of a patch, and how it fits.
type fitting struct {
	patch     *Patch
	number    int // of the file in the patch
	file      *gitdiff.File
	name      string
	before    []string // lines of the file before the patch
	mode      fs.FileMode
	hunks     []*hunk
	places    []place // of each hunk
	pre, post string  // images before and after
	findings  []Finding
}

func (s *fitting) find(f Finding) {
	f.Patch, f.Path = s.patch.Name, s.name
	s.findings = append(s.findings, f)
}

// apply lays one file's part of a patch over the tree.
func (t *overlay) apply(s *fitting) {
	c, err := t.load(s.name)
	switch {
	case err != nil:
		s.find(Finding{Verdict: Conflict, Found: err.Error()})
		c = &content{broken: true}
		t.files[s.name] = c
	case c.broken:
		return
	case s.file.IsNew && c.there:
		s.find(s.alreadyThere(c))
	case s.file.IsNew && t.inTheWay(s.name) != "":
		s.find(Finding{Verdict: Conflict, Found: "a new file where another patch makes " + t.inTheWay(s.name)})
	case !s.file.IsNew && !c.there:
		s.find(Finding{Verdict: Conflict, Found: "no such file"})
	default:
		t.fit(s, c)
	}
	if Worst(s.findings) == Conflict {
		c.broken = true
	}
	if len(s.findings) > 0 && s.pre != s.file.OldOIDPrefix {
		later := t.series.Patches[slices.Index(t.series.Patches, s.patch)+1:]
		if from := firstWith(later, s.name, leaves(s.file.OldOIDPrefix)); from != "" {
			s.findings[0].Found += "\nthe patch is made for what " + from + " leaves, which comes later: the series may be out of order"
		}
	}
	t.findings = append(t.findings, s.findings...)
}

// inTheWay names a file of the patches for which this one would have to be a directory, or the other way round.
func (t *overlay) inTheWay(name string) string {
	for other, c := range t.files {
		if c.there && (strings.HasPrefix(other, name+"/") || strings.HasPrefix(name, other+"/")) {
			return other
		}
	}
	return ""
}

func (s *fitting) alreadyThere(c *content) Finding {
	var text strings.Builder
	for _, h := range s.file.TextFragments {
		for _, l := range h.Lines {
			text.WriteString(l.Line)
		}
	}
	if text.String() == c.data {
		return Finding{Verdict: Applied, Found: "the file that the patch makes is there already"}
	}
	return Finding{Verdict: Conflict, Found: "a file where the patch makes a new one"}
}

// fit finds the place of each hunk and changes the content there.
func (t *overlay) fit(s *fitting, c *content) {
	s.before, s.pre, s.mode = splitLines(c.data), c.image(), c.mode
	named := t.images && s.pre == s.file.OldOIDPrefix
	var out []string
	floor, delta, shift := 0, 0, 0
	for i, fragment := range s.file.TextFragments {
		h := newHunk(fragment)
		h.shift = shift
		p := h.locate(s.before, floor)
		if p.verdict == Offset || p.verdict == Fuzz {
			shift = p.at - h.at
		}
		if named && (p.verdict == Offset || p.verdict == Fuzz) {
			p = place{verdict: Conflict, at: h.at, other: p.at + 1}
		}
		s.hunks, s.places = append(s.hunks, h), append(s.places, p)
		if p.verdict != Clean || len(s.findings) == 0 && h.newAt != p.at+delta {
			f := Finding{Hunk: i + 1, Verdict: p.verdict}
			h.explain(&f, s.before, p, floor)
			s.find(f)
		}
		switch p.verdict {
		case Conflict:
			continue
		case Applied:
			out = append(out, s.before[floor:p.at]...)
			floor = p.at
			continue
		}
		out = append(out, s.before[floor:p.at+p.top]...)
		out = append(out, h.new[p.top:len(h.new)-p.bottom]...)
		floor = p.at + len(h.old) - p.bottom
		delta += len(h.new) - len(h.old)
	}
	out = append(out, s.before[floor:]...)
	after := &content{data: strings.Join(out, ""), mode: c.mode, there: !s.file.IsDelete}
	if s.file.NewMode != 0 {
		after.mode = permissions(s.file.NewMode)
	}
	s.post = after.image()
	fits := len(s.findings) == 0
	switch {
	case Worst(s.findings) == Conflict:
		return
	case s.file.IsDelete && len(out) > 0:
		s.find(Finding{Verdict: Conflict, Found: "more in the file than the patch deletes"})
		return
	case t.images:
		s.compareMode(c.mode)
	}
	if t.images && fits && s.hasImages() {
		s.compareImages()
	}
	c.data, c.mode, c.there = after.data, after.mode, after.there
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
		data, err := t.root.ReadFile(name)
		if err != nil {
			return nil, err
		}
		c.data = string(data)
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
	fresh := name + suffix
	if err := t.root.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := t.root.WriteFile(fresh, []byte(c.data), c.mode); err != nil {
		return err
	}
	return errors.Join(t.root.Chmod(fresh, c.mode), t.root.Chtimes(fresh, mtime, mtime)) // the umask may have taken something away
}
