package objects

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// trialCode has what a compiler may put in another order, name otherwise or leave out, if it keeps something of another file: types of the same name,
// tables, literals, inline functions, a switch, a call of what may be built in.
const trialCode = `
#include "trial.h"
extern int printf(const char *, ...);
extern void *memcpy(void *, const void *, unsigned long);
typedef struct row { const char *name; int (*call)(int); number wide; } row;
static inline int twice(int n) { return n * 2; }
static int other(int n) { return n ? other(n - 1) + twice(n) : 3; }
static const row rows[] = {{"first", twice, 1L << 20}, {"second", other, -1}, {0, 0, 0}};
static char kept[64];
int find(const char *name, int n)
{
	static int calls;
	calls++;
	for (const row *r = rows; r->name; r++) {
		unsigned long i = 0;
		while (name[i] && name[i] == r->name[i]) i++;
		if (name[i] == r->name[i]) {
			memcpy(kept, r, sizeof *r);
			switch (n) {
			case 0: return printf("%s %d\n", name, calls);
			case 1: case 2: case 3: return r->call(n);
			case 4: return (int)(r->wide / n);
			case 5: return kept[n];
			}
			return __func__[n % 4];
		}
	}
	return (int)(n * 1.5);
}
`

// trials are files with types and variables of the same names, of which each would show what is left of the other.
var trials = []struct{ name, text string }{
	{"one.c", "#define number long\n" + trialCode},
	{"two.c", "struct row;\n#define number int\nint calls = 7;\n" + trialCode + "int again(int n) { return find(\"again\", n + calls); }\n"},
}

// What a file of results says that a compiler does to the same end as one step for one file.
const (
	joins  = "files together\n"
	halves = "in two steps\n"
)

// try finds out, once for one compiler, whether it makes the same objects where it is given several files together, and where it goes on with
// intermediate code. That it does is promised nowhere.
func (s *Store) try(ctx context.Context, t *task) {
	argv := t.cmd.code()
	file := filepath.Join(s.Dir, digest(slices.Concat([]string{code(), s.Compiler, fmt.Sprint(s.Varies != "")}, s.Env, argv)...)+".tried")
	known, err := regular.Read(file, maxText)
	if err == nil {
		use(file)
	} else {
		known = []byte(s.trial(ctx, argv))
		if ctx.Err() == nil && os.MkdirAll(s.Dir, 0o755) == nil {
			_ = write(file, known) // else it is tried again the next time
		}
	}
	s.joins, s.halves = strings.Contains(string(known), joins), strings.Contains(string(known), halves)
}

// trial compiles trials in each way.
func (s *Store) trial(ctx context.Context, argv []string) (says string) {
	dir, err := os.MkdirTemp("", "sendmail-aix-")
	if err != nil {
		return ""
	}
	defer func() { _ = os.RemoveAll(dir) }() // it lies where such things may be left
	err = os.WriteFile(filepath.Join(dir, "trial.h"), []byte("#pragma once\n"), 0o644)
	var tasks []*task
	for _, trial := range trials {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, trial.name), []byte(trial.text), 0o644))
		object := strings.TrimSuffix(trial.name, ".c") + ".o"
		c := host.Cmd{Argv: slices.Concat(argv, []string{"-I.", "-c", "-o", object, trial.name}), Dir: dir}
		if cmd, ok := Parse(c.Argv); ok {
			tasks = append(tasks, &task{Cmd: c, cmd: cmd})
		}
	}
	if err != nil || len(tasks) != len(trials) {
		return ""
	}
	made := func(read, all []*reading) string {
		var texts []string
		for i, t := range tasks {
			name := filepath.Join(dir, t.cmd.Object)
			object, err := regular.Read(name, maxText)
			if err != nil || len(all) != len(tasks) || all[i] == nil || read[i] == nil || os.Remove(name) != nil {
				return ""
			}
			texts = append(append(texts, string(object)), read[i].files...)
		}
		return digest(texts...)
	}
	each, err := s.run(ctx, tasks, wholly)
	want := made(each, each)
	if err != nil || want == "" {
		return ""
	}
	both := s.together(ctx, tasks, wholly)
	if s.joins = made(both, both) == want; s.joins {
		says = joins
	}
	if s.Varies != "" {
		cores, err := s.run(ctx, tasks, toCore)
		if err != nil {
			return says
		}
		if ends, err := s.run(ctx, tasks, fromCore); err == nil && made(cores, ends) == want {
			says += halves
		}
	}
	return says
}
