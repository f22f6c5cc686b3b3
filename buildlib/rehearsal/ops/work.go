package ops

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// work is one part of one fileset, at one level, while something is done with it.
type work struct {
	in    *Installp
	rec   *database.Record
	lvl   *database.Level
	media *preview.Media // nil but while it is applied
	info  *installp.Info // the same
	opts  preview.Options
}

// step is what installp does in one go. The database has the name of the step that was begun last, so that a clean-up after an
// interruption knows what there is to undo.
type step struct {
	name string
	do   func(*work, context.Context) error
}

// finished stands for a step behind the last one: this part is done, but not yet the fileset.
const finished = "finished"

// control is the directory of the part's control files, INULIBDIR: the package's for a base level (documented as its default), that
// of an update below it. The scripts for a removal stay in deinstl there (generally known).
func (w *work) control() string {
	dir := w.rec.Part.LPP() + "/" + w.rec.Package
	if w.lvl.Update {
		dir += "/" + w.rec.Fileset + "/" + w.lvl.Level.String()
	}
	return dir
}

// kept is the directory of what a later removal or rejection needs.
func (w *work) kept() string { return w.control() + "/deinstl" }

// saved is the directory of the files that an update replaced (inusave manual page).
func (w *work) saved() string { return w.control() + ".save" }

// temporary is INUTEMPDIR.
const temporary = "/tmp/installp.work"

// environment is what scripts get (documented: INULIBDIR, INUTEMPDIR, INUEXPAND, INUSAVEDIR; generally known: the others).
func (w *work) environment(control string) []string {
	env := []string{
		"PATH=/usr/bin:/etc:/usr/sbin:/usr/ucb:/sbin", "LC_ALL=C", "TZ=UTC", "HOME=/",
		"INULIBDIR=" + control, "INUTEMPDIR=" + temporary, "INUEXPAND=1", "INUTREE=" + w.rec.Part.Tree(),
		"INUSAVEDIR=" + w.saved(), "MIGSAVE=" + w.rec.Part.SaveConfig(), "ODMDIR=" + w.rec.Part.Objrepos(),
	}
	if w.in.Has(w.installedList()) {
		env = append(env, "INSTALLED_LIST="+w.installedList())
	}
	return env
}

// installedList names what was installed before. It is not there on a first installation (generally known).
func (w *work) installedList() string { return w.control() + "/" + w.rec.Fileset + ".installed_list" }

// removal are the control files that are needed to take a level away again.
var removal = []string{"al", "inventory", "pre_d", "unconfig", "unpost_i", "unpre_i", "unconfig_u", "unpost_u", "unpre_u"}

// begin notes which step comes now.
func (w *work) begin(name string) error {
	w.lvl.Step = name
	return w.in.Save(w.rec)
}

// all goes through steps. The step at which it ends with an error is the one in the database.
func (w *work) all(ctx context.Context, steps []step) error {
	for _, s := range steps {
		if err := w.begin(s.name); err != nil {
			return err
		}
		if err := s.do(w, ctx); err != nil {
			return err
		}
	}
	return w.begin(finished)
}

// past reports whether a step is done, and begun whether it may have changed something.
func (w *work) past(steps []step, name string) bool {
	return w.lvl.Step == finished || index(steps, w.lvl.Step) > index(steps, name)
}

func (w *work) begun(steps []step, name string) bool {
	return w.lvl.Step == name || w.past(steps, name)
}

func index(steps []step, name string) int {
	return slices.IndexFunc(steps, func(s step) bool { return s.name == name })
}

// script makes a step of a script.
func script(name string) step {
	return step{name, func(w *work, ctx context.Context) error { return w.run(ctx, name) }}
}

// part is what the image has of this part.
func (w *work) part() *installp.Part {
	if w.rec.Part == database.Root {
		return w.info.Root
	}
	return w.info.Usr
}

// unpack writes the part's control files, and the list of what is installed.
func (w *work) unpack(context.Context) error {
	p := w.part()
	for _, suffix := range slices.Sorted(maps.Keys(p.Control)) {
		mode := uint32(0o644)
		if slices.Contains(p.Scripts(), installp.Step(suffix)) {
			mode = 0o755
		}
		if err := w.in.PutText(w.control()+"/"+w.rec.Fileset+"."+suffix, mode, p.Control[suffix]); err != nil {
			return err
		}
	}
	var list strings.Builder
	for _, l := range slices.Concat(w.lvl.Before, w.rec.Levels[:len(w.rec.Levels)-1]) {
		fmt.Fprintf(&list, "%s %s\n", w.rec.Fileset, l.Level)
	}
	if list.Len() == 0 {
		return nil
	}
	return w.in.PutText(w.installedList(), 0o644, list.String())
}

// keep leaves of the control files what a removal needs, in the place of an older level's.
func (w *work) keep(context.Context) error {
	fresh, err := w.files(w.control())
	old, err2 := w.files(w.kept())
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	for _, name := range old {
		if slices.Contains(fresh, name) {
			continue
		}
		if err := w.in.Forget(w.kept() + "/" + name); err != nil {
			return err
		}
	}
	for _, name := range fresh {
		if slices.Contains(removal, strings.TrimPrefix(name, w.rec.Fileset+".")) {
			err = w.in.Move(w.control()+"/"+name, w.kept()+"/"+name)
		} else {
			err = w.in.Forget(w.control() + "/" + name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// files are the control files of this fileset in a directory, which other filesets of the package share. The name of one fileset
// may be the beginning of another's; no suffix that we know has a point in it.
func (w *work) files(dir string) ([]string, error) {
	names, err := w.in.List(dir)
	return slices.DeleteFunc(names, func(name string) bool {
		suffix, own := strings.CutPrefix(name, w.rec.Fileset+".")
		return !own || strings.Contains(suffix, ".")
	}), err
}

// drop removes control files: of an update its directories, of a base level the fileset's own files in those given.
func (w *work) drop(dirs ...string) error {
	if w.lvl.Update {
		return errors.Join(w.in.RemoveTree(w.saved()), w.in.RemoveTree(w.control()), w.in.Forget(path.Dir(w.control())))
	}
	for _, dir := range dirs {
		names, err := w.files(dir)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := w.in.Forget(dir + "/" + name); err != nil {
				return err
			}
		}
		// A directory that others still use is not empty, and stays.
		if err := w.in.Forget(dir); err != nil {
			return err
		}
	}
	return nil
}

// run runs scripts of the part, those that it has, until one fails.
func (w *work) run(ctx context.Context, names ...string) error {
	for _, name := range names {
		file, control := w.rec.Fileset+"."+name, w.control()
		if !w.in.Has(control + "/" + file) {
			control = w.kept()
		}
		if !w.in.Has(control + "/" + file) {
			continue
		}
		if err := w.in.Script(ctx, name, control+"/"+file, w.environment(control)...); err != nil {
			return fmt.Errorf("script %s of the %s part: %w", file, w.rec.Part, err)
		}
	}
	return nil
}
