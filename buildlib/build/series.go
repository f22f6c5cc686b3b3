package build

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
)

// show writes a value, even if there is an error besides, and returns that.
func (p *Project) show(v interface{ WriteText(io.Writer) error }, err error) error {
	return errors.Join(v.WriteText(p.out), err)
}

// PatchesCheck shows how each release's series applies.
func (p *Project) PatchesCheck(ctx context.Context) error {
	v, err := series.Check(ctx, p.Checkout)
	if v == nil {
		return err
	}
	return p.show(v, err)
}

// PatchesStatus shows the patches of the release that is set.
func (p *Project) PatchesStatus(ctx context.Context) error {
	v, err := series.Status(ctx, p.Checkout)
	if v == nil {
		return err
	}
	return p.show(v, err)
}

// PatchesRefresh rewrites the patches of the release that is set where they do not fit its source exactly.
func (p *Project) PatchesRefresh(ctx context.Context) error {
	v, err := series.Refresh(ctx, p.Checkout)
	if v == nil {
		return err
	}
	return p.show(v, err)
}

// CheckAdvisories shows what the releases answer to advisories.
func (p *Project) CheckAdvisories(ctx context.Context) error {
	v, err := series.Advisories(ctx, p.Checkout)
	if v == nil {
		return err
	}
	return p.show(v, err)
}

// PatchesNew makes a patch of what was edited in the source tree of this build, at the end of the series.
func (p *Project) PatchesNew(ctx context.Context, topic string) error {
	topic, err := series.CheckTopic(topic)
	if err != nil {
		return err
	}
	j, err := p.job(ctx)
	if err != nil {
		return err
	}
	return j.locked(ctx, func() error {
		if _, err := os.Stat(j.patched()); errors.Is(err, fs.ErrNotExist) {
			return &fault.Error{
				Code: "patch-source", What: "there is no source tree with edits", Where: j.Shown(j.patched()),
				Do: `run "mage patch", edit the files there, then run this again before anything else`,
			}
		}
		if _, err := j.run(ctx, "fetch"); err != nil {
			return err
		}
		v, err := (&series.Edits{Series: j.series, Pristine: j.pristine(), Edited: j.patched(), Time: j.time}).Add(ctx, p.Checkout, topic)
		if v == nil {
			return err
		}
		return p.show(v, err)
	})
}
