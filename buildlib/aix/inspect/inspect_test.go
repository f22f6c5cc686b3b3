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

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/inspect"
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

// archive packs members, all of one date.
func archive(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := ar.NewWriter(&b, ar.Big)
	for i := 0; i < len(members); i += 2 {
		err := w.WriteHeader(&ar.Header{Name: members[i], Mode: 0o644, Size: int64(len(members[i+1])), ModTime: time.Unix(1e9, 0)})
		if _, err2 := io.WriteString(w, members[i+1]); errors.Join(err, err2) != nil {
			t.Fatal(err, err2)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEach(t *testing.T) {
	t.Parallel()
	program := read(t, "program64")
	packed := archive(t, "shr.o", string(program), "shr.imp", "#! libx.a(y.o)\nf\n", "README", "x", "cut.o", string(program[:100]))
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
	library := archive(t, "shr_64.o", string(read(t, "program64")), "other.o", "x")
	for name, test := range map[string]struct {
		files   fstest.MapFS
		absent  bool
		unknown bool
	}{
		"none":             {fstest.MapFS{}, true, false},
		"found":            {fstest.MapFS{"usr/lib/libc.a": {Data: library}}, false, true},
		"at the top":       {fstest.MapFS{"libc.a": {Data: library}}, false, true},
		"no archive":       {fstest.MapFS{"libc.a": {Data: []byte("text")}}, true, false},
		"without a member": {fstest.MapFS{"libc.a": {Data: archive(t, "other.o", "x")}}, true, false},
		"no XCOFF in it":   {fstest.MapFS{"libc.a": {Data: archive(t, "shr_64.o", "x")}}, true, false},
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
	for _, name := range []string{"gcc-ppc32-aix-dwarf2-exec", "gcc-ppc64-aix-dwarf2-exec"} {
		files = append(files, filepath.Join(strings.TrimSpace(string(out)), "src/internal/xcoff/testdata", name))
	}
	for _, name := range []string{"object32.o", "program32", "program64"} {
		files = append(files, filepath.Join("..", "xcoff", "testdata", name))
	}
	hello := filepath.Join(dir, "hello")
	build := exec.Command("go", "build", "-o", hello, "../xcoff/testdata/hello")
	build.Env = append(os.Environ(), "GOOS=aix", "GOARCH=ppc64", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files = append(files, hello)
	for _, arguments := range [][]string{{"-m32"}, {"-m64", "-g"}, {"-m64", "-mcpu=pwr7"}} {
		object := filepath.Join(dir, strings.Join(arguments, "")+".o")
		compile := exec.Command("clang-19", append(arguments, "--target=powerpc-ibm-aix7.2", "-x", "c", "-c", "-", "-o", object)...)
		compile.Stdin = strings.NewReader("extern int a(void); extern int with_a_long_name(void) __attribute__((weak)); int b; static int d; int c(void) { return a() + b + d++ + with_a_long_name(); }")
		if err := compile.Run(); err == nil {
			files = append(files, object)
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
	for _, name := range []string{"bigar-ppc64", "bigar-empty"} {
		file := filepath.Join(strings.TrimSpace(string(out)), "src/internal/xcoff/testdata", name)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Skip(err)
		}
		list := exec.Command("llvm-ar-19", "tO", file)
		list.Env = append(os.Environ(), "TZ=UTC")
		want, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		var members []string
		for _, o := range objects(t, data) {
			members = append(members, o.Member)
		}
		var wanted []string
		for line := range strings.Lines(string(want)) {
			wanted = append(wanted, strings.Fields(line)[0])
		}
		if diff := cmp.Diff(wanted, members); diff != "" {
			t.Errorf("%s, -llvm-ar +ours:\n%s", name, diff)
		}
	}
}

// ours gives the fields that llvm-readobj shows, too.
func ours(o *inspect.Object) map[string]string {
	m := map[string]string{"width": fmt.Sprint(o.Width), "needs": fmt.Sprint(o.Needs), "cpus": fmt.Sprint(o.CPUs),
		"entry": fmt.Sprint(o.Entry), "program": fmt.Sprint(o.Kind == inspect.Program), "shared": fmt.Sprint(o.Kind == inspect.SharedObject),
		"stripped": fmt.Sprint(o.Stripped), "load only": fmt.Sprint(o.LoadOnly), "max": fmt.Sprintf("%#x %#x", o.MaxData, o.MaxStack)}
	if o.Time != nil {
		m["time"] = o.Time.Format(time.DateTime)
	}
	var imports, exports []string
	for _, i := range o.Imports {
		for _, s := range i.Symbols {
			imports = append(imports, fmt.Sprint(s.Name, " ", i.From, " ", s.Weak))
		}
	}
	for _, s := range o.Exports {
		exports = append(exports, fmt.Sprint(s.Name, " ", s.Weak))
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
	out, err := exec.Command("llvm-readobj-19", "--file-headers", "--auxiliary-header", "--needed-libs", "--symbols", "--loader-section-symbols", file).Output()
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
	m := map[string]string{"needs": "[]", "entry": "false"}
	var needs, cpus, imports, exports []string
	var section, name string
	var kind uint64
	var external, weak bool
	maxData, maxStack := uint64(0), uint64(0)
	finish := func(id uint64) {
		weak := fmt.Sprint(kind&0x08 != 0)
		if kind&0x40 != 0 {
			from := ""
			if id > 0 {
				from = needs[id-1]
			}
			imports = append(imports, name+" "+from+" "+weak)
		}
		if kind&0x10 != 0 {
			exports = append(exports, name+" "+weak)
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
		case "SymbolType":
			kind = number(value)
			if section != "Symbol" || !external || !strings.HasSuffix(file, ".o") {
				break
			}
			if strings.HasPrefix(value, "XTY_ER ") { // an object leaves it to who links it
				imports = append(imports, fmt.Sprintf("%s  %v", name, weak))
			} else {
				exports = append(exports, fmt.Sprintf("%s %v", name, weak))
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
	f.Add(archive(f, "shr.o", string(read(f, "program32")), "x.imp", "#!\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for o, err := range inspect.Each(section(data)) {
			if err == nil && o.String() == "" {
				t.Error("nothing is said, and there is no error")
			}
		}
	})
}
