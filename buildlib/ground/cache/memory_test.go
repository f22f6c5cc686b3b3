package cache

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What was found out of a file holds for as long as nobody touches it, in later runs too.
func TestMemory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name, kept := filepath.Join(dir, "program"), filepath.Join(dir, "known.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	asked := 0
	m := Remember(kept)
	m.eager = true
	recall := func(want string) {
		t.Helper()
		got, err := m.Recall("kind", []string{name, filepath.Join(dir, "missing")}, func() (string, error) {
			asked++
			text, err := os.ReadFile(name)
			return string(text), err
		})
		if got != want || err != nil {
			t.Errorf("Recall() = %q, %v, want %q", got, err, want)
		}
	}
	write("first")
	recall("first")
	recall("first")
	m.Save()
	m = Remember(kept)
	m.eager = true
	recall("first")
	if asked != 1 {
		t.Errorf("it was found out %d times, want once", asked)
	}

	// Other content of the same size, with the old time: the inode's change tells.
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	write("other")
	if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	recall("other")
	if err := os.Remove(name); err != nil { // and of another file in its place
		t.Fatal(err)
	}
	write("third")
	recall("third")
	if err := os.WriteFile(filepath.Join(dir, "missing"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	recall("third")
	if asked != 4 {
		t.Errorf("it was found out %d times, want 4", asked)
	}

	// A change of just now may be followed by another that has the same time: it is not relied upon.
	m = Remember(filepath.Join(dir, "none"))
	recall("third")
	recall("third")
	if asked != 6 {
		t.Errorf("it was found out %d times, want 6", asked)
	}
	if err := os.WriteFile(kept, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if m = Remember(kept); len(m.known) != 0 {
		t.Errorf("a damaged memory has %v", m.known)
	}
	m.eager = true
	recall("third")
	m.Save()
	text, err := os.ReadFile(kept)
	if err != nil || len(Remember(kept).known) != 1 {
		t.Fatalf("the memory was not kept: %q, %v", text, err)
	}
	if err := os.WriteFile(kept, []byte(strings.Replace(string(text), `"third"`, `"thirt"`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if m = Remember(kept); len(m.known) != 0 {
		t.Errorf("a memory of which one byte has changed has %v", m.known)
	}
	if err := errors.Join(os.Remove(kept), exec.Command("mkfifo", kept).Run()); err != nil {
		t.Fatal(err)
	}
	if m = Remember(kept); len(m.known) != 0 { // and nobody waits for a writer
		t.Errorf("a FIFO for a memory has %v", m.known)
	}
	if _, err := m.Sum(t.Context(), dir); err == nil {
		t.Error("a directory has a sum")
	}
	if _, err := m.Sum(t.Context(), filepath.Join(dir, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Sum(nowhere) = %v", err)
	}
}

func TestContents(t *testing.T) {
	t.Parallel()
	m, dir := new(Memory), t.TempDir()
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "bin/empty"), 0o755), os.WriteFile(filepath.Join(dir, "bin/ld"), []byte("ld"), 0o755),
		os.Symlink("ld", filepath.Join(dir, "bin/link")), os.WriteFile(filepath.Join(dir, ".files"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	last, err := m.Contents(t.Context(), dir, ".files")
	if err != nil || strings.Contains(last, ".files") || strings.Count(last, "\n") != 5 {
		t.Fatalf("Contents() = %s, %v", last, err)
	}
	for name, damage := range map[string]func() error{
		"content":        func() error { return os.WriteFile(filepath.Join(dir, "bin/ld"), []byte("LD"), 0o755) },
		"mode":           func() error { return os.Chmod(filepath.Join(dir, "bin/ld"), 0o777) },
		"directory mode": func() error { return os.Chmod(dir, 0o777) },
		"link": func() error {
			return errors.Join(os.Remove(filepath.Join(dir, "bin/link")), os.Symlink("as", filepath.Join(dir, "bin/link")))
		},
		"empty directory": func() error { return os.Remove(filepath.Join(dir, "bin/empty")) },
		"more":            func() error { return os.WriteFile(filepath.Join(dir, "bin/as"), nil, 0o755) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		now, err := m.Contents(t.Context(), dir, ".files")
		if now == last || err != nil {
			t.Errorf("%s: nothing is seen, %v", name, err)
		}
		last = now
	}
}
