package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/doctor"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/plan"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// Rehearsed is what a rehearsal made, and of what.
type Rehearsed struct {
	plan.Outline
	InsteadOf string         `json:"instead_of,omitempty"` // the release that is set, which could not be had
	Newer     *Newer         `json:"newer,omitempty"`      // what the newest release would change; none for that
	Installed map[string]int `json:"installed"`            // files, directories, links
	Proof     string         `json:"proof"`                // what the sendmail in the image was seen to do, or why it was not run
	Steps     int            `json:"steps"`                // of which Result.Ran were run
	Result    *Result        `json:"image"`
}

// WriteText shows a line for each, the image last.
func (r *Rehearsed) WriteText(w io.Writer) error {
	instead := ""
	if r.InsteadOf != "" {
		instead = " (not " + r.InsteadOf + ", which could not be had)"
	}
	newest := ""
	if r.Newer != nil {
		newest = "newest     " + r.Newer.String() + "\n"
	}
	_, err := fmt.Fprintf(w, "release    %s%s\n%starget     %s\noptions    %s\nsource     %s\npatches    %d, all applied exactly\n"+
		"installed  %d files, %d directories, %d links\nproof      %s\nsteps run  %d of %d\n",
		r.Release, instead, newest, r.Target, strings.Join(r.Options, " "), r.Source, r.Patches,
		r.Installed["files"], r.Installed["directories"], r.Installed["links"], r.Proof, len(r.Result.Ran), r.Steps)
	return errors.Join(err, r.Result.WriteText(w))
}

// Rehearse goes the whole way with the first release that can really be had here: the one that is set, else the one that this
// machine's distribution packages. It never does so silently.
//
// Nor does it take programs of this machine for programs of AIX silently: it builds them where nobody named a target and there is no
// toolchain. Where there is one it installs what running the programs takes, and what is run for that says so on out.
func Rehearse(ctx context.Context, c *checkout.Checkout, out io.Writer) (r *Rehearsed, err error) {
	wanted := c.Settings.Release
	w, err := c.Detect(ctx)
	if err != nil {
		return nil, err
	}
	if w.Absent != nil && c.Settings.Target == "" {
		c.Log.WithError(w.Absent).WithField("target", string(target.Host)).Warn("rehearsing with programs of this machine")
		if c, err = c.With("target", string(target.Host), "rehearsal"); err != nil {
			return nil, err
		}
	}
	b, fetched, err := Obtainable(ctx, c)
	if err != nil {
		return nil, err
	}
	if b.CanRun() {
		report, err := doctor.Emulation(ctx, c.Machine, b.Target.Bits)
		if err != nil {
			return nil, err
		}
		if err := bring(ctx, c, report, out, "the programs in this image cannot be run"); err != nil {
			return nil, err
		}
	}
	_, err = b.Run(ctx, "package", func(made *Result) error {
		made.Ran = append(fetched, made.Ran...)
		r = &Rehearsed{Outline: b.Outline(), Newer: newer(b.checkout), Steps: len(b.chain.Steps), Result: made}
		if r.Release != wanted {
			r.InsteadOf = wanted
		}
		if r.Installed, err = b.installed(); err != nil {
			return err
		}
		if r.Proof, err = b.prove(ctx); err != nil {
			return err
		}
		return journal.Saw(ctx, b.Image(), func(image *journal.Image) { image.Proof = r.Proof })
	})
	if err != nil {
		return nil, err
	}
	b.caution()
	return r, nil
}

// installed counts what was installed.
func (b *Build) installed() (map[string]int, error) {
	manifest, err := readManifest(b.Manifest())
	if err != nil {
		return nil, err
	}
	kinds := make(map[stage.Type]int)
	for _, e := range manifest {
		kinds[e.Type]++
	}
	return map[string]int{"files": kinds[stage.File], "directories": kinds[stage.Directory], "links": kinds[stage.Link]}, nil
}

// insteadOf are the failures that a rehearsal takes another release for: the source cannot be had, or is known not to compile here.
var insteadOf = []string{"source-unavailable", "option-openssl"}

// Obtainable is a build, fetched, of a release whose source can be had here, and the steps that it took to have it.
func Obtainable(ctx context.Context, c *checkout.Checkout) (*Build, []step.Ran, error) {
	b, ran, err := obtain(ctx, c)
	// A source that the user named, or a release named for this run, is not exchanged for another.
	if !slices.Contains(insteadOf, fault.Code(err)) || c.Settings.Source != "" || strings.HasPrefix(c.Settings.Origin("release"), "environment") {
		return b, ran, err
	}
	packaged, reason := packagedRelease(ctx, c)
	if packaged == "" || packaged == c.Settings.Release {
		c.Log.WithField("reason", reason).Error("no other release can be had either")
		return nil, nil, err
	}
	what, _, _ := strings.Cut(err.Error(), "\n")
	c.Log.WithField("release", packaged).WithField("instead", c.Settings.Release).Warn("rehearsing with another release")
	c.Notice(fmt.Sprintf(banner, what, packaged, c.Settings.Release))
	c.Log.WithError(err).Debug("why the release cannot be had")
	other, err := c.With("release", packaged, "rehearsal")
	if err != nil {
		return nil, nil, err
	}
	return obtain(ctx, other)
}

func obtain(ctx context.Context, c *checkout.Checkout) (*Build, []step.Ran, error) {
	b, err := Prepare(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	r, err := b.Run(ctx, "fetch")
	if err == nil {
		err = b.Refused
	}
	if err != nil {
		return nil, nil, err
	}
	return b, r.Ran, nil
}

const banner = `
  ****************************************************************************
  %s.
  Going on with sendmail %s instead, which this machine's distribution
  has. "mage package" would not do that: it makes %s or nothing.
  ****************************************************************************

`

// packagedRelease asks the distribution for its version of sendmail and finds the release directory for it.
func packagedRelease(ctx context.Context, c *checkout.Checkout) (version, reason string) {
	out, err := c.Machine.Output(ctx, host.Cmd{Argv: []string{"apt-cache", "madison", "sendmail"}})
	if err != nil {
		return "", "this machine's package manager cannot be asked: " + err.Error()
	}
	known, err := release.List(c.Path("patches"))
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
