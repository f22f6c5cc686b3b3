package imagetool

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/epkg"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/kind"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/rpm"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Lists are what images hold.
type Lists struct {
	Images []*Contents `json:"images"`
}

// Contents is what one image holds. A backup of files is listed as well, and has members only; so are interim fixes and RPMs.
type Contents struct {
	Image     string       `json:"image"`
	Kind      Kind         `json:"kind"`
	Package   string       `json:"package,omitempty"`
	Type      string       `json:"type,omitempty"` // as in lpp_name: I for installation; S, SR, ML or U for an update
	Filesets  []Fileset    `json:"filesets"`
	Members   []Member     `json:"members"`
	Notes     []string     `json:"notes"`    // what else there is to know
	Warnings  []string     `json:"warnings"` // what of its texts could not be read
	Signature *Signature   `json:"signature,omitempty"`
	Fix       *epkg.Fix    `json:"fix,omitempty"`
	RPM       *rpm.Package `json:"rpm,omitempty"`

	listing string
	count   int // members that could be read
	// again is the image where it has too many members to be kept; its file stays open then.
	again *io.SectionReader
}

// Kind is what an image is.
type Kind string

// The kinds.
const (
	Package Kind = "package"
	Update  Kind = "update"
	Backup  Kind = "backup" // of files
	Mksysb  Kind = "mksysb" // of a system
	Savevg  Kind = "savevg" // of a volume group
	Inode   Kind = "inode"  // of a file system, by inode
	Fix     Kind = "fix"
	RPM     Kind = "rpm"
)

// Fileset is what an image says of one.
type Fileset struct {
	Name       string   `json:"name"`
	Level      string   `json:"level"`
	Title      string   `json:"title"`
	Parts      []string `json:"parts"`      // usr, and perhaps root; or share
	Requisites []string `json:"requisites"` // lines of lpp_name
	Meanings   []string `json:"meanings"`   // of the requisites, in words
}

// Member is one member of an image.
type Member struct{ installp.Member }

// typeWords are what a document calls the types of members.
var typeWords = map[uint32]string{
	bff.TypeDir: "directory", bff.TypeRegular: "file", bff.TypeSymlink: "link", bff.TypeFIFO: "fifo", bff.TypeChar: "character device",
	bff.TypeMPX: "character device", bff.TypeBlock: "block device", bff.TypeSocket: "socket",
}

// MarshalJSON gives what the line of a list shows, and the offset of the member's header.
func (m Member) MarshalJSON() ([]byte, error) {
	name := m.Name
	if m.Stored != "" {
		name = m.Stored
	}
	return json.Marshal(struct {
		Name     string    `json:"name"`
		Type     string    `json:"type"`
		Mode     string    `json:"mode"` // octal, as chmod takes it
		UID      uint32    `json:"uid"`
		GID      uint32    `json:"gid"`
		Size     int64     `json:"size"`
		Time     time.Time `json:"time"`
		Offset   int64     `json:"offset"`
		Device   string    `json:"device,omitempty"`
		HardLink bool      `json:"hard_link,omitempty"`
		ACL      []string  `json:"acl,omitempty"`
	}{name, typeWords[m.Mode&^0o7777], fmt.Sprintf("%04o", m.Mode&0o7777), m.UID, m.GID, m.Size, m.ModTime.UTC(), m.Offset, m.device(), m.HardLink, m.ACL})
}

// device gives the numbers of a device.
func (m *Member) device() string {
	if t := m.Mode &^ 0o7777; t == bff.TypeChar || t == bff.TypeBlock {
		return fmt.Sprintf("%d,%d", m.Major, m.Minor)
	}
	return ""
}

// WriteText shows the filesets as installp does, and the members, a line each.
func (l *Lists) WriteText(w io.Writer) error {
	b := bufio.NewWriterSize(w, 64<<10)
	for i, c := range l.Images {
		if len(l.Images) > 1 {
			fmt.Fprintf(b, "%s%s:\n", map[bool]string{true: "\n"}[i > 0], fault.Line(c.Image))
		}
		for _, note := range c.Notes {
			fmt.Fprintf(b, "# %s\n", fault.Line(note))
		}
		if c.listing != "" {
			fmt.Fprintln(b, c.listing)
		}
		var line []byte
		for m := range c.each() {
			line = m.Append(line[:0])
			if m.HardLink {
				line = append(line, " (another name of a file before it)"...)
			}
			line = append(line, '\n')
			for _, entry := range m.ACL {
				line = fmt.Appendf(line, "%12s%s\n", "", entry)
			}
			if _, err := b.Write(line); err != nil {
				return err
			}
		}
	}
	return b.Flush()
}

