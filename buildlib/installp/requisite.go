package installp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/vrmf"
)

// requisiteTypes: prereq must be installed before; coreq before or together with; ifreq counts only if that fileset is installed
// at all; instreq is like prereq but is selected automatically from the same media.
var requisiteTypes = []string{"prereq", "coreq", "ifreq", "instreq"}

// parseRequisites looks at the requisite section of a fileset in lpp_name, line by line, and returns the names of the filesets
// that must be there in any case. The grammar is that of S3's lines and of groups as others ship them:
//
//	section = { line | group }
//	line    = "*" type " " fileset [ " " level ]
//	group   = ">" n " {", then more than n lines, then "}"
//
// Each entry is one line by itself, so none can smuggle in the "%" or "]" that end the section. The relational forms of levels
// (v=, o>) are not taken: their exact grammar is known to nobody here. The error names the line.
func parseRequisites(lines []string) (required []string, err error) {
	groupAt, need, members := 0, 0, 0 // the line and the n of the open group, if groupAt is not 0
	for i, line := range lines {
		fail := func(format string, args ...any) ([]string, error) {
			return nil, fmt.Errorf("line %d, %q: %s", i+1, line, fmt.Sprintf(format, args...))
		}
		count, isGroup := strings.CutPrefix(line, ">")
		switch {
		case isGroup && groupAt != 0:
			return fail("a group inside the group of line %d", groupAt)
		case isGroup:
			digits, ok := strings.CutSuffix(count, " {")
			if need, err = strconv.Atoi(digits); !ok || err != nil || need < 0 || strconv.Itoa(need) != digits {
				return fail("a group begins with a line such as \">0 {\"")
			}
			groupAt, members = i+1, 0
		case line == "}" && groupAt == 0:
			return fail("no group is open")
		case line == "}":
			if members <= need {
				return fail("the group of line %d needs more than %d of %d requisites", groupAt, need, members)
			}
			groupAt = 0
		default:
			kind, name, err := parseRequisite(line)
			if err != nil {
				return fail("%v", err)
			}
			if members++; groupAt == 0 && kind != "ifreq" {
				required = append(required, name)
			}
		}
	}
	if groupAt != 0 {
		return nil, fmt.Errorf("the group of line %d is not closed", groupAt)
	}
	return required, nil
}

func parseRequisite(line string) (kind, name string, err error) {
	rest, ok := strings.CutPrefix(line, "*")
	fields := strings.Split(rest, " ")
	if !ok || len(fields) < 2 || len(fields) > 3 {
		return "", "", fmt.Errorf("a requisite is a line such as \"*prereq bos.rte 6.1.0.0\"")
	}
	kind, name = fields[0], fields[1]
	if !slices.Contains(requisiteTypes, kind) {
		return "", "", fmt.Errorf("the type %q is none of %s", kind, join(requisiteTypes))
	}
	if reason := badName(name, isNameByte); reason != "" {
		return "", "", fmt.Errorf("the fileset name %s", reason)
	}
	if len(fields) == 3 {
		if _, err := vrmf.Parse(fields[2]); err != nil {
			return "", "", err
		}
	}
	return kind, name, nil
}
