package terminal

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestMeter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		bytes, size int64         // in all, and as it is told
		steps       int64         // updates
		every       time.Duration // between them
		lines       int
		last        string
	}{
		{"fast", 1000_000, 1000_000, 40, 50 * time.Millisecond, 0, ""},
		{"just not fast", 1000_000, 1000_000, 40, 77 * time.Millisecond, 1, "x 100% of 1000 kB\n"},
		{"slow", 1000_000, 1000_000, 40, time.Second, 10, "x 100% of 1000 kB\n"},
		{"very slow", 1000_000, 1000_000, 3, time.Minute, 2, "x 100% of 1000 kB\n"},
		{"without a total", 1000_000, 0, 40, time.Second, 1, "x 825 kB\n"},
		{"small and slow", 60_000, 60_000, 60, time.Second, 0, ""},
		{"small, without a total", 60_000, 0, 60, time.Second, 0, ""},
	} {
		var out bytes.Buffer
		m, now := NewMeter(&out), time.Time{}
		m.now = func() time.Time { return now }
		for i := range test.steps {
			m.Update("x", test.bytes*(i+1)/test.steps, test.size)
			now = now.Add(test.every)
		}
		m.Finish()
		if lines := strings.Count(out.String(), "\n"); lines != test.lines || !strings.HasSuffix(out.String(), test.last) {
			t.Errorf("%s: %d lines, want %d, the last one %q:\n%s", test.name, lines, test.lines, test.last, out.String())
		}
	}
}
