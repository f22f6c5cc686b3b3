package verify_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
)

// Wherever a disk cannot be read, that is the error, and the image is not to blame.
func TestVerifyUnread(t *testing.T) {
	t.Parallel()
	p := installptest.WithProgram(t, func(s string) string {
		return installptest.Pack(t, []installptest.LibraryMember{installptest.ControlFile("shr.o", s), installptest.ControlFile("text", "no program")})
	})
	image := installptest.Write(t, p)
	for at := int64(0); at < int64(len(image)); at += 40 {
		found, err := verify.Image(installptest.Unread(image, at))
		if !errors.Is(err, iotest.ErrTimeout) || found != nil {
			t.Errorf("unread at %d of %d bytes: %v, %v", at, len(image), found, err)
		}
	}
}

// Of a backup, too, each member's data are looked at.
func TestVerifyBackupData(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	c.Member("./lpp_name").Name = "./lpp_text"
	image := c.Image(t)
	header := image[installptest.Header(image, installptest.Program):]
	header[2] = 0x6c // its data are packed, it says
	installptest.Seal(header)
	if found := installptest.Findings(t, image); len(found) != 1 || found[0].ID != "2/container" || found[0].Where.Member != installptest.Program {
		t.Errorf("found %v", found)
	}
}

// Symbolic links are followed to what they lead to.
func TestVerifyLinks(t *testing.T) {
	t.Parallel()
	link := func(path, target string) installp.File {
		return installptest.Symlink("/opt/mailtools/sbin/"+path, target)
	}
	for name, test := range map[string]struct {
		links []installp.File
		want  string
	}{
		"a chain":            {[]installp.File{link("a", "b"), link("b", "/opt/mailtools/sbin/c"), link("c", "newaliases")}, ""},
		"absolute":           {[]installp.File{link("a", "/opt/mailtools/sbin/none")}, "9.1/nothing"},
		"relative":           {[]installp.File{link("a", "../sbin/none")}, "9.1/nothing"},
		"elsewhere":          {[]installp.File{link("a", "/usr/bin/none")}, ""},
		"a circle":           {[]installp.File{link("a", "b"), link("b", "a")}, "9.1/circle"},
		"a circle behind it": {[]installp.File{link("a", "b"), link("b", "/opt/mailtools/sbin/c"), link("c", "./b")}, "9.1/circle"},
		"itself":             {[]installp.File{link("a", "a")}, "9.1/circle"},
	} {
		// The writer refuses some of them: they lead nowhere only in the inventory.
		p := installptest.Example()
		for _, l := range test.links {
			l.Target = "sendmail"
			p.Filesets[0].Files = append(p.Filesets[0].Files, l)
		}
		c := installptest.TakeApart(t, installptest.Write(t, p))
		for _, l := range test.links {
			installptest.Edit(installptest.UsrLib, "inventory", l.Path+":", l.Path+":#")(c)
			text := ""
			files := c.Libraries[installptest.UsrLib]
			at := slices.IndexFunc(files, func(f installptest.LibraryMember) bool { return strings.HasSuffix(f.Name, ".inventory") })
			before, after, _ := strings.Cut(files[at].Text, l.Path+":#")
			text = before + l.Path + ":" + strings.Replace(after, "target = sendmail", "target = "+l.Target, 1)
			files[at].Text = text
		}
		if got := ids(t, c.Image(t), "9.1/nothing", "9.1/circle"); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// Symbolic links stand by path; what stands behind the last line of a table is told, too.
func TestVerifyOrder(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.Symlink("/opt/mailtools/sbin/a", "sendmail"), installptest.Symlink("/opt/mailtools/sbin/b", "sendmail"))
	c := installptest.TakeApart(t, installptest.Write(t, p))
	if got := ids(t, c.Image(t), "W27/order"); got != "" {
		t.Errorf("our own order: %s", got)
	}
	installptest.Edit(installptest.UsrLib, "inventory", "/opt/mailtools/sbin/a:", "/opt/mailtools/sbin/z:")(c)
	if got := ids(t, c.Image(t), "W27/order"); got != "W27/order" {
		t.Error("links in another order are not told")
	}
	c = installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	installptest.Edit(installptest.RootLib, "cfgfiles", "preserve\n", "preserve\n\n")(c)
	found := slices.DeleteFunc(installptest.Findings(t, c.Image(t)), func(f verify.Finding) bool { return f.Want != "the end" })
	if len(found) != 1 || found[0].Got != `""` || found[0].Where.Line != 2 {
		t.Errorf("a line too many: %v", found)
	}
}

// A path may have 255 bytes, with inst_root in front of it where it is the root part's; a directory of a library path is told once.
func TestVerifyLong(t *testing.T) {
	t.Parallel()
	const instRoot = "/usr/lpp/mailtools.sendmail/inst_root"
	for name, test := range map[string]struct {
		path string
		want string
	}{
		"usr":            {"/opt/" + strings.Repeat("x", 250), ""},
		"a longer one":   {"/opt/" + strings.Repeat("x", 251), "W34"},
		"root":           {"/var/" + strings.Repeat("x", 250-len(instRoot)), ""},
		"a longer of it": {"/var/" + strings.Repeat("x", 251-len(instRoot)), "W34"},
	} {
		c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
		lib, old := installptest.UsrLib, "/opt/mailtools/sbin/newaliases:"
		if strings.HasPrefix(test.path, "/var") {
			lib, old = installptest.RootLib, "/var/spool/mtqueue:"
		}
		installptest.Edit(lib, "inventory", old, test.path+":")(c)
		if got := ids(t, c.Image(t), "W34"); got != test.want {
			t.Errorf("%s of %d bytes: %s, want %s", name, len(test.path), got, test.want)
		}
	}
	p := installptest.WithProgram(t, installptest.LibraryPath("/tmp:/tmp:/lib"))
	count := 0
	for _, f := range installptest.Findings(t, installptest.Write(t, p)) {
		if f.ID == "11/path" {
			count++
		}
	}
	if count != 1 {
		t.Errorf("/tmp is told %d times", count)
	}
}
