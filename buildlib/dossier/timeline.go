package dossier

import (
	"math"
	"slices"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
)

// Timeline is when the steps of an image ran and its directories were compiled: one step behind the other, each as it last ran.
type Timeline struct {
	Started  time.Time `json:"started"` // the last run
	Seconds  float64   `json:"seconds"` // that it took
	Total    float64   `json:"total"`   // seconds of all steps
	Bars     []Bar     `json:"bars"`
	Critical []string  `json:"critical"` // what the total is made of, in order: a shorter one of these shortens it
}

// Bar is a step, or a directory that was compiled in one.
type Bar struct {
	Name     string    `json:"name"`
	Step     string    `json:"step,omitempty"` // that the directory is of
	Ran      time.Time `json:"ran"`
	Start    float64   `json:"start"` // seconds from the first step's start
	Seconds  float64   `json:"seconds"`
	Because  string    `json:"because,omitempty"`
	After    string    `json:"after,omitempty"` // of a critical directory: which one it waited for
	Critical bool      `json:"critical"`
	Failed   bool      `json:"failed"`
	Earlier  bool      `json:"earlier"` // compiled by a run before the step's last one; Start means nothing then
}

// parent is the step that directories are of.
const parent = "compile"

// timeline puts what a journal has in order; nil for nothing.
func timeline(j *journal.Journal) *Timeline {
	if len(j.Steps) == 0 {
		return nil
	}
	t := &Timeline{Started: j.Run.Started, Seconds: j.Run.Seconds}
	for _, s := range j.Steps {
		bar := Bar{Name: s.Name, Ran: s.Started, Start: t.Total, Seconds: s.Seconds, Because: s.Because, Failed: s.Failed, Critical: true}
		t.Bars = append(t.Bars, bar)
		chain := []string{s.Name}
		if s.Name == parent {
			bars := directories(j.Directories, &bar)
			if critical := mark(bars, bar.Start); len(critical) > 0 {
				chain = critical
			}
			t.Bars = append(t.Bars, bars...)
		}
		t.Critical = append(t.Critical, chain...)
		t.Total += s.Seconds
	}
	return t
}

// directories are the bars below a step, by their beginning; those of earlier runs last.
func directories(spans []journal.Span, of *Bar) (bars []Bar) {
	for _, d := range spans {
		b := Bar{Name: d.Name, Step: of.Name, Ran: d.Started, Seconds: d.Seconds, Failed: d.Failed, Earlier: d.Started.Before(of.Ran)}
		if !b.Earlier {
			b.Start = of.Start + d.Started.Sub(of.Ran).Seconds()
		}
		bars = append(bars, b)
	}
	slices.SortStableFunc(bars, func(a, b Bar) int {
		if a.Earlier != b.Earlier {
			return map[bool]int{true: 1, false: -1}[a.Earlier]
		}
		return a.Ran.Compare(b.Ran)
	})
	return bars
}

// atOnce is how much later than the end of another one a directory may begin that waited for it, in seconds.
const atOnce = 0.05

// mark goes back from the directory that ended last: what it waited for is the one that ended last before it began, be it that it needs its
// library or its place.
func mark(bars []Bar, start float64) (critical []string) {
	before := math.Inf(1)
	waits := -1 // the one that is to be told what it waited for
	for {
		last := -1
		for i, b := range bars {
			if !b.Earlier && i != waits && !b.Critical && b.Start+b.Seconds <= before+atOnce && (last < 0 || b.Start+b.Seconds > bars[last].Start+bars[last].Seconds) {
				last = i
			}
		}
		if last < 0 {
			return critical
		}
		bars[last].Critical = true
		critical = slices.Insert(critical, 0, parent+" "+bars[last].Name)
		if waits >= 0 {
			bars[waits].After = bars[last].Name
		}
		waits, before = last, bars[last].Start
		if before <= start+atOnce {
			return critical
		}
	}
}
