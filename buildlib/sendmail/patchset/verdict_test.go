package patchset

import (
	"bytes"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// numbered is a file of n lines, each unlike the others.
func numbered(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d\n", i+1)
	}
	return lines
}

// middle changes line 10 of numbered(20).
const middle = `diff --git a/f b/f
--- a/f
+++ b/f
@@ -7,7 +7,7 @@ heading
 line 7
 line 8
 line 9
-line 10
+LINE 10
 line 11
 line 12
 line 13
`

func join(lines ...[]string) string { return strings.Join(slices.Concat(lines...), "") }

func with(lines []string, at int, text string) []string {
	lines = slices.Clone(lines)
	lines[at-1] = text
	return lines
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	lines := numbered(20)
	for _, test := range []struct {
		name   string
		source string
		code   string
		wants  []string
	}{
		{"clean", join(lines), "", nil},
		{"lower", join([]string{"new\n", "new\n", "new\n"}, lines), "patch-offset",
			[]string{"f, hunk 1 at line 7", `"line 4\n" where the patch expects`, `"line 7\n"`, "line 10: 3 lines lower", "mage patches:refresh"}},
		{"higher", join(lines[2:]), "patch-offset", []string{"line 5: 2 lines higher"}},
		{"twice", join([]string{"new\n"}, lines, lines), "patch-offset", []string{"1 line lower; it stands at 1 other place too"}},
		{"outermost line", join(with(lines, 7, "other\n")), "patch-fuzz",
			[]string{"f, hunk 1 at line 7", `"other\n" where the patch expects`, `"line 7\n"`, "this is context", "mage patches:refresh"}},
		{"second line", join(with(lines, 12, "other\n")), "patch-fuzz", []string{"f, hunk 1 at line 12", `"other\n"`, `"line 12\n"`}},
		{"fuzz and offset", join([]string{"new\n"}, with(lines, 12, "other\n")), "patch-fuzz", []string{"line 13", "1 line lower"}},
		{"innermost line", join(with(lines, 9, "other\n")), "patch-conflict",
			[]string{"f, hunk 1 at line 9", `"other\n" where the patch expects`, `"line 9\n"`, "the lines that the hunk takes away stand at line 10", "edit 0001-x.patch"}},
		{"applied", join(with(lines, 10, "LINE 10\n")), "patch-applied",
			[]string{"f, hunk 1 at line 7", "new text of the hunk stands at line 7 already", "take the patch out of the series"}},
		{"applied elsewhere", join([]string{"new\n"}, with(lines, 10, "LINE 10\n")), "patch-applied", []string{"stands at line 8 already"}},
		{"gone", join(with(lines, 10, "other\n")), "patch-conflict", []string{"line 10", `"other\n"`}},
		{"the last line of context is cut off", join(lines[:12]), "patch-fuzz", []string{"the end of the file where the patch expects", `"line 13\n"`}},
		{"two lines of context are cut off", join(lines[:11]), "patch-fuzz", []string{`"line 12\n"`}},
		{"all context is cut off", join(lines[:10]), "patch-conflict", []string{`"line 11\n"`}},
		{"the first line of context is cut off", join(lines[7:]), "patch-fuzz", []string{"the beginning of the file where the patch expects", `"line 7\n"`, "7 lines higher"}},
		{"two lines are", join(lines[8:]), "patch-fuzz", []string{`"line 7\n"`, "8 lines higher"}},
		{"all are", join(lines[9:]), "patch-conflict", nil},
		{"short", join(lines[:8]), "patch-conflict", []string{"line 9", "the end of the file"}},
		{"CRLF", strings.ReplaceAll(join(lines), "\n", "\r\n"), "patch-conflict", []string{`"line 7\r\n"`, "the source has CRLF line ends", "core.autocrlf"}},
		{"elsewhere in the file", join(with(lines, 1, "other\n")), "patch-stale", []string{"another content of the file", "mage patches:refresh"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := fresh(t, map[string]string{"f": join(lines)}, series(t, middle))
			root := put(t, map[string]string{"f": test.source})
			err := s.Apply(t.Context(), root, released)
			if fault.Code(err) != test.code {
				t.Fatalf("Apply() = %v, want %q", err, test.code)
			}
			for _, want := range test.wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Apply() = %v, want %q in it", err, want)
				}
			}
		})
	}
}

