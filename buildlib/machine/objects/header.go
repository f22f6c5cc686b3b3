package objects

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// header is one that many files of a directory begin with, compiled once for all of them: gcc takes what it has made of it in the place of its text, where
// a file reads it before anything else, and compiles anew what that does not fit. See the manual of gcc, "Using Precompiled Headers".
type header struct {
	wanted int      // by so many tasks
	begun  bool     // it is compiled, or was
	read   *reading // for it; nil until it is done, or where it cannot be
}

const (
	headerDir  = ".header" // below a directory of objects, until [Store.Finish]
	headerFile = headerDir + "/first.h"
	worthwhile = 8 // files: to compile the header takes as long as to read it for three
)

// first is the same for tasks that are alike and begin with the same header, "" for one that begins with something else.
func (s *Store) first(t *Task) string {
	if !s.Headers || t.cmd == nil {
		return ""
	}
	source, err := s.text(t.cmd.Source, t.Dir)
	if err != nil || source.facts.First == "" {
		return ""
	}
	return t.alike() + "\x00" + source.facts.First
}

// want notes what tasks begin with.
func (s *Store) want(tasks []*Task) {
	for _, t := range tasks {
		if key := s.first(t); key != "" {
			s.lock.Lock()
			if s.headers == nil {
				s.headers = make(map[string]*header)
			}
			if s.headers[key] == nil {
				s.headers[key] = new(header)
			}
			s.headers[key].wanted++
			s.lock.Unlock()
		}
	}
}

// header is what was read for the compiled header that a task begins with. It is compiled for the first task that asks; others that ask meanwhile do without
// rather than wait.
func (s *Store) header(ctx context.Context, t *Task) *reading {
	key := s.first(t)
	s.lock.Lock()
	h := s.headers[key]
	makes := h != nil && !h.begun && h.wanted >= worthwhile
	if makes {
		h.begun = true
	}
	s.lock.Unlock()
	if makes {
		s.tried.Do(func() { s.try(ctx, t) })
		if !s.agrees {
			return nil
		}
		if read := s.compileHeader(ctx, t, key[strings.LastIndexByte(key, 0)+1:]); read != nil {
			s.lock.Lock()
			h.read = read
			s.lock.Unlock()
		}
	}
	if h == nil {
		return nil
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	return h.read
}

// compileHeader compiles a header for a task, and for others that are alike. One for each directory is enough.
func (s *Store) compileHeader(ctx context.Context, t *Task, name string) *reading {
	if os.Mkdir(filepath.Join(t.Dir, headerDir), 0o755) != nil || os.WriteFile(filepath.Join(t.Dir, headerFile), []byte("#include <"+name+">\n"), 0o644) != nil {
		return nil
	}
	read, err := s.alone(ctx, &Task{cmd: t.cmd, Cmd: host.Cmd{
		Argv: slices.Concat([]string{t.cmd.program}, t.cmd.options, []string{"-x", "c-header", "-o", headerFile + ".gch", headerFile}), Dir: t.Dir,
	}}, wholly)
	if err != nil || len(read.files) < 2 || read.files[0] != headerFile {
		return nil
	}
	read.files = read.files[1:]
	return read
}

// behind compiles a task that begins with a header that was compiled. It is nil where that does not come to an end; what is wrong then, it tells alone.
func (s *Store) behind(ctx context.Context, t *Task, first *reading) *reading {
	c := t.Cmd
	c.Argv, c.Log = slices.Concat(c.Argv[:1], []string{"-include", headerFile}, c.Argv[1:]), ""
	r, err := s.alone(ctx, &Task{Cmd: c, cmd: t.cmd}, wholly)
	if err != nil || len(r.files) == 0 {
		return nil
	}
	files := r.files[:1:1]
	for _, name := range slices.Concat(first.files, r.files[1:]) {
		if !strings.HasPrefix(name, headerDir+"/") && !slices.Contains(files, name) {
			files = append(files, name)
		}
	}
	r.files, r.start, r.how = files, first.start, "behind a header that was compiled"
	return r
}

// Finish removes what is of no use when all files of a directory are compiled.
func (s *Store) Finish(dir string) error {
	if !s.Headers {
		return nil
	}
	var problems []error
	for _, name := range []string{headerFile + ".gch", headerFile, headerDir} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !isAbsent(err) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}
