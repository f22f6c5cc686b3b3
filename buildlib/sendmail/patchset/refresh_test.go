package patchset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a refresh writes, for a file that has two lines more above: places, context, headings and the runs of lines that share a hunk.
func TestRefreshWrites(t *testing.T) {
	t.Parallel()
	lines := numbered(40)
	for _, test := range []struct{ name, hunks, want string }{
		{"one hunk of two changes",
			"@@ -9,7 +9,7 @@ heading\n line 9\n-line 10\n+TEN\n line 11\n line 12\n line 13\n-line 14\n+FOURTEEN\n line 15\n",
			"@@ -9,11 +9,11 @@ heading\n line 7\n line 8\n line 9\n-line 10\n+TEN\n line 11\n line 12\n line 13\n-line 14\n+FOURTEEN\n line 15\n line 16\n line 17\n"},
		{"hunks that grow together",
			"@@ -9,3 +9,2 @@ one\n line 9\n-line 10\n line 11\n@@ -16,3 +15,4 @@ two\n line 16\n-line 17\n+A\n+B\n line 18\n",
			"@@ -9,14 +9,14 @@ one\n line 7\n line 8\n line 9\n-line 10\n line 11\n line 12\n line 13\n line 14\n line 15\n line 16\n-line 17\n+A\n+B\n line 18\n line 19\n line 20\n"},
		{"hunks that stay apart",
			"@@ -9,3 +9,2 @@\n line 9\n-line 10\n line 11\n@@ -17,3 +16,4 @@\n line 17\n-line 18\n+A\n+B\n line 19\n",
			"@@ -9,7 +9,6 @@\n line 7\n line 8\n line 9\n-line 10\n line 11\n line 12\n line 13\n@@ -17,7 +16,8 @@\n line 15\n line 16\n line 17\n-line 18\n+A\n+B\n line 19\n line 20\n line 21\n"},
		{"two lines away and none put in",
			"@@ -9,4 +9,2 @@\n line 9\n-line 10\n-line 11\n line 12\n@@ -20,2 +18,3 @@\n line 20\n+A\n line 21\n",
			"@@ -9,8 +9,6 @@\n line 7\n line 8\n line 9\n-line 10\n-line 11\n line 12\n line 13\n line 14\n@@ -20,6 +18,7 @@\n line 18\n line 19\n line 20\n+A\n line 21\n line 22\n line 23\n"},
		{"at the end",
			"@@ -39,2 +39,2 @@\n line 39\n-line 40\n+FORTY\n\\ No newline at end of file\n",
			"@@ -39,4 +39,4 @@\n line 37\n line 38\n line 39\n-line 40\n+FORTY\n\\ No newline at end of file\n"},
	} {
		s := series(t, fileLine+names+test.hunks)
		texts, _, err := s.Refresh(t.Context(), put(t, map[string]string{"f": "x\ny\n" + join(lines)}))
		if err != nil || len(texts) != 1 {
			t.Errorf("%s: Refresh() = %s, %v", test.name, texts, err)
			continue
		}
		_, got, _ := strings.Cut(string(texts[0].Text), names)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	for _, test := range []struct {
		index, count int
		want         string
	}{{3, 0, "3,0"}, {3, 1, "4"}, {3, 2, "4,2"}} {
		if got := extent(test.index, test.count); got != test.want {
			t.Errorf("extent(%d, %d) = %s, want %s", test.index, test.count, got, test.want)
		}
	}
}

// The skeleton's files have the modes that patches name.
func TestSkeletonModes(t *testing.T) {
	t.Parallel()
	s := series(t, "diff --git a/p b/p\nindex "+one+".."+two+" 100755\n--- a/p\n+++ b/p\n@@ -1 +1 @@\n-a\n+b\n"+fileLine+"index "+one+".."+two+" 100644\n"+names+"@@ -1 +1 @@\n-a\n+b\n")
	k, err := s.Skeleton()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "tree")
	if err := k.Write(t.Context(), root, released); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"p": 0o755, "f": 0o644} {
		if info, err := os.Stat(filepath.Join(root, name)); err != nil || info.Mode() != want || !info.ModTime().Equal(released) {
			t.Errorf("Stat(%s) = %v, %v, want mode %o", name, info, err, want)
		}
	}
}

// What patches:status tells of a patch.
func TestKind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ to, cve, applied, kind, upstream string }{
		{"AIX; OpenSSL 3", "", "", "AIX", "forwarded: no"},
		{"OpenSSL 3", "", "8.18.1", "OpenSSL", "applied: 8.18.1"},
		{"Cyrus SASL", "", "", "SASL", "forwarded: no"},
		{"all", "", "", "fix", "forwarded: no"},
		{"AIX", "CVE-2023-51765", "", "security", "forwarded: no"},
	} {
		text := strings.Replace(header, "Applies-To: all\n", "Applies-To: "+test.to+"\n", 1)
		if test.cve != "" {
			text += "CVE: " + test.cve + "\n"
		}
		if test.applied != "" {
			text += "Applied-Upstream: " + test.applied + "\n"
		}
		p, err := parsePatch("0001-x.patch", []byte(text+"\n"+indexed(change)))
		if err != nil || p.Kind() != test.kind || p.Header.Upstream() != test.upstream || p.Hunks() != 1 {
			t.Errorf("%+v: %v, %v", test, p, err)
		}
	}
}
