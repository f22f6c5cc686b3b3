package program

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

func TestLoaded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		out  string
		want []string
	}{
		"Linux": {"\tlinux-vdso.so.1 (0x00007ffa)\n\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f)\n\t/lib64/ld-linux-x86-64.so.2 (0x0)\n",
			[]string{"/lib/x86_64-linux-gnu/libz.so.1", "/lib64/ld-linux-x86-64.so.2"}},
		// As the manual page of AIX's ldd has it.
		"AIX":    {"/usr/bin/ls needs:\n\t /usr/lib/libc.a(shr.o)\n\t /unix\n\t /usr/lib/libcrypt.a(shr.o)\n", []string{"/usr/bin/ls", "/usr/lib/libc.a", "/usr/lib/libcrypt.a"}},
		"script": {"\tnot a dynamic executable\n", nil},
	} {
		if diff := cmp.Diff(test.want, loaded(test.out)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A compiler is more than the program of that name.
func TestDigest(t *testing.T) {
	t.Parallel()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip(err)
	}
	if out, err := exec.Command(gcc, "--version").Output(); err != nil || !strings.Contains(string(out), "Free Software") {
		t.Skip("no gcc of GNU's")
	}
	m := host.NewLocal(os.Environ())
	m.Memory = new(cache.Memory)
	called, err := parts(t.Context(), m, m.Recall, gcc)
	if err != nil || !slices.ContainsFunc(called, func(p string) bool { return filepath.Base(p) == "cc1" }) {
		t.Fatalf("parts of %s: %v, %v, want cc1 among them", gcc, called, err)
	}
	loaded, err := libraries(t.Context(), m, m.Recall, called[0])
	if err != nil || len(loaded) == 0 {
		t.Fatalf("libraries of %s: %v, %v", called[0], loaded, err)
	}
	whole, err := Digest(t.Context(), m, gcc, true)
	if err != nil {
		t.Fatal(err)
	}
	if alone, err := Digest(t.Context(), m, gcc, false); alone == whole || err != nil {
		t.Errorf("with its parts it is the same as without: %s, %v", alone, err)
	}
}

// A script that compiles, and calls others for it, which are replaced under their names: as gcc tells them, and as XL C has them beside it.
func TestReplaced(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ compiler, part string }{
		{"bin/gcc", "lib/cc1"}, {"bin/xlc", "exe/xlcentry"}, {"bin/xlc_r", "exe/xlCcode"}, {"bin/cc", "exe/ipa"}, {"bin/c99", "etc/xlc.cfg"},
	} {
		t.Run(test.part, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write := func(name, text string) {
				t.Helper()
				name = filepath.Join(dir, name)
				if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o755)); err != nil {
					t.Fatal(err)
				}
			}
			write("bin/gcc", "#!/bin/sh\ncase $1 in -print-prog-name=cc1) echo "+dir+"/lib/cc1 ;; *) echo nothing ;; esac\n")
			if test.compiler != "bin/gcc" {
				write(test.compiler, "#!/bin/sh\nexit 1\n")
			}
			m := host.NewLocal([]string{"PATH=" + os.Getenv("PATH")})
			m.Memory = new(cache.Memory)
			var digests []string
			for _, text := range []string{"one\n", "two\n", "one\n"} {
				write(test.part, text)
				d, err := Digest(t.Context(), m, filepath.Join(dir, test.compiler), true)
				if err != nil {
					t.Fatal(err)
				}
				digests = append(digests, d)
			}
			if digests[0] == digests[1] || digests[0] != digests[2] {
				t.Errorf("digests of one, two, one: %v", digests)
			}
		})
	}
}

// The content of a program is the same wherever it lies, and another one when a part of it is.
func TestContent(t *testing.T) {
	t.Parallel()
	m := host.NewLocal([]string{"PATH=" + os.Getenv("PATH")})
	content := func(part string) string {
		t.Helper()
		dir := t.TempDir()
		// A compiler of XL C, whose parts lie beside it.
		for name, text := range map[string]string{"bin/xlc": "#!/bin/sh\nexit 1\n", "exe/xlcentry": part} {
			name = filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o755)); err != nil {
				t.Fatal(err)
			}
		}
		c, err := Content(t.Context(), m, filepath.Join(dir, "bin/xlc"), true)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if one, again, two := content("one"), content("one"), content("two"); one != again || one == two {
		t.Errorf("the contents of one, one and two are %s, %s, %s", one, again, two)
	}
	if _, err := Content(t.Context(), m, "/nowhere/cc", false); err == nil {
		t.Error("of nothing: no error")
	}
}
