package packaging

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// Needs are what programs with these options were made for, as packaging/scripts/pre_i reads it. One line each:
//
//	fileset NAME LEVEL                    an installp fileset of that level at least
//	library NAME VERSION DIRECTORY [RPM]  lib<NAME>.* in the directory; of that version at least, if the RPM package brought it
//
// Programs of the host need nothing that AIX could have.
func Needs(t *target.Target, fragments []*siteconfig.Fragment) []string {
	if t.OS != target.AIX {
		return nil
	}
	level := fmt.Sprintf("%d.%d", t.Level.Version, t.Level.Release)
	lines := filesets("bos.rte", level)
	for _, f := range fragments {
		from, ok := t.Provider(f.Provider)
		switch {
		case !ok:
			lines = append(lines, filesets(f.Packages.Filesets, level)...)
		case from.Kind == target.Base && f.Packages.Filesets != "":
			lines = append(lines, filesets(f.Packages.Filesets, from.API)...)
		default: // a library of AIX itself, too, where no fileset is known
			line := fmt.Sprintf("library %s %s %s", f.Libraries[0], cmp.Or(from.API, "0"), cmp.Or(from.Lib, "/usr/lib"))
			if rpm := strings.Fields(f.Packages.Toolbox); from.Kind == target.Toolbox && len(rpm) > 0 {
				line += " " + rpm[0]
			}
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// filesets are the lines for filesets of a level, which gets its missing parts; none when it is not known.
func filesets(names, level string) (lines []string) {
	if level == "" {
		return nil
	}
	for name := range strings.FieldsSeq(names) {
		lines = append(lines, "fileset "+name+" "+level+strings.Repeat(".0", max(0, 3-strings.Count(level, "."))))
	}
	return lines
}

// requisites are the needs that installp can look at by itself, before it starts. RPM packages are unknown to it.
func requisites(needs []string) []string {
	var lines []string
	for _, line := range needs {
		if fileset, ok := strings.CutPrefix(line, "fileset "); ok {
			lines = append(lines, "*prereq "+fileset)
		}
	}
	return lines
}
