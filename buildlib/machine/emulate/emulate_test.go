package emulate

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// shared holds the loader of all tests.
var shared *cache.Cache

func TestMain(m *testing.M) {
	flags = append(flags, "-Werror") // users have other compilers, which may warn of other things
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "emulate-")
		if err != nil {
			log.Print(err)
			return 1
		}
		defer os.RemoveAll(dir)
		shared = cache.Open(dir, nil)
		return m.Run()
	}())
}

func sdk() fs.FS { return os.DirFS("../cross/sdk") }

// The levels that test programs are made for, by the width that runs them.
var levels = map[*width]string{wide: "aix7.2-64", narrow: "aix6.1-32"}

// emulator is one that can run programs of a width; without the commands for it the test is skipped.
func emulator(t *testing.T, w *width) *Emulator {
	t.Helper()
	if testing.Short() && w == narrow {
		t.Skip("the short tests run programs of 64 bits alone")
	}
	m := host.NewLocal(os.Environ())
	for _, command := range []string{w.qemu, w.compiler} {
		if _, err := host.LookPath(t.Context(), m, command); err != nil {
			t.Skipf("%v; apt-get install qemu-user %s", err, w.packages)
		}
	}
	return &Emulator{Machine: m, Cache: shared, SDK: sdk()}
}

// inBoth runs a test in both widths.
func inBoth(t *testing.T, test func(*testing.T, *width)) {
	for w, level := range levels {
		t.Run(level, func(t *testing.T) { test(t, w) })
	}
}

// toolchains are the machines that compile for AIX, with what "mage cross:setup" has built.
var toolchains = map[*width]func() (*host.Local, error){
	wide:   sync.OnceValues(func() (*host.Local, error) { return toolchain(levels[wide]) }),
	narrow: sync.OnceValues(func() (*host.Local, error) { return toolchain(levels[narrow]) }),
}

func toolchain(name string) (*host.Local, error) {
	level, err := target.Parse(name)
	if err != nil {
		return nil, err
	}
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	b := &cross.Builder{Machine: host.NewLocal(os.Environ()), Environ: os.Environ(), Cache: cache.Open(cache.UserDir(os.Getenv), silent), Jobs: 1, Log: silent}
	tc, err := b.Toolchain(context.Background(), level, "")
	if err != nil {
		return nil, err
	}
	return tc.Machine(os.Environ()), nil
}

// compiled is a test program, compiled and linked for AIX; it becomes root/bin/NAME.
func compiled(t *testing.T, w *width, root, name string, flags ...string) {
	t.Helper()
	machine, err := toolchains[w]()
	if errors.Is(err, cross.ErrAbsent) {
		t.Skipf("%v\nrun: go tool mage cross:setup", err)
	} else if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(root, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	argv := append([]string{"clang", "-std=gnu17", "-O1", "-Wall", "-Wextra", "-Werror", name + ".c", "-o", filepath.Join(bin, name)}, flags...)
	if err := machine.Run(t.Context(), host.Cmd{Argv: argv, Dir: "testdata"}); err != nil {
		t.Fatal(err)
	}
}

// libc is where functions come from.
var libc = map[*width]string{wide: "libc.a(shr_64.o)", narrow: "libc.a(shr.o)"}

// result is how a run ended.
type result struct {
	status         int
	stdout, stderr string
}

func (e *Emulator) try(ctx context.Context, r Request) (result, error) {
	var stdout, stderr strings.Builder
	r.Stdout, r.Stderr = &stdout, &stderr
	err := e.Run(ctx, r)
	exit, ok := errors.AsType[*host.ExitError](err)
	if ok {
		return result{exit.Status, stdout.String(), stderr.String()}, nil
	}
	return result{0, stdout.String(), stderr.String()}, err
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, name string) {
	t.Helper()
	if err := os.Symlink(to, name); err != nil {
		t.Fatal(err)
	}
}

// Each program checks one group of calls from inside; what it prints is either the checks that failed, or "passed".
func TestPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("runs without -short")
	}
	inBoth(t, testPrograms)
}