// All that does not fit is one message, and what stands on a file in conflict is not looked at.
func TestJudge(t *testing.T) {
	t.Parallel()
	s := series(t, middle, strings.NewReplacer("a/f", "a/g", "b/f", "b/g").Replace(middle), strings.ReplaceAll(middle, "10", "TEN"))
	root := put(t, map[string]string{"f": join(with(numbered(20), 10, "other\n")), "g": join([]string{"new\n"}, numbered(20))})
	findings, err := s.Judge(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range findings {
		got = append(got, fmt.Sprint(f.Patch, " ", f.Where(), " ", f.Verdict))
	}
	want := []string{"0001-x.patch f, hunk 1 at line 10 conflict", "0002-x.patch g, hunk 1 at line 7 offset"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Judge() (-want +got):\n%s", diff)
	}
	err = s.Apply(t.Context(), root, released)
	if err == nil || !strings.Contains(err.Error(), "where: f, hunk 1 at line 10, and 1 more") {
		t.Errorf("Apply() = %v, want the first place and how many more", err)
	}
	twice := series(t, middle+strings.NewReplacer("a/f", "a/g", "b/f", "b/g").Replace(middle))
	if err := twice.Apply(t.Context(), put(t, nil), released); err == nil || !strings.HasPrefix(err.Error(), "patch 0001-x.patch does not apply\n  where: f, and 1 more") {
		t.Errorf("Apply() of one patch for two files = %v", err)
	}
	for _, want := range append(want, "2 patches do not apply: 0001-x.patch, 0002-x.patch") {
		name, _, _ := strings.Cut(want, " ")
		if fault.Code(err) != "patch-conflict" || !strings.Contains(err.Error(), name) {
			t.Errorf("Apply() = %v, want %q", err, want)
		}
	}
}

// GNU patch and git want a hunk with less context at one end to be at that end of the file, and so do we.
func TestEnds(t *testing.T) {
	t.Parallel()
	const short = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -2,2 +2,2 @@\n line 2\n-line 3\n+LINE 3\n"
	s := series(t, short)
	if _, err := crossCheck(t, map[string]string{"f": join(numbered(5))}, s); fault.Code(err) != "patch-conflict" || !strings.Contains(err.Error(), "less context") || !strings.Contains(err.Error(), "with context") {
		t.Errorf("Apply() = %v", err)
	}
	source := map[string]string{"f": join(numbered(3))}
	if _, err := crossCheck(t, source, fresh(t, source, s)); err != nil {
		t.Error(err)
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	far := strings.NewReplacer("-7,7 +7,7", "-17,4 +17,5", "line 10", "line 20", "+LINE 10", "+LINE 20\n+line 21", "line 7", "line 17", "line 8", "line 18",
		"line 9", "line 19", " line 11\n line 12\n line 13\n", "").Replace(middle)
	two := middle + far[strings.Index(far, "@@"):]
	later := strings.NewReplacer("LINE 10", "TEN", "-line 10", "-LINE 10").Replace(middle)
	lines := numbered(20)
	s := fresh(t, map[string]string{"f": join(lines)}, series(t, two, later))
	for _, test := range []struct {
		name   string
		source []string
		want   []string // verdicts
	}{
		{"nothing", lines, nil},
		{"offset", slices.Concat([]string{"a\n", "b\n"}, lines), []string{"offset", "offset", "offset"}},
		{"fuzz", with(lines, 8, "other\n"), []string{"fuzz", "fuzz"}},
		{"stale", with(lines, 1, "other\n"), []string{"stale", "stale"}},
		{"shorter between", slices.Concat(lines[:14], lines[15:]), []string{"offset", "stale"}},
	} {
		source := map[string]string{"f": join(test.source)}
		s, err := Load(s.Dir)
		if err != nil {
			t.Fatal(err)
		}
		texts, why, err := s.Refresh(t.Context(), put(t, source))
		var verdicts []string
		for _, f := range why {
			verdicts = append(verdicts, string(f.Verdict))
		}
		if diff := cmp.Diff(test.want, verdicts); diff != "" || err != nil {
			t.Errorf("%s: Refresh() %v (-want +got):\n%s", test.name, err, diff)
		}
		if (len(texts) == 0) != (len(test.want) == 0) {
			t.Errorf("%s: Refresh() = %d patches", test.name, len(texts))
		}
		files := map[string]string{"series": ""}
		for _, p := range s.Patches {
			files["series"] += p.Name + "\n"
			files[p.Name] = string(p.Text)
		}
		s = &Series{Dir: put(t, files)}
		s = reload(t, s, texts)
		if err := s.CheckChain(anything); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		got, err := crossCheck(t, source, s)
		if err != nil || !strings.Contains(got["f"], "TEN") || !strings.Contains(got["f"], "LINE 20\nline 21\n") {
			t.Errorf("%s: applying what was refreshed: %v, %q", test.name, err, got["f"])
		}
		if again, _, err := s.Refresh(t.Context(), put(t, source)); err != nil || again != nil {
			t.Errorf("%s: a second refresh changes %d patches, %v", test.name, len(again), err)
		}
		for _, p := range s.Patches {
			if !bytes.HasPrefix(p.Text, []byte(header+"\n")) {
				t.Errorf("%s: %s lost its header:\n%s", test.name, p.Name, p.Text)
			}
		}
	}
	for _, source := range []string{"", join(with(lines, 10, "other\n")), join(with(lines, 10, "LINE 10\n"))} {
		texts, _, err := s.Refresh(t.Context(), put(t, map[string]string{"f": source}))
		if fault.Code(err) == "" || texts != nil {
			t.Errorf("Refresh() = %v, %v, want a fault", texts, err)
		}
	}
}

// What git writes is what a refresh would write.
func TestRefreshWritesAsGit(t *testing.T) {
	t.Parallel()
	lines := numbered(40)
	after := with(with(with(lines, 3, "three\n"), 10, "ten\nten\n"), 17, "")
	after = append(with(after, 25, "TWENTY-FIVE\n"), "end without newline")
	root := put(t, map[string]string{"f": join(lines)})
	diff := gitDiff(t, root, map[string]string{"f": join(after)})
	s := series(t, diff)
	// Hunk 1 is off by a line, and the index line names no file that is there.
	moved := strings.NewReplacer("@@ -1,", "@@ -2,", "index "+s.Patches[0].files[0].OldOIDPrefix, "index "+strings.Repeat("1", 40)).Replace(string(s.Patches[0].Text))
	got := reload(t, s, []Rewritten{{s.Patches[0].Name, []byte(moved)}})
	got = fresh(t, map[string]string{"f": join(lines)}, got)
	if diff := cmp.Diff(string(s.Patches[0].Text), string(got.Patches[0].Text)); diff != "" {
		t.Errorf("(-git +ours):\n%s", diff)
	}
}

func TestImages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, diff, want string }{
		{"none", change, "line 11: dir/f has no index line"},
		{"none of the second file", indexed(change) + strings.ReplaceAll(change, "dir/f", "g"), "line 20: g has no index line"},
		{"abbreviated in the second file", indexed(change) + strings.NewReplacer("dir/f", "g", "--- a", "index 1234567..89abcde 100644\n--- a").Replace(change), "line 21: the index line of g is abbreviated"},
		{"abbreviated", strings.Replace(change, "---", "index 1234567..89abcde 100644\n---", 1), "line 12: the index line of dir/f is abbreviated"},
		{"not new", strings.ReplaceAll(indexed(change), strings.Repeat("1", 40)+"..", noImage+".."), "line 12"},
	} {
		_, err := parsePatch("0001-x.patch", []byte(header+"\n"+test.diff))
		if fault.Code(err) != "patch-index" || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "git diff --full-index") {
			t.Errorf("%s: parsePatch() = %v, want patch-index with %q", test.name, err, test.want)
		}
	}
	if got, want := blobID("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a"; got != want { // printf 'hello\n' | git hash-object --stdin
		t.Errorf("blobID() = %s, want %s", got, want)
	}
}

