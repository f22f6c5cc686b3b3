package installp

import (
	"strings"
)

// Step is a point in a fileset's life at which installp runs a script of it, called after the suffix of the control file.
type Step string

// The steps, in the order of an installation, then of a removal. A step that fails (exit status not 0) fails the whole; a failed
// installation runs the un- scripts of the steps already done.
const (
	PreRm    Step = "pre_rm"   // of the new fileset, before an older level's files go
	PreI     Step = "pre_i"    // before files are restored; users and groups are created here
	PostI    Step = "post_i"   // after files are restored, before the inventory is checked
	Config   Step = "config"   // last
	PreD     Step = "pre_d"    // before anything else of a removal, which it may forbid
	Unconfig Step = "unconfig" // stop daemons, undo config
	UnpostI  Step = "unpost_i" // before files are removed
	UnpreI   Step = "unpre_i"  // after files are removed
)

var Steps = []Step{PreRm, PreI, PostI, Config, PreD, Unconfig, UnpostI, UnpreI}

// Scripts are the texts of one part's scripts.
type Scripts map[Step]string

func Join[S ~string](values []S) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}
