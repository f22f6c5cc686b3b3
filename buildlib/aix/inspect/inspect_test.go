package inspect_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/inspect"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

func objects(t testing.TB, data []byte) []*inspect.Object {
	t.Helper()
	var all []*inspect.Object
	for o, err := range inspect.Each(section(data)) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return all
}

func section(data []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "xcoff", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEach(t *testing.T) {
	t.Parallel()
	program := read(t, "program64")
	packed := inspect.Archive(t, "shr.o", string(program), "shr.imp", "#! libx.a(y.o)\nf\n", "README", "x", "cut.o", string(program[:100]))
	all := objects(t, packed)
	var got []string
	for _, o := range all {
		got = append(got, fmt.Sprint(o.Member, " ", o.Kind, " ", o.Width, " ", o.MemberTime.Unix(), " ", o.Wrong != ""))
	}
	want := []string{"shr.o program 64 1000000000 false", "shr.imp import file 0 1000000000 false", "README other 0 1000000000 false", "cut.o other 0 1000000000 true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if o := objects(t, program)[0]; o.LinkedBy != inspect.GNU || !slices.Equal(o.LibraryPath, []string{"/usr/lib", "/lib", ""}) || o.Kind != inspect.Program {
		t.Errorf("program64 is %+v", o)
	}
	for _, bad := range [][]byte{nil, []byte("text"), packed[:len(packed)/2]} {
		var last error
		for _, err := range inspect.Each(section(bad)) {
			last = err
		}
		if last == nil {
			t.Errorf("%d bytes: no error", len(bad))
		}
	}
	for _, err := range inspect.Each(section([]byte("text"))) {
		if !errors.Is(err, inspect.ErrKind) {
			t.Errorf("a text: %v", err)
		}
	}
}

// TestMissing looks imports up in a directory of libraries.
func TestMissing(t *testing.T) {
	t.Parallel()
	program := objects(t, read(t, "program64"))[0]
	// The program itself stands for a library: what it exports is all that it has.
	library := inspect.Archive(t, "shr_64.o", string(read(t, "program64")), "other.o", "x")
	for name, test := range map[string]struct {
		files   fstest.MapFS
		absent  bool
		unknown bool
	}{
		"none":             {fstest.MapFS{}, true, false},
		"found":            {fstest.MapFS{"usr/lib/libc.a": {Data: library}}, false, true},
		"at the top":       {fstest.MapFS{"libc.a": {Data: library}}, false, true},
		"no archive":       {fstest.MapFS{"libc.a": {Data: []byte("text")}}, true, false},
		"without a member": {fstest.MapFS{"libc.a": {Data: inspect.Archive(t, "other.o", "x")}}, true, false},
		"no XCOFF in it":   {fstest.MapFS{"libc.a": {Data: inspect.Archive(t, "shr_64.o", "x")}}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &inspect.Libraries{Open: func(name string) (*io.SectionReader, error) {
				b, err := fs.ReadFile(test.files, name)
				return section(b), err
			}}
			u, err := l.Missing(program)
			if err != nil {
				t.Fatal(err)
			}
			if absent := slices.Contains(u.Absent, "libc.a(shr_64.o)"); absent != test.absent {
				t.Errorf("absent: %q", u.Absent)
			}
			i := slices.IndexFunc(u.Imports, func(i inspect.Imports) bool { return i.From == "libc.a(shr_64.o)" })
			if (i >= 0) != test.unknown {
				t.Errorf("missing: %v", u.Imports)
			}
		})
	}
	own := objects(t, read(t, "program64"))[0]
	broken := errors.New("broken")
	l := &inspect.Libraries{Open: func(string) (*io.SectionReader, error) { return nil, broken }}
	if _, err := l.Missing(own); !errors.Is(err, broken) {
		t.Errorf("Missing = %v", err)
	}
}