func TestChain(t *testing.T) {
	t.Parallel()
	newFile := "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n"
	changeNew := "diff --git a/n b/n\n--- a/n\n+++ b/n\n@@ -1 +1 @@\n-x\n+y\n"
	later := strings.NewReplacer("THREE", "III", "three", "THREE").Replace(change)
	source := map[string]string{"dir/f": text}
	has := func(path string) (fs.FileMode, bool) { return 0o644, path == "dir/f" }
	good := fresh(t, source, series(t, change, later, newFile, changeNew))
	if err := good.CheckChain(has); err != nil {
		t.Error(err)
	}
	for _, test := range []struct {
		name  string
		order []int
		want  string
	}{
		{"out of order", []int{1, 0, 2, 3}, "patch 0001-x.patch does not follow"},
		{"twice", []int{0, 0, 1}, "patch 0001-x.patch does not follow"},
		{"one left out", []int{1, 3}, "a file that the release does not have"},
		{"new one twice", []int{2, 2}, "0003-x.patch has made already"},
		{"changed before it is made", []int{3, 2}, "0003-x.patch makes it"},
	} {
		s := &Series{}
		for _, i := range test.order {
			s.Patches = append(s.Patches, good.Patches[i])
		}
		if err := s.CheckChain(has); fault.Code(err) != "patch-chain" || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: CheckChain() = %v, want %q", test.name, err, test.want)
		}
	}
	if err := good.CheckChain(anything); fault.Code(err) != "patch-chain" || !strings.Contains(err.Error(), "the release has already") {
		t.Errorf("CheckChain() = %v", err)
	}
}

