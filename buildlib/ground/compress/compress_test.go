package compress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func unpack(data []byte) ([]byte, error) {
	z, err := NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// Made by ncompress 4.2.4.6: "compress -c" and "compress -b 10 -c".
func TestKnown(t *testing.T) {
	t.Parallel()
	const want = "to be or not to be, that is the question: to be or not to be\n"
	for _, name := range []string{"hamlet.Z", "hamlet-b10.Z"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unpack(data); string(got) != want || err != nil {
			t.Errorf("%s = %q, %v, want %q", name, got, err, want)
		}
		z, err := NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(z, []byte(want)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A reader that breaks is not damaged data.
func TestUnread(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, begun := range []string{"", "\x1f\x9d", "\x1f\x9d\x90", "\x1f\x9d\x90abc"} {
		z, err := NewReader(io.MultiReader(strings.NewReader(begun), iotest.ErrReader(broken)))
		if err == nil {
			_, err = io.ReadAll(z)
		}
		if !errors.Is(err, broken) || errors.Is(err, ErrFormat) {
			t.Errorf("after %x: %v", begun, err)
		}
	}
}

// packed writes what compress -b writes, and empties the table after so many codes, if it may. It follows the reader in its mind: the
// reader's table has an entry less than the writer's, and groups of eight codes are filled up where the width changes.
func packed(data []byte, bits int, block bool, every int) []byte {
	out := []byte{0x1f, 0x9d, byte(bits)}
	first := clearCode
	if block {
		out[2] |= 0x80
		first++
	}
	var group []byte
	used, width, next, codes := 0, firstBits, first, 0
	end := func(size int) {
		out = append(append(out, group...), make([]byte, size-len(group))...)
		group, used = nil, 0
	}
	write := func(code int) {
		if next == 1<<width && width < bits {
			if used > 0 {
				end(width)
			}
			width++
		}
		for i := range width {
			if used%8 == 0 {
				group = append(group, 0)
			}
			group[used/8] |= byte(code>>i&1) << (used % 8)
			used++
		}
		if used == 8*width {
			end(width)
		}
		if codes++; codes > 1 && next < 1<<bits {
			next++
		}
	}
	table := make(map[string]int)
	text := ""
	code := func() int {
		if len(text) == 1 {
			return int(text[0])
		}
		return table[text]
	}
	for _, c := range data {
		longer := text + string([]byte{c})
		if _, known := table[longer]; known || text == "" {
			text = longer
			continue
		}
		write(code())
		if free := first + len(table); free < 1<<bits {
			table[longer] = free
		}
		text = longer[len(longer)-1:]
		if block && codes == every {
			write(clearCode)
			if used > 0 {
				end(width)
			}
			width, next, codes = firstBits, first, 0
			clear(table)
		}
	}
	if text != "" {
		write(code())
	}
	end(len(group))
	return out
}

// Every code width, with and without a table that is emptied, and one that fills up.
func TestWidths(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	var words, noise bytes.Buffer
	for range 5000 {
		fmt.Fprintf(&words, "word%d ", random.IntN(3000))
	}
	for range 1 << (widest + 1) { // more codes than the largest table has
		noise.WriteByte(byte(random.Uint32()))
	}
	noise.Write(bytes.Repeat([]byte("a"), 5000)) // codes that are used while they are made
	noise.Write(words.Bytes())
	for name, data := range map[string][]byte{"nothing": nil, "one": []byte("a"), "two": []byte("aa"), "words": words.Bytes(), "noise": noise.Bytes()} {
		for bits := narrowest; bits <= widest; bits++ {
			for _, every := range []int{0, 1, 256, 5000} {
				got, err := unpack(packed(data, bits, every > 0, every))
				if err != nil || !bytes.Equal(got, data) {
					t.Errorf("%s, %d bits, emptied every %d codes: %d bytes, %v, want %d", name, bits, every, len(got), err, len(data))
				}
			}
		}
	}
	for size := range 9 { // the last group has each number of codes
		data := noise.Bytes()[:1<<widest+size]
		if got, err := unpack(packed(data, widest, false, 0)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes of noise: %d bytes, %v", len(data), len(got), err)
		}
	}
	hamlet, err := os.ReadFile(filepath.Join("testdata", "hamlet.Z"))
	if got := packed([]byte("to be or not to be, that is the question: to be or not to be\n"), 16, true, 0); err != nil || !bytes.Equal(got, hamlet) {
		t.Errorf("packed() = %x, want what compress wrote, %x", got, hamlet)
	}
}

// compress(1) itself is the other reader and writer of this format: every code width, text that makes it empty its table
// (block mode), text that never does, and noise.
func TestAgainstCompress(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("compress")
	if err != nil {
		t.Skip("no compress on this machine")
	}
	random := rand.New(rand.NewPCG(1, 2))
	var words, noise, mixed bytes.Buffer
	for i := range 60000 {
		fmt.Fprintf(&words, "word%d ", random.IntN(3000))
		noise.WriteByte(byte(random.Uint32()))
		if i%20000 < 10000 {
			mixed.WriteString("define(`confLDOPTS')\n")
		} else {
			mixed.WriteByte(byte(random.Uint32()))
		}
	}
	for name, data := range map[string][]byte{
		"empty": nil, "one": []byte("a"), "run": bytes.Repeat([]byte("a"), 100000), "words": words.Bytes(), "noise": noise.Bytes(), "mixed": mixed.Bytes(),
	} {
		for bits := narrowest; bits <= 16; bits++ {
			cmd := exec.Command(program, "-c", "-f", "-b", fmt.Sprint(bits))
			cmd.Stdin = bytes.NewReader(data)
			packed, err := cmd.Output()
			if err != nil {
				t.Fatalf("compress -b %d of %s: %v", bits, name, err)
			}
			if got, err := unpack(packed); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s with %d bits: %d bytes, %v, want %d", name, bits, len(got), err, len(data))
			}
		}
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"short header": {0x1f, 0x9d}, "other magic": {0x1f, 0x8b, 0x90}, "too wide": {0x1f, 0x9d, 0x91}, "too narrow": {0x1f, 0x9d, 0x89},
		"reserved bits": {0x1f, 0x9d, 0xd0}, "first code": {0x1f, 0x9d, 0x90, 0xff, 0x01}, "code 256 without block mode": {0x1f, 0x9d, 0x10, 0x00, 0x01}, "code ahead": {0x1f, 0x9d, 0x90, 0x61, 0xfe, 0x03},
	} {
		if _, err := unpack(data); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}
	for _, data := range [][]byte{{0x1f, 0x9d, 0x90}, {0x1f, 0x9d, 0x90, 0x61}} { // a byte is no code, but padding
		if got, err := unpack(data); len(got) > 0 || err != nil {
			t.Errorf("unpack(%x) = %q, %v", data, got, err)
		}
	}
	if _, err := unpack([]byte{0x1f, 0x9d}); err == nil || !strings.HasSuffix(err.Error(), ": no header") {
		t.Errorf("unpack() = %v, want to be told of the header", err)
	}
	if _, err := unpack([]byte{0x1f, 0x9d, 0x90, 0x61, 0xfe, 0x03}); err == nil || !strings.Contains(err.Error(), "code 511 where the table ends at 256") {
		t.Errorf("unpack() = %v, want to be told of code 511", err)
	}
}

func FuzzReader(f *testing.F) {
	for _, name := range []string{"hamlet.Z", "hamlet-b10.Z"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		z, err := NewReader(bytes.NewReader(data))
		if err != nil {
			return
		}
		// One code stands for at most as many bytes as there were codes before it.
		n, err := io.Copy(io.Discard, z)
		if codes := int64(len(data)) * 8 / 9; n > codes*(codes+1)/2+1 {
			t.Errorf("%d bytes became %d, %v", len(data), n, err)
		}
	})
}
