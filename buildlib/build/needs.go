package build

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// needs are what the programs were made for, as packaging/scripts/pre_i reads it. One line each:
//
//	fileset NAME LEVEL                    an installp fileset of that level at least
//	library NAME VERSION DIRECTORY [RPM]  lib<NAME>.* in the directory; of that version at least, if the RPM package brought it
//
// Programs of the host need nothing that AIX could have.
func (j *job) needs() []string {
	if j.Target.OS != target.AIX {
		return nil
	}
	lines := []string{fmt.Sprintf("fileset bos.rte %d.%d.0.0", j.Target.Level.Version, j.Target.Level.Release)}
	for _, fragment := range j.fragments {
		for _, fileset := range fragment.Filesets {
			lines = append(lines, fmt.Sprintf("fileset %s %d.%d.0.0", fileset, j.Target.Level.Version, j.Target.Level.Release))
		}
		switch fragment.Provider {
		case target.PartOpenSSL:
			lines = append(lines, need(j.Target.OpenSSL, "ssl", "openssl.base", "openssl"))
		case target.PartSASL:
			// The library of AIX itself, where there is one, is in no fileset whose name is known.
			lines = append(lines, need(j.Target.SASL, "sasl2", "", "cyrus-sasl"))
		}
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	slices.Sort(lines)
	return slices.Compact(lines)
}

// need is the line for a library: by fileset when AIX has it in one, else by file. It is empty for a fileset of unknown level.
func need(from target.Provider, library, fileset, rpm string) string {
	if from.Kind == target.Base && fileset != "" {
		if from.API == "" {
			return ""
		}
		return "fileset " + fileset + " " + from.API + strings.Repeat(".0", max(0, 3-strings.Count(from.API, ".")))
	}
	line := []string{"library", library, cmp.Or(from.API, "0"), cmp.Or(from.Lib, "/usr/lib")}
	if from.Kind == target.Toolbox {
		line = append(line, rpm)
	}
	return strings.Join(line, " ")
}

// requisites are the needs that installp can look at by itself, before it starts. RPM packages are unknown to it.
func (j *job) requisites() []string {
	var lines []string
	for _, line := range j.needs() {
		if fileset, ok := strings.CutPrefix(line, "fileset "); ok {
			lines = append(lines, "*prereq "+fileset)
		}
	}
	return lines
}
