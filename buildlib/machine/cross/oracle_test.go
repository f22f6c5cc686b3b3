package cross

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestOracle compares the SDK's headers with golang.org/x/sys/unix, whose authors generated its constants and structures for aix/ppc and
// aix/ppc64 on AIX. Whatever both know becomes a static assertion that clang checks for AIX, in both widths. What the SDK alone knows
// rests on documents, and stands in testdata/documents.golden: a name that leaves the list has been confirmed, one that joins it needs a source.
func TestOracle(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	clang, err := exec.LookPath("clang-19")
	if err != nil {
		t.Skipf("%v; \"mage test\" installs it", err)
	}
	sys, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "root")
	headers, err := fs.Sub(sdk, "sdk/include")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(root, "usr/include"), headers); err != nil {
		t.Fatal(err)
	}
	documents := map[string]bool{}
	for _, w := range []struct {
		bits   int
		triple string
		arch   string
		sizes  types.Sizes
	}{
		{32, "powerpc-ibm-aix6.1", "ppc", &types.StdSizes{WordSize: 4, MaxAlign: 8}},
		{64, "powerpc64-ibm-aix7.2", "ppc64", &types.StdSizes{WordSize: 8, MaxAlign: 8}},
	} {
		t.Run(fmt.Sprint(w.bits), func(t *testing.T) {
			cc := compiler{t: t, argv: []string{clang, "--target=" + w.triple, "--sysroot=" + root, "-std=gnu17"}}
			known := goPackage(t, filepath.Join(strings.TrimSpace(string(sys)), "unix"), w.arch)
			var asserts strings.Builder
			confirmed, only := 0, 0
			for _, name := range cc.constants(includes(t, headers), "(%s) != 0") {
				value, ok := known.constant(name)
				if !ok {
					documents[name] = true
					only++
					continue
				}
				confirmed++
				// The same bits: x/sys has some requests of ioctl as negative numbers.
				fmt.Fprintf(&asserts, "_Static_assert((unsigned long long)(%s) << (64 - WIDTH(%s)) == %sULL << (64 - WIDTH(%s)), \"%s is %s\");\n",
					name, name, value, name, name, value)
			}
			for _, s := range structures {
				if s.not == w.bits {
					continue
				}
				for _, a := range known.layout(t, s, w.sizes) {
					confirmed++
					fmt.Fprintf(&asserts, "_Static_assert(%s == %d, \"%s is %d\");\n", a.what, a.want, a.what, a.want)
				}
			}
			t.Logf("%d bits: %d confirmed, %d constants by documents only", w.bits, confirmed, only)
			if confirmed < 400 {
				t.Errorf("only %d facts were compared", confirmed)
			}
			if out := cc.check(includes(t, headers) + "#define WIDTH(x) (8 * sizeof(x))\n" + asserts.String()); out != "" {
				t.Error(out)
			}
			// A check that cannot fail is none.
			if out := cc.check(includes(t, headers) + "_Static_assert(EPERM == 2, \"\");\n"); out == "" {
				t.Error("a false assertion compiles")
			}
		})
	}
	golden(t, "testdata/documents.golden", strings.Join(slices.Sorted(maps.Keys(documents)), "\n")+"\n")
}

// structure pairs one of C with one of x/sys; members pair by their names without prefix.
type structure struct {
	c, goName, prefix string
	not               int // width in which x/sys has another structure under that name
}

var structures = []structure{
	{c: "struct stat", goName: "Stat_t", prefix: "st_"},
	{c: "struct statfs", goName: "Statfs_t", prefix: "f_"},
	{c: "struct dirent", goName: "Dirent", prefix: "d_"},
	{c: "struct timeval", goName: "Timeval", prefix: "tv_"},
	{c: "struct timespec", goName: "Timespec", prefix: "tv_"},
	{c: "struct utsname", goName: "Utsname"},
	{c: "struct sockaddr", goName: "RawSockaddr", prefix: "sa_"},
	{c: "struct sockaddr_in", goName: "RawSockaddrInet4", prefix: "sin_"},
	{c: "struct sockaddr_in6", goName: "RawSockaddrInet6", prefix: "sin6_"},
	{c: "struct sockaddr_un", goName: "RawSockaddrUnix", prefix: "sun_"},
	{c: "struct linger", goName: "Linger", prefix: "l_"},
	{c: "struct iovec", goName: "Iovec", prefix: "iov_"},
	{c: "struct msghdr", goName: "Msghdr", prefix: "msg_"},
	{c: "struct pollfd", goName: "PollFd"},
	{c: "struct flock", goName: "Flock_t", prefix: "l_", not: 32},    // there it is flock64
	{c: "struct rlimit", goName: "Rlimit", prefix: "rlim_", not: 32}, // there it is rlimit64
	{c: "sigset_t", goName: "Sigset_t"},
	{c: "fd_set", goName: "FdSet"},
}

// knowledge is x/sys/unix for one width.
type knowledge struct{ scope *types.Scope }

