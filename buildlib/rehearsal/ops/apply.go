package ops

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// The names of steps that others need to know.
const (
	stepReplace = "replace"
	stepPreI    = "pre_i"
	stepRestore = "restore"
	stepPostI   = "post_i"
	stepConfig  = "config"
	stepPreU    = "pre_u"
	stepSave    = "save"
	stepPostU   = "post_u"
	stepConfigU = "config_u"
)

// baseSteps apply a base level. The order of what prints something is observed in a log of AIX 7.3: pre_rm, copyright, pre_i, restore,
// and only then what post_i or config says; that of the scripts is generally known. That cfgfiles come before sysck, and rm_inv before
// pre_i, is inferred.
var baseSteps = []step{
	{"unpack", (*work).unpack},
	script("pre_rm"), // see applies: only when there is something to remove
	{"cfgfiles are saved", (*work).saveConfigs},
	{stepReplace, (*work).replace},
	{"copyright", (*work).copyright},
	{"rm_inv", (*work).removeListed},
	script(stepPreI),
	{stepRestore, (*work).restore},
	script(stepPostI),
	{"cfgfiles are put back", (*work).putBackConfigs},
	{"sysck", (*work).sysck},
	{"odm", (*work).odm},
	script(stepConfig),
	{"keep", (*work).keep},
}

// updateSteps apply an update (documented: files are saved before others take their place; generally known: the scripts and that
// pre_u comes first). The methods of cfgfiles belong to base levels: an update overwrites (inferred).
var updateSteps = []step{
	{"unpack", (*work).unpack},
	script(stepPreU),
	{stepSave, (*work).saveFiles},
	{stepRestore, (*work).restore},
	script(stepPostU),
	{"sysck", (*work).sysck},
	{"odm", (*work).odm},
	script(stepConfigU),
	{"keep", (*work).keep},
}

// steps are those that the level goes through.
func (w *work) steps() []step {
	switch {
	case w.lvl.Update:
		return updateSteps
	case len(w.lvl.Before) > 0:
		return baseSteps
	}
	return firstSteps
}

// firstSteps are for a first installation: pre_rm is not run then (generally known).
var firstSteps = slices.DeleteFunc(slices.Clone(baseSteps), func(s step) bool { return s.name == "pre_rm" })

// newWork enters a new level of a fileset's part, not yet in the database.
func (in *Installp) newWork(p database.Part, m *preview.Media, info *installp.Info, opts preview.Options) (*work, error) {
	r, err := in.Load(p, info.Name)
	if err != nil {
		return nil, err
	}
	if r == nil {
		r = &database.Record{Package: m.Image.Package, Fileset: info.Name, Part: p}
	}
	r.Text, r.HasRoot = info.Text, r.HasRoot || info.Root != nil
	source := info.Usr
	if p == database.Root {
		source = info.Root
	}
	l := &database.Level{
		Level: info.Level, Update: m.Image.IsUpdate(), State: database.Applying, Requisites: info.Requisites,
		Inventory: source.Inventory, Configs: source.Configs,
	}
	for _, name := range source.ApplyList {
		l.Files = append(l.Files, path.Clean("/"+name))
	}
	if l.Update {
		r.Levels = append(r.Levels, l)
	} else {
		l.Before, r.Levels = r.Levels, []*database.Level{l}
	}
	return &work{in: in, rec: r, lvl: l, media: m, info: info, opts: opts}, nil
}

// apply goes through all steps of one part.
func (w *work) apply(ctx context.Context) error {
	if err := w.all(ctx, w.steps()); err != nil {
		return err
	}
	w.lvl.State = database.Applied
	if !w.lvl.Update {
		w.lvl.State = database.Committed // a base level always is, at once (documented)
	}
	w.log("APPLY", "COMPLETE")
	if !w.lvl.Update {
		w.log("COMMIT", "COMPLETE") // two entries of the same second (observed)
	}
	return w.in.Save(w.rec)
}

// settle ends the application of a part whose fileset is complete.
func (w *work) settle() error {
	w.lvl.Step, w.lvl.Before = "", nil
	return w.in.Save(w.rec)
}