func testPrograms(t *testing.T, w *width) {
	tests := map[string]struct {
		flags []string
		args  []string
		want  result
	}{
		"start":   {args: []string{"one", "two words"}, want: result{status: 7, stdout: "passed\natexit\n"}},
		"error":   {want: result{stdout: "passed\n"}},
		"file":    {want: result{stdout: "passed\n"}},
		"signal":  {want: result{stdout: "passed\n"}},
		"process": {want: result{stdout: "passed\n"}},
		"socket":  {want: result{stdout: "passed\n"}},
		"name":    {want: result{stdout: "passed\n"}},
		"text":    {want: result{stdout: "passed\n"}},
		"dbm":     {flags: []string{"-ldbm"}, want: result{stdout: "passed\n"}},
		"thread":  {flags: []string{"-lpthreads"}, want: result{stdout: "passed\n"}},
		"missing": {want: result{Missing, "before\n", "emulate: the program called gai_strerror of " + libc[w] + ", which is missing here\n"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e, root := emulator(t, w), filepath.Join(t.TempDir(), strings.Repeat("long", 30)) // longer than a local socket's path may be
			compiled(t, w, root, name, test.flags...)
			write(t, filepath.Join(root, "etc/hosts"), "127.0.0.1 loopback localhost\n192.0.2.25\tmail.example.com mail # the relay\n2001:db8::25 six\n")
			write(t, filepath.Join(root, "etc/services"), "# for tests\nsmtp 2525/tcp mail\n")
			write(t, filepath.Join(root, "etc/passwd"), "root:!:0:0::/:/usr/bin/ksh\nalice:!:1001:20:Alice A.:/home/alice:/usr/bin/ksh\nnobody:!:4294967294:4294967294::/:\n")
			write(t, filepath.Join(root, "etc/group"), "system:!:0:root\nstaff:!:20:root,alice\n")
			write(t, filepath.Join(root, "var/log/syslog"), "")
			link(t, "/etc", filepath.Join(root, "link"))
			link(t, "../../../../etc", filepath.Join(root, "out"))
			link(t, "loop", filepath.Join(root, "loop"))
			link(t, "/etc/new", filepath.Join(root, "dangling"))
			got, err := e.try(t.Context(), Request{Root: root, Program: "bin/" + name, Args: test.args, Env: []string{"GREETING=hello", "TZ=CET-1CEST,M3.5.0,M10.5.0/3"}})
			if err != nil || got != test.want {
				t.Errorf("Run() = %+v, %v, want %+v", got, err, test.want)
			}
			if name != "text" {
				return
			}
			// What syslogd would have written.
			text, err := os.ReadFile(filepath.Join(root, "var/log/syslog"))
			if err != nil || !strings.Contains(string(text), " aix.example.com mail:err text[") || !strings.Contains(string(text), "]: number 5: Connection timed out\n") {
				t.Errorf("log = %q, %v, want the line of syslog", text, err)
			}
		})
	}
}

// A program that gives up root's rights still gets at its files and at other programs, though neither the root nor the loader's cache is open
// to others.
func TestRightsGivenUp(t *testing.T) { inBoth(t, testRightsGivenUp) }

func testRightsGivenUp(t *testing.T, w *width) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	e, private := emulator(t, w), t.TempDir()
	root := filepath.Join(private, "root")
	compiled(t, w, root, "rights")
	write(t, filepath.Join(root, "etc/file"), "")
	for _, dir := range []string{private, shared.Dir} {
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	got, err := e.try(t.Context(), Request{Root: root, Program: "/bin/rights"})
	if want := (result{stdout: "passed\n"}); err != nil || got != want {
		t.Errorf("Run() = %+v, %v, want %+v", got, err, want)
	}
}

// A program that is linked where the loader itself stands is moved, as AIX moves programs.
func TestMoved(t *testing.T) { inBoth(t, testMoved) }

func testMoved(t *testing.T, w *width) {
	e, root := emulator(t, w), t.TempDir()
	at := map[*width]string{wide: "0x10000000", narrow: "0x50000000"}[w]
	compiled(t, w, root, "start", "-Wl,-bpT:"+at, "-Wl,-bpD:0x20000000")
	got, err := e.try(t.Context(), Request{Root: root, Program: "/bin/start", Args: []string{"one", "two words"}, Env: []string{"GREETING=hello"}})
	if want := (result{status: 7, stdout: "passed\natexit\n"}); err != nil || got != want {
		t.Errorf("Run() = %+v, %v, want %+v", got, err, want)
	}
}

