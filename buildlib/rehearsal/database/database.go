// Package database is the product database of a simulated AIX machine (rehearsal/box): which filesets are installed, in which state, what
// each of their levels has brought, and whether that is still as it was. lslpp and lppchk read it.
package database

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
)

// DB is the database of a box.
type DB struct{ *box.Box }

// Open gives the database of a box.
func Open(b *box.Box) *DB { return &DB{b} }

// Part is one part of a fileset.
type Part string

// The parts. A share part, the third that there is, is not simulated: content H is refused.
const (
	Usr  Part = "usr"
	Root Part = "root"
)

// places are where a part's things are kept: the product database (documented); control files and saved files (inusave manual page:
// documented for saved files; that the root part's control files are unpacked there as well is inferred: /usr may be read-only then).
var places = map[Part]struct{ objrepos, lpp, tree string }{
	Usr:  {"/usr/lib/objrepos", "/usr/lpp", "U"},
	Root: {"/etc/objrepos", "/lpp", "M"},
}

// Label is how the part stands in a summary (observed).
func (p Part) Label() string { return strings.ToUpper(string(p)) }

// Objrepos is the product database's directory.
func (p Part) Objrepos() string { return places[p].objrepos }

// Tree is the part's letter in INUTREE (generally known of the packaging chapter).
func (p Part) Tree() string { return places[p].tree }

// LPP is the directory of control files and saved files.
func (p Part) LPP() string { return places[p].lpp }

// SaveConfig is where files of cfgfiles are kept while levels change (known from administrators' notes).
func (p Part) SaveConfig() string { return p.LPP() + "/save.config" }

// State is what lslpp shows of a level of a fileset (documented, but for Deinstalling, which no list of lslpp's states has).
type State string

// The states. Those in -ING are seen after an interruption only.
const (
	Applied      State = "APPLIED"   // an update that can be rejected
	Committed    State = "COMMITTED" // can only be removed
	Broken       State = "BROKEN"    // has to be installed again, or removed
	Applying     State = "APPLYING"
	Committing   State = "COMMITTING"
	Rejecting    State = "REJECTING"
	Deinstalling State = "DEINSTALLING"
)

// Record is what the product database has of a part of a fileset.
type Record struct {
	Package, Fileset, Text string
	Part                   Part
	HasRoot                bool     // whether the fileset has a root part
	Levels                 []*Level // the base level, then updates, each newer than the one before
	History                []Event
}

// Level is one level of a fileset's part.
type Level struct {
	Level      vrmf.Level
	Update     bool
	State      State
	Requisites []string
	Files      []string // of the apply list, as paths of the box; those below inst_root are in the usr part only
	Inventory  []installp.Stanza
	Configs    []installp.ConfigFile
	// Step is the step that was begun last, while an operation is not finished; all before it are done.
	Step string
	// Before are the levels that a base level is applied over, until it is finished.
	Before []*Level
	// Saved are the files that an update replaced, in the order of their numbers in its save directory.
	Saved []string
}

// Event is a line of lslpp -h (observed: action and status of each, the newest first).
type Event struct {
	Level  vrmf.Level
	Action string // APPLY, COMMIT, REJECT, CLEANUP
	Status string // COMPLETE, BROKEN
	Time   time.Time
}

// Top is the level that the fileset is at.
func (r *Record) Top() *Level { return r.Levels[len(r.Levels)-1] }

// Inventory is what all levels together say of each path: an update's stanza counts more than that of the level below.
func (r *Record) Inventory() []installp.Stanza {
	byPath := map[string]installp.Stanza{}
	for _, l := range r.Levels {
		for _, s := range l.Inventory {
			byPath[s.Path] = s
		}
	}
	all := make([]installp.Stanza, 0, len(byPath))
	for _, s := range byPath {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b installp.Stanza) int { return cmp.Compare(a.Path, b.Path) })
	return all
}

// Paths are all paths that a level brings to the box, hard links included, each once. The root part's files travel below inst_root,
// in directories that no list has.
func (l *Level) Paths() []string {
	all := slices.Clone(l.Files)
	for _, name := range l.Files {
		for dir := path.Dir(name); strings.Contains(dir, "/inst_root"); dir = path.Dir(dir) {
			all = append(all, dir)
		}
	}
	for _, s := range l.Inventory {
		all = append(append(all, s.Path), s.Links...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (db *DB) recordFile(p Part, fileset string) string {
	return filepath.Join(db.Dir(), "db", string(p), fileset+".json")
}

// maxRecord is more than a record ever has, in bytes.
const maxRecord = 64 << 20

// Load reads the record of a fileset's part: nil for one that is not installed.
func (db *DB) Load(p Part, fileset string) (*Record, error) {
	text, err := regular.Read(db.recordFile(p, fileset), maxRecord)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	r := new(Record)
	if err == nil {
		err = json.Unmarshal(text, r)
	}
	if err != nil {
		return nil, fmt.Errorf("product database, %s: %w", db.recordFile(p, fileset), err)
	}
	return r, nil
}

// Save writes a record whole, or drops the one of a fileset that has no level left.
func (db *DB) Save(r *Record) error {
	if err := db.Fate.Moment("database entry of " + r.Fileset); err != nil {
		return err
	}
	old, err := db.Load(r.Part, r.Fileset)
	if err != nil {
		return err
	}
	file := db.recordFile(r.Part, r.Fileset)
	if len(r.Levels) == 0 {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return db.publish()
	}
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := errors.Join(db.Fate.Room(r.Part.Objrepos()), os.MkdirAll(filepath.Dir(file), 0o755)); err != nil {
		return err
	}
	if err := tree.WriteFile(file, text, 0o644); err != nil {
		return err
	}
	if old != nil && old.shown() == r.shown() && old.HasRoot == r.HasRoot {
		return nil // most steps change nothing that lslpp shows
	}
	return db.publish()
}

// Records are the filesets of a part, by name.
func (db *DB) Records(p Part) ([]*Record, error) {
	files, err := filepath.Glob(filepath.Join(db.Dir(), "db", string(p), "*.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var all []*Record
	for _, file := range files {
		r, err := db.Load(p, strings.TrimSuffix(filepath.Base(file), ".json"))
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

func (db *DB) publish() error {
	all, err := db.Shown()
	if err != nil {
		return err
	}
	return db.Publish(all)
}

// Supply gives the box filesets that no image brings.
func (db *DB) Supply(filesets []box.Fileset) error {
	return errors.Join(db.Box.Supply(filesets), db.publish())
}

// shown is what a part alone brings to what lslpp -L shows of a fileset.
func (r *Record) shown() box.Fileset {
	top := r.Top()
	return box.Fileset{Package: r.Package, Name: r.Fileset, Text: r.Text, Level: top.Level, State: string(top.State)}
}

// Shown lists the filesets that were installed as lslpp -L does, both parts of each in one line: BROKEN when one of the parts is, without
// a state when they differ otherwise.
func (db *DB) Shown() ([]box.Fileset, error) {
	filesets, err := db.filesets()
	var all []box.Fileset
	for _, f := range filesets {
		s := f.Parts[0].shown()
		switch {
		case len(f.Parts) > 1 && f.Parts[1].Top().State == Broken:
			s.State = string(Broken)
		case !f.whole() && s.State != string(Broken):
			s.State = ""
		}
		all = append(all, s)
	}
	return all, err
}

// Unfinished reports whether an operation on the fileset was interrupted.
func (r *Record) Unfinished() bool {
	return slices.ContainsFunc(r.Levels, func(l *Level) bool {
		return l.Step != "" || !slices.Contains([]State{Applied, Committed, Broken}, l.State)
	})
}
