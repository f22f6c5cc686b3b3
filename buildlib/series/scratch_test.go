package series

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
)

// What a run that was killed has left among the patches' trees is gone in the next, and so are that one's own.
func TestScratch(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	err := errors.Join(os.MkdirAll(filepath.Join(root, "build", "patches", "8.15.2", "source"), 0o755), os.Mkdir(filepath.Join(root, "patches"), 0o755))
	if err != nil {
		t.Fatal(err)
	}
	c, err := checkout.Open(root, nil, checkout.Console{Err: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		dir, remove, err := Scratch(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if entries, err := os.ReadDir(dir); len(entries) > 0 || err != nil {
			t.Errorf("Scratch() has %v, %v in it", entries, err)
		}
		if err := remove(); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := os.Stat(c.Path("build", "patches")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left in build: %v, %v", left, err)
	}
}

// Patches that cannot be written are told as such.
func TestWriteAll(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeAll(file, []patchset.Rewritten{{Name: "0001-x.patch"}}); fault.Code(err) != "patch-unwritable" {
		t.Errorf("writeAll() = %v, want patch-unwritable", err)
	}
}
