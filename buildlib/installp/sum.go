package installp

import (
	"fmt"
	"math/bits"
)

// sum computes what "sum -r" prints, which the inventory keeps of each file: a rotating sum of 16 bits and the number of blocks of
// 1024 bytes.
type sum struct {
	state uint16
	size  int64
}

func (s *sum) Write(p []byte) (int, error) {
	state := s.state
	for _, b := range p {
		state = bits.RotateLeft16(state, -1) + uint16(b)
	}
	s.state = state
	s.size += int64(len(p))
	return len(p), nil
}

// String has the blanks that mkinstallp writes between quotes (S2: "08645    1 "; W25).
func (s *sum) String() string {
	return fmt.Sprintf("%05d %4d ", s.state, (s.size+1023)/1024)
}
