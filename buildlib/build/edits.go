package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
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

// madeFile holds the listing of a source tree of this build as it was made. It is written after the tree has come to its place.
func madeFile(tree string) string {
	return filepath.Join(filepath.Dir(tree), "state", filepath.Base(tree)+".sha256")
}

// noteMade writes the listing of a source tree that was just made.
func (b *Build) noteMade(ctx context.Context, dir string) error {
	made, err := tree.List(ctx, dir)
	if err != nil {
		return err
	}
	b.chain.Know(dir, made.Hash())
	if err := os.MkdirAll(filepath.Dir(madeFile(dir)), 0o755); err != nil {
		return err
	}
	return tree.WriteFile(madeFile(dir), []byte(made.String()), 0o644)
}

// patch makes a new source tree beside the old one, and puts it in its place if that has no edits.
func (b *Build) patch(ctx context.Context, _ map[string]string) error {
	if b.edits == KeepEdits {
		_, err := os.Stat(b.Patched())
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	fresh := b.Patched() + ".half"
	if err := remake(ctx, b.Series, b.Pristine(), fresh, b.Time); err != nil {
		return err
	}
	if b.edits != DiscardEdits {
		err := stopAtEdits(ctx, b.checkout, b.Patched(), func() (tree.Listing, error) { return tree.List(ctx, fresh) },
			`"mage patches:new TOPIC" makes a new patch of them, "mage patches:edit PATCH" puts them into a patch that is there, `+
				`"mage patch -discard=true" throws them away; "mage build -edited=true" builds them as they are`)
		if err != nil {
			return errors.Join(err, os.RemoveAll(fresh))
		}
	}
	if err := errors.Join(os.RemoveAll(b.Patched()), tree.Move(fresh, b.Patched())); err != nil {
		return err
	}
	return b.noteMade(ctx, b.Patched())
}

// remake makes the tree of a series in the directory to, in the place of what is there.
func remake(ctx context.Context, s *patchset.Series, pristine, to string, date time.Time) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := tree.Copy(ctx, pristine, to, date); err != nil {
		return err
	}
	return s.Apply(ctx, to, date)
}

// stopAtEdits refuses a source tree that is neither as it was made last nor as it would be made now, which fresh tells. Where the list of what was
// made is damaged or gone, what differs from the fresh tree may be somebody's work.
func stopAtEdits(ctx context.Context, c *checkout.Checkout, dir string, fresh func() (tree.Listing, error), do string) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil // there is no tree
	}
	refuse := func(found ...string) error {
		return &fault.Error{
			Code: "source-edited", Finding: true, What: "the source tree has edits that no patch accounts for", Where: c.Shown(dir),
			Found: strings.Join(found, "\n"), Do: do,
		}
	}
	now, err := tree.List(ctx, dir)
	if ctx.Err() != nil {
		return err
	}
	if err != nil {
		return refuse(err.Error()) // no source has such files
	}
	now = slices.DeleteFunc(now, func(e tree.Entry) bool { return series.Leftover(e.Path) })
	var made tree.Listing
	text, noList := regular.Read(madeFile(dir), maxManifest)
	if noList == nil {
		made, noList = tree.ParseListing(string(text))
	}
	edits := tree.Compare(made, now)
	if noList == nil && edits == nil {
		return nil
	}
	again, err := fresh()
	if ctx.Err() != nil {
		return err
	}
	if err != nil {
		again = nil // the patches do not fit, or are not there: they account for nothing
	}
	others := tree.Compare(again, now)
	if others == nil {
		return nil
	}
	if noList != nil {
		edits = others
	}
	var found []string
	for i, d := range edits {
		if i == 20 {
			found = append(found, fmt.Sprintf("and %d more", len(edits)-i))
			break
		}
		found = append(found, d.String())
	}
	return refuse(found...)
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
