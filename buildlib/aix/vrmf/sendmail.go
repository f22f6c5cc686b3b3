package vrmf

import (
	"fmt"
	"strings"
)

const (
	// maxRevision leaves each fourth number of a version its own hundred fix levels.
	maxRevision = 99
	// maxPatch is the largest fourth number whose hundred still ends at fix level 9999.
	maxPatch = 99
)

// FromSendmail gives the level of a package of a sendmail release. revision counts the packages made of that release, from 1 to
// 99: a change of packaging or of a build option raises it.
//
// installp replaces a fileset only by one of a higher level, so the level must grow with the release and, within a release, with
// the revision; and it has just four numbers for both. A release of three numbers, 8.15.2, fills the first three, and the
// revision is the fix level: 8.15.2.1. A release of four numbers, 8.17.1.9, gets the hundred of fix levels that its last number
// names: revision 1 is 8.17.1.901. The first hundred thus belongs to 8.17.1 itself, which is older than 8.17.1.1. A fourth
// number of 0 would share it and is refused; sendmail has had none.
func FromSendmail(version string, revision int) (Level, error) {
	fields := strings.Split(version, ".")
	if len(fields) != 3 && len(fields) != 4 {
		return Level{}, fmt.Errorf("%q is not a sendmail version: it has %d parts, not three or four as in 8.15.2 or 8.17.1.9", version, len(fields))
	}
	limits := [4]int{parts[0].limit, parts[1].limit, parts[2].limit, maxPatch}
	var numbers [4]int
	for i, field := range fields {
		n, ok := number(field)
		// 8.15.02 would be the level of 8.15.2: one level for two names.
		if !ok || n > limits[i] || (len(field) > 1 && field[0] == '0') {
			return Level{}, fmt.Errorf("%q is not a sendmail version that has a level: its part %q is not a plain number from 0 to %d", version, field, limits[i])
		}
		numbers[i] = n
	}
	if len(fields) == 4 && numbers[3] == 0 {
		return Level{}, fmt.Errorf("%q is not a sendmail version that has a level: a fourth part starts at 1", version)
	}
	if revision < 1 || revision > maxRevision {
		return Level{}, fmt.Errorf("package revision %d of sendmail %s is not within 1 to %d", revision, version, maxRevision)
	}
	return Level{numbers[0], numbers[1], numbers[2], numbers[3]*(maxRevision+1) + revision}, nil
}
