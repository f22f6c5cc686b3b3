package installptest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
)

func Write(t testing.TB, p *installp.Package) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write.Image(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func Digest(image []byte) string {
	return fmt.Sprintf("%x", sha256.Sum256(image))
}

func Section(image []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(image), 0, int64(len(image)))
}

// Unread is an image on a disk whose byte at a place cannot be read.
func Unread(image []byte, at int64) *io.SectionReader {
	return io.NewSectionReader(spot{bytes.NewReader(image), at}, 0, int64(len(image)))
}

type spot struct {
	io.ReaderAt
	at int64
}

func (s spot) ReadAt(p []byte, off int64) (int, error) {
	if off <= s.at && s.at < off+int64(len(p)) {
		return 0, iotest.ErrTimeout
	}
	return s.ReaderAt.ReadAt(p, off)
}

// Sample returns an image that AIX wrote; the project holds no file that others made.
func Sample(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("AIX_SAMPLES")
	if dir == "" {
		t.Skip("AIX_SAMPLES names no directory: not read against an image that AIX wrote")
	}
	image, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// open reads the front of an image.
func Open(t testing.TB, image []byte) *installp.Reader {
	t.Helper()
	r, err := installp.NewReader(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// contentsOf is an image taken apart, to be put together again with one thing wrong.
type Contents struct {
	Members   []RawMember
	Libraries map[string][]LibraryMember // by name of the member
}

type RawMember struct {
	bff.Header
	Data string
}

func TakeApart(t testing.TB, image []byte) *Contents {
	t.Helper()
	c := &Contents{Libraries: map[string][]LibraryMember{}}
	for r := bff.NewReader(bytes.NewReader(image)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return c
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		c.Members = append(c.Members, RawMember{*h, string(data)})
		if filepath.Base(h.Name) == "liblpp.a" {
			c.Libraries[h.Name] = Library(t, data)
		}
	}
}

func (c *Contents) Image(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := bff.NewWriter(&b, time.Unix(1443657600, 0))
	for _, m := range c.Members {
		if files, ok := c.Libraries[m.Name]; ok {
			m.Data = Pack(t, files)
		}
		m.Size = int64(len(m.Data))
		if err := w.WriteHeader(&m.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func Pack(t testing.TB, files []LibraryMember) string {
	t.Helper()
	var b bytes.Buffer
	w := ar.NewWriter(&b, ar.Small)
	for _, f := range files {
		f.Size = int64(len(f.Text))
		if err := w.WriteHeader(&f.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.Text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (c *Contents) Member(name string) *RawMember {
	return &c.Members[slices.IndexFunc(c.Members, func(m RawMember) bool { return m.Name == name })]
}

type LibraryMember struct {
	ar.Header
	Text string
}

func Library(t testing.TB, content []byte) []LibraryMember {
	t.Helper()
	var members []LibraryMember
	for m, err := range ar.Members(Section(content)) {
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(m.Content)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, LibraryMember{m.Header, string(data)})
	}
	return members
}

const (
	UsrLib  = "./usr/lpp/mailtools.sendmail/liblpp.a"
	RootLib = "./usr/lpp/mailtools.sendmail/inst_root/liblpp.a"
	Program = "./opt/mailtools/sbin/sendmail"
	Submit  = "./usr/lpp/mailtools.sendmail/inst_root/etc/mailtools/submit.cf"
)

// edit changes the text of a control file.
func Edit(lib, suffix, old, new string) func(*Contents) {
	return func(c *Contents) {
		files := c.Libraries[lib]
		i := slices.IndexFunc(files, func(f LibraryMember) bool { return f.Name == "mailtools.sendmail.rte."+suffix })
		if text := strings.Replace(files[i].Text, old, new, 1); text != files[i].Text {
			files[i].Text = text
		} else {
			panic(suffix + " has no " + old)
		}
	}
}

func LppName(old, new string) func(*Contents) {
	return func(c *Contents) {
		m := c.Member("./lpp_name")
		if !strings.Contains(m.Data, old) {
			panic("lpp_name has no " + old)
		}
		m.Data = strings.Replace(m.Data, old, new, 1)
	}
}

func DirMember(name string) RawMember {
	return RawMember{Header: bff.Header{Name: name, Mode: bff.TypeDir | 0o755, UID: 2, GID: 2}}
}

func FileMember(name string, mode uint32, data string) RawMember {
	return RawMember{bff.Header{Name: name, Mode: bff.TypeRegular | mode}, data}
}

func ControlFile(name, text string) LibraryMember {
	return LibraryMember{ar.Header{Name: name, Mode: 0o644, ModTime: time.Unix(1443657600, 0)}, text}
}

const nameAt = 64 // in a member's header

// rename gives a member another name of the same length.
func Rename(image []byte, from, to string) []byte {
	at := Header(image, from)
	copy(image[at+nameAt:], to)
	Seal(image[at:])
	return image
}

// asSymlink turns an empty file into a symbolic link to "sendmail", in the layout without a security block.
func AsSymlink(image []byte, name string) []byte {
	at := Header(image, name)
	end := at + int(image[at])*8
	image[at+12], image[at+13] = 0o777&0xff, 0xa1 // mode
	image[at+24] = 8                              // size
	Seal(image[at:])
	return slices.Concat(image[:end], []byte("sendmail"), image[end+40:])
}

// seal mends the checksum of a header.
func Seal(h []byte) {
	var sum uint32
	for i := range int(h[0]) * 8 {
		if i != 4 && i != 5 {
			sum += uint32(h[i]) << (h[i] & 7)
		}
	}
	h[4], h[5] = byte(sum), byte(sum>>8)
}

// header finds the one of a member.
func Header(image []byte, name string) int {
	return bytes.Index(image, append([]byte(name), 0)) - nameAt
}

func Findings(t testing.TB, image []byte) []verify.Finding {
	t.Helper()
	all, err := verify.Image(Section(image))
	if err != nil {
		t.Fatal(err)
	}
	return all
}
