package objects

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/ctext"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// compiler stands for gcc: it looks for what is included as that does, says so, and makes an object of all that it has read. A file of its directory
// notes each compile.
const compiler = `#!/bin/sh
dirs= list= out= src= defs= words=
for word; do words="$words $word"; done
while [ $# -gt 0 ]; do
	case $1 in
	-I*) dirs="$dirs ${1#-I}" ;;
	-D*) defs="$defs $1" ;;
	-MF) list=$2; shift ;;
	-o) out=$2; shift ;;
	-v) v=1 ;;
	*.c) src=$1 ;;
	esac
	shift
done
here=${0%/*}
dirs="$dirs $here/system"
if [ "$v" ]; then
	echo "fake compiler$(cat $here/options 2>/dev/null)" >&2
	echo '#include "..." search starts here:' >&2
	echo '#include <...> search starts here:' >&2
	for d in $dirs; do echo " $d" >&2; done
	echo 'End of search list.' >&2
	exit
fi
echo x >>$here/ran
read=$src
todo=$src
text="$defs
"
while [ "$todo" ]; do
	now=$todo todo=
	for f in $now; do
		text="$text$(cat $f)
"
		for n in $(sed -n 's/^# *include [<"]\(.*\)[">].*/\1/p' $f); do
			for d in ${f%/*} $dirs; do
				[ "$d" != "$f" ] || d=.
				if [ -f $d/$n ]; then read="$read $d/$n" todo="$todo $d/$n"; break; fi
			done
		done
	done
done
[ ! "$list" ] || echo "$out: $read" >$list
echo "warning: $src is compiled" >&2
echo "$text" >$out
`

// site is a source tree, an object directory and a compiler.
type site struct {
	t    *testing.T
	dir  string
	kept string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t, t.TempDir(), filepath.Join(t.TempDir(), "kept")}
	s.write("bin/cc", compiler)
	if err := os.Chmod(filepath.Join(s.dir, "bin/cc"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("obj/a.c", "#include \"a.h\"\n#include <b.h>\nint a;\n")
	s.write("include/a.h", "#include \"deep.h\"\n#if __has_include(\"new.h\")\n#endif\n")
	s.write("include/deep.h", "int deep;\n")
	s.write("first/other.h", "int other;\n")
	s.write("bin/system/b.h", "int b;\n")
	return s
}

// write writes a file that is older than any compile.
func (s *site) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) store() *Store {
	return &Store{Dir: s.kept, Machine: host.NewLocal([]string{"PATH=" + os.Getenv("PATH")}), Compiler: "one", Secret: []string{s.dir}, slack: -1e9}
}

func (s *site) cmd(more ...string) host.Cmd {
	words := append([]string{filepath.Join(s.dir, "bin/cc"), "-O2", "-I.", "-I../first", "-I../include"}, more...)
	return host.Cmd{Argv: append(words, "-c", "-o", "a.o", "a.c"), Dir: filepath.Join(s.dir, "obj"), Log: filepath.Join(s.dir, "log")}
}

// both takes what was kept, and compiles the rest.
func both(ctx context.Context, s *Store, commands ...host.Cmd) error {
	open, err := s.Take(ctx, commands...)
	if err != nil {
		return err
	}
	return s.Compile(ctx, open...)
}

// compile compiles with a store of its own, as another run does, and returns the object and how many compiles there were.
func (s *site) compile(store *Store, more ...string) (object string, ran int) {
	s.t.Helper()
	before := len(s.read("bin/ran"))
	if err := both(s.t.Context(), store, s.cmd(more...)); err != nil {
		s.t.Fatal(err)
	}
	object = s.read("obj/a.o")
	if err := os.Remove(filepath.Join(s.dir, "obj/a.o")); err != nil {
		s.t.Fatal(err)
	}
	return object, (len(s.read("bin/ran")) - before) / 2
}

func (s *site) read(name string) string {
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	return string(text)
}