// mostKept is how many members of an image are kept: those of larger ones are read once more when they are written.
const mostKept = 2000

// each goes through the members, of which each is good until the next one.
func (c *Contents) each() iter.Seq[*installp.Member] {
	return func(yield func(*installp.Member) bool) {
		for i := range c.Members {
			if !yield(&c.Members[i].Member) {
				return
			}
		}
		if c.again == nil {
			return
		}
		r := bff.NewReader(io.NewSectionReader(c.again, 0, c.again.Size()))
		m := &installp.Member{}
		for range c.count {
			if err := m.Next(r); err != nil || !yield(m) { // it was read before; what went wrong then was told
				return
			}
		}
	}
}

// MarshalJSON gives all members.
func (c *Contents) MarshalJSON() ([]byte, error) {
	type plain Contents
	all := plain(*c)
	if c.again != nil {
		for m := range c.each() {
			all.Members = append(all.Members, Member{*m})
		}
	}
	return json.Marshal(all)
}

// List lists images, as far as they can be read; a directory stands for those in it. Texts that cannot be read are warnings.
func List(ctx context.Context, in io.Reader, names ...string) (*Lists, error) {
	l := &Lists{Images: []*Contents{}}
	err := each(ctx, in, names, []*kind.Kind{kind.Compressed, kind.RPM}, func(m *Image) error {
		c := &Contents{Image: m.Name, Kind: Backup, Filesets: []Fileset{}, Members: []Member{}, Notes: []string{}, Warnings: []string{}}
		what, err := m.kind()
		if err != nil {
			return err
		}
		switch what {
		case kind.Compressed:
			err = c.fix(m)
		case kind.RPM:
			err = c.rpm(m)
		case nil:
			err = c.image(ctx, m)
			if c.count > 0 || err == nil {
				l.Images = append(l.Images, c)
			}
			return Unreadable(m.Name, err)
		default:
			return m.isNoImage()
		}
		if err == nil {
			l.Images = append(l.Images, c)
		}
		return err
	})
	return l, err
}

