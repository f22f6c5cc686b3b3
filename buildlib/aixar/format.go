package aixar

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The layout. How each fact is known:
//
//   - manual: the page "ar File Format (Small)" of IBM's Files Reference;
//   - S2, S3: the control libraries of two packages, made by mkinstallp on AIX (2013) and by IBM's build system (2012).
//
// Numbers are text: left-aligned, filled with blanks, decimal but for the mode, which is octal (manual, S2, S3).
const (
	magicSmall = "<aiaff>\n" // manual
	magicBig   = "<bigaf>\n" // manual of the big format

	// The fixed header: the magic and the offsets of the member table, the global symbol table, the first member, the last
	// member and the first free member (manual).
	fixedSize  = 68
	fixTable   = 8
	fixSymbols = 20
	fixFirst   = 32
	fixLast    = 44
	fixFree    = 56

	// A member: size of the data, offsets of the next and of the previous member, date, uid, gid, mode, length of the name, then
	// the name, one NUL if its length is odd, and the end mark (manual).
	memberSize = 88
	memSize    = 0
	memNext    = 12
	memPrev    = 24
	memDate    = 36
	memUID     = 48
	memGID     = 60
	memMode    = 72
	memNameLen = 84

	numberWidth  = 12
	nameLenWidth = 4
	endMark      = "`\n" // manual, S2, S3

	// gap: after data that ends on an odd offset, AIX leaves three NUL bytes, and none after other data (S2, S3). The manual asks
	// only that headers start on even offsets, and readers follow the links; we keep to the layout that installp is known to take.
	gap = "\x00\x00\x00"

	// maxName is the longest file name of AIX's file systems (NAME_MAX).
	maxName = 255
	// permMask: the mode has no type bits (S2, S3).
	permMask = 0o7777
)

// The errors that callers can test for. All come wrapped, with the offset or the name they are about.
var (
	// ErrFormat: the archive breaks the format, or is none.
	ErrFormat = errors.New("invalid archive")
	// ErrHeader: the format cannot hold the member.
	ErrHeader = errors.New("invalid member")
	// ErrBigFormat: an archive in the big format, which this package does not read yet.
	ErrBigFormat = errors.New("archive in the big format")
	// ErrWriteTooLong: more data than the header announced.
	ErrWriteTooLong = errors.New("more data than the header announced")
	// ErrWriteTooShort: less data than the header announced.
	ErrWriteTooShort = errors.New("less data than the header announced")
	// ErrWriteAfterClose: the archive has ended already.
	ErrWriteAfterClose = errors.New("write after close")
)

// number reads a number field. Trailing NULs count as blanks, as AIX leaves fields that it does not use.
func number(field []byte, base int) (int64, error) {
	s := strings.TrimRight(string(field), " \x00")
	if strings.Trim(s, "0123456789") != "" { // ParseInt would take a sign
		return 0, fmt.Errorf("%q is no number", field)
	}
	if s == "" {
		return 0, nil
	}
	return strconv.ParseInt(s, base, 64)
}

// checkName refuses names that are no base names: ar x would make files elsewhere, and the member table ends names with NUL.
func checkName(name string) error {
	switch {
	case name == "" || name == "." || name == "..":
		return fmt.Errorf("%w: %q is no file name", ErrHeader, name)
	case len(name) > maxName:
		return fmt.Errorf("%w: the name has %d bytes, the limit is %d", ErrHeader, len(name), maxName)
	}
	for _, c := range []byte(name) {
		if c <= ' ' || c > '~' || c == '/' {
			return fmt.Errorf("%w: the name %q has the byte %#02x", ErrHeader, name, c)
		}
	}
	return nil
}

// put writes a number field. The widths hold every number there is: 12 digits of a 32-bit value, 4 of a name's length.
func put(b []byte, width int, n int64, base int) {
	s := strconv.FormatInt(n, base)
	for i := range width {
		b[i] = ' '
	}
	copy(b[:width], s)
}
