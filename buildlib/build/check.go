package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
)

// Test runs every check that a change must pass: the series of patches, the advisories, formatting, vet for this machine and for AIX,
// all tests, and, as one of them, the whole way on real source.
func (p *Project) Test(ctx context.Context) error {
	real, _, err := Obtainable(ctx, p.Checkout)
	if err != nil {
		return err
	}
	if _, err := real.Run(ctx, "patch"); err != nil {
		return err
	}
	checked, err := series.Check(ctx, p.Checkout)
	if err != nil {
		return err
	}
	answers, err := series.Advisories(ctx, p.Checkout)
	if err != nil {
		return err
	}
	if err := errors.Join(checked.WriteText(p.out), answers.WriteText(p.out)); err != nil {
		return err
	}
	aix := []string{"GOOS=aix", "GOARCH=ppc64", "CGO_ENABLED=0"}
	unformatted, err := p.Machine.Output(ctx, host.Cmd{Argv: []string{"gofmt", "-l", "magefile.go", "buildlib"}, Dir: p.Root, Env: p.goEnv()})
	if err != nil {
		return err
	}
	if unformatted != "" {
		return &fault.Error{Code: "unformatted", What: "gofmt would change files", Where: unformatted, Do: "run gofmt -w on them"}
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
		{aix, []string{"go", "build", "-o", p.Path("build", "sendmail-aix-ppc64"), "./buildlib/cmd/sendmail-aix"}}, // for a machine without Go
		{[]string{"SENDMAIL_TEST_SOURCE=" + real.Patched()}, test},
	} {
		p.Log.WithField("command", strings.Join(append(slices.Clone(check.env), check.argv...), " ")).Info("check")
		err := p.Machine.Run(ctx, host.Cmd{Argv: check.argv, Dir: p.Root, Env: append(p.goEnv(), check.env...), Stdout: p.out, Stderr: p.errOut})
		if err != nil {
			return err
		}
	}
	return nil
}

// goEnv is the environment for the go command: all of the user's, but without settings of this project, which tests make their own.
func (p *Project) goEnv() []string {
	return slices.DeleteFunc(slices.Clone(p.Environ), func(pair string) bool { return strings.HasPrefix(pair, "SENDMAIL_") })
}

// Bench builds the same source with upstream's "sh ./Build" and with this project, each from nothing and once more, in one run: on a
// noisy machine only their ratio means something.
func (p *Project) Bench(ctx context.Context) error {
	c, err := p.Checkout.With("target", string(target.Host), "bench") // upstream's own build makes nothing else here
	if err != nil {
		return err
	}
	real, _, err := Obtainable(ctx, c)
	if err != nil {
		return err
	}
	dir := p.Path("build", "bench")
	upstream, checkout := filepath.Join(dir, "upstream"), filepath.Join(dir, "checkout")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if _, err := real.Run(ctx, "fetch", func(*Result) error { return tree.Copy(ctx, real.Pristine(), upstream, real.Time) }); err != nil {
		return err
	}
	if err := p.copyCheckout(ctx, checkout); err != nil {
		return err
	}
	theirs := host.Cmd{Argv: []string{"sh", "./Build"}, Dir: upstream, Log: filepath.Join(dir, "upstream.log")}
	// Without the settings of this run but release and source: options and all else as they stand in build.toml.
	ours := host.Cmd{
		Argv: []string{"go", "tool", "mage", "build"}, Dir: checkout, Log: filepath.Join(dir, "checkout.log"),
		Env: append(p.goEnv(), "SENDMAIL_RELEASE="+real.Release.Version, "SENDMAIL_TARGET=host"),
	}
	if source := p.Settings.Source; source != "" {
		if _, err := os.Stat(source); err == nil { // no address; and the checkout is another directory
			if source, err = filepath.Abs(source); err != nil {
				return err
			}
		}
		ours.Env = append(ours.Env, "SENDMAIL_SOURCE="+source)
	}
	warm := ours
	warm.Argv = []string{"go", "tool", "mage", "settings"}
	if err := p.Machine.Run(ctx, warm); err != nil { // compiling this project is not part of building sendmail
		return err
	}
	fmt.Fprintf(p.out, "sendmail %s, %d jobs, %s\n", real.Release.Version, p.Settings.Jobs, real.Target.Compiler)
	fmt.Fprintf(p.out, "%-12s %12s %12s %8s\n", "", "sh ./Build", "mage build", "ratio")
	for _, row := range []struct {
		name   string
		repeat int
	}{{"from nothing", 1}, {"once more", 3}} {
		a, err := p.clock(ctx, theirs, row.repeat)
		if err != nil {
			return err
		}
		b, err := p.clock(ctx, ours, row.repeat)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%-12s %10.2f s %10.2f s %8.2f\n", row.name, a.Seconds(), b.Seconds(), a.Seconds()/b.Seconds())
	}
	if _, err := real.Run(ctx, "fetch", func(*Result) error { return real.benchSeries(ctx, p.out, dir) }); err != nil {
		return err
	}
	return p.benchImage(ctx)
}

