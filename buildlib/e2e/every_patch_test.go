//go:build e2e

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
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
	series = slices.DeleteFunc(series[:len(series)-1], func(line string) bool { return !strings.HasSuffix(line, ".patch\n") })
	staged := func(c checkout, patches []string, cache string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(c.dir, name), []byte(strings.Join(patches, "")), 0o644); err != nil {
			t.Fatal(err)
		}
		for i, line := range series { // a patch that no line names is refused
			file := filepath.Join("patches", "8.15.2", strings.TrimSpace(line))
			text, err := os.ReadFile(filepath.Join(root, file))
			if err == nil && i < len(patches) {
				err = os.WriteFile(filepath.Join(c.dir, file), text, 0o644)
			} else if err == nil {
				err = os.RemoveAll(filepath.Join(c.dir, file))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(program, "stage") // no image is made while an answer to an advisory names a patch that is gone
		cmd.Dir = c.dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CACHE_HOME=" + cache,
			"SENDMAIL_RELEASE=8.15.2", "SENDMAIL_TARGET=host", "SENDMAIL_SOURCE=" + source}
		var says strings.Builder
		cmd.Stderr = &says
		if err := cmd.Run(); err != nil {
			t.Logf("%v: %s", err, says.String()[max(0, says.Len()-300):])
			return "none" // some patches are there to make it compile
		}
		root, err := tree.List(t.Context(), filepath.Join(c.dir, "build", "8.15.2", "host", "root"))
		if err != nil {
			t.Fatal(err)
		}
		return root.Hash()
	}
	cache := t.TempDir()
	whole := staged(kept, series, cache)
	if whole == "none" {
		t.Fatal("with all patches nothing is staged")
	}
	compiled := 0
	for n := len(series) - 1; n >= 0; n-- {
		without := staged(kept, series[:n], cache)
		t.Logf("without %s: %s", strings.TrimSpace(series[n]), without)
		if without != "none" && without != whole {
			compiled++
		}
		if again := staged(kept, series, cache); again != whole {
			t.Errorf("with %s put back what is staged is %s, and was %s", strings.TrimSpace(series[n]), again, whole)
		}
		if os.Getenv("SENDMAIL_FROM_NOTHING") == "" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(fresh.dir, "build")); err != nil {
			t.Fatal(err)
		}
		if want := staged(fresh, series[:n], t.TempDir()); without != want {
			t.Errorf("without %s and what follows what is staged is %s, from nothing %s", strings.TrimSpace(series[n]), without, want)
		}
	}
	if compiled < 2 {
		t.Errorf("%d of %d shorter series were compiled to something else: this comparison shows nothing", compiled, len(series))
	}
}
