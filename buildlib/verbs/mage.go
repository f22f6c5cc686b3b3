package verbs

import (
	"context"
	"slices"
	"strconv"

	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// Mage does a verb with what mage has read of its arguments, all of them strings, and then its flags, which are pointers.
func Mage(ctx context.Context, verbose bool, name string, given ...any) error {
	ctx, stop := untilSignalOfMage(ctx)
	defer stop()
	all := All()
	v := &all[slices.IndexFunc(all, func(v Verb) bool { return v.Name == name })]
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
	p := thisProcess()
	p.Verbose, p.Mage = verbose, true
	if err := p.Do(ctx, v, args, flags); err != nil {
		return failure{err}
	}
	return nil
}

// failure is an error whose status mage exits with.
type failure struct{ error }

func (f failure) ExitStatus() int { return report.Status(f.error) }
func (f failure) Unwrap() error   { return f.error }
