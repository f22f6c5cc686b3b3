package xcoff_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
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

// aixPrograms names two programs that IBM's ld linked on AIX 7.2 in 2017: Go's own tests have them, and so every Go has them.
func aixPrograms(t testing.TB) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "src", "internal", "xcoff", "testdata")
	return []string{filepath.Join(dir, "gcc-ppc32-aix-dwarf2-exec"), filepath.Join(dir, "gcc-ppc64-aix-dwarf2-exec")}
}

// TestAIXPrograms reads what was linked on AIX.
func TestAIXPrograms(t *testing.T) {
	t.Parallel()
	for i, want := range [2]struct {
		width   int
		libc    xcoff.ImportFile
		imports string
	}{
		{32, xcoff.ImportFile{Base: "libc.a", Member: "shr.o"},
			"__assert DS, __crt0v RW, __malloc_user_defined_name RW, __mod_init DS, __strtollmax DS, calloc DS, errno RW, exit DS, fflush DS, puts DS"},
		{64, xcoff.ImportFile{Base: "libc.a", Member: "shr_64.o"},
			"__assert DS, __crt0v RW, __malloc_user_defined_name RW, __mod_init DS, __n_pthreads RW, calloc DS, errno RW, exit DS, puts DS"},
	} {
		path := aixPrograms(t)[i]
		b, err := os.ReadFile(path)
		if err != nil {
			t.Skipf("%v: not compared with what AIX linked", err)
		}
		f, err := xcoff.NewFile(bytes.NewReader(b))
		if err != nil {
			t.Error(err)
			continue
		}
		if f.Width != want.width || f.Flags != xcoff.FlagExecutable|xcoff.FlagLoadable || f.TimeStamp == 0 || f.Loader.Version != 1 {
			t.Errorf("%s: %+v, loader section %+v", path, f.Header, f.Loader.LoaderHeader)
		}
		if p := f.LibraryPath(); len(p) < 3 || !strings.HasPrefix(p[0], "/home2/") || !slices.Equal(p[len(p)-2:], []string{"/usr/lib", "/lib"}) {
			t.Errorf("%s: library path %q", path, p)
		}
		if diff := cmp.Diff([]xcoff.ImportFile{want.libc}, f.Libraries()); diff != "" {
			t.Errorf("%s: libraries, -want +got:\n%s", path, diff)
		}
		imports, _ := xcoff.DiffImports(f.Imports(), nil)
		var names []string
		for _, i := range imports {
			names = append(names, fmt.Sprint(i.Symbol, " ", i.Class))
		}
		if diff := cmp.Diff(want.imports, strings.Join(names, ", ")); diff != "" {
			t.Errorf("%s: imports, -want +got:\n%s", path, diff)
		}
	}
}

// TestForeignReaderPrograms compares our reading of whole programs: the two of AIX's own linker, and one of Go's.
func TestForeignReaderPrograms(t *testing.T) {
	t.Parallel()
	need(t, readobj)
	for _, path := range append(aixPrograms(t), buildGo(t)) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if _, err := os.Stat(path); err != nil {
				t.Skipf("%v: not compared with what AIX linked", err)
			}
			compareWithForeign(t, path)
		})
	}
}

// TestGNUObjdump compares our reading of the sections with that of a second foreign reader.
func TestGNUObjdump(t *testing.T) {
	t.Parallel()
	type section struct {
		Name                   string
		Size, VMA, LMA, Offset uint64
	}
	for _, path := range append(aixPrograms(t), "testdata/object32.o", "testdata/program32", "testdata/program64") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Logf("%v: not compared", err)
			continue
		}
		out, err := exec.Command("objdump", "-h", path).Output()
		if err != nil {
			t.Skipf("objdump -h %s: %v; no objdump here reads XCOFF (Debian: binutils-multiarch)", path, err)
		}
		f, err := xcoff.NewFile(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		var theirs, ours []section
		for line := range strings.Lines(string(out)) {
			var s section
			var number int
			if n, _ := fmt.Sscanf(line, "%d %s %x %x %x %x", &number, &s.Name, &s.Size, &s.VMA, &s.LMA, &s.Offset); n == 6 {
				theirs = append(theirs, s)
			}
		}
		for _, s := range f.Sections {
			ours = append(ours, section{s.Name, s.Size, s.VirtualAddress, s.PhysicalAddress, s.Offset})
		}
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("%s, -objdump +ours:\n%s", path, diff)
		}
	}
}

// TestGoProgram reads what Go's linker makes: its programs run on AIX, too.
func TestGoProgram(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(buildGo(t))
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
	libraries := []xcoff.ImportFile{{Base: "libc.a", Member: "shr_64.o"}, {Base: "libpthread.a", Member: "shr_xpg5_64.o"}}
	if diff := cmp.Diff(libraries, f.Libraries()); diff != "" {
		t.Errorf("libraries, -want +got:\n%s", diff)
	}
	if want := (xcoff.Import{Symbol: "__n_pthreads", From: libraries[1], Class: xcoff.ClassDS}); !slices.Contains(f.Imports(), want) {
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
