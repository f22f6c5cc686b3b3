package cross

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// A linker that is damaged is none, until Setup builds it.
func TestDamagedLinker(t *testing.T) {
	t.Parallel()
	b := user(t)
	whole, err := b.binutils(t.Context(), false)
	if errors.Is(err, ErrAbsent) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	b.Cache = cache.Open(t.TempDir(), nil)
	dir := filepath.Join(b.Cache.Dir, "cross", filepath.Base(whole))
	if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
		t.Fatal(err)
	}
	if got, err := b.binutils(t.Context(), false); got != dir || err != nil {
		t.Fatalf("binutils() = %s, %v, want the copy %s", got, err, dir)
	}
	if err := os.Truncate(filepath.Join(dir, "ld"), 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := b.binutils(t.Context(), false); !errors.Is(err, ErrAbsent) || !strings.Contains(err.Error(), "cross:setup") {
		t.Errorf("binutils() with half a linker = %v, want an ErrAbsent that tells the cure", err)
	}
}

// TestSameEachTime links one program with two linkers whose memory was something else before: glibc fills what malloc gives.
func TestSameEachTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	b := user(t)
	source := "int more(int n) { return n + 1; }\nstatic int own(void) { return 2; }\nint main(int n, char **v) { return more(own()); }\n"
	for _, name := range names {
		tc := toolchain(t, b, name, "")
		var first []byte
		for _, fill := range []string{"1", "170"} {
			file := filepath.Join(t.TempDir(), "program")
			cmd := host.Cmd{Argv: []string{"clang", "-fno-inline", "-x", "c", "-o", file, "-"}, Stdin: strings.NewReader(source), Env: []string{"MALLOC_PERTURB_=" + fill}}
			if err := tc.Machine(os.Environ()).Run(t.Context(), cmd); err != nil {
				t.Fatal(err)
			}
			if program := read(t, file); first == nil {
				first = program
			} else if !bytes.Equal(first, program) {
				t.Errorf("%s: the linker made two programs of one source", name)
			}
		}
	}
}

func TestMend(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "bfd/xcofflink.c")
	if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ text, want string }{
		{"a" + behind + "\nb\n", "a" + behind + initialized + "\nb\n"},
		{"a\nb\n", ""},
		{behind + behind, ""},
	} {
		if err := os.WriteFile(file, []byte(test.text), 0o644); err != nil {
			t.Fatal(err)
		}
		err := mend(dir)
		if test.want == "" {
			if fault.Code(err) != "cross-source" {
				t.Errorf("mend(%q) = %v, want a cross-source fault", test.text, err)
			}
		} else if got := string(read(t, file)); err != nil || got != test.want {
			t.Errorf("mend(%q) makes %q, %v, want %q", test.text, got, err, test.want)
		}
	}
}
