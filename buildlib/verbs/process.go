package verbs

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"strconv"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/command"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// do does a verb in the checkout, and writes what comes of it in the form that is set. The error is as a user is to see it.
func do(ctx context.Context, p *command.Process, v *Verb, args []string, flags map[string]string) error {
	if v.Anywhere {
		form, _ := checkout.Lookup(p.Environ, "SENDMAIL_OUTPUT")
		return p.Alone(ctx, report.Form(form), v, args, flags)
	}
	c, err := checkout.Open(p.Dir, p.Environ, checkout.Console{Err: p.Err, Width: p.Width, Verbose: p.Verbose})
	if err != nil {
		form, _ := checkout.Lookup(p.Environ, "SENDMAIL_OUTPUT")
		return errors.Join(err, report.Write(p.Out, report.Form(form), v.Name, nil, err))
	}
	value, err := p.Call(ctx, report.Form(c.Settings.Output), v, &Call{Args: args, Flags: flags, Checkout: c, Machine: c.Machine, Log: c.Log})
	err = fault.Explain(err)
	return c.Done(errors.Join(err, report.Write(p.Out, report.Form(c.Settings.Output), v.Name, value, err)))
}

// Main is the command sendmail-aix: it does what the process was told to, and returns the exit status.
func Main() int {
	debug.SetGCPercent(400) // its own work stands beside compilers, which take the processors and ten times its memory
	return (&command.Program{
		Name: "sendmail-aix", About: `Builds sendmail for AIX, with SMTP AUTH and STARTTLS, as an installp image. Start with "sendmail-aix doctor".`, Verbs: All(), Do: do,
	}).Process()
}

// Mage does a verb with what mage has read of its arguments, all of them strings, and then its flags, which are pointers.
func Mage(ctx context.Context, verbose bool, name string, given ...any) error {
	ctx, stop := command.UntilSignalOfMage(ctx)
	defer stop()
	all := All()
	v := &all[slices.IndexFunc(all, func(v Verb) bool { return v.Name == name })]
	args := make([]string, len(v.Needed()))
	for i := range args {
		args[i] = given[i].(string)
	}
	flags := make(map[string]string)
	for i, f := range v.Flags {
		switch value := given[len(args)+i].(type) {
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
	p := command.ThisProcess()
	p.Verbose, p.Mage = verbose, true
	if err := do(ctx, p, v, args, flags); err != nil {
		return failure{err}
	}
	return nil
}

// failure is an error whose status mage exits with.
type failure struct{ error }

func (f failure) ExitStatus() int { return report.Status(f.error) }
func (f failure) Unwrap() error   { return f.error }
