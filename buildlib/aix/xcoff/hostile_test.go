package xcoff_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// Where the fixed files have what the tests change.
const (
	aux32, aux64           = 20, 24
	sections32, sections64 = 20 + 72, 24 + 120
	loader32, loader64     = 0x290, 0x398
)

// endless is a file that goes on with zeros.
type endless []byte

func (e endless) ReadAt(p []byte, at int64) (int, error) {
	clear(p)
	if at < int64(len(e)) {
		copy(p, e[at:])
	}
	return len(p), nil
}

// However large a file is, its loader section takes bounded memory.
func TestLargeLoader(t *testing.T) {
	data, err := os.ReadFile("testdata/program64")
	if err != nil {
		t.Fatal(err)
	}
	f, err := xcoff.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range f.Sections {
		if s.Type == xcoff.TypeLoader {
			put64(sections64+i*72+24, 256<<20)(data) // s_size
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = xcoff.NewFile(endless(data))
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; !refused(err, "a loader section of 268435456 bytes") || n > 1<<20 {
		t.Errorf("NewFile = %v with %d bytes of memory", err, n)
	}
}

// put16, put32 and put64 change a number.
func put16(at int, v uint16) func([]byte) {
	return func(b []byte) { binary.BigEndian.PutUint16(b[at:], v) }
}
func put32(at int, v uint32) func([]byte) {
	return func(b []byte) { binary.BigEndian.PutUint32(b[at:], v) }
}
func put64(at int, v uint64) func([]byte) {
	return func(b []byte) { binary.BigEndian.PutUint64(b[at:], v) }
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file string
		change     func([]byte)
		want       string
	}{
		{"a script", "program32", func(b []byte) { copy(b, "#!/bin/sh") },
			"not an XCOFF file: it begins with 0x2321"},
		{"XCOFF64 of AIX 4.3", "program64", put16(0, 0x01EF),
			"not an XCOFF file: it begins with 0x01ef"},
		{"the other width", "program32", put16(0, 0x01F7),
			"at offset 240: .* which no file can have"},
		{"more sections than the file", "program32", put16(2, 0xFFFF),
			"at offset 92: .* the headers of 65535 sections should have 2621400 bytes here, the file has 1004"},
		{"a larger auxiliary header than the file", "program64", put16(16, 0xFFFF),
			"at offset 24: .* the auxiliary header should have 65535 bytes here, the file has 1444"},
		{"a section beyond all files", "program64", put64(sections64+72+32, math.MaxUint64),
			`at offset 216: .* section ".data" has 0x`},
		{"two loader sections", "program32", put32(sections32+40+36, 0x1000),
			"at offset 656: .* section 4 is a second loader section, the first is section 2"},
		{"another loader section for AIX", "program32", put16(aux32+40, 2),
			"at offset 20: .* has section 2 for the loader section, the table of sections 4"},
		{"a loader section that is not there", "program64", put32(sections64+3*72+64, 0x0008),
			"at offset 24: .* section 4 for the loader section, the table of sections 0"},
		{"a loader section without a number", "program64", put16(aux64+40, 0),
			"at offset 24: .* section 0 for the loader section, the table of sections 4"},
		{"loader section larger than the file", "program64", put64(sections64+3*72+24, 1<<20),
			`section ".loader" should have 1048576 bytes here, the file has`},
		{"loader section too short", "program32", put32(sections32+3*40+16, 31),
			"at offset 656: .* 31 bytes, too short for a loader section"},
		{"an unknown version", "program32", put32(loader32, 3),
			"at offset 656: .* unknown version 3"},
		{"more symbols than the section", "program64", put32(loader64+4, math.MaxUint32),
			"symbol table has 103079215080 bytes at 0x38, the section has"},
		{"more relocations than the section", "program32", put32(loader32+8, math.MaxUint32),
			"relocation table has 51539607540 bytes at 0xc8, the section has"},
		{"symbols at a wild offset", "program64", put64(loader64+40, math.MaxUint64-7),
			"symbol table has 168 bytes at 0xfffffffffffffff8"},
		{"strings at a wild offset", "program32", put32(loader32+28, math.MaxUint32),
			"string table has 32 bytes at 0xffffffff"},
		{"import files at a wild offset", "program32", put32(loader32+20, 0x190),
			"table of import files has 58 bytes at 0x190"},
		{"more import files than bytes", "program32", put32(loader32+16, 1<<30),
			"at offset 964: .* 1073741824 import files in 58 bytes"},
		{"more import files than strings", "program32", put32(loader32+16, 4),
			"at offset 964: .* the name of import file 3 has no end"},
		{"an import from a file that is not listed", "program32", put32(loader32+32+16, 3),
			`at offset 688: .* symbol "maybe" is from import file 3, there are 3`},
		{"a name before the strings", "program64", put32(loader64+56+8, 1),
			"a symbol's name at 1 of the string table"},
		{"a name behind the strings", "program64", put32(loader64+56+8, math.MaxUint32),
			"a symbol's name at 4294967295 of the string table"},
		{"a name too long for the strings", "program32", put16(0x3FE, 0x7FFF),
			"a symbol's name of 32767 bytes at 2 of the string table, which has 32 bytes"},
		{"a name without an end", "program32", func(b []byte) { b[0x40B] = 'x' },
			"a symbol's name at 2 of the string table has no end"},
		{"a relocation by an unknown symbol", "program32", put32(loader32+32+7*24+4, 10),
			"at offset 856: .* a relocation by symbol 10, there are 7"},
		{"a relocation by a negative symbol", "program64", put32(loader64+56+7*24+12, math.MaxUint32-2),
			"a relocation by symbol -3"},
	} {
		b := testFile(t, test.file)
		test.change(b)
		f, err := xcoff.NewFile(bytes.NewReader(b))
		if !refused(err, test.want) || f != nil {
			t.Errorf("%s: NewFile = %v, %v, want no file and %s", test.name, f, err, test.want)
		}
	}
}

// refused says whether err is one that callers can test for and matches want.
func refused(err error, want string) bool {
	return (errors.Is(err, xcoff.ErrFormat) || errors.Is(err, xcoff.ErrMagic)) && regexp.MustCompile(want).MatchString(err.Error())
}

// A file that ends early is refused wherever it ends, as long as what NewFile reads is not whole.
func TestTruncated(t *testing.T) {
	t.Parallel()
	for _, name := range fixed {
		whole := testFile(t, name)
		f, err := xcoff.NewFile(bytes.NewReader(whole))
		if err != nil {
			t.Fatal(err)
		}
		end := 20 + len(f.Sections)*40
		if f.Loader != nil {
			loader := f.Sections[f.Aux.LoaderSection-1]
			end = int(loader.Offset + loader.Size)
		}
		for n := range len(whole) + 1 {
			_, err := xcoff.NewFile(bytes.NewReader(whole[:n]))
			want := xcoff.ErrFormat
			switch {
			case n < 2:
				want = xcoff.ErrMagic
			case n >= end:
				want = nil
			}
			if !errors.Is(err, want) {
				t.Errorf("the first %d bytes of %s: %v, want %v", n, name, err, want)
			}
		}
	}
}

func TestTruncatedSection(t *testing.T) {
	t.Parallel()
	b := testFile(t, "program32")
	put32(sections32+16, 0x10000)(b)
	f, err := xcoff.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Sections[0].Data(); !refused(err, `at offset 256: .* section ".text" should have 65536 bytes here, the file has 840`) {
		t.Errorf("Data() = %v", err)
	}
}

// An error of the file itself is no fault of the format.
func TestReadError(t *testing.T) {
	t.Parallel()
	_, err := xcoff.NewFile(badDisk{})
	if !errors.Is(err, iotest.ErrTimeout) || errors.Is(err, xcoff.ErrFormat) || errors.Is(err, xcoff.ErrMagic) {
		t.Errorf("NewFile = %v, want %v", err, iotest.ErrTimeout)
	}
}

type badDisk struct{}

func (badDisk) ReadAt([]byte, int64) (int, error) { return 0, iotest.ErrTimeout }

// Not parallel: it counts what is allocated.
func TestMemory(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func([]byte)
	}{
		{"sections", put16(2, 0xFFFF)},
		{"loader section", put64(sections64+3*72+24, 1<<40)},
		{"symbols", put32(loader64+4, math.MaxUint32)},
		{"relocations", put32(loader64+8, math.MaxUint32)},
		{"import files", put32(loader64+16, math.MaxUint32)},
	} {
		b := testFile(t, "program64")
		test.change(b)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := xcoff.NewFile(bytes.NewReader(b))
		runtime.ReadMemStats(&after)
		const limit = 64 << 10
		if used := after.TotalAlloc - before.TotalAlloc; err == nil || used > limit {
			t.Errorf("%s without end in a file of %d bytes: %v, %d bytes used, want an error and at most %d", test.name, len(b), err, used, limit)
		}
	}
}

