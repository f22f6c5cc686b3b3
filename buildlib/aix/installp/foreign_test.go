package installp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

func TestReadUpdate(t *testing.T) {
	t.Parallel()
	image := update().Image(t)
	r := installptest.Open(t, image)
	f := r.Image().Filesets[0]
	if !r.Image().IsUpdate() || f.Usr == nil || f.Root == nil || len(f.Usr.Inventory) != 1 || len(f.Root.Configs) != 1 {
		t.Fatalf("the update is read as %+v", f)
	}
	if name, root := r.Image().Target(f.Usr.ApplyList[1]); name != "/etc/mailtools/submit.cf" || !root {
		t.Errorf("Target = %s, %v", name, root)
	}
	if diff := cmp.Diff(f.Usr.ApplyList, members(t, r)); diff != "" {
		t.Errorf("members, -apply list +image:\n%s", diff)
	}
	if !strings.Contains(r.Image().Listing(), " U  N usr,root\n") {
		t.Errorf("listed as\n%s", r.Image().Listing())
	}
	for _, f := range installptest.Findings(t, image) {
		if !f.Note {
			t.Error(f)
		}
	}
}

// An update of several filesets has a control library for each. Those of ML are such.
func TestReadUpdateOfTwo(t *testing.T) {
	t.Parallel()
	c := update()
	installptest.LppName("]\n}", "]\nmailtools.sendmail.cf 8.15.2.1 01 N U en_US Configuration\n[\n%\n%\n%\n%\n%\n]\n}")(c)
	installptest.LppName("4 R S", "4 R ML")(c)
	_, err := installp.NewReader(bytes.NewReader(c.Image(t)))
	if !errors.Is(err, installp.ErrImage) || !strings.Contains(err.Error(), "mailtools.sendmail.cf/8.15.2.1/liblpp.a: this control library is not in the image") {
		t.Errorf("NewReader = %v", err)
	}
	const second = "./usr/lpp/mailtools.sendmail/mailtools.sendmail.cf/8.15.2.1"
	c.Members = append(c.Members, installptest.FileMember(second+"/liblpp.a", 0o644, installptest.Pack(t, []installptest.LibraryMember{
		installptest.ControlFile("mailtools.sendmail.cf.al", "./opt/mailtools/new\n"),
		installptest.ControlFile("mailtools.sendmail.cf.inventory", "/opt/mailtools/new:\n\ttype = FILE\n\tclass = inventory,x\n"),
	})), installptest.FileMember("./opt/mailtools/new", 0o644, "x"))
	r := installptest.Open(t, c.Image(t))
	f := r.Image().Filesets[1]
	if f.Usr == nil || len(f.Usr.ApplyList) != 1 || len(f.Usr.Inventory) != 1 || r.Image().Filesets[0].Usr == nil || !r.Image().Disordered {
		t.Errorf("%+v", f)
	}
	if all := members(t, r); !slices.Contains(all, "./opt/mailtools/new") || slices.Contains(all, second+"/liblpp.a") || slices.Contains(all, "./lpp_name") {
		t.Errorf("members %q", all)
	}
}

// A share part has its control library below /usr/share/lpp.
func TestReadShare(t *testing.T) {
	t.Parallel()
	c := &installptest.Contents{Members: []installptest.RawMember{
		installptest.FileMember("./lpp_name", 0o644, "4 R I a.doc {\na.doc.man 1.0.0.0 01 N H en_US Pages\n[\n%\n%\n]\n}\n"),
		installptest.FileMember("./usr/share/lpp/a.doc/liblpp.a", 0o644, installptest.Pack(t, []installptest.LibraryMember{
			installptest.ControlFile("a.doc.man.al", "./usr/share/man/a.1\n")})),
		installptest.FileMember("./usr/share/man/a.1", 0o644, "x"),
	}}
	r := installptest.Open(t, c.Image(t))
	if f := r.Image().Filesets[0]; f.Usr == nil || len(f.Usr.ApplyList) != 1 || f.Parts()[0] != "share" {
		t.Errorf("%+v", f)
	}
	if diff := cmp.Diff([]string{"./usr/share/man/a.1"}, members(t, r)); diff != "" {
		t.Error(diff)
	}
}

