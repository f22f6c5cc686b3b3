package imagetool

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
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

// BenchmarkList compares listing with what tar takes for the same files: the metric is our CPU by tar's.
func BenchmarkList(b *testing.B) {
	file := manyFiles(b, 100_000, 10)
	out := filepath.Join(b.TempDir(), "out")
	archive := filepath.Join(b.TempDir(), "many.tar")
	if _, err := Extract(b.Context(), nil, file, out); err != nil {
		b.Fatal(err)
	}
	if err := exec.Command("tar", "cf", archive, "-C", out, ".").Run(); err != nil {
		b.Skip(err)
	}
	var theirs, ours time.Duration
	for b.Loop() {
		tar := exec.Command("tar", "tvf", archive)
		tar.Stdout = io.Discard
		if err := tar.Run(); err != nil {
			b.Fatal(err)
		}
		theirs += tar.ProcessState.UserTime() + tar.ProcessState.SystemTime()
		before := used(b)
		l, err := List(b.Context(), nil, file)
		if err == nil {
			err = l.WriteText(io.Discard)
		}
		if err != nil {
			b.Fatal(err)
		}
		ours += used(b) - before
	}
	b.ReportMetric(float64(ours)/float64(theirs), "of-tar")
}

// used is the CPU that this process has taken.
func used(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