// TestCompile compiles, changes one thing, and compiles again: what was kept is taken only where the compiler would read the same. Then the thing is
// put back, and what was kept first is taken.
func TestCompile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(s *site, store *Store) (options []string)
		again  bool // it must be compiled again
	}{
		{"nothing", func(*site, *Store) []string { return nil }, false},
		{"the source", func(s *site, _ *Store) []string { s.write("obj/a.c", "#include \"a.h\"\nint changed;\n"); return nil }, true},
		{"a header of the source's", func(s *site, _ *Store) []string { s.write("include/a.h", "int changed;\n"); return nil }, true},
		{"a header's header", func(s *site, _ *Store) []string { s.write("include/deep.h", "int changed;\n"); return nil }, true},
		{"a header of the system's", func(s *site, _ *Store) []string { s.write("bin/system/b.h", "int changed;\n"); return nil }, true},
		{"a header is gone", func(s *site, _ *Store) []string {
			if err := os.Remove(filepath.Join(s.dir, "include/deep.h")); err != nil {
				s.t.Fatal(err)
			}
			return nil
		}, true},
		{"a header that comes first now", func(s *site, _ *Store) []string { s.write("first/a.h", "int first;\n"); return nil }, true},
		{"one of the system's that comes first now", func(s *site, _ *Store) []string { s.write("include/b.h", "int first;\n"); return nil }, true},
		{"one beside the source", func(s *site, _ *Store) []string { s.write("obj/deep.h", "int first;\n"); return nil }, true},
		{"one that is asked for", func(s *site, _ *Store) []string { s.write("bin/system/new.h", "int asked;\n"); return nil }, true},
		{"a header that was compiled", func(s *site, _ *Store) []string { s.write("first/a.h.gch", "gcc's\n"); return nil }, true},
		{"a file that nobody asks for", func(s *site, _ *Store) []string { s.write("first/c.h", "int c;\n"); return nil }, false},
		{"an option", func(*site, *Store) []string { return []string{"-O3"} }, true},
		{"a macro", func(*site, *Store) []string { return []string{"-DX=1"} }, true},
		{"a directory of headers", func(*site, *Store) []string { return []string{"-I../last"} }, true},
		{"the compiler", func(_ *site, store *Store) []string { store.Compiler = "two"; return nil }, true},
		{"what the compiler says of itself", func(s *site, _ *Store) []string { s.write("bin/options", "-march=other"); return nil }, true},
		{"the environment", func(_ *site, store *Store) []string { store.Env = []string{"OBJECT_MODE=64"}; return nil }, true},
		{"an option that reads something", func(*site, *Store) []string { return []string{"-fprofile-use"} }, true},
		{"options from a file", func(s *site, _ *Store) []string { s.write("bin/options", "\nConfiguration file: x"); return nil }, true},
		{"the objects are damaged", func(s *site, _ *Store) []string { s.spoil(".o"); return nil }, true},
		{"the list is damaged", func(s *site, _ *Store) []string { s.spoil(".list"); return nil }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			first, ran := s.compile(s.store())
			if again, more := s.compile(s.store()); ran != 1 || more != 0 || again != first {
				t.Fatalf("compiled %d times, then %d times to %q, want 1 and 0 to %q", ran, more, again, first)
			}
			changed := s.store()
			options := test.change(s, changed)
			object, ran := s.compile(changed, options...)
			if ran == 1 != test.again {
				t.Errorf("compiled %d times after the change, want again to be %v", ran, test.again)
			}
			none := s.store()
			none.Dir, none.Compiler, none.Env = filepath.Join(t.TempDir(), "none"), changed.Compiler, changed.Env
			if want, _ := s.compile(none, options...); object != want {
				t.Errorf("the object is %q, and made of what is there it is %q", object, want)
			}
		})
	}
}

