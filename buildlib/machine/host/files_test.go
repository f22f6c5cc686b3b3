package host

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// What is put has the mode that was asked for, under any umask, and takes the place of what was there.
func TestPut(t *testing.T) {
	l, dir := NewLocal(nil), t.TempDir()
	defer syscall.Umask(syscall.Umask(0o077))
	name := filepath.Join(dir, "a/b/program")
	for _, text := range []string{"a longer text", "text"} {
		err := l.Put(t.Context(), File{Name: name, Mode: 0o755, Text: text}, File{Name: filepath.Join(dir, "empty"), Mode: fs.ModeDir | 0o755},
			File{Name: filepath.Join(dir, "empty"), Mode: fs.ModeDir | 0o755})
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		info, err2 := os.Stat(name)
		if err := errors.Join(err, err2); err != nil || string(got) != text || info.Mode() != 0o755 {
			t.Errorf("%v, %q with mode %v, want %q, -rwxr-xr-x", err, got, info.Mode(), text)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "empty")); err != nil || info.Mode() != fs.ModeDir|0o755 {
		t.Errorf("the directory is %v, %v", info, err)
	}
	names, err := l.ReadDir(t.Context(), dir)
	if want := []string{"a", "empty"}; !slices.Equal(names, want) || err != nil {
		t.Errorf("ReadDir() = %q, %v, want %q: nothing half done is left", names, err, want)
	}
	if err := l.Put(t.Context(), File{Name: filepath.Join(name, "below a file"), Mode: 0o644}); err == nil {
		t.Error("Put() below a file = nil, want an error")
	}
	if err := l.RemoveAll(t.Context(), filepath.Join(dir, "a"), filepath.Join(dir, "absent"), filepath.Join(dir, "empty")); err != nil {
		t.Error(err)
	}
	if names, err := l.ReadDir(t.Context(), dir); len(names) > 0 || err != nil {
		t.Errorf("RemoveAll() has left %q, %v", names, err)
	}
}

// Each of several names has an answer of its own. Headers and libraries are looked for under Root, programs are not.
func TestSeveral(t *testing.T) {
	root, bin := t.TempDir(), t.TempDir()
	l := NewLocal([]string{"PATH=" + bin})
	l.Root = root
	if err := errors.Join(os.WriteFile(filepath.Join(root, "header"), []byte("text"), 0o644), os.WriteFile(filepath.Join(bin, "cc"), nil, 0o755)); err != nil {
		t.Fatal(err)
	}
	texts, errs := l.Read(t.Context(), "/absent", "/header")
	if texts[1] != "text" || errs[1] != nil || !errors.Is(errs[0], fs.ErrNotExist) {
		t.Errorf("Read() = %q, %v", texts, errs)
	}
	if errs := l.Stat(t.Context(), "/header", filepath.Join(bin, "cc")); errs[0] != nil || !errors.Is(errs[1], fs.ErrNotExist) {
		t.Errorf("Stat() = %v", errs)
	}
	cc := filepath.Join(bin, "cc")
	files, err := l.Find(t.Context(), "gcc", "cc", cc, "/header")
	if want := []string{"", cc, cc, ""}; !slices.Equal(files, want) || err != nil {
		t.Errorf("Find() = %q, %v, want %q", files, err, want)
	}
	if _, err := LookPath(t.Context(), l, "gcc"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("LookPath(gcc) = %v, want fs.ErrNotExist", err)
	}
	if sums, err := l.Sums(t.Context(), cc, filepath.Join(bin, "gcc")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Sums() = %q, %v, want fs.ErrNotExist", sums, err)
	}
}
