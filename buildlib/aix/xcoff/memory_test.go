package xcoff_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// filled is a program of 64 bits whose loader section is full of what a test puts there: so many symbols, all imports, relocations, and
// import file IDs with empty names.
func filled(t testing.TB, symbols, relocations, files int) []byte {
	t.Helper()
	b := testFile(t, "program64")[:loader64]
	names := 12 * symbols
	size := 56 + 24*symbols + 16*relocations + 3*files + names
	put64(sections64+3*72+24, uint64(size))(b)
	section := make([]byte, size)
	put32(0, 2)(section)
	put32(4, uint32(symbols))(section)
	put32(8, uint32(relocations))(section)
	put32(12, uint32(3*files))(section)
	put32(16, uint32(files))(section)
	put32(20, uint32(names))(section)
	put64(24, uint64(56+24*symbols+16*relocations))(section)
	put64(32, uint64(size-names))(section)
	put64(40, 56)(section)
	put64(48, uint64(56+24*symbols))(section)
	table := section[size-names:]
	for i := range symbols {
		binary.BigEndian.PutUint16(table[12*i:], 10)
		for j, n := 0, i; j < 9; j, n = j+1, n/26 {
			table[12*i+2+j] = byte('a' + n%26)
		}
		symbol := section[56+24*i:]
		put32(8, uint32(12*i+2))(symbol)
		symbol[14] = byte(xcoff.SymbolImport)
	}
	return append(b, section...)
}

// A file takes three times its size and not more, whatever it is full of. Not parallel: it counts what is allocated.
func TestThreeTimes(t *testing.T) {
	for _, test := range []struct {
		name                        string
		symbols, relocations, files int
		refused                     bool
	}{
		{"symbols", 200_000, 0, 0, false},
		{"relocations", 0, 500_000, 0, false},
		{"both", 100_000, 200_000, 1, false},
		{"import files", 0, 0, 2_000_000, true},
	} {
		b := filled(t, test.symbols, test.relocations, test.files)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := xcoff.NewFile(bytes.NewReader(b))
		imports := 0
		if err == nil {
			for range f.EachImport() {
				imports++
			}
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; (err != nil) != test.refused || imports != test.symbols || used > 3*uint64(len(b)) {
			t.Errorf("%s: %v, %d imports, %.1f times %d bytes", test.name, err, imports, float64(used)/float64(len(b)), len(b))
		}
	}
}
