package imagetool

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
)

// manyFiles is a backup of so many files.
func manyFiles(t testing.TB, n int, size int64) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "many.bff")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	b := bufio.NewWriterSize(f, 1<<20)
	w := bff.NewWriter(b, time.Unix(1e9, 0))
	data := make([]byte, size)
	for i := range n {
		if err := w.WriteHeader(&bff.Header{Name: fmt.Sprintf("./home/user/directory%03d/file%06d.txt", i/1000, i), Mode: bff.TypeRegular | 0o644, Size: size}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), b.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return file
}

// A list of more members than are kept is whole, in both forms, and its memory does not grow with them.
func TestListMany(t *testing.T) {
	t.Parallel()
	const n = 3 * mostKept
	file := manyFiles(t, n, 10)
	l, err := List(t.Context(), nil, file)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Images[0].Members) != 0 {
		t.Errorf("%d members are kept", len(l.Images[0].Members))
	}
	lines := 0
	for range l.Images[0].each() {
		lines++
	}
	document, err := l.Images[0].MarshalJSON()
	if err != nil || lines != n || len(document) < n*100 {
		t.Errorf("%d members, a document of %d bytes, %v", lines, len(document), err)
	}
}

// BenchmarkPeers compares aiximage, as a program, with what others take for the same data, in turns: the shortest of each, in
// milliseconds of CPU or by the clock, and the most memory that ours took. A second processor must be idle:
//
//	go test -run '^$' -bench Peers -benchtime 5x ./buildlib/imagetool
func BenchmarkPeers(b *testing.B) {
	program := filepath.Join(b.TempDir(), "aiximage")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/aiximage").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	dir := b.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	many, ten, pack, large := manyFiles(b, 100_000, 10), manyFiles(b, 10_000, 4000), in("pack.I"), in("large.I")
	writePackage(b, pack, 15_000, 300)
	writePackage(b, large, 128, 8<<20)
	for image, archive := range map[string]string{many: "many.tar", ten: "ten.tar", pack: "pack.tar"} {
		out := in("out")
		if _, err := Extract(b.Context(), nil, image, out); err != nil {
			b.Fatal(err)
		}
		if err := errors.Join(exec.Command("tar", "cf", in(archive), "-C", out, ".").Run(), os.RemoveAll(out), os.MkdirAll(in("theirs"), 0o755)); err != nil {
			b.Fatal(err)
		}
	}
	hole, holeTar := largeMembers(b)
	for _, row := range []struct {
		name         string
		clock        bool // else CPU
		theirs, ours []string
	}{
		{"list/of-9-GiB", false, []string{"tar", "tf", holeTar}, []string{"list", hole}},
		{"list/of-100000-members", false, []string{"tar", "tvf", in("many.tar")}, []string{"list", many}},
		{"list/of-15000-in-a-package", false, []string{"tar", "tvf", in("pack.tar")}, []string{"list", pack}},
		{"verify/of-15000-in-a-package", false, []string{"tar", "tvf", in("pack.tar")}, []string{"verify", pack}},
		{"verify/of-1-GiB", true, []string{"sha256sum", large}, []string{"verify", large}},
		{"extract/of-10000-files", true, []string{"tar", "xf", in("ten.tar"), "-C", in("theirs")}, []string{"extract", ten, in("ours")}},
	} {
		b.Run(row.name, func(b *testing.B) {
			var best [2]time.Duration
			var memory int64
			for b.Loop() {
				for i, argv := range [][]string{row.theirs, append([]string{program}, row.ours...)} {
					u := measured(b, argv)
					took := u.CPU
					if row.clock {
						took = u.Clock
					}
					if best[i] == 0 || took < best[i] {
						best[i] = took
					}
					if i == 1 {
						memory = max(memory, u.Memory)
					}
				}
				if err := errors.Join(os.RemoveAll(in("ours")), os.RemoveAll(in("theirs")), os.Mkdir(in("theirs"), 0o755)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(best[0].Seconds()*1000, "ms-theirs")
			b.ReportMetric(best[1].Seconds()*1000, "ms-ours")
			b.ReportMetric(float64(memory)/1e6, "MB-memory")
		})
	}
}

// usage is what a command took.
type usage struct {
	Clock, CPU time.Duration
	Memory     int64 // bytes, at most
}

// measured runs a command from a process that is small: Linux takes the memory of who starts one for its own.
func measured(b *testing.B, argv []string) usage {
	b.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-test.run", "^TestMeasure$", "--"}, argv...)...)
	cmd.Env = append(os.Environ(), "MEASURE=1")
	out, err := cmd.CombinedOutput()
	var u usage
	line, _, _ := bytes.Cut(out, []byte("\n"))
	if err = errors.Join(err, json.Unmarshal(line, &u)); err != nil {
		b.Fatalf("%v: %v\n%s", argv, err, out)
	}
	return u
}

// TestMeasure is no test, but the process that measured starts.
func TestMeasure(t *testing.T) {
	if os.Getenv("MEASURE") == "" {
		t.Skip("no test: a benchmark starts it")
	}
	cmd := exec.Command(flag.Arg(0), flag.Args()[1:]...)
	start := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	state := cmd.ProcessState
	u := usage{time.Since(start), state.UserTime() + state.SystemTime(), state.SysUsage().(*syscall.Rusage).Maxrss << 10}
	if err := json.NewEncoder(os.Stdout).Encode(u); err != nil {
		t.Fatal(err)
	}
}

// writePackage writes a package of so many files more than the example's.
func writePackage(b *testing.B, file string, n int, size int64) {
	b.Helper()
	p := installptest.Example()
	data := make([]byte, size)
	rand.NewChaCha8([32]byte{}).Read(data)
	const of = 500 // files in a directory
	for i := range n {
		dir := fmt.Sprintf("/opt/mailtools/sbin/d%03d", i/of)
		if i%of == 0 {
			p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.Directory(dir, 0o755, "bin", "bin"))
		}
		p.Filesets[0].Files = append(p.Filesets[0].Files, installp.File{Path: fmt.Sprintf("%s/file%06d.html", dir, i), Mode: 0o555, Owner: "bin", Group: "bin", Size: size,
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }})
	}
	f, err := os.Create(file)
	if err == nil {
		err = errors.Join(write.Image(f, p), f.Close())
	}
	if err != nil {
		b.Fatal(err)
	}
}

