package ar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
)

// Writer writes an archive. Its first error sticks: every later call returns it.
//
// Members stand in the order they come in, and nothing else decides a byte: no clock, no owner of this machine. There is no symbol
// table: the linker wants one, so an archive of object files needs more than this.
type Writer struct {
	w io.Writer
	*layout
	archive bytes.Buffer // the fixed header is filled in last
	names   map[string]bool
	table   []entry
	left    int64 // bytes of data that the current member still lacks
	err     error
}

// entry is a line of the member table.
type entry struct {
	name   string
	offset int64
}

// NewWriter returns a Writer that writes the archive to w, in the given format, when it is closed. w stays open.
func NewWriter(w io.Writer, f Format) *Writer {
	archive := &Writer{w: w, layout: &layouts[f], names: map[string]bool{}}
	archive.archive.Write(make([]byte, archive.fixedSize()))
	return archive
}

// WriteHeader starts the next member. Exactly h.Size bytes must be written next.
func (w *Writer) WriteHeader(h *Header) error {
	if err := w.finishMember(); err != nil {
		return err
	}
	if err := w.check(h); err != nil {
		w.err = fmt.Errorf("ar: writing %s: %w", h.Name, err)
		return w.err
	}
	w.align()
	start := int64(w.archive.Len())
	next := start + int64(w.memberSize()) + int64(len(h.Name)) + int64(len(h.Name)%2) + int64(len(endMark)) + h.Size
	if next%2 != 0 {
		next += int64(len(w.gap))
	}
	w.archive.Grow(int(next - start))
	w.putMember(h, next)
	w.names[h.Name] = true
	w.table = append(w.table, entry{h.Name, start})
	w.left = h.Size
	return nil
}

// Write adds data to the current member. Beyond the announced size it takes what fits and returns [ErrWriteTooLong].
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n := int(min(int64(len(p)), w.left))
	w.archive.Write(p[:n])
	w.left -= int64(n)
	if n < len(p) {
		w.err = fmt.Errorf("ar: writing %s: %w", w.last().name, ErrWriteTooLong)
	}
	return n, w.err
}

// Close adds the member table and writes the archive. A second Close does nothing.
func (w *Writer) Close() error {
	if errors.Is(w.err, errClosed) {
		return nil
	}
	if err := w.finishMember(); err != nil {
		return err
	}
	w.align()
	table := int64(w.archive.Len())
	w.putTable()
	b := w.archive.Bytes()
	copy(b, w.magic)
	for i := range fixOthers + w.symbolTables {
		put(b[w.fixedAt(i):], w.width, 0, 10)
	}
	put(b[w.fixedAt(fixTable):], w.width, table, 10)
	if len(w.table) > 0 {
		put(b[w.fixedAt(w.first()):], w.width, w.table[0].offset, 10)
		put(b[w.fixedAt(w.first()+1):], w.width, w.last().offset, 10)
	}
	if _, err := w.w.Write(b); err != nil {
		w.err = fmt.Errorf("ar: %w", err)
		return w.err
	}
	w.err = errClosed
	return nil
}

// errClosed is its own value so that Close can tell its own end from another error.
var errClosed = fmt.Errorf("ar: %w", ErrWriteAfterClose)

func (w *Writer) check(h *Header) error {
	if err := checkName(h.Name); err != nil {
		return err
	}
	if err := checkASCII(h.Name); err != nil {
		return err
	}
	switch seconds := h.ModTime.Unix(); {
	case w.names[h.Name]:
		return fmt.Errorf("%w: there is one of that name already", ErrHeader)
	case h.Mode&^permMask != 0:
		return fmt.Errorf("%w: mode %#o has more than permission bits", ErrHeader, h.Mode)
	case h.Size < 0 || h.Size > math.MaxInt32:
		return fmt.Errorf("%w: a size of %d bytes", ErrHeader, h.Size)
	case seconds < 0 || seconds > math.MaxUint32:
		return fmt.Errorf("%w: a date of %d seconds since 1970", ErrHeader, seconds)
	}
	return nil
}

// finishMember makes sure that the current member is complete.
func (w *Writer) finishMember() error {
	if w.err == nil && w.left > 0 {
		w.err = fmt.Errorf("ar: writing %s: %w: %d bytes are missing", w.last().name, ErrWriteTooShort, w.left)
	}
	return w.err
}

// align leaves the gap that the data before it asks for.
func (w *Writer) align() {
	if w.archive.Len()%2 != 0 {
		w.archive.WriteString(w.gap)
	}
}

// last is the last member so far; the zero entry, whose offset of 0 means "none", before the first.
func (w *Writer) last() entry {
	if len(w.table) == 0 {
		return entry{}
	}
	return w.table[len(w.table)-1]
}

// putMember writes a member header. The last member's next is the member table (S2, S3), and so it comes about by itself.
func (w *Writer) putMember(h *Header, next int64) {
	var date int64 // the member table of S2 and S3 has date 0, not the zero Time's
	if !h.ModTime.IsZero() {
		date = h.ModTime.Unix()
	}
	b := make([]byte, w.memberSize())
	at := 0
	for _, field := range []struct {
		n           int64
		width, base int
	}{
		{h.Size, w.width, 10},
		{next, w.width, 10},
		{w.last().offset, w.width, 10},
		{date, numberWidth, 10},
		{int64(h.UID), numberWidth, 10},
		{int64(h.GID), numberWidth, 10},
		{int64(h.Mode), numberWidth, 8},
		{int64(len(h.Name)), nameLenWidth, 10},
	} {
		put(b[at:], field.width, field.n, field.base)
		at += field.width
	}
	w.archive.Write(b)
	w.archive.WriteString(h.Name)
	if len(h.Name)%2 != 0 {
		w.archive.WriteByte(0)
	}
	w.archive.WriteString(endMark)
}

// putTable writes the member table: a member without name, owner or date whose data is the number of members, the offset of each,
// and their names, each with a NUL (manual). One NUL follows where the file would end on an odd offset (S2, S3).
func (w *Writer) putTable() {
	var data bytes.Buffer
	field := make([]byte, w.width)
	put(field, w.width, int64(len(w.table)), 10)
	data.Write(field)
	for _, e := range w.table {
		put(field, w.width, e.offset, 10)
		data.Write(field)
	}
	for _, e := range w.table {
		data.WriteString(e.name)
		data.WriteByte(0)
	}
	w.putMember(&Header{Size: int64(data.Len())}, 0)
	w.archive.Write(data.Bytes())
	if w.archive.Len()%2 != 0 {
		w.archive.WriteByte(0)
	}
}
