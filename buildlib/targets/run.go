// Package targets is the verbs as mage's targets, which the magefile imports.
package targets

import (
	"context"
	"os"
	"slices"
	"strconv"

	"github.com/magefile/mage/mg"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
	"github.com/sendmail-aix/sendmail-aix/buildlib/verbs"
)

// run does a verb with what mage has read of its arguments, all of them strings, and then its flags, which are pointers.
func run(ctx context.Context, name string, given ...any) error {
	ctx, stop := verbs.UntilSignalOfMage(ctx)
	defer stop()
	all := verbs.All()
	v := &all[slices.IndexFunc(all, func(v verbs.Verb) bool { return v.Name == name })]
	args := make([]string, len(v.Args))
	for i := range args {
		args[i] = given[i].(string)
	}
	flags := make(map[string]string)
	for i, f := range v.Flags {
		switch value := given[len(v.Args)+i].(type) {
		case *bool:
			if value != nil {
				flags[f.Name] = strconv.FormatBool(*value)
			}
		case *string:
			if value != nil {
				flags[f.Name] = *value
			}
		}
	}
	return failed((&verbs.Process{
		Dir: ".", Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Width: terminal.Width(os.Stderr),
		Verbose: mg.Verbose(), Mage: true,
	}).Do(ctx, v, args, flags))
}

// failure is an error whose status mage exits with.
type failure struct{ error }

func (f failure) ExitStatus() int { return report.Status(f.error) }
func (f failure) Unwrap() error   { return f.error }

func failed(err error) error {
	if err == nil {
		return nil
	}
	return failure{err}
}
