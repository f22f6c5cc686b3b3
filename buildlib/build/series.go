package build

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
)

// NewPatch makes a patch of what was edited in the source tree of this build, at the end of the series.
func NewPatch(ctx context.Context, c *checkout.Checkout, topic string) (added *series.Added, err error) {
	if topic, err = series.CheckTopic(topic); err != nil {
		return nil, err
	}
	b, err := Prepare(ctx, c)
	if err != nil {
		return nil, err
	}
	err = b.locked(ctx, func() error {
		if _, err := os.Stat(b.Patched()); errors.Is(err, fs.ErrNotExist) {
			return &fault.Error{
				Code: "patch-source", What: "there is no source tree with edits", Where: c.Shown(b.Patched()),
				Do: `run "mage patch", edit the files there, then run this again before anything else`,
			}
		}
		if _, err := b.run(ctx, "fetch"); err != nil {
			return err
		}
		added, err = (&series.Edits{Series: b.Series, Pristine: b.Pristine(), Edited: b.Patched(), Time: b.Time}).Add(ctx, c, topic)
		return err
	})
	return added, err
}
