package tree

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// What a run that was killed has left goes with the next one; what cannot be written leaves the old file, and nothing beside it.
func TestWriteFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	killed, err := Begin(name, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := killed.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	if got := entries(t, dir); got != ".file.half" {
		t.Fatalf("while a file is written there is %q beside it, want .file.half", got)
	}
	for _, text := range []string{"first", "second"} {
		if err := WriteFile(name, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if info, _ := os.Stat(name); err != nil || string(got) != text || info.Mode() != 0o640 || entries(t, dir) != "file" {
			t.Errorf("after WriteFile(%q): %q, %v, %v in %q", text, got, err, info.Mode(), entries(t, dir))
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "taken/by"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(dir, "taken"), nil, 0o644); err == nil || entries(t, dir) != "file taken" {
		t.Errorf("WriteFile over a directory: %v, leaves %q", err, entries(t, dir))
	}
	if err := Move(filepath.Join(dir, "taken"), filepath.Join(dir, "moved")); err != nil || entries(t, dir) != "file moved" {
		t.Errorf("Move() = %v, leaves %q", err, entries(t, dir))
	}
	if err := Move(filepath.Join(dir, "absent"), filepath.Join(dir, "moved")); !errors.Is(err, fs.ErrNotExist) || entries(t, dir) != "file moved" {
		t.Errorf("Move(absent) = %v, leaves %q", err, entries(t, dir))
	}
	if left := entries(t, os.Getenv("TMPDIR")); left != "" {
		t.Errorf("TMPDIR has %q", left)
	}
}

// Of two runs that write one file at once, the one that began last does, whatever the other does meanwhile.
func TestTwoWriters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	begin := func() *Pending {
		p, err := Begin(name, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first, second := begin(), begin()
	if err := first.Commit(); !errors.Is(err, errTwoWriters) {
		t.Errorf("Commit() of the first = %v, want %v", err, errTwoWriters)
	}
	first.Discard()
	if err := second.Commit(); err != nil || entries(t, dir) != "file" {
		t.Errorf("Commit() of the second = %v, leaves %q", err, entries(t, dir))
	}
	third := begin()
	second.Discard() // as after every Commit
	if err := third.Commit(); err != nil {
		t.Errorf("Commit() after another's Discard = %v", err)
	}
}

func entries(t *testing.T, dir string) (names string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if names != "" {
			names += " "
		}
		names += name
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
