// Package fetch brings the source of a release to this machine and makes sure that it is what the release pins. It alone downloads.
//
// go-getter moves the bytes; what it stores is not trusted before its hash was compared (see guard for what it must be kept from).
// A verified tarball lies in the cache under its own hash and is verified again at each use.
package fetch

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sirupsen/logrus"
)

// Fetcher gets sources. Cache, Machine and Log must be set. Its methods may be used at the same time, in several processes too.
type Fetcher struct {
	Cache    *cache.Cache
	Machine  host.Runner
	Log      logrus.FieldLogger
	Progress Progress      // nil shows none
	Stall    time.Duration // longest time without a byte before the next address is tried; 0 is 30 seconds

	once sync.Once
	http http.RoundTripper
}

// Progress follows a download.
type Progress interface {
	// Update says how many bytes of a file are here; total is 0 when it is not known.
	Update(file string, done, total int64)
	// Finish ends the file's display, whether it has come whole or not.
	Finish()
}

// Tarball is a verified tarball in the cache.
type Tarball struct {
	Path   string
	SHA256 string
	From   string // the address that it came from now, or "" when it was in the cache already
	// SignedBy is the fingerprint of the key that made a good signature over it, or "" when no signature could be had.
	SignedBy string
}

// Get returns the tarball that a release pins, from the cache or from the first address that has it.
func (f *Fetcher) Get(ctx context.Context, rel *release.Release) (*Tarball, error) {
	if rel.IsBare() {
		return nil, &fault.Error{
			Code: "source-unavailable", What: fmt.Sprintf("the source of sendmail %s cannot be had", rel.Version), Where: filepath.Join(rel.Dir, "release.toml"),
			Found: "no tarball is pinned, only the tree",
			Do:    "set SENDMAIL_SOURCE to a directory with the unpacked tree, a tarball, or git::https://HOST/REPOSITORY?ref=TAG; what it holds is compared with the pinned tree",
		}
	}
	unlock, err := f.lock(ctx, rel.SHA256)
	if err != nil {
		return nil, err
	}
	defer unlock()
	t := &Tarball{Path: f.cached(rel.SHA256), SHA256: rel.SHA256}
	have, err := f.verifyCached(ctx, t.Path, rel)
	if err != nil {
		return nil, err
	}
	if have {
		t.SignedBy, err = f.cachedSignature(ctx, rel, t.Path)
		return t, err
	}
	if err := f.getNew(ctx, rel, t); err != nil {
		return nil, err
	}
	return t, nil
}

// cached is where a file with this hash lies, once it has been verified.
func (f *Fetcher) cached(sha256Hex string) string {
	return filepath.Join(f.Cache.Dir, "sha256", sha256Hex)
}

// Needed are the files of the cache that hold what releases pin, or have begun to.
func (f *Fetcher) Needed(releases []*release.Release) []string {
	var needed []string
	for _, r := range releases {
		if r.IsBare() {
			continue
		}
		parts, _ := filepath.Glob(f.partPattern(r.SHA256)) // the pattern is a good one
		needed = append(append(needed, f.cached(r.SHA256)), parts...)
	}
	return needed
}

// verifyCached says whether the cache has the tarball. One that is not what its name says is removed.
func (f *Fetcher) verifyCached(ctx context.Context, name string, rel *release.Release) (bool, error) {
	err := checkPinned(ctx, name, rel)
	switch {
	case err == nil:
		f.Log.WithField("file", name).Debug("tarball is in the cache")
		f.Cache.Touch(name)
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case errors.Is(err, fs.ErrPermission):
		return false, f.local(err)
	}
	f.Log.WithField("file", name).WithError(err).Warn("file in the cache is damaged, getting it again")
	return false, f.local(os.RemoveAll(name))
}

func checkPinned(ctx context.Context, name string, rel *release.Release) error {
	if err := checkFile(ctx, name, file{size: rel.Size, sha256: rel.SHA256}); err != nil || rel.SHA512 == "" {
		return err
	}
	in, _, err := regular.Open(name)
	if err != nil {
		return err
	}
	defer in.Close() // only read
	h := sha512.New()
	if _, err := io.Copy(h, regular.Reader(ctx, in)); err != nil {
		return err
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != rel.SHA512 {
		return fmt.Errorf("its SHA-256 is the pinned one, but its SHA-512 is %s", sum)
	}
	return nil
}

// getNew downloads the tarball, checks its signature and puts it into the cache.
func (f *Fetcher) getNew(ctx context.Context, rel *release.Release, t *Tarball) error {
	tour := f.newTour(ctx, file{
		name: "sendmail " + rel.Version, size: rel.Size, limit: rel.Size, sha256: rel.SHA256,
	})
	part, address, err := tour.find(rel.URLs)
	if err != nil {
		return err
	}
	if part == "" {
		return f.unavailable(rel, tour)
	}
	if err := checkPinned(ctx, part, rel); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return &fault.Error{
			Code: "release-invalid", What: "release " + rel.Version + " pins hashes that no file can have both", Where: Shown(address), Err: err,
			Do: "correct sha256 or sha512 in " + filepath.Join(rel.Dir, "release.toml"),
		}
	}
	if t.SignedBy, err = f.newSignature(tour, rel, part, address); err != nil {
		return err
	}
	if err := f.keep(part, t.Path); err != nil {
		return err
	}
	if err := f.local(f.removeParts(rel.SHA256)); err != nil {
		return err
	}
	t.From = address
	f.Log.WithFields(logrus.Fields{"file": t.Path, "bytes": rel.Size}).Info("source fetched")
	return nil
}

// keep moves a finished part to its place in the cache.
func (f *Fetcher) keep(part, name string) error {
	err := os.MkdirAll(filepath.Dir(name), 0o755)
	if err == nil {
		err = tree.Move(part, name)
	}
	return f.local(err)
}

// unavailable is the one fault for a tarball that no address has.
func (f *Fetcher) unavailable(rel *release.Release, t *tour) error {
	return &fault.Error{
		Code:  "source-unavailable",
		What:  fmt.Sprintf("the source of sendmail %s cannot be had", rel.Version),
		Where: fmt.Sprintf("%s, which has %s for it", filepath.Join(rel.Dir, "release.toml"), count(len(rel.URLs), "address", "addresses")),
		Found: strings.Join(t.reasons, "\n"),
		Do: fmt.Sprintf(`one of these:
set SENDMAIL_SOURCE to a tarball, a directory with the unpacked tree, or git::https://HOST/REPOSITORY?ref=TAG
put the tarball (SHA-256 %s) at %s
choose another release with SENDMAIL_RELEASE, or mend the way to the network: http_proxy and https_proxy are obeyed`, rel.SHA256, f.cached(rel.SHA256)),
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// lock keeps other runs away from the same file.
func (f *Fetcher) lock(ctx context.Context, name string) (unlock func(), err error) {
	unlock, err = f.Cache.Lock(ctx, "fetch-"+name)
	if err != nil && ctx.Err() == nil {
		err = f.local(err)
	}
	return unlock, err
}
