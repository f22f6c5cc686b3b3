// Package standins has what a simulated AIX machine is made of: files of AIX's own, as far as scripts of a mail package may look at them, and
// stand-ins for its commands. They are used in boxes that scripts have for their root (rehearsal/box), by tests of the package's scripts in
// a mere directory, and by the machines of testdata/boxes.
//
// Accounts, filesets and the line of rc.tcpip are as published dumps of AIX machines and IBM's documents show them; IBM's programs are not
// here, their places are. Each stand-in says from where it knows what it prints.
package standins

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed all:aix
var aix embed.FS

//go:embed commands
var commands embed.FS

// Places are where AIX has the commands that a stand-in plays.
var Places = map[string][]string{
	"accounts": {"usr/bin/mkgroup", "usr/bin/mkuser", "usr/sbin/lsgroup", "usr/sbin/lsuser", "usr/bin/chown", "usr/bin/chgrp", "usr/bin/id"},
	"src": {"usr/bin/mkssys", "usr/bin/chssys", "usr/bin/rmssys", "usr/bin/lssrc", "usr/bin/startsrc", "usr/bin/stopsrc", "usr/bin/refresh",
		"usr/sbin/chrctcp"},
	"inittab": {"usr/sbin/mkitab", "usr/sbin/chitab", "usr/sbin/rmitab", "usr/sbin/lsitab"},
	"machine": {"usr/bin/oslevel", "usr/bin/uname", "usr/bin/hostname", "usr/bin/getconf", "usr/sbin/bootinfo", "usr/sbin/prtconf",
		"usr/bin/lslpp", "usr/bin/rpm", "usr/bin/odmget"},
}

// Lslpp is the list of AIX's own filesets, as lslpp -Lc prints it; a box has it as the file rehearsal/lslpp.
func Lslpp() ([]byte, error) { return aix.ReadFile("aix/rehearsal/lslpp") }

// Fill puts AIX's files below a root directory, and the stand-ins into rehearsal there.
func Fill(root string) error {
	return errors.Join(fill(aix, "aix", root, 0o644), fill(commands, "commands", filepath.Join(root, "rehearsal"), 0o755))
}

func fill(from fs.FS, top, to string, mode fs.FileMode) error {
	return fs.WalkDir(from, top, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		file, mode := filepath.Join(to, strings.TrimPrefix(name, top)), mode
		if strings.HasPrefix(string(text), "#!") {
			mode = 0o755
		}
		return errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, text, mode), os.Chmod(file, mode))
	})
}
