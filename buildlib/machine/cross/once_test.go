package cross

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
)

// A linker that is damaged is none, until Setup builds it.
func TestDamagedLinker(t *testing.T) {
	t.Parallel()
	b := user(t)
	whole, err := b.binutils(t.Context(), false)
	if errors.Is(err, ErrAbsent) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	b.Cache = cache.Open(t.TempDir(), nil)
	dir := filepath.Join(b.Cache.Dir, "cross", filepath.Base(whole))
	if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
		t.Fatal(err)
	}
	if got, err := b.binutils(t.Context(), false); got != dir || err != nil {
		t.Fatalf("binutils() = %s, %v, want the copy %s", got, err, dir)
	}
	if err := os.Truncate(filepath.Join(dir, "ld"), 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := b.binutils(t.Context(), false); !errors.Is(err, ErrAbsent) || !strings.Contains(err.Error(), "cross:setup") {
		t.Errorf("binutils() with half a linker = %v, want an ErrAbsent that tells the cure", err)
	}
}
