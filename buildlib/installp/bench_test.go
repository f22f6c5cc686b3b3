package installp_test

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/installp"
)

// BenchmarkWrite packs 10 MB in 100 files. "x-tar" is how many times longer that takes than archive/tar with the same contents; an
// image reads each of them twice and computes checksums.
func BenchmarkWrite(b *testing.B) {
	const files, size = 100, 100_000
	content := strings.Repeat("0123456789abcdefghi\n", size/20)
	p := example()
	for i := range files {
		p.Filesets[0].Files = append(p.Filesets[0].Files, file(fmt.Sprintf("/opt/mailtools/sbin/f%03d", i), 0o555, "bin", "bin", content))
	}
	b.SetBytes(files * size)
	for b.Loop() {
		if err := p.Write(io.Discard); err != nil {
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
