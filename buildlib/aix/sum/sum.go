// Package sum computes what the command "sum -r" prints.
package sum

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// R computes what "sum -r" prints, which the inventory keeps of each file: a rotating sum of 16 bits and the number of blocks of
// 1024 bytes.
type R struct {
	state uint16
	Size  int64 // of what was added
}

// Add takes the next bytes.
func (s *R) Add(p []byte) {
	s.Size += int64(len(p))
	s.state = sum8(s.state, p)
}

// sum1 is the sum as it is defined: turn right by one bit, add the next byte, forget the carry.
func sum1(state uint16, p []byte) uint16 {
	for _, b := range p {
		state = bits.RotateLeft16(state, -1) + uint16(b)
	}
	return state
}

// sum8 gives the same as sum1, but adds eight bytes at once: the definition waits for each byte's result before the next.
//
// Instead of turning the state right, turn each byte left: byte i of 1 to 8 counts 1<<i times, and at the end the low eight bits,
// which have left on the right by then, stand on top. No byte touches the bits below its own place, so they are the same in the
// whole as they were when they left. What is missing is the carries to be forgotten: there is one at step i if the sum so far
// reaches beyond 16 bits and the i bits that have left are all ones, or near that if it reaches beyond 17. The test below lets none
// through, and some more; those few go the slow way.
func sum8(state uint16, p []byte) uint16 {
	// Every second byte has room to be multiplied by 1, 4, 16 and 64; the product's top 16 bits add the four of them up.
	const bytes, weights = 0x00FF00FF00FF00FF, 1<<48 | 1<<34 | 1<<20 | 1<<6
	s := uint32(state)
	for len(p) >= 8 {
		next := p[:8]
		p = p[8:]
		x := binary.LittleEndian.Uint64(next)
		even, odd := x&bytes*weights>>48, x>>8&bytes*weights>>48
		whole := s + uint32(even)<<1 + uint32(odd)<<2

		left := whole & 0xFF
		ones := left ^ (left + 1) // as many as left has at its low end, and one more
		if s+ones*0xFF > 0xFFFF || left >= 0xFE && whole > 0x1FFFF {
			s = uint32(sum1(uint16(s), next))
			continue
		}
		s = whole>>8 + left<<8
	}
	return sum1(uint16(s), p)
}

// String has the blanks that mkinstallp writes between quotes (S2: "08645    1 "; W25).
func (s *R) String() string {
	return fmt.Sprintf("%05d %4d ", s.state, (s.Size+1023)/1024)
}
