package remote

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"
)

// Find implements [host.Runner].
func (m *Machine) Find(ctx context.Context, names ...string) ([]string, error) {
	return m.answers(ctx, askFind, names)
}

// answers are those to questions of a kind that have no errors.
func (m *Machine) answers(ctx context.Context, kind kind, words []string) ([]string, error) {
	questions := make([]question, len(words))
	for i, word := range words {
		questions[i] = question{kind: kind, word: word}
	}
	found, err := m.find(ctx, questions...)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(words))
	for i, q := range questions {
		out[i] = found[q].out
	}
	return out, nil
}

// Stat implements [host.Machine].
func (m *Machine) Stat(ctx context.Context, names ...string) []error {
	files := m.inRoot(names)
	answers, err := m.answers(ctx, askStat, files)
	errs := make([]error, len(names))
	for i, file := range files {
		if errs[i] = err; err == nil && answers[i] != "there" {
			errs[i] = &fs.PathError{Op: "stat", Path: file, Err: fs.ErrNotExist}
		}
	}
	return errs
}

// Read implements [host.Machine].
func (m *Machine) Read(ctx context.Context, names ...string) ([]string, []error) {
	var questions []question
	for _, file := range m.inRoot(names) {
		questions = append(questions, question{kind: askRead, word: file})
	}
	found, err := m.find(ctx, questions...)
	texts, errs := make([]string, len(names)), make([]error, len(names))
	for i, q := range questions {
		if errs[i] = err; err == nil {
			texts[i], errs[i] = found[q].out, found[q].failure("read", q.word)
		}
	}
	return texts, errs
}

// failure is the error of an answer about a file.
func (a answer) failure(op, file string) error {
	err := errors.New(strings.TrimSpace(a.err))
	switch a.status {
	case "0":
		return nil
	case absent:
		err = fs.ErrNotExist
	case another:
		if err = errors.New("not a regular file"); op == "readdir" {
			err = syscall.ENOTDIR
		}
	}
	return &fs.PathError{Op: op, Path: file, Err: err}
}

// ReadDir implements [host.Machine].
func (m *Machine) ReadDir(ctx context.Context, dir string) ([]string, error) {
	q := question{kind: askNames, word: dir}
	found, err := m.find(ctx, q)
	if err == nil {
		err = found[q].failure("readdir", dir)
	}
	if err != nil {
		return nil, err
	}
	names := strings.FieldsFunc(found[q].out, func(r rune) bool { return r == '\n' })
	slices.Sort(names)
	return names, nil
}

// Sums implements [host.Machine].
func (m *Machine) Sums(ctx context.Context, files ...string) ([]string, error) {
	sums, err := m.answers(ctx, askSum, files)
	if err != nil {
		return nil, err
	}
	for i, sum := range sums {
		if sum == "" {
			return nil, &fs.PathError{Op: "sum", Path: files[i], Err: fs.ErrNotExist}
		}
	}
	return sums, nil
}

// Recall implements [host.Machine]. What was touched there cannot be told without looking at it.
func (m *Machine) Recall(_ context.Context, _ string, _ []string, find func() (string, error)) (string, error) {
	return find()
}
