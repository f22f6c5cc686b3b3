package bff_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

// pack is the inverse of unpacking, for tests only: the Writer never packs. It makes the tree that any Huffman coder makes, the end
// mark being the rarest symbol.
func pack(data string) []byte {
	const end = 256
	type node struct {
		weight int
		leaves []int
	}
	var nodes []node
	for symbol := range end {
		if n := strings.Count(data, string([]byte{byte(symbol)})); n > 0 || symbol == 0 && data == "" {
			nodes = append(nodes, node{n, []int{symbol}})
		}
	}
	nodes = append(nodes, node{0, []int{end}})
	depth := map[int]int{}
	for len(nodes) > 1 {
		slices.SortStableFunc(nodes, func(a, b node) int { return a.weight - b.weight })
		both := node{nodes[0].weight + nodes[1].weight, slices.Concat(nodes[0].leaves, nodes[1].leaves)}
		for _, leaf := range both.leaves {
			depth[leaf]++
		}
		nodes = append(nodes[2:], both)
	}
	levels := depth[end]
	leaves := make([][]int, levels+1)
	for symbol := range end + 1 { // so the end mark comes last
		if d, ok := depth[symbol]; ok {
			leaves[d] = append(leaves[d], symbol)
		}
	}
	out := []byte{byte(levels)}
	for i := 1; i < levels; i++ {
		out = append(out, byte(len(leaves[i])))
	}
	out = append(out, byte(len(leaves[levels])-2))
	codes := map[int]int{}
	for i, inner := levels, 0; i > 0; i-- {
		for j, symbol := range leaves[i] {
			codes[symbol] = inner + j
		}
		inner = (inner + len(leaves[i])) / 2
	}
	for _, list := range leaves {
		for _, symbol := range list {
			if symbol != end {
				out = append(out, byte(symbol))
			}
		}
	}
	var current byte
	bits := 0
	put := func(symbol int) {
		for i := depth[symbol] - 1; i >= 0; i-- {
			current = current<<1 | byte(codes[symbol]>>i&1)
			if bits++; bits%8 == 0 {
				out = append(out, current)
			}
		}
	}
	for _, b := range []byte(data) {
		put(int(b))
	}
	put(end)
	if bits%8 != 0 {
		out = append(out, current<<(8-bits%8))
	}
	return out
}

// packedImage is an archive of a member packed so, which claims to have size bytes, and of a plain one.
func packedImage(t testing.TB, packed []byte, size int) []byte {
	t.Helper()
	image := write(t, file("./a", 0o644, string(packed)), file("./plain", 0o644, "plain"))
	header := image[headerAt:][:int(image[headerAt])*8]
	header[2] = 0x6C
	binary.LittleEndian.PutUint32(header[24:], uint32(size))
	reseal(header)
	return image
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(255 - i)
	}
	skewed := "" // the longest code has 17 bits
	for i := range 17 {
		skewed += strings.Repeat(string(rune('a'+i)), 1<<i)
	}
	for name, data := range map[string]string{
		"nothing":              "",
		"one byte":             "x",
		"one byte many times":  strings.Repeat("x", 1000),
		"text":                 "4 R I PkgA {\nPkgA.rte 1.0.0.0 01 N U en_US My runtime fileset\n",
		"every byte":           string(every),
		"long codes":           skewed,
		"more than any buffer": strings.Repeat("0123456789\n", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := bff.NewReader(iotest.HalfReader(bytes.NewReader(packedImage(t, pack(data), len(data)))))
			h, err := r.Next()
			if err != nil || h.Size != int64(len(data)) {
				t.Fatalf("Next() = %+v, %v, want size %d", h, err, len(data))
			}
			if s := r.Stored(); !s.Packed || s.Size != int64(len(pack(data))) {
				t.Errorf("Stored() = %+v, want packed to %d bytes", s, len(pack(data)))
			}
			got, err := io.ReadAll(iotest.OneByteReader(r))
			if err != nil || string(got) != data {
				t.Errorf("unpacked to %d bytes and %v, want %d bytes", len(got), err, len(data))
			}
			if h, err := r.Next(); err != nil || h.Name != "./plain" {
				t.Errorf("Next() = %+v, %v, want ./plain", h, err)
			}
		})
	}
}

// huffman-packed.bin is the data of a packed member as backup wrote it on AIX in 2024, huffman-plain.bin what restore made of it.
func TestUnpackSample(t *testing.T) {
	t.Parallel()
	packed, plain := sample(t, "huffman-packed.bin"), sample(t, "huffman-plain.bin")
	got, err := read(bytes.NewReader(packedImage(t, packed, len(plain))))
	if err != nil {
		t.Fatal(err)
	}
	if diff := bytediff([]byte(got[0].data), plain); diff != "" {
		t.Error(diff)
	}
}

