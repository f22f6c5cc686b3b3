package journal

import (
	"math"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func span(name string, from, seconds float64) Span {
	return Span{Name: name, Started: noon.Add(time.Duration(from * float64(time.Second))), Seconds: seconds}
}

func making(objects int, s Span) Span {
	s.Objects = objects
	return s
}

func failed(s Span) Span {
	s.Failed = true
	return s
}

// Two pieces at a time.
func TestFold(t *testing.T) {
	for name, test := range map[string]struct {
		pieces  []Span
		want    map[string]float64 // seconds on the critical path
		objects map[string]int
	}{
		"none": {},
		"one":  {[]Span{span("libsm", 1, 2)}, map[string]float64{"libsm": 2}, nil},
		"a library and a place": { // makemap waits for libsm, and then for the place of libsmdb
			[]Span{span("libsm", 2, 10), span("libsmdb", 2, 13), span("sendmail", 12, 5), span("makemap", 15.01, 8), span("mailstats", 17, 1)},
			map[string]float64{"libsmdb": 13, "makemap": 8}, nil,
		},
		"objects": { // the library's first objects, what waited for its place, both links
			[]Span{
				span("libsm", 0, 1), span("sendmail", 0, 1), making(1, span("sendmail/main.o", 1, 5)), making(3, span("libsm/a.o and 2 more", 1, 2)),
				making(1, span("sendmail/util.o", 3, 3.02)),
				span("libsm", 6, 0.5), span("sendmail", 6.51, 2),
			},
			map[string]float64{"libsm": 3.5, "sendmail": 5}, map[string]int{"sendmail": 2, "libsm": 3},
		},
		"a failure": { // what was ended by it ends later
			[]Span{span("libsm", 0, 4), failed(span("sendmail", 4, 2)), span("vacation", 4, 2.2)}, map[string]float64{"libsm": 4, "sendmail": 2}, nil,
		},
	} {
		all := Fold(test.pieces)
		for _, d := range all {
			if math.Abs(d.Critical-test.want[d.Name]) > 0.011 || d.Objects != test.objects[d.Name] {
				t.Errorf("%s: %s has %g critical seconds, want %g; %d objects", name, d.Name, d.Critical, test.want[d.Name], d.Objects)
			}
		}
		for want := range test.want {
			if want == "" || len(all) == 0 {
				t.Errorf("%s: nothing", name)
			}
		}
	}
	all := Fold([]Span{span("sendmail/main.o", 3, 5), span("sendmail", 1, 1), span("sendmail/util.o", 2, 1)})
	if len(all) != 1 || !all[0].Started.Equal(noon.Add(time.Second)) || all[0].Seconds != 7 || all[0].Work != 7 {
		t.Errorf("Fold() = %v", all)
	}
}
