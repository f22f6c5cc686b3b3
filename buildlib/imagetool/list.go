package imagetool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	for i, c := range l.Images {
		if len(l.Images) > 1 {
			fmt.Fprintf(w, "%s%s:\n", map[bool]string{true: "\n"}[i > 0], fault.Line(c.Image))
		}
		for _, note := range c.Notes {
			fmt.Fprintf(w, "# %s\n", fault.Line(note))
		}
		if c.listing != "" {
			fmt.Fprintln(w, c.listing)
		}
		for i := range c.Members {
			m := &c.Members[i]
			link := ""
			if m.HardLink {
				link = " (another name of a file before it)"
			}
			if _, err := fmt.Fprintf(w, "%s%s\n", &m.Member, link); err != nil {
				return err
			}
			for _, entry := range m.ACL {
				fmt.Fprintf(w, "%12s%s\n", "", entry)
			}
		}
	}
	return nil
}

// List lists images, as far as they can be read; a directory stands for those in it. Texts that cannot be read are warnings.
func List(ctx context.Context, in io.Reader, names ...string) (*Lists, error) {
	l := &Lists{Images: []*Contents{}}
	err := each(ctx, in, names, []*kind.Kind{kind.Compressed, kind.RPM}, func(m *Image) error {
		c := &Contents{Image: m.Name, Kind: Package, Filesets: []Fileset{}, Members: []Member{}, Notes: []string{}, Warnings: []string{}}
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
			return c.image(ctx, m, &l.Images)
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

// image lists an image as far as it can be read.
func (c *Contents) image(ctx context.Context, m *Image, into *[]*Contents) error {
	unsigned, block, err := m.unsigned()
	if err != nil {
		return err
	}
	if block != nil {
		c.Signature = &Signature{Form: BlockForm, Offset: block.Offset, Size: block.Size, Key: block.KeyPath()}
		c.Notes = append(c.Notes, c.Signature.String())
	}
	next, err := c.begin(unsigned)
	if errors.Is(err, bff.ErrInode) {
		_, about, _ := strings.Cut(err.Error(), bff.ErrHeader.Error()+": ")
		c.Kind, c.Notes, err = Inode, append(c.Notes, about), nil
		next = func() (*installp.Member, error) { return nil, io.EOF }
	}
	if err == nil {
		*into = append(*into, c)
		err = c.list(ctx, next)
	}
	return Unreadable(m.Name, err)
}

// begin reads what an image says of itself, and gives what brings the members behind.
func (c *Contents) begin(m *io.SectionReader) (next func() (*installp.Member, error), err error) {
	r, err := installp.NewLenientReader(m, func(p installp.Problem) {
		if !p.Note && len(c.Warnings) < installp.MaxProblems {
			c.Warnings = append(c.Warnings, fault.Line(p.String()))
		}
	})
	if errors.Is(err, installp.ErrBackup) {
		c.Kind = Backup
		backup := bff.NewReader(io.NewSectionReader(m, 0, m.Size()))
		return func() (*installp.Member, error) { return installp.NextMember(backup) }, nil
	}
	if err != nil {
		return nil, err
	}
	image := r.Image()
	c.Package, c.Type, c.listing = image.Package, image.Type, image.Listing()
	if image.IsUpdate() {
		c.Kind = Update
	}
	for i := range image.Filesets {
		c.Filesets = append(c.Filesets, fileset(&image.Filesets[i]))
	}
	for _, m := range image.Front {
		c.Members = append(c.Members, Member{m})
	}
	return r.Next, nil
}

func fileset(f *installp.Info) Fileset {
	s := Fileset{f.Name, f.ShownLevel(), f.Text, f.Parts(), append([]string{}, f.Requisites...), []string{}}
	requisites, _ := installp.ReadRequisites(f.Requisites) // those that are wrong say so themselves
	for i := range requisites {
		s.Meanings = append(s.Meanings, requisites[i].Meaning())
	}
	return s
}

func (c *Contents) list(ctx context.Context, next func() (*installp.Member, error)) error {
	for ctx.Err() == nil {
		m, err := next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		c.tell(m)
		c.Members = append(c.Members, Member{*m})
	}
	return context.Cause(ctx)
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
