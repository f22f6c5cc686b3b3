// Package compress unpacks what compress(1) packs: sources of old releases, and interim fixes of AIX (epkg manual page), whose names end in .Z.
//
// The standard library's compress/lzw cannot: the widest code is 12 bits there and 16 here, and compress pads its output to a full group of
// eight codes whenever the code width changes. The format has no checksum and no end mark, so a file that was cut off may go unnoticed here;
// the tar format in it notices.
//
// Learned from the decompressor of ncompress and its manual page, and tested against that program's output.
package compress

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// ErrFormat is what every damaged .Z file ends in.
var ErrFormat = errors.New("damaged .Z data")

const (
	firstBits = 9
	narrowest = 10 // compress -b 9 writes something else again, and nobody has a release in it
	widest    = 16
	clearCode = 256 // empties the table, in block mode
)

// Reader unpacks. It takes some 250 KB of memory, whatever the data are.
type Reader struct {
	r         *bufio.Reader
	block     bool // code 256 empties the table
	maxBits   int
	width     int
	group     [widest + 2]byte // eight codes of the present width, and what the last of them is read with
	bits, pos int              // bits held by the group, and already used
	prefix    [1 << widest]uint16
	suffix    [1 << widest]byte
	next      int // first free code
	previous  int // last code, or -1 after an empty table
	first     byte
	out       []byte // decoded and not yet read, last byte first
	err       error
}

// NewReader checks the three header bytes: 1f 9d, and a byte that holds the widest code in its low five bits and block mode in its highest.
func NewReader(in io.Reader) (*Reader, error) {
	r := bufio.NewReader(in)
	var header [3]byte
	if _, err := io.ReadFull(r, header[:]); err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("%w: no header", ErrFormat)
	} else if err != nil {
		return nil, err
	}
	z := &Reader{r: r, block: header[2]&0x80 != 0, maxBits: int(header[2] & 0x1f)}
	if header[0] != 0x1f || header[1] != 0x9d || z.maxBits < narrowest || z.maxBits > widest || header[2]&0x60 != 0 {
		return nil, fmt.Errorf("%w: header % x", ErrFormat, header)
	}
	z.reset()
	return z, nil
}

func (z *Reader) reset() {
	z.width, z.previous, z.next = firstBits, -1, clearCode
	if z.block {
		z.next++
	}
	z.bits = 0 // what is left of the group is padding
}

func (z *Reader) Read(p []byte) (int, error) {
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
func (z *Reader) code() (int, error) {
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
	b := z.group[z.pos/8:][:3]
	code := (int(b[0]) | int(b[1])<<8 | int(b[2])<<16) >> (z.pos % 8) & (1<<z.width - 1)
	z.pos += z.width
	return code, nil
}

// decode reads one code and puts what it stands for into out.
func (z *Reader) decode() error {
	if z.next == 1<<z.width && z.width < z.maxBits {
		z.width++
		z.bits = 0 // likewise
	}
	code, err := z.code()
	if err != nil {
		return err
	}
	if z.block && code == clearCode {
		z.reset()
		return nil
	}
	if z.previous < 0 {
		if code > 255 {
			return fmt.Errorf("%w: code %d from an empty table", ErrFormat, code)
		}
		z.previous, z.first = code, byte(code)
		z.out = append(z.out, z.first)
		return nil
	}
	current := code
	if code >= z.next {
		// The one code that may be used while it is being made: the previous text and its own first byte.
		if code > z.next {
			return fmt.Errorf("%w: code %d where the table ends at %d", ErrFormat, code, z.next-1)
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
