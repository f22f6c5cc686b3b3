package installp

import (
	"fmt"
	"strings"
	"time"
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
		if f.Content == contentBoth {
			content = "usr,root"
		}
		row(f.Name, f.Level.String(), kind, f.BosBoot, content)
		b.WriteString("#   " + f.Text + "\n")
	}
	return printable(b.String())
}

// String gives the member as a line: mode, numbers of owner and group, size, date and name.
func (m *Member) String() string {
	date := m.ModTime.UTC().Format(time.DateTime)
	return fmt.Sprintf("%s %5d %5d %10d %s %s", modeString(m.Mode), m.UID, m.GID, m.Size, date, printable(m.Name))
}

// modeString is the first column of "ls -l".
func modeString(mode uint32) string {
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

// printable spells out what an image must not send to a terminal. Newlines and tabs stay.
func printable(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= ' ' && c <= '~' || c == '\n' || c == '\t' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "\\x%02x", c)
		}
	}
	return b.String()
}
