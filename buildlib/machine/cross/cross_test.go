package cross

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// user is a Builder with the cache of the user who runs the test, for what takes minutes to build.
func user(t *testing.T) *Builder {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	return &Builder{Machine: host.NewLocal(os.Environ()), Environ: os.Environ(), Cache: cache.Open(cache.UserDir(os.Getenv), log), Jobs: 1, Log: log}
}

func toolchain(t *testing.T, b *Builder, name, sysroot string) *Toolchain {
	t.Helper()
	to, err := target.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	tc, err := b.Toolchain(t.Context(), to, sysroot)
	if errors.Is(err, ErrAbsent) {
		t.Skipf("%v; \"mage cross:setup\" makes it", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tc
}

// link compiles and links a program with the toolchain, and reads it.
func link(t *testing.T, tc *Toolchain, source string) *xcoff.File {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "program.c"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := tc.Machine(os.Environ()).Run(t.Context(), host.Cmd{Argv: []string{"clang", "-O2", "-o", "program", "program.c"}, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "program"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := xcoff.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// demanding has what makes compilers call functions that nobody wrote down: copies, fills, a division of 64 bits.
const demanding = `#include <setjmp.h>
#include <stdio.h>
struct big { char text[3000]; };
struct big a, b;
jmp_buf place;
int main(int argc, char **argv)
{
	long long n = argc;
	struct big local = {{0}};
	local.text[argc] = argv[0][0];
	a = local;
	n = argc * 7;
	if (setjmp(place) == 0 && n > 50)
		longjmp(place, 1);
	return printf("%lld %s\n", 1000000007LL * argc / n, a.text) < 0;
}
`

var names = []string{"aix6.1-32", "aix7.3-64"}

func TestToolchain(t *testing.T) {
	b := user(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			tc := toolchain(t, b, name, "")
			f := link(t, tc, demanding)
			width, member, start := 64, "shr_64.o", "__n_pthreads"
			if strings.HasSuffix(name, "32") {
				width, member, start = 32, "shr.o", "__crt0v"
			}
			if f.Width != width || f.TimeStamp != 0 || !tc.SDK {
				t.Errorf("width %d, time %d, SDK %v; want %d, 0, true", f.Width, f.TimeStamp, tc.SDK, width)
			}
			if diff := cmp.Diff([]string{"/usr/lib", "/lib"}, f.LibraryPath()); diff != "" {
				t.Errorf("library path (-want +got):\n%s", diff)
			}
			var got []string
			for _, i := range f.Imports() {
				got = append(got, fmt.Sprintf("%s %s", i.From, i.Symbol))
			}
			slices.Sort(got)
			// What the compiler calls is in the program; sigprocmask belongs to setjmp.
			var want []string
			for _, symbol := range []string{"_Errno", start, "__mod_init", "exit", "printf", "sigprocmask"} {
				want = append(want, fmt.Sprintf("libc.a(%s) %s", member, symbol))
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("imports (-want +got):\n%s", diff)
			}
		})
	}
}

// TestProcessor sees what the objects are made for in an instruction that POWER7 has and older processors have not, and that a processor which
// AIX does not run on is refused.
func TestProcessor(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	b := user(t)
	const source = "int main(int n, char **v) { return __builtin_popcountl(n * 5L) + v[0][0]; }\n"
	for _, test := range []struct {
		target, processor string
		popcount          bool // whether clang counts bits with one instruction
		refused           bool
	}{
		{"aix6.1-32", "", false, false},
		{"aix6.1-32", "pwr7", true, false},
		{"aix7.3-64", "", false, false},
		{"aix7.3-64", "pwr7", true, false},
		{"aix7.3-64", "pwr99", false, true},
	} {
		t.Run(test.target+" "+test.processor, func(t *testing.T) {
			t.Parallel()
			to, err := target.Parse(test.target)
			if err != nil {
				t.Fatal(err)
			}
			to.Processor = test.processor
			tc, err := b.Toolchain(t.Context(), to, "")
			if errors.Is(err, ErrAbsent) {
				t.Skipf("%v; \"mage cross:setup\" makes it", err)
			}
			if f, ok := errors.AsType[*fault.Error](err); test.refused != ok || test.refused && (f.Code != "cpu-unknown" || !strings.Contains(f.Do, "pwr7")) {
				t.Fatalf("%v; refused with the usual names: want %v", err, test.refused)
			}
			if err != nil {
				return
			}
			asm, err := tc.Machine(os.Environ()).Output(t.Context(), host.Cmd{Argv: []string{"clang", "-O2", "-S", "-x", "c", "-o", "-", "-"}, Stdin: strings.NewReader(source)})
			if got := strings.Contains(asm, "popcnt"); got != test.popcount || err != nil {
				t.Errorf("one instruction counts: %v, %v; want %v\n%s", got, err, test.popcount, asm)
			}
		})
	}
}

// A name that the SDK does not list is not linked, whatever a program declares.
func TestUnknownImport(t *testing.T) {
	tc := toolchain(t, user(t), names[1], "")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "program.c"), []byte("int unheard_of(void);\nint main(void) { return unheard_of(); }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := tc.Machine(os.Environ()).Run(t.Context(), host.Cmd{Argv: []string{"clang", "-o", "program", "program.c"}, Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "undefined reference to `.unheard_of'") {
		t.Errorf("linking a name that no library has: %v", err)
	}
}

// A sysroot may come as an archive; one of something else is told from it.
func TestSysrootArchive(t *testing.T) {
	b := user(t)
	b.Cache = cache.Open(t.TempDir(), nil)
	dir := t.TempDir()
	pack := func(name, file string) string {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte("text\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := b.Machine.Run(t.Context(), host.Cmd{Argv: []string{"tar", "cf", name, file}, Dir: dir}); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, name)
	}
	for range 2 { // the second time it is there already
		root, err := b.Sysroot(t.Context(), pack("sysroot.tar", "usr/include/own.h"))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(filepath.Join(root, "usr/include/own.h")); err != nil || string(text) != "text\n" {
			t.Errorf("own.h is %q, %v", text, err)
		}
	}
	if _, err := b.Sysroot(t.Context(), pack("other.tar", "letters/one")); fault.Code(err) != "cross-sysroot" {
		t.Errorf("an archive of letters: %v, want fault cross-sysroot", err)
	}
	for _, name := range []string{filepath.Join(dir, "letters"), filepath.Join(dir, "letters/one")} {
		_, err := b.Sysroot(t.Context(), name)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != "cross-sysroot" || f.Where != name || f.Do == "" {
			t.Errorf("%s: %v, want fault cross-sysroot that tells where, and what to do", name, err)
		}
	}
	if root, err := b.Sysroot(t.Context(), dir); root != dir || err != nil {
		t.Errorf("a directory: %s, %v; want it as it is", root, err)
	}
}

// TestSysroot takes for a copy of a real machine one that has its own header and start code. What it cannot have is brought along.
func TestSysroot(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	b := user(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "root")
			if err := os.CopyFS(root, os.DirFS(toolchain(t, b, name, "").Root)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, "usr/include/own.h"), []byte("#define OWN 1\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			word, bits, suffix := ".llong", "-a64", "_64"
			if strings.HasSuffix(name, "32") {
				word, bits, suffix = ".long", "-a32", ""
			}
			start := "\t.toc\n\t.csect .__start[PR], 5\n\t.globl .__start\n.__start:\n\tbl .main\n\tnop\n" +
				"\t.csect __start[DS], 3\n\t.globl __start\n__start:\n" + fmt.Sprintf("\t%[1]s .__start\n\t%[1]s TOC[tc0]\n\t%[1]s 0\n", word)
			binutils, err := b.binutils(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			as := host.Cmd{Argv: []string{filepath.Join(binutils, "as"), bits, "-o", filepath.Join(root, "usr/lib/crt0"+suffix+".o")}, Stdin: strings.NewReader(start)}
			if err := b.Machine.Run(t.Context(), as); err != nil {
				t.Fatal(err)
			}
			cached := user(t) // what belongs to this test is not left behind
			cached.Cache = cache.Open(t.TempDir(), nil)
			if err := os.Mkdir(filepath.Join(cached.Cache.Dir, "cross"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(binutils, filepath.Join(cached.Cache.Dir, "cross", filepath.Base(binutils))); err != nil {
				t.Fatal(err)
			}
			tc := toolchain(t, cached, name, root)
			f := link(t, tc, "#include <own.h>\n#include <stdio.h>\nstruct { char text[3000]; } a, b;\n"+
				"int main(int argc, char **argv) { a = b; return printf(\"%s%d\", a.text, OWN); }\n")
			var got []string
			for _, i := range f.Imports() {
				got = append(got, i.Symbol)
			}
			if diff := cmp.Diff([]string{"printf"}, got); diff != "" || tc.SDK || tc.Root != root {
				t.Errorf("SDK %v, root %s, imports (-want +got):\n%s", tc.SDK, tc.Root, diff)
			}
			if again := toolchain(t, cached, name, root); again.Bin != tc.Bin {
				t.Errorf("the same sysroot makes another toolchain, %s", again.Bin)
			}
			if err := os.WriteFile(filepath.Join(root, "usr/include/own.h"), []byte("#define OWN 22\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if changed := toolchain(t, cached, name, root); changed.Bin == tc.Bin {
				t.Error("a changed header makes no other toolchain, so no other build")
			}
		})
	}
}
