package target

import (
	"fmt"
	"strconv"
	"strings"
)

// Level is a level of AIX: version, release, and the technology level and service pack when they are known.
type Level struct {
	Version, Release int
	TL, SP           int
	HasTL            bool // whether TL and SP are known
}

// String is "7.2", or "7.2 TL5 SP3" when the technology level is known.
func (l Level) String() string {
	s := fmt.Sprintf("%d.%d", l.Version, l.Release)
	if l.HasTL {
		s += fmt.Sprintf(" TL%d SP%d", l.TL, l.SP)
	}
	return s
}

// IsSame reports whether two levels are the same version and release: technology levels do not change what can be built.
func (l Level) IsSame(o Level) bool { return l.Version == o.Version && l.Release == o.Release }

// ParseOSLevel reads what "oslevel -s" prints: VRMF without dots, technology level, service pack, week: 7200-05-03-2148.
// The shorter answer of "oslevel -r" (7200-05) will do too.
func ParseOSLevel(text string) (Level, error) {
	fields := strings.Split(strings.TrimSpace(text), "-")
	if len(fields) < 2 || len(fields) > 4 || len(fields[0]) != 4 {
		return Level{}, fmt.Errorf("level %q: want VRMF-TL-SP-YYWW", text)
	}
	var numbers []int
	for _, f := range fields {
		n, err := number(f)
		if err != nil {
			return Level{}, fmt.Errorf("level %q: %w", text, err)
		}
		numbers = append(numbers, n)
	}
	l := Level{Version: numbers[0] / 1000, Release: numbers[0] / 100 % 10, TL: numbers[1], HasTL: true}
	if len(numbers) > 2 {
		l.SP = numbers[2]
	}
	return l, nil
}

// ParseLslpp reads the level of bos.rte from what "lslpp -Lcq bos.rte" prints. The third field is the level, as sendmail's own Build
// and IBM's DNF installer read it; fields are found by place, as older systems print fewer of them. Its fourth number is not the
// service pack.
func ParseLslpp(text string) (Level, error) {
	for line := range strings.Lines(text) {
		fields := strings.Split(line, ":")
		if len(fields) < 3 || fields[1] != "bos.rte" {
			continue
		}
		parts := strings.Split(fields[2], ".")
		if len(parts) != 4 {
			return Level{}, fmt.Errorf("level %q of bos.rte: want four numbers", fields[2])
		}
		var n [3]int
		for i := range n {
			var err error
			if n[i], err = number(parts[i]); err != nil {
				return Level{}, fmt.Errorf("level %q of bos.rte: %w", fields[2], err)
			}
		}
		return Level{Version: n[0], Release: n[1], TL: n[2], HasTL: true}, nil
	}
	return Level{}, fmt.Errorf("no line of fileset bos.rte")
}

// number reads up to four decimal digits and nothing else.
func number(text string) (int, error) {
	if text == "" || len(text) > 4 || strings.Trim(text, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return strconv.Atoi(text)
}
