package write_test

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
)

// BenchmarkTree packs a tree of 1 GiB into a file, on a disk, in turns with GNU tar. "x-tar" is how many times longer that takes, and
// "MB-memory" what Go has taken for it. Copying and adding up run beside each other, so a second processor must be idle:
//
//	go test -run '^$' -bench Tree -benchtime 5x ./buildlib/aix/installp
func BenchmarkTree(b *testing.B) {
	program, err := exec.LookPath("tar")
	if err != nil {
		b.Skip("no tar to compare with")
	}
	dir := b.TempDir()
	p := installptest.Example()
	p.Filesets[0].Files = append(p.Filesets[0].Files, tree(b, filepath.Join(dir, "root"), "/opt/mailtools/sbin", 1<<30)...)
	root, image, archive := filepath.Join(dir, "root"), filepath.Join(dir, "image"), filepath.Join(dir, "tar")
	var ours, theirs time.Duration // the shortest of each: these machines are noisy
	shortest := func(best *time.Duration, took time.Duration) {
		if *best == 0 || took < *best {
			*best = took
		}
	}
	for b.Loop() {
		shortest(&theirs, timed(b, exec.CommandContext(b.Context(), program, "-cf", archive, "-C", root, ".").Run))
		shortest(&ours, timed(b, func() error {
			out, err := os.Create(image)
			if err != nil {
				return err
			}
			return errors.Join(write.Image(out, p), out.Close())
		}))
		if err := errors.Join(os.Remove(archive), os.Remove(image)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((1<<30)/1e6/ours.Seconds(), "MB/s")
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(ours)/float64(theirs), "x-tar")
	b.ReportMetric(float64(memory.Sys)/1e6, "MB-memory")
}

// timed tells how long something takes when no data of what was before waits for the disk.
func timed(b *testing.B, do func() error) time.Duration {
	b.Helper()
	if err := exec.CommandContext(b.Context(), "sync").Run(); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// tree makes files of so many bytes in all below root, and gives them as they will be below path.
func tree(b *testing.B, root, path string, size int64) []installp.File {
	b.Helper()
	if err := os.Mkdir(root, 0o755); err != nil {
		b.Fatal(err)
	}
	sizes := []int64{3_000, 20_000, 60_000, 200_000, 800_000, 2_500_000, 6_000_000}
	data := make([]byte, slices.Max(sizes))
	rand.NewChaCha8([32]byte{}).Read(data)
	var files []installp.File
	for i := 0; size > 0; i++ {
		n := min(sizes[i%len(sizes)], size)
		size -= n
		name := fmt.Sprintf("f%05d", i)
		if err := os.WriteFile(filepath.Join(root, name), data[:n], 0o644); err != nil {
			b.Fatal(err)
		}
		files = append(files, installp.File{Path: path + "/" + name, Mode: 0o555, Owner: "bin", Group: "bin", Size: n,
			Open: func() (io.ReadCloser, error) { return os.Open(filepath.Join(root, name)) }})
	}
	return files
}

// BenchmarkWrite packs 10 MB in 100 files. "x-tar" is how many times longer that takes than archive/tar with the same contents. What
// is not a file cannot be put right at the end, so each of them is read twice here.
func BenchmarkWrite(b *testing.B) {
	const files, size = 100, 100_000
	content := strings.Repeat("0123456789abcdefghi\n", size/20)
	p := installptest.Example()
	for i := range files {
		p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File(fmt.Sprintf("/opt/mailtools/sbin/f%03d", i), 0o555, "bin", "bin", content))
	}
	b.SetBytes(files * size)
	for b.Loop() {
		if err := write.Image(io.Discard, p); err != nil {
			b.Fatal(err)
		}
	}
	ours := b.Elapsed() / time.Duration(b.N)
	start := time.Now()
	for range b.N {
		if err := writeTar(p.Filesets[0].Files); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(ours)/float64(time.Since(start)/time.Duration(b.N)), "x-tar")
}

func writeTar(files []installp.File) error {
	w := tar.NewWriter(struct{ io.Writer }{io.Discard})
	for _, f := range files {
		if f.Open == nil {
			continue
		}
		if err := w.WriteHeader(&tar.Header{Name: f.Path, Mode: int64(f.Mode), Size: f.Size}); err != nil {
			return err
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, r); err != nil {
			return errors.Join(err, r.Close())
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	return w.Close()
}