// manyNames is a program of 64 bits whose symbols all have the one name of the string table, as long as it can be.
func manyNames(t *testing.T, symbols int) []byte {
	t.Helper()
	const nameSize = math.MaxUint16
	b := testFile(t, "program64")[:loader64]
	put64(sections64+3*72+24, uint64(56+24*symbols+2+nameSize))(b)
	header := make([]byte, 56)
	put32(0, 2)(header)
	put32(4, uint32(symbols))(header)
	put32(20, 2+nameSize)(header)
	put64(32, uint64(56+24*symbols))(header)
	put64(40, 56)(header)
	b = append(b, header...)
	for range symbols {
		symbol := make([]byte, 24)
		put32(8, 2)(symbol)
		b = append(b, symbol...)
	}
	b = binary.BigEndian.AppendUint16(b, nameSize)
	return append(append(b, strings.Repeat("n", nameSize-1)...), 0)
}

// One long name for all symbols would make a large list of a small file.
func TestSharedNames(t *testing.T) {
	t.Parallel()
	if _, err := xcoff.NewFile(bytes.NewReader(manyNames(t, 1))); err != nil {
		t.Errorf("one symbol: %v", err)
	}
	if _, err := xcoff.NewFile(bytes.NewReader(manyNames(t, 2))); !refused(err, "the names of the symbols overlap") {
		t.Errorf("two symbols: %v", err)
	}
}

