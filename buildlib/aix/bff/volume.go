package bff

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"
)

func (r *Reader) readVolume() error {
	if b, _ := r.r.Peek(tapeStart); isTape(b) {
		return fmt.Errorf("bff: %w: %w: volume %d, of %s", ErrHeader, ErrInode, be.Uint32(b[tapeVolume:]), day(be.Uint32(b[tapeDate:])))
	}
	b, err := r.readHeader()
	if err != nil {
		return err
	}
	if b[offType] != typeVolume || len(b) != volumeSize {
		return broken(0, "type %d with %d bytes where FS_VOLUME with %d should be", b[offType], len(b), volumeSize)
	}
	r.limited = le.Uint32(b[volWords:]) != volWordsUnlimited
	r.volume = le.Uint16(b[volNumber:])
	if increment := le.Uint16(b[volIncrement:]); increment != volIncrementByName {
		return broken(0, "increment %d; an archive by name has %d", increment, volIncrementByName)
	}
	if r.volume != 1 {
		if r.Strict {
			return broken(0, "volume %d of an archive; the first has number 1", r.volume)
		}
		return r.findHeader()
	}
	if r.Strict {
		return compareHeader(b, volume(le.Uint32(b[volDate:])), 0)
	}
	return nil
}

// isTape reports whether this is the first record of an archive by inode.
func isTape(b []byte) bool {
	if len(b) < tapeStart || be.Uint32(b[tapeType:]) != typeTape {
		return false
	}
	magic := be.Uint32(b[tapeMagic:])
	return magicPlain <= magic && magic <= magicByInode
}

// day is a date as the format stores it.
func day(seconds uint32) string { return time.Unix(int64(seconds), 0).UTC().Format(time.DateOnly) }

var be = binary.BigEndian

// byInode tells what the volume header of an archive by inode says, as far as it is laid out like that of an archive by name.
func (r *Reader) byInode(start int64) error {
	b := r.buf[:volumeSize]
	if err := r.fill(b[wordSize:]); err != nil || b[offType] != typeVolume || int(b[offLen])*wordSize < volumeSize {
		return fmt.Errorf("bff: at offset %d: %w: %w", start, ErrHeader, ErrInode)
	}
	text := func(at int) string { return cutNUL(b[at : at+16]) }
	return fmt.Errorf("bff: %w: %w: file system %q on %q, level %d, of %s, by %q", ErrHeader, ErrInode, text(volFileSystem), text(volDisk),
		le.Uint16(b[volIncrement:]), day(le.Uint32(b[volDate:])), text(volUser))
}

func cutNUL(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}
