package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/program"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/packaging"
)

// job is one build: a release for a target, with everything that was decided before the first step.
type job struct {
	*Project
	dir               string // build/<release>/<target>
	release           *release.Release
	series            *patchset.Series
	checkout.Workshop // whose machine is used, not the project's own
	site              *siteconfig.Result
	refused           error // why the release cannot be configured with these options on this target; nil when it can
	plan              *packaging.Plan
	mc                map[string]string // text of each .mc file of the packaging, by the name of the file that it makes
	level             vrmf.Level
	time              time.Time
	source            *fetch.Source
	steps             *step.Chain
}

// job decides what to build. It takes no step yet, but finds out everything that can be wrong with the settings.
func (p *Project) job(ctx context.Context) (*job, error) {
	j := &job{Project: p}
	var err error
	if j.release, err = release.Load(p.Path("patches"), p.Settings.Release); err != nil {
		return nil, err
	}
	if j.time, err = checkout.PinnedTime(p.Environ, j.release.Date); err != nil {
		return nil, err
	}
	if j.level, err = vrmf.FromSendmail(j.release.Version, p.Settings.Revision); err != nil {
		return nil, err
	}
	if j.series, err = patchset.Load(j.release.Dir); err != nil {
		return nil, err
	}
	if j.Workshop, err = p.Detect(ctx); err != nil {
		return nil, err
	}
	set, err := siteconfig.Load(p.Path("site.config.m4.d"))
	if err != nil {
		return nil, err
	}
	j.site, err = set.Compose(siteconfig.Request{
		Release: j.release.Version, Options: p.Settings.With, Target: j.Target, Layout: p.Layout(), OpenSSL: j.release.OpenSSL,
	})
	if fault.Code(err) == "option-openssl" {
		// The source can be had and patched all the same.
		j.refused, j.site = err, &siteconfig.Result{Layout: p.Layout()}
	} else if err != nil {
		return nil, err
	}
	if j.plan, err = packaging.Load(p.Path("packaging")); err != nil {
		return nil, err
	}
	j.mc = make(map[string]string)
	for _, name := range configurations {
		text, err := regular.Read(p.Path("packaging", name+".mc"), 1<<20)
		if err != nil {
			return nil, &fault.Error{
				Code: "packaging-file", What: "a configuration that the package ships is missing", Where: p.Path("packaging"), Err: err,
				Do: "restore the file",
			}
		}
		j.mc[name] = string(text)
	}
	fetcher, err := p.Fetcher()
	if err != nil {
		return nil, err
	}
	if j.source, err = fetcher.Open(j.release, p.Settings.Source); err != nil {
		return nil, err
	}
	j.dir = p.Path("build", j.release.Version, j.Target.String())
	return j, nil
}

// The places of a build, each written by one step.
func (j *job) pristine() string { return filepath.Join(j.dir, "pristine") }
func (j *job) patched() string  { return filepath.Join(j.dir, "source") }
func (j *job) siteFile() string { return filepath.Join(j.dir, "site.config.m4") }
func (j *job) objects() string  { return filepath.Join(j.dir, "objects") }
func (j *job) staged() string   { return filepath.Join(j.dir, "root") }
func (j *job) manifest() string { return filepath.Join(j.dir, "manifest") }
func (j *job) logDir() string   { return filepath.Join(j.dir, "log") }

func (j *job) image() string { return filepath.Join(j.dir, j.plan.Package+"."+j.level.String()+".I") }

// run brings the build up to date up to the step named. What then does with the result, and with the number of steps that had to
// run, it does before another run may change it.
func (p *Project) run(ctx context.Context, last string, then func(j *job, ran int) error) error {
	j, err := p.job(ctx)
	if err != nil {
		return err
	}
	return j.locked(ctx, func() error {
		ran, err := j.run(ctx, last)
		if err != nil {
			return err
		}
		return then(j, ran)
	})
}

// locked keeps other runs away from the directory of this build.
func (j *job) locked(ctx context.Context, do func() error) error {
	unlock, err := j.Lock(ctx, strings.ReplaceAll(j.Shown(j.dir), string(filepath.Separator), "-"))
	if err != nil {
		return err
	}
	defer unlock()
	return do()
}

// run needs the lock.
func (j *job) run(ctx context.Context, last string) (int, error) {
	ran, err := j.chain(ctx).Run(ctx, last)
	if err == nil && ran == 0 {
		j.Log.WithField("release", j.release.Version).WithField("target", j.Target.String()).Info("everything is up to date")
	}
	return ran, checkout.Explain(err)
}

// chain is the steps of this build, made once: what it has looked at it need not look at again.
func (j *job) chain(ctx context.Context) *step.Chain {
	if j.steps != nil {
		return j.steps
	}
	j.steps = &step.Chain{
		State: filepath.Join(j.dir, "state"), Log: j.Log, Status: j.Status.Show,
		Digest: func(path string) (string, error) { return digest(ctx, path) },
		Steps: []step.Step{
			{Name: "fetch", Inputs: j.fetchInputs, Outputs: []string{j.pristine()}, Run: j.fetch},
			{Name: "patch", Inputs: j.patchInputs, Outputs: []string{j.patched()}, Run: j.patch},
			{Name: "configure", Inputs: j.configureInputs, Outputs: []string{j.siteFile()}, Run: j.configure},
			{Name: "compile", Inputs: j.compileInputs, Outputs: []string{j.objects()}, Run: j.compile},
			{Name: "stage", Inputs: j.stageInputs, Outputs: []string{j.staged(), j.manifest()}, Run: j.stage},
			{Name: "package", Inputs: j.packageInputs, Outputs: []string{j.image(), j.image() + ".sha256", j.recordFile()}, Run: j.pack},
		},
	}
	return j.steps
}

