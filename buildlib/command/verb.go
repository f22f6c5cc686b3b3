// Package command is what a command is made of: a table of verbs, the words of a command line, and the process that they are done in.
package command

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/version"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// Verb is one thing to do.
type Verb struct {
	Name  string // as mage has it, such as "image:verify"
	Alias string
	Help  string // what it does, one line that begins with a verb: "checks an image: ..."
	More  string // and what else there is to know; line breaks are kept
	Args  []Arg
	Flags []Flag
	// Anywhere is for what needs no checkout.
	Anywhere bool
	Run      func(context.Context, *Call) (report.Value, error)
}

// Arg is one argument.
type Arg struct {
	Name, Meaning string
	// Optional may be left out, as the last of a command's line; mage, whose targets take a fixed number of words, has none.
	Optional bool
	// Bare may be left out likewise; mage takes an empty word for it.
	Bare bool
	// Split makes the argument a list: the last of a command's line, of one word at least. Mage, whose targets take a fixed number
	// of words, gives a list as one word, which Split takes apart.
	Split func(word string) ([]string, error)
	Word  string // how mage's one word is written
	// Verbatim keeps what looks like a flag in a list: it is the command line of another program.
	Verbatim bool
}

// Flag is what may be given by name.
type Flag struct {
	Name, Meaning string
	Kind          Kind
}

// Kind is what the value of a flag is.
type Kind string

// The kinds there are, as Go calls them.
const (
	Bool   Kind = "bool"
	String Kind = "string"
)

// Call is one verb being done.
type Call struct {
	Args  []string
	Flags map[string]string // those that were given

	Checkout Checkout     // nil for a command that needs none
	Machine  host.Machine // that the command runs on
	Log      logrus.FieldLogger

	// What a program that the verb runs for the user reads and writes. Out is standard output, unless a document is written there.
	In       io.Reader
	Out, Err io.Writer
}

// IsSet reports whether a flag of kind Bool was set.
func (c *Call) IsSet(flag string) bool { return c.Flags[flag] == "true" }

// Checkout is what is asked of a checkout by verbs that can do without one.
type Checkout interface {
	Path(parts ...string) string
	Shown(path string) string
	Lock(ctx context.Context, name string) (unlock func(), err error)
	LockBuild(ctx context.Context, dir string) (unlock func(), err error)
}

// About are the verbs about the program itself.
var About = []Verb{{
	Name: "version", Help: "shows the version of this program", Anywhere: true,
	Run: func(context.Context, *Call) (report.Value, error) { return version.This(), nil },
}}

// Find looks a verb up, as mage does: be it in capitals.
func (g *Program) Find(name string) (*Verb, error) {
	var names []string
	for i := range g.Verbs {
		v := &g.Verbs[i]
		if strings.EqualFold(g.called(v), name) || v.Alias != "" && strings.EqualFold(v.Alias, name) {
			return v, nil
		}
		names = append(names, g.called(v))
	}
	f := &fault.Error{Code: "usage", What: "unknown verb " + name, Do: `"help" lists them all`}
	if near := fault.Nearest(name, names); near != "" {
		f.Do = "did you mean " + near + "? " + f.Do
	}
	return nil, f
}

// Needed are the arguments that must be there for mage.
func (v *Verb) Needed() []Arg {
	return slices.DeleteFunc(slices.Clone(v.Args), func(a Arg) bool { return a.Optional })
}

// Commas is a list in one word, as mage takes it.
func Commas(word string) ([]string, error) { return strings.Split(word, ","), nil }
