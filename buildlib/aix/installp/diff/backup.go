package diff

import (
	"fmt"
	"io"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// saved is a member of a backup of files.
type saved struct {
	what    string // mode, owner and group
	date    string
	special string // target of a link, numbers of a device, that it is another name of a file
	acl     string
	*content
}

// readBackup reads the members of a backup of files, by name; of several with one name the last, which restore leaves.
func readBackup(r *io.SectionReader) (map[string]*saved, error) {
	all := map[string]*saved{}
	archive := bff.NewReader(io.NewSectionReader(r, 0, r.Size()))
	for {
		m, err := installp.NextMember(archive)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		s := &saved{
			what: stored(m), date: m.ModTime.UTC().Format(time.DateTime), acl: fmt.Sprint(m.ACL), content: &content{},
		}
		switch {
		case m.HardLink:
			s.special = "another name of a file"
		case m.IsSymlink():
			target, err := io.ReadAll(archive)
			if err != nil {
				return nil, err
			}
			s.special = string(target)
		case m.IsSpecial():
			s.special = fmt.Sprintf("%d,%d", m.Major, m.Minor)
		case m.IsRegular() && !m.IsNFS4ACL():
			if s.content, err = readContent(m, archive, r); err != nil {
				return nil, fmt.Errorf("%s: %w", fault.Line(m.Name), err)
			}
		}
		all[m.Name] = s
	}
}

// backups compares two backups of files.
func (d *differ) backups(before, after map[string]*saved) {
	for _, name := range union(before, after) {
		one := Difference{Kind: Object, Name: name}
		switch a, b := before[name], after[name]; {
		case a == nil:
			one.After = fmt.Sprintf("%s, %d bytes %s", b.what, b.size, b.special)
		case b == nil:
			one.Before = fmt.Sprintf("%s, %d bytes %s", a.what, a.size, a.special)
		default:
			one.word("member", a.what, b.what)
			one.word("is", a.special, b.special)
			one.word("date", a.date, b.date)
			one.word("access list", a.acl, b.acl)
			a.changes(&one, "", b.content)
			if one.Attributes == nil {
				continue
			}
		}
		d.add(one)
	}
}
