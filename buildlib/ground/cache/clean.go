package cache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Entry is one thing in a cache.
type Entry struct {
	Path   string    `json:"path"` // below the cache
	Key    string    `json:"key"`  // what tells it from others of its name; "" for none
	Size   int64     `json:"size"` // in bytes
	Used   time.Time `json:"used"` // when it was used or changed last
	Needed bool      `json:"needed"`
	Old    bool      `json:"old"` // it is not needed, and was not used for so long that no run can be at work with it
}

// Age is after how long what is not needed is old. A run does not hold a lock on what it uses, but it does not last as long either.
const Age = 24 * time.Hour

// What lies beside a directory of the same name while it is made, and after that was interrupted. A .lock is of earlier versions.
const (
	HalfSuffix = ".new"
	WorkSuffix = ".work" // where making it can go on
	LogSuffix  = ".log"
)

var (
	suffixes = regexp.MustCompile(`\.(new|work|log|lock|half|sig|validator|git)$`)
	keys     = regexp.MustCompile(`[0-9a-f]{16,}`)
)

// Entries lists what is in the directories of the cache, sorted by path; but not the locks, which are empty. Needed are paths of what the caller would ask
// for.
func (c *Cache) Entries(ctx context.Context, needed []string) ([]Entry, error) {
	var all []Entry
	kinds, err := os.ReadDir(c.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, kind := range kinds {
		if kind.Name() == LockDir || !kind.IsDir() {
			continue
		}
		things, kindErr := os.ReadDir(filepath.Join(c.Dir, kind.Name()))
		err = errors.Join(err, kindErr)
		for _, thing := range things {
			e, entryErr := c.entry(ctx, filepath.Join(kind.Name(), thing.Name()), needed)
			if errors.Is(entryErr, fs.ErrNotExist) { // another run has removed it
				continue
			}
			all, err = append(all, e), errors.Join(err, entryErr)
		}
	}
	return all, err
}

func (c *Cache) entry(ctx context.Context, path string, needed []string) (Entry, error) {
	full := filepath.Join(c.Dir, path)
	base := suffixes.ReplaceAllString(full, "")
	e := Entry{Path: path, Key: keys.FindString(filepath.Base(path)), Needed: slices.Contains(needed, full)}
	if strings.HasSuffix(path, WorkSuffix) || strings.HasSuffix(path, LogSuffix) || strings.HasSuffix(path, ".sig") {
		e.Needed = slices.Contains(needed, base)
	}
	var err error
	if e.Size, e.Used, err = measure(ctx, full); err != nil {
		return e, err
	}
	if info, err := os.Stat(filepath.Join(full, contents)); err == nil {
		e.Used = info.ModTime()
	}
	e.Old = !e.Needed && (e.Key != "" || base != full) && time.Since(e.Used) > Age
	return e, nil
}

// measure adds up what is below a path, and finds the newest of it.
func measure(ctx context.Context, path string) (size int64, newest time.Time, err error) {
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err = errors.Join(err, context.Cause(ctx)); err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.Type().IsRegular() {
			size += info.Size()
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		return nil
	})
	return size, newest, err
}

// Remove removes an entry that is old, unless another run uses it after all. It waits for those that make or fetch something of its key.
func (c *Cache) Remove(ctx context.Context, e Entry) (removed bool, err error) {
	if !e.Old {
		return false, nil
	}
	all, err := c.LockNames("")
	if err != nil {
		return false, err
	}
	// Runs hold one lock of the cache's at a time, so whoever takes several cannot wait for one that waits for them.
	names := []string{c.lockOf(suffixes.ReplaceAllString(filepath.Join(c.Dir, e.Path), ""))}
	for _, key := range keys.FindAllString(filepath.Base(e.Path), -1) {
		for _, name := range all {
			if strings.Contains(name, key[:16]) && !strings.HasPrefix(name, "checkout-") && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		unlock, err := c.Lock(ctx, name)
		if err != nil {
			return false, err
		}
		defer unlock()
	}
	now, err := c.entry(ctx, e.Path, nil)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || !now.Old {
		return false, err
	}
	return true, os.RemoveAll(filepath.Join(c.Dir, e.Path))
}

// Touch is for what lies in the cache and was not made by [Cache.Once]: it has just been used.
func (c *Cache) Touch(path string) {
	now := time.Now()
	_ = os.Chtimes(path, now, now) // where that cannot be done, nobody can clean up either
}
