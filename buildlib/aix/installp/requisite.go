package installp

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// requisiteTypes are all that there are (ckprereq manual page): prereq must be installed before; coreq before or together with it; ifreq counts only if that fileset is installed
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
	// What our own packages do not have:
	Relations []Relation  // of single numbers of the level
	Installed *vrmf.Level // of an ifreq: it counts when that level is installed, which stands in parentheses
	Unknown   string      // text that no public grammar explains
	Line      int         // from 1
}

// Relation is what one number of a level must be: "r<3".
type Relation struct {
	Number   byte   // v, r, m or f
	Operator string // = < > <= >=
	Value    int
}

// Holds reports whether a level that is installed is enough. What is unknown is taken to hold.
func (r *Requisite) Holds(level vrmf.Level) bool {
	for _, relation := range r.Relations {
		n := map[byte]int{'v': level.Version, 'r': level.Release, 'm': level.Modification, 'f': level.Fix}[relation.Number]
		holds := map[string]bool{"=": n == relation.Value, "<": n < relation.Value, ">": n > relation.Value, "<=": n <= relation.Value, ">=": n >= relation.Value}
		if !holds[relation.Operator] {
			return false
		}
	}
	return level.Compare(r.Level) >= 0
}

// Meaning says in words what must be there.
func (r *Requisite) Meaning() string {
	if r.Kind == "" && r.Unknown == "" {
		parts := make([]string, len(r.Group))
		for i := range r.Group {
			parts[i] = r.Group[i].Meaning()
		}
		return fmt.Sprintf("more than %d of: %s", r.MoreThan, strings.Join(parts, "; "))
	}
	if r.Kind == "" {
		return "unknown: " + r.Unknown
	}
	var levels []string
	if !r.Level.IsZero() {
		levels = append(levels, r.Level.String()+" or later")
	}
	for _, relation := range r.Relations {
		words := map[byte]string{'v': "version", 'r': "release", 'm': "modification level", 'f': "fix level"}
		levels = append(levels, fmt.Sprintf("%s %s %d", words[relation.Number], relation.Operator, relation.Value))
	}
	level := strings.Join(levels, ", ")
	meaning := map[string]string{
		"prereq": "requires " + r.Name + " " + level, "coreq": "requires " + r.Name + " " + level + ", before or with it", "ifreq": "if " + r.Name + " is installed, " + level,
		"instreq": "requires " + r.Name + " " + level + ", which comes along from the same medium",
	}[r.Kind]
	if r.Installed != nil {
		meaning = "if " + r.Name + " is installed at " + r.Installed.String() + ", " + level
	}
	if r.Unknown != "" {
		meaning += "; unknown: " + r.Unknown
	}
	return strings.TrimRight(strings.NewReplacer(" ,", ",", " ;", ";").Replace(meaning), ", ")
}

// RequisiteError tells which line is wrong, and why.
type RequisiteError struct {
	Line int // from 1
	Text string
	Err  error
}

func (e *RequisiteError) Error() string { return fmt.Sprintf("line %d, %q: %v", e.Line, e.Text, e.Err) }

