package xcoff_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// fixed are the files of testdata.
var fixed = []string{"object32.o", "program32", "program64", "shared32", "shared64"}

// testFile reads a file of testdata; program.c there says how they were made.
func testFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t testing.TB, name string) *xcoff.File {
	t.Helper()
	f, err := xcoff.NewFile(bytes.NewReader(testFile(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ file, libc string }{
		{"program32", "shr.o"},
		{"program64", "shr_64.o"},
	} {
		f := open(t, test.file)
		libc := xcoff.ImportFile{Base: "libc.a", Member: test.libc}
		libx := xcoff.ImportFile{Path: "/opt/freeware/lib", Base: "libx.so"}
		if diff := cmp.Diff([]string{"/usr/lib", "/lib", ""}, f.LibraryPath()); diff != "" {
			t.Errorf("%s: library path, -want +got:\n%s", test.file, diff)
		}
		if diff := cmp.Diff([]xcoff.ImportFile{libc, libx}, f.Libraries()); diff != "" {
			t.Errorf("%s: libraries, -want +got:\n%s", test.file, diff)
		}
		gone, added := xcoff.DiffImports(f.Imports(), nil)
		want := []xcoff.Import{
			{Symbol: "later", Class: xcoff.ClassDS},
			{Symbol: "maybe", From: libx, Class: xcoff.ClassDS, Weak: true},
			{Symbol: "errno", From: libc, Class: xcoff.ClassUA},
			{Symbol: "puts", From: libc, Class: xcoff.ClassDS},
			{Symbol: "res_querydomain", From: libc, Class: xcoff.ClassDS},
		}
		if diff := cmp.Diff(want, gone); diff != "" || added != nil {
			t.Errorf("%s: imports, -want +got:\n%s\nand more: %v", test.file, diff, added)
		}
	}
}

// What a program offers to others is among the loader's symbols.
func TestLoaderSymbols(t *testing.T) {
	t.Parallel()
	f := open(t, "program64")
	var got []xcoff.LoaderSymbol
	for _, s := range f.Loader.Symbols {
		if s.Type&xcoff.SymbolExport != 0 {
			s.Value -= f.Aux.DataStart
			got = append(got, s)
		}
	}
	want := []xcoff.LoaderSymbol{
		{Name: "shared_word", Value: 0, Section: 2, Type: xcoff.SymbolExport | 1, Class: xcoff.ClassRW},
		{Name: "begin", Value: 8, Section: 2, Type: xcoff.SymbolExport | xcoff.SymbolEntry | 1, Class: xcoff.ClassDS},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exports, -want +got:\n%s", diff)
	}
	if entry := f.Aux.DataStart + want[1].Value; f.Aux.Entry != entry {
		t.Errorf("the entry point's descriptor is at %#x, want that of begin, at %#x", f.Aux.Entry, entry)
	}
}

// An object has nothing for the loader.
func TestObject(t *testing.T) {
	t.Parallel()
	f := open(t, "object32.o")
	if f.Aux != nil || f.Loader != nil || f.LibraryPath() != nil || f.Libraries() != nil || f.Imports() != nil {
		t.Errorf("an object has %+v and %+v", f.Aux, f.Loader)
	}
}

// Some objects have an auxiliary header that ends behind o_data_start.
func TestShortAuxHeader(t *testing.T) {
	t.Parallel()
	const headerSize, short = 20, 28
	object, program := testFile(t, "object32.o"), testFile(t, "program32")
	put16(16, short)(object)
	b := slices.Concat(object[:headerSize], program[headerSize:headerSize+short], object[headerSize:])
	f, err := xcoff.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	whole := open(t, "program32").Aux
	want := &xcoff.AuxHeader{
		Magic: whole.Magic, Version: whole.Version, Entry: whole.Entry,
		TextStart: whole.TextStart, DataStart: whole.DataStart, TextSize: whole.TextSize, DataSize: whole.DataSize,
	}
	if diff := cmp.Diff(want, f.Aux); diff != "" || len(f.Sections) != 2 {
		t.Errorf("%d sections; auxiliary header, -want +got:\n%s", len(f.Sections), diff)
	}
}

func TestSectionData(t *testing.T) {
	t.Parallel()
	f := open(t, "program32")
	whole := testFile(t, "program32")
	for _, test := range []struct {
		name       string
		start, end int
	}{
		{".text", 0x100, 0x260},
		{".data", 0x260, 0x290},
		{".bss", 0, 0},
		{".loader", 0x290, 0x420},
	} {
		var s *xcoff.Section
		for _, s = range f.Sections {
			if s.Name == test.name {
				break
			}
		}
		data, err := s.Data()
		if want := whole[test.start:test.end]; !bytes.Equal(data, want) || err != nil {
			t.Errorf("%s: Data() = %x, %v; want %x", test.name, data, err, want)
		}
	}
}

func TestImportFileString(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		file xcoff.ImportFile
		want string
	}{
		{xcoff.ImportFile{Base: "libc.a", Member: "shr.o"}, "libc.a(shr.o)"},
		{xcoff.ImportFile{Path: "/usr/lib", Base: "libcrypto.so"}, "/usr/lib/libcrypto.so"},
		{xcoff.ImportFile{Path: "/", Base: "unix"}, "/unix"},
		{xcoff.ImportFile{}, ""},
	} {
		if got := test.file.String(); got != test.want {
			t.Errorf("%#v = %q, want %q", test.file, got, test.want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value xcoff.Class
		want  string
	}{
		{0, "PR"},
		{15, "TC0"},
		{22, "TE"},
		{xcoff.Class(14), "0xe"},
		{xcoff.Class(200), "0xc8"},
	} {
		if got := test.value.String(); got != test.want {
			t.Errorf("%d = %s, want %s", test.value, got, test.want)
		}
	}
}
