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

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
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
	if want := "in " + dir; f.Where != want || exit.Error() != "exit status 3" {
		t.Errorf("Run() failed %s with %s, want %s, exit status 3", f.Where, exit, want)
	}
	if n := strings.Count(f.Found, "\n") + 1; n != tailLines || !strings.HasSuffix(f.Found, "line 30\noops") {
		t.Errorf("tail has %d lines ending in %q, want %d ending in oops", n, f.Found[max(0, len(f.Found)-20):], tailLines)
	}
	whole, err := os.ReadFile(log)
	if err != nil || !strings.HasPrefix(string(whole), "$ cd "+dir+" && sh -c 'i=0;") || !strings.Contains(string(whole), "\nline 1\n") {
		t.Errorf("log = %q, %v, want the command and all its output", whole, err)
	}
}

// A command that a signal ends has no status, and one that has no directory is not said to be in "".
func TestRunSignal(t *testing.T) {
	err := NewLocal(os.Environ()).Run(t.Context(), Cmd{Argv: []string{"sh", "-c", "kill -KILL $$"}})
	exit, ok := errors.AsType[*ExitError](err)
	if !ok || exit.Status != -1 || exit.Error() != "ended by a signal" {
		t.Errorf("Run() = %v, want an ExitError of a signal", err)
	}
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Where != "in the current directory" || f.Do != "" {
		t.Errorf("Run() = %#v, want a fault in the current directory that points at no log", f)
	}
	if got := (&ExitError{Status: 0}).Error(); got != "exit status 0" {
		t.Errorf("status 0 is told as %q", got)
	}
}

// Each stream goes where it was asked to go, and nothing of the other with it.
func TestRunStreams(t *testing.T) {
	m := NewLocal(os.Environ())
	for _, test := range []struct {
		name           string
		wantOut        bool
		wantErr        bool
		stdout, stderr string
	}{
		{"neither", false, false, "", ""},
		{"output", true, false, "out\n", ""},
		{"errors", false, true, "", "err\n"},
		{"both", true, true, "out\n", "err\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			c := Cmd{Argv: []string{"sh", "-c", "echo out; echo err >&2; exit 1"}, Log: filepath.Join(t.TempDir(), "log")}
			if test.wantOut {
				c.Stdout = &stdout
			}
			if test.wantErr {
				c.Stderr = &stderr
			}
			f, ok := errors.AsType[*fault.Error](m.Run(t.Context(), c))
			if !ok || sortLines(f.Found) != "err\nout" {
				t.Errorf("Run() = %#v, want a fault that shows both lines", f)
			}
			if stdout.String() != test.stdout || stderr.String() != test.stderr {
				t.Errorf("stdout %q, stderr %q, want %q, %q", stdout.String(), stderr.String(), test.stdout, test.stderr)
			}
			log, err := os.ReadFile(c.Log)
			if !strings.Contains(string(log), "\nout\n") || !strings.Contains(string(log), "\nerr\n") {
				t.Errorf("log = %q, %v, want both lines", log, err)
			}
		})
	}
}

// ready is closed by the first thing written.
type ready chan struct{}

func (r ready) Write(p []byte) (int, error) {
	close(r)
	return len(p), nil
}

// A compiler that make has started may remove its half an object before it ends.
func TestCancelLetsTheGroupCleanUp(t *testing.T) {
	m, dir := NewLocal(os.Environ()), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	started, done := make(ready), make(chan error, 1)
	go func() {
		done <- m.Run(ctx, Cmd{
			Argv:   []string{"sh", "-c", `sh -c 'trap "mkdir cleaned; exit" TERM; echo ready; while :; do sleep 0.05; done' & wait`},
			Dir:    dir,
			Stdout: started,
		})
	}()
	<-started
	cancel()
	if err := <-done; fault.Code(err) != "interrupted" {
		t.Errorf("Run() = %v, want an interrupted fault", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "cleaned")); err != nil {
		t.Errorf("%v: the command's child was not asked to end", err)
	}
}

// The end of the output is kept, however long its lines are and however they come.
func TestTail(t *testing.T) {
	x := strings.Repeat("x", 3000)
	for _, test := range []struct {
		name  string
		write []string
		want  []string
	}{
		{"nothing", nil, nil},
		{"a line in pieces", []string{"a", "b\nc", "\n"}, []string{"ab", "c"}},
		{"no last newline", []string{"a\nb"}, []string{"a", "b"}},
		{"of DOS", []string{"a\r\n\r\nb\r"}, []string{"a", "", "b"}},
		{"a line of 6000 letters in two pieces", []string{x, x + "\nb"}, []string{(x + x)[:4096], "b"}},
		{"a line of 6000 letters at once", []string{x + x + "\n"}, []string{(x + x)[:4096]}},
		{"too many lines", []string{strings.Repeat("a\n", 3) + strings.Repeat("b\n", tailLines)}, strings.Split(strings.Repeat("b ", tailLines-1)+"b", " ")},
		{"too many lines, and one more", []string{strings.Repeat("b\n", tailLines+1) + "c"}, strings.Split(strings.Repeat("b ", tailLines-1)+"c", " ")},
		{"an error before warnings", []string{"a.c:1:2: error: no\n    1 | x\n      | ^\n" + strings.Repeat("a.c:3:4: warning: so\n", tailLines) + "make: *** [a.o] Error 1\n"},
			append([]string{"a.c:1:2: error: no", "    1 | x", "      | ^", "make: *** [a.o] Error 1"}, slices.Repeat([]string{"a.c:3:4: warning: so"}, tailLines-4)...)},
		{"an error of xlc", []string{"\"a.c\", line 1.2: 1506-045 (S) Undeclared identifier x.\n" + strings.Repeat("w\n", tailLines)},
			append([]string{"\"a.c\", line 1.2: 1506-045 (S) Undeclared identifier x."}, slices.Repeat([]string{"w"}, tailLines-1)...)},
		{"errors without end", []string{strings.Repeat("error: x\n", 2*tailLines)}, slices.Repeat([]string{"error: x"}, tailLines)},
	} {
		var tail tail
		for _, text := range test.write {
			if n, err := io.WriteString(&tail, text); n != len(text) || err != nil {
				t.Errorf("%s: Write() = %d, %v, want %d", test.name, n, err, len(text))
			}
		}
		if got := tail.lines(); !slices.Equal(got, test.want) {
			t.Errorf("%s: lines() = %q, want %q", test.name, got, test.want)
		}
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
