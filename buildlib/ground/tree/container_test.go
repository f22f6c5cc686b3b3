package tree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

const xzMagic = "\xfd7zXZ\x00"

// xzipped is one stream of xz with a block for each byte of dictionaries, which says in its header how much memory it asks for. The data
// is cut into as many pieces, and is in it as it is: LZMA2 has such chunks too. By the xz file format, version 1.0.4, sections 2 to 5.
func xzipped(data []byte, dictionaries ...byte) []byte {
	sealed := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)) }
	padded := func(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }
	const flags = "\x00\x01" // each block ends in a CRC32
	index := binary.AppendUvarint([]byte{0}, uint64(len(dictionaries)))
	out := append([]byte(xzMagic), binary.LittleEndian.AppendUint32([]byte(flags), crc32.ChecksumIEEE([]byte(flags)))...)
	for i, dictionary := range dictionaries {
		piece := data[len(data)*i/len(dictionaries) : len(data)*(i+1)/len(dictionaries)]
		block := sealed([]byte{2, 0, 0x21, 1, dictionary, 0, 0, 0})
		control := byte(1) // resets the dictionary, which the first chunk must
		for chunk := range slices.Chunk(piece, 1<<16) {
			block = append(binary.BigEndian.AppendUint16(append(block, control), uint16(len(chunk)-1)), chunk...)
			control = 2
		}
		block = append(block, 0)
		index = binary.AppendUvarint(binary.AppendUvarint(index, uint64(len(block)+4)), uint64(len(piece)))
		out = append(out, binary.LittleEndian.AppendUint32(padded(block), crc32.ChecksumIEEE(piece))...)
	}
	index = sealed(padded(index))
	footer := append(binary.LittleEndian.AppendUint32(nil, uint32(len(index)/4-1)), flags...)
	out = append(append(out, index...), binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(footer))...)
	return append(append(out, footer...), "YZ"...)
}

const (
	dictionary4KiB  = 0
	dictionary64MiB = 28
	dictionary96MiB = 29
	dictionary4GiB  = 40 // less a byte: the most that the format can say
)

// What a container holds does not depend on what it is called, and each is known by its own first bytes alone.
func TestDecompress(t *testing.T) {
	t.Parallel()
	plain := small(t)
	hamlet, err := os.ReadFile(filepath.Join("testdata", "hamlet.Z"))
	if err != nil {
		t.Fatal(err)
	}
	known, err := os.ReadFile(filepath.Join("testdata", "hamlet.tar.xz")) // made by XZ Utils 5.4.1, -6
	if err != nil {
		t.Fatal(err)
	}
	old := oldTarBlock(plain)
	const toBe = "to be or not to be, that is the question: to be or not to be\n"
	xzBlocks := xzipped(plain, dictionary4KiB, dictionary64MiB, dictionary4KiB)
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"tar", plain, string(plain)},
		{"tar from before POSIX", old, string(old)},
		{"gzip", gzipped(t, plain), string(plain)},
		{"two of gzip", append(gzipped(t, plain[:700]), gzipped(t, plain[700:])...), string(plain)},
		{"gzip and zeros", slices.Concat(gzipped(t, plain[:700]), make([]byte, 3), gzipped(t, nil), gzipped(t, plain[700:]), make([]byte, 70000)), string(plain)},
		{"compress", hamlet, toBe},
		{"xz", known, string(pack(t, entry("hamlet/line", toBe, 0o644)))},
		{"xz with the largest dictionary", xzipped(plain, dictionary64MiB), string(plain)},
		{"blocks of xz", xzBlocks, string(plain)},
		{"streams of xz", slices.Concat(xzBlocks, make([]byte, 8), xzipped([]byte("more"), dictionary4KiB)), string(plain) + "more"},
	} {
		r, err := decompress(bytes.NewReader(test.data))
		if err != nil {
			t.Errorf("%s: decompress() = %v", test.name, err)
			continue
		}
		got, err := io.ReadAll(r)
		if diff := cmp.Diff(test.want, string(got)); diff != "" || err != nil {
			t.Errorf("%s: ReadAll() = %v (-want +got):\n%s", test.name, err, diff)
		}
	}
}

// oldTarBlock is a header from before POSIX: it has no magic, and a checksum to match, for which the checksum's own place counts as
// blanks. The checksum has the first and the last of the octal digits.
func oldTarBlock(archive []byte) []byte {
	block := bytes.Clone(archive[:512])
	copy(block[257:265], make([]byte, 8))
	for copy(block[148:156], "        "); ; block[500]++ {
		sum := 0
		for _, c := range block {
			sum += int(c)
		}
		if text := fmt.Sprintf("%06o\x00 ", sum); strings.Contains(text, "7") {
			copy(block[148:156], text)
			return block
		}
	}
}

