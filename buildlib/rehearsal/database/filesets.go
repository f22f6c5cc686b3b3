package database

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Fileset is a fileset with its parts, of which one can be missing.
type Fileset struct {
	Name  string
	Parts []*Record // usr, then root
}

// Top is the level that it is at.
func (f *Fileset) Top() *Level { return f.Parts[0].Top() }

// whole reports whether the parts that the fileset should have are there and agree. A diskless client shares the usr part of another machine:
// it has the root part alone.
func (f *Fileset) whole() bool {
	usr := f.Parts[0]
	if len(f.Parts) < 2 {
		return usr.Part == Root || !usr.HasRoot
	}
	root := f.Parts[1].Top()
	return root.Level == usr.Top().Level && root.State == usr.Top().State
}

// filesets are those that are installed, by name; at the end, those that have a root part alone.
func (db *DB) filesets() (all []*Fileset, err error) {
	for _, p := range []Part{Usr, Root} {
		records, err := db.Records(p)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			i := slices.IndexFunc(all, func(f *Fileset) bool { return f.Name == r.Fileset })
			if i < 0 {
				all = append(all, &Fileset{Name: r.Fileset})
				i = len(all) - 1
			}
			all[i].Parts = append(all[i].Parts, r)
		}
	}
	return all, nil
}

// Find gives the selected filesets of what is installed, those first that others require.
func (db *DB) Find(names []string) ([]*Fileset, error) {
	all, err := db.filesets()
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f *Fileset) bool { return !Selects(names, f.Name) })
	var ordered []*Fileset
	for len(all) > 0 {
		next := slices.IndexFunc(all, func(f *Fileset) bool {
			return !slices.ContainsFunc(all, func(other *Fileset) bool { return other != f && f.Requires(other.Name) })
		})
		next = max(next, 0)
		ordered = append(ordered, all[next])
		all = slices.Delete(all, next, next+1)
	}
	return ordered, nil
}

// Requires reports whether the fileset cannot be without another.
func (f *Fileset) Requires(name string) bool {
	requisites, _ := installp.ReadRequisites(f.Top().Requisites)
	return slices.ContainsFunc(requisites, func(r installp.Requisite) bool { return r.Name == name && r.Kind != "ifreq" })
}

// Lslpp prints what lslpp -l has, of what was installed here: each part, with its levels (observed).
func (db *DB) Lslpp() error {
	fmt.Fprintf(db.Out, "  %-26s %7s  %-10s %s\n  %s\n", "Fileset", "Level", "State", "Description", strings.Repeat("-", 76))
	for i, p := range []Part{Usr, Root} {
		all, err := db.Records(p)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			continue
		}
		if i > 0 {
			fmt.Fprintln(db.Out)
		}
		fmt.Fprintln(db.Out, "Path: "+p.Objrepos())
		for _, r := range all {
			for i, l := range r.Levels {
				name := r.Fileset
				if i > 0 {
					name = "" // named on the first line only
				}
				// The level ends in column 36 and pushes on what is too long; the state begins in 39, the title in 50.
				fmt.Fprintf(db.Out, "  %-24s%10s  %-10s %s\n", name, l.Level, l.State, r.Text)
			}
		}
	}
	return nil
}

// Lacking lists the requisites that the levels given do not meet, "name level" each. A level is a minimum. What requisites of other
// forms say is not known, and counts as met.
func Lacking(lines []string, levels map[string]vrmf.Level) []string {
	all, _ := installp.ReadRequisites(lines)
	var lacks []string
	for _, r := range all {
		if !meets(r, levels) {
			names := []string{r.Name + " " + r.Level.String()}
			for _, alternative := range r.Group {
				names = append(names, alternative.Name+" "+alternative.Level.String())
			}
			if r.Name == "" {
				names = names[1:]
			}
			lacks = append(lacks, names...)
		}
	}
	return lacks
}

func meets(r installp.Requisite, levels map[string]vrmf.Level) bool {
	if r.Name == "" && r.Unknown != "" {
		return true // nobody here knows
	}
	if r.Name == "" {
		met := 0
		for _, alternative := range r.Group {
			if meets(alternative, levels) {
				met++
			}
		}
		return met > r.MoreThan
	}
	level, installed := levels[r.Name]
	if r.Kind == "ifreq" && (!installed || r.Installed != nil && level.Compare(*r.Installed) < 0) {
		return true
	}
	return installed && r.Holds(level)
}

// Selects reports whether a name on installp's command line means a fileset: its own, or one that it is below (documented: unless -w).
func Selects(names []string, fileset string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool {
		return name == "all" || name == fileset || strings.HasPrefix(fileset, name+".")
	})
}

// Failure is the fault of an operation that installp would end with a status other than 0.
func Failure(what, where, found, do string) error {
	return &fault.Error{Code: "rehearsal-failed", What: what, Where: where, Found: found, Do: do}
}
