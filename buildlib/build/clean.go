package build

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// Cleaned is what was removed.
type Cleaned struct {
	Removed []string `json:"removed"` // as seen from the checkout
}

// WriteText shows nothing.
func (c *Cleaned) WriteText(io.Writer) error { return nil }

// Clean removes what was built, once no other run is at work there. The cache of downloads, which other checkouts share, stays. Edits of a
// source tree stop it unless they may be thrown away.
func Clean(ctx context.Context, c *checkout.Checkout, edits Edits) (*Cleaned, error) {
	unlock, err := c.LockAll(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	entries, err := os.ReadDir(c.Path("build"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var problems []error
	if edits != DiscardEdits {
		for _, pattern := range []string{"*/*", "reproduce/*/*"} {
			dirs, err := fs.Glob(os.DirFS(c.Path("build")), pattern)
			problems = append(problems, err)
			for _, dir := range dirs {
				problems = append(problems, sourcesEdited(ctx, c, c.Path("build", dir), `with its release and target as settings, "mage patches:new TOPIC" makes a new patch of them, `+
					`and "mage patches:edit PATCH" puts them into a patch that is there; "mage clean -discard=true" throws them away`))
			}
		}
		if err := errors.Join(problems...); err != nil {
			return nil, fault.Explain(err)
		}
	}
	var done Cleaned
	for _, e := range entries {
		if e.Name() == "log" || e.Name() == checkout.LockDir { // this run uses both
			continue
		}
		if err := os.RemoveAll(c.Path("build", e.Name())); err != nil {
			problems = append(problems, err)
		} else {
			done.Removed = append(done.Removed, c.Shown(c.Path("build", e.Name())))
		}
	}
	return &done, fault.Explain(errors.Join(problems...))
}

// sourcesEdited refuses edits in the two source trees of a build's directory, whose release is the name of the directory that it is in.
func sourcesEdited(ctx context.Context, c *checkout.Checkout, dir, do string) error {
	version := filepath.Base(filepath.Dir(dir))
	pristine, patched := filepath.Join(dir, "pristine"), filepath.Join(dir, "source")
	return errors.Join(
		stopAtEdits(ctx, c, pristine, func() (tree.Listing, error) {
			r, err := release.Load(c.Path("patches"), version)
			if err != nil {
				return nil, err
			}
			return tree.ParseListing(r.Files)
		}, do),
		stopAtEdits(ctx, c, patched, func() (made tree.Listing, err error) {
			s, err := patchset.Load(c.Path("patches", version))
			if err != nil {
				return nil, err
			}
			fresh := patched + ".half"
			defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }()
			if err := remake(ctx, s, pristine, fresh, time.Unix(0, 0)); err != nil {
				return nil, err
			}
			return tree.List(ctx, fresh)
		}, do))
}
