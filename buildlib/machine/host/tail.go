package host

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// tailLines is how much of a failed command's output is shown.
const tailLines = 20

// tail keeps the last lines written to it. Standard output and standard error of one command share one, under its lock.
type tail struct {
	lock sync.Mutex
	full []string
	part []byte // what came after the last newline
}

func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	for {
		line, rest, found := bytes.Cut(p, []byte("\n"))
		// A program that never writes a newline must not fill the memory.
		t.part = append(t.part, line[:min(len(line), max(0, 4096-len(t.part)))]...)
		if !found {
			return n, nil
		}
		if t.full = append(t.full, string(t.part)); len(t.full) > tailLines {
			t.full = t.full[1:]
		}
		t.part, p = t.part[:0], rest
	}
}

func (t *tail) lines() []string {
	lines := t.full
	if len(t.part) > 0 {
		lines = append(lines, string(t.part))
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], "\r")
	}
	return lines[max(0, len(lines)-tailLines):]
}

// sharedWriter lets two streams write to one place, a piece at a time.
type sharedWriter struct {
	w    io.Writer
	lock *sync.Mutex
}

func (s *sharedWriter) Write(p []byte) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.w.Write(p)
}
