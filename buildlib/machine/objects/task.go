package objects

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Task is a command that is to be run.
type Task struct {
	host.Cmd
	cmd  *Command
	from *search // nil for a command of which nothing is kept
	key  string
	text *reading // for what is used of all that is read; nil where that was not asked
	read *reading // for the object
}

// reading is one run of a compiler.
type reading struct {
	start time.Time
	files []string // that were read; none where the compiler did not tell
	says  string
	core  string // see [ctext.Used]; "" where nothing was compiled but an object
	how   string // for the log, where it was not by the command alone
}

// way is what a compiler is to do with a file.
type way struct {
	name string
	argv func(t *Task) []string
}

var (
	// wholly is what a command itself says.
	wholly = &way{"compile", func(t *Task) []string { return t.Argv }}
	// toText preprocesses.
	toText = &way{"preprocess", func(t *Task) []string {
		return slices.Concat([]string{t.cmd.program, "-E"}, t.cmd.options, []string{t.cmd.Source})
	}}
)

// alike is the same for tasks that differ in the names of their files alone.
func (t *Task) alike() string {
	return strings.Join(slices.Concat([]string{t.Dir, t.cmd.program}, t.cmd.options), "\x00")
}

// decidesCode matches the options of [plainOption] that count when the source has been read.
var decidesCode = regexp.MustCompile(`^-[Omf]`)

// code is the program with such options.
func (c *Command) code() []string {
	argv := []string{c.program}
	for _, word := range c.options {
		if decidesCode.MatchString(word) {
			argv = append(argv, word)
		}
	}
	return argv
}

// those are the tasks that are so.
func those(tasks []*Task, are func(*Task) bool) (some []*Task) {
	for _, t := range tasks {
		if are(t) {
			some = append(some, t)
		}
	}
	return some
}

// task is what is to be done of a command: nil if nothing is, as its object was kept.
func (s *Store) task(ctx context.Context, c host.Cmd) (*Task, error) {
	t := &Task{Cmd: c}
	cmd, ok := Parse(c.Argv)
	if !ok || !cmd.isPlain() {
		return t, nil
	}
	from, err := s.search(ctx, cmd, c.Dir)
	if err != nil || from == nil {
		return t, err
	}
	t.cmd, t.from, t.key = cmd, from, digest(slices.Concat([]string{code(), s.Compiler, from.text}, s.Env, c.Argv)...)
	if kept := s.find(t); kept != nil {
		return nil, t.put(kept)
	}
	return t, nil
}

// put puts an object where the command would.
func (t *Task) put(e *entry) error {
	if err := os.WriteFile(filepath.Join(t.Dir, t.cmd.Object), e.text, 0o644); err != nil {
		return err
	}
	return t.note("kept from before", e.Says)
}

// note writes into the log what a run of the command would have, and how it was done.
func (t *Task) note(how, says string) error {
	if t.Log == "" {
		return nil
	}
	log, err := os.OpenFile(t.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(log, "(%s) $ cd %s && %s\n%s", how, t.Dir, t, says)
	return errors.Join(err, log.Close())
}

// run goes a way for each task, and returns what each has read: nil for one that did not come to its end, which is an error where it is the whole way.
func (s *Store) run(ctx context.Context, tasks []*Task, w *way) ([]*reading, error) {
	if s.Clang && len(tasks) > 1 {
		s.tried.Do(func() { s.try(ctx, tasks[0]) })
	}
	groups, all := make(map[string][]int), make([]*reading, len(tasks))
	for i, t := range tasks {
		groups[t.alike()] = append(groups[t.alike()], i)
	}
	for _, group := range groups {
		var alike []*Task
		for _, i := range group {
			alike = append(alike, tasks[i])
		}
		if len(alike) > 1 && s.Clang && s.agrees {
			for n, r := range s.together(ctx, alike, w) {
				all[group[n]] = r
			}
		}
	}
	for i, t := range tasks {
		if all[i] != nil {
			continue
		}
		if first := s.header(ctx, t); first != nil && w == wholly {
			if all[i] = s.behind(ctx, t, first); all[i] != nil {
				continue
			}
		}
		r, err := s.alone(ctx, t, w)
		if err == nil {
			all[i] = r
		} else if w == wholly || ctx.Err() != nil {
			return nil, err
		}
	}
	return all, nil
}

// alone goes a way for one task in a process of its own.
func (s *Store) alone(ctx context.Context, t *Task, w *way) (*reading, error) {
	start, list := time.Now(), t.cmd.Object+".read"
	var out, says strings.Builder
	c := t.Cmd
	c.Argv, c.Env, c.Stderr = w.argv(t), s.Env, &says
	if w == toText {
		c.Log, c.Stdout = "", &out
		err := s.Machine.Run(ctx, c)
		all := texts(out.String(), []string{t.cmd.Source})
		if err != nil || all == nil {
			return nil, err
		}
		all[0].start = start
		return all[0], nil
	}
	c.Argv = slices.Concat(c.Argv[:1], []string{"-MD", "-MF", list}, c.Argv[1:])
	err := s.Machine.Run(ctx, c)
	r := &reading{start: start, says: says.String()}
	if read, listErr := regular.Read(filepath.Join(t.Dir, list), maxText); listErr == nil {
		r.files = names(string(read))
	}
	if gone := os.Remove(filepath.Join(t.Dir, list)); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return r, err
}

// store keeps the object of a task if all that was read for it is known.
func (s *Store) store(t *Task) error {
	if t.read.files == nil {
		return nil
	}
	object, err := regular.Read(filepath.Join(t.Dir, t.cmd.Object), maxText)
	if err != nil {
		return err
	}
	for _, secret := range append(slices.Clone(s.Secret), s.Root, t.Dir) {
		if secret != "" && strings.Contains(string(object), secret) {
			return nil
		}
	}
	if e := s.entry(t, t.read); e != nil {
		e.Object, e.Says = digest(string(object)), t.read.says
		if t.text != nil {
			e.Core = t.text.core
		}
		s.keep(t.key, e, object)
	}
	return nil
}

// entry describes what was read, or is nil where something else may have been, or something that changed meanwhile.
func (s *Store) entry(t *Task, read *reading) *entry {
	e, texts := new(entry), []*text{t.cmd.macros(s.Levels)}
	if len(read.files) == 0 || texts[0].facts.Odd {
		return nil
	}
	for _, name := range read.files {
		content, err := s.text(name, t.Dir)
		if err != nil || content.facts.Odd || content.changed.After(read.start.Add(-cmp.Or(s.slack, slack))) || strings.HasSuffix(name, ".gch") {
			return nil
		}
		texts = append(texts, content)
		e.Files = append(e.Files, file{s.shown(name, ""), content.sum, s.around(name, t.Dir, content, t.from)})
	}
	if s.mayNameLevel(texts) {
		e.Levels = &t.from.levels
	}
	return e
}

// mayNameLevel reports whether texts together may name a macro of a level.
func (s *Store) mayNameLevel(texts []*text) bool {
	has := func(what func(*text) bool) bool { return slices.ContainsFunc(texts, what) }
	return has(func(t *text) bool { return t.facts.Levels }) ||
		has(func(t *text) bool { return t.facts.Pieces }) && has(func(t *text) bool { return t.facts.Pastes })
}
