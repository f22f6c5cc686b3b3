package fetch

import (
	"context"
	"crypto"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// TestIrregularCache puts into the cache what is no file, in the place of all that it reads: nothing waits for it, and it is had anew.
func TestIrregularCache(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	fifo := func(name string) error { return exec.Command("mkfifo", name).Run() }
	kinds := map[string]func(name string) error{
		"fifo":      fifo,
		"directory": func(name string) error { return os.Mkdir(name, 0o755) },
		"device":    func(name string) error { return os.Symlink("/dev/zero", name) },
		"large":     func(name string) error { return errors.Join(os.WriteFile(name, nil, 0o644), os.Truncate(name, 1<<40)) },
	}
	for kind, put := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			address, requests := serve(t, content(data))
			rel := pinned(t, data, address)
			f, _ := fetcher(t)
			s, err := f.Open(rel, address)
			if err != nil {
				t.Fatal(err)
			}
			mustGet(t, f, rel, data)
			if err := s.Fetch(t.Context()); err != nil {
				t.Fatal(err)
			}
			places := []string{f.cached(rel.SHA256), f.partName(address, rel.SHA256), f.partName(address, rel.SHA256) + validatorSuffix}
			if kind != "directory" { // which a record cannot take the place of
				places = append(places, s.record())
			}
			for _, name := range places {
				if err := errors.Join(os.RemoveAll(name), os.MkdirAll(filepath.Dir(name), 0o755), put(name)); err != nil {
					t.Fatal(err)
				}
			}
			before := requests.Load()
			mustGet(t, f, rel, data)
			if err := s.Fetch(t.Context()); err != nil {
				t.Error(err)
			}
			if requests.Load() == before {
				t.Error("nothing was had anew")
			}
		})
	}
}

// TestHashingEnds is a signal that comes while a large file is hashed.
func TestHashingEnds(t *testing.T) {
	t.Parallel()
	large := filepath.Join(t.TempDir(), "large")
	if err := errors.Join(os.WriteFile(large, nil, 0o644), os.Truncate(large, 1<<40)); err != nil { // hours, if it were read
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("stopped")
	cancel(reason)
	if _, err := regular.Sum(ctx, large); !errors.Is(err, reason) {
		t.Errorf("Sum = %v, want %v", err, reason)
	}
	f, _ := fetcher(t)
	s, err := f.Open(pinned(t, nil), large)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Identity(ctx); !errors.Is(err, reason) {
		t.Errorf("Identity = %v, want %v", err, reason)
	}
}

// TestVerifyingEnds is a signal that comes while a signature is checked. It says nothing of the signature, which stays.
func TestVerifyingEnds(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	key := signer(t, 0)
	f, _ := fetcher(t)
	rel := pinned(t, data)
	pinKey(t, rel, key)
	name := f.cached(rel.SHA256)
	err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, nil, 0o644), os.Truncate(name, 1<<40), // hours, if it were read
		os.WriteFile(name+signatureSuffix, sign(t, key, data, crypto.SHA512, true), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("stopped")
	cancel(reason)
	if _, err := f.cachedSignature(ctx, rel, name); !errors.Is(err, reason) {
		t.Errorf("cachedSignature = %v, want %v", err, reason)
	}
	if sizeOf(name+signatureSuffix) == 0 {
		t.Error("the signature is gone")
	}
}
