package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

// Apply is installp -a, with the other flags of the options: it verifies, and installs what passes, first the usr part of a
// fileset and then its root part, then the next one (observed). What is installed already is no failure (documented: the status is 0
// when everything that was started was completed); what fails the verification is one here.
func (b *Box) Apply(ctx context.Context, m *Media, o Options) error {
	p, err := b.look(m, o)
	if err != nil {
		return err
	}
	fmt.Fprint(b.out, p.announce(b, o.Preview))
	if !o.Preview && len(p.pass) > 0 {
		if err := b.install(ctx, m, p, o); err != nil {
			return err
		}
	}
	if !o.Preview {
		fmt.Fprint(b.out, p.summaryOfRemarks())
	}
	if len(p.failures) == 0 && len(p.selected) > 0 {
		return nil
	}
	lines := append(slices.Clone(p.missing), "")
	for _, r := range p.failures {
		lines = append(lines, at(r.info)+": "+r.text)
	}
	if len(p.selected) == 0 {
		lines = []string{"no fileset of the image is called " + strings.Join(o.Names, " or ")}
	}
	return failure("installp would refuse filesets of this image", m.File, strings.TrimSpace(strings.Join(lines, "\n")),
		"see the section FAILURES above: what it names has to be there first")
}

// install installs what has passed.
func (b *Box) install(ctx context.Context, m *Media, p *preview, o Options) error {
	start := b.now()
	fmt.Fprint(b.out, box("Installing Software...", 25))
	if err := b.makeTemporary(); err != nil {
		return err
	}
	var outcomes []outcome
	var problems []error
	for i, info := range p.pass {
		// A requisite may have failed a moment ago.
		levels, err := b.installed()
		if err != nil {
			return err
		}
		if len(lacking(info.Requisites, cloneLevels(levels, p.pass[i:]))) > 0 {
			for _, part := range partsOf(info, o) {
				outcomes = append(outcomes, outcome{info.Name, info.Level, part, "APPLY", "CANCELED"})
			}
			continue
		}
		fmt.Fprintf(b.out, "\ninstallp:  APPLYING software for:\n        %s\n\n", at(info))
		lines, err := b.installFileset(ctx, m, info, o)
		outcomes = append(outcomes, lines...)
		if errors.Is(err, errPower) || ctx.Err() != nil {
			return err
		}
		problems = append(problems, err)
	}
	fmt.Fprintf(b.out, "Finished processing all filesets.  %s.\n\n", took(b.now().Sub(start)))
	problems = append(problems, b.removeTree(temporary))
	if o.Commit && m.Image.IsUpdate() && errors.Join(problems...) == nil {
		lines, err := b.commit(o.Names)
		outcomes, problems = append(outcomes, lines...), append(problems, err)
	}
	fmt.Fprint(b.out, summary(outcomes))
	return finish(m.File, problems)
}

// finish makes one failure of what went wrong.
func finish(where string, problems []error) error {
	err := errors.Join(problems...)
	if err == nil || errors.Is(err, errPower) {
		return err
	}
	return failure("installp would end with failures", where, err.Error(),
		`cure the cause and repeat the operation; what is left half done is undone by a clean-up first (installp -C)`)
}

// partsOf are the parts of a fileset that are dealt with.
func partsOf(info *installp.Info, o Options) []part {
	switch {
	case o.RootOnly:
		return []part{rootPart}
	case info.Root == nil:
		return []part{usrPart}
	}
	return []part{usrPart, rootPart}
}

// installFileset applies the parts of a fileset. When one fails, that one is undone and those before it are, too (inferred: in a run
// for both parts; documented: installp cleans up by itself when a step fails).
func (b *Box) installFileset(ctx context.Context, m *Media, info *installp.Info, o Options) ([]outcome, error) {
	var outcomes []outcome
	var done []*work
	for _, part := range partsOf(info, o) {
		w, err := b.newWork(part, m, info, o)
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
		if errors.Is(err, errPower) || ctx.Err() != nil {
			return outcomes, err
		}
		fmt.Fprintf(b.out, "installp: %v\ninstallp:  FAILED while applying the software for:\n        %s\n\n", err, at(info))
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