// TestUnpackDeepest has the deepest tree that there may be: a leaf on each level, and on the last one the end mark beside it.
func TestUnpackDeepest(t *testing.T) {
	t.Parallel()
	packed := append([]byte{24}, slices.Repeat([]byte{1}, 23)...)
	packed = append(packed, 0)
	packed = append(packed, "abcdefghijklmnopqrstuvwx"...)
	packed = append(packed, 0, 0, 0, 0x80, 0, 0, 0x80) // x is 24 bits of 0, a is 1, the end mark is 23 bits of 0 and a 1
	got, err := read(bytes.NewReader(packedImage(t, packed, 2)))
	if err != nil || got[0].data != "xa" {
		t.Errorf("unpacked to %v and %v, want xa", got, err)
	}
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	deep := slices.Concat([]byte{24}, slices.Repeat([]byte{1}, 23), []byte{0}, []byte("abcdefghijklmnopqrstuvwx"), []byte{0, 0, 0}) // of TestUnpackDeepest: x, and no end mark
	good := pack("abcabc")                                                                                                          // levels 2: 1 leaf, 1+2 leaves; symbols; bits
	for _, test := range []struct {
		name   string
		packed []byte
		size   int
		text   string
	}{
		{"nothing", nil, 6, "offset 184: invalid packed data: the data is cut off"},
		{"no levels", []byte{0}, 6, "offset 185: invalid packed data: a code tree with 0 levels"},
		{"too many levels", slices.Concat([]byte{25}, make([]byte, 300)), 6, "a code tree with 25 levels"},
		{"cut in the tree", good[:2], 6, "offset 186: invalid packed data: the data is cut off"},
		{"cut in the symbols", good[:4], 6, "offset 188: invalid packed data: the data is cut off"},
		{"cut in the bits", good[:len(good)-1], 6, "the data is cut off"},
		{"without the end mark", deep, 1, "the data is cut off"},
		{"a byte behind the end mark", append(slices.Clone(good), 0), 6, "1 bytes follow the end mark"},
		{"smaller than the data", good, 5, "the data goes on behind its size"},
		{"larger than the data", good, 7, "the data ends 1 bytes early"},
		{"size 0", good, 0, "the data goes on behind its size"},
		{"more symbols than bytes", slices.Concat([]byte{9, 0, 0, 0, 0, 0, 0, 0, 1, 255}, make([]byte, 300)), 6, "a code tree with 257 symbols"},
		{"two roots", []byte{1, 2, 'a', 'b', 'c', 0}, 6, "a code tree with 2 roots"},
		{"half a node", []byte{2, 1, 1, 'a', 'b', 0}, 6, "a code tree with 3 nodes on level 2"},
		{"a symbol twice", []byte{2, 1, 0, 'a', 'a', 0}, 6, "a code tree with symbol 0x61 twice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := bff.NewReader(bytes.NewReader(packedImage(t, test.packed, test.size)))
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
			_, err := io.ReadAll(r)
			if !errors.Is(err, bff.ErrData) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v, want %v with %q", err, bff.ErrData, test.text)
			}
			if _, again := r.Read(make([]byte, 1)); again != err {
				t.Errorf("the error does not stick: then Read = %v", again)
			}
			h, err := r.Next() // what is wrong with one member's data hides no other member
			if err != nil || h.Name != "./plain" {
				t.Errorf("Next() = %+v, %v, want ./plain", h, err)
			}
		})
	}
}

// A disk that breaks within packed data is not what is wrong with them.
func TestUnpackUnread(t *testing.T) {
	t.Parallel()
	packed, broken := pack("abcabc"), errors.New("broken")
	image := packedImage(t, packed, 6)
	at := bytes.Index(image, packed)
	for n := range packed {
		r := bff.NewReader(io.MultiReader(bytes.NewReader(image[:at+n]), iotest.ErrReader(broken)))
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(r); !errors.Is(err, broken) || errors.Is(err, bff.ErrData) || !strings.Contains(err.Error(), fmt.Sprintf("offset %d:", at+n)) {
			t.Errorf("unread behind %d bytes: %v", n, err)
		}
	}
}

func BenchmarkUnpack(b *testing.B) {
	data := strings.Repeat("The quick brown fox jumps over the lazy dog.\n", 20_000)
	image := packedImage(b, pack(data), len(data))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r := bff.NewReader(bytes.NewReader(image))
		if _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); err != nil || n != int64(len(data)) {
			b.Fatal(n, err)
		}
	}
}
