// Package verbs is what this project can be told to do: a table with a row for each verb, and the commands that are made of it.
package verbs

import (
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/command"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/imageverbs"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// What the rows of the tables are made of.
type (
	Verb = command.Verb
	Arg  = command.Arg
	Flag = command.Flag
	Call = command.Call
)

// The kinds of flags.
const (
	Bool   = command.Bool
	String = command.String
)

// All is every verb, in the order that help has them.
func All() []Verb {
	return slices.Concat(buildVerbs, seriesVerbs, imageverbs.All, signVerbs, probeVerbs, command.About)
}

// in is the checkout that a verb is done in, of those that need one.
func in(c *Call) *checkout.Checkout { return c.Checkout.(*checkout.Checkout) }

// splitWords takes a command apart that is one word to mage.
func splitWords(command string) ([]string, error) {
	words, err := host.Words(command)
	if err != nil {
		return nil, &fault.Error{
			Code: "emulate-command", What: "the command cannot be taken apart into words", Where: command, Found: err.Error(),
			Do: `quote what is to be taken as it is, as in: mage emulate "/opt/sendmail/sbin/sendmail -bt '-d0.1' -C '/a b.cf'"; no shell sees the command`,
		}
	}
	return words, nil
}