// spoil changes a byte of each file in the store that ends so.
func (s *site) spoil(suffix string) {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.kept, "*"+suffix))
	if err != nil || len(files) == 0 {
		s.t.Fatalf("there are no files of %s to spoil: %v", suffix, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			s.t.Fatal(err)
		}
		text[len(text)/2] ^= 1
		if err := os.WriteFile(file, text, 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestElsewhere compiles the same in another directory: what was kept is taken, with what the compiler said, unless the object tells where it was made.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := &site{t, t.TempDir(), s.kept}
	if err := os.CopyFS(other.dir, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	one := func(s *site) *Store {
		store := s.store()
		store.Root = filepath.Join(s.dir, "bin")
		return store
	}

	cmd := func(s *site) host.Cmd {
		c := s.cmd()
		c.Argv[0] = "cc"
		return c
	}
	run := func(s *site) int {
		store := one(s)
		store.Machine = host.NewLocal([]string{"PATH=" + filepath.Join(s.dir, "bin") + ":" + os.Getenv("PATH")})
		before := len(s.read("bin/ran"))
		if err := both(t.Context(), store, cmd(s)); err != nil {
			t.Fatal(err)
		}
		return (len(s.read("bin/ran")) - before) / 2
	}
	if n := run(s); n != 1 {
		t.Errorf("compiled %d times at first, want 1", n)
	}
	if n := run(other); n != 0 {
		t.Errorf("compiled %d times in another directory, want 0", n)
	}
	if log := other.read("log"); !strings.Contains(log, "(kept from before) $ cd ") || !strings.Contains(log, "warning: a.c is compiled") {
		t.Errorf("the log does not tell what was taken, and what the compiler said: %q", log)
	}
	for _, s := range []*site{s, other} {
		s.write("include/deep.h", "char where[] = \""+s.dir+"\";\n")
	}
	if n := run(s) + run(s); n != 2 {
		t.Errorf("compiled %d times to an object that names its directory, want each time", n)
	}
}

// TestSecond lets two stores work on one directory at once.
func TestSecond(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dirs := make([]string, 8)
	var all sync.WaitGroup
	for i := range dirs {
		dirs[i] = filepath.Join(s.dir, "obj", "..", "obj"+string(rune('0'+i)))
		if err := os.CopyFS(dirs[i], os.DirFS(filepath.Join(s.dir, "obj"))); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range dirs {
		all.Go(func() {
			c := s.cmd()
			c.Dir, c.Log = dir, ""
			if err := both(t.Context(), s.store(), c); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, dir := range dirs {
		if object, err := os.ReadFile(filepath.Join(dir, "a.o")); err != nil || !strings.Contains(string(object), "int a;") {
			t.Errorf("the object in %s is %q, %v", dir, object, err)
		}
	}
	if _, ran := s.compile(s.store()); ran != 0 {
		t.Errorf("compiled %d times after all were done, want 0", ran)
	}
	if half, _ := filepath.Glob(filepath.Join(s.kept, ".half-*")); half != nil {
		t.Errorf("there are halves left: %v", half)
	}
}

// TestLevels has a macro that is another one for each level: it counts where a file may name it.
func TestLevels(t *testing.T) {
	t.Parallel()
	levels := []string{"_AIX71", "_AIX72"}
	for _, test := range []struct {
		text string
		want bool
	}{
		{"int a;\n", false},
		{"#ifdef _AIX\n#define P(a, b) a##b\n#endif /* _AIX */\n", false},
		{"#if defined(_AIX) && defined _AIX\nint a = x##y;\n", false},
		{"#if _AIX\nx##y\n", false},
		{"#ifdef _AIX72\n", true},
		{"#if defined(_AIX71)\n", true},
		{"#undef _AIX71\n", true},
		{"int a = _AIX\\\n72;\n", true},
		{"int a; /* _AIX72 */ // _AIX71\n", false},
		{"char *s = \"_AIX72 _AIX\"; x##y\n", false},
		{"char c = '\"'; int a = _AIX72;\n", true},
		{"#define L(n) _AIX##n\n", true},
		{"#define L(a, b) a##b\n#if L(_AIX, 72)\n", true},
		{"#define L(a, b) a%:%:b\nint x = L(_A, IX72);\n", true},
		{"int _AIX;\n", false}, // nothing is put together here
		{"int _AIX5; x##y\n", false},
	} {
		s := &Store{Levels: levels}
		if got := s.mayNameLevel([]*text{{facts: ctext.Scan(test.text, levels)}}); got != test.want {
			t.Errorf("mayNameLevel(%q) = %v, want %v", test.text, got, test.want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		line  string
		ok    bool
		plain bool
	}{
		{`cc -O2 -I. -D_PATH=\"/etc/x\" -c -o a.o a.c`, true, true},
		{`cc -O2 -idirafter /opt/include -c a.c -o a.o`, true, true},
		{`cc -g -c -o a.o a.c`, true, false},
		{`cc -O2 -Wp,-MD,x -c -o a.o a.c`, true, false},
		{`cc -O2 -include x.h -c -o a.o a.c`, true, false},
		{`cc -O2 -c -o b.o a.c`, false, false},
		{`cc -O2 -c -o a.o a.c b.c`, false, false},
		{`cc -O2 -c -o a.o ../a.c`, false, false},
		{`cc -O2 -o a a.c x`, false, false},
		{`cc -O2 -c -o a.o a.c; rm x`, false, false},
		{"cc -O2 -D`date` -c -o a.o a.c", false, false},
		{`X=1 cc -O2 -c -o a.o a.c`, false, false},
	} {
		words, err := host.Words(test.line)
		ok := err == nil
		var c *Command
		if ok {
			c, ok = Parse(words)
		}
		if plain := ok && c.isPlain(); ok != test.ok || plain != test.plain {
			t.Errorf("Parse(%q) = %v, plain %v, want %v, %v", test.line, ok, plain, test.ok, test.plain)
		}
	}
}

// TestRestore makes a directory as one was elsewhere that was made of the same.
func TestRestore(t *testing.T) {
	t.Parallel()
	kept, one, two := t.TempDir(), t.TempDir(), t.TempDir()
	places := func(root string) []string { return []string{root + "/source", root + "/objects"} }
	dir := func(root string) string { return filepath.Join(root, "made") }
	if err := errors.Join(os.Mkdir(dir(one), 0o755), os.WriteFile(filepath.Join(dir(one), "Makefile"), []byte("S= "+one+"/source/x "+one+"/objects\n"), 0o644),
		os.Symlink(one+"/source//a.c", filepath.Join(dir(one), "a.c"))); err != nil {
		t.Fatal(err)
	}
	s := &Store{Dir: kept}
	s.Remember(dir(one), places(one), "key", "1")
	if s.Restore(dir(two), places(two), "key", "2") {
		t.Error("made of another key")
	}
	if !s.Restore(dir(two), places(two), "key", "1") {
		t.Fatal("not made of its key")
	}
	text, err := os.ReadFile(filepath.Join(dir(two), "Makefile"))
	to, linkErr := os.Readlink(filepath.Join(dir(two), "a.c"))
	if want := "S= " + two + "/source/x " + two + "/objects\n"; string(text) != want || to != two+"/source//a.c" || err != nil || linkErr != nil {
		t.Errorf("made %q and a link to %s, %v, %v, want %q", text, to, err, linkErr, want)
	}
	if s.Restore(dir(two), places(two), "key", "1") {
		t.Error("made over another one")
	}
	if err := os.Mkdir(filepath.Join(dir(one), "more"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.Remember(dir(one), places(one), "key", "3")
	if s.Restore(dir(t.TempDir()), places(two), "key", "3") {
		t.Error("kept what has a directory in it")
	}
	(&site{t: t, kept: kept}).spoil(".made")
	if s.Restore(dir(t.TempDir()), places(two), "key", "1") {
		t.Error("made of a damaged list")
	}
}

// TestPrune: what nothing has used for long goes when something is put there, and what was taken stays.
func TestPrune(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.compile(s.store(), "-DOLD")
	s.compile(s.store(), "-DUSED")
	before, err := filepath.Glob(filepath.Join(s.kept, "*"))
	if err != nil || len(before) != 4 {
		t.Fatalf("%v, and kept are %v, want an object and a list of each", err, before)
	}
	long := time.Now().Add(-unused - time.Hour)
	for _, name := range before {
		if err := os.Chtimes(name, long, long); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		option string
		ran    int
	}{{"-DUSED", 0}, {"-DNEW", 1}, {"-DUSED", 0}, {"-DOLD", 1}} {
		if _, ran := s.compile(s.store(), step.option); ran != step.ran {
			t.Errorf("with %s %d compiles, want %d", step.option, ran, step.ran)
		}
	}
}
