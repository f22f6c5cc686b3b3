package rehearsal

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// preview is what the verification before an installation finds out.
type preview struct {
	selected []*installp.Info
	pass     []*installp.Info // in the order of installation
	failures []remark
	warnings []remark
	missing  []string // requisites that are nowhere, "name level"
	needed   map[string]int64
}

// remark is a line of the summary of failures and warnings: to a fileset, what is the matter.
type remark struct {
	info *installp.Info
	text string
}

// The remarks. Those of a base level that is there are observed; the others have words of our own.
const (
	alreadyInstalled  = "Already installed"
	alreadySuperseded = "Already superseded by "
	requisiteFailure  = "Requisite failure"
	notEnoughSpace    = "Not enough space"
	cleanUpFirst      = "Interrupted before: run installp -C first"
	noBaseLevel       = "No base level of this version and release"
	noUsrPart         = "No usr part of this level"
)

// look verifies which of the selected filesets of an image can be installed.
func (b *Box) look(m *Media, o Options) (*preview, error) {
	p := &preview{}
	for i := range m.Image.Filesets {
		info := &m.Image.Filesets[i]
		if !selects(o.Names, info.Name) || o.RootOnly && info.Root == nil {
			continue
		}
		p.selected = append(p.selected, info)
		text, warn, err := b.admits(m, info, o)
		switch {
		case err != nil:
			return nil, err
		case text == "":
			p.pass = append(p.pass, info)
		case warn:
			p.warnings = append(p.warnings, remark{info, text})
		default:
			p.failures = append(p.failures, remark{info, text})
		}
	}
	if err := b.checkRequisites(p); err != nil {
		return nil, err
	}
	b.checkSpace(p, o)
	return p, nil
}

// admits tells what, of the levels that are installed, is against installing this one, and whether it is only a warning.
func (b *Box) admits(m *Media, info *installp.Info, o Options) (text string, warn bool, err error) {
	usr, err := b.load(usrPart, info.Name)
	if err != nil {
		return "", false, err
	}
	root, err := b.load(rootPart, info.Name)
	if err != nil {
		return "", false, err
	}
	for _, r := range []*record{usr, root} {
		if r != nil && r.unfinished() {
			return cleanUpFirst, false, nil
		}
	}
	if o.RootOnly {
		if usr == nil || usr.top().Level != info.Level {
			return noUsrPart, false, nil
		}
		usr = root
	}
	switch {
	case usr == nil && m.Image.IsUpdate():
		return noBaseLevel, false, nil
	case usr == nil || usr.top().State == Broken || root != nil && root.top().State == Broken:
		return "", false, nil
	case m.Image.IsUpdate() && (usr.top().Level.Version != info.Level.Version || usr.top().Level.Release != info.Level.Release):
		return noBaseLevel, false, nil
	case o.Force && !m.Image.IsUpdate():
		return "", false, nil
	}
	switch usr.top().Level.Compare(info.Level) {
	case 0:
		return alreadyInstalled, true, nil
	case 1:
		return alreadySuperseded + usr.top().Level.String(), true, nil
	}
	return "", false, nil
}

// checkRequisites takes away the filesets whose requisites are neither installed nor among those that pass, until nothing changes,
// and puts the others in the order of what requires what.
func (b *Box) checkRequisites(p *preview) error {
	levels, err := b.installed()
	if err != nil {
		return err
	}
	for again := true; again; {
		again = false
		with := cloneLevels(levels, p.pass)
		for _, info := range slices.Clone(p.pass) {
			lacks := lacking(info.Requisites, with)
			if len(lacks) == 0 {
				continue
			}
			again = true
			p.missing = append(p.missing, lacks...)
			p.fail(info, requisiteFailure)
		}
	}
	slices.Sort(p.missing)
	p.missing = slices.DeleteFunc(slices.Compact(p.missing), func(lack string) bool {
		return slices.ContainsFunc(p.failures, func(r remark) bool { return strings.HasPrefix(lack, r.info.Name+" ") })
	})
	p.pass = requiredFirst(p.pass, levels)
	return nil
}

func (p *preview) fail(info *installp.Info, text string) {
	p.pass = slices.DeleteFunc(p.pass, func(other *installp.Info) bool { return other == info })
	p.failures = append(p.failures, remark{info, text})
}

