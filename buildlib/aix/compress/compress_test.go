package compress

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"testing/iotest"
)

// pack is what compress does, but for when it empties its table: after so many codes, 0 for never.
func pack(data []byte, bits int, emptyAfter int) []byte {
	out := []byte(Magic + string(rune(0)))
	out[2] = byte(bits)
	if emptyAfter > 0 {
		out[2] |= blockMode
	}
	var held uint64
	var has, codes, width, total int
	width = leastBits
	put := func(code int) {
		held |= uint64(code) << has
		for has += width; has >= 8; has -= 8 {
			out, held = append(out, byte(held)), held>>8
		}
		codes++
	}
	widen := func(to int) {
		for codes%groupCodes != 0 {
			put(0)
		}
		width, codes = to, 0
	}
	table := map[string]int{}
	next := clearCode
	if emptyAfter > 0 {
		next++
	}
	start := next
	find := func(s string) (int, bool) {
		if len(s) == 1 {
			return int(s[0]), true
		}
		code, ok := table[s]
		return code, ok
	}
	fresh := true // the reader adds no entry for the first code
	emit := func(s string) {
		if entries := next; !fresh && entries-1 >= 1<<width && width < bits {
			widen(width + 1)
		}
		code, _ := find(s)
		put(code)
		fresh = false
		total++
	}
	s := ""
	for _, c := range data {
		if _, ok := find(s + string([]byte{c})); ok {
			s += string([]byte{c})
			continue
		}
		emit(s)
		if next < 1<<bits {
			table[s+string([]byte{c})] = next
			next++
		}
		s = string([]byte{c})
		if emptyAfter > 0 && total%emptyAfter == 0 {
			emit(s)
			if next-1 >= 1<<width && width < bits {
				widen(width + 1)
			}
			put(clearCode)
			widen(leastBits)
			table, next, s, fresh = map[string]int{}, start, "", true
		}
	}
	if s != "" {
		emit(s)
	}
	if has > 0 {
		out = append(out, byte(held))
	}
	return out
}

func unpack(t testing.TB, z []byte) ([]byte, error) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(z))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, 64<<20))
}

// samples are texts that repeat themselves, and noise, so that all widths come to be.
func samples() map[string][]byte {
	noise := make([]byte, 300000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(r.IntN(200))
	}
	return map[string][]byte{
		"empty": nil, "a byte": []byte("a"), "its own string": []byte(strings.Repeat("a", 100000)), "noise": noise,
		"text": []byte(strings.Repeat("the quick brown fox jumps over the lazy dog\n", 5000)),
	}
}

func TestReader(t *testing.T) {
	t.Parallel()
	for name, data := range samples() {
		for _, bits := range []int{9, 12, 16} {
			for _, empty := range []int{0, 1, 700, 20011} {
				got, err := unpack(t, pack(data, bits, empty))
				if err != nil || !bytes.Equal(got, data) {
					t.Errorf("%s, %d bits, emptied after %d: %d bytes of %d, %v", name, bits, empty, len(got), len(data), err)
				}
			}
		}
	}
}

// TestForeign lets gzip unpack the same.
func TestForeign(t *testing.T) {
	t.Parallel()
	gzip, err := exec.LookPath("gzip")
	if err != nil {
		t.Skip("no gzip here")
	}
	for name, data := range samples() {
		for _, bits := range []int{12, 16} {
			for _, empty := range []int{0, 700, 20011} {
				cmd := exec.Command(gzip, "-dc")
				cmd.Stdin = bytes.NewReader(pack(data, bits, empty))
				if got, err := cmd.Output(); err != nil || !bytes.Equal(got, data) {
					t.Errorf("%s, %d bits, emptied after %d: gzip gives %d bytes of %d, %v", name, bits, empty, len(got), len(data), err)
				}
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for name, z := range map[string]string{
		"nothing": "", "gzip": "\x1f\x8b\x90", "8 bits": Magic + "\x88", "17 bits": Magic + "\x91",
		"a code that is not there": Magic + "\x90" + "\xff\xff\xff\xff",
		"far ahead":                Magic + "\x90" + "\x61\x06\x02\x00",
	} {
		if _, err := unpack(t, []byte(z)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("broken")
	if _, err := NewReader(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("NewReader = %v", err)
	}
	r, err := NewReader(io.MultiReader(strings.NewReader(Magic+"\x90a"), iotest.ErrReader(broken)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, broken) {
		t.Errorf("Read = %v", err)
	}
}

// FuzzReader: any input ends, and what was packed is unpacked.
func FuzzReader(f *testing.F) {
	f.Add([]byte("aaaaaa"), 9, 3)
	f.Add(pack([]byte(strings.Repeat("abc", 300)), 10, 100), 12, 0)
	f.Fuzz(func(t *testing.T, data []byte, bits, empty int) {
		_, _ = unpack(t, data)
		bits, empty = leastBits+int(uint(bits)%(mostBits-leastBits+1)), int(uint(empty)%5000)
		if got, err := unpack(t, pack(data, bits, empty)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bits, emptied after %d: %q, %v, want %q", bits, empty, got, err, data)
		}
	})
}