// TestForeign compares what we say with what llvm-readobj and llvm-ar say: of the files in GOROOT that AIX made, of what Go and clang make now.
func TestForeign(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("llvm-readobj-19"); err != nil {
		t.Skip("no llvm-readobj-19 here (Debian: llvm-19)")
	}
	dir := t.TempDir()
	var files []string
	testdata := filepath.Join(strings.TrimSpace(string(out)), "src/internal/xcoff/testdata")
	for _, name := range []string{"gcc-ppc32-aix-dwarf2-exec", "gcc-ppc64-aix-dwarf2-exec"} {
		files = append(files, filepath.Join(testdata, name))
	}
	for _, name := range []string{"object32.o", "program32", "program64", "shared32", "shared64"} {
		files = append(files, filepath.Join("..", "xcoff", "testdata", name))
	}
	hello := filepath.Join(dir, "hello")
	build := exec.Command("go", "build", "-o", hello, "../xcoff/testdata/hello")
	build.Env = append(os.Environ(), "GOOS=aix", "GOARCH=ppc64", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files = append(files, hello)
	const (
		plain   = "extern int a(void); extern int with_a_long_name(void) __attribute__((weak)); int b; static int d; int c(void) { return a() + b + d++ + with_a_long_name(); }"
		variety = `
			__thread int here = 1; extern __thread int there; __thread int zero; _Thread_local static int own;
			const char text[] = "x"; const char *pointer = text; int (*table[])(void); extern int outside[]; int common[3];
			__attribute__((weak)) int may(void) { return 1; } __attribute__((weak)) int word = 2; __attribute__((visibility("hidden"))) int hidden(void) { return 3; }
			__attribute__((visibility("protected"))) int protected = 4; extern int imported __attribute__((visibility("hidden")));
			__attribute__((constructor)) static void first(void) { own = here + there + zero + outside[0] + imported; }
			int f(void) { return hidden() + (table[0] ? table[0]() : may()); }`
		classes = `
			struct base { virtual ~base(); virtual int f() = 0; }; struct thing : base { int f() override; static thread_local int n; };
			base::~base() {} int thing::f() { throw 1; } thread_local int thing::n = f2(); template <class T> T twice(T x) { return x + x; } int use() { return twice(2) + twice<int>(3); }`
	)
	for i, made := range []struct{ flags, language, text string }{
		{"-m32", "c", plain}, {"-m64 -g", "c", plain}, {"-m64 -mcpu=pwr7", "c", plain},
		{"-m32 -g -O2", "c", variety}, {"-m64 -O1 -ftls-model=local-exec", "c", variety}, {"-m64 -ffunction-sections -fdata-sections", "c", variety},
		{"-m32 -fvisibility=hidden -mignore-xcoff-visibility", "c", variety}, {"-m64 -mcpu=pwr9 -fcommon -mxcoff-build-id=0xabc", "c", variety},
		{"-m32 -fexceptions", "c++", "int f2(); " + classes}, {"-m64 -g -fexceptions", "c++", "int f2(); " + classes},
	} {
		object := filepath.Join(dir, fmt.Sprint(i, strings.ReplaceAll(made.flags, " ", ""), ".o"))
		compile := exec.Command("clang-19", append(strings.Fields(made.flags), "--target=powerpc-ibm-aix7.2", "-x", made.language, "-c", "-", "-o", object)...)
		compile.Stdin = strings.NewReader(made.text)
		if out, err := compile.CombinedOutput(); err == nil {
			files = append(files, object)
		} else {
			t.Errorf("%s %s: %v\n%s", made.flags, made.language, err, out)
		}
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Skip(err)
			}
			if diff := cmp.Diff(foreign(t, file), ours(objects(t, data)[0])); diff != "" {
				t.Errorf("-llvm-readobj +ours:\n%s", diff)
			}
		})
	}
	made := filepath.Join(dir, "made.a")
	pack := exec.Command("llvm-ar-19", append([]string{"--format=bigarchive", "rcU", made}, files[len(files)-4:]...)...)
	if out, err := pack.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, file := range []string{filepath.Join(testdata, "bigar-ppc64"), filepath.Join(testdata, "bigar-empty"), made} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Skip(err)
		}
		list := exec.Command("llvm-ar-19", "tv", file)
		list.Env = append(os.Environ(), "TZ=UTC")
		out, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		var theirs, ours []string
		for line := range strings.Lines(string(out)) {
			f := strings.Fields(line) // mode, owner, size, date, name
			theirs = append(theirs, strings.Join(f[3:], " "))
		}
		for _, o := range objects(t, data) {
			ours = append(ours, o.MemberTime.Format("Jan 2 15:04 2006 ")+o.Member)
		}
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("%s, -llvm-ar +ours:\n%s", file, diff)
		}
	}
}

