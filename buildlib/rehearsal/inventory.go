package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/bits"
	"os"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// An object that no stanza gives to somebody else belongs to root.
const (
	rootUser  = "root"
	rootGroup = "system"
)

// ownersFile keeps who owns what, a line "path user group" for each change: an ordinary user who rehearses cannot give files away,
// and root would need numbers for names that only the box knows. A dash stands for no change.
const ownersFile = "rehearsal/owners"

type owner struct{ user, group string }

// owners reads who owns what; everything else is root's.
func (b *Box) owners() (map[string]owner, error) {
	text, err := regular.ReadIn(b.root, ownersFile, maxRead)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	all := map[string]owner{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue // a name with a blank, which no inventory can have
		}
		o, known := all[fields[0]]
		if !known {
			o = owner{rootUser, rootGroup}
		}
		if fields[1] != "-" {
			o.user = fields[1]
		}
		if fields[2] != "-" {
			o.group = fields[2]
		}
		all[fields[0]] = o
	}
	return all, err
}

func (b *Box) setOwners(lines string) error {
	f, err := b.root.OpenFile(ownersFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, lines)
	return errors.Join(err, f.Close())
}

// accounts are the names in /etc/passwd or /etc/group.
func (b *Box) accounts(file string) (map[string]bool, error) {
	text, err := b.read(file)
	names := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		name, _, _ := strings.Cut(line, ":")
		names[name] = true
	}
	return names, err
}

// sysck makes true what the inventory says, as far as it can, and complains of the rest (documented: it sets owner, group and mode,
// makes links, and compares sizes; that a complaint fails the installation is inferred).
func (w *work) sysck(context.Context) error {
	users, err := w.box.accounts("/etc/passwd")
	if err != nil {
		return err
	}
	groups, err := w.box.accounts("/etc/group")
	if err != nil {
		return err
	}
	others, err := w.box.claims(w.rec.Part, w.rec.Fileset)
	if err != nil {
		return err
	}
	var owners strings.Builder
	var problems []error
	for _, s := range w.lvl.Inventory {
		if other := others[s.Path]; other != "" {
			fmt.Fprintf(w.box.out, "sysck: 3001-036 WARNING:  File %s\n        is also owned by fileset %s.\n", s.Path, other)
		}
		if !users[s.Owner] || !groups[s.Group] {
			problems = append(problems, fmt.Errorf("sysck: the owner %s or the group %s of %s does not exist", s.Owner, s.Group, s.Path))
			continue
		}
		err := w.box.correct(&s)
		if errors.Is(err, errPower) {
			return err
		}
		problems = append(problems, err)
		fmt.Fprintf(&owners, "%s %s %s\n", s.Path, s.Owner, s.Group)
	}
	return errors.Join(append(problems, w.box.setOwners(owners.String()))...)
}

// correct makes one object as its stanza says.
func (b *Box) correct(s *installp.Stanza) error {
	info, err := b.info(s.Path)
	if err != nil {
		return err
	}
	if s.Type == installp.Symlink {
		if info != nil && info.Mode().Type() == fs.ModeSymlink {
			at, err := b.in(s.Path)
			if err != nil {
				return err
			}
			if target, err := b.root.Readlink(at); err == nil && target == s.Target {
				return nil
			}
		}
		return b.putLink(s.Path, s.Target)
	}
	if info == nil {
		return fmt.Errorf("sysck: 3001-022 The file %s\n        was not found", s.Path)
	}
	if info.IsDir() != (s.Type == installp.Directory) || !info.IsDir() && !info.Mode().IsRegular() {
		return fmt.Errorf("sysck: %s is not of the type that the inventory gives it", s.Path)
	}
	at, err := b.in(s.Path)
	if err != nil {
		return err
	}
	if err := b.root.Chmod(at, fileMode(s.Mode)); err != nil {
		return err
	}
	for _, link := range s.Links {
		if err := b.putHardLink(at, info, link); err != nil {
			return err
		}
	}
	return b.compare(s, info)
}

// compare tells whether a regular file is the one that was shipped.
func (b *Box) compare(s *installp.Stanza, info fs.FileInfo) error {
	if s.Type != installp.Regular || s.Volatile {
		return nil
	}
	if info.Size() != s.Size {
		return fmt.Errorf("sysck: the size of %s is %d, not %d", s.Path, info.Size(), s.Size)
	}
	text, err := b.read(s.Path)
	if err != nil {
		return err
	}
	if found, want := checksum(text), strings.Join(strings.Fields(s.Checksum), " "); found != want {
		return fmt.Errorf("sysck: the checksum of %s is %s, not %s", s.Path, found, want)
	}
	return nil
}

