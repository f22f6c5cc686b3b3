package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
)

// A wait is told, ends with its context, and then keeps nobody else from the lock.
func TestLock(t *testing.T) {
	t.Parallel()
	told := make(chan string, 1)
	log := logrus.New()
	log.SetOutput(writer(func(text string) { told <- text }))
	c := Open(t.TempDir(), log)
	unlock, err := c.Lock(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error)
	go func() {
		_, err := c.Lock(ctx, "x")
		ended <- err
	}()
	if text := <-told; !strings.Contains(text, "waiting for another run to finish") || !strings.Contains(text, filepath.Join(c.Dir, LockDir, "x")) {
		t.Errorf("told %q", text)
	}
	cancel(reason)
	if err := <-ended; !errors.Is(err, reason) {
		t.Errorf("Lock() = %v, want the reason why its context ended", err)
	}
	unlock()
	again, err := c.Lock(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	again()
}

type writer func(text string)

func (w writer) Write(p []byte) (int, error) {
	w(string(p))
	return len(p), nil
}

// All locks of a run lie in one directory: in the cache, or aside where the cache can have none.
func TestLockDir(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(dir string) error
		aside   bool
	}{
		"nothing yet":              {func(string) error { return nil }, false},
		"a cache":                  {func(dir string) error { return os.Mkdir(dir, 0o755) }, false},
		"one that others write to": {func(dir string) error { return errors.Join(os.Mkdir(dir, 0o755), os.Chmod(dir, 0o777)) }, true},
		"a file in its place":      {func(dir string) error { return os.WriteFile(dir, nil, 0o644) }, true},
		"a file in the place of one": {func(dir string) error {
			return errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, LockDir), nil, 0o644))
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := Open(filepath.Join(t.TempDir(), "cache"), nil)
			c.Aside = filepath.Join(t.TempDir(), "aside")
			if err := test.prepare(c.Dir); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"checkout-1", "fetch-2"} {
				unlock, err := c.Lock(t.Context(), name)
				if err != nil {
					t.Fatal(err)
				}
				defer unlock()
			}
			want := filepath.Join(c.Dir, LockDir)
			if test.aside {
				want = c.Aside
			}
			if names, err := c.LockNames("fetch-"); len(names) != 1 || err != nil || c.lockDir() != want {
				t.Errorf("in %s there is %q, %v, want it in %s", c.lockDir(), names, err, want)
			}
		})
	}
	if c := (&Cache{Aside: filepath.Join(t.TempDir(), "aside")}); c.lockDir() != c.Aside {
		t.Errorf("without a cache, locks lie in %s", c.lockDir())
	}
}

// Several at once make a thing once.
func TestOnceAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var (
		all  sync.WaitGroup
		lock sync.Mutex
		made int
	)
	for range 8 {
		all.Go(func() {
			_, err := Open(dir, nil).Once(t.Context(), "kind/kit", "key", func(string) error {
				lock.Lock()
				defer lock.Unlock()
				made++
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made != 1 {
		t.Errorf("it was made %d times, want once", made)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	unlock, err := Open(dir, nil).Lock(t.Context(), filepath.Base("kind-"+filepath.Base(Open(dir, nil).Place("kind/other", "key"))))
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := Open(dir, nil).Once(ctx, "kind/other", "key", func(string) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Once() = %v, while another run makes it and the context ends", err)
	}
}
