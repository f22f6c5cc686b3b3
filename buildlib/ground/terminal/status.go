// Package terminal tells whoever waits for a run what runs and how far it is: on a terminal in one line below the log, and elsewhere in a line now
// and then.
package terminal

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Status is a line on a terminal that says what runs and for how long, below everything that is written through it. A nil *Status shows
// nothing. It may be used by several goroutines at once.
//
// The libraries for this draw later than they are told (mpb), or from a goroutine that cannot be held while a log line is written
// (progressbar); then what commands write to the same terminal stands in the midst of it.
type Status struct {
	lock  sync.Mutex
	out   io.Writer
	width func() int // of the terminal in columns; 0 when it is not known
	now   func() time.Time
	text  string // "" for none
	begun time.Time
	stop  chan struct{} // closed when the line goes
}

// NewStatus makes a line at the bottom of a terminal.
func NewStatus(out io.Writer, width func() int) *Status {
	return &Status{out: out, width: width, now: time.Now}
}

// Width returns what asks for the number of columns, or nil when the file is no terminal.
func Width(f *os.File) func() int {
	fd := int(f.Fd())
	if !term.IsTerminal(fd) {
		return nil
	}
	return func() int {
		columns, _, err := term.GetSize(fd)
		if err != nil {
			return 0
		}
		return columns
	}
}

const (
	clearLine = "\r\x1b[K"
	everySo   = time.Second
)

// Show puts a text, such as "[7/10] sendmail", into the line; "" takes the line away. The time behind the text counts from the first one
// since there was none.
func (s *Status) Show(text string) {
	if s == nil {
		return
	}
	if text == "" {
		s.clear()
		return
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.text = fault.Line(text); s.stop == nil {
		s.begun, s.stop = s.now(), make(chan struct{})
		go s.tick(s.stop)
	}
	s.draw()
}

// tick makes the time go on.
func (s *Status) tick(stop chan struct{}) {
	t := time.NewTicker(everySo)
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
			s.lock.Lock()
			if s.stop == stop {
				s.draw()
			}
			s.lock.Unlock()
		}
	}
}

func (s *Status) clear() {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.stop != nil {
		close(s.stop)
		s.stop, s.text = nil, ""
		s.print(clearLine)
	}
}

// Write writes whole lines above the line.
func (s *Status) Write(p []byte) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.text != "" {
		s.print(clearLine)
	}
	n, err := s.out.Write(p)
	if s.text != "" && bytes.HasSuffix(p, []byte("\n")) {
		s.draw()
	}
	return n, err
}

func (s *Status) draw() {
	line := s.text
	if took := s.now().Sub(s.begun).Round(time.Second); took >= time.Second {
		line += "  " + took.String()
	}
	// A line that reaches the last column would be wrapped, and then only its end be cleared.
	if runes, width := []rune(line), s.width(); width > 1 && len(runes) >= width {
		line = string(runes[:width-1])
	}
	s.print(clearLine + line)
}

// print shows something. That nobody can see it is no reason to stop a run.
func (s *Status) print(text string) { _, _ = io.WriteString(s.out, text) }

// Update shows how far a download is. It and Finish are what package fetch calls a Progress.
func (s *Status) Update(file string, done, total int64) {
	if isTiny(done, total) {
		return
	}
	s.Show(fmt.Sprintf("%s %s", file, amount(done, total)))
}

// Finish ends a download.
func (s *Status) Finish() { s.Show("") }

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
