package rehearsal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/ops"
)

// collect gathers the props once for all tests.
var collect = sync.OnceValues(func() (*box.Props, error) {
	dir, err := os.MkdirTemp("", "rehearsal-props-")
	if err != nil {
		return nil, err
	}
	propsDir = dir
	return box.Collect(context.Background(), host.NewLocal(os.Environ()), dir)
})

var propsDir string

func TestMain(m *testing.M) {
	status := m.Run()
	if propsDir != "" {
		if err := os.RemoveAll(propsDir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}

// props skips a test on a machine that cannot rehearse, and says why.
func props(t testing.TB) *box.Props {
	t.Helper()
	p, err := collect()
	if fault.Code(err) == "rehearsal-sandbox" || fault.Code(err) == "rehearsal-tool" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// theatre is a box for a test, and what installp printed in it.
type theatre struct {
	*ops.Installp
	printed *bytes.Buffer
}

func newTheatre(t testing.TB, shell string) *theatre {
	t.Helper()
	p := props(t)
	if !p.Has(shell) {
		t.Skipf("no %s; \"mage setup test\" installs it", shell)
	}
	s := &theatre{printed: new(bytes.Buffer)}
	b, err := p.Box(filepath.Join(t.TempDir(), "box"), shell, s.printed)
	if err != nil {
		t.Fatal(err)
	}
	s.Installp = ops.New(b)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("%s printed:\n%s", shell, s.printed)
		}
	})
	return s
}

// clone makes another box of the same content: of what scripts can change a copy, of the rest a link.
func (s *theatre) clone(t testing.TB) *theatre {
	t.Helper()
	c := newTheatre(t, s.Shell)
	for _, dir := range []string{c.Root(), c.Dir() + "/db"} {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		for _, e := range entries {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	err := filepath.WalkDir(s.Dir(), func(from string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(s.Dir(), from)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		to := filepath.Join(c.Dir(), name)
		switch {
		case d.IsDir():
			return errors.Join(os.MkdirAll(to, 0o755), os.Chmod(to, info.Mode()))
		case d.Type() == fs.ModeSymlink:
			target, err := os.Readlink(from)
			return errors.Join(err, os.Symlink(target, to))
		case isProp(name):
			return os.Link(from, to)
		}
		text, err := os.ReadFile(from)
		return errors.Join(err, os.WriteFile(to, text, 0o600), os.Chmod(to, info.Mode()))
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// isProp reports whether a file is one that all boxes share.
func isProp(name string) bool {
	return slices.ContainsFunc([]string{"root/rehearsal/bin/", "root/rehearsal/shells/", "root/lib64/", "root/usr/lib/"}, func(dir string) bool {
		return strings.HasPrefix(name, dir)
	})
}

func parseLevel(t testing.TB, s string) vrmf.Level {
	t.Helper()
	l, err := vrmf.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
