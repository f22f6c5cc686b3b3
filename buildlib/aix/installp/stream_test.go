package installp_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

func stream(image []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(image)} }

// lenient reads an image, and gives all members behind its control libraries and what was told.
func lenient(t *testing.T, in io.Reader) (r *installp.Reader, names, told []string) {
	t.Helper()
	r, err := installp.NewLenientReader(in, func(p installp.Problem) { told = append(told, p.String()) })
	if err != nil {
		t.Fatal(err)
	}
	return r, members(t, r), told
}

// A stream is read as what can be read at any place, as long as the control libraries are where they should be.
func TestReadStream(t *testing.T) {
	t.Parallel()
	for name, image := range map[string][]byte{"package": installptest.Write(t, installptest.Family()), "update": update().Image(t)} {
		want, all, told := lenient(t, installptest.Section(image))
		got, same, toldToo := lenient(t, stream(image))
		if diff := cmp.Diff(want.Image().Filesets, got.Image().Filesets); diff != "" {
			t.Errorf("%s, -section +stream:\n%s", name, diff)
		}
		if diff := cmp.Diff(all, same); diff != "" || told != nil || toldToo != nil || len(all) == 0 {
			t.Errorf("%s, told %q and %q, members -section +stream:\n%s", name, told, toldToo, diff)
		}
		for i := range want.Image().Libraries {
			for _, r := range []*installp.Reader{want, got} {
				if l := &r.Image().Libraries[i]; l.Differs(l.ModTime) != -1 {
					t.Errorf("%s: %s is not what was packed", name, l.Name)
				}
			}
		}
	}
}

// A file before the control libraries is not lost: of a stream they are, and the rest is read.
func TestReadBetween(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	c.Members = slices.Insert(c.Members, 2, installptest.FileMember("./between", 0o644, "x"))
	image := c.Image(t)
	_, all, told := lenient(t, stream(image))
	if len(all) != len(c.Members)-2 || all[0] != "./between" || len(told) != 2 || !strings.Contains(told[0], installptest.UsrLib) || !strings.Contains(told[1], installptest.RootLib) {
		t.Errorf("of a stream: %q, told %q", all, told)
	}
	r, all, told := lenient(t, installptest.Section(image))
	if len(all) != len(c.Members)-4 || !slices.Contains(all, "./between") || told != nil || !r.Image().Disordered {
		t.Errorf("of a file: %q, told %q", all, told)
	}
	// Control libraries before lpp_name: the front is in the order of the image all the same.
	c.Members[2], c.Members[1] = c.Members[1], c.Members[2]
	at := slices.IndexFunc(c.Members, func(m installptest.RawMember) bool { return m.Name == installptest.UsrLib })
	library := c.Members[at]
	c.Members = slices.Insert(slices.Delete(c.Members, at, at+1), 1, library)
	r, _, told = lenient(t, installptest.Section(c.Image(t)))
	var front []string
	for _, m := range r.Image().Front {
		front = append(front, m.Name)
	}
	if diff := cmp.Diff([]string{installptest.UsrLib, "./lpp_name", installptest.RootLib}, front); diff != "" || told != nil {
		t.Errorf("told %q, -want +front:\n%s", told, diff)
	}
}

// An image that is cut, or cannot be read, in its front is no image; behind it, who reads on is told.
func TestReadCut(t *testing.T) {
	t.Parallel()
	ordered := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	inOrder := ordered.Image(t)
	slices.Reverse(ordered.Members)
	for name, image := range map[string][]byte{"in order": inOrder, "reversed": ordered.Image(t)} {
		for n := 0; n < len(bytes.TrimRight(image, "\x00"))-8; n += 24 {
			for kind, in := range map[string]io.Reader{
				"file": installptest.Section(image[:n]), "stream": stream(image[:n]), "broken": io.MultiReader(bytes.NewReader(image[:n]), iotest.ErrReader(iotest.ErrTimeout)),
			} {
				want := map[string]error{"file": io.ErrUnexpectedEOF, "stream": io.ErrUnexpectedEOF, "broken": iotest.ErrTimeout}[kind]
				r, err := installp.NewLenientReader(in, func(installp.Problem) {})
				for err == nil {
					_, err = r.Next()
				}
				if !errors.Is(err, want) {
					t.Errorf("%s, %d bytes of a %s: %v", name, n, kind, err)
				}
			}
		}
	}
}

