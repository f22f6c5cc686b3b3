package ar_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
)

// Programs that are not ours read what we write, and we read what they write.

// foreign is a program with the commands of ar, in a directory of its own.
type foreign struct {
	t    *testing.T
	dir  string
	args []string // before the command
}

func (f foreign) run(args ...string) string {
	f.t.Helper()
	cmd := exec.CommandContext(f.t.Context(), f.args[0], append(f.args[1:len(f.args):len(f.args)], args...)...)
	cmd.Dir = f.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	out, err := cmd.CombinedOutput()
	if err != nil {
		f.t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return string(out)
}

func (f foreign) write(name string, content []byte) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.dir, name), content, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// gnuAr is a GNU ar that was built for AIX's object files as well.
func gnuAr(t *testing.T) foreign {
	t.Helper()
	const target = "aixcoff-rs6000"
	for _, name := range []string{"ar", "x86_64-linux-gnu-ar", "powerpc-ibm-aix-ar"} {
		if help, err := exec.CommandContext(t.Context(), name, "--help").Output(); err == nil && bytes.Contains(help, []byte(target)) {
			return foreign{t, t.TempDir(), []string{name, "--target=" + target}}
		}
	}
	t.Skipf("no ar here reads %s (Debian: binutils-multiarch): not compared with a second program", target)
	return foreign{}
}

func llvmAr(t *testing.T) foreign {
	t.Helper()
	for _, name := range []string{"llvm-ar-19", "llvm-ar"} {
		if help, err := exec.CommandContext(t.Context(), name, "--help").Output(); err == nil && bytes.Contains(help, []byte("bigarchive")) {
			return foreign{t, t.TempDir(), []string{name, "--format=bigarchive"}}
		}
	}
	t.Skip("no llvm-ar here knows AIX's archives (Debian: llvm-19): not compared with a second program")
	return foreign{}
}

func TestForeignReaders(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		format ar.Format
		ar     func(*testing.T) foreign
		line   string // of the listing: mode, owner, size, date, name
	}{
		{"GNU small", ar.Small, gnuAr, "%s 0/0 %6d Oct  1 00:00 2015 %s\n"},
		{"GNU big", ar.Big, gnuAr, "%s 0/0 %6d Oct  1 00:00 2015 %s\n"},
		{"LLVM big", ar.Big, llvmAr, "%s 0/0 %6d Oct  1 00:00 2015 %s\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			other := test.ar(t)
			other.write("liblpp.a", writeAs(t, test.format, variety...))
			var want strings.Builder
			for _, m := range variety {
				bits := map[uint32]string{0o644: "rw-r--r--", 0o755: "rwxr-xr-x"}[m.Mode]
				fmt.Fprintf(&want, test.line, bits, m.Size, m.Name)
			}
			if diff := cmp.Diff(want.String(), other.run("tv", "liblpp.a")); diff != "" {
				t.Errorf("ar tv, -want +got:\n%s", diff)
			}
			for _, m := range variety {
				if got := other.run("p", "liblpp.a", m.Name); got != m.Data {
					t.Errorf("ar p %s = %q, want %q", m.Name, got, m.Data)
				}
			}
		})
	}
}

func TestForeignWriters(t *testing.T) {
	t.Parallel()
	for name, find := range map[string]func(*testing.T) foreign{"GNU": gnuAr, "LLVM": llvmAr} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := find(t)
			args := []string{"rc", "liblpp.a"}
			want := map[string]string{}
			for _, m := range append(variety, file("a blank", 0o644, "odd")) {
				other.write(m.Name, []byte(m.Data))
				args = append(args, m.Name)
				want[m.Name] = m.Data
			}
			other.run(args...)
			archive, err := os.ReadFile(filepath.Join(other.dir, "liblpp.a"))
			if err != nil {
				t.Fatal(err)
			}
			members, err := read(archive)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, m := range members {
				got[m.Name] = m.Data
			}
			if diff := cmp.Diff(want, got); diff != "" || len(members) != len(want) {
				t.Errorf("%d members, -want +got:\n%s", len(members), diff)
			}
		})
	}
}

// TestForeignSymbols reads an object library of both widths, whose members the foreign writer aligns and whose symbols it lists.
func TestForeignSymbols(t *testing.T) {
	t.Parallel()
	llvm := llvmAr(t)
	const compiler = "clang-19"
	if _, err := exec.LookPath(compiler); err != nil {
		t.Skipf("no %s here to make object files for AIX (Debian: clang-19)", compiler)
	}
	for object, target := range map[string]string{"narrow": "powerpc-ibm-aix7.2", "wide": "powerpc64-ibm-aix7.2"} {
		llvm.write(object+".c", []byte("int "+object+"(void) { return 1; }\n"))
		foreign{t, llvm.dir, []string{compiler, "--target=" + target, "-c"}}.run(object + ".c")
	}
	llvm.write("odd", []byte("odd"))
	llvm.run("rc", "lib.a", "narrow.o", "odd", "wide.o")
	archive, err := os.ReadFile(filepath.Join(llvm.dir, "lib.a"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := ar.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	at := map[int64]string{}
	for {
		h, err := r.Next()
		if err != nil {
			break
		}
		at[r.Stored().Offset] = h.Name
	}
	list, err := r.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range list {
		got[s.Name] = fmt.Sprint(s.Bits, " ", at[s.Offset])
	}
	want := map[string]string{"narrow": "32 narrow.o", ".narrow": "32 narrow.o", "wide": "64 wide.o", ".wide": "64 wide.o"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := read(archive); err != nil {
		t.Error(err)
	}
}
