// Package dev tests and measures this project itself.
package dev

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
)

// Test runs every check that a change must pass: the series of patches, the advisories, formatting, vet for this machine and for AIX,
// all tests, and, as one of them, the whole way on real source. What they say goes to out and errOut.
func Test(ctx context.Context, c *checkout.Checkout, out, errOut io.Writer) error {
	real, _, err := build.Obtainable(ctx, c)
	if err != nil {
		return err
	}
	if _, err := real.Run(ctx, "patch"); err != nil {
		return err
	}
	checked, err := series.Check(ctx, c)
	if err != nil {
		return err
	}
	answers, err := series.Advisories(ctx, c)
	if err != nil {
		return err
	}
	if err := errors.Join(checked.WriteText(out), answers.WriteText(out)); err != nil {
		return err
	}
	aix := []string{"GOOS=aix", "GOARCH=ppc64", "CGO_ENABLED=0"}
	unformatted, err := c.Machine.Output(ctx, host.Cmd{Argv: []string{"gofmt", "-l", "magefile.go", "targets.go", "buildlib"}, Dir: c.Root, Env: goEnv(c)})
	if err != nil {
		return err
	}
	if unformatted != "" {
		return &fault.Error{What: "gofmt would change files", Where: unformatted, Do: "run gofmt -w on them"}
	}
	test := []string{"go", "test", "-tags", "e2e", "-timeout", "40m", "./..."}
	if runtime.GOOS == "linux" { // Go has no race detector on AIX
		test = slices.Insert(test, 2, "-race")
	}
	for _, check := range []struct {
		env  []string
		argv []string
	}{
		{nil, []string{"go", "vet", "./..."}},
		{nil, []string{"go", "vet", "-tags", "mage", "."}},
		{nil, []string{"go", "vet", "-tags", "e2e", "./..."}},
		{aix, []string{"go", "vet", "./..."}},
		{aix, []string{"go", "vet", "-tags", "mage", "."}},
		{aix, []string{"go", "build", "-o", c.Path("build", "sendmail-aix-ppc64"), "./buildlib/cmd/sendmail-aix"}}, // for a machine without Go
		{[]string{"SENDMAIL_TEST_SOURCE=" + real.Patched()}, test},
	} {
		c.Log.WithField("command", strings.Join(append(slices.Clone(check.env), check.argv...), " ")).Info("check")
		err := c.Machine.Run(ctx, host.Cmd{Argv: check.argv, Dir: c.Root, Env: append(goEnv(c), check.env...), Stdout: out, Stderr: errOut})
		if err != nil {
			return err
		}
	}
	return nil
}

// goEnv is the environment for the go command: all of the user's, but without settings of this project, which tests make their own.
func goEnv(c *checkout.Checkout) []string {
	return slices.DeleteFunc(slices.Clone(c.Environ), func(pair string) bool { return strings.HasPrefix(pair, "SENDMAIL_") })
}
