package bff_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

// rewriteStrictly writes again what a strict Reader takes: the same bytes.
func rewriteStrictly(image []byte) ([]byte, error) {
	r := bff.NewReader(bytes.NewReader(image))
	r.Strict = true
	var b bytes.Buffer
	var w *bff.Writer
	for {
		h, err := r.Next()
		if err != nil && err != io.EOF {
			return nil, err
		}
		if w == nil { // the date of the archive
			w = bff.NewWriter(&b, time.Unix(int64(binary.LittleEndian.Uint32(image[8:])), 0))
		}
		if err == io.EOF {
			err = w.Close()
			return b.Bytes(), err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(w.WriteHeader(h), writeString(w, string(data))); err != nil {
			return nil, err
		}
	}
}

// TestStrictMutations changes every byte of an image, each bit of it and all of them. A strict Reader notices all but those in the
// data of files, which the container does not cover.
func TestStrictMutations(t *testing.T) {
	t.Parallel()
	image := write(t, directory("./", 0o755), file("./a", 0o2555, "data of a file"), directory("./b", 0o1777), file("./c", 0o644, ""))
	if _, err := rewriteStrictly(image); err != nil {
		t.Fatal(err)
	}
	data := bytes.Index(image, []byte("data of a file"))
	for at := range image {
		covered := at < data || at >= data+len("data of a file")
		for _, flip := range []byte{1, 2, 4, 8, 16, 32, 64, 128, 255} {
			image[at] ^= flip
			if _, err := rewriteStrictly(image); (err != nil) != covered {
				t.Errorf("byte %d with %#02x turned over: %v", at, flip, err)
			}
			image[at] ^= flip
		}
	}
}

func TestStrict(t *testing.T) {
	t.Parallel()
	sealed := func(at int, b byte) func([]byte) []byte {
		return func(image []byte) []byte {
			image[at] = b
			reseal(image[headerAt:securityAt])
			return image
		}
	}
	for _, test := range []struct {
		name   string
		change func([]byte) []byte
		want   error
		text   string
	}{
		{"left-overs behind the name", sealed(headerAt+64+4, 'x'), bff.ErrStrict, "offset 140: not as our Writer makes it: byte 0x78, not 0x00"},
		{"two links", sealed(headerAt+6, 2), bff.ErrStrict, "offset 78"},
		{"another access time", sealed(headerAt+28, 1), bff.ErrStrict, "offset 100"},
		{"mode of JFS2", sealed(headerAt+14, 1), bff.ErrStrict, "offset 86"},
		{"a name of no package", sealed(headerAt+64, '/'), bff.ErrName, "offset 72: not as our Writer makes it: invalid name"},
		{"packed", sealed(headerAt+2, 0x6C), bff.ErrStrict, "offset 74"},
		{"symbolic link", sealed(headerAt+13, 0xA1), bff.ErrType, "offset 72"},
		{"mode of the ACL", func(b []byte) []byte { b[securityAt+13] = 8; return b }, bff.ErrStrict, "offset 157"},
		{"a longer ACL", func([]byte) []byte { return aclImage(t, "0c000640"+"08000200"+"000000d6") }, bff.ErrStrict, "offset 144"},
		{"a longer header", func(b []byte) []byte {
			b = slices.Insert(b, securityAt, make([]byte, 8)...)
			b[headerAt]++
			reseal(b[headerAt : securityAt+8])
			return b
		}, bff.ErrStrict, "offset 72: not as our Writer makes it"},
		{"fill behind data", func(b []byte) []byte { b[dataAt+3] = 1; return b }, bff.ErrStrict, "offset 187"},
		{"end", func(b []byte) []byte { b[endAt+6] = 0; reseal(b[endAt : endAt+8]); return b }, bff.ErrStrict, "offset 198"},
		{"fill behind the end", func(b []byte) []byte { b[511] = 1; return b }, bff.ErrStrict, "offset 511"},
		{"another block", func(b []byte) []byte { return append(b, make([]byte, 512)...) }, bff.ErrStrict, "offset 512: not as our Writer makes it: the"},
		{"no whole block", func(b []byte) []byte { return b[:500] }, io.ErrUnexpectedEOF, "offset 500"},
		{"the volume's user", func(b []byte) []byte { b[52] = 'R'; reseal(b[:headerAt]); return b }, bff.ErrStrict, "offset 52"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := rewriteStrictly(test.change(write(t, file("./a", 0o644, "x"))))
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v, want %v with %q", err, test.want, test.text)
			}
		})
	}
}
