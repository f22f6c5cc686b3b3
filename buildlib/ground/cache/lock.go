package cache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// LockDir is the directory of locks that a cache has unless it is told another.
const LockDir = "lock"

// patience is how long a run waits for a lock before it says so.
const patience = time.Second

// Lock keeps other runs away from what the lock of that name stands for. Waiting is told after a second, and ends with the context. A file of the
// lock's name stays behind: whoever removed it would give the next run another lock than the one that a third is waiting for.
//
// All locks that one run takes must lie in one directory, the cache's and those of others: see docs/architecture.md.
func (c *Cache) Lock(ctx context.Context, name string) (unlock func(), err error) {
	dir := c.lockDir()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	type result struct {
		unlock func()
		err    error
	}
	got := make(chan result, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(filepath.Join(dir, name)).Lock()
		got <- result{unlock, err}
	}()
	notice := time.NewTimer(patience)
	defer notice.Stop()
	for {
		select {
		case r := <-got:
			return r.unlock, r.err
		case <-notice.C:
			c.log().WithField("lock", filepath.Join(dir, name)).Info("waiting for another run to finish")
		case <-ctx.Done():
			go func() { // a lock that comes too late is given back
				if r := <-got; r.err == nil {
					r.unlock()
				}
			}()
			return nil, context.Cause(ctx)
		}
	}
}

// lockDir is where all locks of a run lie. Aside is for what is done without a cache, as where there is none, where others can write to it, or where this
// user cannot. Then nobody puts anything into the cache that another run would have to wait for.
func (c *Cache) lockDir() string {
	c.decide.Do(func() {
		if c.locks = filepath.Join(c.Dir, LockDir); c.Aside != "" && !c.canLock() {
			c.locks = c.Aside
		}
	})
	return c.locks
}

func (c *Cache) canLock() bool {
	if c.Dir == "" || c.Check() != nil {
		return false
	}
	err := os.MkdirAll(filepath.Join(c.Dir, LockDir), 0o755)
	if err == nil {
		err = syscall.Access(filepath.Join(c.Dir, LockDir), writable)
	}
	return !errors.Is(err, syscall.EROFS) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.ENOTDIR)
}

// writable is W_OK of access(2), on Linux and on AIX.
const writable = 2

// LockNames are the names of the locks there that begin with prefix: each that was ever taken.
func (c *Cache) LockNames(prefix string) ([]string, error) {
	entries, err := os.ReadDir(c.lockDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			names = append(names, e.Name())
		}
	}
	return names, err
}
