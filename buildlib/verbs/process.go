package verbs

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// Process is what verbs have of the process that they are done in.
type Process struct {
	Dir      string // of the checkout
	Environ  []string
	In       io.Reader
	Out, Err io.Writer
	Width    func() int // columns of the terminal that Err is; nil when it is none
	Verbose  bool       // show debug messages, too
	Mage     bool       // whether a list comes as one word
}

// Do does a verb in the checkout, and writes what comes of it in the form that is set. The error is as a user is to see it.
func (p *Process) Do(ctx context.Context, v *Verb, args []string, flags map[string]string) error {
	if v.Anywhere {
		form, _ := checkout.Lookup(p.Environ, "SENDMAIL_OUTPUT")
		return p.Alone(ctx, report.Form(form), v, args, flags)
	}
	c, err := checkout.Open(p.Dir, p.Environ, checkout.Console{Err: p.Err, Width: p.Width, Verbose: p.Verbose})
	if err != nil {
		form, _ := checkout.Lookup(p.Environ, "SENDMAIL_OUTPUT")
		return errors.Join(err, report.Write(p.Out, report.Form(form), v.Name, nil, err))
	}
	value, err := p.call(ctx, report.Form(c.Settings.Output), v, &Call{Args: args, Flags: flags, Checkout: c, Machine: c.Machine, Log: c.Log})
	err = checkout.Explain(err)
	return c.Done(errors.Join(err, report.Write(p.Out, report.Form(c.Settings.Output), v.Name, value, err)))
}

// Alone does a verb that needs no checkout.
func (p *Process) Alone(ctx context.Context, form report.Form, v *Verb, args []string, flags map[string]string) error {
	log := logrus.New()
	log.SetOutput(p.Err)
	log.SetFormatter(&logrus.TextFormatter{DisableTimestamp: true, DisableColors: true})
	if p.Verbose {
		log.SetLevel(logrus.DebugLevel)
	}
	machine := host.NewLocal(p.Environ)
	machine.Trace = func(cmd host.Cmd) { log.WithField("command", cmd.String()).Debug("run") }
	value, err := p.call(ctx, form, v, &Call{Args: args, Flags: flags, Machine: machine, Log: log})
	err = checkout.Explain(err)
	return errors.Join(err, report.Write(p.Out, form, v.Name, value, err))
}

func (p *Process) call(ctx context.Context, form report.Form, v *Verb, c *Call) (report.Value, error) {
	if last := len(v.Args) - 1; p.Mage && last >= 0 && v.Args[last].Split != nil {
		words, err := v.Args[last].Split(c.Args[last])
		if err != nil {
			return nil, err
		}
		c.Args = append(c.Args[:last:last], words...)
	}
	c.In, c.Out, c.Err = p.In, p.Out, p.Err
	if form == report.JSON {
		c.Out = p.Err
	}
	return v.Run(ctx, c)
}

// ignored are the signals that whoever started this process lets it ignore, as nohup does, and as a shell does for what it starts with
// "&". They stay ignored. They are asked for here, before anything takes them.
var ignored = slices.DeleteFunc([]os.Signal{syscall.SIGINT, syscall.SIGHUP}, func(s os.Signal) bool { return !signal.Ignored(s) })

// untilSignal makes a context that ends when the process is told to end, and keeps others from writing to what it makes. A closed
// terminal or a shutdown must not leave compilers running, nor must Ctrl-C, of which a second one ends the process at once.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	host.TightenUmask()
	ctx, stop := signal.NotifyContext(ctx, slices.DeleteFunc([]os.Signal{syscall.SIGINT, syscall.SIGHUP, syscall.SIGTERM},
		func(s os.Signal) bool { return slices.Contains(ignored, s) })...)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// untilSignalOfMage does the same in a target of mage's, whose context ends at Ctrl-C, and at nothing else.
func untilSignalOfMage(ctx context.Context) (context.Context, context.CancelFunc) {
	host.TightenUmask()
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP)
	ignoreAgain()
	return ctx, stop
}

// ignoreAgain ignores again what was ignored at start. Mage begins to listen for SIGINT only after it has started the target, at some
// moment that is told by the signal not being ignored any more; to ignore it before would be in vain.
func ignoreAgain() {
	if len(ignored) == 0 { // of none, all would be meant
		return
	}
	for patience := time.Now().Add(time.Second); slices.Contains(ignored, os.Signal(syscall.SIGINT)) && signal.Ignored(syscall.SIGINT) && time.Now().Before(patience); {
		time.Sleep(time.Millisecond)
	}
	signal.Ignore(ignored...)
}

// Main is the command sendmail-aix: it does what the process was told to, and returns the exit status.
func Main() int {
	return (&Program{
		Name: "sendmail-aix", About: `Builds sendmail for AIX, with SMTP AUTH and STARTTLS, as an installp image. Start with "sendmail-aix doctor".`, Verbs: All(),
	}).process()
}

// ImageMain is the command aiximage.
func ImageMain() int {
	debug.SetGCPercent(40) // it lives for a second, on machines whose memory is others': a package of 15,000 files is to take less than 40 MiB
	return aiximage.process()
}

var aiximage = Program{
	Name: "aiximage", About: "Reads installp images: those of sendmail-aix, of AIX, and of others.", Verbs: slices.Concat(imageVerbs, aboutVerbs), Alone: true, Group: "image:",
}

func (g *Program) process() int {
	ctx, stop := untilSignal(context.Background())
	defer stop()
	return g.Main(ctx, thisProcess(), os.Args[1:])
}

func thisProcess() *Process {
	return &Process{Dir: ".", Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Width: terminal.Width(os.Stderr)}
}

// Mage does a verb with what mage has read of its arguments, all of them strings, and then its flags, which are pointers.
func Mage(ctx context.Context, verbose bool, name string, given ...any) error {
	ctx, stop := untilSignalOfMage(ctx)
	defer stop()
	all := All()
	v := &all[slices.IndexFunc(all, func(v Verb) bool { return v.Name == name })]
	args := make([]string, len(v.needed()))
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
