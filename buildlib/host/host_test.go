package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
)

func TestRunKeepsTheEnvironmentSmall(t *testing.T) {
	m := NewLocal([]string{"PATH=/usr/bin:/bin", "HOME=/nowhere", "CFLAGS=-O0", "LANG=de_DE.UTF-8"})
	got, err := m.Output(t.Context(), Cmd{Argv: []string{"env"}, Env: []string{"OBJECT_MODE=64", "TZ=CET"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "PATH=/usr/bin:/bin\nHOME=/nowhere\nLC_ALL=C\nTZ=CET\nOBJECT_MODE=64"
	if sortLines(got) != sortLines(want) {
		t.Errorf("environment =\n%s\nwant\n%s", got, want)
	}
}

func sortLines(s string) string {
	lines := strings.Split(s, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestRunFailure(t *testing.T) {
	m, dir := NewLocal(os.Environ()), t.TempDir()
	log := filepath.Join(dir, "log")
	err := m.Run(t.Context(), Cmd{
		Argv: []string{"sh", "-c", "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; echo oops >&2; exit 3"},
		Dir:  dir, Log: log,
	})
	exit, ok := errors.AsType[*ExitError](err)
	if !ok || exit.Status != 3 {
		t.Fatalf("Run() = %v, want an ExitError with status 3", err)
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != "command-failed" || !strings.Contains(f.Do, log) {
		t.Errorf("Run() = %#v, want a command-failed fault that names %s", f, log)
	}
	if n := strings.Count(f.Found, "\n") + 1; n != tailLines || !strings.HasSuffix(f.Found, "line 30\noops") {
		t.Errorf("tail has %d lines ending in %q, want %d ending in oops", n, f.Found[max(0, len(f.Found)-20):], tailLines)
	}
	whole, err := os.ReadFile(log)
	if err != nil || !strings.HasPrefix(string(whole), "$ cd "+dir+" && sh -c 'i=0;") || !strings.Contains(string(whole), "\nline 1\n") {
		t.Errorf("log = %q, %v, want the command and all its output", whole, err)
	}
}

func TestRunMissing(t *testing.T) {
	dir := t.TempDir()
	m := NewLocal([]string{"PATH=" + dir + ":."})
	if err := os.WriteFile(filepath.Join(dir, "plain"), []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plain", "absent", filepath.Join(dir, "absent"), dir} {
		err := m.Run(t.Context(), Cmd{Argv: []string{name}})
		if fault.Code(err) != "command-missing" || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Run(%q) = %v, want a command-missing fault that is fs.ErrNotExist", name, err)
		}
	}
}

// A cancelled build must leave no process behind, grandchildren that ignore SIGTERM included.
func TestCancelEndsTheWholeGroup(t *testing.T) {
	m, dir := NewLocal(os.Environ()), t.TempDir()
	ctx, cancel := context.WithCancelCause(t.Context())
	pidFile := filepath.Join(dir, "pid")
	done := make(chan error, 1)
	go func() {
		done <- m.Run(ctx, Cmd{Argv: []string{"sh", "-c", `sh -c 'trap "" TERM; echo $$ >pid.tmp; mv pid.tmp pid; while :; do sleep 1; done' & wait`}, Dir: dir})
	}()
	var pid int
	for pid == 0 {
		if text, err := os.ReadFile(pidFile); err == nil {
			if pid, err = strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	interrupted := errors.New("interrupted")
	cancel(interrupted)
	if err := <-done; !errors.Is(err, interrupted) {
		t.Errorf("Run() = %v, want %v", err, interrupted)
	}
	for range 400 {
		if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) || zombie(pid) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("process %d outlived the cancelled command", pid)
}

// A terminal stops a process that reads it from another group than the one in front.
func TestRunGroup(t *testing.T) {
	m := NewLocal(os.Environ())
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, test := range []struct {
		name  string
		stdin io.Reader
		ours  bool
	}{
		{"a file", file, true},
		{"text", strings.NewReader("text"), false},
		{"nothing", nil, false},
	} {
		// There is a group of the command's number when it leads one.
		out, err := m.Output(t.Context(), Cmd{Argv: []string{"sh", "-c", "kill -s 0 -- -$$ 2>/dev/null && echo own || echo ours"}, Stdin: test.stdin})
		if err != nil {
			t.Fatal(err)
		}
		if (out == "ours") != test.ours {
			t.Errorf("a command that reads %s is in a group of %q, want it to be in ours: %t", test.name, out, test.ours)
		}
	}
}

// zombie tells a process that has ended but that nobody has waited for, as happens in a container without an init.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestCmdString(t *testing.T) {
	c := Cmd{Argv: []string{"cc", "-c", "it's.c", "", "-DX=\"y\""}}
	if got, want := c.String(), `cc -c 'it'\''s.c' '' '-DX="y"'`; got != want {
		t.Errorf("String() = %s, want %s", got, want)
	}
}
