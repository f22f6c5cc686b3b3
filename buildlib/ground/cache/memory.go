package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// Memory knows what was found out of files before, such as their hashes, so that large ones that nobody has touched are not read each time.
//
// A file counts as untouched while its device, inode, mode, owner, size and the times of its last change, of the content and of the inode,
// are what they were: the last of these moves with every write, and no program can set it. The zero Memory remembers nothing from other
// runs, a nil one nothing at all. Several goroutines may use one.
type Memory struct {
	file  string
	lock  sync.Mutex
	known map[string]remembered
	news  bool
	eager bool // takes a change for settled at once: for tests that know when there is another one
}

type remembered struct {
	Stamps string `json:"stamps"`
	Text   string `json:"text"`
}

// maxMemory is more than a memory ever has.
const maxMemory = 64 << 20

// Remember reads a memory from a file, whose first line is the hash of the others. One that is missing or damaged is empty: that only costs the
// work of finding out again.
func Remember(file string) *Memory {
	m := &Memory{file: file}
	text, err := regular.Read(file, maxMemory)
	sum, list, _ := strings.Cut(string(text), "\n")
	if err != nil || sum != digest(list) || json.Unmarshal([]byte(list), &m.known) != nil {
		m.known = nil
	}
	return m
}

// Recall gives what find has found out of files before, unless one of them was touched since. What names the kind of thing. A file that
// is not there counts, too: as one that is not there.
func (m *Memory) Recall(what string, files []string, find func() (string, error)) (string, error) {
	if m == nil {
		return find()
	}
	key := what + " " + strings.Join(files, " ")
	before, settled, err := stamps(files)
	if err != nil {
		return "", err
	}
	m.lock.Lock()
	r, ok := m.known[key]
	m.lock.Unlock()
	if ok && r.Stamps == before {
		return r.Text, nil
	}
	text, err := find()
	if err != nil {
		return "", err
	}
	if after, _, err := stamps(files); err != nil || after != before || !settled && !m.eager {
		return text, err
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.known == nil {
		m.known = make(map[string]remembered)
	}
	m.known[key], m.news = remembered{before, text}, true
	return text, nil
}

// recent is how young a change may be to be taken for another one of the same time: file systems count in steps of up to two seconds.
const recent = 3 * time.Second

// stamps are what changes with the content of files, and whether the last change is long enough ago for another one to be seen.
func stamps(files []string) (text string, settled bool, err error) {
	settled = true
	var b strings.Builder
	for _, name := range files {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			b.WriteString("none;")
			continue
		}
		if err != nil {
			return "", false, err
		}
		s := info.Sys().(*syscall.Stat_t)
		changed := time.Unix(int64(s.Ctim.Sec), int64(s.Ctim.Nsec))
		settled = settled && time.Since(changed) > recent
		fmt.Fprintf(&b, "%d %d %o %d %d %d %d;", s.Dev, s.Ino, s.Mode, s.Uid, s.Size, info.ModTime().UnixNano(), changed.UnixNano())
	}
	return b.String(), settled, nil
}

// Sum is the hash of a regular file's content.
func (m *Memory) Sum(ctx context.Context, name string) (string, error) {
	return m.Recall("content", []string{name}, func() (string, error) { return regular.Sum(ctx, name) })
}

// Contents lists all that is in a directory, for one that is to stay as it is: unlike [tree.List] with directories, and what anybody may do with
// each. What skip names is left out.
func (m *Memory) Contents(ctx context.Context, dir string, skip ...string) (string, error) {
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err = errors.Join(err, context.Cause(ctx)); err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		if slices.Contains(skip, rel) {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := ""
		switch {
		case d.Type() == fs.ModeSymlink:
			text, err = os.Readlink(name)
		case d.Type().IsRegular():
			text, err = m.Sum(ctx, name)
		}
		fmt.Fprintf(&b, "%v %s %q\n", info.Mode(), text, rel)
		return err
	})
	return b.String(), err
}

// Save writes what is new to the file. Where that cannot be done, as in a cache that is mounted read-only, the next run finds out again.
func (m *Memory) Save() {
	m.lock.Lock()
	defer m.lock.Unlock()
	if !m.news || m.file == "" {
		return
	}
	if list, err := json.Marshal(m.known); err == nil && tree.WriteFile(m.file, []byte(digest(string(list))+"\n"+string(list)), 0o644) == nil {
		m.news = false
	}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
