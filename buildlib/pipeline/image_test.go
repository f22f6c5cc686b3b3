package pipeline

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/bff"
)

// An extraction that is interrupted, or that meets a damaged image, leaves nothing behind.
func TestExtractLeavesNothing(t *testing.T) {
	t.Parallel()
	var archive bytes.Buffer
	w := bff.NewWriter(&archive, time.Unix(0, 0))
	for _, name := range []string{"./", "./a", "./a/b"} {
		if err := w.WriteHeader(&bff.Header{Name: name, Mode: bff.TypeDir | 0o755}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole := archive.Bytes()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx   context.Context
		image []byte
		left  int
	}{
		"interrupted": {cancelled, whole, 0},
		"cut":         {t.Context(), whole[:300], 0},
		"whole":       {t.Context(), whole, 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir, file := t.TempDir(), filepath.Join(t.TempDir(), "a.I")
			if err := os.WriteFile(file, test.image, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := (&Project{}).ImageExtract(test.ctx, file, filepath.Join(dir, "out")); (err == nil) != (test.left == 1) {
				t.Errorf("ImageExtract = %v", err)
			}
			left, err := os.ReadDir(dir)
			if err != nil || len(left) != test.left {
				t.Errorf("%v is left, %v", left, err)
			}
		})
	}
}
