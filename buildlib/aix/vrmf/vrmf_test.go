package vrmf_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   string
		want vrmf.Level
		err  string // fragment; "" means none
	}{
		{in: "8.15.2.0", want: vrmf.Level{Version: 8, Release: 15, Modification: 2}},
		{in: "07.02.0005.0101", want: vrmf.Level{Version: 7, Release: 2, Modification: 5, Fix: 101}},
		{in: "99.99.9999.9999", want: vrmf.Level{Version: 99, Release: 99, Modification: 9999, Fix: 9999}},
		{in: "1.0.2.1000", want: vrmf.Level{Version: 1, Modification: 2, Fix: 1000}},
		{in: "", err: "has 1 parts"},
		{in: "8.15.2", err: "a level has four, such as 7.2.5.101"},
		{in: "8.15.2.0.1", err: "has 5 parts"},
		{in: "8.15.2p1.0", err: `its modification level "2p1"`},
		{in: "8.+5.2.0", err: `its release "+5" is not a number of 1 to 2 digits`},
		{in: "8.-5.2.0", err: `its release "-5"`},
		{in: "100.0.0.0", err: `its version "100"`},
		{in: "8..2.0", err: `its release ""`},
		{in: "8.15.2.10000", err: `its fix level "10000"`},
		{in: "8.15.2.0 ", err: `its fix level "0 "`},
		{in: "8.15.2.٣", err: "its fix level"},
	} {
		t.Run(test.in, func(t *testing.T) {
			t.Parallel()
			got, err := vrmf.Parse(test.in)
			if got != test.want || !matches(err, test.err) {
				t.Errorf("Parse(%q) = %v, %v, want %v and an error with %q", test.in, got, err, test.want, test.err)
			}
			if (err != nil) != errors.Is(err, vrmf.ErrLevel) {
				t.Errorf("Parse(%q): %v is no ErrLevel", test.in, err)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		level vrmf.Level
		err   string
	}{
		{level: vrmf.Level{}},
		{level: vrmf.Level{Version: 99, Release: 99, Modification: 9999, Fix: 9999}},
		{level: vrmf.Level{Version: 100}, err: "its version is not within 0 to 99"},
		{level: vrmf.Level{Release: -1}, err: "its release"},
		{level: vrmf.Level{Fix: 10000}, err: "its fix level is not within 0 to 9999"},
	} {
		if err := test.level.Check(); !matches(err, test.err) {
			t.Errorf("(%v).Check() = %v, want an error with %q", test.level, err, test.err)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	ascending := []string{"0.0.0.0", "0.0.0.1", "7.2.5.20", "7.2.5.101", "7.2.10.0", "7.10.0.0", "8.0.0.0"}
	for i, a := range ascending {
		for j, b := range ascending {
			if got, want := parse(t, a).Compare(parse(t, b)), cmp.Compare(i, j); got != want {
				t.Errorf("Compare(%s, %s) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestFromSendmail(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		version  string
		revision int
		want     string
		err      string
	}{
		{version: "8.15.2", revision: 1, want: "8.15.2.1"},
		{version: "8.15.2", revision: 99, want: "8.15.2.99"},
		{version: "8.17.1.9", revision: 1, want: "8.17.1.901"},
		{version: "8.16.0.41", revision: 2, want: "8.16.0.4102"},
		{version: "8.17.1.99", revision: 99, want: "8.17.1.9999"},
		{version: "8.15", revision: 1, err: "it has 2 parts"},
		{version: "8.15.2p1", revision: 1, err: `its part "2p1"`},
		{version: "8.15.02", revision: 1, err: `its part "02"`},
		{version: "8.17.1.100", revision: 1, err: "from 0 to 99"},
		{version: "8.17.1.0", revision: 1, err: "starts at 1"},
		{version: "8.15.2", revision: 0, err: "revision 0 of sendmail 8.15.2 is not within 1 to 99"},
		{version: "8.15.2", revision: 100, err: "not within 1 to 99"},
	} {
		got, err := vrmf.FromSendmail(test.version, test.revision)
		if want := test.want; (want != "" && got.String() != want) || !matches(err, test.err) {
			t.Errorf("FromSendmail(%q, %d) = %v, %v, want %s and an error with %q", test.version, test.revision, got, err, want, test.err)
		}
	}
}

// The releases that there were, in their order (RELEASE_NOTES of 8.18.2), each with its first and its last revision.
func TestFromSendmailReleases(t *testing.T) {
	t.Parallel()
	var last vrmf.Level
	for _, version := range []string{"8.14.9", "8.15.1", "8.15.2", "8.16.0.41", "8.16.1", "8.17.1", "8.17.1.9", "8.17.2", "8.18.0.2", "8.18.1", "8.18.2"} {
		for _, revision := range []int{1, 99} {
			level, err := vrmf.FromSendmail(version, revision)
			if err != nil || level.Compare(last) <= 0 {
				t.Errorf("FromSendmail(%q, %d) = %v, %v, want more than %v", version, revision, level, err, last)
			}
			last = level
		}
	}
}

// TestFromSendmailKeepsOrder draws releases at random and looks at each pair: the levels stand in the same order as the releases
// and their revisions, so no two share one.
func TestFromSendmailKeepsOrder(t *testing.T) {
	t.Parallel()
	type packaged struct {
		numbers  []int
		revision int
		level    vrmf.Level
	}
	random := rand.New(rand.NewPCG(8, 15))
	small := func(limit int) int { return []int{0, 1, 2, limit, random.IntN(limit + 1)}[random.IntN(5)] }
	var all []packaged
	for range 600 {
		p := packaged{numbers: []int{8, small(99), small(9999)}, revision: max(1, small(99))}
		if random.IntN(2) == 0 {
			p.numbers = append(p.numbers, max(1, small(99)))
		}
		version := strings.ReplaceAll(strings.Trim(fmt.Sprint(p.numbers), "[]"), " ", ".")
		var err error
		if p.level, err = vrmf.FromSendmail(version, p.revision); err != nil {
			t.Fatal(err)
		}
		if err := p.level.Check(); err != nil {
			t.Errorf("FromSendmail(%q, %d): %v", version, p.revision, err)
		}
		all = append(all, p)
	}
	for _, a := range all {
		for _, b := range all {
			want := cmp.Or(slices.Compare(a.numbers, b.numbers), cmp.Compare(a.revision, b.revision))
			if got := a.level.Compare(b.level); got != want {
				t.Fatalf("%v revision %d is %s, %v revision %d is %s: Compare = %d, want %d", a.numbers, a.revision, a.level, b.numbers, b.revision, b.level, got, want)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"8.15.2.0", "07.02.0005.0101", "8.15.2", "1.2.3.4.5", "-1.0.0.0", "99.99.9999.9999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		level, err := vrmf.Parse(s)
		if err != nil {
			return
		}
		if err := level.Check(); err != nil {
			t.Errorf("Parse(%q) = %v: %v", s, level, err)
		}
		if again := parse(t, level.String()); again != level {
			t.Errorf("Parse(%q) = %v, its String reads back as %v", s, level, again)
		}
	})
}

func ExampleFromSendmail() {
	first, err := vrmf.FromSendmail("8.17.1", 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	next, err := vrmf.FromSendmail("8.17.1.9", 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(first, next, first.Compare(next))
	// Output: 8.17.1.2 8.17.1.901 -1
}

func parse(t *testing.T, s string) vrmf.Level {
	t.Helper()
	level, err := vrmf.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return level
}

// matches reports whether err says fragment, or is nil when there is none.
func matches(err error, fragment string) bool {
	if err == nil || fragment == "" {
		return err == nil && fragment == ""
	}
	return strings.Contains(err.Error(), fragment)
}
