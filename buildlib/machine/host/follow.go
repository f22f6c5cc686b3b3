package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Follow is what running a command is on every machine: run runs it, with the two given for its output, and tells its exit status or why it
// has none. They are one writer when nobody wants the streams apart: so the order of lines stays the program's own.
func Follow(ctx context.Context, c Cmd, run func(stdout, stderr io.Writer) (status int, err error)) (err error) {
	var tail tail
	stdout, stderr := io.Writer(&tail), io.Writer(&tail)
	if c.Stdout != nil {
		stdout = io.MultiWriter(c.Stdout, stdout)
	}
	if c.Stderr != nil {
		stderr = io.MultiWriter(c.Stderr, stderr)
	}
	if c.Log != "" {
		log, missing := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if missing != nil {
			return fmt.Errorf("opening command log: %w", missing)
		}
		defer func() { err = errors.Join(err, log.Close()) }()
		if _, err := fmt.Fprintf(log, "$ cd %s && %s\n", c.Dir, c); err != nil {
			return fmt.Errorf("writing command log: %w", err)
		}
		stdout, stderr = io.MultiWriter(log, stdout), io.MultiWriter(log, stderr)
	}
	out := &sharedWriter{w: stdout, lock: &tail.lock}
	both := out
	if c.Stdout != nil || c.Stderr != nil {
		both = &sharedWriter{w: stderr, lock: &tail.lock}
	}
	status, err := run(out, both)
	if ctx.Err() != nil {
		return &fault.Error{
			Code: "interrupted", What: "interrupted while running " + c.String(), Where: "in " + c.Dir, Err: context.Cause(ctx),
			Do: "run the same again: it goes on with what was finished",
		}
	}
	if err != nil {
		return fmt.Errorf("running %s: %w", c, err)
	}
	if status == 0 {
		return nil
	}
	f := &fault.Error{
		Code: "command-failed", What: "command failed: " + c.String(), Where: "in " + c.Dir,
		Found: strings.Join(tail.lines(), "\n"),
		Err:   &ExitError{Command: c.String(), Status: status},
	}
	if c.Dir == "" {
		f.Where = "in the current directory"
	}
	if c.Log != "" {
		f.Do = "read the whole output in " + c.Log
	}
	return f
}

// Missing is what [Runner.Run] says of a command whose program is not on the machine.
func Missing(c Cmd, err error) error {
	return &fault.Error{
		Code: "command-missing", What: "cannot run " + c.Argv[0], Where: c.Dir, Err: err,
		Do: `run "mage doctor": it lists what is missing and the command that brings it`,
	}
}

// Output is what [Machine.Output] is on every machine.
func Output(ctx context.Context, m Runner, c Cmd) (string, error) {
	var out strings.Builder
	if c.Stdout != nil {
		c.Stdout = io.MultiWriter(&out, c.Stdout)
	} else {
		c.Stdout = &out
	}
	err := m.Run(ctx, c)
	return strings.TrimSpace(out.String()), err
}
