package stage

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/program"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// TestElsewhere builds the tiny source tree on a machine that shares nothing with this one but the programs, and on this one: what comes of
// it is the same. The calls are counted: over a network each takes a round trip at least, so more of them need a reason.
func TestElsewhere(t *testing.T) {
	here, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(here, "source")
	if err := os.CopyFS(source, os.DirFS("../../../testdata/src/tiny")); err != nil {
		t.Fatal(err)
	}
	e := &elsewhere{t: t, here: here, there: t.TempDir()}
	ctx := context.WithValue(t.Context(), theirs{}, true)
	b, s := workplace(t, e, source, here, site)
	var got []string
	count := func(what string) {
		got = append(got, fmt.Sprintf("%s: %d, %s", what, len(e.calls), tally(e.calls)))
		e.calls = nil
	}

	to, err := target.Detect(ctx, e, target.Request{Name: string(target.Host)})
	if err != nil {
		t.Fatal(err)
	}
	if to.M4 == "" || to.Compiler.Path == "" {
		t.Fatalf("detected %s with compiler %q and m4 %q", to, to.Compiler.Path, to.M4)
	}
	count("detect")
	if sum, err := program.Digest(ctx, e, "/bin/sh", false); err != nil || len(sum) != 64 {
		t.Errorf("Digest() = %q, %v", sum, err)
	}
	count("a program's content")
	compileFor(ctx, t, b, s)
	count("compile")
	compileFor(ctx, t, b, s)
	count("compile again")
	m, err := s.Stage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	count("stage")
	want := []string{
		"detect: 12, Find 5, Read 2, Run 5",
		"a program's content: 2, Run 1, Sums 1",
		"compile: 21, List 5, Put 6, ReadDir 1, RemoveAll 1, Run 2, RunAll 5, Send 1", // of five directories
		"compile again: 5, List 1, ReadDir 1, Run 2, Send 1",
		"stage: 5, Fetch 1, Put 1, RemoveAll 1, Run 1, RunAll 1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}

	if left, err := filepath.Glob(filepath.Join(here, "o*")); err != nil || left != nil {
		t.Errorf("compiling elsewhere has left %q here, %v", left, err)
	}
	local := build(t, site)
	wanted, err := local.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wanted, m); diff != "" {
		t.Errorf("manifest of the machine elsewhere (-here +there):\n%s", diff)
	}
	if diff := cmp.Diff(rootModes(t, local.Root), rootModes(t, s.Root)); diff != "" {
		t.Errorf("root of the machine elsewhere (-here +there):\n%s", diff)
	}
}

// tally counts what is in a list.
func tally(list []string) string {
	slices.Sort(list)
	var counts []string
	for _, name := range slices.Compact(slices.Clone(list)) {
		n := len(slices.DeleteFunc(slices.Clone(list), func(other string) bool { return other != name }))
		counts = append(counts, fmt.Sprint(name, " ", n))
	}
	return strings.Join(counts, ", ")
}

// elsewhere is a machine that has nothing of ours but what it is sent: what we call HERE/x is THERE/x to it. Each call goes to a process of
// its own, which reads what is wanted from a pipe, answers through another one, and ends what it runs when the first one is closed.
type elsewhere struct {
	t           *testing.T
	here, there string

	lock  sync.Mutex
	calls []string // what was asked for, in order
}

// theirs marks the context of a call: one that was lost on the way cannot end it.
type theirs struct{}

// counted marks the context of what is part of a call.
type counted struct{}

func (e *elsewhere) called(method string) {
	e.lock.Lock()
	defer e.lock.Unlock()
	e.calls = append(e.calls, method)
}

func (e *elsewhere) call(ctx context.Context, q question) (a answer, err error) {
	if ctx.Value(counted{}) == nil {
		e.called(q.Method)
	}
	if ctx.Value(theirs{}) == nil {
		e.t.Errorf("%s is called with another context than its caller's", q.Method)
	}
	for _, word := range slices.Concat(q.Names, q.Argv, q.Env, []string{q.Dir, q.Stdin}) {
		if strings.Contains(word, e.here) {
			e.t.Errorf("%s: the machine is told our own name of something: %s", q.Method, word)
		}
	}
	for _, file := range q.Files {
		if strings.Contains(file.Name+file.Text, e.here) {
			e.t.Errorf("%s: the machine is told our own name of something in %s", q.Method, file.Name)
		}
	}
	program, err := os.Executable()
	if err != nil {
		return a, err
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), agent+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return a, err
	}
	cmd.Cancel = in.Close
	out, err := cmd.StdoutPipe()
	if err != nil {
		return a, err
	}
	if err := cmd.Start(); err != nil {
		return a, err
	}
	err = errors.Join(gob.NewEncoder(in).Encode(q), gob.NewDecoder(out).Decode(&a))
	if a.Failed != "" {
		err = errors.New(a.Failed)
	}
	return a, errors.Join(err, cmd.Wait())
}

