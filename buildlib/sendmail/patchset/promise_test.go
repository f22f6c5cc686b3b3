package patchset

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// What a patch promises in the lines above its hunks is kept, or the patch is refused.

const (
	fileLine = "diff --git a/f b/f\n"
	names    = "--- a/f\n+++ b/f\n"
	one      = "1111111111111111111111111111111111111111"
	two      = "2222222222222222222222222222222222222222"
)

// Every combination of the lines that git may write above a hunk, with and without hunks: what git does not write is refused.
func TestHeads(t *testing.T) {
	t.Parallel()
	hunk := "@@ -1 +1 @@\n-a\n+b\n"
	created, deleted := "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+b\n", "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
	index := func(old, now string) string { return "index " + old + ".." + now + "\n" }
	for _, test := range []struct{ name, head, want string }{
		{"content", index(one, two) + names + hunk, ""},
		{"the last line that may be", index(one, two) + names + "@@ -1000000 +1000000 @@\n-a\n+b\n", ""},
		{"content and mode in the index line", "index " + one + ".." + two + " 100755\n" + names + hunk, ""},
		{"mode", "old mode 100644\nnew mode 100755\n", ""},
		{"mode and content", "old mode 100755\nnew mode 100644\n" + index(one, two) + names + hunk, ""},
		{"new", "new file mode 100755\n" + index(noImage, two) + created, ""},
		{"new and empty", "new file mode 100644\n" + index(noImage, emptyImage), ""},
		{"deleted", "deleted file mode 100644\n" + index(one, noImage) + deleted, ""},
		{"deleted and empty", "deleted file mode 100755\n" + index(emptyImage, noImage), ""},
		{"the same content by an index line", "old mode 100644\nnew mode 100755\n" + index(one, one), ""},

		{"nothing", "", "no hunk or mode changes it"},
		{"index line alone", index(one, two), "no hunk or mode changes it"},
		{"index line with a mode alone", "index " + one + ".." + two + " 100644\n", "no hunk or mode changes it"},
		{"the same content, and no more", "index " + one + ".." + one + " 100644\n", "no hunk or mode changes it"},
		{"mode, and content without hunk", "old mode 100644\nnew mode 100755\n" + index(one, two), "there is no hunk that changes it"},
		{"new with content, without hunk", "new file mode 100644\n" + index(noImage, two), "there is no hunk that changes it"},
		{"deleted with content, without hunk", "deleted file mode 100644\n" + index(one, noImage), "there is no hunk that changes it"},
		{"old mode alone", "old mode 100644\n" + index(one, two) + names + hunk, "not how git writes them"},
		{"new mode alone", "new mode 100755\n", "not how git writes them"},
		{"new mode first", "new mode 100755\nold mode 100644\n", "not how git writes them"},
		{"the same mode", "old mode 100644\nnew mode 100644\n", "the new mode is the old one"},
		{"the same mode, and content", "old mode 100755\nnew mode 100755\n" + index(one, two) + names + hunk, "the new mode is the old one"},
		{"modes twice", "old mode 100644\nnew mode 100755\nold mode 100644\nnew mode 100755\n", "not how git writes them"},
		{"mode said twice", "old mode 100644\nnew mode 100755\nindex " + one + ".." + two + " 100644\n" + names + hunk, "the mode of f twice"},
		{"mode of a new file said twice", "new file mode 100644\nindex " + noImage + ".." + two + " 100755\n" + created, "the mode of f twice"},
		{"mode of a deleted file said twice", "deleted file mode 100644\nindex " + one + ".." + noImage + " 100644\n" + deleted, "the mode of f twice"},
		{"new and deleted", "new file mode 100644\ndeleted file mode 100644\n" + index(noImage, noImage), "not how git writes them"},
		{"new, with an old mode", "old mode 100644\nnew file mode 100644\n" + index(noImage, two) + created, "not how git writes them"},
		{"two index lines", index(one, two) + index(one, two) + names + hunk, "not how git writes them"},
		{"index line below the names", names + index(one, two) + hunk, "not how git writes them"},
		{"no names", index(one, two) + hunk, "not how git writes them"},
		{"one name", index(one, two) + "--- a/f\n" + hunk, "not how git writes them"},
		{"names in the wrong order", index(one, two) + "+++ b/f\n--- a/f\n" + hunk, "not how git writes them"},
		{"names without hunk", index(one, two) + names, "not how git writes them"},
		{"new by its mode, not by its names", "new file mode 100644\n" + index(noImage, two) + names + "@@ -0,0 +1 @@\n+b\n", "expected /dev/null"},
		{"new by its names alone", index(noImage, two) + created, "no renames"},
		{"new by its mode, not by the index line", "new file mode 100644\n" + index(one, two) + created, "whether the file is there"},
		{"deleted by its index line alone", index(one, noImage) + names + "@@ -1 +0,0 @@\n-a\n", "whether the file is there"},
		{"rename", "similarity index 100%\nrename from f\nrename to g\n", "no renames"},
		{"rename with content", "similarity index 90%\nrename from f\nrename to g\n" + index(one, two) + names + hunk, "no renames"},
		{"rename without similarity", "rename from f\nrename to f\n", "no renames"},
		{"rename with a mode", "old mode 100644\nnew mode 100755\nsimilarity index 100%\nrename from f\nrename to g\n", "no renames"},
		{"copy", "similarity index 100%\ncopy from f\ncopy to g\n", "no renames"},
		{"rewritten", "dissimilarity index 90%\n" + index(one, two) + names + hunk, "no renames"},
		{"binary", index(one, two) + "Binary files a/f and b/f differ\n", "binary"},
		{"binary with data", index(one, two) + "GIT binary patch\nliteral 1\nIcmZPo000310RR91\n\nliteral 0\nHcmV?d00001\n\n", "binary"},
	} {
		p, err := parsePatch("0001-x.patch", []byte(header+"\n"+fileLine+test.head))
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(fault.Code(err), "patch-")) {
			t.Errorf("%s: parsePatch() = %v, %v, want %q", test.name, p, err, test.want)
		}
	}
}

