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

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
)

// Local is the machine that this program runs on. Its zero value is not ready for use; see [NewLocal].
type Local struct {
	// Root is what [Local.Stat] and [Local.Read] take for "/": another directory for a machine that is simulated, or that compiles for another
	// one.
	Root string
	// Trace, if not nil, is called with each command before it runs.
	Trace func(Cmd)
	// Memory spares reading files again that nobody has touched; nil for none.
	Memory *cache.Memory
	env    []string
	path   string
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

// Path implements [Machine].
func (l *Local) Path() string { return l.path }

// Find implements [Machine].
func (l *Local) Find(_ context.Context, names ...string) ([]string, error) {
	files := make([]string, len(names))
	for i, name := range names {
		if file, err := l.find(name); err == nil {
			files[i] = file
		}
	}
	return files, nil
}

// find finds a program, or tells why it cannot be run.
func (l *Local) find(name string) (string, error) {
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

// RunAll implements [Machine].
func (l *Local) RunAll(ctx context.Context, commands ...Cmd) error {
	for _, c := range commands {
		if err := l.Run(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// Expect implements [Machine].
func (l *Local) Expect(context.Context, Questions) error { return nil }

// Output implements [Machine].
func (l *Local) Output(ctx context.Context, c Cmd) (string, error) { return Output(ctx, l, c) }

// stopGrace is how long a cancelled command may clean up. Mage itself gives a target five seconds after Ctrl-C.
const stopGrace = 2 * time.Second

// Run implements [Machine]. The command leads a process group of its own, so that a cancelled context ends all its children
// too: first SIGTERM, then after two seconds SIGKILL. One that reads one of our files stays in our group, as that may be the terminal,
// which stops whoever reads it from another group; a cancelled context ends it without its children, which Ctrl-C reaches.
func (l *Local) Run(ctx context.Context, c Cmd) error {
	program, err := l.find(c.Argv[0])
	if err != nil {
		return Missing(c, err)
	}
	if l.Trace != nil {
		l.Trace(c)
	}
	return Follow(ctx, c, func(stdout, stderr io.Writer) (status int, err error) {
		cmd := exec.CommandContext(ctx, program, c.Argv[1:]...)
		cmd.Dir = c.Dir
		cmd.Env = append(slices.Clone(l.env), c.Env...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, stdout, stderr
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
		if ctx.Err() != nil && cmd.Process != nil && !shares {
			// What is left of the group has had its time. An error means that nothing is left.
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return exit.ExitCode(), nil
		}
		return 0, err
	})
}
