// Package xcoff reads XCOFF, the format of AIX's objects, programs and shared libraries, in both widths: headers, sections, and the
// loader section, which says what a program imports, from which files, and in which directories it looks for them.
//
// It has the shape of debug/elf. A member of an archive is read through an io.SectionReader; the offsets in errors then count from
// the member's first byte. Symbol table, line numbers and the relocations of objects are not decoded: AIX's loader does not
// look at them either.
package xcoff

import (
	"errors"
	"fmt"
	"io"
	"math"
)

// The errors that callers can test for. They come wrapped, with the offset and what was found there.
var (
	// ErrMagic: the file is no XCOFF file.
	ErrMagic = errors.New("not an XCOFF file")
	// ErrFormat: the file begins as an XCOFF file does, and then breaks the format.
	ErrFormat = errors.New("invalid XCOFF file")
)

// File is an XCOFF file. NewFile reads all of it but the data of the sections; the memory that takes is at most three times the file's
// true size, whatever the file claims.
type File struct {
	Header
	Aux      *AuxHeader // nil in objects
	Sections []*Section
	Loader   *Loader // nil in objects
}

// Section is one section of a File.
type Section struct {
	SectionHeader
	file io.ReaderAt
}

// NewFile reads the file that r holds.
func NewFile(r io.ReaderAt) (*File, error) {
	magic, err := read(r, 0, 2)
	switch {
	case err != nil:
		return nil, err
	case len(magic) < 2:
		return nil, fmt.Errorf("xcoff: %w: %d bytes", ErrMagic, len(magic))
	}
	f := &File{}
	switch m := be.Uint16(magic); m {
	case magic32:
		f.Width = 32
	case magic64:
		f.Width = 64
	default:
		return nil, fmt.Errorf("xcoff: %w: it begins with %#04x", ErrMagic, m)
	}
	if err := f.readHeaders(r); err != nil {
		return nil, err
	}
	s, err := f.loaderSection()
	if err != nil {
		return nil, err
	}
	if s != nil {
		if f.Loader, err = f.readLoader(s); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// readHeaders reads the three headers, which follow each other.
func (f *File) readHeaders(r io.ReaderAt) error {
	b, err := exactly(r, 0, f.pick(fileHeaderSize32, fileHeaderSize64), "the file header")
	if err != nil {
		return err
	}
	sections := f.parseHeader(b)
	at := uint64(len(b))
	if f.AuxSize > 0 {
		if b, err = exactly(r, at, uint64(f.AuxSize), "the auxiliary header"); err != nil {
			return err
		}
		f.Aux = f.parseAux(b)
		at += uint64(len(b))
	}
	size := f.pick(sectionHeaderSize32, sectionHeaderSize64)
	if b, err = exactly(r, at, uint64(sections)*size, fmt.Sprintf("the headers of %d sections", sections)); err != nil {
		return err
	}
	for ; len(b) > 0; b, at = b[size:], at+size {
		s := &Section{f.parseSection(b), r}
		if s.Offset > math.MaxInt64 || s.Size > math.MaxInt64-s.Offset {
			return broken(at, "section %q has %#x bytes at %#x, which no file can have", s.Name, s.Size, s.Offset)
		}
		f.Sections = append(f.Sections, s)
	}
	return nil
}

// loaderSection finds the loader section, nil when there is none. AIX finds it by the number in the auxiliary header, other readers by
// its type: a file in which the two differ shows one thing and loads another.
func (f *File) loaderSection() (*Section, error) {
	var found *Section
	number := 0
	for i, s := range f.Sections {
		if s.Type != TypeLoader {
			continue
		}
		if found != nil {
			return nil, broken(s.Offset, "section %d is a second loader section, the first is section %d", i+1, number)
		}
		found, number = s, i+1
	}
	if f.Aux != nil && int(f.Aux.LoaderSection) != number {
		return nil, broken(f.pick(fileHeaderSize32, fileHeaderSize64),
			"the auxiliary header has section %d for the loader section, the table of sections %d", f.Aux.LoaderSection, number)
	}
	return found, nil
}

// Data reads the section's data, none when the section has no data in the file, as .bss.
func (s *Section) Data() ([]byte, error) {
	return exactly(s.file, s.Offset, s.inFile(), fmt.Sprintf("section %q", s.Name))
}

// inFile is the number of bytes that the section has in the file.
func (s *Section) inFile() uint64 {
	if s.Offset == 0 || s.Type == TypeBSS || s.Type == TypeTBSS {
		return 0
	}
	return s.Size
}

// pick returns what is true for the file's width.
func (f *File) pick(in32, in64 uint64) uint64 {
	if f.Width == 64 {
		return in64
	}
	return in32
}

// exactly reads n bytes at offset. The file must have them.
func exactly(r io.ReaderAt, offset, n uint64, what string) ([]byte, error) {
	b, err := read(r, offset, n)
	if err == nil && uint64(len(b)) < n {
		err = broken(offset, "%s should have %d bytes here, the file has %d", what, n, len(b))
	}
	return b, err
}

// read reads up to n bytes at offset. The memory grows with what there is, not with n: only a file that has the last byte is believed.
func read(r io.ReaderAt, offset, n uint64) ([]byte, error) {
	there := 1
	if n > smallRead {
		there, _ = r.ReadAt(make([]byte, 1), int64(offset+n-1))
	}
	if there == 1 {
		b := make([]byte, n)
		there, err := r.ReadAt(b, int64(offset))
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("xcoff: at offset %d: %w", offset+uint64(there), err)
		}
		return b[:there], nil
	}
	b, err := io.ReadAll(io.NewSectionReader(r, int64(offset), int64(n)))
	if err != nil {
		return nil, fmt.Errorf("xcoff: at offset %d: %w", offset+uint64(len(b)), err)
	}
	return b, nil
}

// smallRead is not worth a look at the last byte.
const smallRead = 512

func broken(offset uint64, format string, args ...any) error {
	return fmt.Errorf("xcoff: at offset %d: %w: %s", offset, ErrFormat, fmt.Sprintf(format, args...))
}
