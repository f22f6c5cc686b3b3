package objects

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// clang stands for one whose result, before it optimizes as after that, is what is in the file itself and what it uses of the headers, which the file says.
const clang = `#!/bin/sh
here=${0%/*}
case " $* " in *" -v "*)
	printf '#include "..." search starts here:\n#include <...> search starts here:\n %s\nEnd of search list.\n' "$here/ssl" >&2
	exit ;;
esac
kind=object
while [ $# -gt 0 ]; do
	case $1 in
	-MF) list=$2; shift ;;
	-o) out=$2; shift ;;
	-emit-llvm) kind=core; [ ! -e "$here/stops" ] || exit 1 ;;
	-x) kind=end; [ ! -e "$here/breaks" ] || exit 1 ;;
	*.c) from=$1 ;;
	esac
	shift
done
echo "$kind" >>$here/ran
if [ $kind = end ]; then
	(echo object; sed 1d $out.core) >$out
	exit
fi
echo "$out: $from $here/ssl/ssl.h" >$list
(echo "$kind"; cat $from; grep used $here/ssl/ssl.h) >$out
`

// TestTwin compiles for a level, whose headers then become those of another.
func TestTwin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		varies  string
		change  func(s *site)
		first   string // what is run for the first level, and then
		then    string
		inStore bool // the object of the first is taken
	}{
		{"what is not used", "bin/ssl", func(s *site) { s.write("bin/ssl/ssl.h", "used 1\nother 2\n") }, "object\ncore\n", "core\n", true},
		{"what is used", "bin/ssl", func(s *site) { s.write("bin/ssl/ssl.h", "used 2\nother 1\n") }, "object\ncore\n", "core\nend\n", false},
		{"what is used, and there is no second step", "bin/ssl", func(s *site) {
			s.write("bin/ssl/ssl.h", "used 2\nother 1\n")
			s.write("bin/breaks", "")
		}, "object\ncore\n", "core\nobject\n", false},
		{"the file itself", "bin/ssl", func(s *site) { s.write("obj/a.c", "#include <ssl.h>\nint b;\n") }, "object\ncore\n", "object\ncore\n", false},
		{"one target alone", "", func(s *site) { s.write("bin/ssl/ssl.h", "used 1\nother 2\n") }, "object\n", "object\n", true},
		{"other headers vary", "bin/other", func(s *site) { s.write("bin/ssl/ssl.h", "used 1\nother 2\n") }, "object\n", "object\n", true},
		{"it does not come to an end", "bin/ssl", func(s *site) {
			s.write("bin/ssl/ssl.h", "used 1\nother 2\n")
			s.write("bin/stops", "")
		}, "object\ncore\n", "object\n", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.write("bin/cc", clang)
			s.write("bin/ssl/ssl.h", "used 1\nother 1\n")
			s.write("obj/a.c", "#include <ssl.h>\nint a;\n")
			compile := func() (object, ran string) {
				t.Helper()
				store := s.store()
				if test.varies != "" {
					store.Varies = filepath.Join(s.dir, test.varies)
				}
				object, _ = s.compile(store)
				ran = s.read("bin/ran")
				if err := os.RemoveAll(filepath.Join(s.dir, "bin/ran")); err != nil {
					t.Fatal(err)
				}
				return object, ran
			}
			first, ran := compile()
			if ran != test.first {
				t.Errorf("for the first level ran %q, want %q", ran, test.first)
			}
			test.change(s)
			second, ran := compile()
			if ran != test.then || (second == first) != test.inStore {
				t.Errorf("for the second level ran %q and got %q, want %q; the first got %q", ran, second, test.then, first)
			}
			if again, ran := compile(); ran != "" || again != second {
				t.Errorf("once more ran %q and got %q, want nothing and %q", ran, again, second)
			}
			if left, _ := filepath.Glob(filepath.Join(s.dir, "obj/a.o*")); left != nil {
				t.Errorf("%v is left", left)
			}
		})
	}
}

