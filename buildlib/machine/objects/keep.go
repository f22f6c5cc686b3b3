package objects

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// entry is one object that came of a command, and what was read for it.
type entry struct {
	Files  []file  `json:"files"`
	Levels *string `json:"levels"`         // the macros of a level that were defined; nil where no file can tell
	Says   string  `json:"says"`           // what the compiler wrote
	Object string  `json:"object"`         // SHA-256
	Core   string  `json:"core,omitempty"` // of what is used of all that was read; see [ctext.Used]

	text []byte
}

// file is one that was read.
type file struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Around string `json:"around"` // digest of the names of what is there of all that it may include
}

// most is how many results of one command are kept: a file that is edited has another each time.
const most = 24

func (s *Store) listFile(key string) string { return filepath.Join(s.Dir, key+".list") }

func (s *Store) objectFile(sum string) string { return filepath.Join(s.Dir, sum+".o") }

// load reads the results of a command. A list that is not whole is none.
func (s *Store) load(key string) (list []entry) {
	content, err := regular.Read(s.listFile(key), maxText)
	sum, body, _ := strings.Cut(string(content), "\n")
	if err != nil || sum != digest(body) || json.Unmarshal([]byte(body), &list) != nil {
		return nil
	}
	return list
}

// find finds what would come of a task now.
func (s *Store) find(t *Task) *entry {
	for _, e := range s.load(t.key) {
		if s.matches(&e, t) && s.take(&e, t.key) {
			return &e
		}
	}
	return nil
}

// take reads the object of a result, and reports whether it is whole.
func (s *Store) take(e *entry, key string) bool {
	object, err := regular.Read(s.objectFile(e.Object), maxText)
	if err != nil || digest(string(object)) != e.Object {
		return false
	}
	e.text = object
	use(s.listFile(key), s.objectFile(e.Object))
	return true
}

// matches reports whether all is as it was when the object was made.
func (s *Store) matches(e *entry, t *Task) bool {
	if e.Levels != nil && *e.Levels != t.from.levels {
		return false
	}
	return s.reads(e, t, func(string) bool { return false })
}

// reads reports whether all files are as they were when the object was made, but for those that do not count.
func (s *Store) reads(e *entry, t *Task, but func(name string) bool) bool {
	for _, f := range e.Files {
		name := strings.ReplaceAll(f.Name, "@root@", s.Root)
		if but(name) {
			continue
		}
		now, err := s.text(name, t.Dir)
		if err != nil || now.facts.Odd || now.sum != f.SHA256 || s.around(name, t.Dir, now, t.from) != f.Around {
			return false
		}
	}
	return true
}

// keep puts a result into the store. What cannot be put there is compiled again the next time; of two that put something there for one command at the
// same moment, one is kept.
func (s *Store) keep(key string, e *entry, object []byte) {
	list := slices.DeleteFunc(s.load(key), func(old entry) bool { return slices.Equal(old.Files, e.Files) })
	list = append([]entry{*e}, list[:min(len(list), most-1)]...)
	body, err := json.Marshal(list)
	if err != nil || os.MkdirAll(s.Dir, 0o755) != nil || write(s.objectFile(e.Object), object) != nil {
		return
	}
	_ = write(s.listFile(key), []byte(digest(string(body))+"\n"+string(body)))
	s.pruned.Do(s.prune)
}

// unused is how long something is kept that nothing has taken.
const unused = 30 * 24 * time.Hour

// prune removes what nothing has used for long, once in a build that puts something there. What another build misses then, it makes anew.
func (s *Store) prune() {
	entries, _ := os.ReadDir(s.Dir) // what cannot be read stays
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > unused {
			_ = os.Remove(filepath.Join(s.Dir, e.Name()))
		}
	}
}

// use tells that files are of use.
func use(names ...string) {
	now := time.Now()
	for _, name := range names {
		_ = os.Chtimes(name, now, now)
	}
}

// write puts a file into its place at once. It need not be on the disk: what is read is compared with its digest.
func write(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".half-")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the error is what counts
	}
	return err
}
