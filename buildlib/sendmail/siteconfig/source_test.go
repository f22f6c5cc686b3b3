package siteconfig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// TestSource generates Makefiles through sendmail's own devtools/bin/Build, on simulated AIX boxes, and looks at them. It takes a source
// tree from SENDMAIL_TEST_SOURCE, as the end-to-end test of the project sets it.
func TestSource(t *testing.T) {
	t.Parallel()
	source := os.Getenv("SENDMAIL_TEST_SOURCE")
	if source == "" {
		t.Skip("SENDMAIL_TEST_SOURCE names no sendmail source tree")
	}
	if _, err := host.LookPath(t.Context(), host.NewLocal(os.Environ()), "m4"); err != nil {
		t.Skip("there is no m4 here (mage setup brings it)")
	}
	tree := skeleton(t, source)
	set := loaded(t)
	for _, g := range goldenCases {
		t.Run(g.name(), func(t *testing.T) {
			t.Parallel()
			r, err := set.Compose(g.request(t))
			if err != nil {
				t.Fatal(err)
			}
			work := t.TempDir()
			site := filepath.Join(work, "site.config.m4")
			if err := os.WriteFile(site, []byte(r.Text), 0o644); err != nil {
				t.Fatal(err)
			}
			m := simulated(t, g.target)
			for _, dir := range append([]string{"sendmail", "smrsh"}, r.Builds...) {
				// -n: make only says what it would do, but Build has written the Makefile by then. What it would do fails for want of sources.
				_, err := m.Output(t.Context(), host.Cmd{Dir: filepath.Join(tree, dir), Argv: []string{"sh", "Build", "-O", work, "-f", site, "-n"}})
				found, globErr := filepath.Glob(filepath.Join(work, "obj.*", dir, "Makefile"))
				if globErr != nil || len(found) != 1 {
					t.Fatalf("%s: Makefiles %v, %v, %v", dir, found, globErr, err)
				}
				text, err := os.ReadFile(found[0])
				if err != nil {
					t.Fatal(err)
				}
				checkGenerated(t, dir, parseMakefile(string(text)), g, r)
			}
		})
	}
}

func checkGenerated(t *testing.T, dir string, vars makefile, g goldenCase, r *Result) {
	t.Helper()
	for name, want := range map[string]string{"BINDIR": "/opt/sendmail/sbin", "EBINDIR": "/opt/sendmail/libexec", "INCLUDEDIR": "/opt/sendmail/include"} {
		if vars[name] != want {
			t.Errorf("%s: %s=%q, want %q", dir, name, vars[name], want)
		}
	}
	for name, value := range vars {
		if strings.Contains(value, "-DBAD") || strings.Contains(value, "/bad") || strings.Contains(value, "-lbad") {
			t.Errorf("%s: %s=%q: a setting of the OS file survived", dir, name, value)
		}
	}
	switch dir {
	case "sendmail":
		checkMakefile(t, vars, g, r)
		if vars["MSPQ"] != "/var/opt/sendmail/clientmqueue" || vars["STDIR"] != "/var/opt/sendmail" || vars["HFDIR"] != "/etc/opt/sendmail" {
			t.Errorf("MSPQ=%q STDIR=%q HFDIR=%q", vars["MSPQ"], vars["STDIR"], vars["HFDIR"])
		}
		if vars["MANROOT"] != "/opt/sendmail/share/man/cat" || vars["GBINMODE"] != "2555" || vars["GBINGRP"] != "smmsp" {
			t.Errorf("MANROOT=%q GBINMODE=%q GBINGRP=%q", vars["MANROOT"], vars["GBINMODE"], vars["GBINGRP"])
		}
	case "libmilter":
		if threads := g.request(t).Target.Flags(); vars["CCOPTS"] != threads.ThreadFlags || !strings.HasSuffix(vars["LDOPTS"], threads.ThreadLibs) {
			t.Errorf("libmilter: CCOPTS=%q LDOPTS=%q, want %q and %q", vars["CCOPTS"], vars["LDOPTS"], threads.ThreadFlags, threads.ThreadLibs)
		}
		if strings.Contains(g.options, "milter-poll") != strings.Contains(vars["ENVDEF"], "-DSM_CONF_POLL=1") {
			t.Errorf("libmilter: ENVDEF=%q", vars["ENVDEF"])
		}
	}
}

// simulated is the box for a target's level, or this machine.
func simulated(t *testing.T, name string) *host.Local {
	t.Helper()
	boxes, err := filepath.Abs("../../../testdata/boxes")
	if err != nil {
		t.Fatal(err)
	}
	box := map[string]string{"aix6.1-32": "6.1", "aix7.1-64": "7.1", "aix7.2-64": "7.2-tl5", "aix7.3-64": "7.3"}[name]
	if box == "" {
		return host.NewLocal(os.Environ())
	}
	path := []string{filepath.Join(boxes, box, "bin"), filepath.Join(boxes, "common/bin"), os.Getenv("PATH")}
	return host.NewLocal([]string{"PATH=" + strings.Join(path, ":"), "TMPDIR=" + os.TempDir()})
}

// skeleton copies what makes Makefiles out of a source tree. A tree without our patches has no file for AIX after 5.3: such a file, as
// small as can be, is put there, with settings that must not survive.
func skeleton(t *testing.T, source string) string {
	t.Helper()
	tree := t.TempDir()
	if err := os.CopyFS(filepath.Join(tree, "devtools"), os.DirFS(filepath.Join(source, "devtools"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sendmail/Build", "sendmail/Makefile.m4", "smrsh/Build", "smrsh/Makefile.m4", "libmilter/Build", "libmilter/Makefile.m4"} {
		text, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(tree, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(tree, name), text, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"AIX.6.1", "AIX.7.x"} {
		file := filepath.Join(tree, "devtools/OS", name)
		if _, err := os.Stat(file); err == nil {
			continue
		}
		text := "define(`confENVDEF', `-DBAD')\ndefine(`confLDOPTS', `-blibpath:/bad')\ndefine(`confLIBS', `-lbad')\ndefine(`confSM_OS_HEADER', `sm_os_aix')\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return tree
}
