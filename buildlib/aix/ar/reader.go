package ar

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"time"
)

// Reader reads an archive along its chain of members. The memory it needs is bounded by the size of the archive, not by what
// the archive claims.
type Reader struct {
	archive io.ReaderAt
	size    int64
	*layout
	fixed  []int64 // the offsets in the fixed header
	next   int64   // offset of the next member, 0 for none
	used   int64   // bytes that members took so far
	seen   []entry
	stored Stored
	data   *io.SectionReader // of the current member
	err    error             // the first error of Next, or io.EOF
}

// NewReader returns a Reader of the archive of size bytes that r holds, in either format.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	a := &Reader{archive: r, size: size, data: io.NewSectionReader(r, 0, 0)}
	b, err := a.at(0, min(size, int64(layouts[Big].fixedSize())))
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(layouts, func(l layout) bool { return bytes.HasPrefix(b, []byte(l.magic)) })
	if i < 0 {
		return nil, broken(0, "it begins with %q", b[:min(len(b), len(layouts[0].magic))])
	}
	a.layout = &layouts[i]
	if len(b) < a.fixedSize() {
		return nil, broken(0, "%d bytes, too short for the fixed header", len(b))
	}
	for i := range fixOthers + a.symbolTables {
		at := a.fixedAt(i)
		offset, err := number(b[at:at+a.width], 10)
		if err == nil && offset > size {
			err = fmt.Errorf("offset %d is outside, the archive ends at %d", offset, size)
		}
		if err != nil {
			return nil, broken(int64(at), "%v", err)
		}
		a.fixed = append(a.fixed, offset)
	}
	a.next = a.fixed[a.first()]
	return a, nil
}

// Stored tells where the archive holds the current member.
func (r *Reader) Stored() Stored { return r.stored }

// Next goes to the next member. After the last one it compares the member table and the symbol tables with the members it went
// past, and then returns io.EOF.
func (r *Reader) Next() (*Header, error) {
	if r.err != nil {
		return nil, r.err
	}
	var h *Header
	if r.next == 0 {
		r.err = r.readEnd()
	} else {
		h, r.err = r.readMember()
	}
	if r.err != nil {
		r.data = io.NewSectionReader(r.archive, 0, 0)
	}
	return h, r.err
}

// Member is a member with its data.
type Member struct {
	Header
	Stored
	Content *io.SectionReader
}

// Members goes through the archive that r holds; an error ends it.
func Members(r *io.SectionReader) iter.Seq2[*Member, error] {
	return func(yield func(*Member, error) bool) {
		archive, err := NewReader(r, r.Size())
		for err == nil {
			var h *Header
			if h, err = archive.Next(); err == nil && !yield(&Member{*h, archive.stored, archive.data}, nil) {
				return
			}
		}
		if err != io.EOF {
			yield(nil, err)
		}
	}
}

// Read reads the data of the current member; at its end it returns io.EOF.
func (r *Reader) Read(p []byte) (int, error) {
	return r.data.Read(p)
}

func (r *Reader) readMember() (*Header, error) {
	start := r.next
	h, next, data, err := r.parseMember(start)
	if err != nil {
		return nil, err
	}
	if err := checkName(h.Name); err != nil {
		return nil, broken(start, "%v", err)
	}
	// ar without -g leaves members out of order, so the chain may go backwards. It must neither go on forever nor give the same
	// bytes again and again.
	if r.used += data - start + h.Size; r.used > r.size {
		return nil, broken(start, "members overlap, or their chain has no end")
	}
	r.seen = append(r.seen, entry{h.Name, start})
	r.stored = Stored{Offset: start, Data: data}
	r.data = io.NewSectionReader(r.archive, data, h.Size)
	r.next = next
	if start == r.fixed[r.first()+1] {
		r.next = 0 // its own next is the member table (S2, S3)
	}
	return h, nil
}

// parseMember reads the header at start. It also gives the offsets of the next header and of the data.
func (r *Reader) parseMember(start int64) (h *Header, next, data int64, err error) {
	b, err := r.at(start, int64(r.memberSize()))
	if err != nil {
		return nil, 0, 0, err
	}
	h = &Header{}
	var prev, date, uid, gid, mode, nameLen int64
	at := 0
	for _, field := range []struct {
		width, base int
		limit       int64
		into        *int64
	}{
		{r.width, 10, math.MaxInt64, &h.Size},
		{r.width, 10, math.MaxInt64, &next},
		{r.width, 10, math.MaxInt64, &prev},
		{numberWidth, 10, math.MaxUint32, &date},
		{numberWidth, 10, math.MaxUint32, &uid},
		{numberWidth, 10, math.MaxUint32, &gid},
		{numberWidth, 8, math.MaxUint32, &mode},
		{nameLenWidth, 10, maxName, &nameLen},
	} {
		*field.into, err = number(b[at:at+field.width], field.base)
		if err == nil && *field.into > field.limit {
			err = fmt.Errorf("%d is larger than %d", *field.into, field.limit)
		}
		if err != nil {
			return nil, 0, 0, broken(start+int64(at), "%v", err)
		}
		at += field.width
	}
	h.UID, h.GID, h.Mode, h.ModTime = uint32(uid), uint32(gid), uint32(mode)&permMask, time.Unix(date, 0).UTC()

	rest, err := r.at(start+int64(len(b)), nameLen+nameLen%2+int64(len(endMark)))
	if err != nil {
		return nil, 0, 0, err
	}
	data = start + int64(len(b)+len(rest))
	if !bytes.HasSuffix(rest, []byte(endMark)) {
		return nil, 0, 0, broken(data-int64(len(endMark)), "%q where a header's end mark should be", rest[len(rest)-len(endMark):])
	}
	if h.Size > r.size-data {
		return nil, 0, 0, broken(start, "a size of %d bytes, the archive has only %d more", h.Size, r.size-data)
	}
	h.Name = string(rest[:nameLen])
	return h, next, data, nil
}

// at returns n bytes at offset, which must be within the archive.
func (r *Reader) at(offset, n int64) ([]byte, error) {
	if offset < 0 || n > r.size-offset {
		return nil, broken(offset, "%d bytes should be there, the archive ends at %d", n, r.size)
	}
	b := make([]byte, n)
	if read, err := r.archive.ReadAt(b, offset); read < len(b) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("ar: at offset %d: %w", offset+int64(read), err)
	}
	return b, nil
}

func broken(offset int64, format string, args ...any) error {
	return fmt.Errorf("ar: at offset %d: %w: %s", offset, ErrFormat, fmt.Sprintf(format, args...))
}
