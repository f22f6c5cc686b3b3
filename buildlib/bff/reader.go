package bff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

// Reader reads an archive front to back. It needs no more memory than one header, whatever the archive claims.
type Reader struct {
	r       io.Reader
	offset  int64 // of the next byte
	left    int64 // data of the current member that was not read yet
	skip    int64 // fill after it
	packed  bool  // the current member's data is packed
	started bool
	err     error // the first error of Next, or io.EOF
	buf     [maxHeader]byte
}

// NewReader returns a Reader of the archive that r holds.
func NewReader(r io.Reader) *Reader {
	return &Reader{r: r}
}

// Next goes to the next member, past data of the current one that was not read. After the last member it returns io.EOF; what
// follows FS_END is left-over memory in archives made by AIX and is not looked at. Names are as stored: whoever makes files of
// them must check them.
func (r *Reader) Next() (*Header, error) {
	if r.err != nil {
		return nil, r.err
	}
	h, err := r.next()
	if err != nil {
		r.left, r.skip, r.packed = 0, 0, false
		r.err = err
	}
	return h, err
}

func (r *Reader) next() (*Header, error) {
	if !r.started {
		if err := r.readVolume(); err != nil {
			return nil, err
		}
		r.started = true
	}
	if err := r.discard(r.left + r.skip); err != nil {
		return nil, err
	}
	r.left, r.skip, r.packed = 0, 0, false

	start := r.offset
	b, err := r.readHeader()
	if err != nil {
		return nil, err
	}
	magic := le.Uint16(b[offMagic:])
	switch {
	case b[offType] == typeEnd && magic == magicPlain:
		return nil, io.EOF
	case b[offType] != typeNameX:
		return nil, broken(start, "type %d, neither a member nor the end", b[offType])
	}
	h, err := parseName(b, start)
	if err != nil {
		return nil, err
	}
	if !h.IsDir() && !h.IsRegular() {
		return nil, fmt.Errorf("bff: at offset %d: %q has mode %#o: %w", start, h.Name, h.Mode, ErrType)
	}
	stored := int64(le.Uint32(b[nxDsize:]))
	if err := r.skipSecurity(); err != nil {
		return nil, err
	}
	r.packed = magic == magicPacked
	switch {
	case h.IsDir():
		// backup gives the directory's own size as stored (S1, S2), IBM's builder 0 (S3); none of them stores data.
		h.Size, stored, r.packed = 0, 0, false
	case !r.packed && stored != h.Size:
		return nil, broken(start, "%q has %d bytes, but %d are stored", h.Name, h.Size, stored)
	}
	r.left, r.skip = stored, pad(stored, wordSize)
	return h, nil
}

// Read reads the data of the current member; at its end it returns io.EOF. For a packed member it returns [ErrPacked].
func (r *Reader) Read(p []byte) (int, error) {
	switch {
	case r.err != nil && r.err != io.EOF:
		return 0, r.err
	case r.packed:
		return 0, fmt.Errorf("bff: at offset %d: %w", r.offset, ErrPacked)
	case r.left == 0:
		return 0, io.EOF
	}
	n, err := r.r.Read(p[:min(int64(len(p)), r.left)])
	r.offset += int64(n)
	r.left -= int64(n)
	if err == io.EOF && r.left == 0 {
		err = nil // the next call says so
	}
	if err != nil {
		r.err = r.cut(err)
		return n, r.err
	}
	return n, nil
}

func (r *Reader) readVolume() error {
	b, err := r.readHeader()
	if err != nil {
		return err
	}
	if b[offType] != typeVolume || len(b) != volumeSize {
		return broken(0, "type %d with %d bytes where FS_VOLUME with %d should be", b[offType], len(b), volumeSize)
	}
	if increment := le.Uint16(b[volIncrement:]); increment != volIncrementByName {
		return broken(0, "increment %d; an archive by name has %d", increment, volIncrementByName)
	}
	return nil
}

// readHeader reads one header of any type. The result is good until the next call.
func (r *Reader) readHeader() ([]byte, error) {
	start := r.offset
	if err := r.fill(r.buf[:wordSize]); err != nil {
		return nil, err
	}
	switch magic := le.Uint16(r.buf[offMagic:]); magic {
	case magicPlain, magicPacked:
	case magicByInode:
		return nil, broken(start, "magic %#04x of an archive by inode", magic)
	default:
		return nil, broken(start, "magic %#04x; an archive by name has %#04x or %#04x", magic, magicPlain, magicPacked)
	}
	size := int(r.buf[offLen]) * wordSize
	if size == 0 {
		return nil, broken(start, "length 0")
	}
	b := r.buf[:size]
	if err := r.fill(b[wordSize:]); err != nil {
		return nil, err
	}
	if stored, sum := le.Uint16(b[offChecksum:]), checksum(b); stored != sum {
		return nil, broken(start, "checksum %#04x, computed %#04x", stored, sum)
	}
	return b, nil
}

func parseName(b []byte, start int64) (*Header, error) {
	if len(b) <= nameFixed {
		return nil, broken(start, "%d bytes, too short for a name", len(b))
	}
	// Left-overs of an earlier name may follow the NUL (109 members of S3).
	end := bytes.IndexByte(b[nameFixed:], 0)
	switch end {
	case -1:
		return nil, broken(start, "name without an end")
	case 0:
		return nil, broken(start, "empty name")
	}
	return &Header{
		Name:    string(b[nameFixed : nameFixed+end]),
		Mode:    le.Uint32(b[nxMode:]) & lowModeWord,
		UID:     le.Uint32(b[nxUID:]),
		GID:     le.Uint32(b[nxGID:]),
		Size:    int64(le.Uint32(b[nxSize:])),
		ModTime: time.Unix(int64(le.Uint32(b[nxMtime:])), 0).UTC(),
	}, nil
}

// skipSecurity skips the lists, however long. Extended ACLs (S1) only make them longer.
func (r *Reader) skipSecurity() error {
	b := r.buf[:securityLengths]
	if err := r.fill(b); err != nil {
		return err
	}
	return r.discard((int64(le.Uint32(b[secACLWords:])) + int64(le.Uint32(b[secPCLWords:]))) * wordSize)
}

func (r *Reader) fill(b []byte) error {
	n, err := io.ReadFull(r.r, b)
	r.offset += int64(n)
	return r.cut(err)
}

func (r *Reader) discard(n int64) error {
	n, err := io.CopyN(io.Discard, r.r, n)
	r.offset += n
	return r.cut(err)
}

// cut gives a read error its offset. The end of the input is never the right end here: that is FS_END.
func (r *Reader) cut(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("bff: at offset %d: %w", r.offset, err)
}

func broken(offset int64, format string, args ...any) error {
	return fmt.Errorf("bff: at offset %d: %w: %s", offset, ErrHeader, fmt.Sprintf(format, args...))
}