// A control library that is damaged is told of, and one that cannot be read is an error.
func TestReadLibrary(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	whole := c.Image(t)
	at := int64(bytes.Index(whole, []byte("<aiaff>\n")))
	for _, place := range []int64{at, at + 100, at + 500} {
		if _, err := installp.NewLenientReader(installptest.Unread(whole, place), func(installp.Problem) {}); !errors.Is(err, iotest.ErrTimeout) {
			t.Errorf("unread at %d: %v", place, err)
		}
	}
	delete(c.Libraries, installptest.UsrLib)
	c.Member(installptest.UsrLib).Data = "<aiaff>\nwhat"
	for _, in := range []io.Reader{installptest.Section(c.Image(t)), stream(c.Image(t))} {
		r, all, told := lenient(t, in)
		if len(told) != 1 || !strings.HasPrefix(told[0], installptest.UsrLib) || len(all) == 0 || r.Image().Filesets[0].Root == nil {
			t.Errorf("%q, told %q", all, told)
		}
	}
}

// Filesets with a usr part and with a share part have control libraries in two places.
func TestReadUsrAndShare(t *testing.T) {
	t.Parallel()
	library := func(name string) string {
		return installptest.Pack(t, []installptest.LibraryMember{installptest.ControlFile(name+".al", "./x/"+name+"\n")})
	}
	const one, two = "a.one 1.0.0.0 01 N B en_US One\n[\n]\n", "a.two 1.0.0.0 01 N H en_US Two\n[\n]\n"
	for _, filesets := range []string{one + two, two + one} {
		c := &installptest.Contents{Members: []installptest.RawMember{
			installptest.FileMember("./lpp_name", 0o644, "4 R I a.pkg {\n"+filesets+"}\n"),
			installptest.FileMember("./usr/lpp/a.pkg/liblpp.a", 0o644, library("a.one")), installptest.FileMember("./usr/share/lpp/a.pkg/liblpp.a", 0o644, library("a.two")),
			installptest.FileMember("./usr/lpp/a.pkg/inst_root/liblpp.a", 0o644, library("a.one")),
		}}
		r, _, told := lenient(t, installptest.Section(c.Image(t)))
		for i := range r.Image().Filesets {
			if f := &r.Image().Filesets[i]; f.Usr == nil || !slices.Equal(f.Usr.ApplyList, []string{"./x/" + f.Name}) || (f.Root != nil) != (f.Name == "a.one") || told != nil {
				t.Errorf("%s: %+v, told %q", f.Name, f.Usr, told)
			}
		}
		if name, root := r.Image().Target("./usr/lpp/a.pkg/inst_root/etc/x"); name != "/etc/x" || !root {
			t.Errorf("%.20q: a root file is at %s, %v", filesets, name, root)
		}
	}
}

// Each fileset of an update has root files of its own.
func TestReadRootsOfTwo(t *testing.T) {
	t.Parallel()
	const second = "./usr/lpp/mailtools.sendmail/mailtools.sendmail.cf/8.15.2.1"
	c := update()
	installptest.LppName("]\n}", "]\nmailtools.sendmail.cf 8.15.2.1 01 N B en_US Configuration\n[\n%\n%\n%\n%\n%\n]\n}")(c)
	c.Members = append(c.Members,
		installptest.FileMember(second+"/liblpp.a", 0o644, installptest.Pack(t, []installptest.LibraryMember{installptest.ControlFile("mailtools.sendmail.cf.al", second+"/inst_root/etc/x\n")})),
		installptest.FileMember(second+"/inst_root/liblpp.a", 0o644, installptest.Pack(t, []installptest.LibraryMember{installptest.ControlFile("mailtools.sendmail.cf.al", "./etc/x\n")})))
	r, _, told := lenient(t, installptest.Section(c.Image(t)))
	for i, want := range []struct {
		home, root string
	}{{"./usr/lpp/mailtools.sendmail/mailtools.sendmail.rte/8.15.2.1", "./etc/mailtools/submit.cf"}, {second, "./etc/x"}} {
		f := &r.Image().Filesets[i]
		if f.Usr == nil || f.Root == nil || !slices.Equal(f.Root.ApplyList, []string{want.root}) || told != nil {
			t.Fatalf("%s: %+v, told %q", f.Name, f, told)
		}
		for part, name := range []string{want.home + "/liblpp.a", want.home + "/inst_root/liblpp.a"} {
			if l := r.Image().LibraryOf(i, part); l == nil || l.Name != name || l.Part != part || l.Fileset != i {
				t.Errorf("%s: its library is %+v, want %s", f.Name, l, name)
			}
		}
		if name, root := r.Image().Target(want.home + "/inst_root" + want.root[1:]); name != want.root[1:] || !root {
			t.Errorf("%s: its root file is at %s, %v", f.Name, name, root)
		}
		if got := r.Image().InstRoot(f); got != want.home+"/inst_root" {
			t.Errorf("%s: its inst_root is %s", f.Name, got)
		}
	}
	if got := r.Image().Home(); got != "./usr/lpp/mailtools.sendmail/mailtools.sendmail.rte/8.15.2.1" {
		t.Errorf("home is %s", got)
	}
	if got := (&installp.Image{Package: "a", Type: installp.TypeInstall}).Home(); got != "./usr/lpp/a" {
		t.Errorf("home of no fileset is %s", got)
	}
}
