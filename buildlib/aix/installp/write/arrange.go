package write

import (
	"cmp"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// Arrangement is a package as it will stand in the image: everything in its final order.
type Arrangement struct {
	Pkg      *installp.Package
	Filesets []*Fileset // by name, but one that requires another of them after it
}

// Fileset is a Fileset split into its parts.
type Fileset struct {
	*installp.Fileset
	Level     vrmf.Level
	required  []string // filesets, in this package or not, that must be there
	Usr, Root Part
}

// Part is what one part of a fileset owns.
type Part struct {
	// Files are what the image carries, by path. '/' sorts after '-' and '.', but a directory is always a prefix of what is in it,
	// and so comes first in byte order (W24).
	Files   []*Entry
	links   []*Entry // symbolic links, by path; they are in the inventory only (W37)
	Scripts installp.Scripts
}

// Entry is a file and what the first reading of it brings to light.
type Entry struct {
	*installp.File
	checksum string // of a regular file that is not volatile
}

// Arrange puts a valid package in order.
func Arrange(p *installp.Package) (*Arrangement, error) {
	pl := &Arrangement{Pkg: p}
	for i := range p.Filesets {
		source := &p.Filesets[i]
		required, err := installp.RequiredNames(source.Requisites)
		if err != nil {
			return nil, err
		}
		f := &Fileset{
			Fileset: source, Level: p.LevelOf(source), required: required,
			Usr: Part{Scripts: source.Usr}, Root: Part{Scripts: source.Root},
		}
		for j := range source.Files {
			file := &source.Files[j]
			into := &f.Root
			if rules.InUsrPart(file.Path) {
				into = &f.Usr
			}
			if file.Type == installp.Symlink {
				into.links = append(into.links, &Entry{File: file})
			} else {
				into.Files = append(into.Files, &Entry{File: file})
			}
		}
		for _, list := range [][]*Entry{f.Usr.Files, f.Usr.links, f.Root.Files, f.Root.links} {
			slices.SortFunc(list, func(a, b *Entry) int { return cmp.Compare(a.Path, b.Path) })
		}
		pl.Filesets = append(pl.Filesets, f)
	}
	slices.SortFunc(pl.Filesets, func(a, b *Fileset) int { return cmp.Compare(a.Name, b.Name) })
	pl.Filesets = requiredFirst(pl.Filesets)
	return pl, nil
}

// requiredFirst puts filesets behind those that they require, and otherwise keeps the order. A file may be in a directory of a
// fileset that its own one requires, so this also keeps directories before what is in them. Two filesets that require each other
// stay as they are.
func requiredFirst(filesets []*Fileset) []*Fileset {
	byName := map[string]*Fileset{}
	for _, f := range filesets {
		byName[f.Name] = f
	}
	var ordered []*Fileset
	visited := map[*Fileset]bool{}
	var visit func(*Fileset)
	visit = func(f *Fileset) {
		if f == nil || visited[f] {
			return
		}
		visited[f] = true
		for _, name := range slices.Sorted(slices.Values(f.required)) {
			visit(byName[name])
		}
		ordered = append(ordered, f)
	}
	for _, f := range filesets {
		visit(f)
	}
	return ordered
}

// HasRoot reports whether the fileset has a root part. A usr part it always has (packaging chapter).
func (f *Fileset) HasRoot() bool {
	return len(f.Root.Files)+len(f.Root.links)+len(f.Root.Scripts) > 0
}

func (pl *Arrangement) hasRoot() bool {
	return slices.ContainsFunc(pl.Filesets, (*Fileset).HasRoot)
}

// IsVolatile reports whether the product database keeps no size and no checksum of the file. A configuration file must be so, or a
// user's change fails the inventory check of the next installation.
func (e *Entry) IsVolatile() bool { return e.Volatile || e.Config != "" }

// All are the part's objects in the order in which the template lists them: a directory before what is in it. Packagers list symbolic
// links with the files (Apache httpd lists all that find finds).
func (p *Part) All() []*Entry { return slices.Concat(p.Files, p.links) }
