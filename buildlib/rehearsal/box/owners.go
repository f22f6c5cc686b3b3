package box

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// root owns what nobody gave to somebody else.
var root = Owner{"root", "system"}

// ownersFile keeps who owns what, a line "path user group" for each change: an ordinary user who rehearses cannot give files away,
// and root would need numbers for names that only the box knows. A dash stands for no change.
const ownersFile = "rehearsal/owners"

// Owner is to whom a file belongs.
type Owner struct{ User, Group string }

// Owners reads who owns what; everything else is root's.
func (b *Box) Owners() (map[string]Owner, error) {
	text, err := regular.ReadIn(b.root, ownersFile, maxRead)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	all := map[string]Owner{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue // a name with a blank, which no inventory can have
		}
		o, known := all[fields[0]]
		if !known {
			o = root
		}
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