// A file's mode is compared as its content is.
func TestModes(t *testing.T) {
	t.Parallel()
	source := func(t *testing.T, mode fs.FileMode) string {
		root := put(t, map[string]string{"f": "a\n"})
		if err := os.Chmod(filepath.Join(root, "f"), mode); err != nil {
			t.Fatal(err)
		}
		return root
	}
	before, after := blobID("a\n"), blobID("b\n")
	content := names + "@@ -1 +1 @@\n-a\n+b\n"
	for _, test := range []struct {
		name, diff string
		old, now   fs.FileMode // that the patch is made for, and that it makes
		wrong      Verdict     // on a file of the other mode
		refreshed  string      // a line of the patch that was refreshed for that file
	}{
		{"index line", "index " + before + ".." + after + " 100644\n" + content, 0o644, 0o644, Stale, "index " + before + ".." + after + " 100755\n"},
		{"index line of a program", "index " + before + ".." + after + " 100755\n" + content, 0o755, 0o755, Stale, "index " + before + ".." + after + " 100644\n"},
		{"mode", "old mode 100644\nnew mode 100755\n", 0o644, 0o755, Applied, ""},
		{"mode back", "old mode 100755\nnew mode 100644\n", 0o755, 0o644, Applied, ""},
		{"mode and content", "old mode 100644\nnew mode 100755\nindex " + before + ".." + after + "\n" + content, 0o644, 0o755, Applied, ""},
		{"mode and the same content", "old mode 100644\nnew mode 100755\nindex " + before + ".." + before + "\n", 0o644, 0o755, Applied, ""},
		{"deleted", "deleted file mode 100644\nindex " + before + ".." + noImage + "\n--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", 0o644, 0, Stale, "deleted file mode 100755\n"},
	} {
		s := series(t, fileLine+test.diff)
		root := source(t, test.old)
		if err := s.Apply(t.Context(), root, released); err != nil {
			t.Errorf("%s: Apply() = %v", test.name, err)
		}
		if info, err := os.Stat(filepath.Join(root, "f")); err == nil && info.Mode() != test.now || err != nil && test.now != 0 {
			t.Errorf("%s: Stat() = %v, %v, want mode %o", test.name, info, err, test.now)
		}

		root = source(t, 0o644+0o755-test.old)
		findings, err := s.Judge(t.Context(), root)
		if Worst(findings) != test.wrong || err != nil || !strings.Contains(findings[0].Found, "mode") {
			t.Errorf("%s: Judge() on the other mode = %v, %v, want %s", test.name, findings, err, test.wrong)
		}
		unchanged := snapshot(t, root)
		if err := s.Apply(t.Context(), root, released); fault.Code(err) != "patch-"+string(test.wrong) {
			t.Errorf("%s: Apply() on the other mode = %v, want %s", test.name, err, test.wrong)
		}
		if diff := cmp.Diff(unchanged, snapshot(t, root)); diff != "" {
			t.Errorf("%s: refused, and changed (-before +after):\n%s", test.name, diff)
		}
		texts, _, err := s.Refresh(t.Context(), root)
		if test.refreshed == "" {
			if err == nil {
				t.Errorf("%s: Refresh() on the other mode = %s", test.name, texts)
			}
			continue
		}
		if err != nil || len(texts) != 1 || !strings.Contains(string(texts[0].Text), "\n"+test.refreshed) {
			t.Errorf("%s: Refresh() on the other mode = %s, %v, want %q", test.name, texts, err, test.refreshed)
			continue
		}
		if err := reload(t, s, texts).Apply(t.Context(), root, released); err != nil {
			t.Errorf("%s: Apply() of what was refreshed = %v", test.name, err)
		}
	}
}

