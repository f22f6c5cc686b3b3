package checkout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
)

// Fetcher gets sources into the cache that all checkouts of the user share.
func (c *Checkout) Fetcher() (*fetch.Fetcher, error) {
	store, err := c.Cache()
	if err != nil {
		return nil, err
	}
	f := &fetch.Fetcher{Cache: store, Machine: c.Machine, Log: c.Log.WithField("step", "fetch")}
	if c.Settings.Log == "text" {
		f.Progress = terminal.NewMeter(c.console.Err)
		if c.Status != nil {
			f.Progress = c.Status
		}
	}
	return f, nil
}

// openCache opens what is kept between builds, which several checkouts share. Without a directory for it, it has the locks alone.
func (c *Checkout) openCache() {
	dir := cache.UserDir(func(name string) string {
		value, _ := Lookup(c.Environ, name)
		return value
	})
	if c.cache = (&cache.Cache{Memory: new(cache.Memory), Log: c.Log}); dir != "" {
		c.cache = cache.Open(dir, c.Log)
	}
	c.cache.Aside = c.Path("build", LockDir)
}

// Cache is for those who use what is there: sources, and programs that are run. One that others can put something into is refused.
func (c *Checkout) Cache() (*cache.Cache, error) {
	if c.cache.Dir == "" {
		return nil, &fault.Error{
			Code: "no-cache", What: "there is no directory to keep downloads in", Where: "environment",
			Found: "neither XDG_CACHE_HOME nor HOME is an absolute path", Do: "set HOME",
		}
	}
	return c.cache, c.cache.Check()
}

// ExplainCache does what [Explain] does, for what lies in the cache.
func (c *Checkout) ExplainCache(err error) error { return c.cache.Explain(err) }

// LockDir is the directory in build for the locks of a run that cannot have them in the cache.
const LockDir = "lock"

// Lock makes a second run at the same work in this checkout wait for the first. A run that takes several does so in the order of their names, as
// [Checkout.LockAll] does, and before any of the cache's own.
func (c *Checkout) Lock(ctx context.Context, name string) (unlock func(), err error) {
	prefix, err := c.lockPrefix()
	if err != nil {
		return nil, err
	}
	return c.lock(ctx, prefix+name)
}

// LockAll waits for all runs that are at work in this checkout.
func (c *Checkout) LockAll(ctx context.Context) (unlock func(), err error) {
	prefix, err := c.lockPrefix()
	if err != nil {
		return nil, err
	}
	names, err := c.cache.LockNames(prefix)
	if err != nil {
		return nil, fault.Explain(c.ExplainCache(err))
	}
	var unlocks []func()
	unlock = func() {
		for _, u := range unlocks {
			u()
		}
	}
	for _, name := range names {
		u, err := c.lock(ctx, name)
		if err != nil {
			unlock()
			return nil, err
		}
		unlocks = append(unlocks, u)
	}
	return unlock, nil
}

// LockBuild keeps other runs away from the directory of a build.
func (c *Checkout) LockBuild(ctx context.Context, dir string) (unlock func(), err error) {
	return c.Lock(ctx, strings.ReplaceAll(c.Shown(dir), string(filepath.Separator), "-"))
}

func (c *Checkout) lock(ctx context.Context, name string) (unlock func(), err error) {
	unlock, err = c.cache.Lock(ctx, name)
	return unlock, fault.Explain(c.ExplainCache(err))
}

// lockPrefix is what the names of this checkout's locks begin with: the directory of locks has those of others, too.
func (c *Checkout) lockPrefix() (string, error) {
	root, err := filepath.EvalSymlinks(c.Root)
	if err != nil {
		return "", fault.Explain(err)
	}
	sum := sha256.Sum256([]byte(root))
	return "checkout-" + hex.EncodeToString(sum[:8]) + "-", nil
}