func TestSkeleton(t *testing.T) {
	t.Parallel()
	newFile := "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n"
	end := "diff --git a/g b/g\n--- a/g\n+++ b/g\n@@ -4,2 +4,2 @@\n four\n-five\n+FIVE\n\\ No newline at end of file\n"
	s := series(t, middle, strings.NewReplacer("LINE 10", "TEN", "-line 10", "-LINE 10").Replace(middle), newFile, end)
	k, err := s.Skeleton()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "tree")
	if err := k.Write(t.Context(), root, released); err != nil {
		t.Fatal(err)
	}
	source := make(map[string]string)
	for name, text := range snapshot(t, root) {
		source[name] = strings.TrimPrefix(text, "-rw-r--r-- ")
	}
	if lines := splitLines(source["f"]); len(lines) != 17 || lines[9] != "line 10\n" || lines[5] != "line 6 of f, which no patch touches\n" || lines[16] != "line 17 of f, which no patch touches\n" {
		t.Errorf("the skeleton's f is %q", lines)
	}
	if err := s.ApplyText(t.Context(), root, released); err != nil {
		t.Error(err)
	}
	if got := snapshot(t, root); got["n"] != "-rw-r--r-- x\n" || !strings.HasSuffix(got["g"], "\nfour\nFIVE") || !strings.Contains(got["f"], "TEN\n") {
		t.Errorf("the skeleton became %q", got)
	}

	for _, test := range []struct {
		name  string
		diffs []string
		code  string
		want  string
	}{
		{"twice", []string{middle, middle}, "patch-applied", "hunk 1 at line 7"},
		{"out of order", []string{strings.NewReplacer("line 10", "line X", "LINE 10", "LINE X").Replace(middle), middle}, "patch-conflict", "f, hunk 1 at line 10"},
		{"wrong new line", []string{strings.Replace(middle, "+7,7", "+9,7", 1)}, "patch-offset", "f, hunk 1 at line 7\n  found: the first line of the hunk gives line 9"},
		{"more than is deleted", []string{"diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -2,2 +0,0 @@\n-b\n-c\n"}, "patch-offset", "f"},
		{"less is deleted than there is", []string{"diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -2 +1,0 @@\n-b\n"}, "patch-conflict", "more in the file than"},
		{"new one twice", []string{newFile, newFile}, "patch-conflict", "n"},
		{"end of the file", []string{end, strings.NewReplacer("a/f", "a/g", "b/f", "b/g").Replace(middle)}, "patch-conflict", "g"},
	} {
		if _, err := series(t, test.diffs...).Skeleton(); fault.Code(err) != test.code || !strings.Contains(fmt.Sprint(err), test.want) {
			t.Errorf("%s: Skeleton() = %v, want %s with %q", test.name, err, test.code, test.want)
		}
	}
}

// What is found is there, and what fits exactly is clean.
func FuzzVerdict(f *testing.F) {
	f.Add("a\nb\nc\n", "b\n", "x\n", uint8(1), uint8(0), uint8(0), uint8(0))
	f.Add("a\nb\nc\nd\ne\n", "z\nc\nd\n", "z\nX\nd\n", uint8(2), uint8(1), uint8(1), uint8(0))
	f.Fuzz(func(t *testing.T, source, old, now string, at, lead, trail, floor uint8) {
		lines := splitLines(source)
		h := &hunk{old: splitLines(old), new: splitLines(now), at: int(at), newAt: int(at)}
		short := min(len(h.old), len(h.new))
		h.lead = min(int(lead), short)
		h.trail = min(int(trail), short-h.lead)
		p := h.locate(lines, min(int(floor), len(lines)))
		var finding Finding
		finding.Verdict = p.verdict
		h.explain(&finding, lines, p, int(floor))
		if finding.Found == "" {
			t.Errorf("%s without a word", p.verdict)
		}
		switch p.verdict {
		case Clean, Offset, Fuzz:
			from, to := p.at+p.top, p.at+len(h.old)-p.bottom
			if from < min(int(floor), len(lines)) || !slices.Equal(lines[from:to], h.old[p.top:len(h.old)-p.bottom]) {
				t.Errorf("%s at %d, where the text is not", p.verdict, p.at)
			}
			if (p.verdict == Clean) != (p.at == h.at && p.top+p.bottom == 0 && p.verdict != Fuzz) {
				t.Errorf("%s at %d of %d", p.verdict, p.at, h.at)
			}
		case Applied:
			if !slices.Equal(lines[p.at:p.at+len(h.new)], h.new) {
				t.Errorf("%s at %d, where the text is not", p.verdict, p.at)
			}
		}
	})
}
