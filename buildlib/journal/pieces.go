package journal

import (
	"math"
	"strings"
	"time"
)

// atOnce is how much later than the end of another one a piece of work may begin that waited for it, in seconds.
const atOnce = 0.05

// Fold makes spans of directories out of those of the pieces of work on them, such as sendmail/main.o, by their first beginning. Each knows how much of
// the critical path is its own.
func Fold(pieces []Span) []Span {
	var all []Span
	places := make(map[string]int)
	for _, p := range pieces {
		name, _, _ := strings.Cut(p.Name, "/")
		i, there := places[name]
		if !there {
			i = len(all)
			places[name], all = i, append(all, Span{Name: name, Started: p.Started})
		}
		d := &all[i]
		end := later(ended(d), ended(&p))
		if p.Started.Before(d.Started) {
			d.Started = p.Started
		}
		d.Work += p.Seconds
		d.Seconds, d.Failed = end.Sub(d.Started).Seconds(), d.Failed || p.Failed
		d.Objects += p.Objects
		if len(p.Needs) > len(d.Needs) {
			d.Needs = p.Needs
		}
	}
	var until time.Time // the next one on the path begins
	for n, i := range chain(pieces) {
		name, _, _ := strings.Cut(pieces[i].Name, "/")
		end := ended(&pieces[i])
		if n > 0 && end.After(until) {
			end = until
		}
		all[places[name]].Critical += max(0, end.Sub(pieces[i].Started).Seconds())
		until = pieces[i].Started
	}
	return all
}

func ended(s *Span) time.Time { return s.Started.Add(time.Duration(s.Seconds * float64(time.Second))) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// chain is the critical path: it goes back from the piece that ended last, or that failed. What a piece waited for is the one that ended last before
// it began, be it that it needs that one or its place.
func chain(pieces []Span) (critical []int) {
	at := func(i int) (start, end float64) {
		start = pieces[i].Started.Sub(pieces[0].Started).Seconds()
		return start, start + pieces[i].Seconds
	}
	taken := make(map[int]bool)
	for before := math.Inf(1); ; {
		last := -1
		for i, p := range pieces {
			_, end := at(i)
			if taken[i] || end > before+atOnce {
				continue
			}
			if p.Failed && len(critical) == 0 {
				last = i
				break
			}
			if last < 0 {
				last = i
			} else if _, latest := at(last); end > latest {
				last = i
			}
		}
		if last < 0 {
			return critical
		}
		taken[last] = true
		critical = append(critical, last)
		before, _ = at(last)
	}
}
