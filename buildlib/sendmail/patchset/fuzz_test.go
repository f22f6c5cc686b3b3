package patchset

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

func FuzzSeries(f *testing.F) {
	f.Add("# comment\n0001-aix.patch\n0002-tls.patch # why\n")
	f.Fuzz(func(t *testing.T, text string) {
		names, err := parseSeries(text)
		if err != nil {
			return
		}
		again, err := parseSeries(strings.Join(names, "\n"))
		if diff := cmp.Diff(names, again); diff != "" || err != nil {
			t.Errorf("parseSeries(its own result): %v\n%s", err, diff)
		}
		for _, name := range names {
			if name != filepath.Base(name) {
				t.Errorf("%q leaves the directory", name)
			}
		}
	})
}

// What is taken names only files in the tree, and applying it harms nothing else.
func FuzzPatch(f *testing.F) {
	f.Add(header + "\n" + indexed(change))
	f.Add(header + "\n" + indexed("diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n-- \n2.39.5\n"))
	f.Add(header + "\ndiff --git a/dir/f b/dir/f\nold mode 100644\nnew mode 100755\n")
	f.Fuzz(func(t *testing.T, patch string) {
		p, err := parsePatch("0001-x.patch", []byte(patch))
		if err != nil {
			return
		}
		for _, path := range p.Paths() {
			if !filepath.IsLocal(path) || strings.HasPrefix(path, ".git/") {
				t.Fatalf("Paths() has %q", path)
			}
		}
		if k, err := (&Series{Patches: []*Patch{p}}).Skeleton(); err == nil {
			root := t.TempDir()
			if err := k.Write(t.Context(), root, released); err == nil { // a file may be another one's directory
				if err := (&Series{Patches: []*Patch{p}}).ApplyText(t.Context(), root, released); err != nil && fault.Code(err) != "" {
					t.Errorf("the patch does not fit its own skeleton: %v", err)
				}
			}
		}
		parent := put(t, map[string]string{"tree/dir/f": text, "outside": text})
		s := &Series{Patches: []*Patch{p}}
		before := snapshot(t, parent)
		if err := s.Apply(t.Context(), filepath.Join(parent, "tree"), released); err != nil {
			if diff := cmp.Diff(before, snapshot(t, parent)); diff != "" {
				t.Errorf("changed in spite of %v:\n%s", err, diff)
			}
		}
		entries, err := os.ReadDir(parent)
		if err != nil || len(entries) > 2 {
			t.Errorf("outside the tree: %v, %v", entries, err)
		}
	})
}

// What was refreshed fits, and a second refresh has nothing to do.
func FuzzRefresh(f *testing.F) {
	for _, edits := range []string{"", "\x00", "\x00\x00\x00", "\x2a", "\x06\x1b", "\x3f\x40\x41", "\x0c\x21"} {
		f.Add([]byte(edits))
	}
	f.Fuzz(func(t *testing.T, edits []byte) {
		lines := numbered(20)
		for _, e := range edits[:min(len(edits), 30)] { // each adds, takes away or doubles a line
			switch at := int(e) % (len(lines) + 1); {
			case e < 0x20 || at == len(lines):
				lines = slices.Insert(lines, at, fmt.Sprintf("new %d\n", e))
			case e < 0x80:
				lines = slices.Delete(lines, at, at+1)
			default:
				lines = slices.Insert(lines, at, lines[at])
			}
		}
		s := series(t, middle, strings.NewReplacer("LINE 10", "TEN", "-line 10", "-LINE 10").Replace(middle))
		root := put(t, map[string]string{"f": join(lines)})
		texts, _, err := s.Refresh(t.Context(), root)
		if err != nil {
			return
		}
		s = reload(t, s, texts)
		if again, why, err := s.Refresh(t.Context(), root); err != nil || again != nil {
			t.Errorf("a second refresh: %d patches, %v, %v", len(again), why, err)
		}
		if err := s.CheckChain(anything); err != nil {
			t.Error(err)
		}
		if err := s.Apply(t.Context(), root, released); err != nil {
			t.Error(err)
		}
	})
}
