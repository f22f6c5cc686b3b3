// Package plan decides what is built: everything about one release for one target that is settled before the first step.
package plan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/program"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/packaging"
)

// Plan is what was decided, as plain data: two that were made of the same are equal. What it says of files in the checkout was read when it
// was made; whatever becomes of them afterwards is for the next plan.
type Plan struct {
	Dir       string // build/<release>/<target> in the checkout, which the steps write to
	Release   *release.Release
	Series    *patchset.Series
	Target    *target.Target
	SDK       bool // whether it compiles with this project's own headers for AIX, and not with AIX's
	Settings  map[string]string
	Site      *siteconfig.Result
	HostMap   string // the option that a host has by itself, since it has the headers for that type of maps; "" for none
	Packaging *packaging.Plan
	Level     vrmf.Level
	Time      time.Time
	Source    string // where the source is taken from, as it may be shown
	Packager  string
	Jobs      int

	Known   []release.Advisory // none in a checkout without a list
	Answers []release.Answer   // the release's to them, as far as it has any

	// What does not stop all steps: each is told by the first step that cannot do without.
	Refused error // why the release cannot be configured with these options on this target
	Absent  error // why nothing here compiles for the target
	Lacks   error // what the options need and the headers and libraries here do not have
	Wrong   error // what is wrong with the advisories, or the answers to them: an image is not described by such
}

// Make decides what to build in a checkout. It takes no step, but finds out everything that can be wrong with the settings. Besides the plan
// it gives what carries it out: the machine, which may be what a toolchain makes of this one, and the source.
func Make(ctx context.Context, c *checkout.Checkout) (*Plan, *Means, error) {
	p, m := &Plan{Settings: c.Settings.Values(), Packager: c.Settings.Packager, Jobs: c.Settings.Jobs}, new(Means)
	var err error
	if p.Release, err = release.Load(c.Path("patches"), c.Settings.Release); err != nil {
		return nil, nil, err
	}
	if p.Time, err = checkout.PinnedTime(c.Environ, p.Release.Date); err != nil {
		return nil, nil, err
	}
	if p.Level, err = vrmf.FromSendmail(p.Release.Version, c.Settings.Revision); err != nil {
		return nil, nil, err
	}
	if p.Series, err = patchset.Load(p.Release.Dir); err != nil {
		return nil, nil, err
	}
	p.advisories(c)
	shop, err := c.Detect(ctx)
	if err != nil {
		return nil, nil, err
	}
	p.Target, p.SDK, p.Absent, m.Machine, m.Toolchain = shop.Target, shop.SDK, shop.Absent, shop.Machine, shop.Toolchain
	p.Settings["target"] = p.Target.String()
	p.Dir = c.Path("build", p.Release.Version, p.Target.String())
	if err := p.configure(ctx, c, m.Machine); err != nil {
		return nil, nil, err
	}
	if err := m.Machine.Expect(ctx, p.questions(ctx, m.Machine)); err != nil {
		return nil, nil, err
	}
	if p.SDK {
		p.Lacks = p.Site.SDKLacks(ctx, p.Target, m.Machine)
	} else if p.Target.Here {
		p.Lacks = p.Site.Lacks(ctx, p.Target, m.Machine)
	}
	if p.Packaging, err = packaging.Load(c.Path("packaging")); err != nil {
		return nil, nil, err
	}
	fetcher, err := c.Fetcher()
	if err != nil {
		return nil, nil, err
	}
	if m.Source, err = fetcher.Open(p.Release, c.Settings.Source); err != nil {
		return nil, nil, err
	}
	p.Source = m.Source.String()
	return p, m, nil
}

// questions are those that will be asked of the machine before the first step.
func (p *Plan) questions(ctx context.Context, m host.Machine) host.Questions {
	programs := p.Target.Programs()
	if !p.Target.Here || programs[string(target.PartCompiler)] == "" {
		return host.Questions{}
	}
	files := slices.Sorted(maps.Values(programs))
	if linker, err := host.LookPath(ctx, m, target.Linker); err == nil {
		files = append(files, linker)
	}
	return program.Questions(programs[string(target.PartCompiler)], files...)
}

// Means is what a plan is carried out with.
type Means struct {
	Machine   host.Machine
	Toolchain *cross.Toolchain // that makes the machine of this one, or nil
	Source    *fetch.Source
}

// configure decides about options. A host gets a type of maps that it has the headers for, so that programs can be tried with it: what that is goes
// into the settings that are recorded. That a release does not compile with the target's OpenSSL is no error yet: the source can be had and
// patched all the same.
func (p *Plan) configure(ctx context.Context, c *checkout.Checkout, m host.Machine) error {
	set, err := siteconfig.Load(c.Path("site.config.m4.d"))
	if err != nil {
		return err
	}
	with := c.Settings.With
	if p.Target.OS == target.Host && p.Target.Here {
		with, p.HostMap = set.HostMap(ctx, p.Target, m, p.Release.Version, with)
		if len(with) > len(c.Settings.With) {
			slices.Sort(with)
			p.Settings["with"] = strings.Join(with, ",")
		}
	}
	p.Site, err = set.Compose(siteconfig.Request{
		Release: p.Release.Version, Options: with, Target: p.Target, Layout: c.Layout(), OpenSSL: p.Release.OpenSSL,
	})
	if fault.Code(err) == "option-openssl" {
		p.Refused, p.Site = err, &siteconfig.Result{Layout: c.Layout()}
	} else if err != nil {
		return err
	}
	return nil
}