func goPackage(t *testing.T, dir, arch string) knowledge {
	t.Helper()
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range []string{"zerrors_aix_" + arch + ".go", "ztypes_aix_" + arch + ".go"} {
		f, err := parser.ParseFile(set, filepath.Join(dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	// Not the importer's own way to packages, which a test that was compiled without paths does not find.
	exported := func(path string) (io.ReadCloser, error) {
		file, err := exec.Command("go", "list", "-export", "-f", "{{.Export}}", path).Output()
		if err != nil {
			return nil, err
		}
		return os.Open(strings.TrimSpace(string(file)))
	}
	config := types.Config{Importer: importer.ForCompiler(set, "gc", exported), Error: func(error) {}} // what the rest of the package declares is missing
	p, err := config.Check("unix", set, files, nil)
	if p == nil {
		t.Fatal(err)
	}
	return knowledge{p.Scope()}
}

// constant is a value as the 64 bits of an unsigned number of C.
func (k knowledge) constant(name string) (string, bool) {
	c, ok := k.scope.Lookup(name).(*types.Const)
	if !ok || c.Val().Kind() != constant.Int {
		return "", false
	}
	if v, exact := constant.Int64Val(c.Val()); exact {
		return fmt.Sprintf("%#x", uint64(v)), true
	}
	v, exact := constant.Uint64Val(c.Val())
	return fmt.Sprintf("%#x", v), exact
}

type assertion struct {
	what string
	want int64
}

// layout is the size of a structure, and place and size of each member that C has, too.
func (k knowledge) layout(t *testing.T, s structure, sizes types.Sizes) []assertion {
	t.Helper()
	object := k.scope.Lookup(s.goName)
	if object == nil {
		t.Fatalf("x/sys has no %s", s.goName)
	}
	layout := object.Type().Underlying().(*types.Struct)
	var fields []*types.Var
	for f := range layout.Fields() {
		fields = append(fields, f)
	}
	list := []assertion{{fmt.Sprintf("sizeof(%s)", s.c), sizes.Sizeof(layout)}}
	for i, at := range sizes.Offsetsof(fields) {
		member := s.prefix + strings.ToLower(fields[i].Name())
		switch member {
		case s.prefix + "_", "st_padto_ll", "st_reserved", "st_ssize", "ss_set", "fds_bits", "bits", "set":
			continue // padding; or an array that x/sys calls something else
		}
		list = append(list, assertion{fmt.Sprintf("__builtin_offsetof(%s, %s)", s.c, member), at},
			assertion{fmt.Sprintf("sizeof(((%s *)0)->%s)", s.c, member), sizes.Sizeof(fields[i].Type())})
	}
	return list
}

// compiler compiles for AIX, far enough to know what is true.
type compiler struct {
	t    *testing.T
	argv []string
}

func (c compiler) run(text string, options ...string) (string, error) {
	cmd := exec.CommandContext(c.t.Context(), c.argv[0], slices.Concat(c.argv[1:], options, []string{"-x", "c", "-"})...)
	cmd.Stdin = strings.NewReader(text)
	var out, failure bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &failure
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) || c.t.Context().Err() == context.Canceled {
		c.t.Fatal(err)
	}
	return out.String() + failure.String(), err
}

// check returns what the compiler has to say against a text, nothing when it takes it.
func (c compiler) check(text string) string {
	out, err := c.run(text, "-fsyntax-only")
	if err == nil {
		return ""
	}
	return out
}

var defined = regexp.MustCompile(`(?m)^#define ([A-Za-z_][A-Za-z0-9_]*) (.+)$`)

// constants are the names of the macros in a text that an expression, with %s for the name, makes a constant of.
func (c compiler) constants(text, expression string) []string {
	own, err := c.run(text, "-E", "-dM")
	if err != nil {
		c.t.Fatal(own)
	}
	// What the compiler's own headers define; free-standing, they include none of the system's.
	builtin, err := c.run("#include <limits.h>\n#include <stdint.h>\n#include <stddef.h>\n", "-E", "-dM", "-ffreestanding")
	if err != nil {
		c.t.Fatal(builtin)
	}
	var names []string
	for _, m := range defined.FindAllStringSubmatch(own, -1) {
		if strings.Contains(builtin, m[0]+"\n") || strings.HasPrefix(m[1], "SDK_") {
			continue
		}
		names = append(names, m[1])
	}
	slices.Sort(names)
	// In one go: a name that is no integer constant makes an error, which names its line.
	for {
		var b strings.Builder
		b.WriteString(text)
		before := strings.Count(text, "\n")
		for _, n := range names {
			fmt.Fprintf(&b, "enum { sdk_%s = (int)(%s) };\n", n, strings.ReplaceAll(expression, "%s", n))
		}
		out, err := c.run(b.String(), "-fsyntax-only", "-ferror-limit=0")
		if err == nil {
			return names
		}
		bad := map[int]bool{}
		for _, m := range regexp.MustCompile(`(?m)^<stdin>:(\d+):\d+: error`).FindAllStringSubmatch(out, -1) {
			var line int
			if _, err := fmt.Sscan(m[1], &line); err != nil {
				c.t.Fatal(err)
			}
			bad[line-before-1] = true
		}
		if len(bad) == 0 {
			c.t.Fatal(out)
		}
		var rest []string
		for i, n := range names {
			if !bad[i] {
				rest = append(rest, n)
			}
		}
		names = rest
	}
}

// includes is a program that includes every header of the SDK.
func includes(t *testing.T, headers fs.FS) string {
	t.Helper()
	var b strings.Builder
	err := fs.WalkDir(headers, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(name) == ".h" {
			fmt.Fprintf(&b, "#include <%s>\n", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got); -update rewrites it:\n%s", file, d)
	}
}
