package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/stage"
)

// Rehearse goes the whole way with the first release that can really be had here: the one that is set, else the one that this
// machine's distribution packages. It never does so silently.
func (p *Project) Rehearse(ctx context.Context) error {
	wanted := p.settings.Release
	p, err := p.obtainable(ctx)
	if err != nil {
		return err
	}
	j, ran, err := p.run(ctx, "package")
	if err != nil {
		return err
	}
	return j.report(wanted, ran)
}

// obtainable is the project with a release whose source can be had, and is fetched.
func (p *Project) obtainable(ctx context.Context) (*Project, error) {
	_, _, err := p.run(ctx, "fetch")
	// A source that the user named, or a release named for this run, is not exchanged for another.
	if fault.Code(err) != "source-unavailable" || p.settings.Source != "" || strings.HasPrefix(p.settings.origin["release"], "environment") {
		return p, err
	}
	packaged, reason := p.packagedRelease(ctx)
	if packaged == "" || packaged == p.settings.Release {
		p.log.WithField("reason", reason).Error("no other release can be had either")
		return nil, err
	}
	p.log.WithField("release", packaged).WithField("instead", p.settings.Release).Warn("rehearsing with another release")
	if p.settings.Log == "text" {
		fmt.Fprintf(p.errOut, banner, p.settings.Release, packaged)
	}
	p.log.WithError(err).Debug("why the release cannot be had")
	other := p.with("release", packaged, "rehearsal")
	_, _, err = other.run(ctx, "fetch")
	return other, err
}

const banner = `
  ****************************************************************************
  The source of sendmail %s cannot be had on this machine: no address
  answered. Going on with sendmail %s instead, which this machine's
  distribution has. This is not what "mage package" would make.
  ****************************************************************************

`

// packagedRelease asks the distribution for its version of sendmail and finds the release directory for it.
func (p *Project) packagedRelease(ctx context.Context) (version, reason string) {
	out, err := p.machine.Output(ctx, host.Cmd{Argv: []string{"apt-cache", "madison", "sendmail"}})
	if err != nil {
		return "", "this machine's package manager cannot be asked: " + err.Error()
	}
	known, err := release.List(p.path("patches"))
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
func (j *job) report(wanted string, ran int) error {
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
		describe(j.target), strings.Join(j.site.Options, " "), j.source, len(j.series.Patches))
	fmt.Fprintf(j.out, "installed  %d files, %d directories, %d links\nsteps run  %d of %d\n",
		kinds[stage.File], kinds[stage.Directory], kinds[stage.Link], ran, len(j.chain().Steps))
	return j.showImage()
}
