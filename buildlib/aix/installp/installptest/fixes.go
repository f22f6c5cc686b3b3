package installptest

import (
	"archive/tar"
	"bytes"
	"testing"
	"time"
)

// Fix is an interim fix with these members, names and contents in turn.
func Fix(t testing.TB, members ...string) []byte {
	t.Helper()
	return Compressed(Tar(t, members...))
}

// Tar is what is packed in one.
func Tar(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: members[i], Mode: 0o644, Size: int64(len(members[i+1])), ModTime: time.Unix(1e9, 0)}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Compressed is data in the form of compress, packed no smaller: every byte is a code of 9 bits, and the table is emptied before it grows.
func Compressed(data []byte) []byte {
	const empty, width, often = 256, 9, 239 // with the code that empties it, a whole number of groups of eight
	out := []byte{0x1f, 0x9d, 0x80 | 16}
	held, has := 0, 0
	put := func(code int) {
		held |= code << has
		for has += width; has >= 8; has -= 8 {
			out, held = append(out, byte(held)), held>>8
		}
	}
	for i, c := range data {
		if i%often == 0 && i > 0 {
			put(empty)
		}
		put(int(c))
	}
	if has > 0 {
		out = append(out, byte(held))
	}
	return out
}
