package installp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

func dirMember(name string) rawMember {
	return rawMember{Header: bff.Header{Name: name, Mode: bff.TypeDir | 0o755, UID: 2, GID: 2}}
}

func fileMember(name string, mode uint32, data string) rawMember {
	return rawMember{bff.Header{Name: name, Mode: bff.TypeRegular | mode}, data}
}

func controlFile(name, text string) libraryMember {
	return libraryMember{ar.Header{Name: name, Mode: 0o644, ModTime: time.Unix(1443657600, 0)}, text}
}

// update is the update image that the format description works out (13.2), with its texts as they stand there.
func update132() *contentsOf {
	const (
		home    = "./usr/lpp/mailtools.sendmail/mailtools.sendmail.rte/8.15.2.1"
		fileset = "mailtools.sendmail.rte."
		attrs   = "\n          owner = root\n          group = mail\n          mode = SGID,555\n" +
			"          type = FILE\n          class = apply,inventory,mailtools.sendmail.rte\n"
	)
	return &contentsOf{
		members: []rawMember{
			dirMember("./"), fileMember("./lpp_name", 0o644, "4 R S mailtools.sendmail {\n"+
				"mailtools.sendmail.rte 8.15.2.1 01 N B en_US Sendmail mail transfer agent\n"+
				"[\n*prereq mailtools.sendmail.rte 8.15.2.0\n%\n"+
				"/opt/mailtools/sbin 8\n"+home[1:]+"/inst_root/etc/mailtools 8\n/usr/lib/objrepos 8\n"+
				"INSTWORK 72 24\nSAVESPACE 8\n/etc/mailtools 8\n/etc/objrepos 8\n"+
				"%\n%\n%\n%\n]\n}\n"),
			dirMember("./usr"), dirMember("./usr/lpp"), dirMember("./usr/lpp/mailtools.sendmail"),
			dirMember("./usr/lpp/mailtools.sendmail/mailtools.sendmail.rte"),
			dirMember(home), fileMember(home+"/liblpp.a", 0o644, ""), dirMember(home + "/inst_root"),
			fileMember(home+"/inst_root/liblpp.a", 0o644, ""),
			{bff.Header{Name: program, Mode: bff.TypeRegular | 0o2555, GID: 6}, "placeholder for the mail program, fixed\n"},
			fileMember(home+"/inst_root/etc/mailtools/submit.cf", 0o644, "# submit.cf\n"),
		},
		libraries: map[string][]libraryMember{
			home + "/liblpp.a": {
				controlFile(fileset+"al", program+"\n"+home+"/inst_root/etc/mailtools/submit.cf\n"),
				controlFile(fileset+"copyright", "Placeholder copyright text.\n"),
				controlFile(fileset+"inventory",
					"/opt/mailtools/sbin/sendmail:"+attrs+"          size = 40\n          checksum = \"12000    1 \"\n\n"),
				controlFile(fileset+"size", "/opt/mailtools/sbin 8\n"+home[1:]+"/inst_root/etc/mailtools 8\n/usr/lib/objrepos 8\n"),
			},
			home + "/inst_root/liblpp.a": {
				controlFile(fileset+"al", "./etc/mailtools/submit.cf\n"),
				controlFile(fileset+"cfgfiles", "/etc/mailtools/submit.cf preserve\n"),
				controlFile(fileset+"inventory",
					"/etc/mailtools/submit.cf:\n          owner = root\n          group = system\n          mode = 644\n          type = FILE\n"+
						"          class = apply,inventory,mailtools.sendmail.rte\n          size = VOLATILE\n          checksum = VOLATILE\n\n"),
				controlFile(fileset+"size", "/etc/mailtools 8\n/etc/objrepos 8\n"),
			},
		},
	}
}

func TestReadUpdate(t *testing.T) {
	t.Parallel()
	image := update132().image(t)
	r := open(t, image)
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
	for _, f := range findings(t, image) {
		if !f.Note {
			t.Error(f)
		}
	}
}

// AIX makes an image for each fileset that it has an update for. Where the control files of a second one would be is not known, so it
// is not taken for one without any.
func TestReadUpdateOfTwo(t *testing.T) {
	t.Parallel()
	c := update132()
	lppName("]\n}", "]\nmailtools.sendmail.cf 8.15.2.1 01 N U en_US Configuration\n[\n%\n%\n%\n%\n%\n]\n}")(c)
	_, err := installp.NewReader(bytes.NewReader(c.image(t)))
	if !errors.Is(err, installp.ErrImage) || !strings.Contains(err.Error(), "./lpp_name, line 18: a second fileset in an update") {
		t.Errorf("NewReader = %v", err)
	}
}

