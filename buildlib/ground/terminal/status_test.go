package terminal

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// screen obeys what a status line sends, and keeps what would be seen: rows, and the row that the cursor stands in.
func screen(sent string) []string {
	rows := []string{""}
	for sent != "" {
		last := &rows[len(rows)-1]
		switch {
		case strings.HasPrefix(sent, clearLine):
			*last, sent = "", sent[len(clearLine):]
		case sent[0] == '\n':
			rows, sent = append(rows, ""), sent[1:]
		default:
			*last, sent = *last+sent[:1], sent[1:]
		}
	}
	return rows
}

func TestStatus(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s, now := NewStatus(&out, func() int { return 20 }), time.Time{}
	s.now = func() time.Time { return now }
	seen := func(want ...string) {
		t.Helper()
		s.lock.Lock()
		defer s.lock.Unlock()
		if got := screen(out.String()); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("the screen shows %q, want %q", got, want)
		}
	}
	fmt.Fprintln(s, "no line yet")
	seen("no line yet", "")
	s.Show("[1/2] libsm")
	seen("no line yet", "[1/2] libsm")
	now = now.Add(3 * time.Second)
	fmt.Fprintln(s, "libsm: compiled")
	seen("no line yet", "libsm: compiled", "[1/2] libsm  3s")
	s.Show("[2/2] a very long name of a directory")
	seen("no line yet", "libsm: compiled", "[2/2] a very long n")
	s.Show("two\nlines\x1b[2J")
	if row := screen(out.String()); len(row) != 3 || strings.Contains(row[2], "\x1b") {
		t.Errorf("a text commands the terminal: %q", row)
	}
	s.Show("")
	seen("no line yet", "libsm: compiled", "")
	s.Show("again")
	seen("no line yet", "libsm: compiled", "again") // its time begins anew
	s.Finish()
	s.Update("signature", 200, 833) // not worth a line
	seen("no line yet", "libsm: compiled", "")
	s.Update("x", 500_000, 2000_000)
	seen("no line yet", "libsm: compiled", "x  25% of 2000 kB")
	s.Finish()
	(*Status)(nil).Show("nothing")
}

// Several goroutines may use a line at once; the race detector looks at it.
func TestStatusAtOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := NewStatus(&out, func() int { return 0 })
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 50 {
				s.Show(strings.Repeat("x", i+1))
				fmt.Fprintln(s, "line")
			}
		})
	}
	all.Wait()
	s.Show("")
	rows := screen(out.String())
	if len(rows) != 201 || rows[200] != "" {
		t.Errorf("%d rows, the last one %q, want 201 and an empty one", len(rows), rows[len(rows)-1])
	}
	for _, row := range rows[:200] {
		if row != "line" {
			t.Fatalf("a row is %q", row)
		}
	}
}
