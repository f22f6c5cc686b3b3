package rehearsal

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// told is a script that tells when it runs, and where, and then does more.
func told(step installp.Step, more string) string {
	const says = "echo \"script %s $INUTREE in `pwd`${INSTALLED_LIST:+, over `cat $INSTALLED_LIST`}\""
	return fmt.Sprintf("#!/usr/bin/ksh\numask 022\n"+says+"\n%s\nexit 0\n", step, more)
}

// allSteps has a script for each step of a base level.
func allSteps() installp.Scripts {
	all := installp.Scripts{}
	for _, step := range []installp.Step{
		installp.PreRm, installp.PreI, installp.PostI, installp.Config, installp.PreD, installp.Unconfig, installp.UnpostI, installp.UnpreI,
	} {
		all[step] = told(step, "")
	}
	return all
}

func text(content string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }
}

func file(path string, mode uint32, owner, group, content string) installp.File {
	return installp.File{Path: path, Mode: mode, Owner: owner, Group: group, Size: int64(len(content)), Open: text(content)}
}

func directory(path string, mode uint32, owner, group string) installp.File {
	return installp.File{Path: path, Type: installp.Directory, Mode: mode, Owner: owner, Group: group}
}

// demo is a package with all that a package can have: two filesets, both parts, links, a group of its own, a subsystem, and a
// configuration file for each method of cfgfiles.
func demo(t testing.TB, at string) *installp.Package {
	t.Helper()
	program := file("/opt/demo/bin/demo", 0o2555, "bin", "demo", "the program of level "+at+"\n")
	program.Links = []string{"/opt/demo/bin/also"}
	scripts := installp.Scripts{
		installp.PreI: told(installp.PreI, "lsgroup demo >/dev/null 2>&1 || mkgroup -a demo || exit 1"),
		installp.Config: told(installp.Config, `lssrc -s demo >/dev/null 2>&1 ||
	mkssys -s demo -p /opt/demo/bin/demo -u 0 -S -n 15 -f 9 -i /dev/null || exit 1
conf=/etc/opt/demo.conf
test -f $conf || { cp -p /etc/opt/demo/demo.conf.default $conf.new && mv $conf.new $conf; } || exit 1`),
		installp.Unconfig: told(installp.Unconfig, "rmssys -s demo >/dev/null 2>&1"),
		installp.PreRm:    told(installp.PreRm, "stopsrc -s demo >/dev/null 2>&1"),
		installp.PostI:    told(installp.PostI, "saved=$MIGSAVE/etc/opt/demo/auto_merge\ntest -f $saved && echo merged >>$saved"),
		installp.UnpostI:  told(installp.UnpostI, ""), installp.UnpreI: told(installp.UnpreI, ""),
	}
	files := []installp.File{
		directory("/opt/demo", 0o755, "root", "system"), directory("/opt/demo/bin", 0o755, "root", "system"), program,
		{Path: "/opt/demo/bin/linked", Type: installp.Symlink, Target: "demo"},
		file("/opt/demo/of-"+at, 0o444, "root", "system", "a file that no other level has\n"),
		directory("/etc/opt/demo", 0o750, "root", "demo"),
		file("/etc/opt/demo/demo.conf.default", 0o444, "root", "system", "# of level "+at+"\n"),
	}
	for _, method := range []installp.Method{installp.Preserve, installp.AutoMerge, installp.HoldNew, installp.UserMerge, installp.Other} {
		f := file("/etc/opt/demo/"+string(method), 0o644, "root", "system", "of level "+at+"\n")
		f.Config = method
		files = append(files, f)
	}
	usr := allSteps()
	usr[installp.PreI] = told(installp.PreI, `test -d /etc/opt || mkdir /etc/opt || exit 1
lsgroup demo >/dev/null 2>&1 || mkgroup -a demo || exit 1`)
	return &installp.Package{
		Name: "demo", Level: parseLevel(t, at), Time: time.Unix(1443657600, 0), Groups: []string{"demo"}, Provided: []string{"/etc/opt"},
		Filesets: []installp.Fileset{
			{Name: "demo.rte", Text: "Demonstration of all there is in a package", Copyright: "Nobody's.\n", Files: files, Usr: usr, Root: scripts,
				Requisites: []string{"*prereq bos.rte 6.1.0.0"}},
			{Name: "demo.data", Text: "Data for the demonstration", Copyright: "Nobody's.\n", Requisites: []string{"*prereq demo.rte " + at},
				Files: []installp.File{
					directory("/opt/demo/share", 0o755, "root", "system"),
					file("/opt/demo/share/data", 0o444, "root", "system", "data of "+at+"\n"),
				}},
		},
	}
}

// plainDemo is the demonstration without cfgfiles, whose documented mechanism does not survive a power cut at every moment: see
// TestPowerCutLosesConfig.
func plainDemo(t testing.TB, at string) *installp.Package {
	t.Helper()
	p := demo(t, at)
	rte := &p.Filesets[0]
	for i := range rte.Files {
		rte.Files[i].Config = ""
	}
	rte.Root[installp.PostI] = told(installp.PostI, "")
	return p
}

// media writes a package's image.
func media(t testing.TB, p *installp.Package) *preview.Media {
	t.Helper()
	name := filepath.Join(t.TempDir(), p.FileName())
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := write.Image(f, p); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := preview.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
