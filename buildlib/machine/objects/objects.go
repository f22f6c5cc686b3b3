// Package objects keeps what a compiler has made, by all that it read for that: what is to be compiled again from the same is taken from there.
//
// The same is: the words of the command, the content of the compiler and its options by its own account, the content of each file that it read, by
// the compiler's list of them, and that whatever these files may include is still not there in all the places where it was not. Of a compiler, an
// option or a file that may read something else besides, nothing is kept.
package objects

import (
	"cmp"
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
	// Varies is a directory of headers that other levels have otherwise, where objects are made for several of them; "" for none. Of what reads them, what
	// the compiler makes before it optimizes tells whether the object is that of another level; see [Store.twin]. The compiler is clang then.
	Varies string
	// Secret are directories whose names must not matter: an object that has one in it is not kept.
	Secret []string

	slack    time.Duration // [slack] instead, if it is not 0: for tests, which know when there is another change
	lock     sync.Mutex
	files    map[string]*text
	there    map[string]map[string]bool // of a directory, with its last slash
	searched map[string]*search
	varying  map[string]bool // directories of commands that have read headers that vary
	pruned   sync.Once
}

// Compile does what a command says that compiles one file, see [Parse], or takes what came of it before.
func (s *Store) Compile(ctx context.Context, c host.Cmd) error {
	cmd, ok := Parse(c.Argv)
	if !ok || !cmd.isPlain() {
		return s.Machine.Run(ctx, c)
	}
	from, err := s.search(ctx, cmd, c.Dir)
	if err != nil {
		return err
	}
	if from == nil {
		return s.Machine.Run(ctx, c)
	}
	key := digest(slices.Concat([]string{code(), s.Compiler, from.text}, s.Env, c.Argv)...)
	if kept := s.find(key, c.Dir, from); kept != nil {
		return kept.put(c, cmd)
	}
	twin, made, err := s.twin(ctx, c, cmd, from, key)
	switch {
	case twin != nil:
		err = twin.put(c, cmd)
	case err == nil:
		made, err = s.compile(ctx, c, cmd, from, key, made)
	}
	return errors.Join(err, made.remove(c.Dir))
}

// put puts the object where the command would.
func (e *entry) put(c host.Cmd, cmd *Command) error {
	if e == nil {
		return nil
	}
	if err := os.WriteFile(filepath.Join(c.Dir, cmd.Object), e.text, 0o644); err != nil {
		return err
	}
	return note(c, "kept from before", e.Says)
}

// note writes into the log what a run of the command would have, and how it was done.
func note(c host.Cmd, how, says string) error {
	if c.Log == "" {
		return nil
	}
	log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(log, "(%s) $ cd %s && %s\n%s", how, c.Dir, c, says)
	return errors.Join(err, log.Close())
}

// reading is one run of a compiler.
type reading struct {
	start time.Time
	files []string // that were read; none where the compiler did not tell
	says  string
}

// reading runs a command that compiles.
func (s *Store) reading(ctx context.Context, c host.Cmd, object string) (*reading, error) {
	r, list := &reading{start: time.Now()}, object+".read"
	var b strings.Builder
	c.Argv, c.Env, c.Stderr = slices.Concat(c.Argv[:1], []string{"-MD", "-MF", list}, c.Argv[1:]), s.Env, &b
	err := s.Machine.Run(ctx, c)
	if read, listErr := regular.Read(filepath.Join(c.Dir, list), maxText); listErr == nil {
		r.files = names(string(read))
	}
	if gone := os.Remove(filepath.Join(c.Dir, list)); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	r.says = b.String()
	return r, err
}

// compile compiles, and keeps what comes of it if all that was read for it is known. It goes on with what is half made, and returns what it has made
// half itself.
func (s *Store) compile(ctx context.Context, c host.Cmd, cmd *Command, from *search, key string, made *half) (*half, error) {
	var err error
	if made == nil && s.expectsToVary(c.Dir) {
		if made, err = s.begin(ctx, c, cmd); err != nil {
			return made, err
		}
	}
	r, err := s.end(ctx, c, cmd, made)
	if r == nil && err == nil {
		r, err = s.reading(ctx, c, cmd.Object)
	}
	if err != nil || r.files == nil {
		return made, err
	}
	object, err := regular.Read(filepath.Join(c.Dir, cmd.Object), maxText)
	if err != nil {
		return made, err
	}
	for _, secret := range append(slices.Clone(s.Secret), s.Root, c.Dir) {
		if secret != "" && strings.Contains(string(object), secret) {
			return made, nil
		}
	}
	start := r.start
	if made != nil {
		start = made.start
	} else if slices.ContainsFunc(r.files, s.varies) {
		s.noteVaries(c.Dir)
		if made, err = s.begin(ctx, c, cmd); err != nil {
			return made, err
		}
	}
	if e := s.entry(r.files, cmd, c.Dir, from, start); e != nil {
		e.Object, e.Says = digest(string(object)), r.says
		if made != nil {
			e.Core = made.sum
		}
		s.keep(key, e, object)
	}
	return made, nil
}

const maxText = 64 << 20

// entry describes what was read, or is nil where something else may have been, or something that changed meanwhile.
func (s *Store) entry(files []string, cmd *Command, dir string, from *search, start time.Time) *entry {
	e, texts := new(entry), []*text{cmd.macros(s.Levels)}
	if len(files) == 0 || texts[0].odd {
		return nil
	}
	for _, name := range files {
		t, err := s.text(name, dir)
		if err != nil || t.odd || t.changed.After(start.Add(-cmp.Or(s.slack, slack))) || strings.HasSuffix(name, ".gch") {
			return nil
		}
		texts = append(texts, t)
		e.Files = append(e.Files, file{s.shown(name, ""), t.sum, s.around(name, dir, t, from)})
	}
	if s.mayNameLevel(texts) {
		e.Levels = &from.levels
	}
	return e
}

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
	t = scan(string(content), s.Levels)
	t.sum, t.stamp, t.changed = digest(string(content)), stamp, changed
	if again, _, err := stat(name); err != nil || again != stamp {
		t.odd = true
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
	for _, n := range t.names {
		for _, d := range from.dirs {
			look(d, n)
		}
	}
	for _, n := range t.quoted {
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

// code is the digest of this room's text.
var code = sync.OnceValue(func() string {
	var all []string
	entries, _ := Code.ReadDir(".")
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "_test.go") {
			content, _ := Code.ReadFile(e.Name())
			all = append(all, string(content))
		}
	}
	return digest(all...)
})
