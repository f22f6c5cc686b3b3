package dev

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
)

// Measured is this project beside others, in one run: on a noisy machine only the ratios mean something.
type Measured struct {
	Release  string `json:"release"`
	Jobs     int    `json:"jobs"`
	Compiler string `json:"compiler"`
	Rows     []Row  `json:"rows"`
}

// Row is one thing that both have done.
type Row struct {
	What   string  `json:"what"`
	Them   string  `json:"them"` // who the others are
	Us     string  `json:"us"`
	Theirs float64 `json:"theirs"`
	Ours   float64 `json:"ours"`
	Unit   string  `json:"unit"`             // s, ms or MB/s
	Ratio  float64 `json:"ratio"`            // how many times faster ours is
	Memory float64 `json:"memory,omitempty"` // that ours took, in MB
	Least  float64 `json:"least,omitempty"`  // what the ratio is meant to be at least
}

// WriteText shows a line for each row, and above them who is compared where that changes.
func (m *Measured) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "sendmail %s, %d jobs, %s\n", m.Release, m.Jobs, m.Compiler)
	var last Row
	wide := 12
	for _, r := range m.Rows {
		wide = max(wide, len(r.What))
	}
	for _, r := range m.Rows {
		if r.Them != last.Them || r.Us != last.Us {
			fmt.Fprintf(w, "%-*s %12s %12s %8s\n", wide, "", r.Them, r.Us, "ratio")
		}
		last = r
		digits, memory := 2, ""
		if r.Unit == "MB/s" {
			digits = 0
		}
		if r.Memory > 0 {
			memory = fmt.Sprintf("  in %.0f MB of memory", r.Memory)
		}
		if r.Least > 0 {
			memory += fmt.Sprintf("  (at least %.2f)", r.Least)
		}
		width := 11 - len(r.Unit)
		fmt.Fprintf(w, "%-*s %*.*f %s %*.*f %s %8.2f%s\n", wide, r.What, width, digits, r.Theirs, r.Unit, width, digits, r.Ours, r.Unit, r.Ratio, memory)
	}
	return nil
}

// bench measures in a directory of its own, each thing some times, of which the shortest counts.
type bench struct {
	*checkout.Checkout
	times int
	dir   string
	gone  int // directories that are out of the way
	real  *build.Build
	Measured
}

// Groups are the rows that can be chosen, in the order in which they are measured.
var Groups = []string{"host", "aix", "matrix", "series", "images", "tests", "first"}

// OnDemand are the groups that are measured where they are named alone: they take long, or root rights.
var OnDemand = []string{"tests", "first"}

// Bench builds the same source with upstream's "sh ./Build" and with this project, each from nothing and once more, for AIX, and for all its targets;
// applies the series with GNU patch and with this project, packs an image and an archive of GNU tar's, runs all tests, and the first command on a bare
// machine. Of these it does the groups that are named, all but those on demand if none is, and goes on after one that fails.
func Bench(ctx context.Context, c *checkout.Checkout, times int, groups []string) (*Measured, error) {
	forHost, err := c.With("target", string(target.Host), "bench") // upstream's own build makes nothing else here
	if err != nil {
		return nil, err
	}
	real, _, err := build.Obtainable(ctx, forHost)
	if err != nil {
		return nil, err
	}
	b := &bench{
		Checkout: c, times: times, dir: c.Path("build", "bench"), real: real,
		Measured: Measured{Release: real.Release.Version, Jobs: c.Settings.Jobs, Compiler: real.Target.Compiler.String()},
	}
	gone := filepath.Join(b.dir, "gone")
	if err := errors.Join(os.RemoveAll(b.dir), os.MkdirAll(gone, 0o755)); err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(gone) }() // else the next bench does it
	opened := sync.OnceValues(func() (shop, error) { return b.open(ctx) })
	inShop := func(measure func(context.Context, shop) error) func(context.Context) error {
		return func(ctx context.Context) error {
			all, err := opened()
			if err != nil {
				return err
			}
			return measure(ctx, all)
		}
	}
	var problems []error
	for i, measure := range []func(context.Context) error{inShop(b.builds), inShop(b.forAIX), inShop(b.matrix), b.series, b.images, b.tests, b.first} {
		if name := Groups[i]; len(groups) == 0 && !slices.Contains(OnDemand, name) || slices.Contains(groups, name) {
			c.Log.WithField("rows", name).Info("measuring")
			if err := measure(ctx); err != nil {
				problems = append(problems, fmt.Errorf("rows %s: %w", name, err))
			}
		}
		if ctx.Err() != nil {
			return &b.Measured, context.Cause(ctx)
		}
	}
	return &b.Measured, errors.Join(problems...)
}

// add adds a row of times.
func (b *bench) add(r Row) {
	r.Ratio = r.Theirs / r.Ours
	b.Rows = append(b.Rows, r)
}

