package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"

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

// undo takes back what the application of a part has done so far: in reverse, the un- script of each script that came to its end,
// and the files (documented: a clean-up returns to the state before where it can; that the un- scripts of completed steps alone run
// is inferred). An un- script that fails does not stop it. What is left then:
//
//   - of a new fileset, nothing
//   - of an update, the level below
//   - of a base level over another, that other one while its files are still there, else BROKEN (documented)
func (w *work) undo(ctx context.Context) error {
	steps := w.steps()
	way := baseBack
	if w.lvl.Update {
		way = updateBack
	}
	for _, back := range way {
		var err error
		switch {
		case back.script == "" && w.begun(steps, back.step):
			err = w.takeFilesBack()
		case back.script != "" && w.past(steps, back.step):
			err = w.try(ctx, back.script)
		}
		if err != nil {
			return err
		}
	}
	return w.backOut(steps)
}

// back undoes a step: by a script, or without one by taking files back.
type back struct{ step, script string }

// The ways back, the last step first.
var (
	baseBack   = []back{{stepConfig, "unconfig"}, {stepPostI, "unpost_i"}, {stepRestore, ""}, {stepPreI, "unpre_i"}}
	updateBack = []back{{stepConfigU, "unconfig_u"}, {stepPostU, "unpost_u"}, {stepRestore, ""}, {stepPreU, "unpre_u"}}
)

// takeFilesBack removes what was restored.
func (w *work) takeFilesBack() error {
	if w.lvl.Update {
		return w.putBackFiles()
	}
	return w.in.RemoveAll(w.lvl.Paths())
}

// backOut enters in the database what is left.
func (w *work) backOut(steps []step) error {
	r := w.rec
	broken := !w.lvl.Update && len(w.lvl.Before) > 0 && w.begun(steps, stepReplace)
	if broken {
		// The control files stay: this level can still be removed. So do the names of what may be left of the one before.
		for _, l := range w.lvl.Before {
			w.lvl.Files = append(w.lvl.Files, l.Paths()...)
		}
		slices.Sort(w.lvl.Files)
		w.lvl.Files = slices.Compact(w.lvl.Files)
		if err := w.keepWhatIsThere(); err != nil {
			return err
		}
		w.lvl.State, w.lvl.Step, w.lvl.Before = database.Broken, "", nil
		w.log("APPLY", "BROKEN")
		return w.in.Save(r)
	}
	dirs := []string{w.control()}
	if len(w.lvl.Before) == 0 {
		dirs = []string{w.kept(), w.control()}
	}
	if w.lvl.Update {
		r.Levels = r.Levels[:len(r.Levels)-1]
	} else {
		r.Levels = w.lvl.Before
	}
	if err := w.in.Save(r); err != nil {
		return err
	}
	return w.drop(dirs...)
}

// keepWhatIsThere is keep for a level whose control files may be in either place.
func (w *work) keepWhatIsThere() error {
	fresh, err := w.files(w.control())
	if err != nil || len(fresh) == 0 {
		return err
	}
	return w.keep(context.Background())
}

// try runs a script whose failure is printed and changes nothing.
func (w *work) try(ctx context.Context, name string) error {
	err := w.run(ctx, name)
	if err == nil || over(ctx, err) {
		return err
	}
	fmt.Fprintf(w.in.Out, "installp: %v\n", err)
	return nil
}

// saveFiles puts every file that the update replaces into the save directory: update.1, update.2 and so on, and update.list, which
// names each with its database entry (documented; the form of the list is generally known). What was not there before has no entry.
func (w *work) saveFiles(context.Context) error {
	if w.opts.NoSave {
		return nil
	}
	entries := map[string]string{}
	for _, s := range w.below().Inventory() {
		entries[s.Path] = s.String()
	}
	var list strings.Builder
	var saved []string
	for _, name := range w.lvl.Files {
		info, err := w.in.Info(name)
		if err != nil {
			return err
		}
		if info == nil || info.IsDir() {
			continue
		}
		saved = append(saved, name)
		if err := w.in.Copy(name, w.savedFile(len(saved))); err != nil {
			return err
		}
		fmt.Fprintf(&list, "update.%d %s\n%s", len(saved), name, entries[name])
	}
	if err := w.in.PutText(w.saved()+"/update.list", 0o644, list.String()); err != nil {
		return err
	}
	w.lvl.Saved = saved
	return nil
}

// below is what the database would have without the update.
func (w *work) below() *database.Record {
	r := *w.rec
	r.Levels = r.Levels[:len(r.Levels)-1]
	return &r
}

func (w *work) savedFile(n int) string { return fmt.Sprintf("%s/update.%d", w.saved(), n) }

// putBackFiles undoes the restore of an update: saved files return, and what was not there before goes (inferred).
func (w *work) putBackFiles() error {
	below, keep := w.below(), map[string]bool{}
	for i, name := range w.lvl.Saved {
		keep[name] = true
		if err := w.in.Copy(w.savedFile(i+1), name); err != nil {
			return err
		}
	}
	for _, l := range below.Levels {
		for _, name := range l.Paths() {
			keep[name] = true
		}
	}
	fresh := slices.DeleteFunc(w.lvl.Paths(), func(name string) bool { return keep[name] })
	if err := w.in.RemoveAll(fresh); err != nil {
		return err
	}
	// The database's entries of the level below count again, and so do its owners.
	again := work{in: w.in, rec: below, lvl: &database.Level{Inventory: below.Inventory()}}
	return again.sysck(context.Background())
}
