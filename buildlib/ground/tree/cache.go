package tree

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Cache keeps directories that took long to make. What lies in one is compared with what was put there each time it is asked for, as it decides
// what is built: a directory in which anything has changed is made anew.
type Cache struct {
	Dir     string
	Memory  *Memory
	Damaged func(dir, found string) // told of a directory that is made anew; nil for nobody
}

// contents is the file of a directory in the cache that lists what was put there.
const contents = ".contents"

// Find gives the directory of this name and key, and in which way it is not what was put there, or "" when it is.
func (c *Cache) Find(name, key string) (dir, damage string, err error) {
	sum := sha256.Sum256([]byte(key))
	dir = filepath.Join(c.Dir, name+"-"+hex.EncodeToString(sum[:8]))
	damage, err = c.damage(dir)
	return dir, damage, err
}

// Once gives the directory of this name and key, and fills it unless that was done before. What fill leaves half done is never seen, and what a
// run that was killed has left goes with the next.
func (c *Cache) Once(name, key string, fill func(dir string) error) (string, error) {
	dir, damage, err := c.Find(name, key)
	if damage == "" || err != nil {
		return dir, err
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return "", err
	}
	unlock, err := lockedfile.MutexAt(dir + ".lock").Lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	if damage, err = c.damage(dir); damage == "" || err != nil { // another run has made it meanwhile
		return dir, err
	}
	if info, err := os.Stat(dir); err == nil && info.IsDir() && c.Damaged != nil {
		c.Damaged(dir, damage)
	}
	half := dir + ".new"
	if err := errors.Join(os.RemoveAll(half), os.Mkdir(half, 0o755)); err != nil {
		return "", err
	}
	if err := c.fill(half, fill); err != nil {
		return "", errors.Join(err, os.RemoveAll(half))
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, Move(half, dir)
}

// fill fills a directory, and lists what is in it then.
func (c *Cache) fill(dir string, fill func(dir string) error) error {
	if err := fill(dir); err != nil {
		return err
	}
	list, err := c.Memory.Contents(dir, contents)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, contents), []byte(list), 0o644)
}

// damage tells in which way a directory is not what was put there, or "" when it is.
func (c *Cache) damage(dir string) (string, error) {
	want, err := Recorded(dir)
	if err != nil || want == "" {
		return "no list of what was put there", err
	}
	got, err := c.Memory.Contents(dir, contents)
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
