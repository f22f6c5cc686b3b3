package bff

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// The strict side of the Reader: each part of the archive is compared with what the Writer makes of the same member. So there is no
// second list of rules to keep in step.

// compareMember compares b, the header and the security block of the current member.
func (r *Reader) compareMember(h *Header, b []byte) error {
	want, err := encode(h, time.Time{}, r.dirs)
	if err != nil {
		return fmt.Errorf("bff: at offset %d: %w: %w", r.stored.Offset, ErrStrict, err)
	}
	if h.IsDir() {
		r.dirs++
	}
	return compareHeader(b, want, r.stored.Offset)
}

// compareHeader leaves out the checksum, which was found right and would hide the byte that makes it differ.
func compareHeader(got, want []byte, offset int64) error {
	want = bytes.Clone(want)
	copy(want[offChecksum:offChecksum+2], got[offChecksum:])
	return compare(got, want, offset)
}

// compare looks for the first byte of got, which begins at offset, that is not as wanted.
func compare(got, want []byte, offset int64) error {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Errorf("bff: at offset %d: %w: byte %#02x, not %#02x", offset+int64(i), ErrStrict, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("bff: at offset %d: %w: %d bytes, not %d", offset, ErrStrict, len(got), len(want))
	}
	return nil
}

// readZeros reads n bytes of fill, fewer than a block.
func (r *Reader) readZeros(n int64) error {
	start, b := r.offset, r.buf[:n]
	if err := r.fill(b); err != nil {
		return err
	}
	return compare(b, zeros[:n], start)
}

// readEnd takes FS_END, which is b. It returns io.EOF when nothing is wrong.
func (r *Reader) readEnd(b []byte) error {
	if !r.Strict {
		return io.EOF
	}
	if err := compareHeader(b, endHeader[:], r.stored.Offset); err != nil {
		return err
	}
	if err := r.readZeros(pad(r.offset, blockSize)); err != nil {
		return err
	}
	if _, err := r.r.Peek(1); err != io.EOF {
		if err != nil {
			return r.cut(err)
		}
		return fmt.Errorf("bff: at offset %d: %w: the archive goes on behind its last block", r.offset, ErrStrict)
	}
	return io.EOF
}
