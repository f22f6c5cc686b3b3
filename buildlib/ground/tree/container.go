package tree

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"github.com/therootcompany/xz"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/compress"
)

// errFormat is input that no known format begins like: most often the error page of some web server.
var errFormat = errors.New("neither gzip, xz, compress (.Z) nor plain tar")

// maxXZDictionary bounds the memory that an xz file may ask for. xz -9 uses 64 MiB. Each block's header says how much it wants, and
// is refused before anything is allocated for it.
const maxXZDictionary = 64 << 20

// decompress finds the compression by the first bytes, never by a name, and returns the plain tar stream.
func decompress(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	// 512 bytes are a tar header. Peek's error only means that there is less, which the magics notice.
	head, err := b.Peek(512)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, err
		}
		return &gzipReader{z, b}, nil
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		return xz.NewReader(b, maxXZDictionary)
	case bytes.HasPrefix(head, []byte{0x1f, 0x9d}):
		return compress.NewReader(b)
	case len(head) == 512 && (bytes.Equal(head[257:262], []byte("ustar")) || oldTar(head)):
		return b, nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return nil, errFormat
}

// gzipReader reads members of gzip data one after another, and lets zeros follow them, as gzip and tar do: a copy from a tape, or by blocks,
// ends in them.
type gzipReader struct {
	z *gzip.Reader
	b *bufio.Reader
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		g.z.Multistream(false)
		n, err := g.z.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
		for c := byte(0); c == 0; {
			if c, err = g.b.ReadByte(); err != nil {
				return 0, err
			}
		}
		if err := errors.Join(g.b.UnreadByte(), g.z.Reset(g.b)); err != nil {
			return 0, err
		}
	}
}

// oldTar says whether a block is the header of a tar archive from before POSIX, which has no magic but the right checksum.
func oldTar(block []byte) bool {
	sum, stated := 0, 0
	for i, c := range block {
		if i >= 148 && i < 156 {
			c = ' ' // the checksum field counts as blanks
		}
		sum += int(c)
	}
	for _, c := range bytes.Trim(block[148:156], " \x00") {
		if c < '0' || c > '7' {
			return false
		}
		stated = stated<<3 | int(c-'0')
	}
	return block[0] != 0 && sum == stated
}

// tailReader remembers how many zero bytes stood last in what was read: a tar archive ends in blocks of zeros, and archive/tar
// takes one that was cut off between two entries for a whole one.
type tailReader struct {
	r     io.Reader
	zeros int
}

func (t *tailReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	trailing := 0
	for trailing < n && p[n-1-trailing] == 0 {
		trailing++
	}
	if trailing == n {
		t.zeros += n
	} else {
		t.zeros = trailing
	}
	return n, err
}
