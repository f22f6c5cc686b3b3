package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// Commit is installp -c: applied updates are made permanent, and what they replaced is deleted. No script of a package runs (inferred:
// none is documented for it).
func (in *Installp) Commit(_ context.Context, o preview.Options) error {
	outcomes, err := in.commit(o.Names)
	if err != nil {
		return err
	}
	if len(outcomes) == 0 {
		fmt.Fprintln(in.Out, "installp:  There is nothing to commit.")
		return nil
	}
	fmt.Fprint(in.Out, summary(outcomes))
	return nil
}

func (in *Installp) commit(names []string) ([]outcome, error) {
	selected, err := in.Find(names)
	if err != nil {
		return nil, err
	}
	var outcomes []outcome
	for _, f := range selected {
		for _, r := range f.Parts {
			for _, l := range r.Levels {
				if l.State != database.Applied {
					continue
				}
				w := &work{in: in, rec: r, lvl: l}
				if err := w.commit(); err != nil {
					return outcomes, err
				}
				outcomes = append(outcomes, outcome{f.Name, l.Level, r.Part, "COMMIT", "SUCCESS"})
			}
		}
	}
	return outcomes, nil
}

func (w *work) commit() error {
	w.lvl.State = database.Committing
	if err := w.in.Save(w.rec); err != nil {
		return err
	}
	if err := w.in.RemoveTree(w.saved()); err != nil {
		return err
	}
	w.lvl.State, w.lvl.Saved = database.Committed, nil
	w.log("COMMIT", "COMPLETE")
	return w.in.Save(w.rec)
}

// Reject is installp -r: the level below an applied update returns. A base level cannot be rejected, nor what was committed
// (documented): the way back from those is to install an older level with -F.
func (in *Installp) Reject(ctx context.Context, o preview.Options) error {
	selected, err := in.Find(o.Names)
	if err != nil {
		return err
	}
	var refused []string
	for _, f := range selected {
		if top := f.Top(); top.State != database.Applied {
			refused = append(refused, fmt.Sprintf("%s %s is %s", f.Name, top.Level, top.State))
		}
	}
	if len(selected) == 0 {
		refused = []string{"not installed"}
	}
	if len(refused) > 0 {
		return database.Failure("installp would refuse to reject: only an update that is applied and not committed can be", strings.Join(o.Names, " "),
			strings.Join(refused, "\n"), "install the older level with the force flag: installp -aF")
	}
	return in.each(ctx, selected, "REJECTING", in.reject)
}

// reject takes the update of one fileset back: root part, then usr part, in the reverse of the application (inferred). A script that
// fails is reported, the rest goes on, and the whole has failed.
func (in *Installp) reject(ctx context.Context, f *database.Fileset) ([]outcome, error) {
	level := f.Top().Level
	for _, r := range f.Parts {
		if r.Top().Level == level {
			r.Top().State = database.Rejecting
			if err := in.Save(r); err != nil {
				return nil, err
			}
		}
	}
	var outcomes []outcome
	var problems []error
	for _, r := range slices.Backward(f.Parts) {
		if r.Top().Level != level || !r.Top().Update {
			continue
		}
		w := &work{in: in, rec: r, lvl: r.Top()}
		err := w.reject(ctx)
		if over(ctx, err) {
			return outcomes, err
		}
		outcomes = append(outcomes, outcome{f.Name, level, r.Part, "REJECT", result(err)})
		problems = append(problems, err)
	}
	return outcomes, errors.Join(problems...)
}

func (w *work) reject(ctx context.Context) error {
	var problems []error
	for _, back := range updateBack {
		var err error
		if back.script == "" {
			err = w.putBackFiles()
		} else {
			err = w.run(ctx, back.script)
		}
		if over(ctx, err) {
			return err
		}
		if err != nil {
			fmt.Fprintf(w.in.Out, "installp: %v\n", err)
		}
		problems = append(problems, err)
	}
	w.log("REJECT", "COMPLETE")
	w.rec.Levels = w.rec.Levels[:len(w.rec.Levels)-1]
	if err := w.in.Save(w.rec); err != nil {
		return err
	}
	return errors.Join(append(problems, w.drop())...)
}
