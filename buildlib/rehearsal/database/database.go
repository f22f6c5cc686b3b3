// Package database is the product database of a simulated AIX machine (rehearsal/box): which filesets are installed, in which state, what
// each of their levels has brought, and whether that is still as it was. lslpp and lppchk read it.
package database

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
type DB struct {
	*box.Box
	known map[Part]map[string]*Record // see entries
}

// Open gives the database of a box.
func Open(b *box.Box) *DB { return &DB{Box: b} }

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
	if err != nil {
		return nil, err
	}
	return parseRecord(db.recordFile(p, fileset), text)
}

func parseRecord(file string, text []byte) (*Record, error) {
	r := new(Record)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("product database, %s: %w", file, err)
	}
	return r, nil
}

// Save writes a record whole, or drops the one of a fileset that has no level left.
func (db *DB) Save(r *Record) error {
	if err := db.Fate.Moment("database entry of " + r.Fileset); err != nil {
		return err
	}
	entries, err := db.entries(r.Part)
	if err != nil {
		return err
	}
	file := db.recordFile(r.Part, r.Fileset)
	if len(r.Levels) == 0 {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		delete(entries, file)
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
	old := entries[file]
	if entries[file], err = parseRecord(file, text); err != nil {
		return err
	}
	if old != nil && old.shown() == r.shown() && old.HasRoot == r.HasRoot {
		return nil // most steps change nothing that lslpp shows
	}
	return db.publish()
}

// entries are the records of a part as they stand on the disk, by their files: read once, and kept up by save. They are for looking
// up only; who changes a record loads one of his own.
func (db *DB) entries(p Part) (map[string]*Record, error) {
	if db.known[p] != nil {
		return db.known[p], nil
	}
	all, err := db.Records(p)
	if err != nil {
		return nil, err
	}
	entries := make(map[string]*Record, len(all))
	for _, r := range all {
		entries[db.recordFile(p, r.Fileset)] = r
	}
	if db.known == nil {
		db.known = map[Part]map[string]*Record{}
	}
	db.known[p] = entries
	return entries, nil
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
	usr, err := db.entries(Usr)
	if err != nil {
		return nil, err
	}
	root, err := db.entries(Root)
	if err != nil {
		return nil, err
	}
	var all []box.Fileset
	for _, file := range slices.Sorted(maps.Keys(usr)) {
		r := usr[file]
		s, other := r.shown(), root[db.recordFile(Root, r.Fileset)]
		switch {
		case other != nil && other.Top().State == Broken:
			s.State = string(Broken)
		case other == nil && r.HasRoot || other != nil && (other.Top().Level != s.Level || other.Top().State != r.Top().State):
			if r.Top().State != Broken {
				s.State = ""
			}
		}
		all = append(all, s)
	}
	for _, file := range slices.Sorted(maps.Keys(root)) {
		r := root[file]
		if usr[db.recordFile(Usr, r.Fileset)] == nil { // a diskless client shares the usr part of another machine
			all = append(all, r.shown())
		}
	}
	return all, nil
}

// Unfinished reports whether an operation on the fileset was interrupted.
func (r *Record) Unfinished() bool {
	return slices.ContainsFunc(r.Levels, func(l *Level) bool {
		return l.Step != "" || !slices.Contains([]State{Applied, Committed, Broken}, l.State)
	})
}
