package compile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// mill stands for a machine with sendmail's Build on it: it writes the objects that Build would, and notes what it was asked for.
type mill struct {
	host.Machine
	lock   sync.Mutex
	ran    []string          // "directory: arguments behind the object root"
	fails  string            // the run that fails, as in ran; it leaves half an object
	answer map[string]string // of uname
}

func (m *mill) Run(_ context.Context, c host.Cmd) error {
	m.lock.Lock()
	defer m.lock.Unlock()
	name := filepath.Base(c.Dir)
	run := name + ": " + strings.Join(c.Argv[4:], " ")
	m.ran = append(m.ran, run)
	log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	fmt.Fprintln(log, run)
	object := filepath.Join(c.Argv[3], "obj.AIX.PPC", name, "a.o")
	text := "object"
	if run == m.fails {
		text = "half"
	}
	err = errors.Join(log.Close(), os.MkdirAll(filepath.Dir(object), 0o755))
	if old, _ := os.ReadFile(object); run == m.fails || !strings.Contains(run, "sm_os.h") {
		err = errors.Join(err, os.WriteFile(object, append(old, text...), 0o644))
	}
	if run == m.fails {
		return errors.Join(err, errBroken)
	}
	return err
}

func (m *mill) RunAll(ctx context.Context, commands ...host.Cmd) error {
	for _, c := range commands {
		if err := m.Run(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

var errBroken = errors.New("broken")

func (m *mill) Output(_ context.Context, c host.Cmd) (string, error) {
	answer, ok := m.answer[strings.Join(c.Argv, " ")]
	if !ok {
		return "", errBroken
	}
	return answer, nil
}

// bench has a source of three directories, and a mill.
func bench(t *testing.T) (*Builder, *mill) {
	t.Helper()
	source := writeTree(t, map[string]string{
		"Makefile":             "SUBDIRS= libsm makemap\n",
		"libsm/Makefile.m4":    "",
		"makemap/Makefile.m4":  "bldPUSH_SMLIB(`sm')\n",
		"extra/Makefile.m4":    "",
		"extra/not-a-source.h": "",
	})
	dir, m := t.TempDir(), &mill{Machine: host.NewLocal(nil)}
	log := logrus.New()
	log.SetOutput(io.Discard)
	return &Builder{
		Machine: m, Source: source, Objects: filepath.Join(dir, "objects"), Site: "/site", Extra: []string{"extra"}, Name: "AIX.PPC",
		Key: "one", Jobs: 1, LogDir: filepath.Join(dir, "log"), Log: log,
	}, m
}

// built runs Build and returns what the machine was asked for, sorted.
func built(t *testing.T, b *Builder, m *mill) string {
	t.Helper()
	m.ran = nil
	if _, err := b.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(m.ran)
	return strings.Join(m.ran, "\n")
}

const (
	extraRuns   = "extra: -S -f /site sm_os.h\nextra: -j1"
	libsmRuns   = "libsm: -S -f /site sm_os.h\nlibsm: -j1"
	makemapRuns = "makemap: -S -f /site sm_os.h\nmakemap: -j1"
	allRuns     = extraRuns + "\n" + libsmRuns + "\n" + makemapRuns
)

// TestBuildAgain builds, changes one thing, and builds again: what is no longer as it was left is made anew, and nothing else is.
func TestBuildAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(b *Builder) error
		want   string
	}{
		{"nothing", func(*Builder) error { return nil }, ""},
		{"another key", func(b *Builder) error { b.Key = "two"; return nil }, allRuns},
		{"the key is lost", func(b *Builder) error { return os.Remove(filepath.Join(b.Objects, ".key")) }, allRuns},
		{"an object", func(b *Builder) error {
			return os.WriteFile(filepath.Join(b.ObjectDir("libsm"), "a.o"), []byte("changed"), 0o644)
		}, libsmRuns},
		{"an object is lost", func(b *Builder) error { return os.Remove(filepath.Join(b.ObjectDir("libsm"), "a.o")) }, libsmRuns},
		{"an object directory is lost", func(b *Builder) error { return os.RemoveAll(b.ObjectDir("makemap")) }, makemapRuns},
		{"not known to be done", func(b *Builder) error { return os.Remove(filepath.Join(b.Objects, ".done-extra")) }, extraRuns},
		{"objects of a second machine", func(b *Builder) error {
			return os.Mkdir(filepath.Join(b.Objects, "obj.AIX.7.2.PPC"), 0o755)
		}, allRuns},
		{"objects of another machine", func(b *Builder) error {
			return os.Rename(b.ObjectDir(""), filepath.Join(b.Objects, "obj.AIX.7.2.PPC"))
		}, allRuns},
		{"no objects", func(b *Builder) error { return os.RemoveAll(b.ObjectDir("")) }, allRuns},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, m := bench(t)
			b.Objects = filepath.Join(filepath.Dir(b.Objects), "a [checkout] of\\mine", "objects") // no pattern
			if got := built(t, b, m); got != allRuns {
				t.Fatalf("the first build ran\n%s\nwant\n%s", got, allRuns)
			}
			if err := test.change(b); err != nil {
				t.Fatal(err)
			}
			if got := built(t, b, m); got != test.want {
				t.Errorf("the second build ran\n%s\nwant\n%s", got, test.want)
			}
			found, err := os.ReadDir(b.Objects)
			directories := slices.DeleteFunc(found, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") })
			if err != nil || len(directories) != 1 || directories[0].Name() != "obj.AIX.PPC" {
				t.Errorf("%v, and the objects lie in %v, want obj.AIX.PPC alone", err, directories)
			}
			for _, name := range []string{"libsm", "makemap", "extra"} {
				if text, err := os.ReadFile(filepath.Join(b.ObjectDir(name), "a.o")); string(text) != "object" {
					t.Errorf("%s/a.o holds %q, %v, want one whole object", name, text, err)
				}
				log, err := os.ReadFile(filepath.Join(b.LogDir, "compile-"+name+".log"))
				if want := name + ": -S -f /site sm_os.h\n" + name + ": -j1\n"; string(log) != want {
					t.Errorf("log of %s = %q, %v, want that of one build", name, log, err)
				}
			}
		})
	}
}

