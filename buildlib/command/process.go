package command

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
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
	value, err := p.Call(ctx, form, v, &Call{Args: args, Flags: flags, Machine: machine, Log: log})
	err = fault.Explain(err)
	return errors.Join(err, report.Write(p.Out, form, v.Name, value, err))
}

// Call calls a verb's function, with a list as the list that it is, and with what the process reads and writes.
func (p *Process) Call(ctx context.Context, form report.Form, v *Verb, c *Call) (report.Value, error) {
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

// UntilSignalOfMage does the same in a target of mage's, whose context ends at Ctrl-C, and at nothing else.
func UntilSignalOfMage(ctx context.Context) (context.Context, context.CancelFunc) {
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

// Process does what the process was told to, and returns the exit status.
func (g *Program) Process() int {
	ctx, stop := untilSignal(context.Background())
	defer stop()
	return g.Main(ctx, ThisProcess(), os.Args[1:])
}

// ThisProcess is this one, in its current directory.
func ThisProcess() *Process {
	return &Process{Dir: ".", Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Width: terminal.Width(os.Stderr)}
}
