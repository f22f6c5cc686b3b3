package patchset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

const ours = "../../../patches"

var released = time.Date(2015, 7, 3, 0, 0, 0, 0, time.UTC)

const header = `Subject: a test
Description: why
 it is
 .
 needed
Author: us
Origin: vendor
Forwarded: no
Applies-To: all
`

const change = `diff --git a/dir/f b/dir/f
--- a/dir/f
+++ b/dir/f
@@ -2,3 +2,3 @@ heading
 two
-three
+THREE
 four
`

// put writes files below a new directory.
func put(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// indexed gives each file of a diff an index line that names no real content.
func indexed(diff string) string {
	const some = "1111111111111111111111111111111111111111"
	var b strings.Builder
	old, now, lacking := some, some, false
	for line := range strings.Lines(diff) {
		switch {
		case strings.HasPrefix(line, fileStart):
			old, now, lacking = some, some, true
		case strings.HasPrefix(line, "new file"):
			old = noImage
		case strings.HasPrefix(line, "deleted file"):
			now = noImage
		case strings.HasPrefix(line, "index "):
			lacking = false
		case strings.HasPrefix(line, "--- ") && lacking:
			b.WriteString("index " + old + ".." + now + "\n")
			lacking = false
		}
		b.WriteString(line)
	}
	return b.String()
}

// fresh is the series with the index lines that this source asks for.
func fresh(t testing.TB, source map[string]string, s *Series) *Series {
	t.Helper()
	texts, _, err := s.Refresh(t.Context(), put(t, source))
	if err != nil {
		t.Fatal(err)
	}
	return reload(t, s, texts)
}

// reload writes patches over those of the series and loads it again.
func reload(t testing.TB, s *Series, texts []Rewritten) *Series {
	t.Helper()
	for _, r := range texts {
		if err := os.WriteFile(filepath.Join(s.Dir, r.Name), r.Text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Load(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// anything is a release that has every file, of any mode.
func anything(string) (fs.FileMode, bool) { return 0, true }

// series loads a series of these diffs, each under a good header and with index lines.
func series(t testing.TB, diffs ...string) *Series {
	t.Helper()
	files, list := make(map[string]string), ""
	for i, d := range diffs {
		name := "000" + string(rune('1'+i)) + "-x.patch"
		files[name] = header + "\n" + indexed(d)
		list += name + "\n"
	}
	files["series"] = list
	s, err := Load(put(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// snapshot maps each file to its mode and content.
func snapshot(t testing.TB, root string) map[string]string {
	t.Helper()
	got := make(map[string]string)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil || d.IsDir() {
			if err == nil && rel != "." {
				got[rel+"/"] = ""
			}
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		got[rel] = info.Mode().String() + " " + string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Every release's series loads, and the OS files are in it; so does the series of those that no release here needs.
func TestOurSeries(t *testing.T) {
	t.Parallel()
	lists, err := filepath.Glob(filepath.Join(ours, "*", "series"))
	if err != nil || len(lists) < 3 {
		t.Fatalf("series found: %v, %v", lists, err)
	}
	for _, list := range lists {
		s, err := Load(filepath.Dir(list))
		if err != nil {
			t.Error(err)
			continue
		}
		paths := s.Patches[0].Paths()
		if diff := cmp.Diff([]string{"devtools/OS/AIX.6.1", "devtools/OS/AIX.7.x"}, paths); diff != "" && filepath.Base(s.Dir) != "spare" {
			t.Errorf("%s (-want +got):\n%s", list, diff)
		}
		k, err := s.Skeleton()
		if err != nil {
			t.Error(err)
			continue
		}
		root := t.TempDir()
		if err := errors.Join(k.Write(t.Context(), root, released), s.ApplyText(t.Context(), root, released)); err != nil {
			t.Error(err)
		}
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	text := strings.Replace(header, "Forwarded: no", "Applied-Upstream: 8.18.1\nCVE: CVE-2023-51765, CVE-2021-3618\nBug: https://example.org/1", 1)
	got, err := parseHeader(text)
	want := Header{
		Subject: "a test", Description: "why\nit is\n\nneeded", Author: "us", Origin: "vendor", AppliedUpstream: "8.18.1", AppliesTo: "all",
		CVE: []string{"CVE-2023-51765", "CVE-2021-3618"}, Bug: []string{"https://example.org/1"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("parseHeader: %v (-want +got):\n%s", err, diff)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	one := func(text string) map[string]string {
		return map[string]string{"series": "0001-x.patch\n", "0001-x.patch": text}
	}
	diff := func(text string) map[string]string { return one(header + "\n" + text) }
	const esc, quoted = "\x1b[2J", `\x1b[2J`
	for _, test := range []struct {
		name  string
		files map[string]string
		code  string
		want  string
	}{
		{"no series", nil, "series-missing", "series"},
		{"name with a directory", map[string]string{"series": "../0001-x.patch\n"}, "series-invalid", "line 1"},
		{"twice", map[string]string{"series": "0001-x.patch # c\n\n0001-x.patch\n"}, "series-invalid", "line 3: 0001-x.patch is in the series twice"},
		{"missing", map[string]string{"series": "0001-x.patch\n"}, "patch-missing", "0001-x.patch"},
		{"unlisted", map[string]string{"series": "#\n", "0001-x.patch": "", "y.diff": ""}, "patch-unlisted", "0001-x.patch"},
		{"empty", one(""), "patch-empty", "0001-x.patch"},
		{"text", one(header), "patch-empty", "changes no file"},
		{"context diff", one(header + "\n*** a/f\n--- b/f\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n"), "patch-empty", "git diff"},
		{"plain diff", one(header + strings.TrimPrefix(change, "diff --git a/dir/f b/dir/f\n")), "patch-empty", "git diff"},
		{"no header", one(change), "patch-header", "cause: Subject is missing"},
		{"empty line in the header", one(strings.Replace(header, "Author", "\nAuthor", 1) + change), "patch-header", "line 6: \"\" is neither a field"},
		{"several missing", one("Subject: x\n\n" + change), "patch-header", "Applies-To is missing"},
		{"neither forwarded nor applied", one(strings.Replace(header, "Forwarded: no\n", "", 1) + change), "patch-header", "Forwarded or Applied-Upstream is missing"},
		{"unknown field", one(header + "Fowarded: no\n" + change), "patch-header", "line 10: unknown field Fowarded, did you mean Forwarded?"},
		{"field twice", one(header + "Author: me\n" + change), "patch-header", "line 10: Author is there twice"},
		{"stray text", one(header + "\nstray text\n" + change), "patch-header", "line 11"},
		{"CVE", one(header + "CVE: 2023-51765\n" + change), "patch-header", "CVE-2023-51765"},
		{"absolute", diff(strings.ReplaceAll(change, "dir/f", "/etc/passwd")), "patch-malformed", "not a relative path"},
		{"up", diff(strings.ReplaceAll(change, "dir/f", "../f")), "patch-malformed", "leaves the tree"},
		{"up inside", diff(strings.ReplaceAll(change, "dir/f", "d/../../f")), "patch-malformed", "leaves the tree"},
		{"git's own", diff(strings.ReplaceAll(change, "dir/f", ".git/config")), "patch-malformed", "belongs to git"},
		{"quoted", diff("diff --git \"a/f\\303\" \"b/f\\303\"\n"), "patch-malformed", "line 11"},
		{"blank in a name", diff(strings.ReplaceAll(change, "dir/f", "dir/a b")), "patch-malformed", "line 11"},
		{"names disagree", diff(strings.Replace(change, "+++ b/dir/f", "+++ b/dir/g", 1)), "patch-malformed", "names another file"},
		{"first line disagrees", diff(strings.Replace(change, "b/dir/f\n---", "b/dir/g\n---", 1)), "patch-malformed", "does not name one file"},
		{"no prefix", diff(strings.NewReplacer("a/", "", "b/", "").Replace(change)), "patch-malformed", "line 11"},
		{"symbolic link", diff("diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n"), "patch-malformed", "120000"},
		{"changed link", diff(strings.Replace(change, "--- a", "index 1234567..89abcde 120000\n--- a", 1)), "patch-malformed", "120000"},
		{"submodule", diff("diff --git a/s b/s\nnew file mode 160000\n--- /dev/null\n+++ b/s\n@@ -0,0 +1 @@\n+Subproject commit 0\n"), "patch-malformed", "160000"},
		{"rename", diff("diff --git a/f b/f\nsimilarity index 100%\nrename from f\nrename to g\n"), "patch-malformed", "no renames"},
		{"binary", diff("diff --git a/f b/f\nGIT binary patch\nliteral 0\n"), "patch-malformed", "binary"},
		{"wrong count", diff(strings.Replace(change, "-2,3 +2,3", "-2,4 +2,4", 1)), "patch-malformed", "ends in the middle"},
		{"count too small", diff(strings.Replace(change, "-2,3 +2,3", "-2,2 +2,2", 1)), "patch-malformed", `line 18: " four" belongs to no hunk`},
		{"line number", diff(strings.ReplaceAll(indexed(change), "-2,3", "-1000001,3")), "patch-malformed", "dir/f, hunk 1: no file has more than 1000000 lines"},
		{"new line number", diff(strings.ReplaceAll(indexed(change), "+2,3", "+1000001,3")), "patch-malformed", "no file has more than"},
		{"line 0", diff(strings.ReplaceAll(indexed(change), "-2,3", "-0,3")), "patch-malformed", "dir/f, hunk 1: file creation fragment contains context"},
		{"text after a hunk", diff(change + "oops\n"), "patch-malformed", `"oops" belongs to no hunk`},
		{"stripped context", diff(strings.Replace(change, " four", "", 1)), "patch-malformed", "blank"},
		{"same file twice", diff(change + change), "patch-malformed", "twice"},
		{"nothing changed", diff("diff --git a/f b/f\n"), "patch-malformed", "no hunk or mode changes it"},
		{"escape in the series", map[string]string{"series": esc + "\n"}, "series-invalid", quoted},
		{"escape in a file's name", map[string]string{"series": "", esc + ".patch": ""}, "patch-unlisted", quoted},
		{"escape in the header", one(header + "Bug: " + esc + "\n" + change), "patch-header", "line 10: a character in \"Bug: " + quoted},
		{"escape in a field's name", one(header + esc + ": x\n" + change), "patch-header", quoted},
		{"escape in a mode", diff("diff --git a/l b/l\nnew file mode " + esc + "\n"), "patch-malformed", quoted},
		{"escape in a path", diff(strings.ReplaceAll(change, "dir/f", "dir/\u009b2J")), "patch-malformed", `\u009b2J`},
		{"escape in a hunk", diff(strings.Replace(change, " four", esc, 1)), "patch-malformed", quoted},
		{"hunk without change", diff("diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n a\n"), "patch-malformed", "line 16: fragment contains no changes"},
	} {
		_, err := Load(put(t, test.files))
		if fault.Code(err) != test.code || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Load() = %v, want %s with %q", test.name, err, test.code, test.want)
		}
		if strings.ContainsAny(fmt.Sprint(err), "\x1b\u009b") {
			t.Errorf("%s: Load() = %q, which a terminal would obey", test.name, err)
		}
	}
}

// crossCheck applies a series in three ways, ours, GNU patch's and git's, and wants the same tree from each, or a refusal from all.
func crossCheck(t *testing.T, source map[string]string, s *Series) (map[string]string, error) {
	t.Helper()
	root := put(t, source)
	err := s.Apply(t.Context(), root, released)
	got := snapshot(t, root)
	tools := map[string][]string{
		"GNU patch": {"patch", "-F0", "-p1", "-s", "-f", "--no-backup-if-mismatch", "-r", "-"},
		"git apply": {"git", "apply", "--whitespace=nowarn"},
	}
	for tool, argv := range tools {
		if _, missing := exec.LookPath(argv[0]); missing != nil {
			t.Logf("%s is not on this machine", argv[0])
			continue
		}
		other := put(t, source)
		var failed error
		for _, p := range s.Patches {
			cmd := exec.Command(argv[0], argv[1:]...)
			cmd.Dir, cmd.Stdin = other, strings.NewReader(string(p.Text))
			cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(other))
			if out, err := cmd.CombinedOutput(); err != nil && failed == nil {
				failed = errors.New(string(out))
			}
		}
		if err == nil && failed != nil {
			t.Errorf("%s refuses what we take: %v", tool, failed)
		}
		if err != nil {
			continue // ours is the stricter one
		}
		if diff := cmp.Diff(snapshot(t, other), got); diff != "" {
			t.Errorf("%s and we disagree (-%s +ours):\n%s", tool, tool, diff)
		}
	}
	return got, err
}

const text = "one\ntwo\nthree\nfour\nfive\n"

func TestApply(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		diffs []string
		want  map[string]string
	}{
		{"change", []string{change}, map[string]string{"dir/": "", "dir/f": "-rw-r--r-- one\ntwo\nTHREE\nfour\nfive\n"}},
		{"two on one file", []string{change, strings.NewReplacer("THREE", "III", "three", "THREE").Replace(change)},
			map[string]string{"dir/": "", "dir/f": "-rw-r--r-- one\ntwo\nIII\nfour\nfive\n"}},
		{"new", []string{"diff --git a/new/d/n b/new/d/n\nnew file mode 100755\n--- /dev/null\n+++ b/new/d/n\n@@ -0,0 +1 @@\n+x\n"},
			map[string]string{"dir/": "", "dir/f": "-rw-r--r-- " + text, "new/": "", "new/d/": "", "new/d/n": "-rwxr-xr-x x\n"}},
		{"new and empty", []string{"diff --git a/n b/n\nnew file mode 100644\nindex 0000000000000000000000000000000000000000..e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n"},
			map[string]string{"dir/": "", "dir/f": "-rw-r--r-- " + text, "n": "-rw-r--r-- "}},
		{"delete", []string{"diff --git a/dir/f b/dir/f\ndeleted file mode 100644\n--- a/dir/f\n+++ /dev/null\n@@ -1,5 +0,0 @@\n-one\n-two\n-three\n-four\n-five\n"},
			map[string]string{}},
		{"mode", []string{"diff --git a/dir/f b/dir/f\nold mode 100644\nnew mode 100755\n"},
			map[string]string{"dir/": "", "dir/f": "-rwxr-xr-x " + text}},
		{"no newline", []string{"diff --git a/dir/f b/dir/f\n--- a/dir/f\n+++ b/dir/f\n@@ -4,2 +4,2 @@\n four\n-five\n+FIVE\n\\ No newline at end of file\n"},
			map[string]string{"dir/": "", "dir/f": "-rw-r--r-- one\ntwo\nthree\nfour\nFIVE"}},
		{"mailed", []string{change + "-- \n2.39.5\n\n"}, map[string]string{"dir/": "", "dir/f": "-rw-r--r-- one\ntwo\nTHREE\nfour\nfive\n"}},
	} {
		source := map[string]string{"dir/f": text}
		got, err := crossCheck(t, source, fresh(t, source, series(t, test.diffs...)))
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", test.name, err, diff)
		}
	}
}

func TestApplyConflicts(t *testing.T) {
	t.Parallel()
	newFile := "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n"
	for _, test := range []struct {
		name   string
		source map[string]string
		diffs  []string
		code   string
		want   string
	}{
		{"other text", map[string]string{"dir/f": "one\ntwo\ndrei\nfour\n"}, []string{change}, "patch-conflict",
			"patch 0001-x.patch does not apply\n  where: dir/f, hunk 1 at line 3\n  found: \"drei\\n\" where the patch expects\n         \"three\\n\""},
		{"offset", map[string]string{"dir/f": "zero\n" + text}, []string{change}, "patch-offset", "line 2"},
		{"already applied", map[string]string{"dir/f": strings.ToUpper(text)}, []string{change}, "patch-conflict", "hunk 1"},
		{"too short", map[string]string{"dir/f": "one\ntwo\n"}, []string{change}, "patch-conflict", "line 3\n  found: the end of the file"},
		{"CRLF", map[string]string{"dir/f": strings.ReplaceAll(text, "\n", "\r\n")}, []string{change}, "patch-conflict", `"two\r\n"`},
		{"no newline", map[string]string{"dir/f": "one\ntwo\nthree\nfour"}, []string{change}, "patch-conflict", "line 4\n  found: \"four\" where the patch expects"},
		{"no file", nil, []string{change}, "patch-conflict", "no such file"},
		{"directory is a file", map[string]string{"dir": "x"}, []string{change}, "patch-conflict", "not a directory"},
		{"there already", map[string]string{"n": ""}, []string{newFile}, "patch-conflict", "makes a new one"},
		{"more than deleted", map[string]string{"n": "x\ny\n"}, []string{"diff --git a/n b/n\ndeleted file mode 100644\n--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"}, "patch-conflict", "n"},
		{"second of two", map[string]string{"dir/f": text}, []string{change, change}, "patch-applied", "0002-x.patch, dir/f, hunk 1 at line 2: applied"},
		{"hunks overlap", map[string]string{"dir/f": text}, []string{change + "@@ -3,2 +3,2 @@\n three\n-four\n+FOUR\n"}, "patch-conflict", "overlaps"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := series(t, test.diffs...)
			root := put(t, test.source)
			before := snapshot(t, root)
			err := s.Apply(t.Context(), root, released)
			if fault.Code(err) != test.code || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Apply() = %v, want %s with %q", err, test.code, test.want)
			}
			if diff := cmp.Diff(before, snapshot(t, root)); diff != "" {
				t.Errorf("the tree was changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestApplyLeavesLinksAlone(t *testing.T) {
	t.Parallel()
	s := series(t, change)
	for name, link := range map[string][2]string{"file": {"../other/f", "dir/f"}, "directory": {"other", "dir"}, "outside": {"/tmp", "dir"}} {
		root := put(t, map[string]string{"other/f": text})
		if name == "file" {
			if err := os.Mkdir(filepath.Join(root, "dir"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(link[0], filepath.Join(root, link[1])); err != nil {
			t.Fatal(err)
		}
		if err := s.Apply(t.Context(), root, released); fault.Code(err) != "patch-conflict" {
			t.Errorf("%s: Apply() = %v, want patch-conflict", name, err)
		}
		if got, err := os.ReadFile(filepath.Join(root, "other/f")); err != nil || string(got) != text {
			t.Errorf("%s: the link's target is now %q, %v", name, got, err)
		}
	}
}

func TestApplyWritesAnew(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077)) // not parallel: the umask is the process's
	root := put(t, map[string]string{"dir/f": text, "dir/f" + suffix: "left by a killed run"})
	name, other := filepath.Join(root, "dir/f"), filepath.Join(root, "hard")
	if err := os.Link(name, other); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o555); err != nil {
		t.Fatal(err)
	}
	if err := fresh(t, map[string]string{"dir/f": text}, series(t, change)).Apply(t.Context(), root, released); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode() != 0o755 || !info.ModTime().Equal(released) {
		t.Errorf("Stat() = %v, %v, want mode 755 and time %v", info, err, released)
	}
	if got, err := os.ReadFile(other); err != nil || string(got) != text {
		t.Errorf("the file's other name now has %q, %v", got, err)
	}
	if left, err := filepath.Glob(filepath.Join(root, "*", "*"+suffix)); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestApplyCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	root := put(t, map[string]string{"dir/f": text})
	if err := series(t, change).Apply(ctx, root, released); !errors.Is(err, context.Canceled) {
		t.Errorf("Apply() = %v, want context.Canceled", err)
	}
}

// gitDiff is the diff that git shows after these files were written over those of root.
func gitDiff(t *testing.T, root string, files map[string]string) string {
	t.Helper()
	git := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-C", root}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", cmd, err)
		}
		return string(out)
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	git("init", "-q")
	git("add", "-A")
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return git("diff", "--full-index")
}
