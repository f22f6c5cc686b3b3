package checkout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
)

// Fetcher gets sources into the cache that all checkouts of the user share.
func (c *Checkout) Fetcher() (*fetch.Fetcher, error) {
	cache, err := c.Cache()
	if err != nil {
		return nil, err
	}
	f := &fetch.Fetcher{Cache: cache, Machine: c.Machine, Log: c.Log.WithField("step", "fetch")}
	if c.Settings.Log == "text" {
		f.Progress = terminal.NewMeter(c.console.Err)
		if c.Status != nil {
			f.Progress = c.Status
		}
	}
	return f, nil
}

// ExplainCache does the same for what is kept between builds, and lies outside of the checkout.
func (c *Checkout) ExplainCache(err error) error {
	path, ok := errors.AsType[*fs.PathError](err)
	cache, none := c.cacheDir()
	if !ok || none != nil || fault.Code(err) != "" || !IsBelow(path.Path, cache) && !IsBelow(cache, path.Path) {
		return err
	}
	f := &fault.Error{
		Code: "cache-unwritable", What: "the directory for downloads and toolchains cannot be used", Where: cache, Err: err,
		Do: "let this user write there, or let XDG_CACHE_HOME name another directory",
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		f.Code, f.What, f.Do = "cache-full", "there is no room left for downloads and toolchains", "make room there, or let XDG_CACHE_HOME name another directory"
	}
	return f
}

// cacheDir holds downloads. Several checkouts share it.
func (c *Checkout) cacheDir() (string, error) {
	if dir, _ := Lookup(c.Environ, "XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "sendmail-aix"), nil
	}
	if home, _ := Lookup(c.Environ, "HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".cache", "sendmail-aix"), nil
	}
	return "", &fault.Error{
		Code: "no-cache", What: "there is no directory to keep downloads in", Where: "environment",
		Found: "neither XDG_CACHE_HOME nor HOME is an absolute path", Do: "set HOME",
	}
}

// Cache is the same, for those who use what is there: sources, and programs that are run. So nobody else may be able to put others there.
func (c *Checkout) Cache() (string, error) {
	dir, err := c.cacheDir()
	if err != nil {
		return "", err
	}
	parts := []string{dir}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", c.ExplainCache(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			parts = append(parts, filepath.Join(dir, e.Name()))
		}
	}
	for _, part := range parts {
		info, err := os.Stat(part)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", c.ExplainCache(err)
		}
		f := &fault.Error{Code: "cache-open", What: "the directory for downloads and toolchains is not this user's alone", Where: part}
		owner := int(info.Sys().(*syscall.Stat_t).Uid)
		switch {
		case owner != os.Geteuid() && owner != 0:
			f.Found = fmt.Sprintf("it belongs to the user %d, and this is the user %d", owner, os.Geteuid())
			f.Do = fmt.Sprintf("let XDG_CACHE_HOME name another directory; or, if all in it is yours, as root: chown -R %d %s", os.Geteuid(), dir)
			return "", f
		case info.Mode().Perm()&0o022 != 0:
			f.Found = fmt.Sprintf("mode %04o: others can write to it", info.Mode().Perm())
			f.Do = "if you trust what is in it: chmod -R go-w " + dir + "\notherwise remove it: all that is in it can be had again"
			return "", f
		}
	}
	return dir, nil
}

// LockDir is where runs lock each other out, apart from what is locked, which may be removed.
const LockDir = "lock"

// Lock makes a second run at the same work wait for the first.
func (c *Checkout) Lock(ctx context.Context, name string) (unlock func(), err error) {
	if err := os.MkdirAll(c.Path("build", LockDir), 0o755); err != nil {
		return nil, Explain(err)
	}
	type locked struct {
		unlock func()
		err    error
	}
	got := make(chan locked, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(c.Path("build", LockDir, name)).Lock()
		got <- locked{unlock, err}
	}()
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	for {
		select {
		case l := <-got:
			return l.unlock, Explain(l.err)
		case <-patience.C:
			c.Log.WithField("lock", name).Info("waiting for another run to finish")
		case <-ctx.Done():
			// The goroutine goes on waiting; the process is about to end.
			return nil, context.Cause(ctx)
		}
	}
}
