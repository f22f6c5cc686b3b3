package xcoff_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/xcoff"
)

// These tests compare what we read with what llvm-readobj reads, field by field.

const (
	clang   = "clang-19"
	readobj = "llvm-readobj-19"
)

var update = flag.Bool("update", false, "write llvm-readobj's reading of the fixed files to testdata/golden")

// TestForeignReading compares our reading of the fixed files with a foreign one that was kept.
func TestForeignReading(t *testing.T) {
	t.Parallel()
	for _, name := range fixed {
		path, golden := filepath.Join("testdata", name), filepath.Join("testdata", "golden", name+".txt")
		if *update {
			if err := os.WriteFile(golden, foreignDump(t, path), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(parseDump(string(want)), ourDump(t, path)); diff != "" {
			t.Errorf("%s, -%s +ours:\n%s", name, readobj, diff)
		}
	}
}

// TestForeignReader compares our reading with a foreign one made now, of objects that clang makes now.
func TestForeignReader(t *testing.T) {
	t.Parallel()
	need(t, clang, readobj)
	for _, source := range []struct{ name, text string }{
		{"empty", ""},
		{"functions", "extern int puts(const char *); int (*table[])(const char *) = {puts}; int main(void) { return table[0](\"x\"); }"},
		{"thread-local", "__thread int here = 1; extern __thread int there; __thread int zero; int f(void) { return here + there + zero; }"},
		{"more relocations than XCOFF32 counts", "extern int x; int *many[] = {" + strings.Repeat("&x,", 66000) + "};"},
	} {
		for _, width := range []string{"-m32", "-m64"} {
			t.Run(source.name+width, func(t *testing.T) {
				t.Parallel()
				object := filepath.Join(t.TempDir(), "x.o")
				compile := exec.Command(clang, "--target=powerpc-ibm-aix7.2", width, "-g", "-x", "c", "-c", "-", "-o", object)
				compile.Stdin = strings.NewReader(source.text)
				if out, err := compile.CombinedOutput(); err != nil {
					t.Fatalf("%v: %v\n%s", compile, err, out)
				}
				compareWithForeign(t, object)
			})
		}
	}
}

// TestForeignReaderGo compares our reading of a program that Go's linker makes: its programs run on AIX.
func TestForeignReaderGo(t *testing.T) {
	t.Parallel()
	need(t, readobj)
	program := buildGo(t)
	compareWithForeign(t, program)

	b, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	f, err := xcoff.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"/usr/lib", "/lib"}, f.LibraryPath()); diff != "" {
		t.Errorf("library path, -want +got:\n%s", diff)
	}
	want := xcoff.Import{Symbol: "__n_pthreads", From: xcoff.ImportFile{Base: "libpthread.a", Member: "shr_xpg5_64.o"}, Class: xcoff.ClassDS}
	if _, added := xcoff.DiffImports(f.Imports(), []xcoff.Import{want}); added != nil {
		t.Errorf("the imports have no %v: %v", want, f.Imports())
	}
}

// buildGo makes testdata/hello for AIX.
func buildGo(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "hello")
	build := exec.Command("go", "build", "-o", program, "./testdata/hello")
	build.Env = append(os.Environ(), "GOOS=aix", "GOARCH=ppc64", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, out)
	}
	return program
}

func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("no %s here (Debian: clang-19, llvm-19): not compared with a foreign reader", p)
		}
	}
}

func compareWithForeign(t *testing.T, path string) {
	t.Helper()
	want := parseDump(string(foreignDump(t, path)))
	if diff := cmp.Diff(want, ourDump(t, path)); diff != "" {
		t.Errorf("-%s +ours:\n%s", readobj, diff)
	}
}

func foreignDump(t *testing.T, path string) []byte {
	t.Helper()
	need(t, readobj)
	dump := exec.Command(readobj, "--file-headers", "--section-headers", "--needed-libs", "--loader-section-header",
		"--loader-section-symbols", "--loader-section-relocations", "--auxiliary-header", filepath.Base(path))
	dump.Dir = filepath.Dir(path)
	out, err := dump.Output()
	if err != nil {
		t.Fatalf("%v: %v", dump, err)
	}
	return out
}
