package patchset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// removed is a patch that takes a file of one line away.
func removed(name string) string {
	return "diff --git a/" + name + " b/" + name + "\ndeleted file mode 100644\n--- a/" + name + "\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
}

// A directory goes with its last file, as with GNU patch and git, and no other does.
func TestApplyRemovesDirectories(t *testing.T) {
	t.Parallel()
	source := map[string]string{"a/b/c/f": "x\n", "a/kept": "x\n", "d/e/f": "x\n", "d/e/g": "x\n"}
	got, err := crossCheck(t, source, fresh(t, source, series(t, removed("a/b/c/f"), removed("d/e/f"))))
	want := map[string]string{"a/": "", "a/kept": "-rw-r--r-- x\n", "d/": "", "d/e/": "", "d/e/g": "-rw-r--r-- x\n"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Apply() = %v (-want +got):\n%s", err, diff)
	}
}

// A disk that takes a part of the files leaves none of them half way.
func TestApplyCleansUp(t *testing.T) {
	t.Parallel()
	source := map[string]string{"a": text, "dir/f": text}
	s := fresh(t, source, series(t, strings.ReplaceAll(change, "dir/f", "a")+change))
	source["dir/f"+suffix+"/in the way"] = ""
	root := put(t, source)
	before := snapshot(t, root)
	if err := s.Apply(t.Context(), root, released); err == nil {
		t.Error("Apply() wrote over a directory")
	}
	if diff := cmp.Diff(before, snapshot(t, root)); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
}

// A patch that is made for what a later one leaves is told so, and no other is.
func TestApplyTellsOfTheOrder(t *testing.T) {
	t.Parallel()
	const hint = "the series may be out of order"
	source := map[string]string{"dir/f": text}
	good := fresh(t, source, series(t, change, strings.NewReplacer("THREE", "III", "three", "THREE").Replace(change)))
	root := put(t, source)
	findings, err := (&Series{Patches: []*Patch{good.Patches[1], good.Patches[0]}}).Judge(t.Context(), root)
	if err != nil || len(findings) == 0 || !strings.Contains(findings[0].Found, "for what 0001-x.patch leaves") || !strings.Contains(findings[0].Found, hint) {
		t.Errorf("Judge(out of order) = %v, %v, want %q", findings, err, hint)
	}
	// The file is the one that is asked for, and the hunk is wrong.
	wrong := *good.Patches[0]
	p, err := parsePatch(wrong.Name, []byte(strings.Replace(string(wrong.Text), "@@ -2,3", "@@ -1,3", 1)))
	if err != nil {
		t.Fatal(err)
	}
	later, err := parsePatch("0002-x.patch", []byte(header+"\ndiff --git a/dir/f b/dir/f\nindex "+one+".."+blobID(text)+" 100644\n--- a/dir/f\n+++ b/dir/f\n@@ -1 +1 @@\n-x\n+y\n"))
	if err != nil {
		t.Fatal(err)
	}
	findings, err = (&Series{Patches: []*Patch{p, later}}).Judge(t.Context(), root)
	if err != nil || len(findings) != 1 || strings.Contains(findings[0].Found, hint) || !strings.Contains(findings[0].Found, "would fit at line 2,") {
		t.Errorf("Judge(a wrong hunk) = %v, %v, want one finding without %q", findings, err, hint)
	}
}

// Where one hunk does not fit, the numbers of those below are not complained of.
func TestOneFindingForOneFault(t *testing.T) {
	t.Parallel()
	diff := "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -2,3 +2,4 @@\n line 2\n-line X\n+LINE\n+LINE\n line 4\n@@ -12,3 +13,3 @@\n line 12\n-line 13\n+LINE\n line 14\n"
	findings, err := series(t, diff).Judge(t.Context(), put(t, map[string]string{"f": join(numbered(20))}))
	if err != nil || len(findings) != 1 || findings[0].Hunk != 1 {
		t.Errorf("Judge() = %v, %v, want one finding", findings, err)
	}
}

// A tree that cannot be read is told, and nothing is taken for a file that is not there.
func TestApplyBehindALink(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.Symlink("loop", filepath.Join(root, "loop")); err != nil {
		t.Fatal(err)
	}
	made := "diff --git a/loop/n b/loop/n\nnew file mode 100644\n--- /dev/null\n+++ b/loop/n\n@@ -0,0 +1 @@\n+x\n"
	if err := series(t, made).Apply(t.Context(), root, released); fault.Code(err) != "patch-conflict" || !strings.Contains(err.Error(), "loop, which is not a directory") {
		t.Errorf("Apply() = %v, want patch-conflict", err)
	}
}
