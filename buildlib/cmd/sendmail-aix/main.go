// Sendmail-aix builds sendmail for AIX, with SMTP AUTH and STARTTLS, as an installp image. It works in a checkout, without mage or Go.
package main

import (
	"context"
	"os"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/verbs"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := verbs.UntilSignal(context.Background())
	defer stop()
	program := verbs.Program{
		Name: "sendmail-aix", About: `Builds sendmail for AIX, with SMTP AUTH and STARTTLS, as an installp image. Start with "sendmail-aix doctor".`, Verbs: verbs.All(),
	}
	return program.Main(ctx, &verbs.Process{
		Dir: ".", Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Width: terminal.Width(os.Stderr),
	}, os.Args[1:])
}
