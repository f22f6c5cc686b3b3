package box

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// beginning is how a script begins: with the umask that installp was called with (its own is not documented), in the directory of
// the control files (observed: IBM's scripts name files there without a path), and on a full disk without a byte to write. Both
// outputs are one, so that lines keep their order.
const beginning = `exec 2>&1 && umask "$4" && cd "$1" && { test -z "$2" || { trap '' XFSZ; ulimit -f 0; }; } && `

// supervised is how it goes on in a namespace of processes. The first process there is no place for a script: it gets no signals. When that
// ends, so does all that the script left running; a process that kept installp's output open would let installp wait. A command
// that is waited for is when the shell hears of processes that it inherited and that have ended.
const supervised = `"$3"; status=$?
kill -0 -1 2>/dev/null || exit $status
/rehearsal/bin/true
kill -0 -1 2>/dev/null || exit $status
/rehearsal/bin/sleep 2
kill -0 -1 2>/dev/null || exit $status
echo "rehearsal: the script leaves a process running, for which installp may wait"; exit 1`

// maxOutput is what a script may print.
const maxOutput = 1 << 20

var errTalkative = fmt.Errorf("it prints more than %d bytes", maxOutput)

// limited takes so many bytes and then no more. That ends a script which heeds neither an error nor a signal about its output, too.
type limited struct {
	w    io.Writer
	left int
	stop context.CancelCauseFunc
}

func (l *limited) Write(p []byte) (int, error) {
	n, err := l.w.Write(p[:min(len(p), l.left)])
	if l.left -= n; err == nil && n < len(p) {
		err = errTalkative
		l.stop(err)
	}
	return n, err
}

// Command is the command of this machine that runs one with the box for its root directory.
func (b *Box) Command(argv ...string) []string {
	return b.props.way.command(b.props.gate(), b.Root(), b.ReadOnlyUsr, argv...)
}

// Enter runs a command with the box for its root directory.
func (b *Box) Enter(ctx context.Context, out io.Writer, argv ...string) error {
	return b.props.machine.Run(ctx, host.Cmd{Argv: b.Command(argv...), Env: administratorsPath, Stdout: out, Stderr: out})
}

// Script runs a script in its directory, with the environment given. Standard input is empty and nothing may ask (documented: no
// interaction).
func (b *Box) Script(ctx context.Context, name, file string, environment ...string) error {
	if err := b.Fate.Moment("script " + name); err != nil {
		return err
	}
	if err := b.interpreted(file); err != nil {
		return err
	}
	if err := b.openGate(); err != nil {
		return err
	}
	full := ""
	if b.Fate.isFull() {
		full = "full"
	}
	argv := append([]string{"/rehearsal/bin/env", "-i"}, environment...)
	then := `exec "$3"`
	if b.props.way.prison {
		then = supervised
	}
	argv = append(argv, "/rehearsal/bin/dash", "-c", beginning+then, "sh", path.Dir(file), full, file, cmp.Or(b.Fate.Umask, "022"))
	run, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	out := &limited{b.Out, maxOutput, stop}
	err := b.Enter(run, out, argv...)
	if err := b.closeGate(name); err != nil {
		return err
	}
	exit, ended := errors.AsType[*host.ExitError](err)
	switch {
	case err == nil:
		return nil
	case errors.Is(context.Cause(run), errTalkative):
		return errTalkative // which it was ended for
	case ended && ctx.Err() == nil:
		return exit
	}
	return err // of the script, or of something that it started and that keeps installp's output open
}

// interpreted reports whether the box has what the first line of a script names: without it the kernel says that the script is not there. A
// script without such a line is the shell's.
func (b *Box) interpreted(file string) error {
	text, err := b.Read(file)
	if err != nil {
		return err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	rest, ok := strings.CutPrefix(line, "#!")
	words := strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == '\t' })
	if !ok || len(words) == 0 || b.Has(words[0]) {
		return nil
	}
	return fmt.Errorf("its first line names %s, which the box does not have", fault.Line(words[0]))
}
