package imagetool

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
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// A backup of files is no package, but it can be listed, and it does not stop the making of a .toc.
func TestBackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "home.bff")
	writeBackup(t, file, "./a")
	image, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The header's checksum does not see that two neighbours change places.
	if err := os.WriteFile(file, bytes.Replace(image, []byte("./a"), []byte("/.a"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := List(t.Context(), nil, file)
	if got := text(t, l); err != nil || got != "drwxr-xr-x     0     0          0 1970-01-01 00:00:00 /.a\n" {
		t.Errorf("List = %v, and shows %q", err, got)
	}
	if _, err := WriteToc(t.Context(), dir); !strings.Contains(fmt.Sprint(err), "there is no image in the directory") {
		t.Errorf("WriteToc = %v, want that there is no image", err)
	}
}

// Whatever is done with an image ends with its context, however large it is.
func TestImageEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.I")
	writeBackup(t, file, "./", "./a")
	if err := os.Truncate(file, 1<<40); err != nil { // hours, if it were read
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("stopped")
	cancel(reason)
	silent, writer := io.Pipe()
	defer writer.Close()
	for name, do := range map[string]func() error{
		"list":      func() error { _, err := List(ctx, nil, file); return err },
		"verify":    func() error { _, err := Verify(ctx, nil, "", file); return err },
		"directory": func() error { _, err := Verify(ctx, nil, "", dir); return err },
		"stdin":     func() error { _, err := Verify(ctx, endless{}, "", Stdin); return err },
		"silence":   func() error { _, err := Verify(ctx, silent, "", Stdin); return err },
		"diff":      func() error { _, err := Diff(ctx, nil, file, file); return err },
		"toc":       func() error { _, err := WriteToc(ctx, dir); return err },
		"extract":   func() error { _, err := Extract(ctx, nil, file, filepath.Join(dir, "out")); return err },
	} {
		if err := do(); !errors.Is(err, reason) {
			t.Errorf("%s = %v, want %v", name, err, reason)
		}
	}
}

// endless is an input that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

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
			if err := os.MkdirAll(filepath.Join(dir, ".out.half/of a run that was killed"), 0o755); err != nil {
				t.Fatal(err)
			}
			if _, err := Extract(test.ctx, nil, file, filepath.Join(dir, "out")); (err == nil) != (test.left == 1) {
				t.Errorf("Extract = %v", err)
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
			if _, err := Extract(t.Context(), nil, image, parent+"/"+test.dir); (err == nil) != want {
				t.Errorf("Extract = %v", err)
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
	if _, err := Extract(t.Context(), nil, image, ""); fault.Code(err) != "image-extract" {
		t.Errorf("Extract without a name = %v", err)
	}
}

// One of several images that cannot be read does not keep the others from being looked at; a directory stands for the images in it.
func TestSeveral(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a.bff", "b.bff", "c.bff"} {
		writeBackup(t, filepath.Join(dir, name), "./")
	}
	if err := errors.Join(os.Truncate(filepath.Join(dir, "b.bff"), 100), os.WriteFile(filepath.Join(dir, "README"), []byte("none"), 0o644)); err != nil {
		t.Fatal(err)
	}
	absent := filepath.Join(dir, "absent")
	v, err := Verify(t.Context(), nil, "", absent, dir)
	var seen []string
	for _, one := range v.Images {
		seen = append(seen, filepath.Base(one.Image))
	}
	if want := []string{"a.bff", "b.bff", "c.bff"}; !slices.Equal(seen, want) {
		t.Errorf("Verify looks at %q, want %q", seen, want)
	}
	if !strings.Contains(fmt.Sprint(err), "where: "+absent+"\n") {
		t.Errorf("Verify = %v, want an error about %s", err, absent)
	}
}

// A FIFO without a writer is refused, and not waited for.
func TestImageIsFIFO(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "fifo")
	if err := exec.CommandContext(t.Context(), "mkfifo", file).Run(); err != nil {
		t.Skip(err)
	}
	refused := make(chan error, 1)
	go func() { _, err := Verify(t.Context(), nil, "", file); refused <- err }()
	select {
	case err := <-refused:
		if fault.Code(err) != "image-unreadable" {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it is waited for")
	}
}

// Verifying and comparing end with their context: no verdict is given of what was not read.
func TestImageCancelled(t *testing.T) {
	t.Parallel()
	a, b := filepath.Join(t.TempDir(), "a.I"), filepath.Join(t.TempDir(), "b.I")
	writeBackup(t, a, "./")
	writeBackup(t, b, "./", "./b")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if v, err := Verify(ctx, nil, "", a); !errors.Is(err, context.Canceled) || len(v.Images) > 0 {
		t.Errorf("Verify = %v, %v", v.Images, err)
	}
	if c, err := Diff(ctx, nil, a, b); !errors.Is(err, context.Canceled) || c != nil {
		t.Errorf("Diff = %v, %v", c, err)
	}
}

// A name of the image that the disk does not take is not sent to the terminal as it is.
func TestExtractPrintable(t *testing.T) {
	t.Parallel()
	image := filepath.Join(t.TempDir(), "a.I")
	writeBackup(t, image, "./", "./a_b"+strings.Repeat("x", 300))
	data, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	const nameAt = 64
	header := data[bytes.Index(data, []byte("./a_b"))-nameAt:]
	header[nameAt+3] = 0x1b // the Writer takes no such name
	header[4], header[5] = 0, 0
	var sum uint16
	for _, c := range header[:int(header[0])*8] {
		sum += uint16(c) << (c & 7)
	}
	header[4], header[5] = byte(sum), byte(sum>>8)
	if err := os.WriteFile(image, data, 0o644); err != nil {
		t.Fatal(err)
	}
	e, err := Extract(t.Context(), nil, image, filepath.Join(t.TempDir(), "out"))
	if shown := text(t, e); fault.Code(err) != "image-left" || strings.Contains(shown, "\x1b") || !strings.Contains(shown, "name too long") {
		t.Errorf("Extract = %v, %q", err, shown)
	}
}

// A damaged image does not just stay out of a .toc.
func TestTocDamaged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.I")
	writeBackup(t, file, "./")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[4]++ // the checksum of the first header
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteToc(t.Context(), dir); fault.Code(err) != "image-unreadable" {
		t.Errorf("WriteToc = %v", err)
	}
}

// The name of an image is a field of a line.
func TestTocName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	image := &installp.Package{Name: "demo", Level: vrmf.Level{Version: 1}, Filesets: []installp.Fileset{{
		Name: "demo.rte", Text: "Demo", Copyright: "Ours.\n", Usr: installp.Scripts{installp.PreI: "#!/usr/bin/ksh\nexit 0\n"},
	}}, Time: time.Unix(0, 0)}
	var b bytes.Buffer
	if err := errors.Join(write.Image(&b, image), os.WriteFile(filepath.Join(dir, "a\nb.I"), b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteToc(t.Context(), dir); fault.Code(err) != "image-toc" {
		t.Errorf("WriteToc = %v", err)
	}
	if err := os.Rename(filepath.Join(dir, "a\nb.I"), filepath.Join(dir, "b.I")); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteToc(t.Context(), dir); err != nil {
		t.Error(err)
	}
}

// A digest counts with and without the name of the file behind it.
func TestDigestAlone(t *testing.T) {
	t.Parallel()
	image := filepath.Join(t.TempDir(), "a.I")
	writeBackup(t, image, "./")
	if HasDigest(t.Context(), image) {
		t.Error("there is a digest, before there is one")
	}
	data, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	for _, text := range []string{"%x  a.I\n", "%x\n", "%x"} {
		if err := os.WriteFile(image+".sha256", fmt.Appendf(nil, text, sum), 0o644); err != nil {
			t.Fatal(err)
		}
		if !HasDigest(t.Context(), image) {
			t.Errorf("%q is not taken for the image's", text)
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

// text is a value as a person sees it.
func text(t *testing.T, v report.Value) string {
	t.Helper()
	var b strings.Builder
	if err := v.WriteText(&b); err != nil {
		t.Error(err)
	}
	return b.String()
}
