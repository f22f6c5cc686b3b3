package verbs

import (
	"context"

	"github.com/sendmail-aix/sendmail-aix/buildlib/probe"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// probeVerbs are those about what AIX machines say of what is stated here of AIX. They need no checkout.
var probeVerbs = []Verb{
	{
		Name: "probe:script", Alias: "probe", Anywhere: true, Help: "shows the shell script that asks an AIX machine what only such a machine knows",
		More: "It is probe.sh of the checkout. On the machine, run \"sh probe.sh image.I >probe.txt\"; the image may be left out. It changes nothing\n" +
			"and needs no root. What probe.txt holds stands at its top.",
		Run: func(context.Context, *Call) (report.Value, error) {
			text, err := probe.Script()
			return commands{text}, err
		},
	},
	{
		Name: "probe:compare", Anywhere: true, Help: "compares what an AIX machine said with what is stated here of AIX",
		More: "It says what is confirmed, what is contradicted, with the line to change, and what is new. The status is 1 when something is contradicted.",
		Args: []Arg{{Name: "probe", Meaning: "file that probe.sh printed", Split: Commas, Word: "with commas between"}},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			found, err := probe.Compare(ctx, c.Args...)
			if found == nil {
				return nil, err
			}
			return found, err
		},
	},
}