// TestTwoSteps compiles two files of one directory that read what varies: the second goes in two steps, as most of them do, to the same object and log as
// in one.
func TestTwoSteps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write("bin/cc", clang)
	s.write("bin/ssl/ssl.h", "used 1\nother 1\n")
	s.write("obj/a.c", "#include <ssl.h>\nint a;\n")
	s.write("obj/b.c", "#include <ssl.h>\nint b;\n")
	file := func(name string) host.Cmd {
		c := s.cmd()
		c.Argv = append(c.Argv[:len(c.Argv)-2], name+".o", name+".c")
		return c
	}
	if err := s.store().Compile(t.Context(), file("b")); err != nil {
		t.Fatal(err)
	}
	whole := s.read("obj/b.o")
	if err := os.RemoveAll(s.kept); err != nil {
		t.Fatal(err)
	}
	several := s.store()
	several.Varies = filepath.Join(s.dir, "bin/ssl")
	for _, name := range []string{"a", "b"} {
		if err := several.Compile(t.Context(), file(name)); err != nil {
			t.Fatal(err)
		}
	}
	if ran, want := s.read("bin/ran"), "object\nobject\ncore\ncore\nend\n"; ran != want {
		t.Errorf("ran %q, want %q", ran, want)
	}
	if got := s.read("obj/b.o"); got != whole {
		t.Errorf("in two steps %q, in one %q", got, whole)
	}
	if log := s.read("log"); !strings.Contains(log, "(in two steps) $ cd "+s.dir) || !strings.HasSuffix(log, "-o b.o b.c\n") {
		t.Errorf("the log does not tell of two steps:\n%s", log)
	}
}

// twoStepsCode has what a compiler may put in another order, or leave out: tables, literals, inline functions, a switch, a call of what may be built in.
const twoStepsCode = `#include <stddef.h>
extern int printf(const char *, ...);
extern void *memcpy(void *, const void *, size_t);
typedef struct { const char *name; int (*call)(int); long wide; } row;
static inline int twice(int n) { return n * 2; }
static int other(int n) { return n ? other(n - 1) + twice(n) : 3; }
static const row rows[] = {{"first", twice, 1L << 20}, {"second", other, -1}, {0, 0, 0}};
static char kept[64];
__attribute__((visibility("hidden"))) int hidden = 7;
int find(const char *name, int n)
{
	for (const row *r = rows; r->name; r++) {
		size_t i = 0;
		while (name[i] && name[i] == r->name[i]) i++;
		if (name[i] == r->name[i]) {
			memcpy(kept, r, sizeof *r);
			switch (n) {
			case 0: return printf("%s %d\n", name, hidden);
			case 1: case 2: case 3: return r->call(n);
			case 4: return (int)(r->wide / n);
			case 5: return kept[n];
			}
			return __func__[n % 4];
		}
	}
	return (int)(n * 1.5);
}
`

// TestTwoStepsOfClang has the real one make an object in one step and in two, in both widths and as they are optimized.
func TestTwoStepsOfClang(t *testing.T) {
	t.Parallel()
	compiler, err := exec.LookPath("clang-19")
	if err != nil {
		t.Skipf("%v; \"mage test\" installs it", err)
	}
	for _, test := range []struct{ target, options string }{
		{"powerpc-ibm-aix6.1", "-O2"},
		{"powerpc64-ibm-aix7.2", "-mcpu=ppc64 -O2 -fno-strict-aliasing"},
		{"powerpc64-ibm-aix7.3", "-O0 -fPIC"},
	} {
		t.Run(test.target, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.write("bin/cc", "#!/bin/sh\nexec "+compiler+" --target="+test.target+" -ffreestanding \"$@\"\n")
			s.write("obj/a.c", twoStepsCode)
			store, dir := s.store(), filepath.Join(s.dir, "obj")
			argv := append(append([]string{filepath.Join(s.dir, "bin/cc")}, strings.Fields(test.options)...), "-c", "-o", "a.o", "a.c")
			cmd, ok := Parse(argv)
			if !ok {
				t.Fatalf("%q is not read as a command that compiles", argv)
			}
			c := host.Cmd{Argv: argv, Dir: dir}
			if err := store.Machine.Run(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			whole := s.read("obj/a.o")
			made, err := store.begin(t.Context(), c, cmd)
			if err != nil || made == nil {
				t.Fatalf("the first step: %v", err)
			}
			if err := os.Remove(filepath.Join(dir, "a.o")); err != nil {
				t.Fatal(err)
			}
			if r, err := store.end(t.Context(), c, cmd, made); err != nil || r == nil {
				t.Fatalf("the second step: %v", err)
			}
			if got := s.read("obj/a.o"); got != whole {
				t.Errorf("two steps make other %d bytes than one, which makes %d", len(got), len(whole))
			}
		})
	}
}
