// Package ops are installp's operations on a simulated AIX machine: apply, update, commit, reject, remove, and clean up after an
// interruption.
package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// Installp is installp on a box with its database.
type Installp struct {
	*database.DB
	now time.Time // of its entries in the history
}

// New gives the installp of a box.
func New(b *box.Box) *Installp { return &Installp{DB: database.Open(b), now: time.Now()} }

// Apply is installp -a, with the other flags of the options: it verifies, and installs what passes, first the usr part of a
// fileset and then its root part, then the next one (observed). What is installed already is no failure (documented: the status is 0
// when everything that was started was completed); what fails the verification is one here.
func (in *Installp) Apply(ctx context.Context, m *preview.Media, o preview.Options) error {
	p, err := preview.Look(in.DB, m, o)
	if err != nil {
		return err
	}
	if err := p.Announce(in.Out, in.Box, o.Preview); err != nil {
		return err
	}
	if !o.Preview && len(p.Pass) > 0 {
		if err := in.install(ctx, m, p, o); err != nil {
			return err
		}
	}
	if !o.Preview {
		fmt.Fprint(in.Out, p.Remarks())
	}
	if len(p.Failures) == 0 && len(p.Selected) > 0 {
		return nil
	}
	lines := append(slices.Clone(p.Missing), "")
	for _, r := range p.Failures {
		lines = append(lines, preview.At(r.Info)+": "+r.Text)
	}
	if len(p.Selected) == 0 {
		lines = []string{"no fileset of the image is called " + strings.Join(o.Names, " or ")}
	}
	return database.Failure("installp would refuse filesets of this image", m.File, strings.TrimSpace(strings.Join(lines, "\n")),
		"see the section FAILURES above: what it names has to be there first")
}

// install installs what has passed.
func (in *Installp) install(ctx context.Context, m *preview.Media, p *preview.Preview, o preview.Options) error {
	fmt.Fprint(in.Out, preview.Frame("Installing Software...", 25))
	if err := in.MakePrivate(temporary); err != nil {
		return err
	}
	var outcomes []outcome
	var problems []error
	for i, info := range p.Pass {
		// A requisite may have failed a moment ago.
		levels, err := in.Installed()
		if err != nil {
			return err
		}
		if len(database.Lacking(info.Requisites, preview.With(levels, p.Pass[i:]))) > 0 {
			for _, part := range partsOf(info, o) {
				outcomes = append(outcomes, outcome{info.Name, info.Level, part, "APPLY", "CANCELED"})
			}
			continue
		}
		fmt.Fprintf(in.Out, "\ninstallp:  APPLYING software for:\n        %s\n\n", preview.At(info))
		lines, err := in.installFileset(ctx, m, info, o)
		outcomes = append(outcomes, lines...)
		if over(ctx, err) {
			return err
		}
		problems = append(problems, err)
	}
	// How long a rehearsal takes says nothing.
	fmt.Fprint(in.Out, "Finished processing all filesets.  (Total time:  0 mins 0 secs).\n\n")
	problems = append(problems, in.RemoveTree(temporary))
	if o.Commit && m.Image.IsUpdate() && errors.Join(problems...) == nil {
		lines, err := in.commit(o.Names)
		outcomes, problems = append(outcomes, lines...), append(problems, err)
	}
	fmt.Fprint(in.Out, summary(outcomes))
	return finish(m.File, problems)
}

// outcome is a line of the summary.
type outcome struct {
	name   string
	level  vrmf.Level
	part   database.Part
	event  string // APPLY, COMMIT, REJECT, DEINSTALL, CLEANUP
	result string // SUCCESS, FAILED, CANCELED
}

// over reports whether nothing more can be done after an error: not even to clean up.
func over(ctx context.Context, err error) bool {
	return errors.Is(err, box.ErrPower) || ctx.Err() != nil
}

// each does something with filesets, those that others require last, and sums up.
func (in *Installp) each(ctx context.Context, all []*database.Fileset, heading string, do func(context.Context, *database.Fileset) ([]outcome, error)) error {
	var outcomes []outcome
	var problems []error
	for _, f := range slices.Backward(all) {
		if heading != "" {
			fmt.Fprintf(in.Out, "\ninstallp:  %s software for:\n        %s %s\n\n", heading, f.Name, f.Top().Level)
		}
		lines, err := do(ctx, f)
		outcomes = append(outcomes, lines...)
		if over(ctx, err) {
			return err
		}
		problems = append(problems, err)
	}
	problems = append(problems, in.RemoveTree(temporary))
	if len(all) > 0 {
		fmt.Fprint(in.Out, summary(outcomes))
	}
	return finish(in.Root(), problems)
}

// summary ends a run that has done something.
func summary(outcomes []outcome) string {
	s := preview.Frame("Summaries:", 32) + "\nInstallation Summary\n--------------------\n" +
		"Name                        Level           Part        Event       Result\n" + strings.Repeat("-", 79) + "\n"
	for _, o := range outcomes {
		s += fmt.Sprintf("%-27s %-15s %-11s %-11s %s\n", o.name, o.level, o.part.Label(), o.event, o.result)
	}
	return s + "\n"
}

// finish makes one failure of what went wrong.
func finish(where string, problems []error) error {
	err := errors.Join(problems...)
	if err == nil || errors.Is(err, box.ErrPower) {
		return err
	}
	return database.Failure("installp would end with failures", where, err.Error(),
		`cure the cause and repeat the operation; what is left half done is undone by a clean-up first (installp -C)`)
}

// partsOf are the parts of a fileset that are dealt with.
func partsOf(info *installp.Info, o preview.Options) []database.Part {
	switch {
	case o.RootOnly:
		return []database.Part{database.Root}
	case info.Root == nil:
		return []database.Part{database.Usr}
	}
	return []database.Part{database.Usr, database.Root}
}

// installFileset applies the parts of a fileset. When one fails, that one is undone and those before it are, too (inferred: in a run
// for both parts; documented: installp cleans up by itself when a step fails).
func (in *Installp) installFileset(ctx context.Context, m *preview.Media, info *installp.Info, o preview.Options) ([]outcome, error) {
	var outcomes []outcome
	var done []*work
	for _, part := range partsOf(info, o) {
		w, err := in.newWork(part, m, info, o)
		if err != nil {
			return outcomes, err
		}
		err = w.apply(ctx)
		line := outcome{info.Name, info.Level, part, "APPLY", "SUCCESS"}
		done = append(done, w)
		if err == nil {
			outcomes = append(outcomes, line)
			continue
		}
		if over(ctx, err) {
			return outcomes, err
		}
		fmt.Fprintf(in.Out, "installp: %v\ninstallp:  FAILED while applying the software for:\n        %s\n\n", err, preview.At(info))
		line.result = "FAILED"
		outcomes = append(outcomes, line)
		for _, w := range slices.Backward(done) {
			cleaned := w.undo(ctx)
			outcomes = append(outcomes, outcome{info.Name, info.Level, w.rec.Part, "CLEANUP", result(cleaned)})
			if cleaned != nil {
				return outcomes, errors.Join(err, fmt.Errorf("clean-up: %w", cleaned))
			}
		}
		return outcomes, err
	}
	for _, w := range slices.Backward(done) {
		if err := w.settle(); err != nil {
			return outcomes, err
		}
	}
	return outcomes, nil
}

func result(err error) string {
	if err != nil {
		return "FAILED"
	}
	return "SUCCESS"
}
