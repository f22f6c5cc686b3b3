package inspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "xcoff", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func one(t *testing.T, data []byte) *Object {
	t.Helper()
	for o, err := range Each(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))) {
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	t.Fatal("no object")
	return nil
}

// What is shown of objects that clang made and GNU ld linked; TestForeign holds the same fields against llvm-readobj.
func TestString(t *testing.T) {
	t.Parallel()
	stamped := sample(t, "program64")
	binary.BigEndian.PutUint32(stamped[4:], 1e9)
	stack := slices.Clone(sample(t, "program32"))
	binary.BigEndian.PutUint32(stack[20+52:], 0x1000) // o_maxstack of the auxiliary header
	const rest = `  needs:        libc.a(shr_64.o)
  needs:        /opt/freeware/lib/libx.so
  imports:      from /opt/freeware/lib/libx.so: maybe (weak)
  imports:      from libc.a(shr_64.o): errno puts res_querydomain
  imports:      from whoever loads it: later
  exports:      begin shared_word
`
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"object": {sample(t, "object32.o"), `object, 32 bits
  compiled for: COM
  imports:      from what it is linked with: .later .maybe (weak) .puts .res_querydomain errno maybe (weak)
  exports:      .begin begin shared_word
`},
		"program": {stamped, `program, 64 bits
  linked by:    GNU ld
  time:         2001-09-09 01:46:40
  compiled for: PPC64
  library path: /usr/lib:/lib:
  max data:     0x80000000
` + rest},
		"stack": {stack, `program, 32 bits
  linked by:    GNU ld
  compiled for: PWR
  library path: /usr/lib:/lib:
  max data:     0x80000000
  max stack:    0x1000
` + strings.ReplaceAll(rest, "shr_64", "shr")},
		"cut": {stamped[:100], "other\n  wrong:        " + one(t, stamped[:100]).Wrong + "\n"},
	} {
		o := one(t, test.data)
		if diff := cmp.Diff(test.want, o.String()); diff != "" {
			t.Errorf("%s, -want +got:\n%s", name, diff)
		}
		if o.LibraryPath == nil || o.Needs == nil || o.CPUs == nil || o.Imports == nil || o.Exports == nil {
			t.Errorf("%s: a list is missing: %+v", name, o)
		}
	}
	shown := (&Object{Kind: Plain, Width: 64, Imports: []Imports{{Symbols: []Symbol{{Name: "b"}, {Name: "a", Weak: true}}}}, MemberTime: at(1e9)}).String()
	if want := "object, 64 bits\n  in archive:   2001-09-09 01:46:40\n  imports:      from what it is linked with: a (weak) b\n"; shown != want {
		t.Errorf("%s, want %s", shown, want)
	}
	object := one(t, sample(t, "object32.o"))
	want := []Symbol{{".begin", "PR", false}, {"shared_word", "RW", false}, {"begin", "DS", false}}
	if diff := cmp.Diff(want, object.Exports); diff != "" || object.Entry || object.Stripped || object.Debug || object.LoadOnly {
		t.Errorf("%+v, -want +exports:\n%s", object, diff)
	}
}

// Who linked a file: one that no linker has touched has none, and Go writes the new form of the loader section without F_LOADABLE's like.
func TestLinker(t *testing.T) {
	t.Parallel()
	loader := func(version uint32) *xcoff.Loader {
		return &xcoff.Loader{LoaderHeader: xcoff.LoaderHeader{Version: version}}
	}
	for _, test := range []struct {
		file xcoff.File
		want Linker
	}{
		{xcoff.File{}, ""}, {xcoff.File{Header: xcoff.Header{Flags: xcoff.FlagLoadable}}, ""},
		{xcoff.File{Loader: loader(2)}, Go}, {xcoff.File{Loader: loader(2), Header: xcoff.Header{Flags: xcoff.FlagExecutable}}, Go},
		{xcoff.File{Loader: loader(1)}, AIX}, {xcoff.File{Loader: loader(2), Header: xcoff.Header{Flags: xcoff.FlagLoadable}}, AIX},
		{xcoff.File{Loader: loader(1), Header: xcoff.Header{Flags: xcoff.FlagLoadable}}, AIX},
	} {
		if got := linker(&test.file); got != test.want {
			t.Errorf("flags %#x, loader %+v: %q, want %q", test.file.Flags, test.file.Loader, got, test.want)
		}
	}
}

