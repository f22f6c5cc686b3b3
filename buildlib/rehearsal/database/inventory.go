package database

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
)

// Sysck makes true what the inventory says, as far as it can, and complains of the rest (documented: it sets owner, group and mode,
// makes links, and compares sizes; that a complaint fails the installation is inferred).
func (db *DB) Sysck(p Part, fileset string, inventory []installp.Stanza) error {
	users, err := db.Accounts("/etc/passwd")
	if err != nil {
		return err
	}
	groups, err := db.Accounts("/etc/group")
	if err != nil {
		return err
	}
	others, err := db.claims(p, fileset)
	if err != nil {
		return err
	}
	var owners strings.Builder
	var problems []error
	for _, s := range inventory {
		if other := others[s.Path]; other != "" {
			fmt.Fprintf(db.Out, "sysck: 3001-036 WARNING:  File %s\n        is also owned by fileset %s.\n", s.Path, other)
		}
		if !exists(users, s.Owner) || !exists(groups, s.Group) {
			problems = append(problems, fmt.Errorf("sysck: the owner %s or the group %s of %s does not exist", s.Owner, s.Group, s.Path))
			continue
		}
		err := db.correct(&s)
		if errors.Is(err, box.ErrPower) {
			return err
		}
		problems = append(problems, err)
		fmt.Fprintf(&owners, "%s %s %s\n", s.Path, cmp.Or(s.Owner, installp.LinkOwner), cmp.Or(s.Group, installp.LinkGroup))
	}
	return errors.Join(append(problems, db.SetOwners(owners.String()))...)
}

// exists reports whether there is an account; sysck takes numbers as well, and an inventory may leave it open (documented: sysck.cfg).
func exists(accounts map[string]bool, name string) bool {
	_, err := strconv.ParseUint(name, 10, 32)
	return name == "" || err == nil || accounts[name]
}

// correct makes one object as its stanza says. A name with a character that sysck does not know (documented) is cut there (practice: Chef).
func (db *DB) correct(s *installp.Stanza) error {
	if at := strings.IndexFunc(s.Path, rules.IsForbidden); at >= 0 {
		return fmt.Errorf("sysck: 3001-022 The file %s\n        was not found", s.Path[:at])
	}
	info, err := db.Info(s.Path)
	if err != nil {
		return err
	}
	if s.Type == installp.Symlink {
		if db.Readlink(s.Path) == s.Target {
			return nil
		}
		return db.PutLink(s.Path, s.Target)
	}
	if info == nil {
		return fmt.Errorf("sysck: 3001-022 The file %s\n        was not found", s.Path)
	}
	if info.IsDir() != (s.Type == installp.Directory) || !info.IsDir() && !info.Mode().IsRegular() {
		return fmt.Errorf("sysck: %s is not of the type that the inventory gives it", s.Path)
	}
	if err := db.Chmod(s.Path, s.Mode); err != nil {
		return err
	}
	for _, link := range s.Links {
		if err := db.PutHardLink(s.Path, link); err != nil {
			return err
		}
	}
	return db.compare(s, info)
}

// compare reports whether a regular file is the one that was shipped.
func (db *DB) compare(s *installp.Stanza, info fs.FileInfo) error {
	if s.Type != installp.Regular || s.Volatile {
		return nil
	}
	if info.Size() != s.Size {
		return fmt.Errorf("sysck: the size of %s is %d, not %d", s.Path, info.Size(), s.Size)
	}
	text, err := db.Read(s.Path)
	if err != nil {
		return err
	}
	if found, want := Checksum(text), strings.Join(strings.Fields(s.Checksum), " "); found != want {
		return fmt.Errorf("sysck: the checksum of %s is %s, not %s", s.Path, found, want)
	}
	return nil
}

// Checksum is the output of sum -r: a rotating sum of 16 bits, and the number of blocks of 1024 bytes.
func Checksum(text []byte) string {
	var state uint16
	for _, c := range text {
		state = bits.RotateLeft16(state, -1) + uint16(c)
	}
	return fmt.Sprintf("%05d %d", state, (len(text)+1023)/1024)
}

// claims are the paths that other filesets have in their inventories.
func (db *DB) claims(p Part, but string) (map[string]string, error) {
	all, err := db.Records(p)
	claims := map[string]string{}
	for _, r := range all {
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
func (db *DB) Check() error {
	var problems []string
	inconsistent, err := db.inconsistent()
	if err != nil {
		return err
	}
	if len(inconsistent) > 0 {
		problems = append(problems, "lppchk:  The following filesets need to be installed or corrected to bring\n"+
			"         the system to a consistent state:\n\n"+strings.Join(inconsistent, "\n")+"\n")
	}
	owners, err := db.Owners()
	if err != nil {
		return err
	}
	for _, p := range []Part{Usr, Root} {
		all, err := db.Records(p)
		if err != nil {
			return err
		}
		for _, r := range all {
			for _, s := range r.Inventory() {
				if problem := db.differs(&s, owners); problem != nil {
					problems = append(problems, fmt.Sprintf("lppchk:  %s: %v", r.Fileset, problem))
				}
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	text := strings.Join(problems, "\n")
	fmt.Fprintln(db.Out, text)
	return Failure("lppchk found what is not as it was installed", db.Root(), text, "look at the scripts of the filesets named")
}

// differs is in what an object is not as its stanza says.
func (db *DB) differs(s *installp.Stanza, owners map[string]box.Owner) error {
	info, err := db.Info(s.Path)
	switch {
	case err != nil:
		return err
	case info == nil:
		return fmt.Errorf("0504-206  File %s could not be located", s.Path)
	case s.Type == installp.Symlink:
		if target := db.Readlink(s.Path); target != s.Target {
			return fmt.Errorf("the link %s leads to %q, not to %q", s.Path, target, s.Target)
		}
		return nil
	case box.StatMode(info.Mode()) != s.Mode:
		return fmt.Errorf("the mode of %s is %o, not %o", s.Path, box.StatMode(info.Mode()), s.Mode)
	}
	if found, want := box.OwnerOf(owners, s.Path), (box.Owner{User: s.Owner, Group: s.Group}); found != want {
		return fmt.Errorf("%s belongs to %s:%s, not to %s:%s", s.Path, found.User, found.Group, want.User, want.Group)
	}
	for _, link := range s.Links {
		if other, err := db.Info(link); err != nil || other == nil {
			return fmt.Errorf("the link %s to %s could not be located", link, s.Path)
		}
	}
	return db.compare(s, info)
}

// inconsistent lists filesets as lppchk -v does.
func (db *DB) inconsistent() ([]string, error) {
	installed, err := db.Installed()
	if err != nil {
		return nil, err
	}
	all, err := db.filesets()
	if err != nil {
		return nil, err
	}
	var lines []string
	missing := map[string]bool{}
	for _, f := range all {
		top, state := f.Top(), ""
		switch {
		case f.Parts[0].Part == Root:
			continue
		case top.State != Committed && top.State != Applied:
			state = string(top.State)
		case f.whole():
		case len(f.Parts) < 2:
			state = fmt.Sprintf("usr: %s, root: not installed", top.State)
		default:
			state = fmt.Sprintf("usr: %s, root: %s", top.State, f.Parts[1].Top().State)
		}
		if state != "" {
			lines = append(lines, fmt.Sprintf("  %-39s (%s)", f.Name+" "+top.Level.String(), state))
		}
		for _, name := range Lacking(top.Requisites, installed) {
			missing[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		lines = append(lines, fmt.Sprintf("  %-39s (not installed; requisite fileset)", name))
	}
	return lines, nil
}
