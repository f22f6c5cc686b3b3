package rehearsal

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/ops"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// Cut is a power cut that was rehearsed.
type Cut struct {
	Command string `json:"command"`         // that it interrupted
	Moment  string `json:"moment"`          // before which the power went off
	Found   string `json:"found,omitempty"` // what was not as without the cut, after a clean-up and the same command again
}

// operation is something that installp does on a box, and that can be done again after a clean-up.
type operation struct {
	command string
	start   *ops.Installp // the box before it, which stays as it is
	do      func(context.Context, *ops.Installp) error
	known   map[[sha256.Size]byte]bool // states from which it led where it should
}

// look is everything that counts of a box: its disk, and what lslpp says.
func look(in *ops.Installp) (box.Picture, error) {
	p, err := in.Picture()
	if err != nil {
		return nil, err
	}
	all, err := in.Shown()
	for _, f := range all {
		p["lslpp "+f.Name] = fmt.Sprintf("%s %s", f.Level, f.State)
	}
	return p, err
}

// state is a sum of all that an operation on a box depends on: two of one sum, under one umask, come to one end. The history of the database only tells.
func state(in *ops.Installp) (sum [sha256.Size]byte, err error) {
	p, err := in.State()
	if err != nil {
		return sum, err
	}
	p["umask"] = in.Fate.Umask
	for _, part := range []database.Part{database.Usr, database.Root} {
		all, err := in.Records(part)
		if err != nil {
			return sum, err
		}
		for _, r := range all {
			r.History = nil
			text, err := json.Marshal(r)
			if err != nil {
				return sum, err
			}
			p["database "+string(part)+" "+r.Fileset] = string(text)
		}
	}
	return sha256.Sum256(fmt.Appendf(nil, "%q", p)), nil // in the order of the names
}

// again does an operation on a box that it was interrupted on, and reports whether that led where it should. It is not done where it has been on a box like
// this: many interruptions leave, after a clean-up, the same.
func (o *operation) again(ctx context.Context, in *ops.Installp, want box.Picture) error {
	before, err := state(in)
	if err != nil || o.known[before] {
		return err
	}
	if err := o.do(ctx, in); err != nil {
		return fmt.Errorf("again: %w", err)
	}
	if err := in.Check(); err != nil {
		return err
	}
	got, err := look(in)
	if err != nil {
		return err
	}
	if changes := got.Since(want); len(changes) > 0 {
		return database.Failure("not as without the interruption", in.Dir(), strings.Join(changes, "\n"), "let the scripts come to the same end whatever is there already")
	}
	if o.known == nil {
		o.known = map[[sha256.Size]byte]bool{}
	}
	o.known[before] = true
	return nil
}

// whole does an operation on a copy without disturbance, and gives how the box looks afterwards and which moments passed.
func (o *operation) whole(ctx context.Context, dir string) (box.Picture, []string, error) {
	in, err := o.clone(dir)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	if err := errors.Join(o.do(ctx, in), in.Check()); err != nil {
		return nil, nil, err
	}
	p, err := look(in)
	return p, in.Fate.Moments, err
}

func (o *operation) clone(dir string) (*ops.Installp, error) {
	b, err := o.start.Clone(dir)
	if err != nil {
		return nil, err
	}
	b.Out = io.Discard
	return ops.New(b), nil
}

// umaskOf is that of whoever calls installp when the power goes off at a moment, and again afterwards: each in turn.
func umaskOf(n int) string { return []string{"000", "022", "077"}[n%3] }

// survive lets the power go off at a moment. A clean-up and the same operation again must lead to where it leads without that.
func (o *operation) survive(ctx context.Context, dir string, n int, want box.Picture) error {
	in, err := o.clone(dir)
	if err != nil {
		return err
	}
	defer in.Close()
	in.Fate = box.Fate{Power: n, Umask: umaskOf(n)}
	if err := o.do(ctx, in); !errors.Is(err, box.ErrPower) {
		return fmt.Errorf("with the power off: %w", errors.Join(err, context.Cause(ctx)))
	}
	in.Fate = box.Fate{Umask: umaskOf(n)}
	if err := in.Cleanup(ctx); err != nil {
		return fmt.Errorf("clean-up (installp -C): %w", err)
	}
	return o.again(ctx, in, want)
}

// operations are those of a package's life: each image over the one before, the last one again by force, and the removal. The box given
// becomes the first start.
func operations(ctx context.Context, in *ops.Installp, dir string, media []*preview.Media) ([]operation, error) {
	var all []operation
	last := media[len(media)-1]
	add := func(command string, start *ops.Installp, do func(context.Context, *ops.Installp) error) {
		all = append(all, operation{command: command, start: start, do: do})
	}
	for i, m := range media {
		apply := func(ctx context.Context, in *ops.Installp) error { return in.Apply(ctx, m, preview.Options{}) }
		add("installp -aXd "+filepath.Base(m.File)+" all", in, apply)
		next, err := all[i].clone(filepath.Join(dir, fmt.Sprint("start", i)))
		if err != nil {
			return all, err
		}
		in = next
		if err := apply(ctx, in); err != nil {
			return all, err
		}
		in.Fate = box.Fate{}
	}
	if !last.Image.IsUpdate() {
		add("installp -aFXd "+filepath.Base(last.File)+" all", in, func(ctx context.Context, in *ops.Installp) error {
			return in.Apply(ctx, last, preview.Options{Force: true})
		})
	}
	name := last.Image.Package
	add("installp -ugX "+name, in, func(ctx context.Context, in *ops.Installp) error {
		return in.Deinstall(ctx, preview.Options{Names: []string{name}, Dependents: true})
	})
	return all, nil
}

// interrupt lets the power go off at so many moments of each operation, spread evenly. Boxes that came out as they should are removed.
func interrupt(ctx context.Context, props *box.Props, dir, shell string, media []*preview.Media, count int) (cuts []Cut, err error) {
	b, err := props.Box(filepath.Join(dir, "start"), shell, io.Discard)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	in := ops.New(b)
	if _, err := supply(in.DB, media); err != nil {
		return nil, err
	}
	all, err := operations(ctx, in, dir, media)
	if err != nil {
		return nil, err
	}
	var problems []error
	for i, o := range all {
		defer o.start.Close()
		at := filepath.Join(dir, fmt.Sprint("operation", i))
		want, moments, err := o.whole(ctx, at)
		if err = errors.Join(err, os.RemoveAll(at)); err != nil {
			return cuts, fmt.Errorf("%s: %w", o.command, err)
		}
		for n := 1; n <= len(moments); n += (len(moments) + count - 1) / count {
			at := filepath.Join(dir, fmt.Sprintf("operation%d-moment%d", i, n))
			c := Cut{Command: o.command, Moment: moments[n-1]}
			if err := o.survive(ctx, at, n, want); ctx.Err() != nil {
				return cuts, context.Cause(ctx)
			} else if err != nil {
				c.Found = err.Error()
				problems = append(problems, fmt.Errorf("%s, the power off before %s: %w", o.command, c.Moment, err))
			} else if err := os.RemoveAll(at); err != nil {
				return cuts, err
			}
			cuts = append(cuts, c)
		}
	}
	if len(problems) == 0 {
		return cuts, os.RemoveAll(dir)
	}
	return cuts, errors.Join(problems...)
}
