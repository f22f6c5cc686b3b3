// Package doctor says what a machine lacks for a build, and installs it where it can.
//
// [Check] looks and changes nothing. Its [Report] is a table with a cure for each lack. [Report.Plan] turns the lacks into the commands
// of the machine's package manager, and [Plan.Run] runs them when it may.
package doctor

import (
	"fmt"
	"io"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// Request is what the machine is to be good for.
type Request struct {
	Want    target.Request
	Options []string        // as for siteconfig
	Set     *siteconfig.Set // the fragments that say what the options take; nil when that is not of interest
	Tests   bool            // whether the project's own tests are to run too
}

// Status is the outcome of one check.
type Status string

// Outcomes.
const (
	OK      Status = "ok"
	Missing Status = "missing" // the build stops without it
	Note    Status = "note"    // worth knowing; nothing stops
)

// Finding is the outcome of one check.
type Finding struct {
	Name     string          `json:"name"`
	Status   Status          `json:"status"`
	Found    string          `json:"found"`             // what is there, in a few words, or what is wrong with it
	Cure     string          `json:"cure,omitempty"`    // what to do when it is missing
	Packages target.Packages `json:"packages,omitzero"` // that bring it, when that is known
}

// Report is the outcome of all checks for one request.
type Report struct {
	Target   *target.Target `json:"-"`
	Findings []Finding      `json:"checks"`
	OnAIX    bool           `json:"on_aix"` // whether the machine itself is one of AIX, whatever the target
	machine  host.Machine
	manager  string // of packages; "" when there is none that we know
}

// IsHealthy reports whether nothing is missing.
func (r *Report) IsHealthy() bool {
	for _, f := range r.Findings {
		if f.Status == Missing {
			return false
		}
	}
	return true
}

// WriteText shows the report.
func (r *Report) WriteText(w io.Writer) error {
	_, err := io.WriteString(w, r.String())
	return err
}

// String is a table, a line for each check; below a lack stands its cure.
func (r *Report) String() string {
	wide := 0
	for _, f := range r.Findings {
		wide = max(wide, len(f.Name))
	}
	var b strings.Builder
	indent := strings.Repeat(" ", wide+11)
	for _, f := range r.Findings {
		found := strings.ReplaceAll(f.Found, "\n", "\n"+indent)
		fmt.Fprintf(&b, "%-*s  %-7s  %s\n", wide, f.Name, f.Status, found)
		if f.Cure != "" {
			fmt.Fprintf(&b, "%sdo: %s\n", indent, f.Cure)
		}
	}
	return b.String()
}
