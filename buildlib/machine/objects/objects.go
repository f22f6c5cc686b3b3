// Package objects keeps what a compiler has made, by all that it read for that: what is to be compiled again from the same is taken from there.
//
// The same is: the words of the command, the content of the compiler and its options by its own account, the content of each file that it read, by
// the compiler's list of them, and that whatever these files may include is still not there in all the places where it was not. Of a compiler, an
// option or a file that may read something else besides, nothing is kept.
package objects

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
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
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/ctext"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Code is the text of this room, to be told from other states of it: what another one has kept is not believed.
//
//go:embed *.go
var Code embed.FS

// Store keeps objects of one compiler in a directory. It is for one build, in which nothing but the build changes files; several of them, of
// several processes, may work on one directory at once.
type Store struct {
	Dir      string // made when something is put there
	Machine  host.Machine
	Env      []string // of the commands; see [host.Cmd]
	Compiler string   // tells the compiler, with all programs that it calls, from every other
	// Root is a directory of headers which the compiler finds by itself, and whose place does not matter; "" for none.
	Root string
	// Levels are macros that the compiler defines or not, depending on the level of the target. They count where a file may name one.
	Levels []string
	// Clang is whether the compiler is clang, of which is known how to compile several files in one process.
	Clang bool
	// Headers is whether the compiler is a gcc, of a machine on which it was seen to make use of a header that it has compiled.
	Headers bool
	// Varies is a directory of headers that other levels have otherwise, where objects are made for several of them; "" for none. Of what reads them, what
	// it uses tells whether the object is that of another level; see [ctext.Used]. The compiler is clang then.
	Varies string
	// Secret are directories whose names must not matter: an object that has one in it is not kept.
	Secret []string

	slack         time.Duration // [slack] instead, if it is not 0: for tests, which know when there is another change
	lock          sync.Mutex
	files         map[string]*text
	there         map[string]map[string]bool // of a directory, with its last slash
	searched      map[string]*search
	agrees        bool // see [Store.try]; only where that was asked, it is looked at
	headers       map[string]*header
	frontends     map[string][]string
	tried, pruned sync.Once
}

// Take does what commands say that compile one file each, see [Parse], where that was done before of the same. The others are left for
// [Store.Compile].
func (s *Store) Take(ctx context.Context, commands ...host.Cmd) (open []*Task, err error) {
	for _, c := range commands {
		t, err := s.task(ctx, c)
		if err != nil {
			return nil, err
		}
		if t != nil {
			open = append(open, t)
		}
	}
	if s.Varies != "" {
		open, err = s.twins(ctx, open)
	}
	s.want(open)
	return open, err
}

// Compile does what tasks are, and keeps what comes of it.
func (s *Store) Compile(ctx context.Context, tasks ...*Task) error {
	known := those(tasks, func(t *Task) bool { return t.from != nil })
	for _, t := range tasks {
		if t.from == nil {
			if err := s.Machine.Run(ctx, t.Cmd); err != nil {
				return err
			}
		}
	}
	read, err := s.run(ctx, known, wholly)
	if err != nil {
		return err
	}
	for i, t := range known {
		if t.read = read[i]; t.read.how != "" {
			if err := t.note(t.read.how, t.read.says); err != nil {
				return err
			}
		}
	}
	if err := s.preprocess(ctx, those(known, func(t *Task) bool { return t.text == nil && slices.ContainsFunc(t.read.files, s.varies) })); err != nil {
		return err
	}
	for _, t := range known {
		if err := s.store(t); err != nil {
			return err
		}
	}
	return nil
}

const maxText = 64 << 20

// slack is by how much a file must be older than a compile to be sure that it is what was read: file systems take the time from a clock that ticks.
const slack = 50 * time.Millisecond

// stat tells one content of a file from others as far as that goes without reading it.
func stat(name string) (stamp string, changed time.Time, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", changed, err
	}
	st := info.Sys().(*syscall.Stat_t)
	changed = time.Unix(int64(st.Ctim.Sec), int64(st.Ctim.Nsec))
	return fmt.Sprint(st.Dev, st.Ino, st.Size, info.ModTime().UnixNano(), changed.UnixNano()), changed, nil
}

// text is what is known of the content of a file that a compiler reads.
type text struct {
	facts   *ctext.Facts
	sum     string
	stamp   string
	changed time.Time
}

