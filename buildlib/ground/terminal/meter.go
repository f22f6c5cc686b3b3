package terminal

import (
	"fmt"
	"io"
	"time"
)

// Meter shows downloads where there is no terminal: a line every ten percent or thirty seconds, with none for a download that ends within
// the first seconds. It is not for use by several downloads at the same time.
type Meter struct {
	out io.Writer
	now func() time.Time

	file   string
	begun  time.Time // of the file
	drawn  time.Time // of the last output, or begun
	tenths int64     // shown so far
}

// NewMeter makes a meter that writes to out, which should be standard error.
func NewMeter(out io.Writer) *Meter { return &Meter{out: out, now: time.Now} }

const (
	sparse   = 30 * time.Second
	patience = 3 * time.Second // that nobody minds without a sign of life
	tiny     = 64 << 10        // bytes
)

// isTiny reports whether a file is of a few kilobytes, such as a signature: those are not shown.
func isTiny(done, total int64) bool { return total > 0 && total < tiny || total <= 0 && done < tiny }

// Update shows how far a download is, when it is time.
func (m *Meter) Update(file string, done, total int64) {
	if isTiny(done, total) {
		return
	}
	now := m.now()
	if file != m.file {
		m.file, m.tenths, m.begun, m.drawn = file, 0, now, now
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
	_, _ = io.WriteString(m.out, file+" "+amount(done, total)+"\n") // that nobody can see it is no reason to stop a download
}

// Finish ends a download.
func (m *Meter) Finish() { m.file = "" }

func amount(done, total int64) string {
	if total <= 0 {
		return fmt.Sprintf("%d kB", done/1000)
	}
	return fmt.Sprintf("%3d%% of %d kB", done*100/total, total/1000)
}
