package diff_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/diff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

// Programs that are nothing but imports, of some megabytes: comparing them takes three times the size of both. Not parallel: it counts
// what is allocated.
func TestMemory(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", "program64"))
	if err != nil {
		t.Fatal(err)
	}
	const symbols = 300_000
	size := 0
	image := func(name string) []byte {
		text := installptest.WithImports(t, data, name, symbols)
		size += len(text)
		return installptest.Write(t, installptest.WithProgram(t, func(string) string { return text }))
	}
	a, b := installptest.Section(image("a")), installptest.Section(image("b"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	all, err := diff.Images(a, b)
	runtime.ReadMemStats(&after)
	if want := fmt.Sprintf("imports not compared (%d and %[1]d, where more than", symbols); err != nil || !strings.Contains(all.String(), want) {
		t.Errorf("Images = %v, %v, want it to contain %q", all, err, want)
	}
	const rest = 4 << 20 // of an image that has a program of no size
	if n := after.TotalAlloc - before.TotalAlloc; n > uint64(3*size+2*rest) {
		t.Errorf("comparing takes %.1f times the size of the programs, %d bytes", float64(n)/float64(size), size)
	}
}

// Where one program has too many imports, those of both are counted.
func TestManyImports(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", "program64"))
	if err != nil {
		t.Fatal(err)
	}
	many := installptest.Section(installptest.Write(t, installptest.WithProgram(t, func(string) string { return installptest.WithImports(t, data, "a", 1<<16+1) })))
	few := installptest.Section(installptest.Write(t, installptest.WithProgram(t, installptest.LibraryPath("/usr/lib:/libx"))))
	for _, images := range [][2]*io.SectionReader{{few, many}, {many, few}} {
		all, err := diff.Images(images[0], images[1])
		if err != nil || len(all) != 1 {
			t.Fatalf("Images = %v, %v", all, err)
		}
		i := slices.IndexFunc(all[0].Attributes, func(a diff.Attribute) bool { return a.Name == "imports" })
		if i < 0 || !strings.Contains(all.String(), "65537") || strings.ContainsAny(all[0].Attributes[i].Before+all[0].Attributes[i].After, "-") {
			t.Errorf("Images = %v", all)
		}
	}
}

// breaking gives bytes until one whose disk cannot be read.
type breaking struct {
	io.ReaderAt
	at int64
}

func (b *breaking) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > b.at {
		return 0, iotest.ErrTimeout
	}
	return b.ReaderAt.ReadAt(p, off)
}

// Images of several blocks that are the same have no difference, and a disk that cannot be read ends the comparing.
func TestSame(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File("/opt/mailtools/large", 0o444, "root", "system", strings.Repeat("x", 200_000)))
	image := installptest.Write(t, p)
	if all, err := diff.Images(installptest.Section(image), installptest.Section(image)); err != nil || all != nil {
		t.Errorf("Images = %v, %v, want none", all, err)
	}
	broken := io.NewSectionReader(&breaking{installptest.Section(image), 150_000}, 0, int64(len(image)))
	for _, test := range [][2]*io.SectionReader{{broken, installptest.Section(image)}, {installptest.Section(image), broken}} {
		if _, err := diff.Images(test[0], test[1]); !errors.Is(err, iotest.ErrTimeout) || strings.Contains(err.Error(), "image") {
			t.Errorf("Images = %v, want that the disk cannot be read, before anything else is looked at", err)
		}
	}
	p.Filesets[0].Files[2].Links = append(p.Filesets[0].Files[2].Links, "/opt/mailtools/sbin/mailq")
	p.Filesets[0].Usr[installp.PostI] = installptest.Success
	other := installptest.Write(t, p)
	all, err := diff.Images(installptest.Section(image), installptest.Section(other))
	if err != nil || len(all) != 2 || all[0].Attributes[0].After != "/opt/mailtools/sbin/hoststat,/opt/mailtools/sbin/mailq" || all[1].Name != "usr post_i" {
		t.Errorf("Images = %v, %v", all, err)
	}
}

// Wherever one of two disks cannot be read, that is the error, and which image it is of.
func TestUnreadImages(t *testing.T) {
	t.Parallel()
	p := installptest.WithProgram(t, installptest.LibraryPath("/usr/lib:/libx"))
	c := installptest.TakeApart(t, installptest.Write(t, p))
	c.Members = append(c.Members, installptest.FileMember("./usr/swlag/LICENSE", 0o444, strings.Repeat("license\n", 100)))
	image := c.Image(t)
	c.Member("./lpp_name").Name = "./lpp_text"
	backup := c.Image(t)
	for kind, data := range map[string][]byte{"package": image, "backup": backup} {
		other := installptest.Section(append(slices.Clone(data), make([]byte, 512)...)) // of another size, so that not all bytes are compared first
		for at := int64(0); at < int64(len(data))-1024; at += 104 {
			if all, err := diff.Images(installptest.Unread(data, at), other); !errors.Is(err, iotest.ErrTimeout) || all != nil || !strings.HasPrefix(err.Error(), "the first image: ") {
				t.Errorf("%s, unread at %d of %d bytes: %v, %v", kind, at, len(data), all, err)
			}
		}
	}
}

// A package without the control library of its usr part can be compared, too; and so can updates of two types.
func TestDiffWithout(t *testing.T) {
	t.Parallel()
	whole := installptest.Write(t, installptest.Example())
	c := installptest.TakeApart(t, whole)
	c.Members = slices.DeleteFunc(c.Members, func(m installptest.RawMember) bool { return m.Name == installptest.UsrLib })
	all, err := diff.Images(installptest.Section(whole), installptest.Section(c.Image(t)))
	if err != nil || !strings.Contains(all.String(), "  - /opt/mailtools: DIRECTORY 755 root:system\n") || strings.Contains(all.String(), "- /var/spool/mtqueue") {
		t.Errorf("%v, %v", all, err)
	}
	of := func(kind string) *io.SectionReader {
		c := installptest.TakeApart(t, whole)
		installptest.LppName("4 R I", "4 R "+kind)(c)
		return installptest.Section(c.Image(t))
	}
	if all, err := diff.Images(of("S"), of("ML")); err != nil || !strings.HasPrefix(all.String(), "type S -> ML\n") {
		t.Errorf("%v, %v", all, err)
	}
}
