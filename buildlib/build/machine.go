package build

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/doctor"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/plan"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// Settings are the effective settings and where each comes from. That nothing can be built with them is an error.
func Settings(ctx context.Context, c *checkout.Checkout) (*checkout.Listing, error) {
	found := make(map[string]string)
	p, _, err := plan.Make(ctx, c)
	if err == nil {
		t := p.Target
		found["target"], found["compiler"] = t.String(), t.Compiler.String()
		found["openssl"], found["sasl"] = t.OpenSSL.String(), t.SASL.String()
	}
	l := c.Settings.List(found)
	if c.Settings.IsStandard("release") {
		l.Notes = append(l.Notes, c.Settings.Release+" is the default: it is the release that this project was asked for.")
	}
	if n := newer(c); n != nil {
		l.Notes = append(l.Notes, "The newest release here is "+n.String()+". SENDMAIL_RELEASE="+n.Release+" takes it.")
	}
	return l, err
}

// examine asks the doctor about this machine.
func examine(ctx context.Context, c *checkout.Checkout, tests bool) (*doctor.Report, error) {
	set, err := siteconfig.Load(c.Path("site.config.m4.d"))
	if err != nil {
		return nil, err
	}
	m, err := c.Builder(ctx)
	if err != nil {
		return nil, err
	}
	want := c.Wanted(ctx)
	if tests && want.Name != string(target.Host) && !c.OnAIX(ctx) {
		want = target.Request{Name: string(target.Host)} // tests build for both
	}
	return doctor.Check(ctx, m, doctor.Request{Want: want, Options: c.Settings.With, Set: set, Tests: tests})
}

// Doctor examines what this machine has and lacks. A lack that stops a build is an error, and so are settings that cannot be met here.
func Doctor(ctx context.Context, c *checkout.Checkout) (*doctor.Report, error) {
	report, err := examine(ctx, c, false)
	if err != nil {
		return nil, err
	}
	if !report.IsHealthy() {
		return report, &fault.Error{
			Code: "doctor-lacks", What: "this machine lacks what the build needs", Where: "the lines marked missing above", Finding: true,
			Do: `run the command below each, or "mage setup" for all`,
		}
	}
	p, _, err := plan.Make(ctx, c)
	if err != nil {
		return report, err
	}
	if p.Refused != nil {
		return report, p.Refused
	}
	return report, p.Lacks
}

// Setup installs what the machine lacks for building, and for AIX elsewhere builds the linker. What is run for it says so on out.
func Setup(ctx context.Context, c *checkout.Checkout, out io.Writer) (*doctor.Plan, error) {
	report, err := examine(ctx, c, false)
	if err != nil {
		return nil, err
	}
	todo := report.Plan()
	if host := c.Settings.Host; host != "" && !todo.IsEmpty() {
		return todo, &fault.Error{Code: "setup-host", What: "nothing is installed on another machine from here", Where: host, Do: "there, as root:\n" + todo.String()}
	} else if host != "" {
		return todo, nil
	}
	if err := todo.Run(ctx, c.Machine, out); err != nil || report.OnAIX || report.Target.Here {
		return todo, err
	}
	_, err = CrossSetup(ctx, c)
	return todo, err
}

// SetupTests installs what the project's own tests take besides: they build for this machine and for AIX, and run both. What cannot be installed is told,
// and the tests that want it leave themselves out.
func SetupTests(ctx context.Context, c *checkout.Checkout, out io.Writer) error {
	if c.Settings.Host != "" {
		return nil
	}
	report, err := examine(ctx, c, true)
	if err != nil {
		return err
	}
	if err := bring(ctx, c, report, out, "tests that need it are left out"); err != nil || report.OnAIX {
		return err
	}
	_, err = CrossSetup(ctx, c)
	if errors.Is(err, cross.ErrAbsent) {
		c.Log.WithError(err).Warn("no toolchain for AIX: tests that need it are left out")
		return nil
	}
	return err
}

// bring installs what a report misses, or tells in a warning why not, and what becomes of it.
func bring(ctx context.Context, c *checkout.Checkout, report *doctor.Report, out io.Writer, then string) error {
	err := report.Plan().Run(ctx, c.Machine, out)
	if slices.Contains([]string{"setup-root", "setup-by-hand"}, fault.Code(err)) {
		c.Log.WithError(err).Warn(then)
		return nil
	}
	return err
}

// Made is what was made in the cache, once for all builds.
type Made struct {
	Directories []string `json:"directories"`
}

// WriteText shows nothing: what is there is used by itself.
func (*Made) WriteText(io.Writer) error { return nil }

// CrossSetup builds what compiling for AIX on this machine takes.
func CrossSetup(ctx context.Context, c *checkout.Checkout) (*Made, error) {
	b, err := c.CrossBuilder()
	if err != nil {
		return nil, err
	}
	dir, err := b.Setup(ctx)
	if err != nil {
		return nil, fault.Explain(c.ExplainCache(err))
	}
	return &Made{[]string{dir}}, nil
}

// CollectSysroot tells how to take from an AIX machine the headers and libraries that the options in effect need.
func CollectSysroot(c *checkout.Checkout) (string, error) {
	set, err := siteconfig.Load(c.Path("site.config.m4.d"))
	if err != nil {
		return "", err
	}
	fragments, err := set.Choose(c.Settings.With, target.AIX)
	if err != nil {
		return "", err
	}
	var libraries, packages []string
	for _, f := range fragments {
		if f.IsOfToolbox() {
			brought, _ := f.Packages.On(true, false)
			libraries, packages = append(libraries, f.Libraries...), append(packages, brought)
		}
	}
	return cross.Collect(libraries, slices.DeleteFunc(packages, func(p string) bool { return p == "" })), nil
}

// EmulateSetup compiles the libraries that programs which were linked with OpenSSL and SASL need to run here, for both widths, once.
func EmulateSetup(ctx context.Context, c *checkout.Checkout) (*Made, error) {
	e, err := c.Emulator()
	if err != nil {
		return nil, err
	}
	var all Made
	for _, bits := range []int{64, 32} {
		dir, made, err := e.LibraryDir(ctx, bits)
		if err != nil {
			return nil, c.ExplainCache(err)
		}
		if !made {
			log := c.Log.WithField("step", "emulate").WithField("bits", bits)
			log.Info("compiling OpenSSL and SASL from the distribution's source: some minutes, once; what is interrupted goes on the next time")
			start := time.Now()
			if dir, err = e.MakeLibraries(ctx, bits, c.Settings.Jobs); err != nil {
				return nil, fault.Explain(c.ExplainCache(err))
			}
			log.WithField("elapsed", time.Since(start).Round(time.Second).String()).Info("done")
		}
		all.Directories = append(all.Directories, dir)
	}
	return &all, nil
}
