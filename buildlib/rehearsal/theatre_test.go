package rehearsal

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
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
	return newTheatreOf(t, props(t), shell)
}

// newQuickTheatre is one for tests that interrupt the same scripts some hundred times. Where root runs them they have no namespaces, which take most of the time
// of a short script and have no part in what an interruption leaves; the other tests, and those of the box, have them.
func newQuickTheatre(t testing.TB, shell string) *theatre {
	t.Helper()
	p := props(t)
	if os.Getuid() == 0 {
		p = p.WithoutNamespaces()
	}
	return newTheatreOf(t, p, shell)
}

func newTheatreOf(t testing.TB, p *box.Props, shell string) *theatre {
	t.Helper()
	if !p.Has(shell) {
		t.Skipf("no %s; \"mage setup test\" installs it", shell)
	}
	printed := new(bytes.Buffer)
	b, err := p.Box(filepath.Join(t.TempDir(), "box"), shell, printed)
	if err != nil {
		t.Fatal(err)
	}
	return open(t, b, printed)
}

// clone makes another box of the same content.
func (s *theatre) clone(t testing.TB) *theatre {
	t.Helper()
	b, err := s.Clone(filepath.Join(t.TempDir(), "box"))
	if err != nil {
		t.Fatal(err)
	}
	b.Out = new(bytes.Buffer)
	return open(t, b, b.Out.(*bytes.Buffer))
}

func open(t testing.TB, b *box.Box, printed *bytes.Buffer) *theatre {
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("%s printed:\n%s", b.Shell, printed)
		}
	})
	return &theatre{ops.New(b), printed}
}

// shells are those that a test runs under.
func shells() []string {
	if testing.Short() {
		return box.Shells[:1]
	}
	return box.Shells
}

func parseLevel(t testing.TB, s string) vrmf.Level {
	t.Helper()
	l, err := vrmf.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
