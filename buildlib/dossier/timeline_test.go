package dossier

import (
	"fmt"
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
	library, program, small := span("libsm", 2, 10), span("sendmail", 3, 20.5), span("smrsh", 3, 1)
	library.Critical, program.Critical, small.Critical = 9, 12, 0.1
	library.Work = 11
	failed := span("compile", 2, 21.5)
	failed.Failed = true
	steps := []journal.Span{span("fetch", 0, 1), span("compile", 2, 21.5), span("stage", 40, 2)}
	for name, test := range map[string]struct {
		steps, directories []journal.Span
		want               string
		total              float64
	}{
		"all":       {steps, []journal.Span{library, small, program}, "fetch 1, compile libsm 9, compile sendmail 12, stage 2", 24.5},
		"earlier":   {[]journal.Span{span("compile", 2.5, 6)}, []journal.Span{library, program}, "compile sendmail 12", 6},
		"none":      {[]journal.Span{span("compile", 20, 6)}, []journal.Span{library, program}, "compile 6", 6},
		"a failure": {[]journal.Span{steps[0], failed, steps[2]}, nil, "fetch 1, compile 21.5", 22.5},
		"no step":   {nil, []journal.Span{library}, "", 0},
	} {
		line := timeline(&journal.Journal{Steps: test.steps, Directories: test.directories})
		if line == nil {
			if test.want != "" {
				t.Errorf("%s: no time line", name)
			}
			continue
		}
		var got []string
		for _, p := range line.Critical {
			got = append(got, strings.TrimSpace(fmt.Sprint(p.Step, " ", p.Name, " ", p.Seconds)))
		}
		if got := strings.Join(got, ", "); got != test.want || line.Total != test.total {
			t.Errorf("%s: critical are %s, want %s; total %g, want %g", name, got, test.want, line.Total, test.total)
		}
	}
	line := timeline(&journal.Journal{Steps: steps, Directories: []journal.Span{program, library}})
	want := Bar{Name: "libsm", Step: "compile", Ran: library.Started, Start: 1, Seconds: 10, Work: 11, Critical: 9}
	if diff := cmp.Diff(want, line.Bars[2]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
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
