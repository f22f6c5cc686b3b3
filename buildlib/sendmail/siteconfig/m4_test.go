package siteconfig

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// makefile is what matters of a generated one: variable to value, blanks squeezed.
type makefile map[string]string

func parseMakefile(text string) makefile {
	vars := makefile{}
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		if name, value, ok := strings.Cut(s.Text(), "="); ok && name == strings.ToUpper(name) {
			vars[strings.TrimSpace(name)] = strings.Join(strings.Fields(value), " ")
		}
	}
	return vars
}

// TestM4 runs the real m4 over every golden case, with a model of sendmail's own m4 files around it.
func TestM4(t *testing.T) {
	t.Parallel()
	m := host.NewLocal(os.Environ())
	if _, err := host.LookPath(t.Context(), m, "m4"); err != nil {
		t.Skip("there is no m4 here (mage setup brings it)")
	}
	set := loaded(t)
	for _, g := range goldenCases {
		t.Run(g.name(), func(t *testing.T) {
			t.Parallel()
			r, err := set.Compose(g.request(t))
			if err != nil {
				t.Fatal(err)
			}
			site := filepath.Join(t.TempDir(), "site.config.m4")
			if err := os.WriteFile(site, []byte(r.Text), 0o644); err != nil {
				t.Fatal(err)
			}
			out, err := m.Output(t.Context(), host.Cmd{Argv: []string{"m4", "-DSITE=" + site, "testdata/probe.m4"}})
			if err != nil {
				t.Fatal(err)
			}
			vars := parseMakefile(out)
			checkMakefile(t, vars, g, r)
			if vars["SEARCH"] != "" {
				t.Errorf("libraries %q are searched for", vars["SEARCH"])
			}
			if want := "${DESTDIR}${MSPQ}"; vars["INSTDEP"] != want {
				t.Errorf("install depends on %q, want %q", vars["INSTDEP"], want)
			}
		})
	}
}

// checkMakefile asserts that what the target decides and what the fragments add arrived unbroken in a Makefile of directory sendmail.
func checkMakefile(t *testing.T, vars makefile, g goldenCase, r *Result) {
	t.Helper()
	to := g.request(t).Target
	flags := to.Flags()
	if want := strings.Join(strings.Fields(to.Compiler.Path+" "+flags.Width+" "+flags.Processor+" "+flags.Language), " "); vars["CC"] != want {
		t.Errorf("CC=%q, want %q", vars["CC"], want)
	}
	wantPath := map[string]string{"base": "/usr/lib:/lib", "toolbox": "/opt/freeware/lib:/usr/lib:/lib", "mixed": "/usr/lib:/lib:/opt/freeware/lib",
		"prefix": "/opt/own/lib:/opt/freeware/lib:/usr/lib:/lib", "system": ""}[g.providers]
	if wantPath != "" {
		wantPath = "-blibpath:" + wantPath
		if to.Compiler.Kind != target.XLC {
			wantPath = "-Wl," + wantPath
		}
	}
	if vars["LDOPTS"] != wantPath {
		t.Errorf("LDOPTS=%q, want %q", vars["LDOPTS"], wantPath)
	}
	want := []string{"-DSTARTTLS", "-DHASURANDOMDEV=1", "-DSASL=2", "-DMAP_REGEX", `-D_PATH_SENDMAILCF=\"/etc/opt/sendmail/sendmail.cf\"`,
		`-DSMRSH_CMDDIR=\"/etc/opt/sendmail/smrsh\"`}
	if to.OS == target.AIX {
		load := "-DLA_TYPE=LA_ZERO"
		if slices.Contains(r.Options, "perfstat") {
			load = "-DLA_TYPE=LA_PERFSTAT"
		}
		want = append(want, "-D_AIX5=50300", load, "-DNDBM")
		if n := strings.Count(vars["ENVDEF"], "-DLA_TYPE"); n != 1 {
			t.Errorf("ENVDEF=%q defines LA_TYPE %d times, want once", vars["ENVDEF"], n)
		}
	}
	for _, flag := range want {
		if !strings.Contains(" "+vars["ENVDEF"]+" ", " "+flag+" ") {
			t.Errorf("ENVDEF=%q lacks %s", vars["ENVDEF"], flag)
		}
	}
	if strings.Contains(vars["ENVDEF"], "-DNEWDB") && !strings.Contains(g.options, "newdb") {
		t.Errorf("ENVDEF=%q has a Berkeley DB that nobody asked for", vars["ENVDEF"])
	}
	if !strings.HasPrefix(vars["LIBADD"], "-lssl -lcrypto -lsasl2") {
		t.Errorf("LIBADD=%q, want -lssl -lcrypto -lsasl2", vars["LIBADD"])
	}
	for _, l := range r.Libraries {
		if !strings.Contains(" "+vars["LIBADD"]+" "+vars["LIBS"]+" ", " -l"+l+" ") {
			t.Errorf("the fragments name library %s, but LIBADD=%q and LIBS=%q do not link it", l, vars["LIBADD"], vars["LIBS"])
		}
	}
}

// TestFragmentsLink checks that the Libraries of each header are those that its text links, and that the doctor has something to look for.
func TestFragmentsLink(t *testing.T) {
	t.Parallel()
	for _, f := range loaded(t).Options() {
		var linked []string
		for _, c := range f.calls {
			if !strings.HasSuffix(c.name, "LIBS") {
				continue
			}
			for word := range strings.FieldsSeq(c.value) {
				linked = append(linked, strings.TrimPrefix(word, "-l"))
			}
		}
		if got, want := strings.Join(linked, " "), strings.Join(f.Libraries, " "); got != want {
			t.Errorf("%s links %q, its header says %q", f.File, got, want)
		}
		if len(f.Libraries) > 0 && f.Provider == "" && f.Headers == nil {
			t.Errorf("%s links libraries, but its header names no Headers of theirs", f.File)
		}
	}
}
