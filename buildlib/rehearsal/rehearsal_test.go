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
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// collect gathers the props once for all tests.
var collect = sync.OnceValues(func() (*Props, error) {
	dir, err := os.MkdirTemp("", "rehearsal-props-")
	if err != nil {
		return nil, err
	}
	propsDir = dir
	return Collect(context.Background(), host.NewLocal(os.Environ()), dir)
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
func props(t testing.TB) *Props {
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
	*Box
	printed *bytes.Buffer
}

func newTheatre(t testing.TB, shell string) *theatre {
	t.Helper()
	p := props(t)
	if !p.Has(shell) {
		t.Skipf("no %s; \"mage setup test\" installs it", shell)
	}
	s := &theatre{printed: new(bytes.Buffer)}
	var err error
	if s.Box, err = p.Box(filepath.Join(t.TempDir(), "box"), shell, s.printed); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("%s printed:\n%s", shell, s.printed)
		}
	})
	s.now = func() time.Time { return time.Unix(1443657600, 0) }
	return s
}

// clone makes another box of the same content: of what scripts can change a copy, of the rest a link.
func (s *theatre) clone(t testing.TB) *theatre {
	t.Helper()
	c := newTheatre(t, s.Shell)
	if err := os.RemoveAll(c.dir); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(s.dir, func(from string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(s.dir, from)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		to := filepath.Join(c.dir, name)
		switch {
		case d.IsDir():
			return errors.Join(os.Mkdir(to, 0o755), os.Chmod(to, info.Mode()))
		case d.Type() == fs.ModeSymlink:
			target, err := os.Readlink(from)
			return errors.Join(err, os.Symlink(target, to))
		case slices.Contains(s.props.files, strings.TrimPrefix(name, "root/")) || strings.HasPrefix(name, "root/usr/lib/"):
			return os.Link(from, to)
		}
		return copyFile(from, to, info.Mode())
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.root.Close(); err != nil {
		t.Fatal(err)
	}
	if c.root, err = os.OpenRoot(c.Root()); err != nil {
		t.Fatal(err)
	}
	return c
}

func parseLevel(t testing.TB, s string) vrmf.Level {
	t.Helper()
	l, err := vrmf.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
