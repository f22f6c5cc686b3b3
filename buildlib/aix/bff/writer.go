package bff

import (
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// Writer writes an archive front to back. Its first error sticks: every later call returns it.
//
// Fields that a caller has no say in are fixed. Access and change time are the modification time, device numbers are 0 (so in
// S3's first member), a file has inode 0 and one link (S1, S2), and directories count inodes down from 0xFFFFFFFF (S1, S2).
type Writer struct {
	w       io.Writer
	time    time.Time
	written int64 // bytes of the archive
	stored  Stored
	left    int64  // bytes of data that the current member still lacks
	pad     int64  // fill after them
	name    string // of the current member, for errors
	dirs    uint32
	started bool
	err     error
}

// NewWriter returns a Writer to w. t is the date of the archive and of members that bring none; it must lie between 1970 and 2106.
// The caller closes the Writer; w stays open.
func NewWriter(w io.Writer, t time.Time) *Writer {
	return &Writer{w: w, time: t}
}

// WriteHeader starts the next member. For a regular file, exactly h.Size bytes must be written next.
func (w *Writer) WriteHeader(h *Header) error {
	if err := w.finishMember(); err != nil {
		return err
	}
	header, err := encode(h, w.time, w.dirs)
	if err != nil {
		w.err = fmt.Errorf("bff: writing %s: %w", h.Name, err)
		return w.err
	}
	if err := w.start(); err != nil {
		return err
	}
	if h.IsDir() {
		w.dirs++
	}
	w.name, w.left, w.pad = h.Name, h.Size, pad(h.Size, wordSize)
	w.stored = Stored{Offset: w.written, Data: w.written + int64(len(header)), Size: h.Size}
	return w.emit(header)
}

// Stored tells where the current member is in the archive.
func (w *Writer) Stored() Stored { return w.stored }

// Write adds data to the current member. Beyond the announced size it writes what fits and returns [ErrWriteTooLong].
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	fits := p[:min(int64(len(p)), w.left)]
	n, err := w.w.Write(fits)
	w.written += int64(n)
	w.left -= int64(n)
	switch {
	case err != nil:
		w.err = fmt.Errorf("bff: writing %s: %w", w.name, err)
	case len(fits) < len(p):
		w.err = fmt.Errorf("bff: writing %s: %w", w.name, ErrWriteTooLong)
	}
	return n, w.err
}

// Close ends the archive with FS_END and fills it up to a whole block. A second Close does nothing.
func (w *Writer) Close() error {
	if errors.Is(w.err, errClosed) {
		return nil
	}
	if err := w.finishMember(); err != nil {
		return err
	}
	if err := w.start(); err != nil {
		return err
	}
	if err := w.emit(endHeader[:]); err != nil {
		return err
	}
	if err := w.emit(zeros[:pad(w.written, blockSize)]); err != nil {
		return err
	}
	w.err = errClosed
	return nil
}

// errClosed is its own value so that Close can tell its own end from another error.
var errClosed = fmt.Errorf("bff: %w", ErrWriteAfterClose)

var zeros [blockSize]byte

// finishMember fills up the data of the current member, which must be complete.
func (w *Writer) finishMember() error {
	if w.err != nil {
		return w.err
	}
	if w.left > 0 {
		w.err = fmt.Errorf("bff: writing %s: %w: %d bytes are missing", w.name, ErrWriteTooShort, w.left)
		return w.err
	}
	return w.emit(zeros[:w.pad])
}

// start writes FS_VOLUME once. NewWriter cannot: it returns no error.
func (w *Writer) start() error {
	if w.started {
		return nil
	}
	seconds, err := seconds(w.time)
	if err != nil {
		w.err = fmt.Errorf("bff: date of the archive: %w", err)
		return w.err
	}
	w.started = true
	return w.emit(volume(seconds))
}

// volume is FS_VOLUME.
func volume(seconds uint32) []byte {
	h := make([]byte, volumeSize)
	h[offType] = typeVolume
	le.PutUint16(h[volNumber:], 1)
	le.PutUint32(h[volDate:], seconds)
	le.PutUint32(h[volDumpDate:], seconds)
	le.PutUint32(h[volWords:], volWordsUnlimited)
	copy(h[volDisk:], "by name")
	copy(h[volFileSystem:], "by name")
	copy(h[volUser:], "root")
	le.PutUint16(h[volIncrement:], volIncrementByName)
	return seal(h)
}

// encode gives a member's FS_NAME_X header and its security block. t is the date of a member without one, dirs the number of
// directories before it.
func encode(h *Header, t time.Time, dirs uint32) ([]byte, error) {
	if err := checkName(h.Name); err != nil {
		return nil, err
	}
	if h.Mode&^permMask != TypeDir && h.Mode&^permMask != TypeRegular {
		return nil, fmt.Errorf("mode %#o: %w", h.Mode, ErrType)
	}
	switch {
	case h.Size < 0:
		return nil, fmt.Errorf("%w: the size is %d", ErrHeader, h.Size)
	case h.Size > math.MaxInt32:
		return nil, fmt.Errorf("%w: %d bytes, the limit is below 2 GiB", ErrTooLarge, h.Size)
	case h.IsDir() && h.Size != 0:
		return nil, fmt.Errorf("%w: a directory has no data, the size is %d", ErrHeader, h.Size)
	}
	modified := h.ModTime
	if modified.IsZero() {
		modified = t
	}
	date, err := seconds(modified)
	if err != nil {
		return nil, err
	}

	end := nameFixed + int64(len(h.Name)) + 1
	end += pad(end, wordSize)
	b := make([]byte, end, end+securitySize)
	b[offType] = typeNameX
	le.PutUint16(b[nxNlink:], 1)
	if h.IsDir() {
		le.PutUint16(b[nxNlink:], 2)
		le.PutUint32(b[nxIno:], inoDirectory-dirs)
	}
	le.PutUint32(b[nxMode:], h.Mode)
	le.PutUint32(b[nxUID:], h.UID)
	le.PutUint32(b[nxGID:], h.GID)
	le.PutUint32(b[nxSize:], uint32(h.Size))
	le.PutUint32(b[nxAtime:], date)
	le.PutUint32(b[nxMtime:], date)
	le.PutUint32(b[nxCtime:], date)
	le.PutUint32(b[nxDsize:], uint32(h.Size))
	copy(b[nameFixed:], h.Name)
	return append(seal(b), security(h.Mode)...), nil
}

// seal fills in what all headers have: length, magic and, last, the checksum.
func seal(header []byte) []byte {
	header[offLen] = byte(len(header) / wordSize)
	le.PutUint16(header[offMagic:], magicPlain)
	le.PutUint16(header[offChecksum:], checksum(header))
	return header
}

func (w *Writer) emit(b []byte) error {
	n, err := w.w.Write(b)
	w.written += int64(n)
	if err != nil {
		w.err = fmt.Errorf("bff: at offset %d: %w", w.written, err)
	}
	return w.err
}

// seconds is t as the format stores it.
func seconds(t time.Time) (uint32, error) {
	s := t.Unix()
	if s < 0 || s > math.MaxUint32 {
		return 0, fmt.Errorf("%w: the date %s is not between 1970 and 2106", ErrTooLarge, t.UTC().Format(time.DateOnly))
	}
	return uint32(s), nil
}