// ours gives the fields that llvm-readobj shows, too.
func ours(o *inspect.Object) map[string]string {
	m := map[string]string{"width": fmt.Sprint(o.Width), "needs": fmt.Sprint(o.Needs), "cpus": fmt.Sprint(o.CPUs),
		"entry": fmt.Sprint(o.Entry), "program": fmt.Sprint(o.Kind == inspect.Program), "shared": fmt.Sprint(o.Kind == inspect.SharedObject),
		"stripped": fmt.Sprint(o.Stripped), "load only": fmt.Sprint(o.LoadOnly), "max": fmt.Sprintf("%#x %#x", o.MaxData, o.MaxStack),
		"debug": fmt.Sprint(o.Debug)}
	if o.Time != nil {
		m["time"] = o.Time.Format(time.DateTime)
	}
	var imports, exports []string
	for _, i := range o.Imports {
		for _, s := range i.Symbols {
			imports = append(imports, fmt.Sprint(s.Name, " ", s.Class, " ", i.From, " ", s.Weak))
		}
	}
	for _, s := range o.Exports {
		exports = append(exports, fmt.Sprint(s.Name, " ", s.Class, " ", s.Weak))
	}
	slices.Sort(imports)
	slices.Sort(exports)
	m["imports"], m["exports"] = strings.Join(imports, "\n"), strings.Join(exports, "\n")
	return m
}

var (
	field    = regexp.MustCompile(`^ *([^:]+): (.*)$`)
	inParens = regexp.MustCompile(`\((.*)\)$`)
)