// digest is the hash of a file, or of the listing of a directory.
func digest(ctx context.Context, path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		listing, err := tree.List(ctx, path)
		return listing.Hash(), err
	}
	return regular.Sum(ctx, path)
}

func textDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// inputs collects what a step depends on. What was read when the run started goes in as it was read, not as the file is by now: a
// file that is edited meanwhile must make the next run do the step again.
type inputs struct {
	digest func(path string) (string, error)
	values map[string]string
	errs   []error

	machine host.Machine
}

func (j *job) inputs(ctx context.Context) *inputs {
	return &inputs{
		digest: j.chain(ctx).Made, values: make(map[string]string),
		machine: j.Machine,
	}
}

func (in *inputs) value(name, value string) { in.values[name] = value }

func (in *inputs) text(name, text string) { in.value(name, textDigest(text)) }

// path is for what earlier steps have made.
func (in *inputs) path(name, path string) {
	sum, err := in.digest(path)
	in.errs = append(in.errs, err)
	in.value(name, sum)
}

// content is for programs that a step runs: one that is replaced under its name and version is another one.
func (in *inputs) content(ctx context.Context, name, file string) {
	sum, err := program.Digest(ctx, in.machine, file, name == string(target.PartCompiler))
	in.errs = append(in.errs, err)
	in.value("content of "+name, sum)
}

// program is for steps whose result depends on this program's own code in more than what goes in as text.
func (in *inputs) program() {
	file, err := os.Executable()
	if err != nil {
		in.errs = append(in.errs, err)
		return
	}
	in.path("this program", file)
}

func (in *inputs) done() (map[string]string, error) {
	if err := errors.Join(in.errs...); err != nil {
		return nil, fmt.Errorf("looking at what a step depends on: %w", err)
	}
	return in.values, nil
}

// Step runs the build up to one of the steps before the last and tells where the result is.
func (p *Project) Step(ctx context.Context, name string) error {
	return p.run(ctx, name, func(j *job, _ int) error {
		result := map[string]string{
			"fetch": j.pristine(), "patch": j.patched(), "configure": j.siteFile(), "compile": j.objects(), "stage": j.staged(),
		}[name]
		_, err := fmt.Fprintln(p.out, p.Shown(result))
		return err
	})
}

// Fetch gets and verifies the source.
func (p *Project) Fetch(ctx context.Context) error { return p.Step(ctx, "fetch") }

// Patch applies the series.
func (p *Project) Patch(ctx context.Context) error { return p.Step(ctx, "patch") }

// Configure composes site.config.m4.
func (p *Project) Configure(ctx context.Context) error { return p.Step(ctx, "configure") }

// Build compiles.
func (p *Project) Build(ctx context.Context) error { return p.Step(ctx, "compile") }

// Stage installs into a root directory.
func (p *Project) Stage(ctx context.Context) error { return p.Step(ctx, "stage") }

// Package makes the image.
func (p *Project) Package(ctx context.Context) error {
	return p.run(ctx, "package", func(j *job, _ int) error { return j.showImage(ctx) })
}

func (j *job) showImage(ctx context.Context) error {
	sum, err := digest(ctx, j.image())
	if err != nil {
		return err
	}
	if j.Target.OS == target.Host {
		j.Log.Warn("the programs in this image are for the machine that built it, not for AIX")
	} else if j.SDK {
		j.Log.Warn("the programs in this image were made with this project's own headers for AIX: to ship it, build with a real machine's (mage cross:sysroot)")
	}
	_, err = fmt.Fprintf(j.out, "%s  %s\n", sum, j.Shown(j.image())) // as sha256sum -c reads it
	return err
}

// Why tells what would make a step run.
func (p *Project) Why(ctx context.Context, name string) error {
	j, err := p.job(ctx)
	if err != nil {
		return err
	}
	c := j.chain(ctx)
	first, changes, err := c.Why(ctx, name)
	if errors.Is(err, step.ErrUnknown) {
		return &fault.Error{Code: "step-unknown", What: "there is no step " + name, Do: suggestStep(name, c.Names())}
	}
	if err != nil {
		return err
	}
	switch {
	case len(changes) == 0:
		fmt.Fprintf(p.out, "%s is up to date\n", name)
	case first == name:
		fmt.Fprintf(p.out, "%s would run:\n", name)
	default:
		fmt.Fprintf(p.out, "%s would be looked at again after %s, which would run:\n", name, first)
	}
	for _, change := range changes {
		fmt.Fprintf(p.out, "  %s\n", change)
	}
	return nil
}

func suggestStep(name string, names []string) string {
	if near := fault.Nearest(name, names); near != "" {
		return "did you mean " + near + "?"
	}
	return "the steps are " + strings.Join(names, ", ")
}
