// Package vrmf holds AIX levels: version, release, modification level and fix level, the four numbers by which installp tells
// an older fileset from a newer one.
package vrmf

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrLevel is in every error of [Parse] and [Level.Check].
var ErrLevel = errors.New("not an AIX level")

// Level is one level. The zero Level, 0.0.0.0, is older than every other one and stands for "no level" where one may be left out.
type Level struct {
	Version, Release  int // 0 to 99
	Modification, Fix int // 0 to 9999
}

// part says what installp takes in one place of a level. IBM's packaging chapter gives one or two digits to version and release
// and one to four to the other two (quoted by Software::Packager::Aix).
type part struct {
	name   string
	digits int
	limit  int
}

var parts = [4]part{
	{"version", 2, 99},
	{"release", 2, 99},
	{"modification level", 4, 9999},
	{"fix level", 4, 9999},
}

// Parse reads a level such as 7.2.5.101. Leading zeros are fine as long as the digits are not too many: a .toc pads its levels
// to 07.02.0005.0101.
func Parse(s string) (Level, error) {
	fields := strings.Split(s, ".")
	if len(fields) != len(parts) {
		return Level{}, fmt.Errorf("%q is %w: it has %d parts, a level has four, such as 7.2.5.101", s, ErrLevel, len(fields))
	}
	var numbers [4]int
	for i, field := range fields {
		n, ok := number(field)
		if !ok || len(field) > parts[i].digits {
			return Level{}, fmt.Errorf("%q is %w: its %s %q is not a number of 1 to %d digits", s, ErrLevel, parts[i].name, field, parts[i].digits)
		}
		numbers[i] = n
	}
	return Level{numbers[0], numbers[1], numbers[2], numbers[3]}, nil
}

// number reads a decimal number of at most four digits. strconv alone would let signs through.
func number(s string) (int, bool) {
	if s == "" || len(s) > 4 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// String gives the form without leading zeros, which lpp_name and file names of images have.
func (l Level) String() string {
	return fmt.Sprintf("%d.%d.%d.%d", l.Version, l.Release, l.Modification, l.Fix)
}

// Check reports whether each number is within the limits of its place.
func (l Level) Check() error {
	for i, n := range l.numbers() {
		if n < 0 || n > parts[i].limit {
			return fmt.Errorf("%s is %w: its %s is not within 0 to %d", l, ErrLevel, parts[i].name, parts[i].limit)
		}
	}
	return nil
}

// IsZero reports whether l is 0.0.0.0.
func (l Level) IsZero() bool { return l == Level{} }

// Compare is negative when l is older than m, positive when it is newer, and 0 when they are the same. Numbers count, not
// digits: 7.2.5.101 is newer than 7.2.5.20.
func (l Level) Compare(m Level) int {
	a, b := l.numbers(), m.numbers()
	for i := range a {
		if c := cmp.Compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

func (l Level) numbers() [4]int {
	return [4]int{l.Version, l.Release, l.Modification, l.Fix}
}
