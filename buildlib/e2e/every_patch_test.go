//go:build e2e

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryPatch takes the patches of 8.15.2 away, one after another from the last, and puts them back: what is made with objects that are kept is what
// is made from nothing. SENDMAIL_8_15_2 names a pristine tree of it, which cannot be had everywhere.
func TestEveryPatch(t *testing.T) {
	source := os.Getenv("SENDMAIL_8_15_2")
	if source == "" {
		t.Skip("SENDMAIL_8_15_2 is not set")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "sendmail-aix")
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", program, "./buildlib/cmd/sendmail-aix")
	if build.Dir = root; build.Run() != nil {
		t.Fatal("the program does not build")
	}
	kept, fresh := checkout{t: t, mage: program, dir: filepath.Join(dir, "kept")}, checkout{t: t, mage: program, dir: filepath.Join(dir, "fresh")}
	kept.copyFrom(root)
	fresh.copyFrom(root)
	name := filepath.Join("patches", "8.15.2", "series")
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	series := strings.SplitAfter(strings.TrimSpace(string(text))+"\n", "\n")
	series = series[:len(series)-1]
	image := func(c checkout, patches []string, cache string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(c.dir, name), []byte(strings.Join(patches, "")), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "package")
		cmd.Dir = c.dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CACHE_HOME=" + cache,
			"SENDMAIL_RELEASE=8.15.2", "SENDMAIL_TARGET=host", "SENDMAIL_SOURCE=" + source}
		out, err := cmd.Output()
		sum, _, _ := strings.Cut(string(out), " ")
		if err != nil {
			return "none" // some patches are there to make it compile
		}
		return sum
	}
	cache := t.TempDir()
	whole := image(kept, series, cache)
	if whole == "none" {
		t.Fatal("with all patches there is no image")
	}
	for n := len(series) - 1; n >= 0; n-- {
		without := image(kept, series[:n], cache)
		t.Logf("without %s: %s", strings.TrimSpace(series[n]), without)
		if again := image(kept, series, cache); again != whole {
			t.Errorf("with %s put back the image is %s, and was %s", strings.TrimSpace(series[n]), again, whole)
		}
		if os.Getenv("SENDMAIL_FROM_NOTHING") == "" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(fresh.dir, "build")); err != nil {
			t.Fatal(err)
		}
		if want := image(fresh, series[:n], t.TempDir()); without != want {
			t.Errorf("without %s and what follows the image is %s, from nothing %s", strings.TrimSpace(series[n]), without, want)
		}
	}
}
