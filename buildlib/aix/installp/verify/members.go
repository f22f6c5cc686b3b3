package verify

import (
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/sum"
)

// verifyFront compares the members before the installed ones with those of W17.
func (v *verifier) verifyFront() {
	home := v.image.Home()
	instRoot := home + "/" + installp.InstRootName
	want := []string{"./", installp.LppNameMember}
	dir := "."
	for part := range strings.SplitSeq(strings.TrimPrefix(home, "./"), "/") {
		dir += "/" + part
		want = append(want, dir)
	}
	want = append(want, home+"/"+installp.LibraryName)
	for _, l := range v.image.Libraries {
		if l.Part == installp.RootPart {
			want = append(want, instRoot, instRoot+"/"+installp.LibraryName)
			break
		}
	}
	if v.image.Disordered {
		v.tell("W17/order", installp.Where{Member: installp.LppNameMember, Offset: v.lppNameOffset()}, "", "")
	}
	for i, m := range v.image.Front {
		where := installp.Where{Member: m.Name, Offset: m.Offset}
		if m.Name == installp.LppNameMember {
			v.time = m.ModTime
		}
		if v.image.Disordered {
			continue
		}
		if i >= len(want) || m.Name != want[i] {
			expected := "nothing more"
			if i < len(want) {
				expected = want[i]
			}
			v.tell("W17/member", where, m.Name, expected)
			break
		}
		mode, owner := uint32(0o755), uint32(installp.Bin)
		if !m.IsDir() {
			mode, owner = 0o644, 0
		}
		if m.Mode&0o7777 != mode || m.UID != owner || m.GID != owner {
			v.tell("W17/mode", where, fmt.Sprintf("%04o %d:%d", m.Mode&0o7777, m.UID, m.GID), fmt.Sprintf("%04o %d:%d", mode, owner, owner))
		}
	}
	if !v.image.Disordered && len(v.image.Front) < len(want) {
		v.tell("W17/missing", installp.Where{Member: installp.LppNameMember}, fmt.Sprintf("%d members", len(v.image.Front)), fmt.Sprint(len(want)))
	}
}

// verifyMember looks at the n-th member behind the control libraries.
func (v *verifier) verifyMember(n int, m *installp.Member, data io.Reader) error {
	where := installp.Where{Member: m.Name, Offset: m.Offset}
	if rest := strings.TrimPrefix(m.Name, "./"); rest != "" && !fs.ValidPath(rest) {
		v.tell("W3", where, "", "")
	} else if m.Stored != "" {
		v.tell("W3/form", where, m.Stored, m.Name)
	}
	if !v.untimely && !m.ModTime.Equal(v.time) {
		v.untimely = true
		v.tell("W2", where, m.ModTime.Format(time.DateTime), v.time.Format(time.DateTime))
	}
	c := v.claims[m.Name]
	switch {
	case c == nil:
		v.verifyUnclaimed(m, where)
		return nil
	case c.seen:
		v.tell("W18/twice", where, "", "")
	case !v.disordered && (n >= len(v.order) || v.order[n] != m.Name):
		v.disordered = true
		v.tell("W18/order", where, "", "")
	}
	c.seen, c.size = true, m.Size
	if m.IsSymlink() {
		v.tell("W8", where, "", "")
	}
	if m.IsRegular() {
		if err := v.verifyProgram(m, where); err != nil {
			return err
		}
	}
	if parent := v.claims[directoryOf(m.Name)]; parent != nil && !parent.seen {
		v.tell("W24", where, "", "")
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
	if m.IsDir() { // find brings those, too, that are AIX's own
		v.tell("W18/directory", where, "", "")
		return
	}
	v.tell("W18/unlisted", where, "", "")
}

// verifyAgainst compares a member with its stanza.
func (v *verifier) verifyAgainst(c *claimed, m *installp.Member, where installp.Where, data io.Reader) error {
	s := c.stanza
	wrong := func(id string, image, inventory any) {
		v.tell(id, where, fmt.Sprint(image), fmt.Sprintf("%v as in %s", inventory, c.part.where(installp.SuffixInventory, s.Line)))
	}
	if m.IsSymlink() && s.Type == installp.Symlink {
		target, err := io.ReadAll(io.LimitReader(data, rules.MaxPath+1))
		if err == nil && string(target) != s.Target {
			wrong("W37/stored", string(target), s.Target)
		}
		return err
	}
	if m.IsDir() != (s.Type == installp.Directory) || m.IsSymlink() != (s.Type == installp.Symlink) {
		wrong("6.3/type", fmt.Sprintf("%#o", m.Mode&^0o7777), installp.TypeWords[s.Type])
		return nil
	}
	if mode := m.Mode & 0o7777; mode != s.Mode {
		wrong("9.2", fmt.Sprintf("%04o", mode), installp.ModeWords(s.Mode))
	}
	// The image has a number for the name in the inventory; 0 for an account of the package's own (W39).
	for _, account := range []struct {
		rule, name string
		fixed      map[string]uint32
		id         uint32
	}{{"W12/owner", s.Owner, rules.Users, m.UID}, {"W12/group", s.Group, rules.Groups, m.GID}} {
		want, known := account.fixed[account.name]
		if n, err := strconv.ParseUint(account.name, 10, 32); err == nil {
			want, known = uint32(n), true
		}
		switch {
		case account.id == want || account.name == "":
		case known:
			wrong(account.rule, account.id, fmt.Sprintf("%d for %s", want, account.name))
		default:
			v.tell("W39/number", where, fmt.Sprintf("%d for %s", account.id, account.name), "")
		}
	}
	if s.Type != installp.Regular || s.Volatile {
		return nil
	}
	if m.Size != s.Size {
		wrong("6.3/size", m.Size, s.Size)
	}
	sum, err := v.sum(data)
	if err != nil {
		return err
	}
	got := strings.Fields(sum.String())
	want := strings.Fields(s.Checksum)
	for i, number := range want { // which may be the sum alone
		if i >= len(got) || strings.TrimLeft(got[i], "0") != strings.TrimLeft(number, "0") {
			wrong("W25", strings.Join(got, " "), strings.Join(want, " "))
			break
		}
	}
	return nil
}

// sum adds up what is left of data.
func (v *verifier) sum(data io.Reader) (*sum.R, error) {
	if v.buffer == nil {
		v.buffer = make([]byte, 128<<10)
	}
	s := &sum.R{}
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

// verifyAbsent tells of what the apply lists have and the image has not.
func (v *verifier) verifyAbsent(end int64) {
	for _, name := range v.order {
		if !v.claims[name].seen {
			v.tell("W18/absent", installp.Where{Member: name, Offset: end}, "", "")
		}
	}
}
