package verbs

import (
	"context"
	"os"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
)

// Main is the command sendmail-aix: it does what the process was told to, and returns the exit status.
func Main() int {
	return (&Program{
		Name: "sendmail-aix", About: `Builds sendmail for AIX, with SMTP AUTH and STARTTLS, as an installp image. Start with "sendmail-aix doctor".`, Verbs: All(),
	}).process()
}

// ImageMain is the command aiximage.
func ImageMain() int { return aiximage.process() }

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