// checksum is the output of sum -r: a rotating sum of 16 bits, and the number of blocks of 1024 bytes.
func checksum(text []byte) string {
	var state uint16
	for _, c := range text {
		state = bits.RotateLeft16(state, -1) + uint16(c)
	}
	return fmt.Sprintf("%05d %d", state, (len(text)+1023)/1024)
}

// claims are the paths that other filesets have in their inventories.
func (b *Box) claims(p part, but string) (map[string]string, error) {
	all, err := b.entries(p)
	claims := map[string]string{}
	for _, file := range slices.Sorted(maps.Keys(all)) {
		r := all[file]
		if r.Fileset == but {
			continue
		}
		for _, l := range r.Levels {
			for _, s := range l.Inventory {
				claims[s.Path] = r.Fileset
			}
		}
	}
	return claims, err
}

// Check does what lppchk -v, -f, -c and -l do one after the other: are all parts installed and their requisites there, is each file
// there, as large as it was, with the same checksum, owner and mode, and each link? What is wrong is printed, and makes the error.
// All is silent when nothing is (documented). Of the texts only those of -v are known (observed).
func (b *Box) Check() error {
	var problems []string
	inconsistent, err := b.inconsistent()
	if err != nil {
		return err
	}
	if len(inconsistent) > 0 {
		problems = append(problems, "lppchk:  The following filesets need to be installed or corrected to bring\n"+
			"         the system to a consistent state:\n\n"+strings.Join(inconsistent, "\n")+"\n")
	}
	owners, err := b.owners()
	if err != nil {
		return err
	}
	for _, p := range []part{usrPart, rootPart} {
		all, err := b.records(p)
		if err != nil {
			return err
		}
		for _, r := range all {
			for _, s := range r.inventory() {
				if problem := b.differs(&s, owners); problem != nil {
					problems = append(problems, fmt.Sprintf("lppchk:  %s: %v", r.Fileset, problem))
				}
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	text := strings.Join(problems, "\n")
	fmt.Fprintln(b.out, text)
	return failure("lppchk found what is not as it was installed", b.Root(), text, "look at the scripts of the filesets named")
}

// differs tells in what an object is not as its stanza says.
func (b *Box) differs(s *installp.Stanza, owners map[string]owner) error {
	info, err := b.info(s.Path)
	switch {
	case err != nil:
		return err
	case info == nil:
		return fmt.Errorf("0504-206  File %s could not be located", s.Path)
	case s.Type == installp.Symlink:
		at, err := b.in(s.Path)
		if err != nil {
			return err
		}
		if target, err := b.root.Readlink(at); err != nil || target != s.Target {
			return fmt.Errorf("the link %s leads to %q, not to %q", s.Path, target, s.Target)
		}
		return nil
	case statMode(info.Mode()) != s.Mode:
		return fmt.Errorf("the mode of %s is %o, not %o", s.Path, statMode(info.Mode()), s.Mode)
	}
	found, known := owners[s.Path]
	if !known {
		found = owner{rootUser, rootGroup}
	}
	if want := (owner{s.Owner, s.Group}); found != want {
		return fmt.Errorf("%s belongs to %s:%s, not to %s:%s", s.Path, found.user, found.group, want.user, want.group)
	}
	for _, link := range s.Links {
		if other, err := b.info(link); err != nil || other == nil {
			return fmt.Errorf("the link %s to %s could not be located", link, s.Path)
		}
	}
	return b.compare(s, info)
}

// inconsistent lists filesets as lppchk -v does.
func (b *Box) inconsistent() ([]string, error) {
	installed, err := b.installed()
	if err != nil {
		return nil, err
	}
	roots := map[string]*record{}
	all, err := b.records(rootPart)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		roots[r.Fileset] = r
	}
	usr, err := b.records(usrPart)
	if err != nil {
		return nil, err
	}
	var lines []string
	missing := map[string]bool{}
	for _, r := range usr {
		top, root := r.top(), roots[r.Fileset]
		state := ""
		switch {
		case top.State != Committed && top.State != Applied:
			state = string(top.State)
		case r.HasRoot && root == nil:
			state = fmt.Sprintf("usr: %s, root: not installed", top.State)
		case root != nil && (root.top().State != top.State || root.top().Level != top.Level):
			state = fmt.Sprintf("usr: %s, root: %s", top.State, root.top().State)
		}
		if state != "" {
			lines = append(lines, fmt.Sprintf("  %-39s (%s)", r.Fileset+" "+top.Level.String(), state))
		}
		for _, name := range lacking(top.Requisites, installed) {
			missing[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		lines = append(lines, fmt.Sprintf("  %-39s (not installed; requisite fileset)", name))
	}
	return lines, nil
}
