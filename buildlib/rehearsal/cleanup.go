package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Cleanup is installp -C, after a power cut or a killed installp: each fileset returns to the state before where it can, and is BROKEN
// where it cannot (documented).
func (b *Box) Cleanup(ctx context.Context) error {
	all, err := b.find(nil)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(f *installedFileset) bool { return !slices.ContainsFunc(f.parts, (*record).unfinished) })
	var outcomes []outcome
	var problems []error
	for _, f := range slices.Backward(all) {
		level, p := f.top().Level, f.parts[0].Part
		err := b.cleanup(ctx, f)
		if errors.Is(err, errPower) || ctx.Err() != nil {
			return err
		}
		outcomes = append(outcomes, outcome{f.name, level, p, "CLEANUP", result(err)})
		problems = append(problems, err)
	}
	problems = append(problems, b.removeTree(temporary))
	if len(all) == 0 {
		fmt.Fprintln(b.out, "installp:  No filesets were found that need to be cleaned up.")
	} else {
		fmt.Fprint(b.out, summary(outcomes))
	}
	return finish(b.Root(), problems)
}

func (b *Box) cleanup(ctx context.Context, f *installedFileset) error {
	state := Applying
	for _, r := range f.parts {
		if s := r.top().State; s == Committing || s == Rejecting || s == Deinstalling {
			state = s
		}
	}
	switch state {
	case Rejecting:
		_, err := b.reject(ctx, f) // goes on with it: each step can be done again (inferred)
		return err
	case Deinstalling:
		return b.become(f, Deinstalling, Broken) // to be removed again, or installed again (inferred)
	case Committing:
		return b.become(f, Committing, Applied) // documented
	}
	if f.complete() {
		return b.settleAll(f)
	}
	for _, r := range slices.Backward(f.parts) {
		if !r.unfinished() {
			continue
		}
		w := &work{box: b, rec: r, lvl: r.top()}
		if err := w.undo(ctx); err != nil {
			return err
		}
	}
	return nil
}

// become gives levels in one state another.
func (b *Box) become(f *installedFileset, from, to State) error {
	for _, r := range f.parts {
		for _, l := range r.Levels {
			if l.State == from {
				l.State = to
			}
		}
		if err := b.save(r); err != nil {
			return err
		}
	}
	return nil
}

// complete tells whether all parts of a fileset were applied when the interruption came.
func (f *installedFileset) complete() bool {
	if f.parts[0].HasRoot && len(f.parts) < 2 && f.parts[0].Part == usrPart {
		return false
	}
	return !slices.ContainsFunc(f.parts, func(r *record) bool {
		state := r.top().State
		return state != Applied && state != Committed || r.top().Level != f.top().Level
	})
}

func (b *Box) settleAll(f *installedFileset) error {
	for _, r := range slices.Backward(f.parts) {
		w := &work{box: b, rec: r, lvl: r.top()}
		if err := w.settle(); err != nil {
			return err
		}
	}
	return nil
}
