package objects

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/ctext"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// several is a site of that clang, and commands for files in it.
func several(t *testing.T, names ...string) (*site, []host.Cmd) {
	t.Helper()
	s := newSite(t)
	s.write("bin/cc", clang)
	s.write("bin/ssl/ssl.h", sslHeader)
	var all []host.Cmd
	for _, name := range names {
		s.write("obj/"+name+".c", "#include <ssl.h>\nint "+name+" = used(); warn of "+name+"\n")
		c := s.cmd()
		c.Argv = append(c.Argv[:len(c.Argv)-2], name+".o", name+".c")
		all = append(all, c)
	}
	return s, all
}

// TestTogether compiles several files: in one process where clang is seen to make the same so, to the same objects, lists and messages as one by one.
func TestTogether(t *testing.T) {
	t.Parallel()
	const oneByOne = "object\nobject\nobject\n"
	for _, test := range []struct {
		name    string
		without string // what this clang cannot do
		varies  string
		ran     string
		shared  bool
	}{
		{"all", "", "", "object a.c b.c c.c\n", true},
		{"it does not tell how", "alone", "", oneByOne, false},
		{"it makes something else", "differs", "", oneByOne, false},
		{"several targets", "", "bin/ssl", "object a.c b.c c.c\ntext a.c b.c c.c\n", true},
		{"several targets, one by one", "alone", "bin/ssl", oneByOne + "text\ntext\ntext\n", false},
		{"several targets, other headers", "", "bin/other", "object a.c b.c c.c\n", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, all := several(t, "a", "b", "c")
			if test.without != "" {
				s.write("bin/"+test.without, "")
			}
			store := s.store()
			store.Clang = true
			if test.varies != "" {
				store.Varies = filepath.Join(s.dir, test.varies)
			}
			if err := both(t.Context(), store, all...); err != nil {
				t.Fatal(err)
			}
			if got := s.read("bin/ran"); got != test.ran {
				t.Errorf("ran %q, want %q", got, test.ran)
			}
			log := s.read("log")
			if n := strings.Count(log, "(together with others) $ cd "); (n == 3) != test.shared || !test.shared && n > 0 {
				t.Errorf("the log tells of %d files that were compiled with others, want all of them: %t\n%s", n, test.shared, log)
			}
			for _, name := range []string{"a", "b", "c"} {
				want := "#include <ssl.h>\nint " + name + " = used(); warn of " + name + "\nint used(void);\n"
				if got := s.read("obj/" + name + ".o"); got != want {
					t.Errorf("%s.o is %q, want %q", name, got, want)
				}
				if want := "-o " + name + ".o " + name + ".c\nint " + name + " = used(); warn of " + name + "\n"; strings.Count(log, want) != 1 {
					t.Errorf("the log lacks %q:\n%s", want, log)
				}
			}
			// All of it was kept; what then changes in one file is compiled alone.
			if err := os.Remove(filepath.Join(s.dir, "bin/ran")); err != nil {
				t.Fatal(err)
			}
			s.write("obj/b.c", "#include <ssl.h>\nint changed;\n")
			again := s.store()
			again.Clang = true
			if err := both(t.Context(), again, all...); err != nil {
				t.Fatal(err)
			}
			if got := s.read("bin/ran"); got != "object\n" {
				t.Errorf("after one file has changed ran %q, want one compile", got)
			}
		})
	}
}

// TestTogetherFails compiles files of which one is wrong: what is wrong is said of that one, by the command that anyone may repeat.
func TestTogetherFails(t *testing.T) {
	t.Parallel()
	s, all := several(t, "a", "b")
	s.write("bin/cc", strings.Replace(clang, "for f in $files; do\n", "for f in $files; do\n\t[ $f != b.c ] || { echo b.c is wrong >&2; exit 1; }\n", 1))
	store := s.store()
	store.Clang = true
	err := both(t.Context(), store, all...)
	if err == nil || !strings.Contains(err.Error(), "-c -o b.o b.c") || !strings.Contains(err.Error(), "b.c is wrong") {
		t.Errorf("Compile = %v, want what is wrong with b.c and its command", err)
	}
	if want := "object a.c b.c\nobject\nobject\n"; s.read("bin/ran") != want {
		t.Errorf("ran %q, want %q", s.read("bin/ran"), want)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, says, want string }{
		{"one after another", "@read@: a.c b.h\n@read@: b.c\n", "a.c b.h: , b.c: "},
		{"again with the next", "@read@: a.c b.h\n@read@: a.c b.h b.c c.h\n@read@: b.c c.h\n", "a.c b.h: , b.c c.h: "},
		{"again behind the next", "@read@: a.c b.h\n@read@: b.c c.h\n@read@: a.c b.h b.c c.h\n", "a.c b.h: , b.c c.h: "},
		{"several lines", "@read@: a.c \\\n  b.h \\\n  c.h\n@read@: b.c\n", "a.c b.h c.h: , b.c: "},
		{"messages", "of a\n@read@: a.c\nof b\nmore of b\n@read@: a.c b.c\n@read@: b.c\n2 warnings generated.\n", "a.c: of a\n, b.c: of b\nmore of b\n"},
		{"one is missing", "@read@: a.c b.h\n", ""},
		{"another file", "@read@: a.c\n@read@: c.c\n", ""},
		{"another order", "@read@: b.c\n@read@: a.c\n", ""},
		{"not whole", "@read@: a.c\n@read@: b.c \\", ""},
		{"a blank in a name", "@read@: a.c b\\ c.h\n@read@: b.c\n", ""},
		{"nothing", "", ""},
	} {
		var got []string
		for _, r := range lists(test.says, []string{"a.c", "b.c"}) {
			got = append(got, strings.Join(r.files, " ")+": "+r.says)
		}
		if all := strings.Join(got, ", "); all != test.want {
			t.Errorf("%s: lists(%q) = %q, want %q", test.name, test.says, all, test.want)
		}
	}
}

