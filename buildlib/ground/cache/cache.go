// Package cache keeps what took long to get or to make, in one directory that all checkouts of a user share: directories that are made once by key,
// what was found out of files, and the locks that keep two runs from doing the same at once.
//
// What lies in a cache decides what is built and which programs are run. So nobody else may be able to write there ([Cache.Check]), and a directory is
// compared with what was put there each time it is asked for.
package cache

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// Cache is such a directory.
type Cache struct {
	Dir    string             // absolute; made when something is put there
	Aside  string             // the directory for locks where they cannot lie in the cache; "" for none
	Memory *Memory            // of what was looked at before; nil for none
	Log    logrus.FieldLogger // told of waiting, and of what is damaged; nil for nobody

	decide sync.Once
	locks  string
}

// UserDir is the directory of a user's cache, by a function that looks up variables of the environment; or "" where there is none.
func UserDir(lookup func(name string) string) string {
	if dir := lookup("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "sendmail-aix")
	}
	if home := lookup("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".cache", "sendmail-aix")
	}
	return ""
}

// Open is the cache in a directory, with what is remembered there.
func Open(dir string, log logrus.FieldLogger) *Cache {
	return &Cache{Dir: dir, Memory: Remember(filepath.Join(dir, "known.json")), Log: log}
}

func (c *Cache) log() logrus.FieldLogger {
	if c.Log != nil {
		return c.Log
	}
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	return silent
}

// contents is the file of a directory in the cache that lists what was put there. Its time is that of the directory's last use.
const contents = ".contents"

// Place is the directory of this name and key. A name may have a slash in it: that before the first is a directory for all of its kind.
func (c *Cache) Place(name, key string) string {
	return filepath.Join(c.Dir, filepath.FromSlash(name)+"-"+digest(key)[:16])
}

// Find gives the directory of this name and key, and in which way it is not what was put there, or "" when it is.
func (c *Cache) Find(ctx context.Context, name, key string) (dir, damage string, err error) {
	dir = c.Place(name, key)
	damage, err = c.damage(ctx, dir)
	if damage == "" && err == nil {
		c.Touch(filepath.Join(dir, contents))
	}
	return dir, damage, err
}

// Once gives the directory of this name and key, and fills it unless that was done before. What fill leaves half done is never seen, and what a
// run that was killed has left goes with the next. Fill must not ask for another directory: a run holds one lock of the cache's at a time.
func (c *Cache) Once(ctx context.Context, name, key string, fill func(dir string) error) (string, error) {
	dir, damage, err := c.Find(ctx, name, key)
	if damage == "" || err != nil {
		return dir, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	unlock, err := c.Lock(ctx, c.lockOf(dir))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, damage, err = c.Find(ctx, name, key); damage == "" || err != nil { // another run has made it meanwhile
		return dir, err
	}
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		c.log().WithField("file", dir).WithField("found", damage).Warn("what is in the cache is damaged, making it anew")
	}
	half := dir + HalfSuffix
	if err := errors.Join(os.RemoveAll(half), os.Mkdir(half, 0o755)); err != nil {
		return "", err
	}
	if err := c.fill(ctx, half, fill); err != nil {
		return "", errors.Join(err, os.RemoveAll(half))
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, tree.Move(half, dir)
}

// lockOf names the lock of a directory in the cache.
func (c *Cache) lockOf(dir string) string {
	rel, err := filepath.Rel(c.Dir, dir)
	if err != nil {
		rel = filepath.Base(dir)
	}
	return strings.ReplaceAll(rel, string(filepath.Separator), "-")
}

// fill fills a directory, and lists what is in it then.
func (c *Cache) fill(ctx context.Context, dir string, fill func(dir string) error) error {
	if err := fill(dir); err != nil {
		return err
	}
	list, err := c.Memory.Contents(ctx, dir, contents)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, contents), []byte(list), 0o644)
}

// damage tells in which way a directory is not what was put there, or "" when it is.
func (c *Cache) damage(ctx context.Context, dir string) (string, error) {
	want, err := Recorded(dir)
	if err != nil || want == "" {
		return "no list of what was put there", err
	}
	got, err := c.Memory.Contents(ctx, dir, contents)
	if err != nil {
		return "", err
	}
	is, was := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(is), len(was)) {
		switch {
		case i >= len(was):
			return "more: " + is[i], nil
		case i >= len(is):
			return "less: " + was[i], nil
		case is[i] != was[i]:
			return is[i] + ", which was " + was[i], nil
		}
	}
	return "", nil
}

// Recorded is the list of what was put into a directory of a cache, or "" where there is none: another content has another list.
func Recorded(dir string) (string, error) {
	const most = 64 << 20
	text, err := regular.Read(filepath.Join(dir, contents), most)
	if info, missing := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || errors.Is(err, regular.ErrIrregular) || errors.Is(err, regular.ErrTooLarge) ||
		missing == nil && !info.IsDir() {
		return "", nil
	}
	return string(text), err
}