// A call with more arguments than the loader can move ends the program, and overwrites nothing.
func TestManyArguments(t *testing.T) {
	e, root := emulator(t, narrow), t.TempDir()
	compiled(t, narrow, root, "format", "-Wno-format-security", "-Wno-format-nonliteral")
	got, err := e.try(t.Context(), Request{Root: root, Program: "/bin/format"})
	if want := "emulate: too many arguments for the format %d%d"; err != nil || got.status != Refused || !strings.HasPrefix(got.stderr, want) {
		t.Errorf("Run() = %+v, %v, want status %d and %q", got, err, Refused, want)
	}
}

// An object that is missing cannot wait for a call: the program would read whatever stood there.
func TestMissingObject(t *testing.T) { inBoth(t, testMissingObject) }

func testMissingObject(t *testing.T, w *width) {
	e, root := emulator(t, w), t.TempDir()
	write(t, filepath.Join(root, "more.exp"), "#! "+libc[w]+"\nsys_nerr\n")
	compiled(t, w, root, "object", filepath.Join(root, "more.exp"))
	got, err := e.try(t.Context(), Request{Root: root, Program: "/bin/object"})
	if err != nil || got.status != Refused || !strings.Contains(got.stderr, "/bin/object imports sys_nerr of "+libc[w]) {
		t.Errorf("Run() = %+v, %v, want status %d and the name sys_nerr", got, err, Refused)
	}
}

func TestCommandsAreMissing(t *testing.T) {
	e := &Emulator{Machine: host.NewLocal([]string{"PATH=" + t.TempDir()}), Cache: cache.Open(t.TempDir(), nil), SDK: sdk()}
	err := e.Run(t.Context(), Request{Root: t.TempDir(), Program: "/bin/x"})
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != "emulate-missing" || !strings.Contains(f.Do, "qemu-user") {
		t.Errorf("Run() = %v, want a fault that names the package qemu-user", err)
	}
}

func TestNoRoot(t *testing.T) {
	e := emulator(t, wide)
	for _, root := range []string{filepath.Join(t.TempDir(), "none"), "emulate_test.go"} {
		if err := e.Run(t.Context(), Request{Root: root, Program: "/bin/x"}); fault.Code(err) != "emulate-root" {
			t.Errorf("Run() in %s = %v, want a fault emulate-root", root, err)
		}
	}
}

// standIn makes a library for Linux.
func standIn(t *testing.T, e *Emulator, w *width, dir, name string) {
	t.Helper()
	object := filepath.Join(dir, name+".o")
	for _, argv := range [][]string{
		{"mkdir", "-p", filepath.Join(dir, "lib")},
		{w.compiler, "-O1", "-Wall", "-Werror", "-c", "testdata/linux/" + name + ".c", "-o", object},
		{w.tool("ar"), "rc", filepath.Join(dir, "lib", name+".a"), object},
	} {
		if err := e.Machine.Run(t.Context(), host.Cmd{Argv: argv}); err != nil {
			t.Fatal(err)
		}
	}
}

