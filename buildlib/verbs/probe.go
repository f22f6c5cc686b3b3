package verbs

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/command"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/probe"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// probeVerbs are those about what AIX machines say of what is stated here of AIX. All but the first need no checkout.
var probeVerbs = []Verb{
	{
		Name: "probe:host", Alias: "probe", Help: "asks the machine that the setting host names what only an AIX machine knows",
		More: "It runs probe.sh there, and shows what that prints, to be kept in a file. What it holds stands at its top.",
		Args: []Arg{{Name: "host", Meaning: "another machine that ssh reaches", Optional: true}},
		Flags: []Flag{
			{Name: "image", Meaning: "an image in the checkout, whose programs are tried there", Kind: String},
			{Name: "tests", Meaning: "directory in the checkout with sendmail's own tests of a system, such as build/8.15.2/aix7.2-64/pristine/test", Kind: String},
		},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			text, err := probeHost(ctx, c)
			if err != nil {
				return nil, err
			}
			return commands{text}, nil
		},
	},
	{
		Name: "probe:script", Anywhere: true, Help: "shows the shell script that asks an AIX machine what only such a machine knows",
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
		Args: []Arg{{Name: "probe", Meaning: "file that probe.sh printed", Split: command.Commas, Word: "with commas between"}},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			found, err := probe.Compare(ctx, c.Args...)
			if found == nil {
				return nil, err
			}
			return found, err
		},
	},
}

// probeHost runs the script on the machine that is named, or else set, and removes it there.
func probeHost(ctx context.Context, c *Call) (_ string, err error) {
	if len(c.Args) > 0 {
		if err := in(c).UseHost(c.Args[0]); err != nil {
			return "", err
		}
	}
	if in(c).Settings.Host == "" {
		return "", &fault.Error{Code: "host-none", What: "no machine is set to ask", Where: "setting host",
			Do: "name what ssh reaches, as in: sendmail-aix probe HOST, or SENDMAIL_HOST; or run \"sh probe.sh >probe.txt\" on the machine"}
	}
	script, err := probe.Script()
	if err != nil {
		return "", err
	}
	m, err := in(c).Host(ctx)
	if err != nil {
		return "", err
	}
	file := m.There(in(c).Path("probe", "probe.sh"))
	argv := []string{"sh", file, "", ""}
	for i, flag := range []string{"image", "tests"} {
		given := c.Flags[flag]
		if given == "" {
			continue
		}
		here, err := filepath.Abs(given)
		if err != nil {
			return "", err
		}
		if !tree.IsBelow(here, in(c).Root) {
			return "", &fault.Error{Code: "usage", What: "what is to be sent is not in the checkout", Where: here, Do: "copy it there, or run probe.sh on the machine"}
		}
		if err := m.Send(ctx, here); err != nil {
			return "", err
		}
		argv[2+i] = m.There(here)
	}
	if err := m.Put(ctx, host.File{Name: file, Mode: 0o644, Text: script}); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, m.RemoveAll(ctx, m.There(in(c).Path("probe")))) }()
	var text strings.Builder
	err = m.Run(ctx, host.Cmd{Argv: argv, Stdout: &text})
	return text.String(), err
}
