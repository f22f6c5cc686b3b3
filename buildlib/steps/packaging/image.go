package packaging

import (
	"cmp"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// Build is what a plan is filled with.
type Build struct {
	Manifest stage.Manifest
	Root     string            // where the manifest's files are
	Values   map[string]string // of the placeholders
	Level    vrmf.Level
	Time     time.Time
	Needs    []string // as [Needs] gives them: requisites of the plan's first fileset that is made, added to those in the plan
}

// Image fills the plan. Every entry of the manifest goes into exactly one fileset. A fileset that would hold directories alone, or
// nothing, is left out with them: upstream's install needs the directory of a library that was not built.
func (p *Plan) Image(b Build) (*installp.Package, error) {
	filesets, err := p.expand(b.Values)
	if err != nil {
		return nil, err
	}
	pkg := &installp.Package{Name: p.Package, Level: b.Level, Time: b.Time, Users: p.Users, Groups: p.Groups, Provided: p.Provided}
	files := make([][]installp.File, len(filesets))
	var none, several []string
	for _, e := range b.Manifest {
		var takers []string
		for i, f := range filesets {
			if slices.ContainsFunc(f.Files, func(pattern string) bool { return matches(pattern, e.Path) }) {
				takers = append(takers, f.Name)
				files[i] = append(files[i], file(e, b.Root, f.Volatile))
			}
		}
		switch {
		case len(takers) == 0:
			none = append(none, e.Path)
		case len(takers) > 1:
			several = append(several, e.Path+" is in "+strings.Join(takers, " and "))
		}
	}
	var problems []error
	if len(none) > 0 {
		problems = append(problems, &fault.Error{
			Code: "packaging-unclaimed", What: "staged files are in no fileset", Where: strings.Join(none, "\n"),
			Do: "add them to the files of a fileset in packaging/" + planFile,
		})
	}
	if len(several) > 0 {
		problems = append(problems, &fault.Error{
			Code: "packaging-twice", What: "staged files are in more than one fileset", Where: strings.Join(several, "\n"),
			Do: "make the patterns in packaging/" + planFile + " narrower",
		})
	}
	if setuid := p.setuid(b.Manifest); len(setuid) > 0 {
		problems = append(problems, &fault.Error{
			Code: "packaging-setuid", What: "a program would be set-uid root until its own account is set", Where: strings.Join(setuid, "\n"),
			Do: "give it to one of AIX's own users: the number of an account that pre_i makes is known only to the inventory check after restore",
		})
	}
	for i, f := range filesets {
		for _, pattern := range f.Volatile {
			if len(files[i]) == 0 || slices.ContainsFunc(files[i], func(f installp.File) bool { return f.Volatile && matches(pattern, f.Path) }) {
				continue
			}
			problems = append(problems, &fault.Error{
				Code: "packaging-volatile", What: "no file in the fileset matches the volatile pattern " + pattern, Where: planFile + ", fileset " + f.Name,
				Do: "correct the pattern: without it, lppchk would call such a file damaged",
			})
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	for i, f := range filesets {
		if !slices.ContainsFunc(files[i], func(f installp.File) bool { return f.Type != installp.Directory }) {
			continue
		}
		out := installp.Fileset{
			Name: f.Name, Text: f.Text, Requisites: f.Requisites, Copyright: f.copyright, Files: files[i], Usr: f.usr, Root: f.root,
		}
		if len(pkg.Filesets) == 0 {
			out.Requisites = slices.Concat(requisites(b.Needs), out.Requisites)
		}
		pkg.Filesets = append(pkg.Filesets, out)
	}
	slices.SortFunc(pkg.Filesets, func(a, b installp.Fileset) int { return cmp.Compare(a.Name, b.Name) })
	return pkg, nil
}

// setuid lists the set-uid programs of accounts that pre_i makes. In the image their owner is 0 (W39 in docs/formats.md). The same is
// true of sendmail's group; but set-gid system for the moment before the inventory check gives nobody what root has.
func (p *Plan) setuid(m stage.Manifest) []string {
	var paths []string
	for _, e := range m {
		if e.Type == stage.File && e.Mode&0o4000 != 0 && slices.Contains(p.Users, e.Owner) {
			paths = append(paths, e.Path)
		}
	}
	return paths
}

// file is an entry of the manifest in the words of installp.
func file(e stage.Entry, root string, volatile []string) installp.File {
	f := installp.File{Path: e.Path, Mode: e.Mode, Owner: e.Owner, Group: e.Group}
	switch e.Type {
	case stage.Directory:
		f.Type = installp.Directory
	case stage.Link:
		f.Type, f.Target, f.Mode, f.Owner, f.Group = installp.Symlink, e.Target, 0, "", ""
	case stage.File:
		f.Size = e.Size
		f.Open = func() (io.ReadCloser, error) {
			in, _, err := regular.Open(filepath.Join(root, e.Path))
			return in, err
		}
		f.Volatile = slices.ContainsFunc(volatile, func(pattern string) bool { return matches(pattern, e.Path) })
	}
	return f
}