// What an index line names is compared where only the mode changes, too.
func TestModeOfAnotherContent(t *testing.T) {
	t.Parallel()
	s := series(t, fileLine+"old mode 100644\nnew mode 100755\nindex "+one+".."+one+"\n")
	if err := s.Apply(t.Context(), put(t, map[string]string{"f": "a\n"}), released); fault.Code(err) != "patch-stale" {
		t.Errorf("Apply() = %v, want patch-stale", err)
	}
}

// Along a series, and in the release's list of files, modes follow from each other.
func TestChainOfModes(t *testing.T) {
	t.Parallel()
	hunk := func(old, now string) string { return names + "@@ -1 +1 @@\n-" + old + "\n+" + now + "\n" }
	a, b, c := blobID("a\n"), blobID("b\n"), blobID("c\n")
	made := "new file mode 100755\nindex " + noImage + ".." + a + "\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n"
	program := "old mode 100644\nnew mode 100755\n"
	first := func(mode string) string { return "index " + a + ".." + b + mode + "\n" + hunk("a", "b") }
	second := func(mode string) string { return "index " + b + ".." + c + mode + "\n" + hunk("b", "c") }
	for _, test := range []struct {
		name  string
		mode  fs.FileMode // of the release's file
		there bool
		heads []string
		want  string
	}{
		{"as released", 0o644, true, []string{first(" 100644"), second(" 100644")}, ""},
		{"any", 0, true, []string{first(" 100755"), second(" 100755")}, ""},
		{"not as released", 0o755, true, []string{first(" 100644")}, "the file's mode is 755, and this patch is made for 644"},
		{"a change that the release has", 0o755, true, []string{program}, "the file's mode is 755, and"},
		{"changed", 0o644, true, []string{program, first(" 100755")}, ""},
		{"changed, and not noticed", 0o644, true, []string{program, first(" 100644")}, "the file's mode is 755 after 0001-x.patch, and this patch is made for 644"},
		{"not said", 0o644, true, []string{first(""), second(" 100755")}, "the file's mode is 644 after 0001-x.patch"},
		{"said first by a patch", 0, true, []string{first(" 100755"), second(" 100644")}, "the file's mode is 755 after 0001-x.patch"},
		{"made", 0, false, []string{made, first(" 100755")}, ""},
		{"made otherwise", 0, false, []string{made, first(" 100644")}, "the file's mode is 755 after 0001-x.patch"},
	} {
		var diffs []string
		for _, head := range test.heads {
			diffs = append(diffs, fileLine+head)
		}
		err := series(t, diffs...).CheckChain(func(string) (fs.FileMode, bool) { return test.mode, test.there })
		if test.want == "" && err != nil || test.want != "" && (fault.Code(err) != "patch-chain" || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: CheckChain() = %v, want %q", test.name, err, test.want)
		}
	}
}

