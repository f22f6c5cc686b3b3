package ar_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
)

// withSymbols is an archive of two members with a symbol table for each width: printf and puts are in the first member, errno in
// the second. The small format has one table, which comes first.
func withSymbols(t testing.TB, format ar.Format) []byte {
	t.Helper()
	archive := writeAs(t, format, file("shr.o", 0o644, "1"), file("errno.o", 0o644, "22"))
	first, second := bytes.Index(archive, []byte("shr.o")), bytes.Index(archive, []byte("errno.o"))
	switch format {
	case ar.Small:
		return addSymbols(archive, 20, 12, 4, []int{first - 88, first - 88, second - 88}, "printf\x00puts\x00errno\x00")
	default:
		archive = addSymbols(archive, 28, 20, 8, []int{first - 112, first - 112}, "printf\x00puts\x00")
		return addSymbols(archive, 48, 20, 8, []int{second - 112}, "errno\x00")
	}
}

// addSymbols appends a table whose offset stands at an offset of the fixed header; names may be fewer than members.
func addSymbols(archive []byte, at, width, number int, members []int, names string) []byte {
	copy(archive[at:], fmt.Sprintf("%-*d", width, len(archive)))
	value := func(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n))[8-number:] }
	data := value(len(members))
	for _, offset := range members {
		data = append(data, value(offset)...)
	}
	data = append(data, names...)
	head := fmt.Sprintf("%-*d%-*d%-*d", width, len(data), width, 0, width, 0) + fields(0, 0, 0, 0) + "0   `\n"
	return append(append(archive, head...), data...)
}

func symbols(archive []byte) ([]ar.Symbol, error) {
	r, err := ar.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	return r.Symbols()
}

func TestSymbols(t *testing.T) {
	t.Parallel()
	for format, want := range map[ar.Format][]ar.Symbol{
		ar.Small: {{"printf", 68, 0}, {"puts", 68, 0}, {"errno", 168, 0}},
		ar.Big:   {{"printf", 128, 32}, {"puts", 128, 32}, {"errno", 250, 64}},
	} {
		archive := withSymbols(t, format)
		got, err := symbols(archive)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("format %d: %v, -want +got:\n%s", format, err, diff)
		}
		members, err := read(archive)
		if err != nil || len(members) != 2 {
			t.Errorf("format %d: the chain has %v, %v, want two members", format, members, err)
		}
	}
}

// The shortest tables that there are: of no symbol, and of symbols without names.
func TestSymbolsShortest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		members []int
		names   string
		want    []ar.Symbol
	}{
		{nil, "", nil},
		{[]int{128, 128}, "\x00\x00", []ar.Symbol{{"", 128, 32}, {"", 128, 32}}},
	} {
		archive := addSymbols(writeAs(t, ar.Big, file("shr.o", 0o644, "1")), 28, 20, 8, test.members, test.names)
		got, err := symbols(archive)
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%v: %v, -want +got:\n%s", test.members, err, diff)
		}
		if _, err := read(archive); err != nil {
			t.Errorf("%v: %v", test.members, err)
		}
	}
}

func TestSymbolsRefused(t *testing.T) {
	t.Parallel()
	// An archive with a symbol table of 32 bits, of so many entries, with these names.
	table := func(count int, members []int, names string) []byte {
		archive := addSymbols(writeAs(t, ar.Big, file("shr.o", 0o644, "1")), 28, 20, 8, members, names)
		number := len(archive) - len(names) - 8*(len(members)+1)
		binary.BigEndian.PutUint64(archive[number:], uint64(count))
		return archive
	}
	misled := writeAs(t, ar.Big, file("shr.o", 0o644, "1"))
	copy(misled[28:], "128")
	empty := table(0, nil, "")
	copy(empty[len(empty)-8-114:], "0 ")
	for _, test := range []struct {
		name    string
		archive []byte
		text    string
	}{
		{"no such member", table(1, []int{130}, "a\x00"), `offset 130: invalid archive: the symbol "a"`},
		{"no names", table(1, []int{128}, ""), "shorter than its number of entries"},
		{"a name without an end", table(1, []int{128}, "a"), "shorter than its number of entries"},
		{"more entries than bytes", table(3, []int{128}, "a\x00"), "shorter than its number of entries"},
		{"more entries than any number", table(-1, []int{128}, "a\x00"), "shorter than its number of entries"},
		{"nothing in it", empty, "shorter than its number of entries"},
		{"a member for a table", misled, `offset 128: invalid archive: a table with the name "shr.o"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(test.archive)
			if !errors.Is(err, ar.ErrFormat) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v, want %v with %q", err, ar.ErrFormat, test.text)
			}
		})
	}
}
