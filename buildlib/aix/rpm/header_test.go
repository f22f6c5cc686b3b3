package rpm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// entry is one of a header, its data where offset says.
type entry struct{ tag, kind, offset, count uint32 }

func headerOf(entries []entry, data string) []byte {
	b := append([]byte(headerMark), 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(len(entries)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	for _, e := range entries {
		for _, n := range []uint32{e.tag, e.kind, e.offset, e.count} {
			b = binary.BigEndian.AppendUint32(b, n)
		}
	}
	return append(b, data...)
}

// whole is an RPM whose signature header has so many bytes of data.
func whole(signature int, header []byte) []byte {
	b := append([]byte(Magic), make([]byte, leadSize-len(Magic))...)
	b = append(b, headerOf([]entry{{1000, 7, 0, uint32(signature)}}, strings.Repeat("s", signature))...)
	for (len(b)-leadSize)%8 != 0 {
		b = append(b, 0xff)
	}
	return append(b, header...)
}

var named = headerOf([]entry{{tagName, 6, 0, 1}, {tagVersion, 6, 2, 1}}, "a\x001\x00")

// The header stands behind that of the signature at a multiple of eight; both must be whole.
func TestWhole(t *testing.T) {
	t.Parallel()
	for n := range 17 {
		p, err := Read(bytes.NewReader(append(whole(n, named), "payload"...)))
		if err != nil || p.Name != "a" || p.Version != "1" || p.Source {
			t.Errorf("a signature of %d bytes: %+v, %v", n, p, err)
		}
	}
	source := whole(3, named)
	source[leadType+1] = 1
	if p, err := Read(bytes.NewReader(source)); err != nil || !p.Source {
		t.Errorf("a source package: %+v, %v", p, err)
	}
	all, broken := whole(3, named), errors.New("broken")
	for n := range all {
		const before, within = "it ends before its headers do", "it ends in a header"
		if _, err := Read(bytes.NewReader(all[:n])); !errors.Is(err, ErrFormat) || !strings.HasSuffix(err.Error(), before) && !strings.HasSuffix(err.Error(), within) {
			t.Errorf("%d bytes of %d: %v", n, len(all), err)
		}
		if _, err := Read(io.MultiReader(bytes.NewReader(all[:n]), iotest.ErrReader(broken))); !errors.Is(err, broken) || errors.Is(err, ErrFormat) {
			t.Errorf("unread from %d on: %v", n, err)
		}
	}
}

func TestWrong(t *testing.T) {
	t.Parallel()
	header := func(at int, n uint32) []byte {
		b := slices.Clone(named)
		binary.BigEndian.PutUint32(b[at:], n)
		return whole(3, b)
	}
	// As much as may be said is looked for, more is not.
	for want, data := range map[string][]byte{
		"it begins with 74 65 78 74": []byte(strings.Repeat("text", 50)),
		"a header that begins with 8e ad e8 02 00 00 00 00 00 00 00 02 00 00 00 04": header(0, 0x8eade802),
		"a header that begins with 8e ad e8 01 00 00 00 00 00 01 00 01 00 00 00 04": header(8, mostEntries+1),
		"a header that begins with 8e ad e8 01 00 00 00 00 00 00 00 02 04 00 00 01": header(12, mostData+1),
		"it ends in a header":                     header(8, mostEntries),
		"it ends in a header ":                    header(12, mostData),
		"its header has no name or no version":    whole(3, headerOf([]entry{{tagName, 6, 0, 1}}, "a\x00")),
		"its header has no name or no version ":   whole(3, headerOf([]entry{{tagVersion, 6, 0, 1}}, "1\x00")),
		"its header has no name or no version  ":  whole(3, headerOf([]entry{{tagName, 4, 0, 1}, {tagVersion, 6, 0, 1}}, "1\x00")),
		"its header has no name or no version   ": whole(3, headerOf([]entry{{tagName, 6, 5, 1}, {tagVersion, 6, 0, 1}}, "1\x00")),
	} {
		if _, err := Read(bytes.NewReader(data)); !errors.Is(err, ErrFormat) || err.Error() != ErrFormat.Error()+": "+strings.TrimSpace(want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// Values of each type, of which there may be fewer than the entry says.
func TestValues(t *testing.T) {
	t.Parallel()
	const data = "\x01\x02\x03\x04\x05\x06\x07a\x00b\x00rest"
	for _, test := range []struct {
		entry
		numbers []uint32
		texts   []string
	}{
		{entry{1, 2, 0, 2}, []uint32{1, 2}, nil},
		{entry{1, 3, 0, 2}, []uint32{0x0102, 0x0304}, nil},
		{entry{1, 3, 1, 1}, []uint32{0x0203}, nil},
		{entry{1, 4, 0, 1}, []uint32{0x01020304}, nil},
		{entry{1, 4, 0, 9}, []uint32{0x01020304, 0x05060761, 0x00620072}, nil},
		{entry{1, 4, 12, 1}, []uint32{}, nil},
		{entry{1, 4, 15, 1}, []uint32{}, nil},
		{entry{1, 4, 16, 1}, []uint32{}, nil},
		{entry{1, 1, 0, 1}, nil, nil},
		{entry{1, 5, 0, 1}, nil, nil},
		{entry{1, 7, 7, 1}, nil, nil},
		{entry{1, 6, 7, 1}, nil, []string{"a"}},
		{entry{1, 8, 7, 2}, nil, []string{"a", "b"}},
		{entry{1, 8, 7, 3}, nil, []string{"a", "b"}},
		{entry{1, 9, 9, 1}, nil, []string{"b"}},
		{entry{2, 6, 7, 1}, nil, nil},
	} {
		h := &header{map[uint32][3]uint32{test.tag: {test.kind, test.offset, test.count}}, []byte(data)}
		numbers, texts := h.numbers(1), h.texts(1)
		if !slices.Equal(numbers, test.numbers) || (numbers == nil) != (test.numbers == nil) || !slices.Equal(texts, test.texts) {
			t.Errorf("%+v: %v and %q, want %v and %q", test.entry, numbers, texts, test.numbers, test.texts)
		}
	}
}

func TestRelations(t *testing.T) {
	t.Parallel()
	const names, levels, signs = "a\x00b\x00c\x00d\x00e\x00f\x00g\x00", "1\x002\x003\x004\x005\x006\x00\x00", "\x01\x02\x04\x08\x0a\x0c\x08"
	want := []string{"a", "b < 2", "c > 3", "d = 4", "e <= 5", "f >= 6", "g"}
	of := func(name, sign, level uint32) []entry {
		return []entry{{tagName, 6, 0, 1}, {tagVersion, 6, 0, 1}, {name, 8, 0, 7}, {level, 8, uint32(len(names)), 7}, {sign, 2, uint32(len(names + levels)), 7}}
	}
	p, err := Read(bytes.NewReader(whole(3, headerOf(of(tagRequires, tagRequireFlags, tagRequireVersions), names+levels+signs))))
	if diff := cmp.Diff(want, p.Requires); err != nil || diff != "" || len(p.Provides) != 0 {
		t.Errorf("%v, provides %q, -want +requires:\n%s", err, p.Provides, diff)
	}
	p, err = Read(bytes.NewReader(whole(3, headerOf(of(tagProvides, tagProvideFlags, tagProvideVersions), names+levels+signs))))
	if diff := cmp.Diff(want, p.Provides); err != nil || diff != "" || len(p.Requires) != 0 {
		t.Errorf("%v, requires %q, -want +provides:\n%s", err, p.Requires, diff)
	}
}

func TestDirectories(t *testing.T) {
	t.Parallel()
	h := &header{map[uint32][3]uint32{tagBaseNames: {8, 0, 3}, tagDirNames: {8, 6, 2}, tagDirIndexes: {2, 12, 3}}, []byte("a\x00b\x00c\x00/x\x00/y\x00\x01\x00\x01")}
	var got []string
	for _, f := range h.files() {
		got = append(got, f.Name)
	}
	if diff := cmp.Diff([]string{"/y/a", "/x/b", "/y/c"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
