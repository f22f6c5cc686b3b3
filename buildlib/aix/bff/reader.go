package bff

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

// Reader reads an archive front to back. It needs some 50 KB of memory, whatever the archive claims.
type Reader struct {
	// Strict makes every byte an error, [ErrStrict], that the Writer would have written otherwise: fill that is not zero, an
	// access time of its own, packed data, anything behind the last block. An archive that passes is what the Writer makes of the
	// members read, byte for byte. What no rule of the container covers is the data of files. Set it before the first Next.
	Strict bool

	r       *bufio.Reader
	seeker  io.ReadSeeker // what r reads; nil where that cannot seek
	end     int64         // of it, counted as offset is
	offset  int64         // of the next byte
	stored  Stored
	special Special
	left    int64         // stored data of the current member that was not read yet
	skip    int64         // fill after it
	packed  *unpacker     // of the current member, if its data is packed
	target  *bytes.Reader // of the current member, if it is a symbolic link
	dirs    uint32
	started bool
	volume  uint16 // number of the one that is read; 0 for the first of several that are not told apart
	limited bool   // the volume has an end of its own
	err     error  // the first error of Next, or io.EOF
	buf     [maxHeader + securityLengths + 2*maxList]byte
}

// NewReader returns a Reader of the archive that r holds. It may read more of r than the archive takes. Where r can seek, it goes past
// data without reading them.
func NewReader(r io.Reader) *Reader {
	b := &Reader{r: bufio.NewReaderSize(r, bufferSize)}
	if s, ok := r.(io.ReadSeeker); ok {
		start, err := s.Seek(0, io.SeekCurrent)
		end, err2 := s.Seek(0, io.SeekEnd)
		if _, err3 := s.Seek(start, io.SeekStart); errors.Join(err, err2, err3) == nil {
			b.seeker, b.end = s, end-start
		}
	}
	return b
}

// bufferSize holds the longest header, which may have to be looked at before it is taken.
const bufferSize = 32 << 10

// Next goes to the next member, past data of the current one that was not read. After the last member it returns io.EOF; what
// follows FS_END is left-over memory in archives made by AIX and is not looked at unless Strict is set. Names are as stored:
// whoever makes files of them must check them.
func (r *Reader) Next() (*Header, error) {
	h := &Header{}
	err := r.NextInto(h)
	if h.Name == "" {
		return nil, err
	}
	return h, err
}

// NextInto does the same with a header of the caller's, who goes through so many members that one for each would be much. After an
// error h is that of the member that was damaged, as far as it could be read.
func (r *Reader) NextInto(h *Header) error {
	*h = Header{}
	if r.err == nil {
		r.err = r.next(h)
	}
	return r.err
}

// Stored tells how and where the archive holds the current member. After the last one, Offset is that of FS_END, the archive's end
// header; after an error of Next, it is that of the header in question.
func (r *Reader) Stored() Stored { return r.stored }

// Special tells what else the current member is.
func (r *Reader) Special() Special { return r.special }

func (r *Reader) next(h *Header) error {
	if !r.started {
		if err := r.readVolume(); err != nil {
			return err
		}
		r.started = true
	}
	if err := r.finishMember(); err != nil {
		return err
	}
	r.stored, r.special = Stored{Offset: r.offset}, Special{}
	b, err := r.readHeader()
	if err != nil {
		return err
	}
	magic := le.Uint16(b[offMagic:])
	switch {
	case b[offType] == typeEnd && magic == magicPlain:
		return r.readEnd(b)
	case b[offType] == typeVolume:
		if len(b) != volumeSize || r.Strict || le.Uint16(b[volNumber:]) != r.volume+1 {
			return broken(r.stored.Offset, "another volume, which does not follow volume %d", r.volume)
		}
		r.volume++
		return r.next(h)
	case b[offType] != typeNameX:
		return broken(r.stored.Offset, "type %d, neither a member nor the end", b[offType])
	}
	if err := parseName(h, b, r.stored.Offset); err != nil {
		return err
	}
	r.special.Links, r.special.Inode = le.Uint16(b[nxNlink:]), le.Uint32(b[nxIno:])
	switch {
	case h.IsSymlink() && magic == magicPlain && !r.Strict:
		return r.readTarget(h)
	case h.IsSpecial() && !r.Strict:
		h.Size, r.special.Major, r.special.Minor = 0, le.Uint32(b[nxMajor:]), le.Uint32(b[nxMinor:])
		return r.readBare(h)
	case !h.IsDir() && !h.IsRegular():
		return fmt.Errorf("bff: at offset %d: %q has mode %#o: %w", r.stored.Offset, h.Name, h.Mode, ErrType)
	}
	return r.readMember(h, b)
}