// Symbols have names in place or in the string table; the file may be cut off anywhere behind its loader section.
func TestTable(t *testing.T) {
	t.Parallel()
	object := sample(t, "object32.o")
	f, err := xcoff.NewFile(bytes.NewReader(object))
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for n := int(f.SymbolOffset); n <= len(object); n++ {
		o := one(t, object[:n])
		count := len(o.Exports)
		for _, i := range o.Imports {
			count += len(i.Symbols)
		}
		if count < last || o.Wrong != "" {
			t.Errorf("of %d bytes: %d symbols, %s; before %d", n, count, o.Wrong, last)
		}
		last = count
	}
	if last != 9 {
		t.Errorf("%d symbols, want 9", last)
	}
	names := []byte("\x00\x00\x00\x0aname\x00x")
	symbol := make([]byte, symbolSize)
	for _, test := range []struct {
		width  int
		begin  string
		offset uint32
		want   string
	}{
		{32, "short\x00\x00\x00", 0, "short"}, {32, "eightlet", 0, "eightlet"}, {32, "", 4, "name"}, {32, "", 5, "ame"}, {32, "", 9, "x"}, {32, "", 10, ""}, {32, "", 11, ""},
		{64, "unneeded", 4, "name"}, {64, "", 9, "x"}, {64, "", 10, ""},
	} {
		clear(symbol)
		if test.offset > 0 {
			binary.BigEndian.PutUint32(symbol[map[int]int{32: 4, 64: 8}[test.width]:], test.offset)
		}
		copy(symbol, test.begin)
		if got := nameOf(symbol, names, test.width); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
	for cpus, want := range map[*map[byte]bool]string{
		{}: "PWR", {0: true}: "PWR", {24: true, 2: true, 99: true}: "0x63 PPC64 PWR PWR7", {anyProcessor: true}: "ANY PWR",
	} {
		if got := strings.Join(processors(&xcoff.File{Aux: &xcoff.AuxHeader{CPUType: 4}}, *cpus), " "); got != want {
			t.Errorf("%v: %s, want %s", *cpus, got, want)
		}
	}
	all := map[byte]bool{}
	for id := range byte(29) {
		all[id] = true
	}
	// The numbers are those that LLVM's XCOFF.h has as well (CFileCpuId).
	known := strings.Fields("0x1c 0x9 0xa 0xb 0xc 0xd 0xe 0xf 601 603 604 620 970 A35 ANY COM PPC PPC64 PWR PWR10 PWR5 PWR5X PWR6 PWR6E PWR7 PWR8 PWR9 VEC")
	if diff := cmp.Diff(known, processors(&xcoff.File{}, all)); diff != "" {
		t.Errorf("of all numbers, -want +got:\n%s", diff)
	}
	for id, want := range map[byte]string{1: "PPC", 2: "PPC64", 3: "COM", 4: "PWR", 5: "ANY", 6: "601", 7: "603", 8: "604", 16: "620", 17: "A35", 18: "PWR5", 19: "970",
		20: "PWR6", 22: "PWR5X", 23: "PWR6E", 24: "PWR7", 25: "PWR8", 26: "PWR9", 27: "PWR10"} {
		if got := processors(&xcoff.File{}, map[byte]bool{id: true}); len(got) != 1 || got[0] != want {
			t.Errorf("%d is %q, want %s", id, got, want)
		}
	}
	if got := processors(&xcoff.File{}, map[byte]bool{1: true}); !slices.Equal(got, []string{"PPC"}) {
		t.Errorf("without an auxiliary header: %q", got)
	}
}

// broken cannot read the byte at a place.
type broken struct {
	io.ReaderAt
	at int64
}

func (b broken) ReadAt(p []byte, off int64) (int, error) {
	if off <= b.at && b.at < off+int64(len(p)) {
		return 0, iotest.ErrTimeout
	}
	return b.ReaderAt.ReadAt(p, off)
}

// What cannot be read is an error, not a damaged object.
func TestUnread(t *testing.T) {
	t.Parallel()
	packed := Archive(t, "a.o", string(sample(t, "program64")), "b.imp", "#!\n", "c", "x")
	for name, data := range map[string][]byte{"object": sample(t, "object32.o"), "program": sample(t, "program64"), "archive": packed} {
		met := 0
		for at := 0; at < len(data); at += 7 {
			for o, err := range Each(io.NewSectionReader(broken{bytes.NewReader(data), int64(at)}, 0, int64(len(data)))) {
				if err == nil && o.Wrong != "" || err != nil && !errors.Is(err, iotest.ErrTimeout) {
					t.Errorf("%s, unread at %d: %v, %v", name, at, o, err)
				}
				if err != nil {
					met++
				}
			}
		}
		if met < 20 || met > len(data)/7+1 {
			t.Errorf("%s of %d bytes: %d were an error", name, len(data), met)
		}
	}
	count := 0
	for o, err := range Each(io.NewSectionReader(bytes.NewReader(packed), 0, int64(len(packed)))) {
		if count++; err != nil || o.Member != "a.o" {
			t.Errorf("%v, %v", o, err)
		}
		break
	}
	if count != 1 {
		t.Errorf("%d objects behind the end", count)
	}
}

// Archive packs members, names and contents in turn, all of one date.
func Archive(t testing.TB, members ...string) []byte {
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

// Libraries are looked for where the loader does; each is read once.
func TestSearch(t *testing.T) {
	t.Parallel()
	library := Archive(t, "shr_64.o", string(sample(t, "program64")))
	file := xcoff.ImportFile{Base: "libc.a", Member: "shr_64.o"}
	for _, test := range []struct {
		path   string
		search []string
		there  string
		opened string
	}{
		{"", []string{"/opt/lib", "/usr/lib"}, "opt/lib/libc.a", "opt/lib/libc.a"},
		{"", []string{"/opt/lib"}, "usr/lib/libc.a", "opt/lib/libc.a usr/lib/libc.a"},
		{"", nil, "lib/libc.a", "usr/lib/libc.a lib/libc.a"},
		{"", []string{"../x"}, "libc.a", "usr/lib/libc.a lib/libc.a libc.a"},
		{"/own", []string{"/opt/lib"}, "own/libc.a", "own/libc.a"},
		{"", nil, "none", "usr/lib/libc.a lib/libc.a libc.a"},
	} {
		var opened []string
		files := fstest.MapFS{test.there: {Data: library}}
		l := &Libraries{Open: func(name string) (*io.SectionReader, error) {
			opened = append(opened, name)
			b, err := fs.ReadFile(files, name)
			return io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b))), err
		}}
		file := file
		file.Path = test.path
		o := &Object{search: []xcoff.ImportFile{file}, LibraryPath: test.search, all: []xcoff.Import{
			{Symbol: "begin", From: file}, {Symbol: "none", From: file, Class: xcoff.ClassDS}, {Symbol: "weak", From: file, Weak: true}, {Symbol: "other"},
		}}
		for range 2 {
			u, err := l.Missing(o)
			want := &Unmet{Absent: []string{}, Imports: []Imports{{From: file.String(), Symbols: []Symbol{{"none", "DS", false}}}}}
			if test.there == "none" {
				want = &Unmet{Absent: []string{file.String()}, Imports: []Imports{}}
			}
			if diff := cmp.Diff(want, u); diff != "" || err != nil {
				t.Errorf("%+v: %v, -want +got:\n%s", test, err, diff)
			}
		}
		if got := strings.Join(opened, " "); got != test.opened {
			t.Errorf("%+v: opened %s", test, got)
		}
	}
	// A file that is a library itself, one that is an object, one that cannot be read.
	program, object := sample(t, "program64"), sample(t, "object32.o")
	for _, test := range []struct {
		data   []byte
		member string
		at     int64
		want   []string
		err    error
	}{
		{program, "", -1, []string{"begin", "shared_word"}, nil}, {object, "", -1, nil, nil}, {[]byte("text"), "", -1, nil, nil}, {program[:100], "", -1, nil, nil},
		{library, "shr_64.o", -1, []string{"begin", "shared_word"}, nil}, {library, "shr.o", -1, nil, nil}, {[]byte("text"), "shr.o", -1, nil, nil},
		{program, "", 0, nil, iotest.ErrTimeout}, {library, "shr_64.o", 0, nil, iotest.ErrTimeout}, {library, "shr_64.o", 300, nil, iotest.ErrTimeout},
	} {
		exports, err := exportsOf(io.NewSectionReader(broken{bytes.NewReader(test.data), test.at}, 0, int64(len(test.data))), test.member)
		var got []string
		for name := range exports {
			got = append(got, name)
		}
		slices.Sort(got)
		if !slices.Equal(got, test.want) || !errors.Is(err, test.err) || (exports == nil) != (test.want == nil) {
			t.Errorf("%.8q, %q, unread at %d: %q, %v", test.data, test.member, test.at, got, err)
		}
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"aix7.1": "7.1.0.0", "AIX7.2.4": "7.2.4.0", "7.3.1.0": "7.3.1.0", "7.3.1.2": "7.3.1.2", "7": "", "": "", "aix": "", "7.x": "", "7.1.2.3.4": "",
	} {
		l, err := ParseLevel(text)
		if (err == nil) != (want != "") || err == nil && vrmf.Level(l).String() != want {
			t.Errorf("%q: %v, %v", text, l, err)
		}
	}
	libc := xcoff.ImportFile{Base: "libc.a", Member: "shr.o"}
	o := &Object{all: []xcoff.Import{
		{Symbol: "flock", From: libc}, {Symbol: "flock", From: xcoff.ImportFile{Base: "libpthread.a"}}, {Symbol: "cnd_init", From: xcoff.ImportFile{Base: "libpthreads.a"}},
		{Symbol: "mtx_init", From: xcoff.ImportFile{Base: "libx.a"}}, {Symbol: "dirfd", From: libc, Weak: true}, {Symbol: "puts", From: libc}, {Symbol: "strlcpy", From: libc}, {Symbol: "isalnum_l", From: libc},
	}}
	for text, want := range map[string]string{
		"6.1": "cnd_init flock isalnum_l strlcpy", "6.1.0.1": "cnd_init flock strlcpy", "7.1": "cnd_init flock strlcpy", "7.1.1": "strlcpy", "7.3.1": "strlcpy", "7.3.1.1": "",
	} {
		l, err := ParseLevel(text)
		if got := strings.Join(l.Lacks(o), " "); err != nil || got != want {
			t.Errorf("%s lacks %q, want %q", text, got, want)
		}
	}
	all := Lacks()
	lines := strings.Split(ownText, "\n")
	for name, lack := range all {
		if lack.Line < 1 || !slices.Contains(strings.FieldsFunc(lines[lack.Line-1], func(r rune) bool { return strings.ContainsRune("` {}\t,", r) }), name) {
			t.Errorf("%s is not in line %d", name, lack.Line)
		}
		for _, line := range lines[:max(lack.Line-1, 0)] {
			if slices.Contains(strings.Fields(strings.Trim(line, "`{}, \t")), name) {
				t.Errorf("%s is above line %d, too", name, lack.Line)
			}
		}
	}
	for name, want := range map[string]string{"duplocale": "6.1.0.0", "flock": "7.1.0.0", "strcasestr": "7.2.0.0", "fopencookie": "7.3.0.0", "strlcpy": "7.3.1.0"} {
		if got := all[name].Level.String(); got != want {
			t.Errorf("%s is missing up to %s, want %s", name, got, want)
		}
	}
	if len(all) != len(lastWithout) || all["flock"].Level != (vrmf.Level{Version: 7, Release: 1}) {
		t.Errorf("%d names, %d have lines", len(lastWithout), len(all))
	}
}
