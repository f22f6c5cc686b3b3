package fetch

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestMeterOnTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	m, now := NewMeter(&out, true), time.Time{}
	m.now = func() time.Time { return now }
	m.Update("x", 500, 2000)
	m.Update("x", 600, 2000) // too soon
	now = now.Add(redraw)
	m.Update("x", 1000, 2000)
	m.Update("x", 2000, 2000) // the end is always shown
	m.Finish()
	m.Finish()
	want := clearLine + "x [=======                       ]  25% of 2 kB" +
		clearLine + "x [===============               ]  50% of 2 kB" +
		clearLine + "x [" + strings.Repeat("=", 30) + "] 100% of 2 kB\n"
	if got := out.String(); got != want {
		t.Errorf("output %q, want %q", got, want)
	}
}

func TestMeterElsewhere(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	m, now := NewMeter(&out, false), time.Time{}
	m.now = func() time.Time { return now }
	for done := int64(0); done <= 1000; done += 25 {
		m.Update("x", done*1000, 1000*1000)
	}
	m.Finish()
	if lines := strings.Count(out.String(), "\n"); lines != 10 || !strings.HasSuffix(out.String(), "x 100% of 1000 kB\n") {
		t.Errorf("%d lines:\n%s", lines, out.String())
	}
	out.Reset()
	m.Update("y", 1000, 0)
	now = now.Add(sparse)
	m.Update("y", 2000, 0)
	if got := out.String(); got != "y 2 kB\n" {
		t.Errorf("without a total: %q", got)
	}
}
