package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
)

// Cleanup is installp -C, after a power cut or a killed installp: each fileset returns to the state before where it can, and is BROKEN
// where it cannot (documented).
func (in *Installp) Cleanup(ctx context.Context) error {
	all, err := in.Find(nil)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(f *database.Fileset) bool { return !slices.ContainsFunc(f.Parts, (*database.Record).Unfinished) })
	if len(all) == 0 {
		fmt.Fprintln(in.Out, "installp:  No filesets were found that need to be cleaned up.")
	}
	return in.each(ctx, all, "", func(ctx context.Context, f *database.Fileset) ([]outcome, error) {
		level, p := f.Top().Level, f.Parts[0].Part
		err := in.cleanup(ctx, f)
		return []outcome{{f.Name, level, p, "CLEANUP", result(err)}}, err
	})
}

func (in *Installp) cleanup(ctx context.Context, f *database.Fileset) error {
	state := database.Applying
	for _, r := range f.Parts {
		if s := r.Top().State; s == database.Committing || s == database.Rejecting || s == database.Deinstalling {
			state = s
		}
	}
	switch state {
	case database.Rejecting:
		_, err := in.reject(ctx, f) // goes on with it: each step can be done again (inferred)
		return err
	case database.Deinstalling:
		return in.become(f, database.Deinstalling, database.Broken) // to be removed again, or installed again (inferred)
	case database.Committing:
		return in.become(f, database.Committing, database.Applied) // documented
	}
	isComplete := complete(f)
	for _, r := range slices.Backward(f.Parts) {
		w := &work{in: in, rec: r, lvl: r.Top()}
		var err error
		if isComplete {
			err = w.settle()
		} else if r.Unfinished() {
			err = w.undo(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// become gives levels in one state another.
func (in *Installp) become(f *database.Fileset, from, to database.State) error {
	for _, r := range f.Parts {
		for _, l := range r.Levels {
			if l.State == from {
				l.State = to
			}
		}
		if err := in.Save(r); err != nil {
			return err
		}
	}
	return nil
}

// complete reports whether all parts of a fileset were applied when the interruption came.
func complete(f *database.Fileset) bool {
	if f.Parts[0].HasRoot && len(f.Parts) < 2 && f.Parts[0].Part == database.Usr {
		return false
	}
	return !slices.ContainsFunc(f.Parts, func(r *database.Record) bool {
		state := r.Top().State
		return state != database.Applied && state != database.Committed || r.Top().Level != f.Top().Level
	})
}