// ParseRequisites reads requisites as our own packages have them, line by line. The grammar is that of S3's lines and of groups as
// others ship them:
//
//	section = { line | group }
//	line    = "*" type " " fileset [ " " level ]
//	group   = ">" n " {", then more than n lines, then "}"
//
// Each entry is one line by itself, so none can smuggle in the "%" or "]" that end the section. The error is a [*RequisiteError].
func ParseRequisites(lines []string) ([]Requisite, error) {
	all, wrong := ReadRequisites(lines)
	if wrong != nil {
		return nil, wrong[0]
	}
	at := 0
	fail := func(format string, args ...any) error {
		return &RequisiteError{Line: at + 1, Text: lines[at], Err: fmt.Errorf(format, args...)}
	}
	var check func(r *Requisite, group *Requisite) error
	check = func(r *Requisite, group *Requisite) error {
		want := fmt.Sprintf("*%s %s", r.Kind, r.Name)
		if !r.Level.IsZero() || strings.HasSuffix(lines[at], " 0.0.0.0") {
			want = strings.Join(append(strings.Split(want, " "), strings.Fields(lines[at])[2:]...), " ")
		}
		if r.Kind == "" {
			want = fmt.Sprintf(">%d {", r.MoreThan)
		}
		switch {
		case r.Unknown != "" || r.Relations != nil || r.Installed != nil:
			return fail("a requisite is a line such as \"*prereq bos.rte 6.1.0.0\"")
		case group != nil && r.Kind == "":
			return fail("a group inside the group of line %d", group.Line)
		case lines[at] != want:
			return fail("it is written %q", want)
		}
		at++
		for i := range r.Group {
			if err := check(&r.Group[i], r); err != nil {
				return err
			}
		}
		if r.Kind != "" {
			return nil
		}
		if lines[at] != "}" {
			return fail("it is written \"}\"")
		}
		at++
		return nil
	}
	for i := range all {
		if err := check(&all[i], nil); err != nil {
			return nil, err
		}
	}
	if at < len(lines) {
		return nil, fail("a requisite is a line such as \"*prereq bos.rte 6.1.0.0\"")
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

// What others write in requisites: groups on one line or without a number, blanks and tabs anywhere, relations of single numbers ("v=5, r<3":
// APAR page node/2467707), levels in parentheses (lslpp -p of IBM's own filesets), a fifth part.
var (
	requisiteBegin = regexp.MustCompile(`\*|>\s*\d+\s*\{|\{|\}`)
	groupBegin     = regexp.MustCompile(`^(?:>\s*(\d+)\s*)?\{$`)
	aLevel         = regexp.MustCompile(`^([(\[])?\s*(\d+\.\d+\.\d+\.\d+)(?:\.\w+)?\s*([)\]])?(?:[\s,]+|$)`)
	levelAtName    = regexp.MustCompile(`^([\w.+-]+)([(\[])`)
	aRelation      = regexp.MustCompile(`^([vrmfVRMF])\s*(=|<=|>=|<|>)\s*(\d{1,4})(?:[\s,]+|$)`)
)

const deepest = 8 // groups in groups

// ReadRequisites reads requisites as anybody may write them. What has a form that is not known is kept as text; what is no requisite at all,
// or no whole group, is told of.
func ReadRequisites(lines []string) (all []Requisite, wrong []*RequisiteError) {
	open := []*Requisite{{}} // the groups that are open; the first stands for the section
	for i, line := range lines {
		fail := func(format string, args ...any) {
			wrong = append(wrong, &RequisiteError{Line: i + 1, Text: line, Err: fmt.Errorf(format, args...)})
		}
		for rest := strings.TrimSpace(line); rest != ""; {
			begin := requisiteBegin.FindStringIndex(rest)
			group := open[len(open)-1]
			if begin == nil || begin[0] > 0 {
				fail("a requisite is a line such as \"*prereq bos.rte 6.1.0.0\"")
				group.Group = append(group.Group, Requisite{Unknown: rest, Line: i + 1})
				break
			}
			piece := rest[:begin[1]]
			rest = strings.TrimSpace(rest[begin[1]:])
			switch {
			case piece == "}" && len(open) == 1:
				fail("no group is open")
			case piece == "}":
				open = open[:len(open)-1]
				if len(group.Group) <= group.MoreThan {
					fail("the group of line %d needs more than %d of %d requisites", group.Line, group.MoreThan, len(group.Group))
				}
				outer := open[len(open)-1]
				outer.Group = append(outer.Group, *group)
			case piece == "*":
				own := rest
				if next := requisiteBegin.FindStringIndex(rest); next != nil {
					own = rest[:next[0]]
				}
				rest = strings.TrimSpace(rest[len(own):])
				r, err := readRequisite(strings.TrimSpace(own))
				if err != nil {
					fail("%w", err)
				}
				r.Line = i + 1
				group.Group = append(group.Group, r)
			case len(open) > deepest:
				fail("more than %d groups in each other", deepest)
				return open[0].Group, wrong
			default:
				more, _ := strconv.Atoi(groupBegin.FindStringSubmatch(piece)[1]) // none: any of them
				open = append(open, &Requisite{MoreThan: more, Line: i + 1})
			}
		}
	}
	if len(open) > 1 {
		at := open[len(open)-1].Line
		wrong = append(wrong, &RequisiteError{Line: at, Text: lines[at-1], Err: fmt.Errorf("the group of line %d is not closed", at)})
	}
	return open[0].Group, wrong
}

// readRequisite reads what stands behind the star.
func readRequisite(text string) (r Requisite, err error) {
	kind, rest := cutField(text)
	name, rest := cutField(levelAtName.ReplaceAllString(strings.TrimSpace(rest), "$1 $2"))
	unknown := Requisite{Unknown: "*" + text}
	if name == "" {
		return unknown, fmt.Errorf("a requisite is a line such as \"*prereq bos.rte 6.1.0.0\"")
	}
	if !slices.Contains(requisiteTypes, kind) {
		return unknown, fmt.Errorf("the type %q is none of %s", kind, Join(requisiteTypes))
	}
	if reason := BadName(name, isNameByte); reason != "" {
		return unknown, fmt.Errorf("the fileset name %s", reason)
	}
	r.Kind, r.Name = kind, name
	for rest = strings.Trim(rest, " \t,"); rest != ""; {
		if m := aLevel.FindStringSubmatch(rest); m != nil && (m[1] == "") == (m[3] == "") {
			level, err := vrmf.Parse(m[2])
			if err == nil && m[1] != "" && r.Kind == "ifreq" && r.Installed == nil {
				r.Installed, rest = &level, rest[len(m[0]):]
				continue
			}
			if err == nil && m[1] == "" && r.Level.IsZero() {
				r.Level, rest = level, rest[len(m[0]):]
				continue
			}
		}
		m := aRelation.FindStringSubmatch(rest)
		if m == nil {
			r.Unknown = rest
			break
		}
		value, _ := strconv.Atoi(m[3])
		r.Relations = append(r.Relations, Relation{strings.ToLower(m[1])[0], m[2], value})
		rest = rest[len(m[0]):]
	}
	return r, nil
}
