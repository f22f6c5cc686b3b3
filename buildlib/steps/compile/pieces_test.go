package compile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/objects"
)

// workbench is a mill whose make tells what it would do, and which notes what is compiled.
type workbench struct {
	*mill
	says  string // by make -n
	fail  error
	takes string // by Build -m
	node  string
}

func (w *workbench) Output(_ context.Context, c host.Cmd) (string, error) {
	switch c.Argv[0] {
	case "uname":
		return w.node, nil
	case "sh":
		return w.takes, nil
	}
	return w.says, w.fail
}

func (w *workbench) Run(ctx context.Context, c host.Cmd) error {
	if c.Argv[0] == "sh" {
		return w.mill.Run(ctx, c)
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	w.ran = append(w.ran, filepath.Base(c.Dir)+": "+c.String())
	return nil
}

// TestPieces builds object by object: each waits for its Makefile alone, and a directory for its objects and libraries.
func TestPieces(t *testing.T) {
	t.Parallel()
	b, m := bench(t)
	for _, name := range []string{"libsm/a.c", "makemap/a.c", "makemap/b.c"} {
		if err := os.WriteFile(filepath.Join(b.Source, name), []byte(strings.Repeat("x", len(name))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(b.Source, "devtools"), 0o755); err != nil {
		t.Fatal(err)
	}
	w := &workbench{mill: m, says: strings.Join([]string{
		"cc -q64 -I. -I" + b.Source + "//include -c -o a.o a.c", "cc -q64 -c -o made.o made.c", "ln -s x y", "cc -q64 -c -o b.o b.c; rm x", "ar crv lib.a a.o",
	}, "\n")}
	b.Machine, b.Kept, b.Extra = w, &objects.Store{Machine: w}, nil
	b.Kept.Dir = t.TempDir()
	b.Site = filepath.Join(b.Kept.Dir, "site")
	if err := os.WriteFile(b.Site, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	near, err := filepath.Rel(b.ObjectDir("libsm"), b.Source)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	compiles := ": cc -q64 -I. -I" + near + "//include -c -o a.o a.c"
	assembles := ": make 'SENDMAIL_BUILD_FLAGS=-O " + b.Objects + "' -j1"
	want := []string{"makemap: -S -f " + b.Site + " sm_os.h", "libsm: -S -f " + b.Site + " sm_os.h", "libsm" + compiles, "makemap" + compiles, "libsm" + assembles, "makemap" + assembles}
	if !slices.Equal(w.ran, want) {
		t.Errorf("ran %s\nwant %s", strings.Join(w.ran, "\n"), strings.Join(want, "\n"))
	}
	w.ran = nil
	if _, err := b.Build(t.Context()); err != nil || w.ran != nil {
		t.Errorf("once more ran %q, %v, want nothing", w.ran, err)
	}

	b.Key, w.fail, w.ran = "two", errBroken, nil
	want = []string{"makemap: -S -f " + b.Site + " sm_os.h", "libsm: -S -f " + b.Site + " sm_os.h", "libsm" + assembles, "makemap" + assembles}
	if _, err := b.Build(t.Context()); err != nil || !slices.Equal(w.ran, want) {
		t.Errorf("with a make that does not tell ran %q, %v, want %q", w.ran, err, want)
	}
}

// TestTogether puts files together: a lot of small ones first of all, so that what is left for the end is small.
func TestTogether(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		weights []int64
		jobs    int
		want    string // names, objects and weights
	}{
		{"none", nil, 2, ""},
		{"one", []int64{5}, 2, "00 1 5"},
		{"alike", []int64{40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40}, 1, "00 and 5 more 6 240, 06 and 2 more 3 120, 09 1 40, 10 1 40, 11 1 40"},
		{"more processors", []int64{40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40}, 4, "00 1 40, 01 1 40, 02 1 40, 03 1 40, 04 1 40, 05 1 40, 06 1 40, 07 1 40, 08 1 40, 09 1 40, 10 1 40, 11 1 40"},
		{"a large one", []int64{1, 300, 20, 30, 40, 10}, 1, "01 1 300, 04 1 40, 03 and 3 more 4 61"},
		{"many", slices.Repeat([]int64{1}, 30), 2, "00 and 23 more 24 24, 24 and 5 more 6 6"},
	} {
		var pieces []piece
		for i, w := range test.weights {
			pieces = append(pieces, piece{Directory: Directory{Name: fmt.Sprintf("%02d", i), Weight: w << 10}, tasks: []*objects.Task{{Cmd: host.Cmd{Dir: fmt.Sprintf("%02d", i)}}}})
		}
		var got []string
		commands := 0
		for _, p := range together(pieces, test.jobs, true) {
			got = append(got, fmt.Sprint(p.Name, " ", len(p.tasks), " ", p.Weight>>10))
			if commands += len(p.tasks); p.tasks[0].Dir != strings.Fields(p.Name)[0] {
				t.Errorf("%s: %s has tasks %v", test.name, p.Name, p.tasks)
			}
		}
		if all := strings.Join(got, ", "); all != test.want || commands != len(test.weights) {
			t.Errorf("%s: together = %s with %d commands, want %s", test.name, all, commands, test.want)
		}
	}
}

// TestTools has a level built as another one is, unless Build takes another file for it, or a file asks what level it is.
func TestTools(t *testing.T) {
	t.Parallel()
	b, m := bench(t)
	site := filepath.Join(t.TempDir(), "site")
	for name, text := range map[string]string{site: "define(`confCC', `cc')\n", filepath.Join(b.Source, "devtools/OS/AIX.7.x"): "bldREL_SRC_DIR\n", filepath.Join(b.Source, "devtools/bin/Build"): "bldREL\n"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	b.Site = site
	const says = "Configuration: pfx=, os=AIX, rel=7.2, rbase=7, rroot=7.2, arch=PPC, sfx=, variant=\nWill run in virgin %s/obj.AIX.PPC/libsm using %s/devtools/OS/AIX.7.x\n"
	w := &workbench{mill: m, takes: fmt.Sprintf(says, b.Objects, b.Source), node: "here"}
	b.Machine, b.Kept = w, &objects.Store{Machine: w}
	tools := func() string {
		t.Helper()
		s, err := b.tools(t.Context(), []Directory{{Name: "libsm"}, {Name: "makemap"}})
		if err != nil || s == "" {
			t.Fatalf("tools = %q, %v", s, err)
		}
		return s
	}
	first := tools()
	level := func() { w.takes = strings.NewReplacer("7.2", "7.3").Replace(w.takes) }
	for _, test := range []struct {
		name   string
		change func()
		same   bool
	}{
		{"another level", level, true},
		{"another place", func() {
			objects := b.Objects
			b.Objects += "2"
			w.takes = strings.ReplaceAll(w.takes, objects, b.Objects)
		}, true},
		{"another file for it", func() { w.takes = strings.ReplaceAll(w.takes, "AIX.7.x", "AIX.7.2") }, false},
		{"another processor", func() { w.takes = strings.ReplaceAll(w.takes, "PPC", "POWER") }, false},
		{"another machine", func() { w.node = "there" }, false},
		{"another setting", func() { b.Makes = "other" }, false},
	} {
		before, takes, node, objects := *b, w.takes, w.node, b.Objects
		test.change()
		if got := tools(); (got == first) != test.same {
			t.Errorf("%s: as before: %t, want %t:\n%s\n%s", test.name, got == first, test.same, first, got)
		}
		*b, w.takes, w.node, b.Objects = before, takes, node, objects
	}
	for _, name := range []string{site, filepath.Join(b.Source, "makemap/Makefile.m4")} {
		before, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(name, append(before, "ifelse(bldREL, `7.2')\n"...), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		one, takes := tools(), w.takes
		level()
		if tools() == one {
			t.Errorf("%s asks for the level, and another level is the same", name)
		}
		w.takes = takes
		if err := os.WriteFile(name, before, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
