package installp

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Listing gives the filesets as "installp -l" shows those of an image (a published transcript), one line and the title for each.
func (m *Image) Listing() string {
	var b strings.Builder
	row := func(name, level, kind, bosBoot, content string) {
		fmt.Fprintf(&b, "  %-27s %-25s %s %s %s\n", name, level, kind, bosBoot, content)
	}
	row("Fileset Name", "Level", "I/U", "Q", "Content")
	b.WriteString("  " + strings.Repeat("=", 68) + "\n")
	kind := " I "
	if m.IsUpdate() {
		kind = " U "
	}
	for i := range m.Filesets {
		f := &m.Filesets[i]
		content := strings.Join(f.Parts(), ",")
		row(fault.Line(f.Name), f.ShownLevel(), kind, fault.Line(f.BosBoot), content)
		b.WriteString("#   " + fault.Line(f.Text) + "\n")
	}
	return b.String()
}

// Parts names the parts of the fileset.
func (f *Info) Parts() []string {
	switch f.Content {
	case ContentBoth:
		return []string{"usr", "root"}
	case ContentShare:
		return []string{"share"}
	}
	return []string{"usr"}
}

// String gives the member as a line: mode, numbers of owner and group, size, date and name.
func (m *Member) String() string { return string(m.Append(nil)) }

// Append appends that line.
func (m *Member) Append(b []byte) []byte {
	b = appendMode(b, m.Mode)
	b = appendNumber(b, int64(m.UID), 5)
	b = appendNumber(b, int64(m.GID), 5)
	if t := m.Mode &^ 0o7777; t == bff.TypeChar || t == bff.TypeBlock {
		b = fmt.Appendf(b, " %10s", fmt.Sprintf("%d,%d", m.Major, m.Minor))
	} else {
		b = appendNumber(b, m.Size, 10)
	}
	b = append(b, ' ')
	b = appendTime(b, m.ModTime)
	b = append(b, ' ')
	return append(b, fault.Line(cmp.Or(m.Stored, m.Name))...)
}

// appendNumber appends a blank and a number, with blanks in front up to a width.
func appendNumber(b []byte, n int64, width int) []byte {
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], n, 10)
	b = append(b, ' ')
	for range width - len(text) {
		b = append(b, ' ')
	}
	return append(b, text...)
}

// appendTime appends a time in the form of [time.DateTime]. Package time is three times as quick with that of RFC 3339, which has a T
// for the blank, and a Z at its end.
func appendTime(b []byte, t time.Time) []byte {
	b = t.UTC().AppendFormat(b, time.RFC3339)
	b[len(b)-len("00:00:00Z")-1] = ' '
	return b[:len(b)-1]
}

// typeLetters are those of "ls -l", by the type's four bits.
const typeLetters = "?pccd?b?-?l?s???"

// ModeString is the first column of "ls -l".
func ModeString(mode uint32) string { return string(appendMode(nil, mode)) }

func appendMode(b []byte, mode uint32) []byte {
	letters := [...]byte{'?', 'r', 'w', 'x', 'r', 'w', 'x', 'r', 'w', 'x'}
	if mode>>16 == 0 {
		letters[0] = typeLetters[mode>>12]
	}
	for i := range 9 {
		if mode&(0o400>>i) == 0 {
			letters[1+i] = '-'
		}
	}
	for i, special := range [...]struct{ with, alone byte }{{'s', 'S'}, {'s', 'S'}, {'t', 'T'}} {
		at := 3 + 3*i
		switch {
		case mode&(0o4000>>i) == 0:
		case letters[at] == 'x':
			letters[at] = special.with
		default:
			letters[at] = special.alone
		}
	}
	return append(b, letters[:]...)
}
