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

// Deinstall is installp -u: it removes filesets with all their updates, whatever their state (documented).
func (in *Installp) Deinstall(ctx context.Context, o preview.Options) error {
	selected, err := in.Find(o.Names)
	if err != nil {
		return err
	}
	if selected, err = in.withDependents(selected, o); err != nil {
		return err
	}
	if len(selected) == 0 {
		fmt.Fprintf(in.Out, notInstalled, strings.Join(o.Names, "\n    "))
		return nil
	}
	if o.Preview {
		for _, f := range selected {
			fmt.Fprintf(in.Out, "  %s %s would be deinstalled\n", f.Name, f.Top().Level)
		}
		return nil
	}
	fmt.Fprint(in.Out, preview.Frame("Deinstalling Software...", 25))
	if err := in.MakePrivate(temporary); err != nil {
		return err
	}
	return in.each(ctx, selected, "DEINSTALLING", func(ctx context.Context, f *database.Fileset) ([]outcome, error) {
		lines, err := in.deinstall(ctx, f)
		if err != nil && !over(ctx, err) {
			fmt.Fprintf(in.Out, "installp: %v\n", err)
		}
		return lines, err
	})
}

// notInstalled is the warning of a removal that finds nothing (observed).
const notInstalled = `WARNINGS
--------
  Not Installed
  -------------
  No software could be found on the system that could be deinstalled for the
  following requests:

    %s
`

// withDependents adds what depends on the selected filesets, with -g, and refuses to go on without it (documented).
func (in *Installp) withDependents(selected []*database.Fileset, o preview.Options) ([]*database.Fileset, error) {
	all, err := in.Find(nil)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, f := range selected {
		names[f.Name] = true
	}
	var dependents []string
	for again := true; again; {
		again = false
		for _, f := range all {
			requires := func(other *database.Fileset) bool { return names[other.Name] && f.Requires(other.Name) }
			if names[f.Name] || !slices.ContainsFunc(all, requires) {
				continue
			}
			again = true
			names[f.Name] = true
			dependents = append(dependents, f.Name)
		}
	}
	if len(dependents) > 0 && !o.Dependents {
		return nil, database.Failure("installp would refuse to deinstall: other filesets depend on these", strings.Join(o.Names, " "),
			strings.Join(dependents, "\n"), "name them, too, or let dependents go along (-g)")
	}
	return slices.DeleteFunc(all, func(f *database.Fileset) bool { return !names[f.Name] }), nil
}

// deinstall removes one fileset: root part, then usr part, as the root part's files come from the usr part (inferred).
func (in *Installp) deinstall(ctx context.Context, f *database.Fileset) ([]outcome, error) {
	level := f.Top().Level
	line := func(p database.Part, err error) outcome { return outcome{f.Name, level, p, "DEINSTALL", result(err)} }
	// pre_d may forbid it all, before anything is changed (generally known).
	first := &work{in: in, rec: f.Parts[0], lvl: f.Parts[0].Levels[0]}
	if err := first.run(ctx, "pre_d"); err != nil {
		return []outcome{line(first.rec.Part, err)}, err
	}
	before := f.Top().State
	for _, r := range f.Parts {
		r.Top().State = database.Deinstalling
		if err := in.Save(r); err != nil {
			return nil, err
		}
	}
	var outcomes []outcome
	for _, r := range slices.Backward(f.Parts) {
		err := in.deinstallPart(ctx, r)
		outcomes = append(outcomes, line(r.Part, err))
		if err == nil {
			continue
		}
		if over(ctx, err) {
			return outcomes, err
		}
		// A failing unconfig or unpost_i ends it: the part stays, broken (inferred; others' packages have met it).
		r.Top().State = database.Broken
		err = errors.Join(err, in.Save(r))
		if r.Part == database.Root && len(f.Parts) > 1 {
			f.Parts[0].Top().State = before
			err = errors.Join(err, in.Save(f.Parts[0]))
		}
		return outcomes, err
	}
	return outcomes, nil
}

func (in *Installp) deinstallPart(ctx context.Context, r *database.Record) error {
	// The scripts of updates, the newest first; files and the base level's scripts only once (inferred).
	for _, l := range slices.Backward(r.Levels) {
		if !l.Update {
			continue
		}
		w := &work{in: in, rec: r, lvl: l}
		if err := w.run(ctx, "unconfig_u", "unpost_u"); err != nil {
			return err
		}
	}
	base := &work{in: in, rec: r, lvl: r.Levels[0]}
	if err := base.run(ctx, "unconfig", "unpost_i"); err != nil {
		return err
	}
	var paths []string
	for _, l := range r.Levels {
		paths = append(paths, l.Paths()...)
	}
	slices.Sort(paths)
	if err := in.RemoveAll(slices.Compact(paths)); err != nil {
		return err
	}
	for _, l := range slices.Backward(r.Levels) {
		w, un := &work{in: in, rec: r, lvl: l}, "unpre_i"
		if l.Update {
			un = "unpre_u"
		}
		if err := w.try(ctx, un); err != nil {
			return err
		}
	}
	levels := r.Levels
	r.Levels = nil
	if err := in.Save(r); err != nil {
		return err
	}
	for _, l := range slices.Backward(levels) {
		w := &work{in: in, rec: r, lvl: l}
		if err := w.drop(w.kept(), w.control()); err != nil {
			return err
		}
	}
	return nil
}