func (w *work) log(action, status string) {
	w.rec.History = append(w.rec.History, database.Event{Level: w.lvl.Level, Action: action, Status: status, Time: w.in.now})
}

// saveConfigs puts the user's versions of configuration files aside (generally known; documented for migrations). One that is not
// there is no reason to complain, and does not take away what an interrupted installation has put aside.
func (w *work) saveConfigs(context.Context) error {
	if len(w.lvl.Before) == 0 {
		return nil // that is tied to an installed level (inferred)
	}
	for _, c := range w.lvl.Configs {
		if !w.in.Has(c.Path) {
			continue
		}
		if err := w.in.Copy(c.Path, w.rec.Part.SaveConfig()+c.Path); err != nil {
			return err
		}
	}
	return nil
}

// replace removes the files of the levels below. From here on there is no way back to them.
func (w *work) replace(context.Context) error {
	for _, l := range slices.Backward(w.lvl.Before) {
		if err := w.in.RemoveAll(l.Paths()); err != nil {
			return err
		}
		if l.Update {
			below := &work{in: w.in, rec: w.rec, lvl: l}
			if err := below.drop(); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyright prints the notice of the usr part, in the frame of a published log.
func (w *work) copyright(context.Context) error {
	if text := w.part().Control["copyright"]; text != "" && w.rec.Part == database.Usr {
		fmt.Fprintf(w.in.Out, "\n. . . . . << Copyright notice for %s >> . . . . . . .\n%s"+
			". . . . . << End of copyright notice for %[1]s >>. . . .\n\n", w.rec.Fileset, text)
	}
	return nil
}

// removeListed removes the paths that the package itself lists for it.
func (w *work) removeListed(context.Context) error {
	var paths []string
	for line := range strings.Lines(w.part().Control["rm_inv"]) {
		if name := strings.TrimSuffix(strings.TrimSpace(line), ":"); strings.HasPrefix(name, "/") {
			paths = append(paths, name)
		}
	}
	return w.in.RemoveAll(paths)
}

// restore brings the part's files: of the usr part from the image, of the root part from inst_root, where the usr part has left them
// (documented).
func (w *work) restore(ctx context.Context) error {
	if w.rec.Part == database.Usr {
		count, err := w.media.Restore(ctx, w.in.Box, w.part().ApplyList)
		if err != nil {
			return err
		}
		if want := len(w.part().ApplyList); count != want {
			return fmt.Errorf("restore: %d of the %d files of the apply list are in the image", count, want)
		}
		if count > 0 {
			fmt.Fprintf(w.in.Out, "Restoring files, please wait.\n%d files restored.\n", count)
		}
		return nil
	}
	from := strings.TrimPrefix(w.media.Image.InstRoot(w.info), ".")
	for _, name := range w.lvl.Files {
		if err := w.in.Copy(from+name, name); err != nil {
			return fmt.Errorf("root part: %w", err)
		}
	}
	return nil
}

// putBackConfigs carries out the methods of cfgfiles (documented for migrations, and generally known to hold here).
func (w *work) putBackConfigs(context.Context) error {
	for _, c := range w.lvl.Configs {
		saved := w.rec.Part.SaveConfig() + c.Path
		if !w.in.Has(saved) {
			continue
		}
		var err error
		switch c.Method {
		case installp.Preserve, installp.AutoMerge: // of the second, post_i has merged the saved file
			if err = w.in.Copy(saved, c.Path); err == nil {
				err = w.in.Remove(saved)
			}
		case installp.HoldNew:
			swapped := saved + ".old"
			err = errors.Join(w.in.Move(saved, swapped), w.in.Move(c.Path, saved), w.in.Move(swapped, c.Path))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// odm only says what would be done: none of our packages brings objects for the ODM.
func (w *work) odm(context.Context) error {
	for _, suffix := range []string{"odmdel", "odmadd", "err", "trc", "tcb"} {
		if w.part().Control[suffix] != "" {
			fmt.Fprintf(w.in.Out, "rehearsal: %s.%s is not simulated\n", w.rec.Fileset, suffix)
		}
	}
	return nil
}

func (w *work) sysck(context.Context) error {
	return w.in.Sysck(w.rec.Part, w.rec.Fileset, w.lvl.Inventory)
}