// readMember reads what is between the header b of a directory or regular file and its data.
func (r *Reader) readMember(h *Header, b []byte) error {
	r.stored.Packed = le.Uint16(b[offMagic:]) == magicPacked
	r.stored.Size = int64(le.Uint32(b[nxDsize:]))
	b, err := r.readSecurity(b)
	if err != nil {
		return err
	}
	switch {
	case h.IsDir():
		// backup gives the directory's own size as stored (S1, S2), IBM's builder 0 (S3); none of them stores data.
		h.Size, r.stored.Size, r.stored.Packed = 0, 0, false
	case r.stored.Size == 0 && h.Size > 0 && r.special.Links > 1 && !r.Strict:
		r.special.HardLink, r.stored.Packed = true, false
	case !r.stored.Packed && r.stored.Size != h.Size:
		return broken(r.stored.Offset, "%q has %d bytes, but %d are stored", h.Name, h.Size, r.stored.Size)
	}
	if r.Strict {
		if err := r.compareMember(h, b); err != nil {
			return err
		}
	}
	r.stored.Data = r.offset
	r.left, r.skip = r.stored.Size, pad(r.stored.Size, wordSize)
	if r.stored.Packed {
		r.packed = &unpacker{r: r, size: h.Size}
	}
	return nil
}

// Read reads the data of the current member, unpacked; at its end it returns io.EOF. Packed data that breaks the format is
// [ErrData]; the members after it can be read all the same.
func (r *Reader) Read(p []byte) (int, error) {
	switch {
	case r.err != nil && r.err != io.EOF:
		return 0, r.err
	case r.packed != nil:
		return r.packed.Read(p)
	case r.target != nil:
		return r.target.Read(p)
	case r.left == 0:
		return 0, io.EOF
	}
	n, err := r.r.Read(p[:min(int64(len(p)), r.left)])
	r.offset += int64(n)
	r.left -= int64(n)
	if err != nil {
		r.err = r.cut(err)
		return n, r.err
	}
	return n, nil
}

// finishMember goes past what was not read of the current member.
func (r *Reader) finishMember() error {
	left, fill := r.left, r.skip
	r.left, r.skip, r.packed, r.target = 0, 0, nil, nil
	if !r.Strict {
		return r.discard(left + fill)
	}
	if err := r.discard(left); err != nil {
		return err
	}
	return r.readZeros(fill)
}

