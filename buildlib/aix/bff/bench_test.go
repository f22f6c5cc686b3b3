package bff_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

const benchFiles, benchSize = 100, 100_000

func benchImage(b *testing.B, w io.Writer) {
	b.Helper()
	data := make([]byte, benchSize)
	archive := bff.NewWriter(w, epoch)
	for range benchFiles {
		if err := archive.WriteHeader(&bff.Header{Name: "./opt/mailtools/sbin/x", Mode: bff.TypeRegular, Size: benchSize}); err != nil {
			b.Fatal(err)
		}
		if _, err := archive.Write(data); err != nil {
			b.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkWriter(b *testing.B) {
	var into bytes.Buffer
	b.SetBytes(benchFiles * benchSize)
	for b.Loop() {
		into.Reset()
		benchImage(b, &into)
	}
}

func BenchmarkReader(b *testing.B) {
	var image bytes.Buffer
	benchImage(b, &image)
	for _, strict := range []bool{false, true} {
		b.Run(map[bool]string{false: "lenient", true: "strict"}[strict], func(b *testing.B) {
			b.SetBytes(benchFiles * benchSize)
			for b.Loop() {
				r := bff.NewReader(struct{ io.Reader }{bytes.NewReader(image.Bytes())})
				r.Strict = strict
				for {
					if _, err := r.Next(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
					if _, err := io.Copy(io.Discard, r); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