func (e *elsewhere) Run(ctx context.Context, c host.Cmd) error {
	return host.Follow(ctx, c, func(stdout, stderr io.Writer) (int, error) {
		var stdin []byte
		if c.Stdin != nil {
			var err error
			if stdin, err = io.ReadAll(c.Stdin); err != nil {
				return 0, err
			}
		}
		a, err := e.call(ctx, question{Method: "Run", Argv: c.Argv, Dir: c.Dir, Env: c.Env, Stdin: string(stdin)})
		_, err1 := io.WriteString(stdout, a.Out)
		_, err2 := io.WriteString(stderr, a.Err)
		return a.Status, errors.Join(err, err1, err2)
	})
}

func (e *elsewhere) RunAll(ctx context.Context, commands ...host.Cmd) error {
	e.called("RunAll")
	ctx = context.WithValue(ctx, counted{}, true)
	for _, c := range commands {
		if err := e.Run(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (e *elsewhere) Expect(context.Context, host.Questions) error { return nil }

func (e *elsewhere) Output(ctx context.Context, c host.Cmd) (string, error) {
	return host.Output(ctx, e, c)
}

func (e *elsewhere) names(ctx context.Context, method string, names []string) ([]string, error) {
	a, err := e.call(ctx, question{Method: method, Names: names})
	return a.Texts, err
}

func (e *elsewhere) Find(ctx context.Context, names ...string) ([]string, error) {
	return e.names(ctx, "Find", names)
}

func (e *elsewhere) Path() string { return os.Getenv("PATH") }

func (e *elsewhere) Stat(ctx context.Context, names ...string) []error {
	a, err := e.call(ctx, question{Method: "Stat", Names: names})
	return missing(a, err, len(names))
}

func (e *elsewhere) Read(ctx context.Context, names ...string) ([]string, []error) {
	a, err := e.call(ctx, question{Method: "Read", Names: names})
	if err != nil {
		a.Texts = make([]string, len(names))
	}
	return a.Texts, missing(a, err, len(names))
}

func missing(a answer, err error, n int) []error {
	errs := make([]error, n)
	for i := range errs {
		if errs[i] = err; err == nil && a.Missing[i] != "" {
			errs[i] = errors.New(a.Missing[i])
		}
	}
	return errs
}

func (e *elsewhere) Sums(ctx context.Context, files ...string) ([]string, error) {
	return e.names(ctx, "Sums", files)
}

func (e *elsewhere) Recall(_ context.Context, _ string, _ []string, find func() (string, error)) (string, error) {
	return find()
}

func (e *elsewhere) There(here string) string {
	if !tree.IsBelow(here, e.here) {
		e.t.Errorf("There(%q): this is none of ours", here)
	}
	return e.there + strings.TrimPrefix(here, e.here)
}

func (e *elsewhere) Send(ctx context.Context, here ...string) error {
	packed, err := pack(e.here, here)
	if err == nil {
		_, err = e.call(ctx, question{Method: "Send", Root: e.there, Packed: packed})
	}
	return err
}

func (e *elsewhere) Fetch(ctx context.Context, here ...string) error {
	q := question{Method: "Fetch", Root: e.there}
	for _, name := range here {
		q.Names = append(q.Names, e.There(name))
	}
	a, err := e.call(ctx, q)
	if err != nil {
		return err
	}
	for _, name := range here {
		if err := os.RemoveAll(name); err != nil {
			return err
		}
	}
	return unpack(e.here, a.Out)
}

func (e *elsewhere) ReadDir(ctx context.Context, dir string) ([]string, error) {
	return e.names(ctx, "ReadDir", []string{dir})
}

func (e *elsewhere) List(ctx context.Context, dir string) (tree.Listing, error) {
	a, err := e.call(ctx, question{Method: "List", Names: []string{dir}})
	return a.Listing, err
}

func (e *elsewhere) Put(ctx context.Context, files ...host.File) error {
	_, err := e.call(ctx, question{Method: "Put", Files: files})
	return err
}

func (e *elsewhere) RemoveAll(ctx context.Context, names ...string) error {
	_, err := e.call(ctx, question{Method: "RemoveAll", Names: names})
	return err
}