// advisories reads what is known of the release's security. That an advisory has no answer yet is said of the image, and stops nothing.
func (p *Plan) advisories(c *checkout.Checkout) {
	known, err := release.Advisories(c.Path("patches"))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		end := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) // the machine's clock does not decide whether an image can be made
		p.Answers, err = p.Release.Answers(known, end)
		err = fault.Except(err, "advisory-unanswered")
	}
	p.Known, p.Wrong = known, err
}

// The places of a build, each written by one step.

// Pristine is the source as it was released.
func (p *Plan) Pristine() string { return filepath.Join(p.Dir, "pristine") }

// Patched is the source with the patches.
func (p *Plan) Patched() string { return filepath.Join(p.Dir, "source") }

// SiteFile is the site.config.m4.
func (p *Plan) SiteFile() string { return filepath.Join(p.Dir, "site.config.m4") }

// Objects is the directory of what was compiled.
func (p *Plan) Objects() string { return filepath.Join(p.Dir, "objects") }

// Staged is the directory that is / for what was installed.
func (p *Plan) Staged() string { return filepath.Join(p.Dir, "root") }

// Manifest is the list of what was installed.
func (p *Plan) Manifest() string { return filepath.Join(p.Dir, "manifest") }

// LogDir is where what commands say goes.
func (p *Plan) LogDir() string { return filepath.Join(p.Dir, "log") }

// Image is the image.
func (p *Plan) Image() string {
	return filepath.Join(p.Dir, p.Packaging.Package+"."+p.Level.String()+".I")
}

// Record is the record of how the image was made.
func (p *Plan) Record() string { return strings.TrimSuffix(p.Image(), ".I") + ".record.toml" }

// SBOM is what the image holds, as CycloneDX.
func (p *Plan) SBOM() string { return strings.TrimSuffix(p.Image(), ".I") + ".cdx.json" }

// VEX is what is said of the image to each advisory, as OpenVEX.
func (p *Plan) VEX() string { return strings.TrimSuffix(p.Image(), ".I") + ".openvex.json" }

// Provenance is how the image was made, as in-toto has it; it is there once it was asked for.
func (p *Plan) Provenance() string { return strings.TrimSuffix(p.Image(), ".I") + ".provenance.json" }

// Describe is all that configuring depends on of the target, in one line.
func (p *Plan) Describe() string {
	t, processor := p.Target, ""
	if t.Processor != "" {
		processor = ", processor " + t.Processor
	}
	return fmt.Sprintf("%s%s, compiler %s, openssl %s, sasl %s", t, processor, t.Compiler, t.OpenSSL, t.SASL)
}

// CanRun reports whether the target's programs run here.
func (p *Plan) CanRun() bool { return p.Target.OS == target.AIX && p.SDK }

// Outline is a plan in short, for reports.
type Outline struct {
	Release string   `json:"release"`
	Target  string   `json:"target"`
	Options []string `json:"options"`
	Source  string   `json:"source"`
	Patches int      `json:"patches"`
}

// Outline is the plan in short.
func (p *Plan) Outline() Outline {
	return Outline{p.Release.Version, p.Describe(), p.Site.Options, p.Source, len(p.Series.Patches)}
}

// Values are what filesets.toml and the scripts may name: the places, what was built, and what pre_i looks for.
func (p *Plan) Values() map[string]string {
	values := p.Places()
	values["level"], values["release"], values["made"] = p.Level.String(), p.Release.Version, ""
	if p.SDK {
		values["made"] = "Made on another system than AIX, with sendmail-aix's own headers for it.\n"
	}
	values["needs"] = strings.Join(p.Needs(), "\n")
	return values
}

// Places are the values that configurations and scripts under packaging name as @prefix@ and so on: where things are, and what the
// programs can do.
func (p *Plan) Places() map[string]string {
	layout := p.Site.Layout
	ostype := "linux"
	if p.Target.OS == target.AIX {
		ostype = "aix5"
	}
	return map[string]string{
		"prefix": layout.Prefix, "conf": layout.ConfDir, "state": layout.StateDir, "ostype": ostype,
		"options": strings.Join(p.Site.Options, " "), "map": p.Site.MapType(),
	}
}

// Needs are what the programs need of the system that they are installed on.
func (p *Plan) Needs() []string { return packaging.Needs(p.Target, p.Site.Fragments) }
