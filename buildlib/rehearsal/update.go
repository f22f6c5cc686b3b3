package rehearsal

import (
	"context"
	"fmt"
	"strings"
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
	for _, s := range below.inventory() {
		entries[s.Path] = s.String()
	}
	var list strings.Builder
	var saved []string
	for _, name := range w.lvl.Files {
		info, err := w.box.info(name)
		if err != nil {
			return err
		}
		if info == nil || info.IsDir() {
			continue
		}
		saved = append(saved, name)
		if err := w.box.copy(name, w.savedFile(len(saved))); err != nil {
			return err
		}
		fmt.Fprintf(&list, "update.%d %s\n%s", len(saved), name, entries[name])
	}
	if err := w.box.putText(w.saved()+"/update.list", 0o644, list.String()); err != nil {
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
		if err := w.box.copy(w.savedFile(i+1), name); err != nil {
			return err
		}
	}
	for _, l := range below.Levels {
		for _, name := range l.paths() {
			keep[name] = true
		}
	}
	var fresh []string
	for _, name := range w.lvl.paths() {
		if !keep[name] {
			fresh = append(fresh, name)
		}
	}
	if err := w.box.removeAll(fresh); err != nil {
		return err
	}
	// The database's entries of the level below count again, and so do its owners.
	again := work{box: w.box, rec: &below, lvl: &level{Inventory: below.inventory()}}
	return again.sysck(context.Background())
}