// A series that is out of order is told what would be in order, and no more.
func TestChainTells(t *testing.T) {
	t.Parallel()
	step := func(old, now string) string { return strings.NewReplacer("THREE", now, "three", old).Replace(change) }
	s := fresh(t, map[string]string{"dir/f": text, "a": text}, series(t, step("three", "B"), step("B", "C"), step("C", "D"), strings.ReplaceAll(step("three", "B"), "dir/f", "a")))
	const after, before, already = "which it is after ", ", which is before it in the series, is made for what this patch makes", "the file has what this patch makes already"
	for _, test := range []struct {
		order []int
		wants []string
	}{
		{[]int{3, 0, 2, 1}, []string{"patch 0003-x.patch does not follow", "after 0001-x.patch, and this patch is made for", after + "0002-x.patch"}},
		{[]int{3, 1, 0, 2}, []string{"patch 0001-x.patch does not follow", "0002-x.patch" + before}},
		{[]int{0, 3, 0, 1}, []string{"patch 0001-x.patch does not follow", already}},
	} {
		moved := &Series{}
		for _, i := range test.order {
			moved.Patches = append(moved.Patches, s.Patches[i])
		}
		err := moved.CheckChain(anything)
		for _, want := range test.wants {
			if fault.Code(err) != "patch-chain" || !strings.Contains(err.Error(), want) {
				t.Errorf("order %d: CheckChain() = %v, want %q", test.order, err, want)
			}
		}
		for _, part := range []string{after, before, already} {
			if said := strings.Contains(fmt.Sprint(err), part); said != strings.Contains(strings.Join(test.wants, ""), part) {
				t.Errorf("order %d: CheckChain() = %v, with %q: %v", test.order, err, part, said)
			}
		}
	}
}