func cloneLevels(levels map[string]vrmf.Level, more []*installp.Info) map[string]vrmf.Level {
	all := map[string]vrmf.Level{}
	for name, l := range levels {
		all[name] = l
	}
	for _, info := range more {
		if info.Level.Compare(all[info.Name]) > 0 {
			all[info.Name] = info.Level
		}
	}
	return all
}

// lacking lists the requisites that the levels given do not meet, "name level" each. A level is a minimum. What requisites of other
// forms say is not known, and counts as met.
func lacking(lines []string, levels map[string]vrmf.Level) []string {
	all, err := installp.ParseRequisites(lines)
	if err != nil {
		return nil
	}
	var lacks []string
	for _, r := range all {
		if !meets(r, levels) {
			names := []string{r.Name + " " + r.Level.String()}
			for _, alternative := range r.Group {
				names = append(names, alternative.Name+" "+alternative.Level.String())
			}
			if r.Name == "" {
				names = names[1:]
			}
			lacks = append(lacks, names...)
		}
	}
	return lacks
}

func meets(r installp.Requisite, levels map[string]vrmf.Level) bool {
	if r.Name == "" {
		met := 0
		for _, alternative := range r.Group {
			if meets(alternative, levels) {
				met++
			}
		}
		return met > r.MoreThan
	}
	level, installed := levels[r.Name]
	if r.Kind == "ifreq" && !installed {
		return true
	}
	return installed && level.Compare(r.Level) >= 0
}

// requiredFirst puts filesets behind those of them that they cannot do without.
func requiredFirst(infos []*installp.Info, levels map[string]vrmf.Level) []*installp.Info {
	var ordered []*installp.Info
	rest := slices.Clone(infos)
	for len(rest) > 0 {
		have := cloneLevels(levels, ordered)
		next := slices.IndexFunc(rest, func(info *installp.Info) bool { return len(lacking(info.Requisites, have)) == 0 })
		next = max(next, 0) // two that require each other: as they come
		ordered = append(ordered, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return ordered
}

// checkSpace adds up what the image says that it needs (documented: for all parts together, before anything is touched), and takes
// away what a full file system has no room for; the others go on (documented).
func (b *Box) checkSpace(p *preview, o Options) {
	p.needed = map[string]int64{}
	for _, info := range slices.Clone(p.pass) {
		own := map[string]int64{}
		for _, s := range info.Sizes {
			dir := s.Name
			if s.Name == "INSTWORK" {
				dir = "/usr/lpp"
			}
			if !path.IsAbs(dir) || o.RootOnly && strings.HasPrefix(dir, "/usr/") {
				continue
			}
			own[b.fileSystem(dir)] += s.Permanent + s.Temporary
		}
		fits := true
		for system, blocks := range own {
			fits = fits && (b.Free == nil || p.needed[system]+blocks <= b.Free[system])
		}
		if !fits {
			p.fail(info, notEnoughSpace)
			continue
		}
		for system, blocks := range own {
			p.needed[system] += blocks
		}
	}
}

// fileSystems are those that AIX installs with; /usr, /opt and /var are always apart from / (generally known).
var fileSystems = []string{"/", "/home", "/opt", "/tmp", "/usr", "/var"}

// fileSystem is the one that a directory is in.
func (b *Box) fileSystem(dir string) string {
	_, first, _ := strings.Cut(path.Clean(dir), "/")
	first, _, _ = strings.Cut(first, "/")
	if slices.Contains(fileSystems, "/"+first) {
		return "/" + first
	}
	return "/"
}

// unfinished tells whether an operation on the fileset was interrupted.
func (r *record) unfinished() bool {
	return slices.ContainsFunc(r.Levels, func(l *level) bool {
		return l.Step != "" || !slices.Contains([]State{Applied, Committed, Broken}, l.State)
	})
}

// byName sorts filesets for a list.
func byName(a, b *installp.Info) int { return cmp.Compare(a.Name, b.Name) }

// at names a fileset with its level.
func at(info *installp.Info) string { return fmt.Sprintf("%s %s", info.Name, info.Level) }