// A single bit in the first bytes makes a container unknown, or damaged, and never another one.
func TestDecompressKnowsItsMagics(t *testing.T) {
	t.Parallel()
	plain := small(t)
	old := oldTarBlock(plain)
	changed := func(data []byte, at int, to ...byte) []byte {
		data = bytes.Clone(data)
		copy(data[at:], to)
		return data
	}
	unsigned := changed(plain, 148, ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ') // with a wrong checksum the magic alone decides
	for name, data := range map[string][]byte{
		"nothing": nil, "one byte": {0x1f}, "gzip's other byte": {0x1e, 0x8b, 8}, "gzip's second byte": {0x1f, 0x8a, 8}, "compress's": {0x1f, 0x9c, 0x90},
		"xz's first byte": changed(xzipped(plain, 0), 0, 0xfc), "xz's last byte": changed(xzipped(plain, 0), 5, 1),
		"the magic of tar before its place": changed(unsigned, 256, 'u', 's', 't', 'a', 'r', 'x'), "and behind it": changed(unsigned, 257, 'x', 'u', 's', 't', 'a', 'r'),
		"its first letter": changed(unsigned, 257, 'U'), "its last": changed(unsigned, 261, 'R'),
		"a header cut short": plain[:511], "a checksum off by one": changed(old, 0, old[0]+1), "a name too short": changed(old, 0, 0),
		"no digit in the checksum": changed(old, 148, '8'), "nor that below": changed(old, 148, '/'), "zeros": make([]byte, 512),
	} {
		if _, err := decompress(bytes.NewReader(data)); !errors.Is(err, errFormat) {
			t.Errorf("%s: decompress() = %v, want errFormat", name, err)
		}
	}
	broken := errors.New("the disk")
	if _, err := decompress(io.MultiReader(strings.NewReader("x"), failing{broken})); !errors.Is(err, broken) {
		t.Errorf("decompress() = %v, want %v", err, broken)
	}
}

// failing cannot be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A few bytes ask for gigabytes, in the first block or in a later one. They are refused from the header: nothing is allocated for them.
func TestXZDictionary(t *testing.T) {
	plain := small(t) // not parallel: it measures what the process allocates
	for name, data := range map[string][]byte{
		"a bit more":     xzipped(plain, dictionary96MiB),
		"4 GiB":          xzipped(plain, dictionary4GiB),
		"a later block":  xzipped(plain, dictionary4KiB, dictionary4GiB),
		"a later stream": append(xzipped(plain, dictionary4KiB), xzipped(plain, dictionary4GiB)...),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := Unpack(t.Context(), bytes.NewReader(data), filepath.Join(t.TempDir(), "dst"), released, Limits{})
		runtime.ReadMemStats(&after)
		if fault.Code(err) != "archive-too-large" || !strings.Contains(err.Error(), "64 MiB") {
			t.Errorf("%s: Unpack() = %v, want archive-too-large", name, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
			t.Errorf("%s: %d bytes were allocated", name, used)
		}
	}
}

// XZ Utils are the other writer: each level, blocks, no checksum and the longest one.
func TestXZAgainstTool(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("xz")
	if err != nil {
		t.Skip("no xz on this machine")
	}
	plain := pack(t, entry("sm/a", strings.Repeat("define(`confLDOPTS')\n", 20_000), 0o644), entry("sm/b", "x", 0o755))
	for _, args := range [][]string{{"-0"}, {"-9"}, {"-6e"}, {"--block-size=65536"}, {"--check=none"}, {"--check=sha256"}, {"--lzma2=preset=9,dict=64MiB"}, {"--lzma2=preset=0,dict=96MiB"}} {
		cmd := exec.Command(program, append(args, "-c")...)
		cmd.Stdin = bytes.NewReader(plain)
		packed, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", cmd, err)
		}
		want := ""
		if slices.Contains(args, "--lzma2=preset=0,dict=96MiB") {
			want = "archive-too-large"
		}
		if err := Unpack(t.Context(), bytes.NewReader(packed), filepath.Join(t.TempDir(), "dst"), released, Limits{}); fault.Code(err) != want {
			t.Errorf("xz %v: Unpack() = %v, want %q", args, err, want)
		}
		if err := Unpack(t.Context(), bytes.NewReader(packed[:len(packed)-5]), filepath.Join(t.TempDir(), "dst"), released, Limits{}); err == nil {
			t.Errorf("xz %v: an archive without its last bytes was taken", args)
		}
	}
}

// A tar that compress(1) packed is unpacked; one that was cut off is told by tar, as the packing has no end mark.
func TestUnpackCompressed(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("compress")
	if err != nil {
		t.Skip("no compress on this machine")
	}
	cmd := exec.Command(program, "-c", "-f")
	cmd.Stdin = bytes.NewReader(small(t))
	packed, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := Unpack(t.Context(), bytes.NewReader(packed), filepath.Join(t.TempDir(), "dst"), released, Limits{}); err != nil {
		t.Errorf("Unpack(.Z) = %v", err)
	}
	if err := Unpack(t.Context(), bytes.NewReader(packed[:len(packed)-40]), filepath.Join(t.TempDir(), "dst"), released, Limits{}); err == nil || !strings.Contains(err.Error(), "too early") {
		t.Errorf("Unpack(.Z cut) = %v, want it ends too early", err)
	}
}
