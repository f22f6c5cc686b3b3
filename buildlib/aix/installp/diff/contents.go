package diff

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

func sameBytes(a, b *io.SectionReader) (bool, error) {
	if a.Size() != b.Size() {
		return false, nil
	}
	x, y := make([]byte, 1<<16), make([]byte, 1<<16)
	for at := int64(0); at < a.Size(); at += int64(len(x)) {
		n, errA := a.ReadAt(x, at)
		m, errB := b.ReadAt(y, at)
		for _, err := range []error{errA, errB} {
			if err != nil && err != io.EOF {
				return false, err
			}
		}
		if !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
	}
	return true, nil
}

// contents is what is compared of an image.
type contents struct {
	image    *installp.Image // nil for a backup of files, which has the next
	files    map[string]*saved
	date     string
	filesets map[string]*filesetContents
	others   others
}

// others are the members that no apply list has, such as license files. There may be any number, so they are not kept one by one.
type others struct {
	count, size int64
	digest      [sha256.Size]byte // of each one's line in a list, its data and the digest before it
}

func (o *others) add(m *installp.Member, data io.Reader) error {
	digest := sha256.New()
	digest.Write(o.digest[:])
	fmt.Fprintf(digest, "%q %o %d %d %d %q\n", m.Name, m.Mode, m.UID, m.GID, m.Size, m.ACL)
	if _, err := io.Copy(digest, data); err != nil {
		return err
	}
	digest.Sum(o.digest[:0])
	o.count, o.size = o.count+1, o.size+m.Size
	return nil
}

func (o *others) String() string { return fmt.Sprintf("%d with %d bytes", o.count, o.size) }

type filesetContents struct {
	*installp.Info
	files map[string]*fileContents // by path on the target
}

func (f *filesetContents) String() string {
	return fmt.Sprintf("%s: %s, %d objects", f.Level, f.Text, len(f.files))
}

// fileContents is a stanza of the inventory with the member that it is about.
type fileContents struct {
	*installp.Stanza
	part   string
	method installp.Method
	member string // mode and numbers of owner and group in the container
	*content
}

func readContents(r *io.SectionReader) (*contents, error) {
	reader, err := installp.NewLenientReader(io.NewSectionReader(r, 0, r.Size()), func(installp.Problem) {})
	if errors.Is(err, installp.ErrBackup) {
		files, err := readBackup(r)
		return &contents{files: files}, err
	}
	if err != nil {
		return nil, err
	}
	c := &contents{image: reader.Image(), filesets: map[string]*filesetContents{}}
	members := map[string]*fileContents{}
	for i := range c.image.Filesets {
		f := &filesetContents{&c.image.Filesets[i], map[string]*fileContents{}}
		c.filesets[f.Name] = f
		for n, p := range []*installp.Part{f.Usr, f.Root} {
			if p == nil {
				continue
			}
			for j := range p.Inventory {
				f.files[p.Inventory[j].Path] = &fileContents{Stanza: &p.Inventory[j], content: &content{}, part: []string{installp.UsrPart: "usr", installp.RootPart: "root"}[n]}
			}
			for _, config := range p.Configs {
				if file := f.files[config.Path]; file != nil {
					file.method = config.Method
				}
			}
		}
		if f.Usr == nil {
			continue
		}
		for _, name := range f.Usr.ApplyList {
			target, _ := c.image.Target(name)
			members[name] = f.files[target]
		}
	}
	for _, m := range c.image.Front {
		c.date = m.ModTime.UTC().Format(time.DateTime)
	}
	for {
		m, err := reader.Next()
		if err == io.EOF {
			return c, nil
		}
		if err != nil {
			return nil, err
		}
		switch file, listed := members[m.Name]; {
		case !listed:
			err = c.others.add(m, reader)
		case file != nil:
			err = file.read(m, reader, r)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fault.Line(m.Name), err)
		}
	}
}

func (f *fileContents) read(m *installp.Member, data io.Reader, image io.ReaderAt) (err error) {
	f.member = stored(m)
	if m.IsRegular() {
		f.content, err = readContent(m, data, image)
	}
	return err
}

// stored is a member's mode, with the numbers of owner and group.
func stored(m *installp.Member) string {
	return fmt.Sprintf("%s %d:%d", installp.ModeString(m.Mode), m.UID, m.GID)
}
