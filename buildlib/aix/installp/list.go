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
	b = append(b, ModeString(m.Mode)...)
	number := func(n int64, width int) {
		var digits [20]byte
		text := strconv.AppendInt(digits[:0], n, 10)
		b = append(b, ' ')
		for range width - len(text) {
			b = append(b, ' ')
		}
		b = append(b, text...)
	}
	number(int64(m.UID), 5)
	number(int64(m.GID), 5)
	if t := m.Mode &^ 0o7777; t == bff.TypeChar || t == bff.TypeBlock {
		b = fmt.Appendf(b, " %10s", fmt.Sprintf("%d,%d", m.Major, m.Minor))
	} else {
		number(m.Size, 10)
	}
	b = append(b, ' ')
	b = m.ModTime.UTC().AppendFormat(b, time.DateTime)
	b = append(b, ' ')
	return append(b, fault.Line(cmp.Or(m.Stored, m.Name))...)
}

// typeLetters are those of "ls -l".
var typeLetters = map[uint32]byte{
	bff.TypeDir: 'd', bff.TypeRegular: '-', bff.TypeSymlink: 'l', bff.TypeFIFO: 'p', bff.TypeChar: 'c', bff.TypeMPX: 'c', bff.TypeBlock: 'b', bff.TypeSocket: 's',
}

// ModeString is the first column of "ls -l".
func ModeString(mode uint32) string {
	b := []byte("?rwxrwxrwx")
	if letter := typeLetters[mode&^0o7777]; letter != 0 {
		b[0] = letter
	}
	for i := range 9 {
		if mode&(0o400>>i) == 0 {
			b[1+i] = '-'
		}
	}
	for _, special := range []struct {
		bit         uint32
		at          int
		with, alone byte
	}{{0o4000, 3, 's', 'S'}, {0o2000, 6, 's', 'S'}, {0o1000, 9, 't', 'T'}} {
		if mode&special.bit == 0 {
			continue
		}
		if b[special.at] == 'x' {
			b[special.at] = special.with
		} else {
			b[special.at] = special.alone
		}
	}
	return string(b)
}
