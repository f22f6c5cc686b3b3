//go:build aixgo

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAIXGo lets sendmail-aix that was built for AIX do on a simulated machine what an administrator does on a real one, and the same program built for
// this machine do it on the same one: the images are the same. Besides go.c, what is not AIX is what the simulated machine runs: its compiler, make, m4 and shell
// are Linux's.
func TestAIXGo(t *testing.T) {
	a, env := newAIXGo(t), onBox(t)
	project, another := tinyCheckout(t), tinyCheckout(t)
	run := func(words ...string) string {
		t.Helper()
		out, log, err := a.run(t, project, env, words...)
		if err != nil {
			t.Fatalf("%q: %v\n%s\n%s", words, err, out, log)
		}
		return out
	}
	says := func(out string, words ...string) {
		t.Helper()
		for _, word := range words {
			if !regexp.MustCompile("(?m)" + word).MatchString(out) {
				t.Errorf("no %q in\n%s", word, out)
			}
		}
	}
	says(run("doctor"), `^target +ok +aix7\.2-64, AIX 7\.2 TL5 SP3$`, `^compiler +ok +xlc 16\.1\.0, `, `^bos\.adt\.base +ok `)
	made := run("package")
	says(made, `^[0-9a-f]{64}  build/1\.2\.3/aix7\.2-64/sendmail\.1\.2\.3\.1\.I$`)
	if again := run("package"); again != made {
		t.Errorf("the second package makes %s of %s", again, made)
	}
	says(run("why", "compile"), `^compile is up to date$`)

	cmd := exec.Command(buildOurs(t), "package")
	cmd.Dir, cmd.Env = another, append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil || string(out) != made {
		t.Errorf("built for this machine: %v, it makes %s, and built for AIX %s", err, out, made)
	}

	const image = "build/1.2.3/aix7.2-64/sendmail.1.2.3.1.I"
	says(run("image:verify", image), `: 0 errors, `)
	says(run("image:list", image), `sendmail`)
	if out := run("image:diff", image, filepath.Join(another, image)); out != "" {
		t.Errorf("image:diff says %s", out)
	}
	run("image:extract", image, filepath.Join(t.TempDir(), "extracted"))
	if out, log, err := a.run(t, project, env, "image:rehearse", image); err == nil || !strings.Contains(log, "can be rehearsed on Linux only") {
		t.Errorf("image:rehearse: %v\n%s\n%s", err, out, log)
	}
}
