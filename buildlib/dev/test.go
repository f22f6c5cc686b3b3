// Package dev tests and measures this project itself.
package dev

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
)

// concurrent are the rooms that do several things at once: only there has the race detector something to find, and it makes the others' tests some
// times as slow.
var concurrent = []string{
	"aix/installp/diff", "aix/installp/write", "build", "checkout", "dev", "ground/cache", "ground/regular", "ground/step", "ground/terminal", "ground/tree", "imagetool",
	"machine/host", "machine/objects", "machine/remote", "steps/compile", "steps/fetch",
}

// wholeWay is the room whose tests take as long as all others together, and wait for most of that time.
const wholeWay = "e2e"

// scripts are those of the whole way in whose commands the concurrent rooms work together, each of these rooms in one of them at least. They run with
// the race detector, and TestPlans does. The other tests of that room start processes without it, or commands that do one thing after another.
var scripts = []string{
	"build_two_at_once", "clean_waits", "command_at_once", "command_signals", "compile_failure", "fetch_sources", "host_whole_way", "image_diff", "matrix",
	"package_whole_way", "signal_reading",
}

// racedOnWholeWay is the pattern of these tests, for -run and for -skip.
func racedOnWholeWay() string {
	return "^TestPlans$|^TestScripts$/^(" + strings.Join(scripts, "|") + ")$"
}

// Test installs what the tests lack, and runs every check that a change must pass: the series of patches, the advisories, formatting, vet for this
// machine and for AIX, all tests, and, as one of them, the whole way on real source. What they say goes to out and errOut.
func Test(ctx context.Context, c *checkout.Checkout, out, errOut io.Writer) error {
	if err := build.SetupTests(ctx, c, out); err != nil {
		return err
	}
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
	flags, err := c.Machine.Output(ctx, host.Cmd{Argv: []string{"go", "env", "GOFLAGS"}, Dir: c.Root, Env: goEnv(c)})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// Without the directory in it, what was compiled serves other checkouts of the same, and TestInstall, whose modules lie elsewhere.
	trimmed := "GOFLAGS=" + strings.TrimSpace(flags+" -trimpath")
	run := func(out, errOut io.Writer, env []string, argv ...string) error {
		env = append(slices.Clone(env), trimmed)
		c.Log.WithField("command", strings.Join(append(slices.Clone(env), argv...), " ")).Info("check")
		return c.Machine.Run(ctx, host.Cmd{Argv: argv, Dir: c.Root, Env: append(goEnv(c), env...), Stdout: out, Stderr: errOut})
	}
	listed, err := c.Machine.Output(ctx, host.Cmd{Argv: []string{"go", "list", "./..."}, Dir: c.Root, Env: goEnv(c)})
	if err != nil {
		return err
	}
	raced, alone, whole := rooms(strings.Fields(listed))
	before, settings, own, done := scratch(ctx, c)
	defer done()
	settings = append(settings, "SENDMAIL_TEST_SOURCE="+real.Patched())
	test := func(out, errOut io.Writer, race bool, words ...string) error {
		argv := append([]string{"go", "test", "-vet=off", "-tags", "e2e", "-timeout", "40m"}, own...)
		if race && runtime.GOOS == "linux" { // Go has no race detector on AIX
			argv = append(argv, "-race")
		}
		return run(out, errOut, settings, slices.Concat(before, argv, words)...)
	}
	// The whole way waits, for daemons, connections and compilers, while the others compute, and takes longer than all of them. What it says comes behind
	// what they say.
	var said, problems bytes.Buffer
	var wholeErr error
	var ended sync.WaitGroup
	ended.Go(func() {
		wholeErr = test(&said, &problems, false, append([]string{"-parallel", strconv.Itoa(2 * runtime.NumCPU()), "-skip", racedOnWholeWay()}, whole...)...)
	})
	for _, check := range []struct {
		env  []string
		argv []string
	}{
		{nil, []string{"go", "vet", "-tags", "mage,e2e", "./..."}},
		{aix, []string{"go", "vet", "-tags", "mage", "./..."}},                                                     // the tests of the whole way are for Linux
		{aix, []string{"go", "build", "-o", c.Path("build", "sendmail-aix-ppc64"), "./buildlib/cmd/sendmail-aix"}}, // for a machine without Go
	} {
		if err := run(out, errOut, check.env, check.argv...); err != nil {
			stop()
			ended.Wait()
			return err
		}
	}
	err = errors.Join(test(out, errOut, false, alone...), test(out, errOut, true, raced...), test(out, errOut, true, append([]string{"-run", racedOnWholeWay()}, whole...)...))
	ended.Wait()
	err = errors.Join(err, wholeErr)
	_, outErr := said.WriteTo(out)
	_, errErr := problems.WriteTo(errOut)
	return errors.Join(err, outErr, errErr)
}

// rooms parts packages into those to test with the race detector, those without, and the whole way.
func rooms(packages []string) (raced, alone, whole []string) {
	for _, p := range packages {
		_, room, _ := strings.Cut(p, "/buildlib/")
		switch {
		case room == wholeWay:
			whole = append(whole, p)
		case slices.Contains(concurrent, room):
			raced = append(raced, p)
		default:
			alone = append(alone, p)
		}
	}
	return raced, alone, whole
}

// goEnv is the environment for the go command: all of the user's, but without settings of this project, which tests make their own.
func goEnv(c *checkout.Checkout) []string {
	return slices.DeleteFunc(slices.Clone(c.Environ), func(pair string) bool { return strings.HasPrefix(pair, "SENDMAIL_") })
}
