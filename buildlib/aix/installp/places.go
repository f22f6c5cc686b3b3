package installp

import (
	"path"
	"slices"
	"strings"
)

// The parts of a fileset.
const (
	UsrPart = iota
	RootPart
)

// Home is the directory of the usr part's control files in the image: that of the package, and of an update one for the fileset's
// level in it (published walk-throughs of IBM's update images; Software::Packager::Aix).
func (m *Image) Home() string {
	if len(m.Filesets) == 0 {
		return "." + LppDirectory + m.Package
	}
	return m.homes(&m.Filesets[0])[0]
}

// homes are the directories that the control files of a fileset may be in.
func (m *Image) homes(f *Info) []string {
	home := "." + LppDirectory + m.Package
	if f.Content == ContentShare {
		home = "." + LppShare + m.Package
	}
	if !m.IsUpdate() {
		return []string{home}
	}
	return []string{home + "/" + f.Name + "/" + f.LevelText, home + "/" + f.Name + "/" + f.Level.String()}
}

// InstRoot is the directory in the image below which the root part's files of a fileset travel: in an update each has its own.
func (m *Image) InstRoot(f *Info) string {
	homes := m.homes(f)
	for _, home := range homes {
		if slices.ContainsFunc(m.Libraries, func(l Library) bool { return l.Name == home+"/"+InstRootName+"/"+LibraryName }) {
			return home + "/" + InstRootName
		}
	}
	return homes[0] + "/" + InstRootName
}

// Scripts are the part's scripts, those for updates included.
func (p *Part) Scripts() []Step {
	var all []Step
	for _, step := range append(slices.Clone(Steps), UpdateSteps...) {
		if _, ok := p.Control[string(step)]; ok {
			all = append(all, step)
		}
	}
	return all
}

// Target gives the absolute path at which a member of the image ends up, and whether it belongs to the root part.
func (m *Image) Target(member string) (name string, root bool) {
	for i := range m.Filesets {
		f := &m.Filesets[i]
		for _, home := range m.homes(f) {
			if rest, ok := strings.CutPrefix(member, home+"/"+InstRootName+"/"); ok {
				return "/" + rest, true
			}
		}
		if !m.IsUpdate() && f.Content != ContentShare {
			break // all have one, but for share parts
		}
	}
	return path.Clean("/" + member), false
}