// readHeader reads one header of any type to the front of the buffer. The result is good until the next call.
func (r *Reader) readHeader() ([]byte, error) {
	start := r.offset
	if err := r.fill(r.buf[:wordSize]); err != nil {
		return nil, err
	}
	switch magic := le.Uint16(r.buf[offMagic:]); {
	case magic == magicByInode:
		return nil, r.byInode(start)
	case !isHeader(r.buf[:]):
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

// findHeader goes to the first header of a further volume, which begins with the rest of a member.
func (r *Reader) findHeader() error {
	for {
		b, err := r.r.Peek(maxHeader)
		if len(b) < wordSize {
			return r.cut(err)
		}
		if size := int(b[offLen]) * wordSize; isHeader(b) && size > 0 && size <= len(b) && le.Uint16(b[offChecksum:]) == checksum(b[:size]) {
			return nil
		}
		if err := r.discard(wordSize); err != nil {
			return err
		}
	}
}

// isHeader reports whether a header of this format may begin here.
func isHeader(b []byte) bool {
	magic := le.Uint16(b[offMagic:])
	return magic == magicPlain || magic == magicPacked
}

func parseName(h *Header, b []byte, start int64) error {
	if len(b) <= nameFixed {
		return broken(start, "%d bytes, too short for a name", len(b))
	}
	// Left-overs of an earlier name may follow the NUL (109 members of S3).
	end := bytes.IndexByte(b[nameFixed:], 0)
	switch end {
	case -1:
		return broken(start, "name without an end")
	case 0:
		return broken(start, "empty name")
	}
	*h = Header{
		Name:    string(b[nameFixed : nameFixed+end]),
		Mode:    le.Uint32(b[nxMode:]) & lowModeWord,
		UID:     le.Uint32(b[nxUID:]),
		GID:     le.Uint32(b[nxGID:]),
		Size:    int64(le.Uint32(b[nxSize:])),
		ModTime: time.Unix(int64(le.Uint32(b[nxMtime:])), 0).UTC(),
	}
	return nil
}

// readTarget reads the target of a symbolic link. No archive made by AIX shows where it stands, and public readers disagree: it
// fills whole words and the next header follows, or it ends with a NUL, fills whole words, and a security block follows. What
// follows tells which it was, and the checksum of the next header proves it. Anything else ends the reading.
func (r *Reader) readTarget(h *Header) error {
	unknown := func() error {
		return fmt.Errorf("bff: at offset %d: %q, a symbolic link: %w", r.stored.Offset, h.Name, ErrType)
	}
	if h.Size == 0 || h.Size > maxTarget {
		return unknown()
	}
	r.stored.Data, r.stored.Size = r.offset, h.Size
	words := int(h.Size + pad(h.Size, wordSize))
	b, err := r.r.Peek(words + wordSize)
	if err != nil {
		r.offset += int64(len(b))
		return r.cut(err)
	}
	target := bytes.Clone(b[:h.Size])
	bare := isHeader(b[words:])
	if !bare && b[h.Size] != 0 || bytes.IndexByte(target, 0) >= 0 {
		return unknown()
	}
	if !bare && words == int(h.Size) {
		words += wordSize // of the NUL
	}
	if err := r.discard(int64(words)); err != nil {
		return err
	}
	if !bare {
		if _, err := r.readSecurity(r.buf[:0]); err != nil {
			return err
		}
	}
	r.target = bytes.NewReader(target)
	return nil
}

// readBare reads what may follow the header of a device or the like: a security block, or at once the next header.
func (r *Reader) readBare(h *Header) error {
	b, err := r.r.Peek(wordSize)
	if err != nil {
		r.offset += int64(len(b))
		return r.cut(err)
	}
	r.stored.Data = r.offset
	if isHeader(b) {
		return nil
	}
	_, err = r.readSecurity(r.buf[:0])
	if errors.Is(err, ErrHeader) {
		return fmt.Errorf("bff: at offset %d: %q has mode %#o: %w: %w", r.stored.Offset, h.Name, h.Mode, ErrType, err)
	}
	return err
}

// storedByte is the next byte of the current member's data as it is stored.
func (r *Reader) storedByte() (byte, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	b, err := r.r.ReadByte()
	if err != nil {
		r.err = r.cut(err)
		return 0, r.err
	}
	r.offset++
	r.left--
	return b, nil
}

// fill reads a part of a header to b.
func (r *Reader) fill(b []byte) error {
	held, err := r.r.Peek(len(b))
	r.offset += int64(copy(b, held))
	if err != nil { // io.EOF in a header as well as between two: a volume ends in either
		return r.cut(err)
	}
	_, err = r.r.Discard(len(b))
	return err
}

func (r *Reader) discard(n int64) error {
	if held := int64(r.r.Buffered()); r.seeker != nil && n > held+farAway && n <= r.end-r.offset {
		if _, err := r.seeker.Seek(n-held, io.SeekCurrent); err != nil {
			return r.cut(err)
		}
		r.r.Reset(r.seeker)
		r.offset += n
		return nil
	}
	for n > 0 {
		went, err := r.r.Discard(int(min(n, 1<<30)))
		r.offset += int64(went)
		if err != nil {
			return r.cut(err)
		}
		n -= int64(went)
	}
	return nil
}

// farAway is what a system call costs, in bytes that are read instead.
const farAway = 64 << 10

// cut gives a read error its offset. The end of the input is never the right end here: that is FS_END.
func (r *Reader) cut(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
		if r.limited || r.volume > 1 {
			err = fmt.Errorf("%w: %w", ErrVolume, err)
		}
	}
	return fmt.Errorf("bff: at offset %d: %w", r.offset, err)
}

func broken(offset int64, format string, args ...any) error {
	return fmt.Errorf("bff: at offset %d: %w: %s", offset, ErrHeader, fmt.Sprintf(format, args...))
}
