//go:build e2e

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPerfstat compiles the load average of option perfstat into the sendmail that TestRealSource packs, with a stand-in for AIX's
// libperfstat, and asks that program for it. As for TestMail, MAIL_TEST_RELEASE and MAIL_TEST_SOURCE name another release.
func TestPerfstat(t *testing.T) {
	for _, tool := range []string{"cc", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
	objects := objectsOf(t, mailBuild(t))
	perfstat := withLoad(t, objects, "-DLA_TYPE=LA_PERFSTAT")
	for _, test := range []struct{ name, loadavg, want string }{
		{"idle", "0 655360 655360", "0"},
		{"just below a half", "32767 655360 655360", "0"},
		{"a half", "32768 0 0", "1"},
		{"just below one and a half", "98303 0 0", "1"},
		{"one and a half", "98304 0 0", "2"},
		{"a whole number", "458752 0 0", "7"},
		{"many", "65536000 0 0", "1000"},
		{"an error", "", "-1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := load(t, perfstat, "PERFSTAT_LOADAVG="+test.loadavg); got != test.want {
				t.Errorf("the load average is %s for loadavg %q, want %s", got, test.loadavg, test.want)
			}
		})
	}
	t.Run("an error of another type", func(t *testing.T) { // what upstream's code returns is what ours must
		procstr := withLoad(t, objects, `-DLA_TYPE=LA_PROCSTR -D_PATH_LOADAVG=\"/nonexistent/loadavg\"`)
		if got := load(t, procstr); got != "-1" {
			t.Errorf("the load average is %s, want -1", got)
		}
	})
}

// objectsOf is the directory in which a build has compiled the program sendmail.
func objectsOf(t *testing.T, b build) string {
	t.Helper()
	pattern := filepath.Join(filepath.Dir(b.image()), "objects/obj.*/sendmail")
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: found %q, error %v, want one", pattern, found, err)
	}
	return found[0]
}

// withLoad makes a sendmail whose conf.c is compiled with these flags, in a copy of the objects.
func withLoad(t *testing.T, objects, flags string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "sendmail")
	standIns, err := filepath.Abs("testdata/perfstat")
	if err != nil {
		t.Fatal(err)
	}
	linked := []string{filepath.Join(dir, "standin-perfstat.o"), filepath.Join(dir, "standin-gethostname.o")}
	for _, argv := range [][]string{
		{"cp", "-pRP", objects, dir},
		{"cc", "-I" + standIns, "-c", "-o", linked[0], filepath.Join(standIns, "perfstat.c")},
		{"cc", "-c", "-o", linked[1], "testdata/gethostname.c"}, // else sendmail may wait a minute for the machine to have a full name
		{"make", "-C", dir, "-W", "conf.c", "sendmail", "CCOPTS=" + flags + " -I" + standIns, "LDOPTS=" + strings.Join(linked, " ")},
	} {
		cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
	}
	return filepath.Join(dir, "sendmail")
}

var testModeAnswer = regexp.MustCompile(`(?m)^> (.+)$`)

// load asks a sendmail for the load average that it has found at its start.
func load(t *testing.T, sendmail string, env ...string) string {
	t.Helper()
	cf := filepath.Join(t.TempDir(), "cf")
	if err := os.WriteFile(cf, []byte("V10/Berkeley\nMlocal, P=/bin/false, F=l, A=false\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), sendmail, "-bt", "-C", cf)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}, env...)
	cmd.Stdin = strings.NewReader("${load_avg}\n")
	out, err := cmd.CombinedOutput()
	answer := testModeAnswer.FindSubmatch(out)
	if err != nil || answer == nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return string(answer[1])
}