// largeMembers is a backup of five members of nearly 2 GiB, and an archive of the same, both mostly holes.
func largeMembers(b *testing.B) (image, archive string) {
	b.Helper()
	const size, members = 1800 << 20, 5 // an image has none of 2 GiB
	image, archive = filepath.Join(b.TempDir(), "large.bff"), filepath.Join(b.TempDir(), "large.tar")
	backup, err := os.Create(image)
	if err != nil {
		b.Fatal(err)
	}
	other, err := os.Create(archive)
	if err != nil {
		b.Fatal(err)
	}
	w, t := bff.NewWriter(holes{backup}, time.Unix(1e9, 0)), tar.NewWriter(holes{other})
	zeros := make([]byte, 1<<20)
	for i := range members {
		name := fmt.Sprintf("./large%d", i)
		err := errors.Join(w.WriteHeader(&bff.Header{Name: name, Mode: bff.TypeRegular | 0o644, Size: size}), t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size}))
		for range size / len(zeros) {
			if err == nil {
				_, err1 := w.Write(zeros)
				_, err2 := t.Write(zeros)
				err = errors.Join(err1, err2)
			}
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), t.Close(), backup.Close(), other.Close()); err != nil {
		b.Fatal(err)
	}
	return image, archive
}

// holes leaves out zeros.
type holes struct{ *os.File }

func (h holes) Write(p []byte) (int, error) {
	if len(p) == 0 || len(bytes.Trim(p, "\x00")) > 0 {
		return h.File.Write(p)
	}
	if _, err := h.Seek(int64(len(p))-1, io.SeekCurrent); err != nil { // the last byte makes the file as long as it is
		return 0, err
	}
	if _, err := h.File.Write([]byte{0}); err != nil {
		return 0, err
	}
	return len(p), nil
}
