package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
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

// Whatever way the destination is written, and whatever comes to be there meanwhile, nothing is left beside it.
func TestExtractDestination(t *testing.T) {
	t.Parallel()
	image := filepath.Join(t.TempDir(), "a.I")
	writeBackup(t, image, "./", "./a")
	for _, test := range []struct {
		name, dir string
		left      []string
	}{
		{"a slash at the end", "out/", []string{"out"}},
		{"there already", "there", []string{"there"}},
		{"below a file", "there/out", []string{"there"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			parent := t.TempDir()
			want := true
			if test.left[0] == "there" {
				want = false
				if err := os.WriteFile(filepath.Join(parent, "there"), nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := (&Project{}).ImageExtract(t.Context(), image, parent+"/"+test.dir); (err == nil) != want {
				t.Errorf("ImageExtract = %v", err)
			}
			entries, err := os.ReadDir(parent)
			if err != nil {
				t.Fatal(err)
			}
			var left []string
			for _, e := range entries {
				left = append(left, e.Name())
			}
			if !slices.Equal(left, test.left) {
				t.Errorf("there is %q, want %q", left, test.left)
			}
		})
	}
	if err := (&Project{}).ImageExtract(t.Context(), image, ""); fault.Code(err) != "image-extract" {
		t.Errorf("ImageExtract without a name = %v", err)
	}
}

// A FIFO without a writer is refused, and not waited for.
func TestImageIsFIFO(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "fifo")
	if err := exec.CommandContext(t.Context(), "mkfifo", file).Run(); err != nil {
		t.Skip(err)
	}
	refused := make(chan error, 2)
	go func() { refused <- (&Project{}).ImageVerify(t.Context(), file) }()
	go func() { refused <- (&Project{}).ImageRehearse(t.Context(), file) }()
	for range cap(refused) {
		select {
		case err := <-refused:
			if code := fault.Code(err); code != "image-unreadable" && code != "rehearsal-image" {
				t.Error(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("it is waited for")
		}
	}
}

// A digest counts with and without the name of the file behind it.
func TestDigestAlone(t *testing.T) {
	t.Parallel()
	image := filepath.Join(t.TempDir(), "a.I")
	writeBackup(t, image, "./")
	data, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	for _, text := range []string{"%x  a.I\n", "%x\n", "%x"} {
		if err := os.WriteFile(image+".sha256", fmt.Appendf(nil, text, sum), 0o644); err != nil {
			t.Fatal(err)
		}
		err := withImage(image, func(r *io.SectionReader) error { return (&Project{}).compareDigest(r, image) })
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// writeBackup writes an archive of directories.
func writeBackup(t *testing.T, file string, names ...string) {
	t.Helper()
	var archive bytes.Buffer
	w := bff.NewWriter(&archive, time.Unix(0, 0))
	for _, name := range names {
		if err := w.WriteHeader(&bff.Header{Name: name, Mode: bff.TypeDir | 0o755}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), os.WriteFile(file, archive.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}