// benchImage measures writing an image of 1 GiB against GNU tar writing the same files, by the benchmark of installp.
func (p *Project) benchImage(ctx context.Context) error {
	out, err := p.Machine.Output(ctx, host.Cmd{
		Argv: []string{"go", "test", "-run", "^$", "-bench", "^BenchmarkTree$", "-benchtime", "5x", "./buildlib/aix/installp/write"}, Dir: p.Root, Env: p.goEnv(),
	})
	if err != nil {
		return err
	}
	found := imageBench.FindStringSubmatch(out)
	if found == nil {
		return fmt.Errorf("reading what the benchmark of images says: %q", out)
	}
	fmt.Fprintf(p.out, "%-12s %12s %12s %8s\n", "", "GNU tar", "image", "ratio")
	var mb, ratio, memory float64
	for i, to := range []*float64{&mb, &memory, &ratio} {
		if *to, err = strconv.ParseFloat(found[i+1], 64); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.out, "%-12s %7.0f MB/s %7.0f MB/s %8.2f  in %.0f MB of memory\n", "1 GiB", mb*ratio, mb, 1/ratio, memory)
	return err
}

// imageBench finds speed, memory, and time in times of GNU tar's.
var imageBench = regexp.MustCompile(`([0-9.]+) MB/s\s+([0-9.]+) MB-memory\s+([0-9.]+) x-tar`)

// benchSeries measures applying the whole series against GNU patch, each on a tree of its own and five times in turn.
func (b *Build) benchSeries(ctx context.Context, out io.Writer, dir string) error {
	others, err := series.Others(ctx, b.checkout)
	if err != nil {
		return err
	}
	var best [2]time.Duration
	for range 5 {
		for i, way := range []func(dir string) error{
			func(dir string) error { return others[0].Apply(ctx, b.Series, dir, b.Time) },
			func(dir string) error { return b.Series.Apply(ctx, dir, b.Time) },
		} {
			work := filepath.Join(dir, "series")
			if err := tree.Copy(ctx, b.Pristine(), work, b.Time); err != nil {
				return err
			}
			start := time.Now()
			if err := way(work); err != nil {
				return err
			}
			if took := time.Since(start); best[i] == 0 || took < best[i] {
				best[i] = took
			}
			if err := os.RemoveAll(work); err != nil {
				return err
			}
		}
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Fprintf(out, "%-12s %12s %12s %8s\n", "", others[0].Name, "mage patch", "ratio")
	fmt.Fprintf(out, "%-12s %9.2f ms %9.2f ms %8.2f\n", fmt.Sprintf("%d patches", len(b.Series.Patches)), ms(best[0]), ms(best[1]), ms(best[0])/ms(best[1]))
	return nil
}

// clock runs a command some times and returns the shortest.
func (p *Project) clock(ctx context.Context, c host.Cmd, times int) (best time.Duration, err error) {
	for range times {
		start := time.Now()
		if err := p.Machine.Run(ctx, c); err != nil {
			return 0, err
		}
		if took := time.Since(start); best == 0 || took < best {
			best = took
		}
	}
	return best, nil
}

// checkoutParts are what a checkout needs to build sendmail.
var checkoutParts = []string{"magefile.go", "go.mod", "go.sum", checkout.ConfigFile, "buildlib", "patches", "site.config.m4.d", "packaging"}

// copyCheckout copies what a build needs of this checkout.
func (p *Project) copyCheckout(ctx context.Context, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	var problems []error
	for _, part := range checkoutParts {
		from := p.Path(part)
		info, err := os.Stat(from)
		if err == nil && info.IsDir() {
			err = tree.Copy(ctx, from, filepath.Join(to, part), info.ModTime())
		} else if err == nil {
			err = copyFile(from, filepath.Join(to, part))
		}
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() // only read
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