func TestOnlyFrontend(t *testing.T) {
	t.Parallel()
	const head = "clang version 19\nTarget: powerpc-ibm-aix6.1\n"
	for _, test := range []struct{ name, says, want string }{
		{"one", head + ` "/bin/clang" "-cc1" "-D" "A=\"b c\"" "-main-file-name" "a.c" "-o" "a.o" "-x" "c" "a.c"` + "\n", `/bin/clang -cc1 -D 'A="b c"' -x c`},
		{"an assembler, too", head + ` "/bin/clang" "-cc1" "-main-file-name" "a.c" "-o" "a.s" "a.c"` + "\n" + ` "/bin/as" "a.s"` + "\n", ""},
		{"another program", ` "/bin/gcc" "-c" "-main-file-name" "a.c" "-o" "a.o" "a.c"` + "\n", ""},
		{"another file", ` "/bin/clang" "-cc1" "-main-file-name" "a.c" "-o" "a.o" "b.c"` + "\n", ""},
		{"without the name", ` "/bin/clang" "-cc1" "-o" "a.o" "a.c"` + "\n", ""},
		{"an option without its value", ` "/bin/clang" "-cc1" "-main-file-name" "a.c" "-o" "a.c"` + "\n", ""},
		{"not quoted", ` "/bin/clang" "-cc1" "-main-file-name" "a.c" "-o" "a.o" "a.c` + "\n", ""},
		{"nothing", head, ""},
	} {
		if got := (host.Cmd{Argv: onlyFrontend(test.says, "a.c")}).String(); got != test.want {
			t.Errorf("%s: onlyFrontend = %s, want %s", test.name, got, test.want)
		}
	}
}

// TestTryClang has the real one show, in both widths and as they are optimized, that it makes the same objects of files together.
func TestTryClang(t *testing.T) {
	t.Parallel()
	compiler, err := exec.LookPath("clang-19")
	if err != nil {
		t.Skipf("%v; \"mage test\" installs it", err)
	}
	for _, test := range []struct{ target, options string }{
		{"powerpc-ibm-aix6.1", "-O2"},
		{"powerpc64-ibm-aix7.2", "-mcpu=ppc64 -O2 -fno-strict-aliasing"},
		{"powerpc64-ibm-aix7.3", "-O0 -fPIC"},
	} {
		t.Run(test.target, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.write("bin/cc", "#!/bin/sh\nexec "+compiler+" --target="+test.target+" -ffreestanding \"$@\"\n")
			store := s.store()
			store.Clang = true
			if !store.trial(t.Context(), append([]string{filepath.Join(s.dir, "bin/cc")}, strings.Fields(test.options)...)) {
				t.Error("it does not")
			}
		})
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	const a, b = "# 1 \"a.c\"\n# 1 \"<built-in>\" 1\n# 1 \"./h.h\" 1\nint h;\n# 2 \"a.c\" 2\nint a;\n", "# 1 \"b.c\"\n# 1 \"/dir/i.h\" 1 3\nint b;\n"
	for _, test := range []struct {
		name, says string
		want       []string
	}{
		{"both", a + b, []string{"a.c h.h " + ctext.Used("int h; int a;"), "b.c /dir/i.h " + ctext.Used("int b;")}},
		{"one is missing", a, nil},
		{"another order", b + a, nil},
		{"something before them", "# 1 \"c.c\"\n" + a + b, nil},
		{"a name that is not plain", a + strings.Replace(b, "/dir/", `/d\"r/`, 1), nil},
		{"nothing", "", nil},
	} {
		var got []string
		for _, r := range texts(test.says, []string{"a.c", "b.c"}) {
			got = append(got, strings.Join(append(r.files, r.core), " "))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: texts = %q, want %q", test.name, got, test.want)
		}
	}
}