// A hunk stays where it says, or is refused. Source is numbered(20).
func TestHunksStay(t *testing.T) {
	t.Parallel()
	const bare, wrong, elsewhere = "with context", "the hunk itself is wrong", "is made for another content"
	for _, test := range []struct {
		name  string
		hunk  string
		named string // what is told when the index line names the file; "" for nothing
		other string // and when it names another one
	}{
		{"context", "@@ -4,3 +4,3 @@\n line 4\n-line 5\n+LINE\n line 6\n", "", elsewhere},
		{"context, moved", "@@ -8,3 +8,3 @@\n line 4\n-line 5\n+LINE\n line 6\n", wrong, "4 lines higher"},
		{"an outer line differs", "@@ -4,4 +4,4 @@\n line X\n line 5\n-line 6\n+LINE\n line 7\n", wrong, "this is context"},
		{"the only line of context above differs", "@@ -4,3 +4,3 @@\n line X\n-line 5\n+LINE\n line 6\n", "line X", "line X"},
		{"no context above", "@@ -5,2 +5,2 @@\n-line 5\n+LINE\n line 6\n", "", elsewhere},
		{"no context above, moved", "@@ -9,2 +9,2 @@\n-line 5\n+LINE\n line 6\n", bare, bare},
		{"less context above", "@@ -4,4 +4,4 @@\n line 4\n-line 5\n+LINE\n line 6\n line 7\n", "", elsewhere},
		{"no context below", "@@ -4,2 +4,2 @@\n line 4\n-line 5\n+LINE\n", bare, bare},
		{"less context below", "@@ -3,4 +3,4 @@\n line 3\n line 4\n-line 5\n+LINE\n line 6\n", bare, bare},
		{"no context", "@@ -5 +5 @@\n-line 5\n+LINE\n", bare, bare},
		{"no context, moved", "@@ -9 +9 @@\n-line 5\n+LINE\n", bare, bare},
		{"an added line", "@@ -5,0 +6 @@\n+LINE\n", bare, bare},
		{"an added line far below", "@@ -50,0 +51 @@\n+LINE\n", "the file has 20 lines", "the file has 20 lines"},
		{"at the end", "@@ -20,0 +21 @@\n+LINE\n", "", elsewhere},
		{"at the end, with context", "@@ -20 +20,2 @@\n line 20\n+LINE\n", "", elsewhere},
		{"at the end, moved", "@@ -19 +19,2 @@\n line 20\n+LINE\n", wrong, "1 line lower"},
		{"at the beginning", "@@ -0,0 +1 @@\n+LINE\n", bare, bare}, // git wants a line below, if there is one
		{"at the beginning, with context", "@@ -1 +1,2 @@\n+LINE\n line 1\n", "", elsewhere},
		{"at the beginning, moved", "@@ -2 +2,2 @@\n+LINE\n line 1\n", bare, bare},
	} {
		for _, named := range []bool{true, false} {
			source := join(numbered(20))
			pre, want := blobID(source), test.named
			if !named {
				pre, want = one, test.other
			}
			s := series(t, fileLine+"index "+pre+".."+two+" 100644\n"+names+test.hunk)
			if want == "" { // what the hunk makes is as it is
				s = fresh(t, map[string]string{"f": source}, s)
			}
			got, err := crossCheck(t, map[string]string{"f": source}, s)
			if want == "" && (err != nil || !strings.Contains(got["f"], "LINE\n")) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s, index line right %v: Apply() = %v, want %q", test.name, named, err, want)
			}
			texts, _, err := s.Refresh(t.Context(), put(t, map[string]string{"f": source}))
			if conflict := want == bare || want == wrong || strings.HasPrefix(want, "the file has") || want == "line X"; conflict && (err == nil || texts != nil) {
				t.Errorf("%s, index line right %v: Refresh() = %s, %v, want a refusal", test.name, named, texts, err)
			}
		}
	}
}

// Below the first line of a file that has no other, git takes a hunk without context for one above it.
func TestHunkBelowTheOnlyLine(t *testing.T) {
	t.Parallel()
	source := map[string]string{"f": "a\n"}
	s := series(t, fileLine+"index "+blobID("a\n")+".."+blobID("a\nb\n")+" 100644\n"+names+"@@ -1,0 +2 @@\n+b\n")
	if _, err := crossCheck(t, source, s); fault.Code(err) != "patch-conflict" || !strings.Contains(err.Error(), "with context") {
		t.Errorf("Apply() = %v, want patch-conflict", err)
	}
	if _, err := s.Skeleton(); fault.Code(err) != "patch-conflict" {
		t.Errorf("Skeleton() = %v, want patch-conflict", err)
	}
}

// Lines of a hunk that a file has twice, at the hunk's place and at the file's end, draw no hunk to the end.
func TestHunkIsNotDrawnToTheEnd(t *testing.T) {
	t.Parallel()
	source := map[string]string{"f": "{\n}\nx\n{\n}\n"}
	s := series(t, fileLine+names+"@@ -1,2 +1,3 @@\n {\n }\n+LINE\n")
	if texts, _, err := s.Refresh(t.Context(), put(t, source)); fault.Code(err) != "patch-conflict" || texts != nil {
		t.Errorf("Refresh() = %s, %v, want patch-conflict", texts, err)
	}
}

