package tree

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

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
