package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

// installedFileset is a fileset with its parts, of which one can be missing.
type installedFileset struct {
	name  string
	parts []*record // usr, then root
}

func (f *installedFileset) top() *level { return f.parts[0].top() }

// find gives the selected filesets of what is installed, those first that others require.
func (b *Box) find(names []string) ([]*installedFileset, error) {
	var all []*installedFileset
	for _, p := range []part{usrPart, rootPart} {
		records, err := b.records(p)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			i := slices.IndexFunc(all, func(f *installedFileset) bool { return f.name == r.Fileset })
			if i < 0 {
				all = append(all, &installedFileset{name: r.Fileset})
				i = len(all) - 1
			}
			all[i].parts = append(all[i].parts, r)
		}
	}
	all = slices.DeleteFunc(all, func(f *installedFileset) bool { return !selects(names, f.name) })
	var ordered []*installedFileset
	for len(all) > 0 {
		next := slices.IndexFunc(all, func(f *installedFileset) bool {
			return !slices.ContainsFunc(all, func(other *installedFileset) bool { return other != f && f.requires(other.name) })
		})
		next = max(next, 0)
		ordered = append(ordered, all[next])
		all = slices.Delete(all, next, next+1)
	}
	return ordered, nil
}

// requires tells whether the fileset cannot be without another.
func (f *installedFileset) requires(name string) bool {
	requisites, err := installp.ParseRequisites(f.top().Requisites)
	return err == nil && slices.ContainsFunc(requisites, func(r installp.Requisite) bool { return r.Name == name && r.Kind != "ifreq" })
}

// Deinstall is installp -u: it removes filesets with all their updates, whatever their state (documented).
func (b *Box) Deinstall(ctx context.Context, o Options) error {
	selected, err := b.find(o.Names)
	if err != nil {
		return err
	}
	if selected, err = b.withDependents(selected, o, "deinstall"); err != nil {
		return err
	}
	if len(selected) == 0 {
		fmt.Fprintf(b.out, notInstalled, strings.Join(o.Names, "\n    "))
		return nil
	}
	if o.Preview {
		for _, f := range selected {
			fmt.Fprintf(b.out, "  %s %s would be deinstalled\n", f.name, f.top().Level)
		}
		return nil
	}
	fmt.Fprint(b.out, box("Deinstalling Software...", 25))
	if err := b.makeTemporary(); err != nil {
		return err
	}
	var outcomes []outcome
	var problems []error
	for _, f := range slices.Backward(selected) {
		fmt.Fprintf(b.out, "\ninstallp:  DEINSTALLING software for:\n        %s %s\n\n", f.name, f.top().Level)
		lines, err := b.deinstall(ctx, f)
		outcomes = append(outcomes, lines...)
		if errors.Is(err, errPower) || ctx.Err() != nil {
			return err
		}
		if err != nil {
			fmt.Fprintf(b.out, "installp: %v\n", err)
		}
		problems = append(problems, err)
	}
	problems = append(problems, b.removeTree(temporary))
	fmt.Fprint(b.out, summary(outcomes))
	return finish(b.Root(), problems)
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
func (b *Box) withDependents(selected []*installedFileset, o Options, operation string) ([]*installedFileset, error) {
	all, err := b.find(nil)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, f := range selected {
		names[f.name] = true
	}
	var dependents []string
	for again := true; again; {
		again = false
		for _, f := range all {
			requires := func(other *installedFileset) bool { return names[other.name] && f.requires(other.name) }
			if names[f.name] || !slices.ContainsFunc(all, requires) {
				continue
			}
			again = true
			names[f.name] = true
			dependents = append(dependents, f.name)
		}
	}
	if len(dependents) > 0 && !o.Dependents {
		return nil, failure("installp would refuse to "+operation+": other filesets depend on these", strings.Join(o.Names, " "),
			strings.Join(dependents, "\n"), "name them, too, or let dependents go along (-g)")
	}
	return slices.DeleteFunc(all, func(f *installedFileset) bool { return !names[f.name] }), nil
}

// deinstall removes one fileset: root part, then usr part, as the root part's files come from the usr part (inferred).
func (b *Box) deinstall(ctx context.Context, f *installedFileset) ([]outcome, error) {
	level := f.top().Level
	line := func(p part, err error) outcome { return outcome{f.name, level, p, "DEINSTALL", result(err)} }
	// pre_d may forbid it all, before anything is changed (generally known).
	first := &work{box: b, rec: f.parts[0], lvl: f.parts[0].Levels[0]}
	if err := first.run(ctx, "pre_d"); err != nil {
		return []outcome{line(first.rec.Part, err)}, err
	}
	before := f.top().State
	for _, r := range f.parts {
		r.top().State = Deinstalling
		if err := b.save(r); err != nil {
			return nil, err
		}
	}
	var outcomes []outcome
	for _, r := range slices.Backward(f.parts) {
		err := b.deinstallPart(ctx, r)
		outcomes = append(outcomes, line(r.Part, err))
		if err == nil {
			continue
		}
		if errors.Is(err, errPower) || ctx.Err() != nil {
			return outcomes, err
		}
		// A failing unconfig or unpost_i ends it: the part stays, broken (inferred; others' packages have met it).
		r.top().State = Broken
		err = errors.Join(err, b.save(r))
		if r.Part == rootPart && len(f.parts) > 1 {
			f.parts[0].top().State = before
			err = errors.Join(err, b.save(f.parts[0]))
		}
		return outcomes, err
	}
	return outcomes, nil
}

func (b *Box) deinstallPart(ctx context.Context, r *record) error {
	// The scripts of updates, the newest first; files and the base level's scripts only once (inferred).
	for _, l := range slices.Backward(r.Levels) {
		if !l.Update {
			continue
		}
		w := &work{box: b, rec: r, lvl: l}
		for _, name := range []string{"unconfig_u", "unpost_u"} {
			if err := w.run(ctx, name); err != nil {
				return err
			}
		}
	}
	base := &work{box: b, rec: r, lvl: r.Levels[0]}
	for _, name := range []string{"unconfig", "unpost_i"} {
		if err := base.run(ctx, name); err != nil {
			return err
		}
	}
	var paths []string
	for _, l := range r.Levels {
		paths = append(paths, l.paths()...)
	}
	slices.Sort(paths)
	if err := b.removeAll(slices.Compact(paths)); err != nil {
		return err
	}
	for _, l := range slices.Backward(r.Levels) {
		w, un := &work{box: b, rec: r, lvl: l}, "unpre_i"
		if l.Update {
			un = "unpre_u"
		}
		if err := w.try(ctx, un); err != nil {
			return err
		}
	}
	levels := r.Levels
	r.Levels = nil
	if err := b.save(r); err != nil {
		return err
	}
	for _, l := range slices.Backward(levels) {
		w := &work{box: b, rec: r, lvl: l}
		if err := w.drop(w.kept(), w.control()); err != nil {
			return err
		}
	}
	return nil
}