// foreign reads llvm-readobj's text for the same fields.
func foreign(t *testing.T, file string) map[string]string {
	t.Helper()
	out, err := exec.Command("llvm-readobj-19", "--file-headers", "--section-headers", "--auxiliary-header", "--needed-libs", "--symbols", "--loader-section-symbols", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	number := func(value string) (n uint64) {
		if m := inParens.FindStringSubmatch(value); m != nil {
			value = m[1]
		}
		if _, err := fmt.Sscan(value, &n); err != nil {
			t.Errorf("%q: %v", value, err)
		}
		return n
	}
	m := map[string]string{"needs": "[]", "entry": "false", "debug": "false"}
	var needs, cpus, imports, exports []string
	var section, name, class string
	var kind uint64
	var external, weak, reference bool
	maxData, maxStack := uint64(0), uint64(0)
	finish := func(id uint64) {
		weak := fmt.Sprint(kind&0x08 != 0)
		if kind&0x40 != 0 {
			from := ""
			if id > 0 {
				from = needs[id-1]
			}
			imports = append(imports, name+" "+class+" "+from+" "+weak)
		}
		if kind&0x10 != 0 {
			exports = append(exports, name+" "+class+" "+weak)
		}
		if kind&0x20 != 0 {
			m["entry"] = "true"
		}
	}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimRight(line, "\n")
		if strings.HasSuffix(line, "[") || strings.HasSuffix(line, "{") {
			if !strings.HasPrefix(line, "    ") {
				section = strings.Fields(line)[0]
			}
			continue
		}
		if section == "NeededLibraries" && !strings.Contains(line, "]") && !strings.Contains(line, "BASE") {
			f := strings.Fields(line) // without the directory
			need := f[0]
			if need == "libx.so" {
				need = "/opt/freeware/lib/libx.so"
			}
			if len(f) > 1 {
				need += "(" + f[1] + ")"
			}
			needs = append(needs, need)
		}
		f := field.FindStringSubmatch(line)
		if f == nil {
			continue
		}
		switch key, value := f[1], f[2]; key {
		case "AddressSize":
			m["width"] = strings.TrimSuffix(value, "bit")
		case "TimeStamp":
			if n := number(value); n != 0 {
				m["time"] = time.Unix(int64(n), 0).UTC().Format(time.DateTime)
			}
		case "SymbolTableEntries":
			m["stripped"] = fmt.Sprint(value == "0")
		case "Flags":
			n := number(value)
			m["program"], m["shared"] = fmt.Sprint(n&0x2002 == 2), fmt.Sprint(n&0x2000 != 0)
			m["load only"] = fmt.Sprint(n&0x4000 != 0)
		case "Maximum data size":
			maxData = number(value)
		case "Maximum stack size":
			maxStack = number(value)
		case "CPU Version ID":
			if cpu, _, known := strings.Cut(strings.TrimPrefix(value, "TCPU_"), " ("); known {
				cpus = append(cpus, cpu)
			} else if value == "0x1" { // llvm-readobj 19 has no name for it; IBM calls it TCPU_PPC
				cpus = append(cpus, "PPC")
			} else if value != "0x0" {
				cpus = append(cpus, value)
			}
		case "Name":
			name = value
		case "(Reserved)": // of the auxiliary header: o_cputype
			if n := number(value); n != 0 {
				cpus = append(cpus, map[uint64]string{2: "PPC64", 4: "PWR"}[n])
			}
		case "StorageClass":
			external, weak = strings.HasPrefix(value, "C_EXT ") || strings.HasPrefix(value, "C_WEAKEXT "), strings.HasPrefix(value, "C_WEAKEXT ")
			class = xcoff.Class(number(value)).String() // of a loader symbol, whose classes llvm-readobj takes for those of another table
		case "Type":
			m["debug"] = fmt.Sprint(m["debug"] == "true" || strings.HasPrefix(value, "STYP_DEBUG ") || strings.HasPrefix(value, "STYP_DWARF "))
		case "SymbolType":
			kind = number(value)
			reference = strings.HasPrefix(value, "XTY_ER ")
		case "StorageMappingClass":
			if !external || m["program"] == "true" || m["shared"] == "true" {
				break // what these have for others is in their loader section
			}
			class, _, _ = strings.Cut(strings.TrimPrefix(value, "XMC_"), " ")
			if reference { // an object leaves it to who links it
				imports = append(imports, fmt.Sprintf("%s %s  %v", name, class, weak))
			} else {
				exports = append(exports, fmt.Sprintf("%s %s %v", name, class, weak))
			}
		case "ImportFileID":
			finish(number(value))
		}
	}
	slices.Sort(cpus)
	slices.Sort(imports)
	slices.Sort(exports)
	m["needs"], m["cpus"] = fmt.Sprint(needs), fmt.Sprint(slices.Compact(cpus))
	m["imports"], m["exports"] = strings.Join(imports, "\n"), strings.Join(exports, "\n")
	m["max"] = fmt.Sprintf("%#x %#x", maxData, maxStack)
	return m
}

// FuzzEach: any file is described, or an error.
func FuzzEach(f *testing.F) {
	f.Add(read(f, "program64"))
	f.Add(read(f, "object32.o"))
	f.Add(inspect.Archive(f, "shr.o", string(read(f, "program32")), "x.imp", "#!\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for o, err := range inspect.Each(section(data)) {
			if err == nil && o.String() == "" {
				t.Error("nothing is said, and there is no error")
			}
		}
	})
}
