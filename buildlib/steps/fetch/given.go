package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// What an address or a repository of the user's had is kept under its hash, and remembered by the address.

// forget makes the next run fetch from an address of the user's again: what it has may have been corrected, or a tag moved.
func (s *Source) forget() error {
	if s.Kind == Download || s.Kind == Git {
		return s.f.local(os.RemoveAll(s.record()))
	}
	return nil
}

// record is the file that remembers which content an address had.
func (s *Source) record() string {
	name := s.Name
	if s.Kind == Git {
		name = "git " + name + " " + s.Ref
	}
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(s.f.Cache.Dir, "address", hex.EncodeToString(sum[:16]))
}

// Needed are the files of the cache that hold the source of an address, if it was fetched.
func (s *Source) Needed() []string {
	if s.Kind != Download && s.Kind != Git {
		return nil
	}
	sum, _ := regular.Read(s.record(), 2*sha256.Size) // without one, nothing is there
	return []string{s.record(), s.f.cached(string(sum))}
}

// downloaded is the hash of what the address had when it was fetched, or "".
func (s *Source) downloaded(ctx context.Context) (string, error) {
	text, err := regular.Read(s.record(), 2*sha256.Size)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, regular.ErrIrregular) || errors.Is(err, regular.ErrTooLarge) {
		return "", nil
	}
	if err != nil {
		return "", s.f.local(err)
	}
	sum := string(text)
	if err := checkFile(ctx, s.f.cached(sum), file{sha256: sum, limit: maxUnpinned}); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", nil // gone or damaged: as if it had never been fetched
	}
	s.f.Cache.Touch(s.f.cached(sum))
	s.f.Cache.Touch(s.record())
	return sum, nil
}

// download returns the tarball of an address, from the cache or from there.
func (s *Source) download(ctx context.Context) (string, error) {
	unlock, err := s.f.lock(ctx, filepath.Base(s.record()))
	if err != nil {
		return "", err
	}
	defer unlock()
	sum, err := s.downloaded(ctx)
	if err != nil || sum != "" {
		return s.f.cached(sum), err
	}
	part, err := s.bring(ctx)
	if err != nil {
		return "", err
	}
	if sum, err = regular.Sum(ctx, part); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", s.f.local(err)
	}
	if err := s.f.keep(part, s.f.cached(sum)); err != nil {
		return "", err
	}
	if err = os.MkdirAll(filepath.Dir(s.record()), 0o755); err == nil {
		err = tree.WriteFile(s.record(), []byte(sum), 0o644)
	}
	return s.f.cached(sum), s.f.local(err)
}

// bring makes a part of the cache of what the address has.
func (s *Source) bring(ctx context.Context) (string, error) {
	if s.Kind == Git {
		return s.gitTar(ctx)
	}
	part, err := s.f.download(ctx, s.Name, file{name: s.String(), limit: maxUnpinned})
	if err == nil || ctx.Err() != nil || s.f.isLocal(err) {
		return part, err
	}
	return "", &fault.Error{
		Code: "source-unavailable", What: "the source that is named cannot be had", Where: s.String(),
		Err: errors.New(hideAll(err.Error(), s.Name)),
		Do:  "correct the address; while SENDMAIL_SOURCE is empty the release's own addresses are asked",
	}
}
