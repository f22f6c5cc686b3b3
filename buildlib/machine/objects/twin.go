package objects

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
)

// varies reports whether a file is one that other levels have otherwise.
func (s *Store) varies(name string) bool {
	return s.Varies != "" && strings.HasPrefix(filepath.Clean(name), s.Varies+"/")
}

// twins finds the objects of another level, whose headers say something else that a file makes no use of, and returns the other tasks. To preprocess several
// files in one process costs a thirtieth of compiling them.
func (s *Store) twins(ctx context.Context, tasks []*Task) (rest []*Task, err error) {
	others := make(map[*Task][]entry)
	for _, t := range tasks {
		if t.from != nil {
			others[t] = slices.DeleteFunc(s.load(t.key), func(e entry) bool { return e.Core == "" || !s.reads(&e, t, s.varies) })
		}
	}
	if err := s.preprocess(ctx, those(tasks, func(t *Task) bool { return len(others[t]) > 0 })); err != nil {
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

// twin is the one that uses the same.
func (s *Store) twin(t *Task, others []entry) *entry {
	for _, other := range others {
		if t.text == nil || other.Core != t.text.core || !s.take(&other, t.key) {
			continue
		}
		e := s.entry(t, t.text)
		if e != nil {
			e.Object, e.Says, e.Core, e.text = other.Object, other.Says, other.Core, other.text
			s.keep(t.key, e, e.text)
		}
		return e
	}
	return nil
}

// preprocess finds what is used of all that is read. Of a task for which that does not come to an end nothing is known; what is wrong then, compiling tells.
func (s *Store) preprocess(ctx context.Context, tasks []*Task) error {
	read, err := s.run(ctx, tasks, toText)
	for i, t := range tasks {
		if err == nil {
			t.text = read[i]
		}
	}
	return err
}