func FuzzFile(f *testing.F) {
	for _, name := range fixed {
		f.Add(testFile(f, name))
	}
	for _, path := range aixPrograms(f) {
		if b, err := os.ReadFile(path); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := xcoff.NewFile(bytes.NewReader(b))
		if err != nil {
			if !errors.Is(err, xcoff.ErrFormat) && !errors.Is(err, xcoff.ErrMagic) {
				t.Errorf("an error that nobody can test for: %v", err)
			}
			return
		}
		for _, c := range file.Corrections() {
			if c.Offset < 0 || c.Offset > int64(len(b)-len(c.Found)) || !bytes.Equal(b[c.Offset:][:len(c.Found)], c.Found) {
				t.Errorf("%v: not at %d", c, c.Offset)
			}
		}
		for _, s := range file.Sections {
			if _, err := s.Data(); err != nil && !errors.Is(err, xcoff.ErrFormat) {
				t.Errorf("section %q: %v", s.Name, err)
			}
		}
		if file.Loader == nil {
			return
		}
		var names int
		for _, s := range file.Loader.Symbols {
			names += len(s.Name)
		}
		for _, i := range file.Loader.ImportFiles {
			names += len(i.Path) + len(i.Base) + len(i.Member)
		}
		if names > 2*len(b) {
			t.Errorf("%d bytes of names in a file of %d", names, len(b))
		}
		for _, r := range file.Loader.Relocations {
			if r.Symbol >= 3 {
				_ = file.Loader.Symbols[r.Symbol-3] // must be there
			}
		}
		imports := file.Imports()
		if gone, added := xcoff.DiffImports(imports, imports); gone != nil || added != nil {
			t.Errorf("a file's imports differ from themselves: %v, %v", gone, added)
		}
		if path := file.LibraryPath(); path != nil && strings.Join(path, ":") != file.Loader.ImportFiles[0].Path {
			t.Errorf("the library path %q is not %q", path, file.Loader.ImportFiles[0].Path)
		}
	})
}
