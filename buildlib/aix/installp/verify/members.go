package verify

import (
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
)

// verifyFront compares the members before the installed ones with those of W17.
func (v *verifier) verifyFront() {
	home, instRoot := v.image.Home(), v.image.InstRoot()
	want := []string{"./", installp.LppNameMember}
	dir := "."
	for part := range strings.SplitSeq(strings.TrimPrefix(home, "./"), "/") {
		dir += "/" + part
		want = append(want, dir)
	}
	want = append(want, home+"/"+installp.LibraryName)
	if len(v.image.Parts()) > 1 {
		want = append(want, instRoot, instRoot+"/"+installp.LibraryName)
	}
	for i, m := range v.image.Front {
		where := installp.Where{Member: m.Name, Offset: m.Offset}
		if m.Name == installp.LppNameMember {
			v.time = m.ModTime
		}
		if i >= len(want) || m.Name != want[i] {
			expected := "nothing more"
			if i < len(want) {
				expected = want[i]
			}
			v.note("W17", where, "another member should be here", expected+" is what AIX's own images have")
			break
		}
		mode, owner := uint32(0o755), uint32(installp.Bin)
		if !m.IsDir() {
			mode, owner = 0o644, 0
		}
		if m.Mode&0o7777 != mode || m.UID != owner || m.GID != owner {
			v.note("W17", where, "mode or owner differs from ours",
				fmt.Sprintf("%04o %d:%d, not %04o %d:%d", m.Mode&0o7777, m.UID, m.GID, mode, owner, owner))
		}
	}
	if len(v.image.Front) < len(want) {
		v.note("W17", installp.Where{Member: installp.LppNameMember}, "members are missing before those to be installed",
			fmt.Sprintf("%d of %d", len(v.image.Front), len(want)))
	}
}

// verifyMember looks at the n-th member behind the control libraries.
func (v *verifier) verifyMember(n int, m *installp.Member, data io.Reader) error {
	where := installp.Where{Member: m.Name, Offset: m.Offset}
	if rest, ok := strings.CutPrefix(m.Name, "./"); !ok || !fs.ValidPath(rest) {
		v.wrong("W3", where, "the name is no plain path with ./ in front", "", "do not install it: restore takes names as they stand")
	}
	if !v.untimely && !m.ModTime.Equal(v.time) {
		v.untimely = true
		v.note("W2", where, "members have different dates", m.ModTime.Format(time.DateTime))
	}
	c := v.claims[m.Name]
	switch {
	case c == nil:
		v.verifyUnclaimed(m, where)
		return nil
	case c.seen:
		v.wrong("W18", where, "the image has this member twice", "", "")
	case !v.disordered && (n >= len(v.order) || v.order[n] != m.Name):
		v.disordered = true
		v.note("W18", where, "members are not in the order of the apply lists", "")
	}
	c.seen, c.size = true, m.Size
	if m.IsSymlink() {
		v.note("W8", where, "the image holds a symbolic link; AIX's own have links in the inventory only", "")
	}
	if m.IsRegular() {
		if err := v.verifyProgram(m, where); err != nil {
			return err
		}
	}
	if parent := v.claims[directoryOf(m.Name)]; parent != nil && !parent.seen {
		v.wrong("W24", where, "its directory comes later in the image", "", "restore would make the directory with an owner of its own")
	}
	if c.stanza == nil {
		return nil // told with the apply list
	}
	return v.verifyAgainst(c, m, where, data)
}

// directoryOf keeps the ./ in front, which path.Dir would take off.
func directoryOf(name string) string { return name[:max(0, strings.LastIndexByte(name, '/'))] }

// licenseDirectory is where license files are; lpp_name has lines "LAF<language>/usr/swlag/..." for them (S3).
const licenseDirectory = "/usr/swlag"

// verifyUnclaimed: S3 has its license files behind everything else, and in no apply list.
func (v *verifier) verifyUnclaimed(m *installp.Member, where installp.Where) {
	if v.licensed && strings.HasPrefix(m.Name, "."+licenseDirectory) {
		return
	}
	v.wrong("W18", where, "no apply list has this member: it is never restored", "", "list it in the usr part's .al, or leave it out")
}

// verifyAgainst compares a member with its stanza.
func (v *verifier) verifyAgainst(c *claimed, m *installp.Member, where installp.Where, data io.Reader) error {
	s := c.stanza
	wrong := func(rule, what string, image, inventory any) {
		v.wrong(rule, where, what+" is not that of the inventory",
			fmt.Sprintf("%v, in %s %v", image, c.where, inventory),
			"make the image again: sysck would change or refuse what restore put there")
	}
	if m.IsSymlink() && s.Type == installp.Symlink {
		target, err := io.ReadAll(io.LimitReader(data, rules.MaxPath+1))
		if err == nil && string(target) != s.Target {
			wrong("W37", "the target", string(target), s.Target)
		}
		return err
	}
	if m.IsDir() != (s.Type == installp.Directory) || m.IsSymlink() != (s.Type == installp.Symlink) {
		wrong("6.3", "the type", fmt.Sprintf("%#o", m.Mode&^0o7777), installp.TypeWords[s.Type])
		return nil
	}
	if mode := m.Mode & 0o7777; mode != s.Mode {
		wrong("9.2", "the mode", fmt.Sprintf("%04o", mode), installp.ModeWords(s.Mode))
	}
	v.verifyAccount("owner", s.Owner, rules.Users, m.UID, where, wrong)
	v.verifyAccount("group", s.Group, rules.Groups, m.GID, where, wrong)
	if s.Type != installp.Regular || s.Volatile {
		return nil
	}
	if m.Size != s.Size {
		wrong("6.3", "the size", m.Size, s.Size)
	}
	sum, err := v.sum(data)
	if err != nil {
		return err
	}
	if got, want := strings.Fields(sum.String()), strings.Fields(s.Checksum); len(want) == 2 && (got[0] != want[0] || got[1] != want[1]) {
		wrong("W25", "the checksum", strings.Join(got, " "), strings.Join(want, " "))
	}
	return nil
}

// sum adds up what is left of data.
func (v *verifier) sum(data io.Reader) (*installp.Sum, error) {
	if v.buffer == nil {
		v.buffer = make([]byte, 128<<10)
	}
	s := &installp.Sum{}
	for {
		n, err := data.Read(v.buffer)
		s.Add(v.buffer[:n])
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// verifyAccount: the image has a number for the name in the inventory; 0 for an account of the package's own (W39).
func (v *verifier) verifyAccount(kind, name string, fixed map[string]uint32, id uint32, where installp.Where, wrong func(string, string, any, any)) {
	want, known := fixed[name]
	switch {
	case id == want:
	case known:
		wrong("W12", "the "+kind, id, fmt.Sprintf("%s, %d on AIX", name, want))
	default:
		v.note("W39", where, "the "+kind+"'s number may be another account's on the target", fmt.Sprintf("%d for %s", id, name))
	}
}

// verifyAbsent tells of what the apply lists have and the image has not.
func (v *verifier) verifyAbsent(end int64) {
	for _, name := range v.order {
		if !v.claims[name].seen {
			v.wrong("W18", installp.Where{Member: name, Offset: end}, "an apply list has this member, the image does not",
				"", "get the image again, whole")
		}
	}
}
