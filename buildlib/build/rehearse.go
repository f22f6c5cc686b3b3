package build

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// Rehearse goes the whole way with the first release that can really be had here: the one that is set, else the one that this
// machine's distribution packages. It never does so silently.
//
// Nor does it take programs of this machine for programs of AIX silently: it builds them where nobody named a target and there is no
// toolchain.
func (p *Project) Rehearse(ctx context.Context) error {
	wanted := p.Settings.Release
	w, err := p.Detect(ctx)
	if err != nil {
		return err
	}
	if w.Absent != nil && p.Settings.Target == "" {
		p.Log.WithError(w.Absent).WithField("target", string(target.Host)).Warn("rehearsing with programs of this machine")
		if p, err = p.With("target", string(target.Host), "rehearsal"); err != nil {
			return err
		}
	}
	p, fetched, err := p.obtainable(ctx)
	if err != nil {
		return err
	}
	return p.run(ctx, "package", func(j *job, ran int) error { return j.report(ctx, wanted, fetched+ran) })
}

// insteadOf are the failures that a rehearsal takes another release for: the source cannot be had, or is known not to compile here.
var insteadOf = []string{"source-unavailable", "option-openssl"}

// obtainable is the project with a release whose source can be had here, and how many steps it took to have it.
func (p *Project) obtainable(ctx context.Context) (*Project, int, error) {
	ran := 0
	count := func(j *job, n int) error { ran = n; return j.refused }
	err := p.run(ctx, "fetch", count)
	// A source that the user named, or a release named for this run, is not exchanged for another.
	if !slices.Contains(insteadOf, fault.Code(err)) || p.Settings.Source != "" || strings.HasPrefix(p.Settings.Origin("release"), "environment") {
		return p, ran, err
	}
	packaged, reason := p.packagedRelease(ctx)
	if packaged == "" || packaged == p.Settings.Release {
		p.Log.WithField("reason", reason).Error("no other release can be had either")
		return nil, ran, err
	}
	what, _, _ := strings.Cut(err.Error(), "\n")
	p.Log.WithField("release", packaged).WithField("instead", p.Settings.Release).Warn("rehearsing with another release")
	if p.Settings.Log == "text" {
		fmt.Fprintf(p.errOut, banner, what, packaged, p.Settings.Release)
	}
	p.Log.WithError(err).Debug("why the release cannot be had")
	other, err := p.With("release", packaged, "rehearsal")
	if err != nil {
		return nil, ran, err
	}
	err = other.run(ctx, "fetch", count)
	return other, ran, err
}

const banner = `
  ****************************************************************************
  %s.
  Going on with sendmail %s instead, which this machine's distribution
  has. "mage package" would not do that: it makes %s or nothing.
  ****************************************************************************

`

// packagedRelease asks the distribution for its version of sendmail and finds the release directory for it.
func (p *Project) packagedRelease(ctx context.Context) (version, reason string) {
	out, err := p.Machine.Output(ctx, host.Cmd{Argv: []string{"apt-cache", "madison", "sendmail"}})
	if err != nil {
		return "", "this machine's package manager cannot be asked: " + err.Error()
	}
	known, err := release.List(p.Path("patches"))
	if err != nil {
		return "", err.Error()
	}
	// Lines are: sendmail | 8.17.1.9-2+deb12u2 | <archive> ..., the newest first.
	for line := range strings.Lines(out) {
		f := strings.Split(line, "|")
		if len(f) < 3 {
			continue
		}
		upstream, _, _ := strings.Cut(strings.TrimSpace(f[1]), "-")
		if slices.ContainsFunc(known, func(r *release.Release) bool { return r.Version == upstream }) {
			return upstream, ""
		}
		reason = "the distribution packages sendmail " + upstream + ", for which there is no directory under patches"
	}
	if reason == "" {
		reason = "the distribution packages no sendmail"
	}
	return "", reason
}

// report tells what a rehearsal made.
func (j *job) report(ctx context.Context, wanted string, ran int) error {
	text, err := readManifest(j.manifest())
	if err != nil {
		return err
	}
	kinds := make(map[stage.Type]int)
	for _, e := range text {
		kinds[e.Type]++
	}
	fmt.Fprintf(j.out, "release    %s", j.release.Version)
	if j.release.Version != wanted {
		fmt.Fprintf(j.out, " (not %s, which could not be had)", wanted)
	}
	fmt.Fprintf(j.out, "\ntarget     %s\noptions    %s\nsource     %s\npatches    %d, all applied exactly\n",
		describe(j.Target), strings.Join(j.site.Options, " "), j.source, len(j.series.Patches))
	proof, err := j.prove(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(j.out, "installed  %d files, %d directories, %d links\nproof      %s\nsteps run  %d of %d\n",
		kinds[stage.File], kinds[stage.Directory], kinds[stage.Link], proof, ran, len(j.chain(ctx).Steps))
	return j.showImage(ctx)
}
