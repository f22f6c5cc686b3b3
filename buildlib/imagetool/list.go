package imagetool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Lists are what images hold.
type Lists struct {
	Images []*Contents `json:"images"`
}

// Contents is what one image holds. A backup of files is listed as well, and has members only.
type Contents struct {
	Image    string    `json:"image"`
	Package  string    `json:"package,omitempty"`
	Type     string    `json:"type,omitempty"` // as in lpp_name: I for installation; S, SR or ML for an update
	Filesets []Fileset `json:"filesets"`
	Members  []Member  `json:"members"`

	listing string
}

// Fileset is what an image says of one.
type Fileset struct {
	Name       string   `json:"name"`
	Level      string   `json:"level"`
	Title      string   `json:"title"`
	Parts      []string `json:"parts"`      // usr, and perhaps root
	Requisites []string `json:"requisites"` // lines of lpp_name
}

// Member is one member of an image.
type Member struct{ installp.Member }

// MarshalJSON gives what the line of a list shows, and the offset of the member's header.
func (m Member) MarshalJSON() ([]byte, error) {
	kind := "file"
	switch {
	case m.IsDir():
		kind = "directory"
	case m.IsSymlink():
		kind = "link"
	}
	return json.Marshal(struct {
		Name   string    `json:"name"`
		Type   string    `json:"type"`
		Mode   string    `json:"mode"` // octal, as chmod takes it
		UID    uint32    `json:"uid"`
		GID    uint32    `json:"gid"`
		Size   int64     `json:"size"`
		Time   time.Time `json:"time"`
		Offset int64     `json:"offset"`
	}{m.Name, kind, fmt.Sprintf("%04o", m.Mode&0o7777), m.UID, m.GID, m.Size, m.ModTime.UTC(), m.Offset})
}

// WriteText shows the filesets as installp does, and the members, a line each.
func (l *Lists) WriteText(w io.Writer) error {
	for i, c := range l.Images {
		if len(l.Images) > 1 {
			fmt.Fprintf(w, "%s%s:\n", map[bool]string{true: "\n"}[i > 0], fault.Line(c.Image))
		}
		if c.listing != "" {
			fmt.Fprintln(w, c.listing)
		}
		for _, m := range c.Members {
			if _, err := fmt.Fprintln(w, &m.Member); err != nil {
				return err
			}
		}
	}
	return nil
}

// List lists images, as far as they can be read; a directory stands for those in it.
func List(ctx context.Context, in io.Reader, names ...string) (*Lists, error) {
	l := &Lists{Images: []*Contents{}}
	err := each(ctx, in, names, func(m *Image) error {
		c := &Contents{Image: m.Name, Filesets: []Fileset{}, Members: []Member{}}
		next, err := c.begin(m)
		if err == nil {
			l.Images = append(l.Images, c)
			err = c.list(ctx, next)
		}
		return Unreadable(m.Name, err)
	})
	return l, err
}

// begin reads what an image says of itself, and gives what brings the members behind.
func (c *Contents) begin(m *Image) (next func() (*installp.Member, error), err error) {
	r, err := installp.NewReader(m.front())
	if errors.Is(err, installp.ErrBackup) {
		backup := bff.NewReader(m.front())
		return func() (*installp.Member, error) {
			h, err := backup.Next()
			if err != nil {
				return nil, err
			}
			return &installp.Member{Header: *h, Offset: backup.Stored().Offset}, nil
		}, nil
	}
	if err != nil {
		return nil, err
	}
	image := r.Image()
	c.Package, c.Type, c.listing = image.Package, image.Type, image.Listing()
	for i := range image.Filesets {
		c.Filesets = append(c.Filesets, fileset(&image.Filesets[i]))
	}
	for _, m := range image.Front {
		c.Members = append(c.Members, Member{m})
	}
	return r.Next, nil
}

func fileset(f *installp.Info) Fileset {
	parts := []string{"usr"}
	if f.Root != nil {
		parts = append(parts, "root")
	}
	return Fileset{f.Name, f.Level.String(), f.Text, parts, append([]string{}, f.Requisites...)}
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
		c.Members = append(c.Members, Member{*m})
	}
	return context.Cause(ctx)
}
