package verbs

import (
	"context"
	"os"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
)

// Main is the command sendmail-aix, in the current directory. It returns the exit status.
func Main() int {
	ctx, stop := UntilSignal(context.Background())
	defer stop()
	program := Program{
		Name: "sendmail-aix", About: `Builds sendmail for AIX, with SMTP AUTH and STARTTLS, as an installp image. Start with "sendmail-aix doctor".`, Verbs: All(),
	}
	return program.Main(ctx, &Process{
		Dir: ".", Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Width: terminal.Width(os.Stderr),
	}, os.Args[1:])
}
