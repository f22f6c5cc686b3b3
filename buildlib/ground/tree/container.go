package tree

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/therootcompany/xz"
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
		return newLZWReader(b)
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

// errLZW is what every damaged .Z file ends in.
var errLZW = errors.New("damaged .Z data")

const (
	lzwFirstBits = 9
	lzwMinBits   = 10 // compress -b 9 writes something else again, and nobody has a release in it
	lzwMaxBits   = 16
	lzwClear     = 256 // empties the table, in block mode
)

// lzwReader reads what compress(1) writes. The standard library's compress/lzw cannot: the widest code is 12 bits there and 16
// here, and compress pads its output to a full group of eight codes whenever the code width changes. The format has no
// checksum and no end mark, so a file that was cut off may go unnoticed here; the tar format above it notices.
//
// Learned from the decompressor of ncompress and its manual page, and tested against that program's output.
type lzwReader struct {
	r         *bufio.Reader
	block     bool // code 256 empties the table
	maxBits   int
	width     int
	group     [lzwMaxBits]byte // eight codes of the present width
	bits, pos int              // bits held by the group, and already used
	prefix    [1 << lzwMaxBits]uint16
	suffix    [1 << lzwMaxBits]byte
	next      int // first free code
	previous  int // last code, or -1 after an empty table
	first     byte
	out       []byte // decoded and not yet read, last byte first
	err       error
}

// newLZWReader checks the three header bytes: 1f 9d, and a byte that holds the widest code in its low five bits and block mode in its highest.
func newLZWReader(r *bufio.Reader) (*lzwReader, error) {
	var header [3]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, fmt.Errorf("%w: no header", errLZW)
	}
	z := &lzwReader{r: r, block: header[2]&0x80 != 0, maxBits: int(header[2] & 0x1f)}
	if header[0] != 0x1f || header[1] != 0x9d || z.maxBits < lzwMinBits || z.maxBits > lzwMaxBits || header[2]&0x60 != 0 {
		return nil, fmt.Errorf("%w: header % x", errLZW, header)
	}
	z.reset()
	return z, nil
}

func (z *lzwReader) reset() {
	z.width, z.previous, z.next = lzwFirstBits, -1, lzwClear
	if z.block {
		z.next++
	}
	z.bits, z.pos = 0, 0
}

func (z *lzwReader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(z.out) == 0 {
			if z.err == nil {
				z.err = z.decode()
			}
			if z.err != nil {
				break
			}
			continue
		}
		last := len(z.out) - 1
		p[n] = z.out[last]
		z.out = z.out[:last]
		n++
	}
	if n > 0 {
		return n, nil
	}
	return 0, z.err
}

// code reads the next code of the present width, least significant bit first.
func (z *lzwReader) code() (int, error) {
	if z.pos+z.width > z.bits {
		n, err := io.ReadFull(z.r, z.group[:z.width])
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, err // io.EOF: nothing follows the last group
		}
		z.bits, z.pos = n*8, 0
		if z.bits < z.width {
			return 0, io.EOF // fewer bits than a code: padding
		}
	}
	code := 0
	for i := range z.width {
		at := z.pos + i
		code |= int(z.group[at/8]>>(at%8)&1) << i
	}
	z.pos += z.width
	return code, nil
}

// decode reads one code and puts what it stands for into out.
func (z *lzwReader) decode() error {
	if z.next == 1<<z.width && z.width < z.maxBits {
		z.width++
		z.bits, z.pos = 0, 0 // the rest of the group is padding
	}
	code, err := z.code()
	if err != nil {
		return err
	}
	if z.block && code == lzwClear {
		z.reset()
		return nil
	}
	if z.previous < 0 {
		if code > 255 {
			return fmt.Errorf("%w: code %d from an empty table", errLZW, code)
		}
		z.previous, z.first = code, byte(code)
		z.out = append(z.out, z.first)
		return nil
	}
	current := code
	if code >= z.next {
		// The one code that may be used while it is being made: the previous text and its own first byte.
		if code > z.next {
			return fmt.Errorf("%w: code %d where the table ends at %d", errLZW, code, z.next-1)
		}
		z.out = append(z.out, z.first)
		current = z.previous
	}
	for current > 255 {
		z.out = append(z.out, z.suffix[current])
		current = int(z.prefix[current]) // always smaller than its index, so this ends
	}
	z.first = byte(current)
	z.out = append(z.out, z.first)
	if z.next < 1<<z.maxBits {
		z.prefix[z.next], z.suffix[z.next] = uint16(z.previous), z.first
		z.next++
	}
	z.previous = code
	return nil
}
