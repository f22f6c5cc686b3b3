package fetch

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Meter shows downloads: as a bar that is drawn over itself on a terminal, and otherwise as one line every ten percent or thirty
// seconds, with none for a download that ends within the first seconds. Files of a few kilobytes, such as signatures, are not shown at
// all. It is not for use by several downloads at the same time.
type Meter struct {
	out      io.Writer
	terminal bool
	now      func() time.Time

	file   string
	begun  time.Time // of the file
	drawn  time.Time // of the last output, or begun
	tenths int64     // shown so far
	open   bool      // the cursor stands behind a bar
}

// NewMeter makes a meter that writes to out, which should be standard error.
func NewMeter(out io.Writer, terminal bool) *Meter {
	return &Meter{out: out, terminal: terminal, now: time.Now}
}

const (
	barWidth  = 30
	redraw    = 100 * time.Millisecond
	sparse    = 30 * time.Second
	patience  = 3 * time.Second // that nobody minds without a sign of life
	tiny      = 64 << 10        // bytes
	clearLine = "\r\x1b[K"
)

// Update implements [Progress].
func (m *Meter) Update(file string, done, total int64) {
	if total > 0 && total < tiny || total <= 0 && done < tiny {
		return
	}
	now := m.now()
	started := file != m.file
	if started {
		m.file, m.tenths, m.begun, m.drawn = file, 0, now, now
	}
	if m.terminal {
		if !started && done != total && now.Sub(m.drawn) < redraw {
			return
		}
		m.drawn, m.open = now, true
		m.print(clearLine + file + " " + bar(done, total))
		return
	}
	if now.Sub(m.begun) < patience {
		return
	}
	tenths := int64(0)
	if total > 0 {
		tenths = done * 10 / total
	}
	if tenths <= m.tenths && now.Sub(m.drawn) < sparse {
		return
	}
	m.tenths, m.drawn = tenths, now
	m.print(file + " " + amount(done, total) + "\n")
}

// Finish implements [Progress].
func (m *Meter) Finish() {
	if m.open {
		m.print("\n")
	}
	m.file, m.open = "", false
}

// print shows something. That nobody can see it is no reason to stop a download.
func (m *Meter) print(text string) { _, _ = io.WriteString(m.out, text) }

func bar(done, total int64) string {
	if total <= 0 {
		return amount(done, total)
	}
	full := int(min(done*barWidth/total, barWidth))
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", barWidth-full) + "] " + amount(done, total)
}

func amount(done, total int64) string {
	if total <= 0 {
		return fmt.Sprintf("%d kB", done/1000)
	}
	return fmt.Sprintf("%3d%% of %d kB", done*100/total, total/1000)
}
