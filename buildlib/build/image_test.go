package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
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
	"unicode/utf8"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// A backup of files is no package, but it can be listed, and it does not stop the making of a .toc.
func TestBackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "home.bff")
	writeBackup(t, file, "./a")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The header's checksum does not see that two neighbours change places.
	if err := os.WriteFile(file, bytes.Replace(text, []byte("./a"), []byte("/.a"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	log := logrus.New()
	log.SetOutput(io.Discard)
	p := &Project{Checkout: &checkout.Checkout{Log: log}, out: &results{w: &out}}
	if err := p.ImageList(t.Context(), file); err != nil || out.String() != "drwxr-xr-x     0     0          0 1970-01-01 00:00:00 /.a\n" {
		t.Errorf("ImageList = %v, and shows %q", err, out.String())
	}
	if err := p.ImageToc(t.Context(), dir); !strings.Contains(fmt.Sprint(err), "there is no image in the directory") {
		t.Errorf("ImageToc = %v, want that there is no image", err)
	}
}

// Names in an image that look like lines of ours, or that a terminal would obey, are spelled out; those of other languages are not.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.bff")
	hostile := []string{"/.x\n" + file + ": 0 errors, 0 notes", "./C1 \x9b2J \u009b2J \x1b[2J", "./\u202etxt", "./名前"}
	var plain []string
	for i, name := range hostile {
		plain = append(plain, "./"+strings.Repeat(string(rune('a'+i)), len(name)-2))
	}
	writeBackup(t, file, plain...)
	image, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range hostile {
		forge(image, plain[i], name)
	}
	if err := os.WriteFile(file, image, 0o644); err != nil {
		t.Fatal(err)
	}
	project := filepath.Join(dir, "project")
	if err := os.MkdirAll(filepath.Join(project, "patches"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, show := range map[string]func(p *Project) error{
		"list":    func(p *Project) error { return p.ImageList(t.Context(), file) },
		"verify":  func(p *Project) error { return p.ImageVerify(t.Context(), file) },
		"extract": func(p *Project) error { return p.ImageExtract(t.Context(), file, filepath.Join(dir, "out")) },
	} {
		var out strings.Builder
		c, err := checkout.Open(project, nil, checkout.Console{Err: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		p := On(c, &out, io.Discard)
		text := p.Done(errors.Join(show(p), errors.New("the end"))).Error() + "\n" + out.String()
		if strings.Contains(text, "\n"+file+": 0 errors, 0 notes\n") && name != "verify" || strings.Count(text, "\n"+file+":") > 1 {
			t.Errorf("%s shows a line that only the image has:\n%s", name, text)
		}
		if strings.ContainsAny(text, "\x1b\u009b\u202e") || strings.Contains(text, "\x9b") || !utf8.ValidString(text) {
			t.Errorf("%s shows %q", name, text)
		}
		if name == "list" && (!strings.Contains(text, " ./名前\n") || !strings.Contains(text, ` /.x\x0a`+file)) {
			t.Errorf("%s shows %s", name, text)
		}
	}
}

// forge changes the name of a member, which a Writer would not write, and the checksum of its header.
func forge(image []byte, from, to string) {
	sum := func(text string) (n uint16) {
		for _, c := range []byte(text) {
			n += uint16(c) << (c & 7)
		}
		return n
	}
	const nameFixed, offChecksum = 64, 4 // of a member's header: docs/formats.md
	header := image[bytes.Index(image, []byte(from))-nameFixed:]
	checksum := header[offChecksum:]
	binary.LittleEndian.PutUint16(checksum, binary.LittleEndian.Uint16(checksum)-sum(from)+sum(to))
	copy(header[nameFixed:], to)
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
	p := &Project{Checkout: &checkout.Checkout{Root: dir, Log: logrus.New()}, out: &results{w: io.Discard}}
	for name, do := range map[string]func() error{
		"list":     func() error { return p.ImageList(ctx, file) },
		"verify":   func() error { return p.ImageVerify(ctx, file) },
		"diff":     func() error { return p.ImageDiff(ctx, file, file) },
		"toc":      func() error { return p.ImageToc(ctx, dir) },
		"extract":  func() error { return p.ImageExtract(ctx, file, filepath.Join(dir, "out")) },
		"rehearse": func() error { return p.ImageRehearse(ctx, file, false) },
		"digest":   func() error { _, err := digest(ctx, file); return err },
	} {
		if err := do(); !errors.Is(err, reason) {
			t.Errorf("%s = %v, want %v", name, err, reason)
		}
	}
}

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
			if err := (&Project{Checkout: &checkout.Checkout{}}).ImageExtract(test.ctx, file, filepath.Join(dir, "out")); (err == nil) != (test.left == 1) {
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
			if err := (&Project{Checkout: &checkout.Checkout{}}).ImageExtract(t.Context(), image, parent+"/"+test.dir); (err == nil) != want {
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
	if err := (&Project{Checkout: &checkout.Checkout{}}).ImageExtract(t.Context(), image, ""); fault.Code(err) != "image-extract" {
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
	go func() { refused <- (&Project{Checkout: &checkout.Checkout{}}).ImageVerify(t.Context(), file) }()
	go func() { refused <- (&Project{Checkout: &checkout.Checkout{}}).ImageRehearse(t.Context(), file, false) }()
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

// Verifying and comparing end with their context: no verdict is given of what was not read.
func TestImageCancelled(t *testing.T) {
	t.Parallel()
	a, b := filepath.Join(t.TempDir(), "a.I"), filepath.Join(t.TempDir(), "b.I")
	writeBackup(t, a, "./")
	writeBackup(t, b, "./", "./b")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	p := &Project{Checkout: &checkout.Checkout{}, out: &results{w: &out}}
	for name, err := range map[string]error{"verify": p.ImageVerify(ctx, a), "diff": p.ImageDiff(ctx, a, b)} {
		if !errors.Is(err, context.Canceled) || out.Len() > 0 {
			t.Errorf("%s: %v, %q", name, err, &out)
		}
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
	err = (&Project{Checkout: &checkout.Checkout{}}).ImageExtract(t.Context(), image, filepath.Join(t.TempDir(), "out"))
	if text := fmt.Sprint(err); fault.Code(err) != "image-extract" || strings.Contains(text, "\x1b") || !strings.Contains(text, "name too long") {
		t.Errorf("ImageExtract = %q", text)
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
	p := &Project{Checkout: &checkout.Checkout{Log: logrus.New()}}
	if err := p.ImageToc(t.Context(), dir); fault.Code(err) != "image-unreadable" {
		t.Errorf("ImageToc = %v", err)
	}
}

// The name of an image is a field of a line.
func TestTocName(t *testing.T) {
	t.Parallel()
	p, dir := &Project{Checkout: &checkout.Checkout{Log: logrus.New()}}, t.TempDir()
	image := &installp.Package{Name: "demo", Level: vrmf.Level{Version: 1}, Filesets: []installp.Fileset{{
		Name: "demo.rte", Text: "Demo", Copyright: "Ours.\n", Usr: installp.Scripts{installp.PreI: "#!/usr/bin/ksh\nexit 0\n"},
	}}, Time: time.Unix(0, 0)}
	var b bytes.Buffer
	if err := errors.Join(write.Image(&b, image), os.WriteFile(filepath.Join(dir, "a\nb.I"), b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	if err := p.ImageToc(t.Context(), dir); fault.Code(err) != "image-toc" {
		t.Errorf("ImageToc = %v", err)
	}
	if err := os.Rename(filepath.Join(dir, "a\nb.I"), filepath.Join(dir, "b.I")); err != nil {
		t.Fatal(err)
	}
	if err := p.ImageToc(t.Context(), dir); err != nil {
		t.Error(err)
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
		err := withImage(t.Context(), image, func(r *io.SectionReader) error {
			return (&Project{Checkout: &checkout.Checkout{}}).compareDigest(r, image)
		})
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
