package bff

import (
	"fmt"
	"io"
)

// A packed member holds what the classic pack command makes of a file, without the header of pack's own files (34 members of S3;
// one member of an archive that backup made on AIX in 2024, whose every byte is used, is the sample of the tests):
//
//	u8                 number of levels of the code tree, at most 24
//	u8 for each level  leaves on it; of the last one two fewer than there are
//	symbols            level by level; the last leaf of the last level is the end mark and has none
//	bits               high bit first; the codes of the data and of the end mark
//
// On each level the codes of inner nodes come first, those of leaves after them.
const maxLevels = 24

// unpacker reads the data of a packed member.
type unpacker struct {
	r       *Reader
	size    int64              // bytes that must still come out
	levels  int                // 0 until the tree was read
	inner   [maxLevels + 1]int // inner nodes on each level; the root is level 0
	leaves  [maxLevels + 1]int
	first   [maxLevels + 1]int // number of the first symbol of each level
	symbols [256]byte
	bits    int // the current byte
	left    int // bits of it that were not used yet
	err     error
}

func (u *unpacker) Read(p []byte) (int, error) {
	if u.err == nil && u.levels == 0 {
		u.err = u.start()
	}
	n := 0
	for ; u.err == nil && n < len(p); n++ {
		var end bool
		p[n], end, u.err = u.next()
		if end {
			u.err = u.broken("the data ends %d bytes early", u.size)
		}
		if u.err != nil {
			break
		}
		if u.size--; u.size == 0 {
			u.err = u.finish()
		}
	}
	if n > 0 {
		return n, nil
	}
	return 0, u.err
}

// start reads the tree. Every code must lead to a leaf, and no symbol may be there twice: then no data can lead astray.
func (u *unpacker) start() error {
	levels, err := u.next8()
	if err != nil {
		return err
	}
	if levels < 1 || levels > maxLevels {
		return u.broken("a code tree with %d levels", levels)
	}
	total := 0
	for i := 1; i <= levels; i++ {
		if u.leaves[i], err = u.next8(); err != nil {
			return err
		}
		u.first[i] = total
		total += u.leaves[i]
	}
	u.leaves[levels] += 2
	if total++; total > len(u.symbols) {
		return u.broken("a code tree with %d symbols", total)
	}
	for i := levels; i > 0; i-- {
		nodes := u.inner[i] + u.leaves[i]
		if u.inner[i-1] = nodes / 2; nodes%2 != 0 {
			return u.broken("a code tree with %d nodes on level %d", nodes, i)
		}
	}
	if u.inner[0] != 1 {
		return u.broken("a code tree with %d roots", u.inner[0])
	}
	var seen [256]bool
	for i := range total {
		symbol, err := u.next8()
		if err != nil {
			return err
		}
		if seen[symbol] {
			return u.broken("a code tree with symbol %#02x twice", symbol)
		}
		u.symbols[i], seen[symbol] = byte(symbol), true
	}
	u.levels = levels
	if u.size == 0 {
		return u.finish()
	}
	return nil
}

// next decodes one symbol, or the end mark.
func (u *unpacker) next() (symbol byte, end bool, err error) {
	for code, level := 0, 1; ; level++ {
		if u.left == 0 {
			if u.bits, err = u.next8(); err != nil {
				return 0, false, err
			}
			u.left = 8
		}
		u.left--
		code = code<<1 | u.bits>>u.left&1
		switch i := code - u.inner[level]; {
		case i < 0:
		case level == u.levels && i == u.leaves[level]-1:
			return 0, true, nil
		default:
			return u.symbols[u.first[level]+i], false, nil
		}
	}
}

// finish is called when all bytes came out: now the end mark must be next, and nothing may follow it.
func (u *unpacker) finish() error {
	_, end, err := u.next()
	switch {
	case err != nil:
		return err
	case !end:
		return u.broken("the data goes on behind its size")
	case u.r.left > 0:
		return u.broken("%d bytes follow the end mark", u.r.left)
	}
	return io.EOF
}

// next8 is the next stored byte.
func (u *unpacker) next8() (int, error) {
	b, err := u.r.storedByte()
	if err == io.EOF {
		err = u.broken("the data is cut off")
	}
	return int(b), err
}

func (u *unpacker) broken(format string, args ...any) error {
	return fmt.Errorf("bff: at offset %d: %w: %s", u.r.offset, ErrData, fmt.Sprintf(format, args...))
}