// TestBuildGoesOn: what an interrupted build has finished is kept, and its half an object is not.
func TestBuildGoesOn(t *testing.T) {
	t.Parallel()
	for fails, want := range map[string]string{
		"libsm: -S -f /site sm_os.h": libsmRuns + "\n" + makemapRuns,
		"libsm: -j1":                 libsmRuns + "\n" + makemapRuns,
		"makemap: -j1":               makemapRuns,
	} {
		t.Run(fails, func(t *testing.T) {
			t.Parallel()
			b, m := bench(t)
			b.Jobs = 0 // one at a time
			b.Extra = nil
			m.fails = fails
			if _, err := b.Build(t.Context()); !errors.Is(err, errBroken) {
				t.Fatalf("Build() = %v, want %v", err, errBroken)
			}
			if half, err := os.ReadFile(filepath.Join(b.ObjectDir(strings.Split(fails, ":")[0]), "a.o")); string(half) != "half" {
				t.Fatalf("the broken build left %q, %v: nothing is tested", half, err)
			}
			m.fails = ""
			if got := built(t, b, m); got != want {
				t.Errorf("the next build ran\n%s\nwant\n%s", got, want)
			}
			if text, err := os.ReadFile(filepath.Join(b.ObjectDir("libsm"), "a.o")); string(text) != "object" {
				t.Errorf("a.o holds %q, %v, want one whole object", text, err)
			}
		})
	}
}

// TestBuildInterrupted: who interrupts while it is being looked at what an earlier build has left loses nothing of that.
func TestBuildInterrupted(t *testing.T) {
	t.Parallel()
	b, m := bench(t)
	built(t, b, m)
	ctx, cancel := context.WithCancelCause(t.Context())
	b.Machine = interrupter{m, cancel}
	if _, err := b.Build(ctx); !errors.Is(err, errBroken) {
		t.Errorf("Build() = %v, want %v", err, errBroken)
	}
	b.Machine = m
	if got := built(t, b, m); got != "" {
		t.Errorf("the next build ran\n%s\nwant nothing", got)
	}
}

// interrupter is a machine that somebody interrupts while it lists a tree.
type interrupter struct {
	*mill
	cancel context.CancelCauseFunc
}

func (i interrupter) List(ctx context.Context, dir string) (tree.Listing, error) {
	i.cancel(errBroken)
	return i.mill.List(ctx, dir)
}

func TestBuildJobs(t *testing.T) {
	t.Parallel()
	b, m := bench(t)
	b.Jobs = 7
	directories, err := b.Build(t.Context())
	var names []string
	for _, d := range directories {
		names = append(names, d.Name)
	}
	if want := "libsm makemap extra"; err != nil || strings.Join(names, " ") != want || !slices.Contains(m.ran, "makemap: -j7") {
		t.Errorf("Build() = %q, %v with runs %q, want %s, each with -j7", names, err, m.ran, want)
	}
}

// TestBuildRefuses: what lies in the way is told, and nothing is compiled beside it.
func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	full := func(dir string) error {
		return errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "in-the-way"), nil, 0o644))
	}
	for name, change := range map[string]func(b *Builder) error{
		"no source":                         func(b *Builder) error { b.Source = filepath.Join(b.Source, "absent"); return nil },
		"a file where logs go":              func(b *Builder) error { return os.WriteFile(b.LogDir, nil, 0o644) },
		"a directory where a log goes":      func(b *Builder) error { return full(filepath.Join(b.LogDir, "compile-libsm.log")) },
		"a file above the objects":          func(b *Builder) error { b.Objects = filepath.Join(b.Source, "Makefile", "objects"); return nil },
		"a directory without a Makefile.m4": func(b *Builder) error { b.Extra = []string{"absent"}; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, m := bench(t)
			if err := change(b); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Build(t.Context()); err == nil || len(slices.DeleteFunc(m.ran, func(run string) bool { return strings.HasPrefix(run, "extra") })) > 0 {
				t.Errorf("Build() = %v after %q, want an error before anything that needs libsm is compiled", err, m.ran)
			}
		})
	}
}

func TestMachineName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer map[string]string
		want   string
		fails  bool
	}{
		{"AIX", map[string]string{"uname -s": "AIX", "uname -m": "00C84D7A4C00"}, "AIX.PPC", false},
		{"Linux", map[string]string{"uname -s": "Linux", "uname -m": "x86_64"}, "Linux.x86_64", false},
		{"letters that Build takes away", map[string]string{"uname -s": "GNU/k Free", "uname -m": "a b/c"}, "GNU-kFree.ab-c", false},
		{"no system", map[string]string{"uname -m": "x86_64"}, "", true},
		{"no processor", map[string]string{"uname -s": "Linux"}, "", true},
	} {
		got, err := MachineName(t.Context(), &mill{answer: test.answer})
		if test.fails != (err != nil) || err == nil && got != test.want {
			t.Errorf("%s: MachineName() = %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}
