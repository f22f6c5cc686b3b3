package dossier

import (
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
	Critical []Part    `json:"critical"` // what the total is made of, in order: a shorter one of these shortens it
}

// Part is a part of the critical path: a step, or a directory in one.
type Part struct {
	Name    string  `json:"name"`
	Step    string  `json:"step,omitempty"`
	Seconds float64 `json:"seconds"`
}

// Bar is a step, or a directory that was compiled in one.
type Bar struct {
	Name     string    `json:"name"`
	Step     string    `json:"step,omitempty"` // that the directory is of
	Ran      time.Time `json:"ran"`
	Start    float64   `json:"start"` // seconds from the first step's start
	Seconds  float64   `json:"seconds"`
	Work     float64   `json:"work"` // seconds of it: of a directory whose objects are compiled among those of others, fewer or more
	Because  string    `json:"because,omitempty"`
	Objects  int       `json:"objects,omitempty"` // that were compiled by themselves, beside those of other directories
	Critical float64   `json:"critical"`          // seconds of it that are part of the critical path
	Failed   bool      `json:"failed"`
	Earlier  bool      `json:"earlier"` // compiled by a run before the step's last one; Start means nothing then
}

// parent is the step that directories are of; leastPart is how much of it a directory must be to be named as part of the critical path.
const (
	parent    = "compile"
	leastPart = 0.03
)

// timeline puts what a journal has in order, up to the step that failed; nil for nothing.
func timeline(j *journal.Journal) *Timeline {
	if len(j.Steps) == 0 {
		return nil
	}
	t := &Timeline{Started: j.Run.Started, Seconds: j.Run.Seconds}
	for _, s := range j.Steps {
		bar := Bar{Name: s.Name, Ran: s.Started, Start: t.Total, Seconds: s.Seconds, Work: s.Seconds, Because: s.Because, Failed: s.Failed, Critical: s.Seconds}
		t.Bars = append(t.Bars, bar)
		parts := []Part{{Name: s.Name, Seconds: s.Seconds}}
		if s.Name == parent {
			bars := directories(j.Directories, &bar)
			t.Bars = append(t.Bars, bars...)
			var inside []Part
			for _, b := range bars {
				if b.Critical > leastPart*s.Seconds {
					inside = append(inside, Part{b.Name, parent, b.Critical})
				}
			}
			if inside != nil {
				parts = inside
			}
		}
		t.Critical, t.Total = append(t.Critical, parts...), t.Total+s.Seconds
		if s.Failed {
			break // what lies there of later steps is of earlier runs
		}
	}
	return t
}

// directories are the bars below a step, by their end; those of earlier runs last.
func directories(spans []journal.Span, of *Bar) (bars []Bar) {
	for _, d := range spans {
		b := Bar{
			Name: d.Name, Step: of.Name, Ran: d.Started, Seconds: d.Seconds, Work: d.Work, Objects: d.Objects, Critical: d.Critical, Failed: d.Failed,
			Earlier: d.Started.Before(of.Ran),
		}
		if b.Earlier {
			b.Critical = 0
		} else {
			b.Start = of.Start + d.Started.Sub(of.Ran).Seconds()
		}
		bars = append(bars, b)
	}
	slices.SortStableFunc(bars, func(a, b Bar) int {
		if a.Earlier != b.Earlier {
			return map[bool]int{true: 1, false: -1}[a.Earlier]
		}
		return a.Ran.Add(time.Duration(a.Seconds * float64(time.Second))).Compare(b.Ran.Add(time.Duration(b.Seconds * float64(time.Second))))
	})
	return bars
}