// What was cut off is not made whole by a refresh.
func TestLostLineEnd(t *testing.T) {
	t.Parallel()
	whole := header + "\n" + indexed(change)
	for _, text := range []string{strings.TrimSuffix(whole, "\n"), whole + "-- \n2.39.5", strings.TrimSuffix(header, "\n"), whole + "\\ No newline at end of file"} {
		_, err := parsePatch("0001-x.patch", []byte(text))
		if code := fault.Code(err); code != "patch-malformed" || !strings.Contains(err.Error(), fmt.Sprintf("line %d: no line end", len(splitLines(text)))) {
			t.Errorf("parsePatch(...%q) = %v, want patch-malformed", text[len(text)-20:], err)
		}
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(name string) error
		want  string
	}{
		"directory": {func(name string) error { return os.Mkdir(name, 0o755) }, "this is no file"},
		"FIFO":      {func(name string) error { return exec.Command("mkfifo", name).Run() }, "this is no file"},
		"huge":      {func(name string) error { return os.WriteFile(name, make([]byte, maxFile+1), 0o644) }, "8388609 bytes"},
		"circle":    {func(name string) error { return os.Symlink(name, name) }, "too many levels"},
	} {
		for _, file := range []string{seriesName, "0001-x.patch"} {
			dir := put(t, map[string]string{seriesName: "0001-x.patch\n", "0001-x.patch": header + indexed(change)})
			if err := os.Remove(filepath.Join(dir, file)); err != nil {
				t.Fatal(err)
			}
			if err := test.spoil(filepath.Join(dir, file)); err != nil {
				t.Fatal(err)
			}
			_, err := Load(dir)
			if fault.Code(err) != "patch-unreadable" || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), filepath.Join(dir, file)) {
				t.Errorf("%s in place of %s: Load() = %v, want patch-unreadable", name, file, err)
			}
		}
	}
	file := filepath.Join(put(t, map[string]string{"f": ""}), "f")
	if _, err := (&Series{}).Judge(t.Context(), file); fault.Code(err) != "patch-tree" {
		t.Errorf("Judge(a file) = %v, want patch-tree", err)
	}
	largest := header + indexed(change)
	dir := put(t, map[string]string{seriesName: "0001-x.patch\n", "0001-x.patch": "Bug: " + strings.Repeat("x", maxFile-len(largest)-6) + "\n" + largest})
	if _, err := Load(dir); err != nil {
		t.Errorf("Load() of %d bytes = %v", maxFile, err)
	}
}

// Nothing that a terminal obeys or hides is taken, were it no UTF-8 either.
func TestUnprinted(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{"\x1b", "\x9b", "\u009b", "\u202e", "\u2028", "\xff", "\x7f", "\ufeff"} {
		for _, text := range []string{
			header + "Bug: " + odd + "x\n\n" + indexed(change),
			header + "\n" + indexed(strings.ReplaceAll(change, "dir/f", "dir/"+odd)),
		} {
			_, err := parsePatch("0001-x.patch", []byte(text))
			if err == nil || strings.Contains(err.Error(), odd) {
				t.Errorf("parsePatch() with %q = %q, want it refused and quoted", odd, err)
			}
		}
	}
	if _, err := parsePatch("0001-x.patch", []byte(header+"Bug: Grüße – «x»\n\n"+indexed(change))); err != nil {
		t.Error(err)
	}
}

// A file of one patch where another has a directory, and the name that a file has while it is written, leave the tree alone.
func TestNamesInTheWay(t *testing.T) {
	t.Parallel()
	made := func(name string) string {
		return "diff --git a/" + name + " b/" + name + "\nnew file mode 100644\n--- /dev/null\n+++ b/" + name + "\n@@ -0,0 +1 @@\n+x\n"
	}
	for _, diffs := range [][]string{{made("n"), made("n/d")}, {made("n/d"), made("n")}, {made("n/d/e") + made("n")}} {
		root := put(t, map[string]string{"f": "a\n"})
		err := series(t, diffs...).Apply(t.Context(), root, released)
		if fault.Code(err) != "patch-conflict" || !strings.Contains(err.Error(), "where another patch makes n") {
			t.Errorf("Apply() = %v, want patch-conflict", err)
		}
		if diff := cmp.Diff(map[string]string{"f": "-rw-r--r-- a\n"}, snapshot(t, root)); diff != "" {
			t.Errorf("refused, and changed (-before +after):\n%s", diff)
		}
	}
	if _, err := parsePatch("0001-x.patch", []byte(header+"\n"+indexed(made("f"+suffix)))); fault.Code(err) != "patch-malformed" {
		t.Errorf("parsePatch() = %v, want patch-malformed", err)
	}
}
