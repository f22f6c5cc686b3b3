//go:build e2e

package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// makeProbed makes a machine of AIX 7.2 to be asked, the simulated one but for its compiler, which has the SDK's headers in 64 bits and none in 32, and for
// restore, which is ours.
func (s *hostSite) makeProbed(root string) {
	for _, part := range []string{"facts", "lslpp", "rpm", "xlc.version"} {
		text, err := os.ReadFile(s.path("repo/testdata/boxes/7.2-tl5", part))
		must(s.t, err)
		s.write("repo/testdata/boxes/probed/"+part, 0o644, string(text))
	}
	must(s.t, os.CopyFS(s.path("sdk"), os.DirFS(filepath.Join(root, "buildlib/machine/cross/sdk/include"))))
	s.write("repo/testdata/boxes/probed/bin/xlc", 0o755, fmt.Sprintf(`#!/bin/sh
case $1 in
-qversion) exec '%s' "$@" ;;
-q64) shift 3 ;; # and places of headers
*) exit 1 ;;
esac
exec gcc -w -nostdinc -ffreestanding -isystem "$(gcc -print-file-name=include)" -D_AIX -D__64BIT__ -D_LARGE_FILES -I'%s' "$@"
`, s.path("repo/testdata/boxes/7.2-tl5/bin/xlc"), s.path("sdk")))
	s.write("repo/testdata/boxes/probed/bin/restore", 0o755, fmt.Sprintf("#!/bin/sh\n'%s' image:extract \"$2\" x\n", s.program))
}

// probe asks a machine that has a compiler, to the end, with an image.
func (s *hostSite) probe(t *testing.T) {
	project := s.checkout(t)
	demoImage(t, filepath.Join(project, "demo.I"))
	for name, text := range map[string]string{"t_pathconf.c": `puts("pathconf"); return 0;`, "t_snprintf.c": `puts("broken"); return 71;`, "t_exclopen.c": "no C"} {
		must(t, os.MkdirAll(filepath.Join(project, "test"), 0o755))
		must(t, os.WriteFile(filepath.Join(project, "test", name), []byte("#include <stdio.h>\nint main(void) { "+text+" }\n"), 0o644))
	}
	cmd := s.command(project, "probed", false, "-v", "probe", "-image=demo.I", "-tests=test", "probed")
	cmd.Env = append(cmd.Env, "SENDMAIL_HOST=", "SENDMAIL_SYSROOT=") // the word behind it says which
	out, log := run(t, cmd)
	if !strings.HasPrefix(out, "sendmail-aix probe 1\n") || !strings.HasSuffix(out, "\nend\n") {
		t.Fatalf("this is no whole probe:\n%s", out)
	}
	for _, want := range []string{"| 7200-05-03-2148", "tool xlc", "compiler 64 xlc -q64", "missing 32 errno.h", "fact 64 C EINTR 4", "fact 64 O struct.stat/st_size ", "ask start sendmail",
		"ask t_pathconf 64\n| pathconf\nstatus 0\n", "ask t_snprintf 64\n| broken\nstatus 71\n", "ask t_exclopen 64\n| "} {
		if !strings.Contains(out, "\n"+want) {
			t.Errorf("the probe does not have %q", want)
		}
	}
	name, err := os.Hostname()
	must(t, err)
	for _, secret := range []string{"probed", s.dir, "127.0.0.1", name} {
		if found := regexp.MustCompile(`.*\b` + regexp.QuoteMeta(secret) + `\b.*`).FindString(out); found != "" {
			t.Errorf("the probe has %q: %s", secret, found)
		}
	}
	t.Logf("round trips: %d", trips(t, log))
	s.quiet(t)
	for _, place := range []string{s.path("home/probed/.sendmail-aix/*/probe"), "/tmp/sendmail-aix-probe.*"} {
		if left, err := filepath.Glob(place); err != nil || left != nil {
			t.Errorf("the probe leaves %q, %v", left, err)
		}
	}
	must(t, os.WriteFile(filepath.Join(project, "probe.txt"), []byte(out), 0o644))
	out, _ = run(t, s.command(project, "box72", true, "probe:compare", "probe.txt"))
	found := regexp.MustCompile(`confirmed +\d+: (\d+) of headers`).FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("compared: %s", out)
	}
	if n, err := strconv.Atoi(found[1]); err != nil || n < 700 || strings.Contains(out, "contradicted") {
		t.Errorf("compared: %s", out)
	}
}
