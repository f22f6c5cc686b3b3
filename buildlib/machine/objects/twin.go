package objects

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// varies reports whether a file is one that other levels have otherwise.
func (s *Store) varies(name string) bool {
	return s.inSteps() && strings.HasPrefix(filepath.Clean(name), s.Varies+"/")
}

// inSteps reports whether objects are made in two steps.
func (s *Store) inSteps() bool { return s.Varies != "" && s.halves }

// twins finds the objects of another level, whose headers say something else that a file makes no use of, and returns the other tasks. Of all that clang
// reads, the intermediate code has what is used, and nothing else; so if that is the same for the same command, so is the object. To make it costs a quarter
// of compiling. If no object is found, it stays for compiling to go on with.
func (s *Store) twins(ctx context.Context, tasks []*task) (rest []*task, err error) {
	others := make(map[*task][]entry)
	for _, t := range tasks {
		if s.inSteps() {
			others[t] = slices.DeleteFunc(s.load(t.key), func(e entry) bool { return e.Core == "" || !s.reads(&e, t, s.varies) })
		}
	}
	if err := s.begin(ctx, those(tasks, func(t *task) bool { return len(others[t]) > 0 })); err != nil {
		return nil, err
	}
	for _, t := range tasks {
		if e := s.twin(t, others[t]); e == nil {
			rest = append(rest, t)
		} else if err := t.put(e); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// twin is the one with the same intermediate code.
func (s *Store) twin(t *task, others []entry) *entry {
	for _, other := range others {
		if t.core == "" || other.Core != t.core || !s.take(&other, t.key) {
			continue
		}
		e := s.entry(t, t.half)
		if e != nil {
			e.Object, e.Says, e.Core, e.text = other.Object, t.half.says, t.core, other.text
			s.keep(t.key, e, e.text)
		}
		return e
	}
	return nil
}

// begin compiles as far as to the intermediate code. Of a task for which that does not come to an end there is none; what is wrong then, compiling tells.
func (s *Store) begin(ctx context.Context, tasks []*task) error {
	read, err := s.run(ctx, tasks, toCore)
	if err != nil {
		return err
	}
	for i, t := range tasks {
		text, err := regular.Read(filepath.Join(t.Dir, t.file(toCore.to)), maxText)
		if err == nil && read[i] != nil {
			t.half, t.core = read[i], digest(string(text))
		}
	}
	return nil
}

// end makes the object of the intermediate code. Where that cannot be done, compiling as a whole tells what is wrong.
func (s *Store) end(ctx context.Context, tasks []*task) error {
	all, err := s.run(ctx, tasks, fromCore)
	if err != nil {
		return err
	}
	for i, t := range tasks {
		if all[i] == nil {
			continue
		}
		t.read = &reading{start: t.half.start, files: t.half.files, says: t.half.says + all[i].says}
		if err := t.note("in two steps", t.read.says); err != nil {
			return err
		}
	}
	return nil
}

// knows reports whether something was learned of a directory.
func (s *Store) knows(dir string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	_, known := s.varying[dir]
	return known
}

// expectsToVary reports whether a file of this directory has read headers that vary: then most do.
func (s *Store) expectsToVary(dir string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.varying[dir]
}

// learn notes whether files of a directory have read headers that vary.
func (s *Store) learn(dir string, varies bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.varying == nil {
		s.varying = make(map[string]bool)
	}
	s.varying[dir] = s.varying[dir] || varies
}
