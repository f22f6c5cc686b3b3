package box

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

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

// testBox is a box for a test, and what was printed in it.
type testBox struct {
	*Box
	printed *bytes.Buffer
}

func newBox(t testing.TB, shell string) *testBox {
	t.Helper()
	p := props(t)
	if !p.Has(shell) {
		t.Skipf("no %s; \"mage setup test\" installs it", shell)
	}
	s := &testBox{printed: new(bytes.Buffer)}
	var err error
	if s.Box, err = p.Box(filepath.Join(t.TempDir(), "box"), shell, s.printed); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// shell runs a shell command in the box.
func (b *testBox) shell(t *testing.T, command string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := b.Enter(t.Context(), &out, "/rehearsal/bin/env", "-i", "PATH=/usr/bin:/usr/sbin", "LC_ALL=C", "/usr/bin/sh", "-c", "exec 2>&1; umask 022; "+command)
	return out.String(), err
}

// script runs a script in the box as installp does.
func (b *testBox) script(t *testing.T, text string) error {
	t.Helper()
	const file = "/usr/lpp/demo/demo.rte.config"
	if err := b.PutText(file, 0o755, "#!/usr/bin/ksh\n"+text+"\nexit 0\n"); err != nil {
		t.Fatal(err)
	}
	return b.Script(t.Context(), "config", file)
}

// TestInterpreters is how scripts of others begin. What the box lacks is named; the kernel would say that the script is not there.
func TestInterpreters(t *testing.T) {
	t.Parallel()
	b := newBox(t, "mksh")
	const file = "/usr/lpp/demo/demo.rte.config"
	for _, test := range []struct{ first, lacks string }{
		{"#!/bin/ksh\n", ""}, {"#! /usr/bin/sh -x\n", ""}, {"#!\t/usr/bin/ksh93\n", ""}, {"#!/usr/bin/env ksh\n", ""}, {"# no such line\n", ""}, {":\n", ""}, {"", ""}, {"#!\n", ""},
		{"#!/usr/bin/perl -w\n", "/usr/bin/perl"}, {"#!/bin/csh\n", "/bin/csh"}, {"#!/bin/sh\r\n", `/bin/sh\x0d`},
	} {
		if err := b.PutText(file, 0o755, test.first+"exit 0\n"); err != nil {
			t.Fatal(err)
		}
		err := b.Script(t.Context(), "config", file)
		if test.lacks == "" && err != nil || test.lacks != "" && (err == nil || err.Error() != "its first line names "+test.lacks+", which the box does not have") {
			t.Errorf("%q: %v, want that %q is not there", test.first, err, test.lacks)
		}
	}
}
