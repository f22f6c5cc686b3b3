package series

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// Scratch is an empty directory for one run's trees, which other runs wait for. What one that was killed has left in it goes with the next.
func Scratch(ctx context.Context, c *checkout.Checkout) (dir string, remove func() error, err error) {
	unlock, err := c.Lock(ctx, "patches")
	if err != nil {
		return "", nil, err
	}
	dir = c.Path("build", "patches")
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
		unlock()
		return "", nil, fault.Explain(err)
	}
	return dir, func() error {
		defer unlock()
		return os.RemoveAll(dir)
	}, nil
}

// pristine unpacks a release's source in the directory to. A source that cannot be had is no error, unless the user named one.
func pristine(ctx context.Context, c *checkout.Checkout, r *release.Release, to string) (had bool, err error) {
	fetcher, err := c.Fetcher()
	if err != nil {
		return false, err
	}
	named := ""
	if r.Version == c.Settings.Release {
		named = c.Settings.Source
	}
	source, err := fetcher.Open(r, named)
	if err != nil {
		return false, err
	}
	err = source.Unpack(ctx, to)
	if named == "" && fault.Code(err) == "source-unavailable" {
		c.Log.WithField("release", r.Version).WithError(err).Debug("source unavailable")
		return false, nil
	}
	return err == nil, err
}

// pristineFiles are the paths of a release's source as it was published, with the modes of its files.
func pristineFiles(r *release.Release) (map[string]fs.FileMode, error) {
	listing, err := tree.ParseListing(r.Files)
	if err != nil {
		return nil, &fault.Error{
			Code: "release-invalid", What: "the file list of sendmail " + r.Version + " cannot be read", Where: filepath.Join(r.Dir, "files.sha256"), Err: err,
			Do: "restore it from git",
		}
	}
	modes := map[tree.Mode]fs.FileMode{tree.File: 0o644, tree.Exec: 0o755}
	files := make(map[string]fs.FileMode, len(listing))
	for _, e := range listing {
		files[e.Path] = modes[e.Mode]
	}
	return files, nil
}

// withSeries hands the release that is set, its patches and a copy of its source to do. The copy is "" when the source cannot be had.
func withSeries(ctx context.Context, c *checkout.Checkout, do func(r *release.Release, s *patchset.Series, base string) error) (err error) {
	r, err := release.Load(c.Path("patches"), c.Settings.Release)
	if err != nil {
		return err
	}
	s, err := patchset.Load(r.Dir)
	if err != nil {
		return err
	}
	dir, remove, err := Scratch(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	base := filepath.Join(dir, "source")
	had, err := pristine(ctx, c, r, base)
	if err != nil {
		return err
	}
	if !had {
		base = ""
	}
	return do(r, s, base)
}