// series applies the whole series, each time on a tree of its own.
func (b *bench) series(ctx context.Context) error {
	others, err := series.Others(ctx, b.Checkout)
	if err != nil {
		return err
	}
	work := filepath.Join(b.dir, "series")
	var best [2]time.Duration
	_, err = b.real.Run(ctx, "fetch", func(*build.Result) error {
		for range 5 {
			for i, way := range []func() error{
				func() error { return others[0].Apply(ctx, b.real.Series, work, b.real.Time) },
				func() error { return b.real.Series.Apply(ctx, work, b.real.Time) },
			} {
				if err := tree.Copy(ctx, b.real.Pristine(), work, b.real.Time); err != nil {
					return err
				}
				took, err := fastest(1, way)
				if err != nil {
					return err
				}
				if best[i] == 0 || took < best[i] {
					best[i] = took
				}
				if err := os.RemoveAll(work); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err // a row without times has a ratio that JSON has no number for
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.add(Row{What: fmt.Sprintf("%d patches", len(b.real.Series.Patches)), Them: others[0].Name, Us: "mage patch", Theirs: ms(best[0]), Ours: ms(best[1]), Unit: "ms"})
	return nil
}

// images writes an image of 1 GiB, and GNU tar the same files, by the benchmark of what writes images; and reads images by that of aiximage.
func (b *bench) images(ctx context.Context) error {
	written, err := b.benchmark(ctx, "^BenchmarkTree$", "./buildlib/aix/installp/write")
	if err != nil {
		return err
	}
	for _, m := range written {
		if err := m.has("MB/s", "x-tar"); err != nil {
			return err
		}
		speed := m.metrics["MB/s"]
		b.Rows = append(b.Rows, Row{What: "1 GiB", Them: "GNU tar", Us: "image", Unit: "MB/s", Ours: speed, Theirs: speed * m.metrics["x-tar"], Ratio: 1 / m.metrics["x-tar"], Memory: m.metrics["MB-memory"]})
	}
	read, err := b.benchmark(ctx, "^BenchmarkPeers$", "./buildlib/imagetool")
	for _, m := range read {
		if err := m.has("ms-ours", "ms-theirs"); err != nil {
			return err
		}
		b.add(Row{What: m.name, Them: "tar, sha256sum", Us: "aiximage", Unit: "ms", Ours: m.metrics["ms-ours"], Theirs: m.metrics["ms-theirs"], Memory: m.metrics["MB-memory"]})
	}
	return err
}

// patience is how long the README's test command may take, in seconds.
const patience = 600

// tests is that command, once, in a clone of what is committed: nothing that was compiled with the name of a directory in it serves there, and no test's
// earlier result.
func (b *bench) tests(ctx context.Context) error {
	clone := filepath.Join(b.dir, "clone")
	if err := b.Machine.Run(ctx, host.Cmd{Argv: []string{"git", "clone", "-q", b.Root, clone}, Env: goEnv(b.Checkout)}); err != nil {
		return err
	}
	all, err := b.cost(ctx, 1, host.Cmd{Argv: []string{"go", "tool", "mage", "setup", "test"}, Dir: clone, Log: clone + ".log", Env: append(goEnv(b.Checkout), "GOFLAGS=-count=1")})
	if err != nil {
		return err
	}
	b.both("all tests", "limit", "mage setup test", cost{patience, 2 * patience}, all, 1, 0)
	return nil
}

// marks is what one benchmark says, by unit.
type marks struct {
	name    string
	metrics map[string]float64
}

// has tells of values that are not there, of which no ratio comes.
func (m marks) has(units ...string) error {
	for _, unit := range units {
		if m.metrics[unit] <= 0 {
			return fmt.Errorf("reading what the benchmark %q says: it has no value in %s", m.name, unit)
		}
	}
	return nil
}

// benchmark runs benchmarks of Go.
func (b *bench) benchmark(ctx context.Context, name, dir string) ([]marks, error) {
	out, err := b.Machine.Output(ctx, host.Cmd{Argv: []string{"go", "test", "-run", "^$", "-bench", name, "-benchtime", strconv.Itoa(b.times) + "x", dir}, Dir: b.Root, Env: goEnv(b.Checkout)})
	if err != nil {
		return nil, err
	}
	found := parseMarks(out)
	if len(found) == 0 {
		return nil, fmt.Errorf("reading what the benchmark %s says: %q", name, out)
	}
	return found, nil
}

// cores is what go test puts behind a name.
var cores = regexp.MustCompile(`-[0-9]+$`)

// parseMarks reads the lines of benchmarks: name, times, and values each with its unit.
func parseMarks(out string) []marks {
	var all []marks
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		_, name, _ := strings.Cut(cores.ReplaceAllString(fields[0], ""), "/")
		m := marks{strings.NewReplacer("/", " ", "-", " ").Replace(name), map[string]float64{}}
		for i := 2; i+1 < len(fields); i += 2 {
			if n, err := strconv.ParseFloat(fields[i], 64); err == nil {
				m.metrics[fields[i+1]] = n
			}
		}
		all = append(all, m)
	}
	return all
}

// fastest does something some times and returns the shortest.
func fastest(times int, do func() error) (best time.Duration, err error) {
	for range times {
		start := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		if took := time.Since(start); best == 0 || took < best {
			best = took
		}
	}
	return best, nil
}

// checkoutParts are what a checkout needs to build sendmail.
var checkoutParts = []string{"magefile.go", "targets.go", "go.mod", "go.sum", checkout.ConfigFile, "buildlib", "patches", "site.config.m4.d", "packaging"}

// copyCheckout copies what a build needs of this checkout.
func (b *bench) copyCheckout(ctx context.Context, to string) error {
	problems := []error{os.MkdirAll(to, 0o755)}
	for _, part := range checkoutParts {
		from := b.Path(part)
		info, err := os.Stat(from)
		if err == nil && info.IsDir() {
			err = tree.Copy(ctx, from, filepath.Join(to, part), info.ModTime())
		} else if err == nil {
			var text []byte
			if text, err = os.ReadFile(from); err == nil {
				err = tree.WriteFile(filepath.Join(to, part), text, 0o644)
			}
		}
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}
