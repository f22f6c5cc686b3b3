package rehearsal

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
)

// beginning is how a script begins: with the umask that installp was called with (its own is not documented), in the directory of
// the control files (observed: IBM's scripts name files there without a path), and on a full disk without a byte to write. Both
// outputs are one, so that lines keep their order.
const beginning = `exec 2>&1 && umask "$4" && cd "$1" && { test -z "$2" || { trap '' XFSZ; ulimit -f 0; }; } && exec "$3"`

// run runs a script of a part, if the part has it. Standard input is empty and nothing may ask (documented: no interaction).
func (w *work) run(ctx context.Context, name string) error {
	b, file := w.box, w.rec.Fileset+"."+name
	control := w.control()
	if !b.has(control + "/" + file) {
		if control = w.kept(); !b.has(control + "/" + file) {
			return nil
		}
	}
	if err := b.fate.moment("script " + name); err != nil {
		return err
	}
	if err := b.openGate(); err != nil {
		return err
	}
	full := ""
	if b.fate.isFull() {
		full = "full"
	}
	argv := []string{"/rehearsal/bin/env", "-i"}
	argv = append(argv, w.environment(control)...)
	argv = append(argv, "/rehearsal/bin/dash", "-c", beginning, "sh", control, full, control+"/"+file, cmp.Or(b.fate.umask, "022"))
	err := b.props.machine.Run(ctx, host.Cmd{
		Argv: b.props.way.command(b.Root(), b.ReadOnlyUsr, argv...), Env: administratorsPath, Stdout: b.out, Stderr: b.out,
	})
	if err := b.closeGate(name); err != nil {
		return err
	}
	exit, ended := errors.AsType[*host.ExitError](err)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || !ended:
		// The script, or something that it started and that keeps installp's output open.
		return fmt.Errorf("script %s of the %s part: %w", file, w.rec.Part, err)
	}
	return fmt.Errorf("script %s of the %s part: %w", file, w.rec.Part, exit)
}
