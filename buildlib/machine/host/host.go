// Package host runs commands and looks at files on a build machine. It alone starts processes.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Machine is where a build happens: this machine, or a stand-in for another one.
type Machine interface {
	// Run runs a command to its end. A command that fails is a [fault.Error] around an [*ExitError].
	Run(ctx context.Context, c Cmd) error
	// Output runs a command and returns what it wrote to standard output, without blank space at both ends.
	Output(ctx context.Context, c Cmd) (string, error)
	// LookPath finds a program as the machine's shell would; the error satisfies errors.Is(err, fs.ErrNotExist).
	LookPath(name string) (string, error)
	// ReadFile and Stat look at the machine's own files by absolute path.
	ReadFile(name string) ([]byte, error)
	Stat(name string) (fs.FileInfo, error)
}

// Cmd is a command to run. Argv[0] is looked up in the machine's PATH unless it has a slash.
type Cmd struct {
	Argv   []string
	Dir    string
	Env    []string  // NAME=value pairs added to the built environment; the last of a name wins
	Stdin  io.Reader // nil is empty; with an *os.File the command may read a terminal, see [Local.Run]
	Stdout io.Writer // gets a copy of standard output; may be nil
	Stderr io.Writer // the same for standard error
	Log    string    // file that all output is appended to; "" for none
}

// String shows the command as one would type it.
func (c Cmd) String() string {
	words := make([]string, len(c.Argv))
	for i, w := range c.Argv {
		if w == "" || strings.ContainsAny(w, " \t\n\"'`$&|;<>()*?\\#") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		words[i] = w
	}
	return strings.Join(words, " ")
}

// ExitError says how a command ended that did not end well.
type ExitError struct {
	Command string
	Status  int // exit status, or -1 when a signal ended it
}

// Error tells the exit status alone: the fault around it names the command.
func (e *ExitError) Error() string {
	if e.Status < 0 {
		return "ended by a signal"
	}
	return fmt.Sprintf("exit status %d", e.Status)
}

// Local is the machine that this program runs on. Its zero value is not ready for use; see [NewLocal].
type Local struct {
	// Root is the directory that the machine's own files are looked for under: "/" but for a simulated machine.
	Root string
	// Trace, if not nil, is told of each command before it runs.
	Trace func(Cmd)
	env   []string
	path  string
}

// NewLocal describes this machine. Commands see PATH, HOME and TMPDIR of the environment given (as of os.Environ), a fixed
// locale and time zone, and nothing else of it: what is in an administrator's environment must not change what is built.
func NewLocal(environ []string) *Local {
	l := &Local{Root: "/"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		for _, pair := range environ {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				l.env = append(l.env, pair)
				if name == "PATH" {
					l.path = value
				}
			}
		}
	}
	l.env = append(l.env, "LC_ALL=C", "TZ=UTC")
	return l
}

// TightenUmask keeps the group and others from writing to what this process, and the commands that it runs, make from now on.
func TightenUmask() { syscall.Umask(syscall.Umask(0o022) | 0o022) }

// Path is where commands are looked for.
func (l *Local) Path() string { return l.path }

// LookPath implements [Machine].
func (l *Local) LookPath(name string) (string, error) {
	if strings.Contains(name, "/") {
		return name, executable(name)
	}
	for _, dir := range filepath.SplitList(l.path) {
		if !filepath.IsAbs(dir) {
			continue // what the current directory holds must not decide what a build runs
		}
		if file := filepath.Join(dir, name); executable(file) == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("%s: not in PATH: %w", name, fs.ErrNotExist)
}

func executable(file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if info.IsDir() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s: not a program: %w", file, fs.ErrNotExist)
	}
	return nil
}

// ReadFile implements [Machine].
func (l *Local) ReadFile(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(l.Root, name))
}

// Stat implements [Machine].
func (l *Local) Stat(name string) (fs.FileInfo, error) { return os.Stat(filepath.Join(l.Root, name)) }

// Output implements [Machine].
func (l *Local) Output(ctx context.Context, c Cmd) (string, error) {
	var out strings.Builder
	if c.Stdout != nil {
		c.Stdout = io.MultiWriter(&out, c.Stdout)
	} else {
		c.Stdout = &out
	}
	err := l.Run(ctx, c)
	return strings.TrimSpace(out.String()), err
}

// stopGrace is how long a cancelled command may clean up. Mage itself gives a target five seconds after Ctrl-C.
const stopGrace = 2 * time.Second

// Run implements [Machine]. The command leads a process group of its own, so that a cancelled context ends all its children
// too: first SIGTERM, then after two seconds SIGKILL. One that reads a file of ours stays in our group, as that may be the terminal,
// which stops whoever reads it from another group; a cancelled context ends it without its children, which Ctrl-C reaches.
func (l *Local) Run(ctx context.Context, c Cmd) (err error) {
	program, err := l.LookPath(c.Argv[0])
	if err != nil {
		return &fault.Error{
			Code: "command-missing", What: "cannot run " + c.Argv[0], Where: c.Dir, Err: err,
			Do: `run "mage doctor": it lists what is missing and the command that brings it`,
		}
	}
	if l.Trace != nil {
		l.Trace(c)
	}
	var tail tail
	stdout, stderr := io.Writer(&tail), io.Writer(&tail)
	if c.Stdout != nil {
		stdout = io.MultiWriter(c.Stdout, stdout)
	}
	if c.Stderr != nil {
		stderr = io.MultiWriter(c.Stderr, stderr)
	}
	if c.Log != "" {
		log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return fmt.Errorf("opening command log: %w", err)
		}
		defer func() { err = errors.Join(err, log.Close()) }()
		if _, err := fmt.Fprintf(log, "$ cd %s && %s\n", c.Dir, c); err != nil {
			return fmt.Errorf("writing command log: %w", err)
		}
		stdout, stderr = io.MultiWriter(log, stdout), io.MultiWriter(log, stderr)
	}

	cmd := exec.CommandContext(ctx, program, c.Argv[1:]...)
	cmd.Dir = c.Dir
	cmd.Env = append(slices.Clone(l.env), c.Env...)
	cmd.Stdin = c.Stdin
	out := &sharedWriter{w: stdout, lock: &tail.lock}
	cmd.Stdout, cmd.Stderr = out, out // one pipe: the order of lines is the program's own
	if c.Stdout != nil || c.Stderr != nil {
		cmd.Stderr = &sharedWriter{w: stderr, lock: &tail.lock}
	}
	_, shares := c.Stdin.(*os.File)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: !shares}
	cmd.Cancel = func() error {
		if shares {
			return cmd.Process.Signal(syscall.SIGTERM)
		}
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
	}
	cmd.WaitDelay = stopGrace
	err = cmd.Run()
	if ctx.Err() != nil {
		if cmd.Process != nil && !shares {
			// What is left of the group has had its time. An error means that nothing is left.
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
		return &fault.Error{
			Code: "interrupted", What: "interrupted while running " + c.String(), Where: "in " + c.Dir, Err: context.Cause(ctx),
			Do: "run the same again: it goes on with what was finished",
		}
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		if err != nil {
			return fmt.Errorf("running %s: %w", c, err)
		}
		return nil
	}
	f := &fault.Error{
		Code: "command-failed", What: "command failed: " + c.String(), Where: "in " + c.Dir,
		Found: strings.Join(tail.lines(), "\n"),
		Err:   &ExitError{Command: c.String(), Status: exit.ExitCode()},
	}
	if c.Dir == "" {
		f.Where = "in the current directory"
	}
	if c.Log != "" {
		f.Do = "read the whole output in " + c.Log
	}
	return f
}
