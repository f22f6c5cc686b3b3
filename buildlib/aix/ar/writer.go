package ar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Writer writes an archive. Its first error sticks: every later call returns it.
//
// Members stand in the order they come in, and nothing else decides a byte: no clock, no owner of this machine. There is no symbol
// table: the linker wants one, so an archive of object files needs more than this.
type Writer struct {
	w io.WriterAt
	*layout
	memory *memory // which w is, if NewWriter made it
	then   io.Writer
	at     int64 // where the next byte goes
	names  map[string]bool
	table  []entry
	left   int64 // bytes of data that the current member still lacks
	err    error
}

// entry is a line of the member table.
type entry struct {
	name   string
	offset int64
}

// NewWriter returns a Writer that keeps the archive in memory, and writes it to w, in the given format, when it is closed: what is first in
// an archive is known last. w stays open.
func NewWriter(w io.Writer, f Format) *Writer {
	m := &memory{}
	archive := NewWriterAt(m, f)
	archive.memory, archive.then = m, w
	return archive
}

// NewWriterAt returns a Writer that keeps nothing: what is first goes to w when it is closed, and all else before.
func NewWriterAt(w io.WriterAt, f Format) *Writer {
	archive := &Writer{w: w, layout: &layouts[f], names: map[string]bool{}}
	archive.at = int64(archive.fixedSize())
	return archive
}

// memory is an archive that is kept.
type memory []byte

func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	if more := int(at) + len(p) - len(*m); more > 0 {
		*m = append(*m, make([]byte, more)...)
	}
	return copy((*m)[at:], p), nil
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
	start := w.at
	next := start + int64(w.memberSize()) + int64(len(h.Name)) + int64(len(h.Name)%2) + int64(len(endMark)) + h.Size
	if next%2 != 0 {
		next += int64(len(w.gap))
	}
	if w.memory != nil {
		*w.memory = slices.Grow(*w.memory, int(next)-len(*w.memory))
	}
	w.putMember(h, next)
	w.names[h.Name] = true
	w.table = append(w.table, entry{h.Name, start})
	w.left = h.Size
	return w.err
}

// Write adds data to the current member. Beyond the announced size it takes what fits and returns [ErrWriteTooLong].
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n := int(min(int64(len(p)), w.left))
	w.put(p[:n])
	w.left -= int64(n)
	if w.err == nil && n < len(p) {
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
	table := w.at
	w.putTable()
	w.at = 0
	w.putFixed(table)
	if w.then != nil && w.err == nil {
		if _, err := w.then.Write(*w.memory); err != nil {
			w.err = fmt.Errorf("ar: %w", err)
		}
	}
	if w.err != nil {
		return w.err
	}
	w.err = errClosed
	return nil
}

// putFixed writes what an archive begins with.
func (w *Writer) putFixed(table int64) {
	b := make([]byte, w.fixedSize())
	copy(b, w.magic)
	for i := range fixOthers + w.symbolTables {
		put(b[w.fixedAt(i):], w.width, 0, 10)
	}
	put(b[w.fixedAt(fixTable):], w.width, table, 10)
	if len(w.table) > 0 {
		put(b[w.fixedAt(w.first()):], w.width, w.table[0].offset, 10)
		put(b[w.fixedAt(w.first()+1):], w.width, w.last().offset, 10)
	}
	w.put(b)
}

// put writes the next bytes.
func (w *Writer) put(p []byte) {
	if w.err != nil {
		return
	}
	n, err := w.w.WriteAt(p, w.at)
	w.at += int64(n)
	if err != nil {
		w.err = fmt.Errorf("ar: %w", err)
	}
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
	if w.at%2 != 0 {
		w.put([]byte(w.gap))
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
	b = append(b, h.Name...)
	if len(h.Name)%2 != 0 {
		b = append(b, 0)
	}
	w.put(append(b, endMark...))
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
	w.put(data.Bytes())
	if w.at%2 != 0 {
		w.put([]byte{0})
	}
}
