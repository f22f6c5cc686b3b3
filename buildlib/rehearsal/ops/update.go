package ops

import (
	"context"
	"fmt"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
)

// saveFiles puts every file that the update replaces into the save directory: update.1, update.2 and so on, and update.list, which
// names each with its database entry (documented; the form of the list is generally known). What was not there before has no entry.
func (w *work) saveFiles(context.Context) error {
	if w.opts.NoSave {
		return nil
	}
	below := *w.rec
	below.Levels = below.Levels[:len(below.Levels)-1]
	entries := map[string]string{}
	for _, s := range below.Inventory() {
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

func (w *work) savedFile(n int) string { return fmt.Sprintf("%s/update.%d", w.saved(), n) }

// putBackFiles undoes the restore of an update: saved files return, and what was not there before goes (inferred).
func (w *work) putBackFiles() error {
	below := *w.rec
	below.Levels = below.Levels[:len(below.Levels)-1]
	keep := map[string]bool{}
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
	var fresh []string
	for _, name := range w.lvl.Paths() {
		if !keep[name] {
			fresh = append(fresh, name)
		}
	}
	if err := w.in.RemoveAll(fresh); err != nil {
		return err
	}
	// The database's entries of the level below count again, and so do its owners.
	again := work{in: w.in, rec: &below, lvl: &database.Level{Inventory: below.Inventory()}}
	return again.sysck(context.Background())
}
