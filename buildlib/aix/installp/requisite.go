package installp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// requisiteTypes: prereq must be installed before; coreq before or together with; ifreq counts only if that fileset is installed
// at all; instreq is like prereq but is selected automatically from the same media.
var requisiteTypes = []string{"prereq", "coreq", "ifreq", "instreq"}

// Requisite is one requisite of a fileset, or a group of them.
type Requisite struct {
	Kind  string // prereq, coreq, ifreq or instreq; empty for a group
	Name  string // of the fileset
	Level vrmf.Level
	// Group are alternatives: more than MoreThan of them must hold.
	Group    []Requisite
	MoreThan int
}

// RequisiteError tells which line is wrong, and why.
type RequisiteError struct {
	Line int // from 1
	Text string
	Err  error
}

func (e *RequisiteError) Error() string { return fmt.Sprintf("line %d, %q: %v", e.Line, e.Text, e.Err) }

// ParseRequisites reads the requisite section of a fileset in lpp_name, line by line. The grammar is that of S3's lines and of
// groups as others ship them:
//
//	section = { line | group }
//	line    = "*" type " " fileset [ " " level ]
//	group   = ">" n " {", then more than n lines, then "}"
//
// Each entry is one line by itself, so none can smuggle in the "%" or "]" that end the section. The relational forms of levels
// (v=, o>) are not taken: their exact grammar is known to nobody here. The error is a [*RequisiteError].
func ParseRequisites(lines []string) ([]Requisite, error) {
	var all []Requisite
	groupAt := 0 // the line of the open group, the last of all
	for i, line := range lines {
		fail := func(format string, args ...any) ([]Requisite, error) {
			return nil, &RequisiteError{i + 1, line, fmt.Errorf(format, args...)}
		}
		count, isGroup := strings.CutPrefix(line, ">")
		switch {
		case isGroup && groupAt != 0:
			return fail("a group inside the group of line %d", groupAt)
		case isGroup:
			digits, ok := strings.CutSuffix(count, " {")
			need, err := strconv.Atoi(digits)
			if !ok || err != nil || need < 0 || strconv.Itoa(need) != digits {
				return fail("a group begins with a line such as \">0 {\"")
			}
			groupAt = i + 1
			all = append(all, Requisite{MoreThan: need})
		case line == "}" && groupAt == 0:
			return fail("no group is open")
		case line == "}":
			if group := all[len(all)-1]; len(group.Group) <= group.MoreThan {
				return fail("the group of line %d needs more than %d of %d requisites", groupAt, group.MoreThan, len(group.Group))
			}
			groupAt = 0
		default:
			r, err := parseRequisite(line)
			if err != nil {
				return fail("%w", err)
			}
			if groupAt == 0 {
				all = append(all, r)
			} else {
				group := &all[len(all)-1]
				group.Group = append(group.Group, r)
			}
		}
	}
	if groupAt != 0 {
		return nil, &RequisiteError{groupAt, lines[groupAt-1], fmt.Errorf("the group of line %d is not closed", groupAt)}
	}
	return all, nil
}

// RequiredNames are the filesets that must be there in any case.
func RequiredNames(lines []string) ([]string, error) {
	all, err := ParseRequisites(lines)
	var names []string
	for _, r := range all {
		if r.Group == nil && r.Kind != "ifreq" {
			names = append(names, r.Name)
		}
	}
	return names, err
}

func parseRequisite(line string) (Requisite, error) {
	rest, ok := strings.CutPrefix(line, "*")
	fields := strings.Split(rest, " ")
	if !ok || len(fields) < 2 || len(fields) > 3 {
		return Requisite{}, fmt.Errorf("a requisite is a line such as \"*prereq bos.rte 6.1.0.0\"")
	}
	r := Requisite{Kind: fields[0], Name: fields[1]}
	if !slices.Contains(requisiteTypes, r.Kind) {
		return Requisite{}, fmt.Errorf("the type %q is none of %s", r.Kind, Join(requisiteTypes))
	}
	if reason := BadName(r.Name, isNameByte); reason != "" {
		return Requisite{}, fmt.Errorf("the fileset name %s", reason)
	}
	if len(fields) == 3 {
		var err error
		if r.Level, err = vrmf.Parse(fields[2]); err != nil {
			return Requisite{}, err
		}
	}
	return r, nil
}
