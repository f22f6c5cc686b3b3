package box

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/standins"
)

// What a box knows beyond what its disk shows lies in files of the rehearsal's own: which filesets there are, and who owns what.

// recorded reads such a file. One that is not there has nothing in it yet.
func (b *Box) recorded(file string) ([]byte, error) {
	text, err := regular.ReadIn(b.root, file, maxRead)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return text, err
}

// lslppFile has the lines of lslpp -Lc for the stand-in: those of AIX, then those of what was installed.
const lslppFile = "rehearsal/lslpp"

// suppliedFile has lines of the same kind for what a box got in addition.
const suppliedFile = "rehearsal/supplied"

// Fileset is a line of lslpp -Lc.
type Fileset struct {
	Package, Name, Text string
	Level               vrmf.Level
	State               string // COMMITTED and the like; "" where usr and root part differ
}

// String is the line. The letter of the state is in the sixth field (observed; documented for A, B and C: the rest is shown as inconsistent,
// which is inferred).
func (f Fileset) String() string {
	letter := "?"
	if slices.Contains([]string{"APPLIED", "BROKEN", "COMMITTED"}, f.State) {
		letter = f.State[:1]
	}
	return fmt.Sprintf("%s:%s:%s: : :%s: :%s: : : : : : :0:0:/:\n", f.Package, f.Name, f.Level, letter, f.Text)
}

// Installed are the levels of all filesets, AIX's own included. What is broken is not among them: it meets no requisite.
func (b *Box) Installed() (map[string]vrmf.Level, error) {
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
		if fields[5] != "B" && level.Compare(levels[fields[1]]) >= 0 {
			levels[fields[1]] = level
		}
	}
	return levels, nil
}

// Supply gives the box filesets that no image brings. They are seen when the list is published next.
func (b *Box) Supply(filesets []Fileset) error {
	var text []byte
	for _, f := range filesets {
		text = append(text, f.String()...)
	}
	return b.root.WriteFile(suppliedFile, text, 0o644)
}

// Publish writes what lslpp says: the filesets of AIX, those supplied, and those given, which were installed.
func (b *Box) Publish(installed []Fileset) error {
	own, err := standins.Lslpp()
	if err != nil {
		return err
	}
	supplied, err := b.recorded(suppliedFile)
	if err != nil {
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
	for _, f := range installed {
		text = append(text, f.String()...)
	}
	return b.root.WriteFile(lslppFile, text, 0o644)
}

// root owns what nobody gave to somebody else.
var root = Owner{"root", "system"}

// ownersFile keeps who owns what, a line "path user group" for each change: an ordinary user who rehearses cannot give files away,
// and root would need numbers for names that only the box knows. A dash stands for no change.
const ownersFile = "rehearsal/owners"

// Owner is to whom a file belongs.
type Owner struct{ User, Group string }

// Owners reads who owns what; everything else is root's.
func (b *Box) Owners() (map[string]Owner, error) {
	text, err := b.recorded(ownersFile)
	all := map[string]Owner{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue // a name with a blank, which no inventory can have
		}
		o := OwnerOf(all, fields[0])
		if fields[1] != "-" {
			o.User = fields[1]
		}
		if fields[2] != "-" {
			o.Group = fields[2]
		}
		all[fields[0]] = o
	}
	return all, err
}

// SetOwners adds lines "path user group".
func (b *Box) SetOwners(lines string) error {
	f, err := b.root.OpenFile(ownersFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, lines)
	return errors.Join(err, f.Close())
}

// Accounts are the names in /etc/passwd or /etc/group.
func (b *Box) Accounts(file string) (map[string]bool, error) {
	text, err := b.Read(file)
	names := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		name, _, _ := strings.Cut(line, ":")
		names[name] = true
	}
	return names, err
}

// OwnerOf is to whom a file belongs, of those that were given away.
func OwnerOf(owners map[string]Owner, name string) Owner {
	if o, known := owners[name]; known {
		return o
	}
	return root
}
