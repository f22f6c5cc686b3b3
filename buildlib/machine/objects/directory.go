package objects

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// made is what was in a directory when it had been made: plain files and links, with neutral names of places.
type made struct {
	Files map[string]string `json:"files"`
	Links map[string]string `json:"links"`
}

// neutral makes the text of a list the same wherever the places are: they stand in it by number.
func neutral(places []string, back bool) *strings.Replacer {
	var pairs []string
	for i, place := range places {
		mark := "\x00" + string(rune('0'+i)) + "\x00"
		if back {
			pairs = append(pairs, mark, place)
		} else {
			pairs = append(pairs, place, mark)
		}
	}
	return strings.NewReplacer(pairs...)
}

// Restore makes a directory that is not there as it was when [Store.Remember] was told the same, and reports whether it could. What depends on the
// places' paths in another way than by having them in it must be in key.
func (s *Store) Restore(dir string, places []string, key ...string) bool {
	content, err := regular.Read(s.madeFile(key), maxText)
	sum, body, _ := strings.Cut(string(content), "\n")
	var m made
	if err != nil || sum != digest(body) || json.Unmarshal([]byte(body), &m) != nil || len(m.Files) == 0 {
		return false
	}
	if os.Mkdir(dir, 0o755) != nil {
		return false
	}
	here := neutral(places, true)
	for name, text := range m.Files {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(here.Replace(text)), 0o644))
	}
	for name, to := range m.Links {
		err = errors.Join(err, os.Symlink(here.Replace(to), filepath.Join(dir, name)))
	}
	if err != nil {
		_ = os.RemoveAll(dir) // what cannot be removed, whoever makes the directory will find
		return false
	}
	use(s.madeFile(key))
	return true
}

// Remember keeps what is in a directory, if that is no more than plain files and links.
func (s *Store) Remember(dir string, places []string, key ...string) {
	m := made{make(map[string]string), make(map[string]string)}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	there := neutral(places, false)
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		info, err := e.Info()
		switch {
		case err != nil:
			return
		case info.Mode()&os.ModeSymlink != 0:
			to, err := os.Readlink(name)
			if err != nil {
				return
			}
			m.Links[e.Name()] = there.Replace(to)
		case info.Mode().IsRegular() && info.Mode()&0o111 == 0:
			text, err := regular.Read(name, maxText)
			if err != nil || strings.Contains(string(text), "\x00") {
				return
			}
			m.Files[e.Name()] = there.Replace(string(text))
		default:
			return
		}
	}
	body, err := json.Marshal(m)
	if err == nil && os.MkdirAll(s.Dir, 0o755) == nil {
		_ = write(s.madeFile(key), []byte(digest(string(body))+"\n"+string(body))) // else it is made again the next time
	}
}

func (s *Store) madeFile(key []string) string {
	return filepath.Join(s.Dir, digest(append([]string{code()}, key...)...)+".made")
}
