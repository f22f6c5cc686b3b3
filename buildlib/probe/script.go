// Package probe asks an AIX machine what only such a machine knows, and compares the answers with what this project states of AIX.
//
// [Script] is one file of base shell that a user runs there and whose output he sends. It asks for what the SDK (package cross) states of
// headers and libraries, for what the loader's names of package inspect rest on, and for what package doctor and target rely on. [Compare]
// reads such an output and says what it confirms, what it contradicts, with the line that is wrong then, and what is new.
package probe

import (
	_ "embed"
	"maps"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/inspect"
	"github.com/sendmail-aix/sendmail-aix/buildlib/doctor"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

//go:embed template.sh
var template string

// facts is what the SDK's headers state, as clang finds it in them: made by TestFacts.
//
//go:embed facts
var factsText string

// further are filesets that sendmail and its package have to do with, besides those that compiling takes.
var further = []string{"bos.rte", "bos.rte.libc", "bos.rte.bind_cmds", "bos.adt.insttools", "bos.net.tcp.client", "bos.net.tcp.sendmail",
	"bos.net.tcp.server", "openssl.base", "openssh.base.client", "openssh.base.server", "rpm.rte", "xlC.rte", "vac.C"}

// Script is what is run on an AIX machine.
func Script() (string, error) {
	all, err := parseFacts(factsText)
	if err != nil {
		return "", err
	}
	var asked []string
	header := ""
	for _, f := range all {
		if f.Header != header {
			header = f.Header
			asked = append(asked, "header "+header)
		}
		line := f.Kind + " " + f.Name
		if f.Kind != constant && slices.Equal(f.Interfaces, []string{"1.0.2"}) {
			line += " old"
		}
		asked = append(asked, line)
	}
	lists, err := cross.Lists()
	if err != nil {
		return "", err
	}
	wanted := slices.Collect(maps.Keys(inspect.Lacks()))
	var libraries []string
	for _, l := range lists {
		libraries = append(libraries, l.Library)
		for _, name := range l.Names {
			wanted = append(wanted, name.Text)
		}
	}
	slices.Sort(wanted)
	return strings.NewReplacer(
		"@compilers@", strings.Join(target.CompilerPlaces(), ":"), "@filesets@", strings.Join(slices.Concat(doctor.Filesets, further), " "),
		"@libraries@", strings.Join(libraries, " "), "@names@", strings.Join(slices.Compact(wanted), "\n"), "@facts@", strings.Join(slices.Compact(asked), "\n"),
	).Replace(template), nil
}
