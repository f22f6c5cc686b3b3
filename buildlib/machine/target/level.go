package target

import (
	"cmp"
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

// compare goes by version and release: technology levels do not change what can be built.
func (l Level) compare(o Level) int {
	return cmp.Or(cmp.Compare(l.Version, o.Version), cmp.Compare(l.Release, o.Release))
}

// ParseOSLevel reads what "oslevel -s" prints: VRMF without dots, technology level, service pack, week: 7200-05-03-2148.
// The shorter answer of "oslevel -r" (7200-05) will do too.
func ParseOSLevel(text string) (Level, error) {
	fields := strings.Split(strings.TrimSpace(text), "-")
	if len(fields) < 2 || len(fields) > 4 || len(fields[0]) != 4 {
		return Level{}, fmt.Errorf("level %q: want VRMF-TL-SP-YYWW", text)
	}
	n, err := numbers(fields)
	if err != nil {
		return Level{}, fmt.Errorf("level %q: %w", text, err)
	}
	l := Level{Version: n[0] / 1000, Release: n[0] / 100 % 10, TL: n[1], HasTL: true}
	if len(n) > 2 {
		l.SP = n[2]
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
		n, err := numbers(parts[:3])
		if err != nil {
			return Level{}, fmt.Errorf("level %q of bos.rte: %w", fields[2], err)
		}
		return Level{Version: n[0], Release: n[1], TL: n[2], HasTL: true}, nil
	}
	return Level{}, fmt.Errorf("no line of fileset bos.rte")
}

// parseUname reads "uname -vr", which prints the release before the version.
func parseUname(text string) (Level, error) {
	fields := strings.Fields(text)
	if len(fields) != 2 {
		return Level{}, fmt.Errorf("%q is not a release and a version", text)
	}
	n, err := numbers(fields)
	if err != nil {
		return Level{}, err
	}
	return Level{Version: n[1], Release: n[0]}, nil
}

func numbers(fields []string) ([]int, error) {
	all := make([]int, len(fields))
	for i, field := range fields {
		var err error
		if all[i], err = number(field); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// number reads up to four decimal digits and nothing else.
func number(text string) (int, error) {
	if text == "" || len(text) > 4 || strings.Trim(text, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return strconv.Atoi(text)
}