// What IBM's build system does otherwise (S3), put into the example: another mode and owner at the front, eight sections, license
// lines and files, root files before the others, volatile sizes, stanzas of what scripts make, tabs, unknown control files.
func TestReadLikeIBM(t *testing.T) {
	t.Parallel()
	c := takeApart(t, write(t, example()))
	c.member("./lpp_name").Mode = bff.TypeRegular | 0o555
	c.member(usrLib).Mode = bff.TypeRegular | 0o555
	for _, change := range []func(*contentsOf){
		lppName("%\n%\n%\n%\n]", "LAF/usr/swlag/en_US/tool.la 8\nLAR/usr/swlag/%L/tool.la 0\n%\n%\n%\n%\nSYSTEM\n%\n%\n]"),
		lppName("*prereq openssl.base 1.0.2.1000", "*prereq openssl.base"),
		edit(usrLib, "inventory", "size = 33\n          checksum = \"14517    1 \"", "size = VOLATILE\n          checksum = VOLATILE"),
		edit(usrLib, "inventory", "          owner = root", "\towner = root"),
		edit(rootLib, "inventory", "/var/spool/mtqueue:",
			"/etc/mailtools/made.by.script:\n\towner = root\n\tgroup = system\n\tmode = 644\n\ttype = FILE\n"+
				"\tclass = apply,inventory,mailtools.sendmail.rte\n\tsize = VOLATILE\n\tchecksum = VOLATILE\n\n/var/spool/mtqueue:"),
	} {
		change(c)
	}
	c.libraries[usrLib] = append(c.libraries[usrLib], controlFile("mailtools.sendmail.rte.productid", "mailtools 0000-000\n"),
		controlFile("lpp.README", "Read me.\n"), controlFile("mailtools.sendmail.rte.own", "text for post_i\n"))
	slices.SortStableFunc(c.members[8:], func(a, b rawMember) int { // inst_root first
		return strings.Compare(fmt.Sprint(!strings.Contains(a.Name, "inst_root")), fmt.Sprint(!strings.Contains(b.Name, "inst_root")))
	})
	c.members = append(c.members, dirMember("./usr/swlag"), dirMember("./usr/swlag/en_US"), fileMember("./usr/swlag/en_US/tool.la",
		0o644, "License.\n"))
	image := c.image(t)
	f := open(t, image).Image().Filesets[0]
	if diff := cmp.Diff([][]string{nil, {"SYSTEM"}}, f.Rest); diff != "" {
		t.Errorf("the sections behind the fixes, -want +got:\n%s", diff)
	}
	var rules []string
	for _, f := range findings(t, image) {
		if rules = append(rules, f.Rule); !f.Note {
			t.Error(f)
		}
	}
	for _, rule := range []string{"W17", "W18", "W20", "W27", "W13", "6", "6.3"} {
		if !slices.Contains(rules, rule) {
			t.Errorf("the difference of %s is not noted", rule)
		}
	}
}

// Several damages are told together, in the order of the image, and not without end.
func TestVerifyTogether(t *testing.T) {
	t.Parallel()
	c := takeApart(t, write(t, example()))
	c.member(program).data = "x"
	edit(usrLib, "inventory", "owner = root", "owner : root")(c)
	lppName("*prereq bos.rte", "*prerek bos.rte")(c)
	var rules []string
	for _, f := range findings(t, c.image(t)) {
		if !f.Note {
			rules = append(rules, f.Rule)
		}
	}
	if diff := cmp.Diff([]string{"5.2", "6.3", "6.3", "6.3", "6.3", "W25"}, rules); diff != "" {
		t.Errorf("rules of the errors, -want +got:\n%s", diff)
	}

	edit(usrLib, "al", "./opt/mailtools\n", strings.Repeat("x\n", 100000))(c)
	if n := len(errorsIn(t, c.image(t))); n != installp.MaxFindings {
		t.Errorf("%d errors, want %d", n, installp.MaxFindings)
	}
	if _, err := installp.NewReader(bytes.NewReader(c.image(t))); err == nil || len(err.Error()) > 50000 {
		t.Errorf("NewReader tells %d bytes", len(fmt.Sprint(err)))
	}
}

// The memory does not grow with the image.
func TestMemory(t *testing.T) {
	const size = 64 << 20
	p := example()
	p.Filesets[0].Files[2].Size = size
	p.Filesets[0].Files[2].Open = func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, size)), nil }
	image := write(t, p)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	all := findings(t, image)
	runtime.ReadMemStats(&after)
	if len(all) != 0 {
		t.Errorf("findings %v", all)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
		t.Errorf("verifying %d bytes allocates %d", len(image), n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A control file that is too large is refused before it is read.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	c := takeApart(t, write(t, example()))
	c.member("./lpp_name").data += strings.Repeat("x", installp.MaxControl)
	if _, err := installp.NewReader(bytes.NewReader(c.image(t))); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("more than %d", installp.MaxControl)) {
		t.Errorf("NewReader = %v, want that lpp_name is too large", err)
	}
}

// FuzzVerify puts any text into lpp_name and the control files. What Verify finds no error in, NewReader takes.
func FuzzVerify(f *testing.F) {
	c := takeApart(f, write(f, example()))
	f.Add(c.member("./lpp_name").data, c.libraries[usrLib][0].text, c.libraries[usrLib][2].text, c.libraries[rootLib][2].text)
	f.Add("4 R S a {\n", "./x\n", "/x:\n", ">0 {")
	f.Fuzz(func(t *testing.T, lppName, applyList, inventory, other string) {
		c := takeApart(t, write(t, example()))
		c.member("./lpp_name").data = lppName
		c.libraries[usrLib][0].text, c.libraries[usrLib][2].text, c.libraries[rootLib][2].text = applyList, inventory, other
		image := c.image(t)
		for _, f := range findings(t, image) {
			if !f.Note {
				return
			}
		}
		if _, err := installp.NewReader(bytes.NewReader(image)); err != nil {
			t.Errorf("NewReader = %v, but Verify finds no error", err)
		}
		if text, err := installp.Diff(section(image), section(write(t, example()))); err != nil {
			t.Errorf("Diff = %q, %v", text, err)
		}
	})
}

// FuzzReader: any bytes.
func FuzzReader(f *testing.F) {
	f.Add(write(f, example()))
	f.Add(write(f, withProgram(f, libraryPath("/usr/lib:/opt:"))))
	f.Fuzz(func(t *testing.T, image []byte) {
		findings(t, image)
	})
}
