package box

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Picture is everything on a box's disk: for each path what it is, whose, and a hash of what is in it. Two pictures are compared to
// see what came and what went.
type Picture map[string]string

// Picture takes one. What is the rehearsal's own is not on it.
func (b *Box) Picture() (Picture, error) {
	owners, err := b.Owners()
	if err != nil {
		return nil, err
	}
	own := b.props.inBox()
	own["rehearsal"], own["dev"], own["lib64"] = true, true, true
	picture := Picture{}
	err = fs.WalkDir(b.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if own[name] {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		what, err := b.describe(name, info)
		if err != nil {
			return err
		}
		o := OwnerOf(owners, "/"+name)
		picture["/"+name] = fmt.Sprintf("%s %s:%s", what, o.User, o.Group)
		return nil
	})
	return picture, err
}

// memory are the files of the rehearsal's own by which stand-ins and installp answer. The others only count or tell what was asked.
var memory = []string{"rehearsal/active", "rehearsal/facts", lslppFile, "rehearsal/rpm", suppliedFile}

// State is a picture with what is not seen on the disk: all that what is done next depends on, but for times. Owners are kept for files that are gone,
// too.
func (b *Box) State() (Picture, error) {
	state, err := b.Picture()
	if err != nil {
		return nil, err
	}
	for _, name := range memory {
		text, err := b.recorded(name)
		if err != nil {
			return nil, err
		}
		state[name] = string(text)
	}
	owners, err := b.Owners()
	for name, o := range owners {
		state["owner "+name] = o.User + ":" + o.Group
	}
	return state, err
}

// describe tells type, mode and content.
func (b *Box) describe(name string, info fs.FileInfo) (string, error) {
	switch {
	case info.IsDir():
		return fmt.Sprintf("directory %04o", StatMode(info.Mode())), nil
	case info.Mode().Type() == fs.ModeSymlink:
		target, err := b.root.Readlink(name)
		return "link " + target, err
	case !info.Mode().IsRegular():
		return info.Mode().Type().String(), nil
	}
	f, err := b.root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("file %04o %x", StatMode(info.Mode()), sum.Sum(nil)[:8]), nil
}

// Since tells what has changed since an earlier picture, by path: "+" for what came, "-" for what went, "~" for what is different.
func (p Picture) Since(before Picture) []string {
	var lines []string
	for name, what := range p {
		switch old, known := before[name]; {
		case !known:
			lines = append(lines, "+ "+fault.Line(name+"  "+what))
		case old != what:
			lines = append(lines, "~ "+fault.Line(name+"  "+what+", was "+old))
		}
	}
	for name, what := range before {
		if _, still := p[name]; !still {
			lines = append(lines, "- "+fault.Line(name+"  "+what))
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[2:], b[2:]) })
	return lines
}
