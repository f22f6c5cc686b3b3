package series

import (
	"os"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
)

// What a run that was killed has left among the patches' trees is gone in the next, and so are that one's own.
func TestScratch(t *testing.T) {
	t.Parallel()
	c := &checkout.Checkout{Root: t.TempDir()}
	if err := os.MkdirAll(c.Path("build", "patches", "8.15.2", "source"), 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		dir, remove, err := scratch(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if entries, err := os.ReadDir(dir); len(entries) > 0 || err != nil {
			t.Errorf("scratch() has %v, %v in it", entries, err)
		}
		if err := remove(); err != nil {
			t.Fatal(err)
		}
	}
	if entries, err := os.ReadDir(c.Path("build")); len(entries) != 1 || entries[0].Name() != checkout.LockDir || err != nil {
		t.Errorf("left in build: %v, %v, want the locks", entries, err)
	}
}
