// Package compress unpacks what the command compress packs: files whose names end in .Z. Interim fixes of AIX are such (epkg manual page).
// Go's compress/lzw reads the codes of GIF, TIFF and PDF, which are kept otherwise.
//
// The layout is known from IBM's page of compress, which says what it is made after, and from files that gzip, a reader of another hand, unpacks
// to the same bytes (TestForeign): two bytes of magic, one of flags, and codes of 9 to at most 16 bits, the lowest bit first. Codes of
// one width come in groups of eight; where the width changes, what is left of a group has no meaning.
package compress

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// ErrFormat: the data are not those of compress, or damaged. There is no checksum: much damage is not seen.
var ErrFormat = errors.New("invalid compressed data")

const (
	// Magic is how such a file begins.
	Magic = "\x1f\x9d"

	leastBits, mostBits = 9, 16
	widthMask           = 0x1f
	blockMode           = 0x80 // code 256 empties the table
	clearCode           = 256
	groupCodes          = 8
)

// Reader unpacks. It takes some 250 KB of memory, whatever the data are.
type Reader struct {
	r       *bufio.Reader
	err     error
	max     int  // bits of the widest code
	block   bool // clearCode has its meaning
	width   int  // bits of the next code
	codes   int  // that were read of this width
	bits    uint32
	has     int // bits in bits
	next    int // code that the next entry gets
	last    int // code before; -1 for none
	first   byte
	prefix  [1 << mostBits]uint16
	suffix  [1 << mostBits]byte
	pending []byte // unpacked, not yet read
	stack   [1 << mostBits]byte
}

// NewReader begins to unpack what r holds.
func NewReader(r io.Reader) (*Reader, error) {
	z := &Reader{r: bufio.NewReader(r), last: -1, width: leastBits}
	var head [len(Magic) + 1]byte
	if _, err := io.ReadFull(z.r, head[:]); err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("%w: it has no whole header", ErrFormat)
	} else if err != nil {
		return nil, err
	}
	z.max, z.block = int(head[2]&widthMask), head[2]&blockMode != 0
	if string(head[:2]) != Magic || z.max < leastBits || z.max > mostBits {
		return nil, fmt.Errorf("%w: it begins with % x", ErrFormat, head)
	}
	z.empty()
	return z, nil
}

func (z *Reader) empty() {
	if z.next = clearCode; z.block {
		z.next++
	}
	z.last = -1
}

// Read gives the next bytes of what was packed.
func (z *Reader) Read(p []byte) (int, error) {
	for len(z.pending) == 0 && z.err == nil {
		z.err = z.step()
	}
	if len(z.pending) == 0 {
		return 0, z.err
	}
	n := copy(p, z.pending)
	z.pending = z.pending[n:]
	return n, nil
}

// step takes one code.
func (z *Reader) step() error {
	if z.next >= 1<<z.width && z.width < z.max {
		if err := z.widen(z.width + 1); err != nil {
			return err
		}
	}
	code, err := z.code()
	if err != nil {
		return err
	}
	if code == clearCode && z.block {
		z.empty()
		return z.widen(leastBits)
	}
	// A code that is not in the table yet stands for the string before with its own first byte behind it.
	known := code
	at := len(z.stack)
	if code >= z.next || code >= clearCode && z.last < 0 {
		if code != z.next || z.last < 0 {
			return fmt.Errorf("%w: code %d, where the table has %d", ErrFormat, code, z.next)
		}
		at--
		z.stack[at], known = z.first, z.last
	}
	for known >= clearCode {
		if at == 0 {
			return fmt.Errorf("%w: a string without an end", ErrFormat)
		}
		at--
		z.stack[at], known = z.suffix[known], int(z.prefix[known])
	}
	if at == 0 {
		return fmt.Errorf("%w: a string without an end", ErrFormat)
	}
	at--
	z.stack[at], z.first = byte(known), byte(known)
	z.pending = z.stack[at:]
	if z.last >= 0 && z.next < 1<<z.max {
		z.prefix[z.next], z.suffix[z.next] = uint16(z.last), z.first
		z.next++
	}
	z.last = code
	return nil
}

// widen goes past what is left of the group of codes, and on with another width.
func (z *Reader) widen(width int) error {
	for z.codes%groupCodes != 0 {
		if _, err := z.code(); err != nil {
			return err // the end may come here
		}
	}
	z.width, z.codes = width, 0
	return nil
}

// code reads one. Fewer bits than a code has are the end.
func (z *Reader) code() (int, error) {
	for z.has < z.width {
		b, err := z.r.ReadByte()
		if err != nil {
			return 0, err
		}
		z.bits |= uint32(b) << z.has
		z.has += 8
	}
	code := int(z.bits & (1<<z.width - 1))
	z.bits >>= z.width
	z.has -= z.width
	z.codes++
	return code, nil
}