// image lists an image as far as it can be read. It asks for no more than the headers of its members, and for lpp_name, wherever that is.
func (c *Contents) image(ctx context.Context, m *Image) error {
	unsigned, block, err := m.unsigned()
	if err != nil {
		return err
	}
	if block != nil {
		c.Signature = &Signature{Form: BlockForm, Offset: block.Offset, Size: block.Size, Key: block.KeyPath()}
		c.Notes = append(c.Notes, c.Signature.String())
	}
	r := bff.NewReader(unsigned)
	for one := (&installp.Member{}); ; {
		err := one.Next(r)
		if err == io.EOF {
			return nil
		}
		if errors.Is(err, bff.ErrInode) {
			_, about, _ := strings.Cut(err.Error(), bff.ErrHeader.Error()+": ")
			c.Kind, c.Notes = Inode, append(c.Notes, about)
			return nil
		}
		if errors.Is(err, bff.ErrVolume) && c.count > 0 {
			c.Notes = append(c.Notes, "one volume of several: "+bff.ErrVolume.Error())
			return nil
		}
		if err == nil && one.Name == installp.LppNameMember && one.IsRegular() && c.Package == "" {
			err = c.lppName(one, r)
		}
		if err != nil {
			return err
		}
		c.tell(one)
		switch c.count++; {
		case c.count <= mostKept:
			c.Members = append(c.Members, Member{*one})
		case c.again == nil:
			c.Members, c.again, m.kept = []Member{}, unsigned, true
		}
		if c.count%1000 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// lppName reads what a package says of itself.
func (c *Contents) lppName(m *installp.Member, data io.Reader) error {
	if m.Size > installp.MaxControl {
		return fmt.Errorf("%w: %s has %d bytes, more than %d", installp.ErrImage, m.Name, m.Size, installp.MaxControl)
	}
	text, err := io.ReadAll(data)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	image := installp.ParseLppName(m, string(text), func(p installp.Problem) {
		if !p.Note && len(c.Warnings) < installp.MaxProblems {
			c.Warnings = append(c.Warnings, fault.Line(p.String()))
		}
	})
	c.Kind, c.Package, c.Type, c.listing = Package, image.Package, image.Type, image.Listing()
	if image.IsUpdate() {
		c.Kind = Update
	}
	for i := range image.Filesets {
		f := fileset(&image.Filesets[i])
		c.Filesets = append(c.Filesets, f)
		for _, meaning := range f.Meanings {
			c.listing += fmt.Sprintf("#   %s %s\n", fault.Line(f.Name), fault.Line(meaning))
		}
	}
	return nil
}

func fileset(f *installp.Info) Fileset {
	s := Fileset{f.Name, f.ShownLevel(), f.Text, f.Parts(), append([]string{}, f.Requisites...), []string{}}
	requisites, _ := installp.ReadRequisites(f.Requisites) // those that are wrong say so themselves
	for i := range requisites {
		s.Meanings = append(s.Meanings, requisites[i].Meaning())
	}
	return s
}

// tell knows backups of systems and volume groups by the files that mksysb and savevg put into them.
func (c *Contents) tell(m *installp.Member) {
	switch {
	case c.Kind != Backup && c.Kind != Savevg:
	case m.Name == "./image.data":
		c.Kind, c.Notes = Mksysb, []string{"a backup of a system, as mksysb makes it: NIM or alt_disk_mksysb installs it, and restore its files"}
	case c.Kind == Backup && strings.HasPrefix(m.Name, "./tmp/vgdata/") && strings.HasSuffix(m.Name, ".data"):
		c.Kind, c.Notes = Savevg, []string{"a backup of a volume group, as savevg makes it: restvg takes it, and restore its files"}
	}
}

// fix lists an interim fix.
func (c *Contents) fix(m *Image) (err error) {
	if c.Fix, err = m.fix(); err != nil {
		return err
	}
	c.Kind, c.Notes = Fix, append(c.Notes, "an interim fix, which emgr installs: "+c.Fix.Abstract)
	var b strings.Builder
	for _, p := range c.Fix.Prerequisites {
		fmt.Fprintf(&b, "  requires %s %s to %s\n", p.Fileset, p.Least, p.Most)
	}
	fmt.Fprintf(&b, "  reboot: %s\n", c.Fix.Reboot)
	for _, f := range c.Fix.Files {
		target := f.Target
		if f.Member != "" {
			target += "(" + f.Member + ")"
		}
		fmt.Fprintf(&b, "  %s\n", target)
	}
	for _, f := range c.Fix.Members {
		fmt.Fprintf(&b, "%s %5d %10d %s %s\n", installp.ModeString(bff.TypeRegular|uint32(f.Mode)&0o7777), f.Sum, f.Size, f.Time.Format(time.DateTime), f.Name)
	}
	c.listing = fault.Lines(strings.TrimSuffix(b.String(), "\n"))
	return nil
}

// fix reads an interim fix.
func (m *Image) fix() (*epkg.Fix, error) {
	f, err := epkg.Read(m.front())
	if errors.Is(err, epkg.ErrFormat) {
		no := m.isNot("an interim fix", kind.Compressed)
		no.Err = err
		return nil, no
	}
	return f, err
}

// rpm lists an RPM.
func (c *Contents) rpm(m *Image) (err error) {
	c.RPM, err = rpm.Read(m.front())
	if errors.Is(err, rpm.ErrFormat) {
		no := m.isNot("a whole RPM", nil)
		no.Err = err
		return no
	}
	if err != nil {
		return err
	}
	c.Kind, c.Notes = RPM, append(c.Notes, fmt.Sprintf("an RPM for %s on %s, which rpm installs: %s %s: %s", c.RPM.OS, c.RPM.Arch, c.RPM.Name, c.RPM.Level(), c.RPM.Summary))
	var b strings.Builder
	for _, r := range c.RPM.Requires {
		fmt.Fprintf(&b, "  requires %s\n", r)
	}
	for _, f := range c.RPM.Files {
		name := f.Name
		if f.Target != "" {
			name += " -> " + f.Target
		}
		fmt.Fprintf(&b, "%s %s %s %10d %s %s\n", installp.ModeString(f.Mode), f.Owner, f.Group, f.Size, f.Time.Format(time.DateTime), name)
	}
	c.listing = fault.Lines(strings.TrimSuffix(b.String(), "\n"))
	return nil
}
