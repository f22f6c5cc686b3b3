package host

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// tailLines is how much of a failed command's output is shown; as many as firstErrors of it are the first lines that call themselves errors,
// each with the source that a compiler shows below it.
const (
	tailLines   = 20
	firstErrors = 10
)

// anError is a line of a compiler, a linker or make that says why it fails; xlc gives a number and a severity instead (IBM XL C for AIX,
// Compiler Reference, "Compiler messages"). Warnings may follow in any number: make lets the other compilers end.
var anError = regexp.MustCompile(`(?i)\berror:|: undefined (reference|symbol)|\*\*\* |: 15[0-9]{2}-[0-9]{3} \([SEU]\)`)

// tail keeps the last lines written to it, and the first errors. Standard output and standard error of one command share one, under its lock.
type tail struct {
	lock   sync.Mutex
	last   [tailLines][]byte // used again and again: a command may write millions of lines
	count  int               // of the lines that were written there
	errors []string
	source bool   // whether the last line was one of errors
	part   []byte // what came after the last newline
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
		t.add(t.part)
		t.part, p = t.part[:0], rest
	}
}

func (t *tail) add(line []byte) {
	// An error has one of these characters; a compiler's long lists of files have none, and a pattern takes its time.
	mayBe := bytes.IndexByte(line, ':') >= 0 || bytes.IndexByte(line, '*') >= 0
	t.source = len(t.errors) < firstErrors && (mayBe && anError.Match(line) || t.source && bytes.HasPrefix(line, []byte(" ")))
	if t.source {
		t.errors = append(t.errors, string(line))
		return
	}
	place := &t.last[t.count%tailLines]
	*place = append((*place)[:0], line...)
	t.count++
}

// lines returns the errors, and then the last of the other lines.
func (t *tail) lines() []string {
	if len(t.part) > 0 {
		t.add(t.part)
		t.part = nil
	}
	lines := slices.Clone(t.errors)
	for i := max(0, t.count-(tailLines-len(t.errors))); i < t.count; i++ {
		lines = append(lines, string(t.last[i%tailLines]))
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], "\r")
	}
	return lines
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
