package ar

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The layout. How each fact is known:
//
//   - manual: the pages "ar File Format (Small)" and "ar File Format (Big)" of IBM's Files Reference;
//   - S2, S3: the control libraries of two packages, made by mkinstallp on AIX (2013) and by IBM's build system (2012), both small;
//   - S4: a control library in the big format, made by ar on AIX (2013).
//
// Numbers are text: left-aligned, filled with blanks, decimal but for the mode, which is octal (manual, S2, S3, S4).
//
//	magic, then offsets: member table, symbol tables, first member, last member, first free member
//	member: size, offsets of the next and the previous one, date, uid, gid, mode, length of the name; name; end mark; data
//	member table: a member without name, whose data is the number of members, the offset of each, and their names
type layout struct {
	magic        string
	width        int // of sizes, offsets and numbers of members
	symbolTables int
	symbolWidth  int // bytes of the binary numbers in a symbol table
	// gap is what AIX leaves after data that ends on an odd offset; there is none after other data (small: S2, S3; big: S4). The
	// manual asks only that headers start on even offsets, and readers follow the links; we keep to what installp is known to take.
	gap string
}

var layouts = []layout{
	Small: {magic: "<aiaff>\n", width: 12, symbolTables: 1, symbolWidth: 4, gap: "\x00\x00\x00"},
	Big:   {magic: "<bigaf>\n", width: 20, symbolTables: 2, symbolWidth: 8, gap: "\x00"},
}

// Numbers of the offsets in the fixed header; those of the first, last and first free member come after the symbol tables.
const (
	fixTable   = 0
	fixSymbols = 1
	fixOthers  = 4 // offsets other than those of symbol tables
)

// Fields of a member's header from the date on have the same width in both formats (manual).
const (
	numberWidth  = 12
	nameLenWidth = 4
	endMark      = "`\n" // manual, S2, S3, S4

	// maxName is the longest file name of AIX's file systems (NAME_MAX).
	maxName = 255
	// permMask: the mode has no type bits in S2 and S3, and has them in S4.
	permMask = 0o7777
)

func (l *layout) first() int      { return fixSymbols + l.symbolTables }
func (l *layout) fixedSize() int  { return len(l.magic) + (fixOthers+l.symbolTables)*l.width }
func (l *layout) memberSize() int { return 3*l.width + 4*numberWidth + nameLenWidth }

// fixedAt is the place of an offset in the fixed header.
func (l *layout) fixedAt(i int) int { return len(l.magic) + i*l.width }

// The errors that callers can test for. All come wrapped, with the offset or the name they are about.
var (
	// ErrFormat: the archive breaks the format, or is none.
	ErrFormat = errors.New("invalid archive")
	// ErrHeader: the format cannot hold the member.
	ErrHeader = errors.New("invalid member")
	// ErrWriteTooLong: more data than the header announced.
	ErrWriteTooLong = errors.New("more data than the header announced")
	// ErrWriteTooShort: less data than the header announced.
	ErrWriteTooShort = errors.New("less data than the header announced")
	// ErrWriteAfterClose: the archive has ended already.
	ErrWriteAfterClose = errors.New("write after close")
)

// number reads a number field. Trailing NULs count as blanks, as AIX leaves fields that it does not use (S4).
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

// put writes a number field. The widths hold every number there is: 12 digits of a 32-bit value, 20 of any, 4 of a name's length.
func put(b []byte, width int, n int64, base int) {
	s := strconv.FormatInt(n, base)
	for i := range width {
		b[i] = ' '
	}
	copy(b[:width], s)
}

// checkName refuses names that are no base names: ar x would make files elsewhere, and the member table ends names with NUL.
func checkName(name string) error {
	switch {
	case name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00"):
		return fmt.Errorf("%w: %q is no file name", ErrHeader, name)
	case len(name) > maxName:
		return fmt.Errorf("%w: the name has %d bytes, the limit is %d", ErrHeader, len(name), maxName)
	}
	return nil
}

// checkASCII refuses what names of control files never have.
func checkASCII(name string) error {
	for _, c := range []byte(name) {
		if c <= ' ' || c > '~' {
			return fmt.Errorf("%w: the name %q has the byte %#02x", ErrHeader, name, c)
		}
	}
	return nil
}
