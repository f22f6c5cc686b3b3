package verify_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
)

// A program that is nothing but imports, of some megabytes: looking at it takes three times its size. Not parallel: it counts what is
// allocated.
func TestProgramMemory(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", "program64"))
	if err != nil {
		t.Fatal(err)
	}
	const symbols = 300_000
	imports := func(name string) string { return installptest.WithImports(t, data, name, symbols) }
	image := installptest.Write(t, installptest.WithProgram(t, func(string) string { return imports("a") }))
	size := uint64(len(imports("a")))
	used := func(do func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		do()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	section := func(b []byte) *io.SectionReader { return io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b))) }
	const rest = 4 << 20 // of an image that has a program of no size
	if n := used(func() {
		if _, err := verify.Image(section(image)); err != nil {
			t.Error(err)
		}
	}); n > 3*size+rest {
		t.Errorf("Verify takes %.1f times the size of the program, %d bytes", float64(n)/float64(size), size)
	}
}
