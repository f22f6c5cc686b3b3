package preview

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
)

// Preview is what the verification before an installation finds out.
type Preview struct {
	Selected []*installp.Info
	Pass     []*installp.Info // in the order of installation
	Failures []Remark
	Missing  []string // requisites that are nowhere, "name level"
	Present  []Remark // the filesets that are installed, at this level or a newer one
	needed   map[string]int64
}

// Remark is a line of the summary of failures and warnings: to a fileset, what is the matter.
type Remark struct {
	Info *installp.Info
	Text string
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

// Look verifies which of the selected filesets of an image can be installed.
func Look(db *database.DB, m *Media, o Options) (*Preview, error) {
	p := &Preview{}
	for i := range m.Image.Filesets {
		info := &m.Image.Filesets[i]
		if !database.Selects(o.Names, info.Name) || o.RootOnly && info.Root == nil {
			continue
		}
		p.Selected = append(p.Selected, info)
		text, warn, err := admits(db, m, info, o)
		switch {
		case err != nil:
			return nil, err
		case text == "":
			p.Pass = append(p.Pass, info)
		case warn:
			p.Present = append(p.Present, Remark{info, text})
		default:
			p.Failures = append(p.Failures, Remark{info, text})
		}
	}
	if err := p.checkRequisites(db); err != nil {
		return nil, err
	}
	p.checkSpace(db.Box, o)
	return p, nil
}

// admits is what, of the levels that are installed, is against installing this one, and whether it is only a warning.
func admits(db *database.DB, m *Media, info *installp.Info, o Options) (text string, warn bool, err error) {
	usr, err := db.Load(database.Usr, info.Name)
	if err != nil {
		return "", false, err
	}
	root, err := db.Load(database.Root, info.Name)
	if err != nil {
		return "", false, err
	}
	for _, r := range []*database.Record{usr, root} {
		if r != nil && r.Unfinished() {
			return cleanUpFirst, false, nil
		}
	}
	if o.RootOnly {
		if usr == nil || usr.Top().Level != info.Level {
			return noUsrPart, false, nil
		}
		usr = root
	}
	switch {
	case usr == nil && m.Image.IsUpdate():
		return noBaseLevel, false, nil
	case usr == nil || usr.Top().State == database.Broken || root != nil && root.Top().State == database.Broken:
		return "", false, nil
	case m.Image.IsUpdate() && (usr.Top().Level.Version != info.Level.Version || usr.Top().Level.Release != info.Level.Release):
		return noBaseLevel, false, nil
	case o.Force && !m.Image.IsUpdate():
		return "", false, nil
	}
	switch usr.Top().Level.Compare(info.Level) {
	case 0:
		return alreadyInstalled, true, nil
	case 1:
		return alreadySuperseded + usr.Top().Level.String(), true, nil
	}
	return "", false, nil
}

// checkRequisites takes away the filesets whose requisites are neither installed nor among those that pass, until nothing changes,
// and puts the others in the order of what requires what.
func (p *Preview) checkRequisites(db *database.DB) error {
	levels, err := db.Installed()
	if err != nil {
		return err
	}
	for again := true; again; {
		again = false
		with := With(levels, p.Pass)
		for _, info := range slices.Clone(p.Pass) {
			lacks := database.Lacking(info.Requisites, with)
			if len(lacks) == 0 {
				continue
			}
			again = true
			p.Missing = append(p.Missing, lacks...)
			p.fail(info, requisiteFailure)
		}
	}
	slices.Sort(p.Missing)
	p.Missing = slices.DeleteFunc(slices.Compact(p.Missing), func(lack string) bool {
		return slices.ContainsFunc(p.Failures, func(r Remark) bool { return strings.HasPrefix(lack, r.Info.Name+" ") })
	})
	p.Pass = requiredFirst(p.Pass, levels)
	return nil
}

func (p *Preview) fail(info *installp.Info, text string) {
	p.Pass = slices.DeleteFunc(p.Pass, func(other *installp.Info) bool { return other == info })
	p.Failures = append(p.Failures, Remark{info, text})
}

// With adds filesets to levels.
func With(levels map[string]vrmf.Level, more []*installp.Info) map[string]vrmf.Level {
	all := maps.Clone(levels)
	for _, info := range more {
		if info.Level.Compare(all[info.Name]) > 0 {
			all[info.Name] = info.Level
		}
	}
	return all
}

// requiredFirst puts filesets behind those of them that they cannot do without.
func requiredFirst(infos []*installp.Info, levels map[string]vrmf.Level) []*installp.Info {
	var ordered []*installp.Info
	rest := slices.Clone(infos)
	for len(rest) > 0 {
		have := With(levels, ordered)
		next := slices.IndexFunc(rest, func(info *installp.Info) bool { return len(database.Lacking(info.Requisites, have)) == 0 })
		next = max(next, 0) // two that require each other: as they come
		ordered = append(ordered, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return ordered
}

// checkSpace adds up what the image says that it needs (documented: for all parts together, before anything is touched), and takes
// away what a full file system has no room for; the others go on (documented).
func (p *Preview) checkSpace(b *box.Box, o Options) {
	p.needed = map[string]int64{}
	for _, info := range slices.Clone(p.Pass) {
		own := map[string]int64{}
		for _, s := range info.Sizes {
			dir := s.Name
			if s.Name == "INSTWORK" {
				dir = "/usr/lpp"
			}
			if !path.IsAbs(dir) || o.RootOnly && strings.HasPrefix(dir, "/usr/") {
				continue
			}
			own[fileSystem(dir)] += s.Permanent + s.Temporary
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
func fileSystem(dir string) string {
	_, first, _ := strings.Cut(path.Clean(dir), "/")
	first, _, _ = strings.Cut(first, "/")
	if slices.Contains(fileSystems, "/"+first) {
		return "/" + first
	}
	return "/"
}

// At names a fileset with its level.
func At(info *installp.Info) string { return fmt.Sprintf("%s %s", info.Name, info.Level) }
