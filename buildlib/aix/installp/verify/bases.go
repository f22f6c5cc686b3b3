package verify

import (
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// baseFilesets are those that AIX's level is read from: the system itself, and its C library.
var baseFilesets = []string{"bos.rte", "bos.rte.libc"}

// baseLevels gives the oldest AIX on which each fileset can be installed, by name: the level of the base that it requires, or that
// the filesets of the image require which it requires in turn. One that takes any AIX has none.
func baseLevels(m *installp.Image) map[string]vrmf.Level {
	levels, needs := map[string]vrmf.Level{}, map[string][]string{}
	raise := func(name string, level vrmf.Level) bool {
		if level.Compare(levels[name]) <= 0 {
			return false
		}
		levels[name] = level
		return true
	}
	for _, f := range m.Filesets {
		requisites, _ := installp.ParseRequisites(f.Requisites) // bad ones were told with lpp_name
		for _, r := range requisites {
			switch {
			case r.Group != nil || r.Kind == "ifreq":
			case slices.Contains(baseFilesets, r.Name):
				raise(f.Name, r.Level)
			default:
				needs[f.Name] = append(needs[f.Name], r.Name)
			}
		}
	}
	for raised := true; raised; {
		raised = false
		for name, others := range needs {
			for _, other := range others {
				raised = raise(name, levels[other]) || raised
			}
		}
	}
	return levels
}
