package ops

import (
	"fmt"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// outcome is a line of the summary.
type outcome struct {
	name   string
	level  vrmf.Level
	part   database.Part
	event  string // APPLY, COMMIT, REJECT, DEINSTALL, CLEANUP
	result string // SUCCESS, FAILED, CANCELED
}

// summary ends a run that has done something.
func summary(outcomes []outcome) string {
	s := preview.Frame("Summaries:", 32) + "\nInstallation Summary\n--------------------\n" +
		"Name                        Level           Part        Event       Result\n" + strings.Repeat("-", 79) + "\n"
	for _, o := range outcomes {
		s += fmt.Sprintf("%-27s %-15s %-11s %-11s %s\n", o.name, o.level, o.part.Label(), o.event, o.result)
	}
	return s + "\n"
}
