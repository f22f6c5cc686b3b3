package aixar

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"time"
)

// Reader reads an archive along its chain of members. The memory it needs is bounded by the size of the archive, not by what
// the archive claims.
type Reader struct {
	archive io.ReaderAt
	size    int64
	table   int64 // offset of the member table
	next    int64 // offset of the next member, 0 for none
	last    int64 // offset of the last member
	seen    []entry
	data    *io.SectionReader // of the current member
	err     error             // the first error of Next, or io.EOF
}

// NewReader returns a Reader of the archive of size bytes that r holds.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	a := &Reader{archive: r, size: size, data: io.NewSectionReader(r, 0, 0)}
	b, err := a.at(0, min(size, fixedSize))
	if err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(b, []byte(magicBig)):
		return nil, fmt.Errorf("aixar: %w", ErrBigFormat)
	case !bytes.HasPrefix(b, []byte(magicSmall)):
		return nil, broken(0, "it begins with %q", b[:min(len(b), len(magicSmall))])
	case len(b) < fixedSize:
		return nil, broken(0, "%d bytes, too short for the fixed header", len(b))
	}
	for _, field := range []struct {
		at   int
		into *int64
	}{{fixTable, &a.table}, {fixFirst, &a.next}, {fixLast, &a.last}} {
		if *field.into, err = number(b[field.at:field.at+numberWidth], 10); err != nil {
			return nil, broken(int64(field.at), "%v", err)
		}
	}
	return a, nil
}

// Next goes to the next member. After the last one it compares the member table with the members it went past, and then
// returns io.EOF.
func (r *Reader) Next() (*Header, error) {
	if r.err != nil {
		return nil, r.err
	}
	var h *Header
	if r.next == 0 {
		r.err = r.checkTable()
	} else {
		h, r.err = r.readMember()
	}
	if r.err != nil {
		r.data = io.NewSectionReader(r.archive, 0, 0)
	}
	return h, r.err
}

// Read reads the data of the current member; at its end it returns io.EOF.
func (r *Reader) Read(p []byte) (int, error) {
	return r.data.Read(p)
}

func (r *Reader) readMember() (*Header, error) {
	start := r.next
	// ar without -g leaves members out of order, so the chain may go backwards. It must not go on forever.
	if int64(len(r.seen)) > r.size/memberSize {
		return nil, broken(start, "the chain of members has no end")
	}
	h, next, data, err := r.parseMember(start)
	if err != nil {
		return nil, err
	}
	if err := checkName(h.Name); err != nil {
		return nil, broken(start, "%v", err)
	}
	r.seen = append(r.seen, entry{h.Name, start})
	r.data = io.NewSectionReader(r.archive, data, h.Size)
	r.next = next
	if start == r.last {
		r.next = 0 // its own next is the member table (S2, S3)
	}
	return h, nil
}

// parseMember reads the header at start, and gives besides it the offsets of the next one and of the data.
func (r *Reader) parseMember(start int64) (h *Header, next, data int64, err error) {
	b, err := r.at(start, memberSize)
	if err != nil {
		return nil, 0, 0, err
	}
	h = &Header{}
	var date, uid, gid, mode, nameLen int64
	for _, field := range []struct {
		at, width, base int
		limit           int64
		into            *int64
	}{
		{memSize, numberWidth, 10, math.MaxInt32, &h.Size},
		{memNext, numberWidth, 10, math.MaxInt64, &next},
		{memDate, numberWidth, 10, math.MaxUint32, &date},
		{memUID, numberWidth, 10, math.MaxUint32, &uid},
		{memGID, numberWidth, 10, math.MaxUint32, &gid},
		{memMode, numberWidth, 8, math.MaxUint32, &mode},
		{memNameLen, nameLenWidth, 10, maxName, &nameLen},
	} {
		*field.into, err = number(b[field.at:field.at+field.width], field.base)
		if err == nil && *field.into > field.limit {
			err = fmt.Errorf("%d is larger than %d", *field.into, field.limit)
		}
		if err != nil {
			return nil, 0, 0, broken(start+int64(field.at), "%v", err)
		}
	}
	h.UID, h.GID, h.Mode, h.ModTime = uint32(uid), uint32(gid), uint32(mode)&permMask, time.Unix(date, 0).UTC()

	rest, err := r.at(start+memberSize, nameLen+nameLen%2+int64(len(endMark)))
	if err != nil {
		return nil, 0, 0, err
	}
	data = start + memberSize + int64(len(rest))
	if !bytes.HasSuffix(rest, []byte(endMark)) {
		return nil, 0, 0, broken(data-int64(len(endMark)), "%q where a header's end mark should be", rest[len(rest)-len(endMark):])
	}
	if h.Size > r.size-data {
		return nil, 0, 0, broken(start, "a size of %d bytes, the archive has only %d more", h.Size, r.size-data)
	}
	h.Name = string(rest[:nameLen])
	return h, next, data, nil
}

// checkTable returns io.EOF when the member table names exactly the members that the chain led to.
func (r *Reader) checkTable() error {
	if r.table == 0 && len(r.seen) == 0 {
		return io.EOF
	}
	h, _, start, err := r.parseMember(r.table)
	if err != nil {
		return err
	}
	data, err := r.at(start, h.Size)
	if err != nil {
		return err
	}
	names := int64(len(r.seen)+1) * numberWidth
	if h.Name != "" || h.Size < names {
		return broken(r.table, "no member table for %d members", len(r.seen))
	}
	count, err := number(data[:numberWidth], 10)
	if err != nil || count != int64(len(r.seen)) {
		return broken(start, "the member table has %q members, the chain %d", data[:numberWidth], len(r.seen))
	}
	table := data[numberWidth:names]
	rest := data[names:]
	for i, e := range r.seen {
		offset, err := number(table[i*numberWidth:(i+1)*numberWidth], 10)
		name, after, ended := bytes.Cut(rest, []byte{0})
		if err != nil || !ended || offset != e.offset || string(name) != e.name {
			return broken(start, "entry %d of the member table is not %s at offset %d", i, e.name, e.offset)
		}
		rest = after
	}
	return io.EOF
}

// at returns n bytes at offset, which must be within the archive.
func (r *Reader) at(offset, n int64) ([]byte, error) {
	if offset < 0 || offset > r.size || n > r.size-offset {
		return nil, broken(offset, "%d bytes should be there, the archive ends at %d", n, r.size)
	}
	b := make([]byte, n)
	if read, err := r.archive.ReadAt(b, offset); read < len(b) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("aixar: at offset %d: %w", offset+int64(read), err)
	}
	return b, nil
}

func broken(offset int64, format string, args ...any) error {
	return fmt.Errorf("aixar: at offset %d: %w: %s", offset, ErrFormat, fmt.Sprintf(format, args...))
}
