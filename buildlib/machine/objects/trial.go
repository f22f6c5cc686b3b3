package objects

import (
	"context"
	"errors"
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
	{"one.c", "#include <trial.h>\n#define number long\n" + trialCode},
	{"two.c", "#include <trial.h>\nstruct row;\n#define number int\nint calls = 7;\n" + trialCode + "int again(int n) { return find(\"again\", n + calls); }\n"},
}

const trialHeader = `#ifndef TRIAL_H
#define TRIAL_H 1
struct trial { int a; char *b; };
static inline int halve(struct trial *t) { return t->a / 2; }
extern char *trial_names[];
#endif
`

// try finds out, once for one compiler, whether it makes the same objects where it is given several files together, or a header that it has compiled. That
// it does is promised nowhere.
func (s *Store) try(ctx context.Context, t *Task) {
	argv := t.cmd.code()
	file := filepath.Join(s.Dir, digest(slices.Concat([]string{code(), s.Compiler}, s.Env, argv)...)+".tried")
	const same, not = "the same objects\n", "other objects\n"
	if known, err := regular.Read(file, maxText); err == nil {
		use(file)
		s.agrees = string(known) == same
		return
	}
	s.agrees = s.trial(ctx, argv)
	found := not
	if s.agrees {
		found = same
	}
	if ctx.Err() == nil && os.MkdirAll(s.Dir, 0o755) == nil {
		_ = write(file, []byte(found)) // else it is tried again the next time
	}
}

// trial compiles trials one by one, and then together or behind their header.
func (s *Store) trial(ctx context.Context, argv []string) bool {
	dir, err := os.MkdirTemp("", "sendmail-aix-")
	if err != nil {
		return false
	}
	defer func() { _ = os.RemoveAll(dir) }() // it lies where such things may be left
	err = os.WriteFile(filepath.Join(dir, "trial.h"), []byte(trialHeader), 0o644)
	var tasks []*Task
	for _, trial := range trials {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, trial.name), []byte(trial.text), 0o644))
		object := strings.TrimSuffix(trial.name, ".c") + ".o"
		c := host.Cmd{Argv: slices.Concat(argv, []string{"-I.", "-c", "-o", object, trial.name}), Dir: dir}
		if cmd, ok := Parse(c.Argv); ok {
			tasks = append(tasks, &Task{Cmd: c, cmd: cmd})
		}
	}
	if err != nil || len(tasks) != len(trials) {
		return false
	}
	made := func(all []*reading) string {
		var texts []string
		for i, t := range tasks {
			name := filepath.Join(dir, t.cmd.Object)
			object, err := regular.Read(name, maxText)
			if err != nil || len(all) != len(tasks) || len(all[i].files) == 0 || os.Remove(name) != nil {
				return ""
			}
			slices.Sort(all[i].files[1:]) // a header that was compiled comes first
			texts = append(append(texts, string(object)), all[i].files...)
		}
		return digest(texts...)
	}
	var each []*reading
	for _, t := range tasks {
		r, err := s.alone(ctx, t, wholly)
		if err != nil {
			return false
		}
		each = append(each, r)
	}
	want := made(each)
	if s.Clang {
		return want != "" && made(s.together(ctx, tasks, wholly)) == want
	}
	first := s.compileHeader(ctx, tasks[0], "trial.h")
	if first == nil || want == "" {
		return false
	}
	var behind []*reading
	for _, t := range tasks {
		r := s.behind(ctx, t, first)
		if r == nil {
			return false
		}
		behind = append(behind, r)
	}
	return made(behind) == want
}
