// Package build carries plans out: it runs the steps that a plan needs, one after another, and gives what came of them.
package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/plan"
)

// Build is a plan being carried out. Several of different plans can be at work at once.
type Build struct {
	*plan.Plan
	means    *plan.Means
	checkout *checkout.Checkout
	chain    *step.Chain
	edits    Edits
	diary    diary
	several  bool // one of several targets whose images are being made
}

// Prepare makes the plan that the settings of a checkout ask for, ready to be carried out.
func Prepare(ctx context.Context, c *checkout.Checkout) (*Build, error) {
	go func() { _, _ = ownSum() }() // while programs are asked what they are; whoever needs the sum gets its error
	p, means, err := plan.Make(ctx, c)
	if err != nil {
		return nil, err
	}
	return prepare(ctx, c, p, means), nil
}

func prepare(ctx context.Context, c *checkout.Checkout, p *plan.Plan, means *plan.Means) *Build {
	b := &Build{Plan: p, means: means, checkout: c}
	b.chain = &step.Chain{
		State: filepath.Join(p.Dir, "state"), Log: c.Log, Status: c.Status.Show, Ended: b.diary.step, Steps: b.steps(),
		Digest: func(path string) (string, error) {
			if path != p.Objects() {
				return digest(ctx, path)
			}
			objects, err := means.Machine.List(ctx, means.Machine.There(path)) // the machine has them, and not we
			return objects.Hash(), err
		},
	}
	return b
}

// Result is what came of a plan, up to the step that was asked for.
type Result struct {
	Release string     `json:"release"`
	Target  string     `json:"target"`
	Step    string     `json:"step"` // the last one
	Path    string     `json:"path"` // what it made, as seen from the checkout
	SHA256  string     `json:"sha256,omitempty"`
	Record  string     `json:"record,omitempty"` // of an image: how it was made
	SBOM    string     `json:"sbom,omitempty"`   // what is in it
	VEX     string     `json:"vex,omitempty"`    // what is said of it to each advisory
	Ran     []step.Ran `json:"ran"`              // the steps whose inputs had changed
}

// WriteText shows where the result is: for an image as sha256sum -c reads it.
func (r *Result) WriteText(w io.Writer) error {
	line := r.Path
	if r.SHA256 != "" {
		line = r.SHA256 + "  " + r.Path
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

// Run brings the build up to date up to the step named. What then does with the result, it does before another run may change it.
func (b *Build) Run(ctx context.Context, last string, then ...func(*Result) error) (r *Result, err error) {
	err = b.locked(ctx, func() error {
		if r, err = b.run(ctx, last); err != nil {
			return err
		}
		for _, do := range then {
			if err := do(r); err != nil {
				return err
			}
		}
		return nil
	})
	return r, err
}

// locked keeps other runs away from the directory of this build.
func (b *Build) locked(ctx context.Context, do func() error) error {
	unlock, err := b.checkout.LockBuild(ctx, b.Dir)
	if err != nil {
		return err
	}
	defer unlock()
	return do()
}

// run needs the lock. What came of it goes into the journal, too.
func (b *Build) run(ctx context.Context, last string) (*Result, error) {
	start := time.Now()
	r, err := b.steer(ctx, last)
	b.keep(last, start, r, err)
	return r, err
}

func (b *Build) steer(ctx context.Context, last string) (*Result, error) {
	if last == "package" {
		if err := b.checkShippable(); err != nil {
			return nil, err
		}
	}
	ran, err := b.chain.Run(ctx, last)
	if err != nil {
		return nil, fault.Explain(err)
	}
	r := &Result{Release: b.Release.Version, Target: b.Target.String(), Step: last, Ran: ran}
	if len(ran) == 0 {
		b.checkout.Log.WithField("release", r.Release).WithField("target", r.Target).Info("everything is up to date")
	}
	for _, s := range b.chain.Steps {
		if s.Name == last {
			r.Path = b.checkout.Shown(s.Writes[0])
		}
	}
	if last == "package" {
		r.Record, r.SBOM, r.VEX = b.checkout.Shown(b.Record()), b.checkout.Shown(b.SBOM()), b.checkout.Shown(b.VEX())
		if r.SHA256, err = digest(ctx, b.Image()); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// To runs the steps up to one, and says what stands in the way of shipping an image.
func To(ctx context.Context, c *checkout.Checkout, last string, edits Edits) (*Result, error) {
	b, err := Prepare(ctx, c)
	if err != nil {
		return nil, err
	}
	b.edits = edits
	r, err := b.Run(ctx, last)
	if err == nil && last == "package" {
		b.caution()
	}
	return r, err
}

// caution warns of an image that is not to be shipped, or that cannot do what this project is for.
func (b *Build) caution() {
	for _, option := range checkout.StandardOptions() {
		if !slices.Contains(b.Site.Options, option) {
			b.checkout.Log.Warn("this image is made without " + option + ": with = \"+" + option + "\" adds it")
		}
	}
	if b.Target.OS == target.Host {
		b.checkout.Log.Warn("the programs in this image are for the machine that built it, not for AIX")
	} else if b.SDK {
		b.checkout.Log.Warn("the programs in this image were made with this project's own headers for AIX: to ship it, build with a real machine's (mage cross:sysroot)")
	}
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
