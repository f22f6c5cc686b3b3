package stage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// clearStamps takes out of a program or an archive what tells when it was made, by whom, and by which linker: fields that GNU's writes otherwise
// than AIX's become as AIX's has them (docs/formats.md, 15.1). The rest of the file stays as it is.
//
// AIX's linker writes the time into the header of each program, and has no option against it (github.com/adoptium/temurin-build, issue
// 3375); 0 there means that no time is given (IBM, "XCOFF Object File Format"). ar writes each member's time, owner and mode, on AIX
// always and elsewhere unless it was built to be deterministic. What goes there instead is what GNU ar writes with D.
func clearStamps(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		err = stamped{f, info.Size()}.clear()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("clearing the time stamps of %s: %w", file, err)
	}
	return nil
}

// stamped is a file that may have stamps.
type stamped struct {
	f    *os.File
	size int64
}

const (
	bigMagic    = "<bigaf>\n" // IBM, "ar File Format (Big)"
	commonMagic = "!<arch>\n"
)

func (s stamped) clear() error {
	magic := make([]byte, len(bigMagic))
	if s.size < int64(len(magic)) {
		return nil
	}
	if _, err := s.f.ReadAt(magic, 0); err != nil {
		return err
	}
	switch string(magic) {
	case bigMagic:
		return s.big()
	case commonMagic:
		return s.common()
	}
	return s.object(0, s.size)
}

// object clears the time of an XCOFF file, if it is one: four bytes behind magic and number of sections. A damaged one is left to image:verify.
func (s stamped) object(at, size int64) error {
	var header [8]byte
	if size < 20 { // the shorter of the two file headers
		return nil
	}
	if _, err := s.f.ReadAt(header[:], at); err != nil {
		return err
	}
	if magic := binary.BigEndian.Uint16(header[:]); magic != 0x01df && magic != 0x01f7 {
		return nil
	}
	if _, err := s.f.WriteAt(make([]byte, 4), at+4); err != nil {
		return err
	}
	file, err := xcoff.NewFile(io.NewSectionReader(s.f, at, size))
	if errors.Is(err, xcoff.ErrFormat) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, c := range file.Corrections() {
		if _, err := s.f.WriteAt(c.Want, at+c.Offset); err != nil {
			return err
		}
	}
	return nil
}

// The sizes of headers: of a big archive, of a member in it without its name, and of a common archive's member.
const (
	bigHeader    = 128
	bigMember    = 112
	commonMember = 60
)

// big goes through an archive of AIX: the tables, and the chain of members.
func (s stamped) big() error {
	header, err := s.read(0, bigHeader)
	if err != nil {
		return err
	}
	var at [6]int64 // member table, two symbol tables, first member, last member, first free member
	for i := range at {
		if at[i], err = number(header[8+20*i : 28+20*i]); err != nil {
			return err
		}
	}
	for _, table := range at[:3] {
		if table == 0 {
			continue
		}
		if _, err := s.bigMember(table); err != nil {
			return err
		}
	}
	member, last := at[3], at[4]
	for left := s.size / bigMember; member != 0; left-- {
		if left == 0 {
			return errors.New("the chain of members has no end")
		}
		next, err := s.bigMember(member)
		if err != nil {
			return err
		}
		if member == last {
			break
		}
		member = next
	}
	return nil
}

// bigMember clears one member, and returns where the next one is.
func (s stamped) bigMember(at int64) (next int64, err error) {
	header, err := s.read(at, bigMember)
	if err != nil {
		return 0, err
	}
	size, err1 := number(header[:20])
	next, err2 := number(header[20:40])
	name, err3 := number(header[108:])
	if err := errors.Join(err1, err2, err3); err != nil {
		return 0, err
	}
	fields := []string{"0", "0", "0"} // date, owner, group
	if name > 0 {                     // a table has none
		fields = append(fields, "644")
	}
	if err := s.write(at+60, 12, fields...); err != nil {
		return 0, err
	}
	data := at + bigMember + name + name%2 + 2
	if size > s.size-data {
		return 0, fmt.Errorf("the member at %d has %d bytes, the file ends before", at, size)
	}
	return next, s.object(data, size)
}

// common goes through an archive as other systems have it.
func (s stamped) common() error {
	for at := int64(len(commonMagic)); at < s.size; {
		header, err := s.read(at, commonMember)
		if err != nil {
			return err
		}
		size, err := number(header[48:58])
		if err != nil {
			return err
		}
		if size > s.size-at-commonMember {
			return fmt.Errorf("the member at %d has %d bytes, the file ends before", at, size)
		}
		switch name := strings.TrimRight(string(header[:16]), " "); name {
		case "//": // the table of long names has nothing but a size
		case "/": // the table of symbols
			err = errors.Join(s.write(at+16, 12, "0"), s.write(at+28, 6, "0", "0"), s.write(at+40, 8, "0"))
		default:
			err = errors.Join(s.write(at+16, 12, "0"), s.write(at+28, 6, "0", "0"), s.write(at+40, 8, "644"))
		}
		if err != nil {
			return err
		}
		at += commonMember + size + size%2
	}
	return nil
}

// read reads a header that must be there.
func (s stamped) read(at, size int64) ([]byte, error) {
	if at < 0 || at > s.size-size {
		return nil, fmt.Errorf("a header of %d bytes at %d is beyond the end of the file, which has %d", size, at, s.size)
	}
	header := make([]byte, size)
	_, err := s.f.ReadAt(header, at)
	return header, err
}

// write writes fields of one width, filled with blanks.
func (s stamped) write(at int64, width int, fields ...string) error {
	var text strings.Builder
	for _, field := range fields {
		fmt.Fprintf(&text, "%-*s", width, field)
	}
	_, err := s.f.WriteAt([]byte(text.String()), at)
	return err
}

// number reads a field of decimal digits, filled with blanks or zero bytes. GNU ar leaves a field of AIX's format empty for 0.
func number(field []byte) (int64, error) {
	digits := strings.Trim(string(field), " \x00")
	if digits == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err == nil && n < 0 {
		err = strconv.ErrRange
	}
	if err != nil {
		return 0, fmt.Errorf("%q in the header of a member: want a number", field)
	}
	return n, nil
}
