package build

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
)

// Edits is what becomes of edits in the source tree that no patch accounts for.
type Edits int

const (
	// StopAtEdits is for all runs that were not asked for something else: nobody's work is thrown away.
	StopAtEdits Edits = iota
	// KeepEdits builds the tree as it is. No image is made of it: nobody else could make it again.
	KeepEdits
	// DiscardEdits makes the tree of the patches again.
	DiscardEdits
)

// madeFile holds the listing of the source tree as the patches made it. It is written after the tree has come to its place.
func (b *Build) madeFile() string { return filepath.Join(b.Dir, "state", "source.sha256") }

// patch makes a new source tree beside the old one, and puts it in its place if that has no edits.
func (b *Build) patch(ctx context.Context, _ map[string]string) error {
	if b.edits == KeepEdits {
		_, err := os.Stat(b.Patched())
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	fresh := b.Patched() + ".half"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := tree.Copy(ctx, b.Pristine(), fresh, b.Time); err != nil {
		return err
	}
	if err := b.Series.Apply(ctx, fresh, b.Time); err != nil {
		return err
	}
	made, err := tree.List(ctx, fresh)
	if err != nil {
		return err
	}
	if b.edits != DiscardEdits {
		if err := b.checkEdits(ctx, made); err != nil {
			return errors.Join(err, os.RemoveAll(fresh))
		}
	}
	if err := errors.Join(os.RemoveAll(b.Patched()), tree.Move(fresh, b.Patched())); err != nil {
		return err
	}
	return tree.WriteFile(b.madeFile(), []byte(made.String()), 0o644)
}

// checkEdits refuses a source tree that is neither what the patches made of it last nor what they make of it now.
func (b *Build) checkEdits(ctx context.Context, fresh tree.Listing) error {
	text, err := regular.Read(b.madeFile(), maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no tree was ever whole
	}
	if err != nil {
		return err
	}
	made, err := tree.ParseListing(string(text))
	if err != nil {
		made = fresh // it is damaged, and tells nothing: what differs from the patches may be somebody's work
	}
	now, err := tree.List(ctx, b.Patched())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	now = slices.DeleteFunc(now, func(e tree.Entry) bool { return series.Leftover(e.Path) })
	edited := tree.Compare(made, now)
	if len(edited) == 0 || len(tree.Compare(fresh, now)) == 0 {
		return nil
	}
	found := make([]string, len(edited))
	for i, d := range edited {
		found[i] = d.String()
	}
	return &fault.Error{
		Code: "source-edited", Finding: true, What: "the source tree has edits that no patch accounts for", Where: b.checkout.Shown(b.Patched()),
		Found: strings.Join(found, "\n"),
		Do: `"mage patches:new TOPIC" makes a new patch of them, "mage patches:edit PATCH" puts them into a patch that is there, ` +
			`"mage patch -discard=true" throws them away; "mage build -edited=true" builds them as they are`,
	}
}

// checkShippable refuses to make an image of what only this checkout has.
func (b *Build) checkShippable() error {
	if b.edits == KeepEdits {
		return &fault.Error{
			Code: "source-edited", Finding: true, What: "no image is made of edits that no patch accounts for", Where: b.checkout.Shown(b.Patched()),
			Do: `make a patch of them with "mage patches:new TOPIC"`,
		}
	}
	return b.Series.Finished()
}

// EditPatch puts what was edited in the source tree of this build into a patch of the series.
func EditPatch(ctx context.Context, c *checkout.Checkout, name string) (*series.Edited, error) {
	return withEdits(ctx, c, func(e *series.Edits) (*series.Edited, error) { return e.Into(ctx, c, name) })
}

// NewPatch makes a patch of what was edited in the source tree of this build, at the end of the series.
func NewPatch(ctx context.Context, c *checkout.Checkout, topic string) (added *series.Added, err error) {
	if topic, err = series.CheckTopic(topic); err != nil {
		return nil, err
	}
	return withEdits(ctx, c, func(e *series.Edits) (*series.Added, error) { return e.Add(ctx, c, topic) })
}

func withEdits[V any](ctx context.Context, c *checkout.Checkout, do func(*series.Edits) (V, error)) (v V, err error) {
	b, err := Prepare(ctx, c)
	if err != nil {
		return v, err
	}
	err = b.locked(ctx, func() error {
		if _, err := os.Stat(b.Patched()); errors.Is(err, fs.ErrNotExist) {
			return &fault.Error{
				Code: "patch-source", What: "there is no source tree with edits", Where: c.Shown(b.Patched()),
				Do: `run "mage patch", edit the files there, then run this again`,
			}
		}
		if _, err := b.run(ctx, "fetch"); err != nil {
			return err
		}
		v, err = do(&series.Edits{Series: b.Series, Pristine: b.Pristine(), Edited: b.Patched(), Time: b.Time})
		return err
	})
	return v, err
}
