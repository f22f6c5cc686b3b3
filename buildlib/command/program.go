package command

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// Program is a command whose first word is a verb.
type Program struct {
	Name, About string
	Verbs       []Verb
	// Do does a verb in a checkout, whose settings say the form of its results. A program that needs none has no Do: its flag -output says that.
	Do func(ctx context.Context, p *Process, v *Verb, args []string, flags map[string]string) error
	// Group begins the name of each verb, and is left out on a command line.
	Group string
}

// Main does what the words of a command line say, and returns the exit status. See [report.Status].
func (g *Program) Main(ctx context.Context, p *Process, words []string) int {
	err := g.main(ctx, p, words)
	if err != nil {
		fmt.Fprintf(p.Err, "Error: %s\n", fault.Lines(err.Error())) // it may quote what must not reach a terminal
	}
	return report.Status(err)
}

func (g *Program) main(ctx context.Context, p *Process, words []string) error {
	fs := newFlags(g.Name)
	fs.BoolVar(&p.Verbose, "v", false, "")
	form := "text"
	if g.Do == nil {
		fs.StringVar(&form, "output", form, "")
	}
	err := fs.Parse(words)
	name := fs.Arg(0)
	switch {
	case errors.Is(err, flag.ErrHelp), err == nil && name == "help" && fs.NArg() == 1:
		return g.help(p.Out)
	case err != nil:
		return Usage(err.Error(), `"`+g.Name+` help" shows what there is`)
	case name == "":
		if err := g.help(p.Err); err != nil {
			return err
		}
		return Usage("no verb is given", "give one of the above")
	case name == "help":
		v, err := g.Find(fs.Arg(1))
		if err != nil {
			return err
		}
		return g.helpOn(p.Out, v)
	}
	v, err := g.Find(name)
	if err != nil {
		return err
	}
	args, flags, err := v.parse(fs, fs.Args()[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return g.helpOn(p.Out, v)
	case err != nil:
		return Usage(g.called(v)+": "+err.Error(), g.usage(v))
	case form != "text" && form != "json":
		return Usage("-output="+form+" is no form", "it is text or json")
	case g.Do == nil:
		return p.Alone(ctx, report.Form(form), v, args, flags)
	}
	return g.Do(ctx, p, v, args, flags)
}

// called is a verb's name on the program's command line.
func (g *Program) called(v *Verb) string { return strings.TrimPrefix(v.Name, g.Group) }

// Usage is the fault of a command line that says what cannot be done.
func Usage(what, do string) error { return &fault.Error{Code: "usage", What: what, Do: do} }

// newFlags is a set of flags that prints nothing by itself.
func newFlags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return fs
}

// given is a flag's value, and that it was given.
type given struct {
	flags map[string]string
	flag  Flag
}

func (g *given) String() string   { return "" }
func (g *given) IsBoolFlag() bool { return g.flag.Kind == Bool }
func (g *given) Set(s string) error {
	if g.flag.Kind == Bool && s != "true" && s != "false" {
		return errors.New("expected true or false")
	}
	g.flags[g.flag.Name] = s
	return nil
}

// parse reads the words behind a verb. Flags, the program's too, may stand before, between and behind arguments, but not in a command line for another program.
func (v *Verb) parse(program *flag.FlagSet, words []string) (args []string, flags map[string]string, err error) {
	flags = make(map[string]string)
	fs := newFlags(v.Name)
	for _, f := range v.Flags {
		fs.Var(&given{flags, f}, f.Name, "")
	}
	program.VisitAll(func(f *flag.Flag) { fs.Var(f.Value, f.Name, "") })
	for {
		if err := fs.Parse(words); err != nil {
			return nil, nil, err
		}
		if fs.NArg() == 0 {
			break
		}
		if len(args) < len(v.Args) && v.Args[len(args)].Verbatim {
			args = append(args, fs.Args()...)
			break
		}
		args, words = append(args, fs.Arg(0)), fs.Args()[1:]
	}
	list := len(v.Args) > 0 && v.Args[len(v.Args)-1].Split != nil
	switch {
	case len(args) < len(slices.DeleteFunc(v.Needed(), func(a Arg) bool { return a.Bare })):
		return nil, nil, errors.New("the argument " + v.Args[len(args)].Name + " is missing")
	case len(args) > len(v.Args) && !list:
		return nil, nil, errors.New("there is no argument for " + args[len(v.Args)])
	}
	return args, flags, nil
}

// usage is the form of the verb's command line.
func (g *Program) usage(v *Verb) string {
	words := []string{g.Name, g.called(v)}
	for _, f := range v.Flags {
		if f.Kind == Bool {
			words = append(words, "[-"+f.Name+"]")
		} else {
			words = append(words, "[-"+f.Name+"="+strings.ToUpper(f.Name)+"]")
		}
	}
	for _, a := range v.Args {
		word := strings.ToUpper(a.Name)
		if a.Split != nil {
			word += "..."
		}
		if a.Optional || a.Bare {
			word = "[" + word + "]"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// about tells what each argument and flag means.
func (v *Verb) about(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, a := range v.Args {
		fmt.Fprintf(t, "  %s\t%s\n", strings.ToUpper(a.Name), a.Meaning)
	}
	for _, f := range v.Flags {
		fmt.Fprintf(t, "  -%s\t%s\n", f.Name, f.Meaning)
	}
	return t.Flush()
}

func (g *Program) helpOn(w io.Writer, v *Verb) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s.\n", g.called(v), v.Help)
	if v.More != "" {
		fmt.Fprintf(&b, "\n%s\n", v.More)
	}
	fmt.Fprintf(&b, "\n  %s\n", g.usage(v))
	if len(v.Args)+len(v.Flags) > 0 {
		fmt.Fprintln(&b)
		if err := v.about(&b); err != nil {
			return err
		}
	}
	_, err := b.WriteTo(w)
	return err
}

func (g *Program) help(w io.Writer) error {
	var b bytes.Buffer
	output := ""
	if g.Do == nil {
		output = " [-output=json]"
	}
	fmt.Fprintf(&b, "%s\n\n  %s [-v]%s VERB ...\n\n", g.About, g.Name, output)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for i := range g.Verbs {
		fmt.Fprintf(t, "  %s\t%s\n", g.called(&g.Verbs[i]), g.Verbs[i].Help)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\n\"%s help VERB\" shows what a verb takes. -v shows each command that is run.\n"+
		"The exit status is 0, or 1 for what was looked at and is not as it should be, or 2 for what could not be done.\n", g.Name)
	_, err := b.WriteTo(w)
	return err
}
