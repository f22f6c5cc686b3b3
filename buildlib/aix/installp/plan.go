package installp

import (
	"cmp"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// plan is a package as it will stand in the image: everything in its final order.
type plan struct {
	pkg      *Package
	filesets []*fileset // by name, but one that requires another of them after it
}

// fileset is a Fileset split into its parts.
type fileset struct {
	*Fileset
	level     vrmf.Level
	required  []string // filesets, in this package or not, that must be there
	usr, root part
}

// part is what one part of a fileset owns.
type part struct {
	// files are what the image carries, by path. '/' sorts after '-' and '.', but a directory is always a prefix of what is in it,
	// and so comes first in byte order (W24).
	files   []*entry
	links   []*entry // symbolic links, by path; they are in the inventory only (W37)
	scripts Scripts
}

// entry is a file and what the first reading of it brings to light.
type entry struct {
	*File
	checksum string // of a regular file that is not volatile
}

// plan puts a valid package in order.
func (p *Package) plan() (*plan, error) {
	pl := &plan{pkg: p}
	for i := range p.Filesets {
		source := &p.Filesets[i]
		required, err := requiredNames(source.Requisites)
		if err != nil {
			return nil, err
		}
		f := &fileset{
			Fileset: source, level: p.level(source), required: required,
			usr: part{scripts: source.Usr}, root: part{scripts: source.Root},
		}
		for j := range source.Files {
			file := &source.Files[j]
			into := &f.root
			if inUsrPart(file.Path) {
				into = &f.usr
			}
			if file.Type == Symlink {
				into.links = append(into.links, &entry{File: file})
			} else {
				into.files = append(into.files, &entry{File: file})
			}
		}
		for _, list := range [][]*entry{f.usr.files, f.usr.links, f.root.files, f.root.links} {
			slices.SortFunc(list, func(a, b *entry) int { return cmp.Compare(a.Path, b.Path) })
		}
		pl.filesets = append(pl.filesets, f)
	}
	slices.SortFunc(pl.filesets, func(a, b *fileset) int { return cmp.Compare(a.Name, b.Name) })
	pl.filesets = requiredFirst(pl.filesets)
	return pl, nil
}

// requiredFirst puts filesets behind those that they require, and otherwise keeps the order. A file may be in a directory of a
// fileset that its own one requires, so this also keeps directories before what is in them. Two filesets that require each other
// stay as they are.
func requiredFirst(filesets []*fileset) []*fileset {
	byName := map[string]*fileset{}
	for _, f := range filesets {
		byName[f.Name] = f
	}
	var ordered []*fileset
	visited := map[*fileset]bool{}
	var visit func(*fileset)
	visit = func(f *fileset) {
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

// hasRoot tells whether the fileset has a root part. A usr part it always has (packaging chapter).
func (f *fileset) hasRoot() bool {
	return len(f.root.files)+len(f.root.links)+len(f.root.scripts) > 0
}

func (pl *plan) hasRoot() bool {
	return slices.ContainsFunc(pl.filesets, (*fileset).hasRoot)
}

// isVolatile tells whether the product database keeps no size and no checksum of the file. A configuration file must be so, or a
// user's change fails the inventory check of the next installation.
func (e *entry) isVolatile() bool { return e.Volatile || e.Config != "" }
