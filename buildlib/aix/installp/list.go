package installp

import (
	"fmt"
	"strings"
	"time"

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
		content := "usr"
		if f.Content == ContentBoth {
			content = "usr,root"
		}
		row(fault.Line(f.Name), f.Level.String(), kind, fault.Line(f.BosBoot), content)
		b.WriteString("#   " + fault.Line(f.Text) + "\n")
	}
	return b.String()
}

// String gives the member as a line: mode, numbers of owner and group, size, date and name.
func (m *Member) String() string {
	date := m.ModTime.UTC().Format(time.DateTime)
	return fmt.Sprintf("%s %5d %5d %10d %s %s", ModeString(m.Mode), m.UID, m.GID, m.Size, date, fault.Line(m.Name))
}

// ModeString is the first column of "ls -l".
func ModeString(mode uint32) string {
	b := []byte("?rwxrwxrwx")
	switch mode &^ 0o7777 {
	case 0o040000:
		b[0] = 'd'
	case 0o100000:
		b[0] = '-'
	case 0o120000:
		b[0] = 'l'
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
