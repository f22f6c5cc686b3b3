package compile

import (
	"context"
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
	says string // by make -n
	fail error
}

func (w *workbench) Output(_ context.Context, c host.Cmd) (string, error) {
	if c.Argv[0] == "uname" {
		return "AIX", nil
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
	near, err := filepath.Rel(b.ObjectDir("libsm"), b.Source)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	compiles := ": cc -q64 -I. -I" + near + "//include -c -o a.o a.c"
	assembles := ": make 'SENDMAIL_BUILD_FLAGS=-O " + b.Objects + "' -j1"
	want := []string{"makemap: -S -f /site sm_os.h", "libsm: -S -f /site sm_os.h", "libsm" + compiles, "makemap" + compiles, "libsm" + assembles, "makemap" + assembles}
	if !slices.Equal(w.ran, want) {
		t.Errorf("ran %s\nwant %s", strings.Join(w.ran, "\n"), strings.Join(want, "\n"))
	}
	w.ran = nil
	if _, err := b.Build(t.Context()); err != nil || w.ran != nil {
		t.Errorf("once more ran %q, %v, want nothing", w.ran, err)
	}

	b.Key, w.fail, w.ran = "two", errBroken, nil
	want = []string{"makemap: -S -f /site sm_os.h", "libsm: -S -f /site sm_os.h", "libsm" + assembles, "makemap" + assembles}
	if _, err := b.Build(t.Context()); err != nil || !slices.Equal(w.ran, want) {
		t.Errorf("with a make that does not tell ran %q, %v, want %q", w.ran, err, want)
	}
}
