package rehearsal

import (
	"bytes"
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
)

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

// record is what the product database has of a part of a fileset.
type record struct {
	Package, Fileset, Text string
	Part                   part
	HasRoot                bool     // whether the fileset has a root part
	Levels                 []*level // the base level, then updates, each newer than the one before
	History                []event
}

// level is one level of a fileset's part.
type level struct {
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
	Before []*level
	// Saved are the files that an update replaced, in the order of their numbers in its save directory.
	Saved []string
}

// event is a line of lslpp -h (observed: action and status of each, the newest first).
type event struct {
	Level  vrmf.Level
	Action string // APPLY, COMMIT, REJECT, CLEANUP
	Status string // COMPLETE, BROKEN
	Time   time.Time
}

// top is the level that the fileset is at.
func (r *record) top() *level { return r.Levels[len(r.Levels)-1] }

// inventory is what all levels together say of each path: an update's stanza counts more than that of the level below.
func (r *record) inventory() []installp.Stanza {
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

// paths are all paths that a level brings to the box, hard links included, each once. The root part's files travel below inst_root,
// in directories that no list has.
func (l *level) paths() []string {
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

func (b *Box) recordFile(p part, fileset string) string {
	return filepath.Join(b.dir, "db", string(p), fileset+".json")
}

// load reads the record of a fileset's part: nil for one that is not installed.
func (b *Box) load(p part, fileset string) (*record, error) {
	text, err := os.ReadFile(b.recordFile(p, fileset))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseRecord(b.recordFile(p, fileset), text)
}

func parseRecord(file string, text []byte) (*record, error) {
	r := new(record)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("product database, %s: %w", file, err)
	}
	return r, nil
}

// save writes a record whole, or drops the one of a fileset that has no level left.
func (b *Box) save(r *record) error {
	if err := b.fate.moment("database entry of " + r.Fileset); err != nil {
		return err
	}
	entries, err := b.entries(r.Part)
	if err != nil {
		return err
	}
	file := b.recordFile(r.Part, r.Fileset)
	if len(r.Levels) == 0 {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		delete(entries, file)
		return b.publish()
	}
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := errors.Join(b.fate.room(r.Part.objrepos()), os.MkdirAll(filepath.Dir(file), 0o755)); err != nil {
		return err
	}
	if err := errors.Join(os.WriteFile(file+".new", text, 0o644), os.Rename(file+".new", file)); err != nil {
		return err
	}
	old := entries[file]
	if entries[file], err = parseRecord(file, text); err != nil {
		return err
	}
	if old != nil && old.shown() == r.shown() && old.HasRoot == r.HasRoot {
		return nil // most steps change nothing that lslpp shows
	}
	return b.publish()
}

// entries are the records of a part as they stand on the disk, by their files: read once, and kept up by save. They are for looking
// up only; who changes a record loads one of his own.
func (b *Box) entries(p part) (map[string]*record, error) {
	if b.known[p] != nil {
		return b.known[p], nil
	}
	all, err := b.records(p)
	if err != nil {
		return nil, err
	}
	entries := make(map[string]*record, len(all))
	for _, r := range all {
		entries[b.recordFile(p, r.Fileset)] = r
	}
	if b.known == nil {
		b.known = map[part]map[string]*record{}
	}
	b.known[p] = entries
	return entries, nil
}

// records are the filesets of a part, by name.
func (b *Box) records(p part) ([]*record, error) {
	files, err := filepath.Glob(filepath.Join(b.dir, "db", string(p), "*.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var all []*record
	for _, file := range files {
		r, err := b.load(p, strings.TrimSuffix(filepath.Base(file), ".json"))
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// installed are the levels of all filesets, AIX's own included.
func (b *Box) installed() (map[string]vrmf.Level, error) {
	text, err := regular.ReadIn(b.root, lslppFile, maxRead)
	if err != nil {
		return nil, err
	}
	levels := map[string]vrmf.Level{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(line, ":")
		if len(fields) < 6 {
			return nil, fmt.Errorf("%s: %q is no line of lslpp -Lc", lslppFile, line)
		}
		level, err := vrmf.Parse(fields[2])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", lslppFile, err)
		}
		if fields[5] != "B" && level.Compare(levels[fields[1]]) >= 0 { // what is broken meets no requisite
			levels[fields[1]] = level
		}
	}
	return levels, nil
}

// lslppFile has the lines of lslpp -Lc for the stand-in: those of AIX, then those of what was installed.
const lslppFile = "rehearsal/lslpp"

// suppliedFile has lines of the same kind for what a box has got besides.
const suppliedFile = "rehearsal/supplied"

// publish writes what lslpp -Lc says now. The letter of the state is in the sixth field (observed).
func (b *Box) publish() error {
	own, err := aix.ReadFile("aix/" + lslppFile)
	if err != nil {
		return err
	}
	supplied, err := regular.ReadIn(b.root, suppliedFile, maxRead)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	// What is supplied takes the place of the level that AIX came with.
	name := func(line []byte) string { return string(bytes.Split(line, []byte(":"))[1]) }
	var text []byte
	for line := range bytes.Lines(own) {
		if !bytes.Contains(supplied, []byte(":"+name(line)+":")) {
			text = append(text, line...)
		}
	}
	text = append(text, supplied...)
	shown, err := b.shown()
	if err != nil {
		return err
	}
	for _, f := range shown {
		text = fmt.Appendf(text, "%s:%s:%s: : :%s: :%s: : : : : : :0:0:/:\n", f.pkg, f.name, f.level, f.state.letter(), f.text)
	}
	return b.root.WriteFile(lslppFile, text, 0o644)
}

// letter is the state's in lslpp -L (documented for A, B and C; the rest is shown as inconsistent: inferred).
func (s State) letter() string {
	switch s {
	case Applied, Broken, Committed:
		return string(s[:1])
	}
	return "?"
}

// shown is a fileset as lslpp -L shows it.
type shown struct {
	pkg, name, text string
	level           vrmf.Level
	state           State // BROKEN when one of the parts is, "" when they differ otherwise
}

// shown is what a part alone brings to that.
func (r *record) shown() shown {
	return shown{r.Package, r.Fileset, r.Text, r.top().Level, r.top().State}
}

// shown lists the filesets, both parts of each in one line.
func (b *Box) shown() ([]shown, error) {
	usr, err := b.entries(usrPart)
	if err != nil {
		return nil, err
	}
	root, err := b.entries(rootPart)
	if err != nil {
		return nil, err
	}
	var all []shown
	for _, file := range slices.Sorted(maps.Keys(usr)) {
		r := usr[file]
		s, other := r.shown(), root[b.recordFile(rootPart, r.Fileset)]
		switch {
		case other != nil && other.top().State == Broken:
			s.state = Broken
		case other == nil && r.HasRoot || other != nil && (other.top().Level != s.level || other.top().State != s.state):
			if s.state != Broken {
				s.state = ""
			}
		}
		all = append(all, s)
	}
	for _, file := range slices.Sorted(maps.Keys(root)) {
		r := root[file]
		if usr[b.recordFile(usrPart, r.Fileset)] == nil { // a diskless client shares the usr part of another machine
			all = append(all, r.shown())
		}
	}
	return all, nil
}
