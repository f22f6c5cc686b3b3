package dossier

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func span(name string, from, seconds float64) journal.Span {
	return journal.Span{Name: name, Started: noon.Add(time.Duration(from * float64(time.Second))), Seconds: seconds}
}

func TestTimeline(t *testing.T) {
	// Two at a time: makemap needs libsm, and waits for the place of libsmdb; sendmail needs libsm alone.
	whole := []journal.Span{
		span("libsm", 2, 10), span("libsmdb", 2, 13), span("sendmail", 12, 5), span("makemap", 15.01, 8), span("mailstats", 17, 1),
	}
	for name, test := range map[string]struct {
		steps, directories []journal.Span
		want               string
		total              float64
	}{
		"all":       {[]journal.Span{span("fetch", 0, 1), span("compile", 2, 21.5), span("stage", 40, 2)}, whole, "fetch, compile libsmdb, compile makemap, stage", 24.5},
		"one alone": {[]journal.Span{span("compile", 0, 3)}, []journal.Span{span("libsm", 1, 2)}, "compile libsm", 3},
		"earlier":   {[]journal.Span{span("compile", 20, 6)}, append(whole[:2:2], span("sendmail", 20, 6)), "compile sendmail", 6},
		"none":      {[]journal.Span{span("compile", 20, 6)}, whole, "compile", 6},
		"no step":   {nil, whole, "", 0},
	} {
		line := timeline(&journal.Journal{Steps: test.steps, Directories: test.directories})
		if line == nil {
			if test.want != "" {
				t.Errorf("%s: no time line", name)
			}
			continue
		}
		if got := strings.Join(line.Critical, ", "); got != test.want || line.Total != test.total {
			t.Errorf("%s: critical are %s, want %s; total %g, want %g", name, got, test.want, line.Total, test.total)
		}
	}
	line := timeline(&journal.Journal{Steps: []journal.Span{span("fetch", 0, 1), span("compile", 2, 21.5)}, Directories: whole})
	bars := make(map[string]Bar)
	for _, b := range line.Bars {
		bars[b.Name] = b
	}
	want := Bar{Name: "makemap", Step: "compile", Ran: noon.Add(15010 * time.Millisecond), Start: 14.01, Seconds: 8, After: "libsmdb", Critical: true}
	if diff := cmp.Diff(want, bars["makemap"]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if bars["sendmail"].Critical || bars["fetch"].Start != 0 || bars["compile"].Start != 1 {
		t.Errorf("the bars are %v", bars)
	}
}

func TestWords(t *testing.T) {
	for name, want := range map[string]string{"aix7.2-64": "AIX 7.2, 64 bits", "host": "the machine that made it", "x": "x", "aixx": "aixx", "": ""} {
		if got := Target(name); got != want {
			t.Errorf("Target(%q) = %q", name, got)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_499: "999.5 kB", 999_500: "1.00 MB", -1500: "−1.5 kB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q", n, got)
		}
	}
	for s, want := range map[float64]string{0.004: "0.00 s", 9.99: "9.99 s", 12.34: "12.3 s", 100: "1 min 40 s", 119.6: "2 min 00 s"} {
		if got := Seconds(s); got != want {
			t.Errorf("Seconds(%g) = %q", s, got)
		}
	}
	for file, want := range map[string]string{"/opt/sendmail/sbin/sendmail": "/opt/sendmail", "/etc/opt/sendmail/sendmail.cf.default": "/etc/opt/sendmail", "/usr/lib/x": "/usr/lib", "/x": "/"} {
		if got := place(file); got != want {
			t.Errorf("place(%q) = %q", file, got)
		}
	}
}
