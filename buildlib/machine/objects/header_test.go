package objects

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// TestHeader has gcc compile many files that begin with the same header, and some that do not: to the same objects, of the same files, as one by one.
func TestHeader(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skipf("%v; \"mage setup\" installs it", err)
	}
	const many = 10
	build := func(t *testing.T, headers bool, change func(*site)) (s *site, objects, read map[string]string) {
		t.Helper()
		s = newSite(t)
		s.write("include/a.h", "#ifndef A_H\n#define A_H 1\n#include <stdio.h>\n#include <deep.h>\n#endif\n")
		s.write("include/deep.h", "#ifndef DEEP_H\n#define DEEP_H 1\nstatic inline int deep(int n) { return n * KIND; }\n#endif\n")
		var commands []host.Cmd
		for i := range many {
			name, begins := fmt.Sprint("f", i), "/* a comment */\n#include <a.h>\n"
			if i == many-1 {
				begins = "#define KIND 2\n" + begins
			}
			s.write("obj/"+name+".c", begins+fmt.Sprintf("#ifndef KIND\n#define KIND 3\n#endif\n#include <string.h>\nint %s(int n) { static int calls; printf(\"%%d\", ++calls); return deep(n) + %d; }\n", name, i))
			commands = append(commands, host.Cmd{
				Argv: []string{"gcc", "-O2", "-w", "-I.", "-I../include", "-DKIND=1", "-c", "-o", name + ".o", name + ".c"}, Dir: filepath.Join(s.dir, "obj"), Log: filepath.Join(s.dir, "log"),
			})
		}
		if change != nil {
			change(s)
		}
		store := s.store()
		store.Headers = headers
		if err := both(t.Context(), store, commands...); err != nil {
			t.Fatal(err)
		}
		if err := store.Finish(filepath.Join(s.dir, "obj")); err != nil {
			t.Fatal(err)
		}
		objects, read = make(map[string]string), make(map[string]string)
		for i := range many {
			name := fmt.Sprintf("obj/f%d.o", i)
			objects[name] = s.read(name)
		}
		lists, _ := filepath.Glob(filepath.Join(s.kept, "*.list"))
		for _, list := range lists {
			for _, e := range store.load(strings.TrimSuffix(filepath.Base(list), ".list")) {
				var names []string
				for _, f := range e.Files {
					names = append(names, strings.ReplaceAll(f.Name, s.dir, ""))
				}
				read[names[0]] = strings.Join(names[1:], " ")
			}
		}
		if left, _ := filepath.Glob(filepath.Join(s.dir, "obj", headerDir)); left != nil {
			t.Errorf("%v is left", left)
		}
		return s, objects, read
	}
	_, want, files := build(t, false, nil)
	s, got, of := build(t, true, nil)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects behind a compiled header (-one by one +behind it):\n%s", diff)
	}
	if len(files) != many || len(of) != many {
		t.Fatalf("%d and %d lists were kept, want %d", len(files), len(of), many)
	}
	for name, read := range files {
		for _, word := range strings.Fields(read) {
			if !strings.Contains(" "+of[name]+" ", " "+word+" ") {
				t.Errorf("of %s it is not known that it reads %s: %s", name, word, of[name])
			}
		}
		if strings.Contains(of[name], headerDir) || len(strings.Fields(of[name])) != len(strings.Fields(read)) {
			t.Errorf("%s reads %s, want %s", name, of[name], read)
		}
	}
	log := s.read("log")
	if n := strings.Count(log, "(behind a header that was compiled) $ cd "); n != many-1 {
		t.Errorf("the log tells of %d files behind a header, want %d:\n%s", n, many-1, log)
	}
	if strings.Contains(log, headerDir) {
		t.Errorf("the log has commands that nobody can repeat:\n%s", log)
	}

	// No header is compiled for a few.
	s, _, _ = build(t, true, func(s *site) {
		for i := range 5 {
			s.write(fmt.Sprintf("obj/f%d.c", i), fmt.Sprintf("#include <stdio.h>\n#include <a.h>\nint f%d;\n", i))
		}
	})
	if log := s.read("log"); strings.Contains(log, "behind a header") {
		t.Errorf("a header was compiled for a few files:\n%s", log)
	}
}

// TestTryWithoutLists has a compiler that does not tell what it reads, of which nothing is known then.
func TestTryWithoutLists(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write("bin/cc", "#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in -o) echo x >$2; shift ;; esac; shift; done\n")
	for _, clang := range []bool{true, false} {
		store := s.store()
		if store.Clang = clang; store.trial(t.Context(), []string{filepath.Join(s.dir, "bin/cc")}) {
			t.Errorf("clang %t: it agrees with what nobody knows", clang)
		}
	}
}

// TestHeaderFails compiles a file that is wrong.
func TestHeaderFails(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skipf("%v; \"mage setup\" installs it", err)
	}
	s := newSite(t)
	var commands []host.Cmd
	for i := range worthwhile {
		name := fmt.Sprint("f", i)
		s.write("obj/"+name+".c", "#include <deep.h>\nint "+name+";\n")
		commands = append(commands, host.Cmd{Argv: []string{"gcc", "-O2", "-I../include", "-c", "-o", name + ".o", name + ".c"}, Dir: filepath.Join(s.dir, "obj")})
	}
	s.write("obj/f5.c", "#include <deep.h>\nint f5 = no_such_thing;\n")
	store := s.store()
	store.Headers = true
	err := both(t.Context(), store, commands...)
	if err == nil || !strings.Contains(err.Error(), "f5.c:2:") || !strings.Contains(err.Error(), "-c -o f5.o f5.c") || strings.Contains(err.Error(), headerDir) {
		t.Errorf("Compile = %v, want what is wrong in f5.c", err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "obj/f4.o")); err != nil {
		t.Error(err)
	}
}