// keep puts libraries where [Emulator.MakeLibraries] does.
func keep(t *testing.T, e *Emulator, w *width, made string) (dir string) {
	t.Helper()
	if dir, made, err := e.LibraryDir(t.Context(), w.bits); made || err != nil {
		t.Fatalf("LibraryDir() = %s, %v, %v before there are any", dir, made, err)
	}
	key, err := e.libraryKey(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	dir, err = e.Cache.Once(t.Context(), w.libraries(), key, func(dir string) error { return os.CopyFS(dir, os.DirFS(made)) })
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// A library of Linux's stands for AIX's of the same name, and sees the program's files.
func TestLibraries(t *testing.T) {
	if testing.Short() {
		t.Skip("runs without -short")
	}
	inBoth(t, testLibraries)
}

func testLibraries(t *testing.T, w *width) {
	e, root := emulator(t, w), t.TempDir()
	e.Cache = cache.Open(t.TempDir(), nil)
	list := filepath.Join(root, "list.exp")
	write(t, list, "#! libsasl2.a(libsasl2.so.3)\nsasl_client_init\nsasl_server_init\n")
	compiled(t, w, root, "sasl", list)
	dir := filepath.Join(e.Cache.Dir, "made")
	standIn(t, e, w, dir, "libsasl2")
	standIn(t, e, w, dir, "libssl")
	write(t, filepath.Join(root, "etc/sasl.conf"), "4711\n")
	without, err := e.loader(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	at := keep(t, e, w, dir)
	with, err := e.loader(t.Context(), w)
	if err != nil || with == without {
		t.Fatalf("loader() = %s, %v, with libraries as without", with, err)
	}
	got, err := e.try(t.Context(), Request{Root: root, Program: "/bin/sasl"})
	want := result{Missing, "4711\n", "emulate: the program called sasl_server_init of libsasl2.a(libsasl2.so.3), which is missing here\n"}
	if err != nil || got != want {
		t.Errorf("Run() = %+v, %v, want %+v", got, err, want)
	}

	// They call the program back.
	write(t, filepath.Join(root, "back.exp"), "#! libsasl2.a(libsasl2.so.3)\nsasl_client_new\nsasl_set_alloc\n"+
		"#! libssl.a(libssl.so.3)\nSSL_CTX_set_options\nSSL_CTX_set_verify\nSSL_connect\n")
	compiled(t, w, root, "callback", filepath.Join(root, "back.exp"))
	got, err = e.try(t.Context(), Request{Root: root, Program: "/bin/callback"})
	if want := (result{stdout: "passed\n"}); err != nil || got != want {
		t.Errorf("Run() of what is called back = %+v, %v, want %+v", got, err, want)
	}

	// Another release of the library is another library.
	write(t, list, "#! libsasl2.a(libsasl2.so.2)\nsasl_client_init\nsasl_server_init\n")
	compiled(t, w, root, "sasl", list)
	got, err = e.try(t.Context(), Request{Root: root, Program: "/bin/sasl"})
	want = result{Missing, "", "emulate: the program called sasl_client_init of libsasl2.a(libsasl2.so.2), which is missing here\n"}
	if err != nil || got != want {
		t.Errorf("Run() = %+v, %v, want %+v", got, err, want)
	}

	// What lies in the cache is what was put there: a damaged loader is made anew, damaged libraries are none.
	if err := os.Truncate(with, 1000); err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	log := logrus.New()
	log.SetOutput(&told)
	e.Cache.Log = log
	if got, err = e.try(t.Context(), Request{Root: root, Program: "/bin/callback"}); err != nil || got != (result{stdout: "passed\n"}) {
		t.Errorf("Run() by a loader that was damaged = %+v, %v", got, err)
	}
	if !strings.Contains(told.String(), "damaged") || !strings.Contains(told.String(), filepath.Dir(with)) || !strings.Contains(told.String(), loaderName) {
		t.Errorf("of a loader that was damaged it is told: %s", &told)
	}
	write(t, filepath.Join(at, "lib/libssl.a"), "!<arch>\n")
	if _, made, err := e.LibraryDir(t.Context(), w.bits); made || err != nil {
		t.Errorf("LibraryDir() = %v, %v with a library that is another one", made, err)
	}
	if again, err := e.loader(t.Context(), w); again != without || err != nil {
		t.Errorf("loader() = %s, %v with damaged libraries, want %s", again, err, without)
	}
}

// Go's own linker writes XCOFF as well. Its programs take more of AIX than sendmail does, but they are loaded and entered.
func TestGoProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("Go's runtime is compiled for AIX first")
	}
	e, root := emulator(t, wide), t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module x\n")
	write(t, filepath.Join(root, "x.go"), "package main\n\nfunc main() { println(1) }\n")
	err := e.Machine.Run(t.Context(), host.Cmd{
		Argv: []string{"go", "build", "-o", "x", "."}, Dir: root, Env: []string{"GOOS=aix", "GOARCH=ppc64", "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.try(t.Context(), Request{Root: root, Program: "/x", CPU: "power8"}) // which Go compiles for
	if err != nil || got.status != Missing || !strings.HasSuffix(got.stderr, " of libc.a(shr_64.o), which is missing here\n") {
		t.Errorf("Run() = %+v, %v, want status %d after a function of libc", got, err, Missing)
	}
}

// The loader is made once of the same text.
func TestCached(t *testing.T) {
	e, w := emulator(t, wide), wide
	first, err := e.loader(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	again, err := e.loader(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(again)
	if err != nil || again != first || !os.SameFile(before, after) {
		t.Errorf("the second loader is %s, %v, want %s as it was", again, err, first)
	}
	if left, err := filepath.Glob(filepath.Join(shared.Dir, "emulate/work-*")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