// What find gives in any order, with names of any form, is a package all the same.
func TestReadAnyOrder(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	slices.Reverse(c.Members)
	image := installptest.Rename(c.Image(t), "./lpp_name", "lpp_name\x00\x00")
	r := installptest.Open(t, image)
	f := r.Image().Filesets[0]
	if !r.Image().Disordered || f.Usr == nil || f.Root == nil || len(r.Image().Front) != 3 || r.Image().Libraries[0].Part != installp.UsrPart {
		t.Fatalf("%+v", r.Image())
	}
	all := members(t, r)
	for _, name := range append(slices.Clone(f.Usr.ApplyList), "./", "./usr/lpp") {
		if !slices.Contains(all, name) {
			t.Errorf("no member %s in %q", name, all)
		}
	}
	// A stream cannot be read twice.
	if _, err := installp.NewReader(struct{ io.Reader }{bytes.NewReader(image)}); err == nil || !strings.Contains(err.Error(), "this control library is not in the image") {
		t.Errorf("a stream: %v", err)
	}
	for _, f := range installptest.Findings(t, image) {
		if !f.Note {
			t.Error(f)
		}
	}
}

// What IBM's build system does otherwise (S3), put into the example: another mode and owner at the front, eight sections, license
// lines and files, root files before the others, volatile sizes, stanzas of what scripts make, tabs, unknown control files.
func TestReadLikeIBM(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	c.Member("./lpp_name").Mode = bff.TypeRegular | 0o555
	c.Member(installptest.UsrLib).Mode = bff.TypeRegular | 0o555
	for _, change := range []func(*installptest.Contents){
		installptest.LppName("%\n%\n%\n%\n]", "LAF/usr/swlag/en_US/tool.la 8\nLAR/usr/swlag/%L/tool.la 0\n%\n%\n%\n%\nSYSTEM\n%\n%\n]"),
		installptest.LppName("*prereq openssl.base 1.0.2.1000", "*prereq openssl.base"),
		installptest.Edit(installptest.UsrLib, "inventory", "size = 33\n          checksum = \"14517    1 \"", "size = VOLATILE\n          checksum = VOLATILE"),
		installptest.Edit(installptest.UsrLib, "inventory", "          owner = root", "\towner = root"),
		installptest.Edit(installptest.RootLib, "inventory", "/var/spool/mtqueue:",
			"/etc/mailtools/made.by.script:\n\towner = root\n\tgroup = system\n\tmode = 644\n\ttype = FILE\n"+
				"\tclass = apply,inventory,mailtools.sendmail.rte\n\tsize = VOLATILE\n\tchecksum = VOLATILE\n\n/var/spool/mtqueue:"),
	} {
		change(c)
	}
	c.Libraries[installptest.UsrLib] = append(c.Libraries[installptest.UsrLib], installptest.ControlFile("mailtools.sendmail.rte.productid", "mailtools 0000-000\n"),
		installptest.ControlFile("lpp.README", "Read me.\n"), installptest.ControlFile("mailtools.sendmail.rte.own", "text for post_i\n"))
	slices.SortStableFunc(c.Members[8:], func(a, b installptest.RawMember) int { // inst_root first
		return strings.Compare(fmt.Sprint(!strings.Contains(a.Name, "inst_root")), fmt.Sprint(!strings.Contains(b.Name, "inst_root")))
	})
	c.Members = append(c.Members, installptest.DirMember("./usr/swlag"), installptest.DirMember("./usr/swlag/en_US"), installptest.FileMember("./usr/swlag/en_US/tool.la",
		0o644, "License.\n"))
	image := c.Image(t)
	f := installptest.Open(t, image).Image().Filesets[0]
	if diff := cmp.Diff([][]string{nil, {"SYSTEM"}}, f.Rest); diff != "" {
		t.Errorf("the sections behind the fixes, -want +got:\n%s", diff)
	}
	var rules []string
	for _, f := range installptest.Findings(t, image) {
		if rules = append(rules, f.ID); !f.Note {
			t.Error(f)
		}
	}
	for _, rule := range []string{"W17/mode", "W18/order", "W20", "W27/form", "W13", "6/known", "6.3/restored"} {
		if !slices.Contains(rules, rule) {
			t.Errorf("the difference of %s is not noted", rule)
		}
	}
}

// A control file that is too large is refused before it is read.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	c.Member("./lpp_name").Data += strings.Repeat("x", installp.MaxControl)
	if _, err := installp.NewReader(bytes.NewReader(c.Image(t))); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("more than %d", installp.MaxControl)) {
		t.Errorf("NewReader = %v, want that lpp_name is too large", err)
	}
}
