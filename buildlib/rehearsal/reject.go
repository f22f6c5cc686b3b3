package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Commit is installp -c: applied updates are made permanent, and what they replaced is deleted. No script of a package runs (inferred:
// none is documented for it).
func (b *Box) Commit(_ context.Context, o Options) error {
	outcomes, err := b.commit(o.Names)
	if err != nil {
		return err
	}
	if len(outcomes) == 0 {
		fmt.Fprintln(b.out, "installp:  There is nothing to commit.")
		return nil
	}
	fmt.Fprint(b.out, summary(outcomes))
	return nil
}

func (b *Box) commit(names []string) ([]outcome, error) {
	selected, err := b.find(names)
	if err != nil {
		return nil, err
	}
	var outcomes []outcome
	for _, f := range selected {
		for _, r := range f.parts {
			for _, l := range r.Levels {
				if l.State != Applied {
					continue
				}
				w := &work{box: b, rec: r, lvl: l}
				if err := w.commit(); err != nil {
					return outcomes, err
				}
				outcomes = append(outcomes, outcome{f.name, l.Level, r.Part, "COMMIT", "SUCCESS"})
			}
		}
	}
	return outcomes, nil
}

func (w *work) commit() error {
	w.lvl.State = Committing
	if err := w.box.save(w.rec); err != nil {
		return err
	}
	if err := w.box.removeTree(w.saved()); err != nil {
		return err
	}
	w.lvl.State, w.lvl.Saved = Committed, nil
	w.log("COMMIT", "COMPLETE")
	return w.box.save(w.rec)
}

// Reject is installp -r: the level below an applied update returns. A base level cannot be rejected, nor what was committed
// (documented): the way back from those is to install an older level with -F.
func (b *Box) Reject(ctx context.Context, o Options) error {
	selected, err := b.find(o.Names)
	if err != nil {
		return err
	}
	var refused []string
	for _, f := range selected {
		if top := f.top(); top.State != Applied {
			refused = append(refused, fmt.Sprintf("%s %s is %s", f.name, top.Level, top.State))
		}
	}
	if len(selected) == 0 {
		refused = []string{"not installed"}
	}
	if len(refused) > 0 {
		return failure("installp would refuse to reject: only an update that is applied and not committed can be", strings.Join(o.Names, " "),
			strings.Join(refused, "\n"), "install the older level with the force flag: installp -aF")
	}
	var outcomes []outcome
	var problems []error
	for _, f := range slices.Backward(selected) {
		fmt.Fprintf(b.out, "\ninstallp:  REJECTING software for:\n        %s %s\n\n", f.name, f.top().Level)
		lines, err := b.reject(ctx, f)
		outcomes = append(outcomes, lines...)
		if errors.Is(err, errPower) || ctx.Err() != nil {
			return err
		}
		problems = append(problems, err)
	}
	fmt.Fprint(b.out, summary(outcomes))
	return finish(b.Root(), problems)
}

// reject takes the update of one fileset back: root part, then usr part, in the reverse of the application (inferred). A script that
// fails is told, the rest goes on, and the whole has failed.
func (b *Box) reject(ctx context.Context, f *installedFileset) ([]outcome, error) {
	level := f.top().Level
	for _, r := range f.parts {
		if r.top().Level == level {
			r.top().State = Rejecting
			if err := b.save(r); err != nil {
				return nil, err
			}
		}
	}
	var outcomes []outcome
	var problems []error
	for _, r := range slices.Backward(f.parts) {
		if r.top().Level != level || !r.top().Update {
			continue
		}
		w := &work{box: b, rec: r, lvl: r.top()}
		err := w.reject(ctx)
		if errors.Is(err, errPower) || ctx.Err() != nil {
			return outcomes, err
		}
		outcomes = append(outcomes, outcome{f.name, level, r.Part, "REJECT", result(err)})
		problems = append(problems, err)
	}
	return outcomes, errors.Join(problems...)
}

func (w *work) reject(ctx context.Context) error {
	var problems []error
	for _, do := range []func() error{
		func() error { return w.run(ctx, "unconfig_u") },
		func() error { return w.run(ctx, "unpost_u") },
		w.putBackFiles,
		func() error { return w.run(ctx, "unpre_u") },
	} {
		err := do()
		if errors.Is(err, errPower) || ctx.Err() != nil {
			return err
		}
		if err != nil {
			fmt.Fprintf(w.box.out, "installp: %v\n", err)
		}
		problems = append(problems, err)
	}
	w.log("REJECT", "COMPLETE")
	w.rec.Levels = w.rec.Levels[:len(w.rec.Levels)-1]
	if err := w.box.save(w.rec); err != nil {
		return err
	}
	return errors.Join(append(problems, w.drop())...)
}