// text is what is known of a file's content.
func (s *Store) text(name, dir string) (*text, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	stamp, changed, err := stat(name)
	if err != nil {
		return nil, err
	}
	s.lock.Lock()
	t := s.files[name]
	s.lock.Unlock()
	if t != nil && t.stamp == stamp {
		return t, nil
	}
	content, err := regular.Read(name, maxText)
	if err != nil {
		return nil, err
	}
	t = &text{facts: ctext.Scan(string(content), s.Levels), sum: digest(string(content)), stamp: stamp, changed: changed}
	if again, _, err := stat(name); err != nil || again != stamp {
		t.facts.Odd = true
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.files == nil {
		s.files = make(map[string]*text)
	}
	s.files[name] = t
	return t, nil
}

// around tells which files are there of all that a file might include: in the directories of the search, and for what it names in quotation marks, in
// its own. What gcc has compiled of a header counts, too.
func (s *Store) around(name, dir string, t *text, from *search) string {
	fixed := name + "\x00" + t.stamp
	key := fixed + "\x00" + dir
	s.lock.Lock()
	defer s.lock.Unlock()
	if known, ok := from.around[key]; ok {
		return known
	}
	found, ok := from.found[fixed]
	if !ok {
		found = s.present(name, "", t, from)
		from.found[fixed] = found
	}
	var all []string
	for _, path := range slices.Concat(found, s.present(name, dir, t, from)) {
		all = append(all, s.shown(path, dir))
	}
	slices.Sort(all)
	known := digest(slices.Compact(all)...)
	from.around[key] = known
	return known
}

// present are the files that are there of all that a file might include: those below the directory of a command, or, without one, those in the places
// that are the same for all commands, which are most. It needs the lock.
func (s *Store) present(name, dir string, t *text, from *search) (found []string) {
	look := func(in, name string) {
		path := in + "/" + name
		if filepath.IsAbs(name) {
			in, path = "/", name
		}
		if filepath.IsAbs(in) != (dir == "") {
			return
		}
		if dir != "" {
			path = dir + "/" + path
		}
		for _, path := range []string{path, path + ".gch"} {
			if s.isThere(path) {
				found = append(found, path)
			}
		}
	}
	for _, n := range t.facts.Names {
		for _, d := range from.dirs {
			look(d, n)
		}
	}
	for _, n := range t.facts.Quoted {
		look(filepath.Dir(name), n)
	}
	return found
}

// isThere reads a directory once, which is quicker than to look there for each of the many names that are not in it. It needs the lock.
func (s *Store) isThere(path string) bool {
	dir, name := path[:strings.LastIndexByte(path, '/')+1], path[strings.LastIndexByte(path, '/')+1:]
	names, known := s.there[dir]
	if !known {
		if s.there == nil {
			s.there = make(map[string]map[string]bool)
		}
		names = listed(dir)
		s.there[dir] = names
	}
	if names != nil && !names[name] && name != "" && name != "." && name != ".." {
		return false
	}
	_, err := os.Stat(path)
	return err == nil || !isAbsent(err)
}

// listed are the names in a directory, nil where they cannot be read.
func listed(dir string) map[string]bool {
	names := make(map[string]bool)
	f, err := os.Open(dir)
	if err != nil {
		if isAbsent(err) {
			return names
		}
		return nil
	}
	all, err := f.Readdirnames(-1)
	_ = f.Close() // nothing was written
	if err != nil {
		return nil
	}
	for _, name := range all {
		names[name] = true
	}
	return names
}

func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// shown is the name of a file wherever the root and the directory of a command are.
func (s *Store) shown(name, dir string) string {
	if dir != "" {
		name = strings.ReplaceAll(name, dir, "@dir@")
	}
	if s.Root != "" {
		name = strings.ReplaceAll(name, s.Root, "@root@")
	}
	return name
}

func digest(texts ...string) string {
	h := sha256.New()
	if len(texts) == 1 {
		h.Write([]byte(texts[0]))
	} else {
		for _, t := range texts {
			fmt.Fprintf(h, "%d %s\n", len(t), t)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// code is the digest of this room's text, and of those that it asks.
var code = sync.OnceValue(func() string {
	var all []string
	for _, room := range []embed.FS{Code, ctext.Code} {
		entries, _ := room.ReadDir(".")
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), "_test.go") {
				content, _ := room.ReadFile(e.Name())
				all = append(all, string(content))
			}
		}
	}
	return digest(all...)
})
