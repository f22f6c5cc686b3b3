package verify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
)

// Our images have no finding at all.
func TestVerifyOwn(t *testing.T) {
	t.Parallel()
	family := installptest.Family()
	family.Filesets[0].Usr[installp.PreI] = "#!/usr/bin/ksh\nmkgroup -a smmsp\nmkuser -a pgrp=smmsp smmsp\nexit 0\n"
	for name, p := range map[string]*installp.Package{"example": installptest.Example(), "family": family, "program": installptest.WithProgram(t,
		installptest.LibraryPath("/usr/lib:/libx")), "library path of 255 bytes": installptest.WithProgram(t,
		func(s string) string { return installptest.WithLibraryPath(t, []byte(s), "/"+strings.Repeat("x", 254)) })} {
		for _, f := range installptest.Findings(t, installptest.Write(t, p)) {
			t.Errorf("%s: %s", name, f)
		}
	}
}

// What mkinstallp made on AIX is right, if not like ours.
func TestVerifySample(t *testing.T) {
	t.Parallel()
	var rules []string
	for _, f := range installptest.Findings(t, installptest.Sample(t, "PkgA.1.0.0.0.bff")) {
		if rules = append(rules, f.ID); !f.Note {
			t.Error(f)
		}
	}
	if !slices.Contains(rules, "W20") { // six ends of sections, where ours have five
		t.Errorf("the differences in %q are not told of", rules)
	}
}

// What backup -i made on AIX is no package, and nothing is wrong with it.
func TestVerifyBackup(t *testing.T) {
	t.Parallel()
	data := installptest.Sample(t, "backup-i.bff")
	found := installptest.Findings(t, data)
	if len(found) != 1 || found[0].ID != "4/backup" || found[0].Got != "4 members" {
		t.Errorf("found %v, want one note that it is a backup with 4 members", found)
	}
	data[200] ^= 1
	if found = installptest.Findings(t, data); len(found) != 1 || found[0].Note || !strings.Contains(found[0].String(), "checksum") {
		t.Errorf("found %v in a damaged one, want its checksum to be wrong", found)
	}
}

// Each damage is named: the rule, the place to the line, and the offset of the member.
func TestVerifyDamage(t *testing.T) {
	t.Parallel()
	drop := func(name string) func(*installptest.Contents) {
		return func(c *installptest.Contents) {
			c.Members = slices.DeleteFunc(c.Members, func(m installptest.RawMember) bool { return m.Name == name })
		}
	}
	dropControl := func(lib, suffix string) func(*installptest.Contents) {
		return func(c *installptest.Contents) {
			c.Libraries[lib] = slices.DeleteFunc(c.Libraries[lib],
				func(m installptest.LibraryMember) bool { return m.Name == "mailtools.sendmail.rte."+suffix })
		}
	}
	change := func(name string, how func(*installptest.RawMember)) func(*installptest.Contents) {
		return func(c *installptest.Contents) { how(c.Member(name)) }
	}
	for name, test := range map[string]struct {
		damage func(*installptest.Contents)
		want   string // of an error: rule and place
		at     string // what is at its offset: a member of this name, or a line that begins like this; none for what is not there
	}{
		"content":   {change(installptest.Program, func(m *installptest.RawMember) { m.Data = "P" + m.Data[1:] }), "W25 " + installptest.Program, installptest.Program},
		"size":      {change(installptest.Program, func(m *installptest.RawMember) { m.Data += "\n" }), "6.3/size " + installptest.Program, installptest.Program},
		"mode":      {change(installptest.Program, func(m *installptest.RawMember) { m.Mode &^= 0o2000 }), "9.2 " + installptest.Program, installptest.Program},
		"hard link": {installptest.Edit(installptest.UsrLib, "inventory", "links = /opt/mailtools", "links = /usr/mailtools"), "W38/volume " + installptest.UsrLib + "(mailtools.sendmail.rte.inventory), line 15", "/opt/mailtools/sbin/sendmail:"},
		"link's name is a link's": {installptest.Edit(installptest.UsrLib, "inventory", "links = /opt/mailtools/sbin/hoststat", "links = /opt/mailtools/sbin/newaliases"),
			"W38/twice " + installptest.UsrLib + "(mailtools.sendmail.rte.inventory), line 25", "/opt/mailtools/sbin/newaliases:"},
		"link's name is a directory's": {installptest.Edit(installptest.UsrLib, "inventory", "links = /opt/mailtools/sbin/hoststat", "links = /opt/mailtools/sbin"),
			"W38/twice " + installptest.UsrLib + "(mailtools.sendmail.rte.inventory), line 15", "/opt/mailtools/sbin/sendmail:"},
		"no fileset": {installptest.LppName("mailtools.sendmail.rte 8.15.2.0 01", "}\nmailtools.sendmail.rte 8.15.2.0 01"),
			"5/read ./lpp_name, line 1", "4 R I"},
		"empty link": {installptest.Edit(installptest.UsrLib, "inventory", "links = /opt/mailtools/sbin/hoststat", "links = x"), "W33/plain " + installptest.UsrLib + "(mailtools.sendmail.rte.inventory), line 15", "/opt/mailtools/sbin/sendmail:"},
		"account":    {installptest.Edit(installptest.UsrLib, "inventory", "group = mail", "group = m:l"), "6.3/account " + installptest.UsrLib + "(mailtools.sendmail.rte.inventory), line 15", "/opt/mailtools/sbin/sendmail:"},
		"owner":      {change(installptest.Program, func(m *installptest.RawMember) { m.UID = 1000 }), "W12/owner " + installptest.Program, installptest.Program},
		"group":      {change(installptest.Program, func(m *installptest.RawMember) { m.GID = 7 }), "W12/group " + installptest.Program, installptest.Program},
		"type": {change("./opt/mailtools", func(m *installptest.RawMember) { m.Mode = bff.TypeRegular | 0o755 }),
			"6.3/type ./opt/mailtools", "./opt/mailtools"},
		"member lost":     {drop(installptest.Program), "W18/absent " + installptest.Program, ""},
		"member unlisted": {installptest.Edit(installptest.UsrLib, "al", "./opt/mailtools/sbin/sendmail\n", ""), "W18/unlisted " + installptest.Program, installptest.Program},
		"member twice": {func(c *installptest.Contents) { c.Members = append(c.Members, *c.Member(installptest.Program)) },
			"W18/twice " + installptest.Program, ""},
		"no stanza": {installptest.Edit(installptest.UsrLib, "inventory", "/opt/mailtools/sbin/sendmail:", "/opt/mailtools/sbin/sendmai1:"), "6.3/stanza " + installptest.UsrLib + "(mailtools.sendmail.rte.al), line 3",
			"./opt/mailtools/sbin/sendmail\n"},
		"stanza": {installptest.Edit(installptest.UsrLib, "inventory", "owner = root", "owner : root"), "6.3/read " + installptest.UsrLib + "(mailtools.sendmail.rte.inventory), line 2", "          owner : root\n"},
		"path": {installptest.Edit(installptest.UsrLib, "inventory", "links = /opt/mailtools/sbin/hoststat", "links = /opt/mailtools/sbin/host:stat"),
			"W33/character " + installptest.UsrLib + "(mailtools.sendmail.rte.inventory), line 15",
			"/opt/mailtools/sbin/sendmail:"},
		"target": {installptest.Edit(installptest.UsrLib, "inventory", "target = sendmail", "target = send mail"), "W37/target " + installptest.UsrLib + "(mailtools.sendmail.rte.inventory), line 25",
			"/opt/mailtools/sbin/newaliases:"},
		"part": {installptest.Edit(installptest.RootLib, "inventory", "/var/spool/mtqueue:", "/usr/spool/mtqueue:"), "4/root " + installptest.RootLib + "(mailtools.sendmail.rte.inventory), line 17", "/usr/spool/mtqueue:"},
		"not volatile": {installptest.Edit(installptest.RootLib, "inventory", "size = VOLATILE\n          checksum = VOLATILE",
			"size = 24\n          checksum = \"1 1\""), "6.5/volatile " + installptest.RootLib + "(mailtools.sendmail.rte.cfgfiles), line 1",
			"/etc/mailtools/submit.cf preserve\n"},
		"method": {installptest.Edit(installptest.RootLib, "cfgfiles", "preserve", "preserved"), "6.5/read " + installptest.RootLib + "(mailtools.sendmail.rte.cfgfiles), line 1", "/etc/mailtools/submit.cf preserved\n"},
		"EPM's fault": {installptest.Edit(installptest.UsrLib, "al", "./usr/lpp/mailtools.sendmail/inst_root/etc/mailtools/submit.cf",
			"./usr/lpp/mailtools.sendmail/inst_root/inst_root/etc/mailtools/submit.cf"), "6.2/below " + installptest.RootLib + "(mailtools.sendmail.rte.al), line 2",
			"./etc/mailtools/submit.cf\n"},
		"not copied": {installptest.Edit(installptest.RootLib, "al", "./etc/mailtools/submit.cf\n", ""), "6.2/copied " + installptest.UsrLib + "(mailtools.sendmail.rte.al), line 5",
			"./usr/lpp/mailtools.sendmail/inst_root/etc/mailtools/submit.cf\n"},
		"no inventory":    {dropControl(installptest.RootLib, "inventory"), "W23/table " + installptest.RootLib + "(mailtools.sendmail.rte.inventory)", installptest.RootLib},
		"carriage return": {installptest.Edit(installptest.UsrLib, "pre_i", "exit 0\n", "true\r\nexit 0\n"), "6.6/ascii " + installptest.UsrLib + "(mailtools.sendmail.rte.pre_i), line 2", "true\r\n"},
		"no newline":      {installptest.Edit(installptest.UsrLib, "pre_i", "exit 0\n", "exit 0"), "6.6/newline " + installptest.UsrLib + "(mailtools.sendmail.rte.pre_i)", installptest.UsrLib},
		"glued percent": {installptest.LppName("1.26.0\n%", "1.26.0%"), "5.2/read ./lpp_name, line 7",
			"/opt/mailtools 8\n"},
		"requisite": {installptest.LppName("*prereq bos.rte", "*prerek bos.rte"), "5.2/read ./lpp_name, line 4",
			"*prerek bos.rte"},
		"level": {installptest.LppName("8.15.2.0 01", "8.15.2 01"),
			"5/read ./lpp_name, line 2",
			"mailtools.sendmail.rte 8.15.2 01"},
		"no space": {installptest.LppName("/opt/mailtools/sbin 16", "/opt/mailtools/sbin 0"),
			"W21/space ./lpp_name, line 2", "mailtools.sendmail.rte 8.15.2.0"},
		"no root part": {installptest.LppName("N B en_US", "N U en_US"), "W18/unlisted " + installptest.RootLib, installptest.RootLib},
		"fileset":      {installptest.LppName("mailtools.sendmail.rte 8", "mailtools.sendmail.rtx 8"), "6.2/read " + installptest.UsrLib + "(mailtools.sendmail.rte.al)", installptest.UsrLib},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
			test.damage(c)
			image := c.Image(t)
			var got []string
			for _, f := range installptest.Findings(t, image) {
				got = append(got, f.String())
				if f.Note || f.ID+" "+f.Where.String() != test.want {
					continue
				}
				at := image[min(f.Where.Offset, int64(len(image))):]
				if test.at != "" && !bytes.HasPrefix(at, []byte(test.at)) && !bytes.HasPrefix(at[min(64, len(at)):],
					[]byte(test.at+"\x00")) {
					t.Errorf("at offset %d is %.80q, not %s", f.Where.Offset, at, test.at)
				}
				return
			}
			t.Errorf("no error %q among\n%s", test.want, strings.Join(got, "\n"))
		})
	}
}

// Bytes that the container's own rules cover.
func TestVerifyContainer(t *testing.T) {
	t.Parallel()
	image := installptest.Write(t, installptest.Example())
	for name, test := range map[string]struct {
		image []byte
		rule  string
	}{
		"cut":      {image[:len(image)/2], "2/container"},
		"empty":    {nil, "2/container"},
		"text":     {[]byte("this is no image, but a text of some length\n"), "2/container"},
		"longer":   {append(bytes.Clone(image), 0), "2/byte"},
		"fill":     {append(bytes.Clone(image[:len(image)-1]), 'x'), "2/byte"},
		"checksum": {append(append(bytes.Clone(image[:76]), image[76]+1), image[77:]...), "2/container"},
	} {
		t.Run(name, func(t *testing.T) {
			all := installptest.Findings(t, test.image)
			if len(all) != 1 || all[0].ID != test.rule {
				t.Errorf("findings %v, want one: %s", all, test.rule)
			}
		})
	}
}

// The package's date is lpp_name's: members of another one differ from that, whatever the directories before have.
func TestVerifyDates(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	m := c.Member(installp.LppNameMember)
	m.ModTime = m.ModTime.AddDate(0, 0, 1)
	found := slices.DeleteFunc(installptest.Findings(t, c.Image(t)), func(f verify.Finding) bool { return f.ID != "W2" })
	if len(found) != 1 || found[0].Got != "2015-10-01 00:00:00" || found[0].Want != "2015-10-02 00:00:00" {
		t.Errorf("found %v, want one note of the dates", found)
	}
}

// The same of one that AIX did not make.
func TestVerifyOwnBackup(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	c.Member("./lpp_name").Name = "./lpp_text"
	image := c.Image(t)
	if found := installptest.Findings(t, image); len(found) != 1 || found[0].ID != "4/backup" || found[0].Got != fmt.Sprintf("%d members", len(c.Members)) {
		t.Errorf("found %v, want one note that it is a backup with %d members", found, len(c.Members))
	}
	image[installptest.Header(image, installptest.Program)+4] ^= 1 // its checksum
	if found := installptest.Findings(t, image); len(found) != 1 || found[0].ID != "2/container" {
		t.Errorf("found %v in a damaged one, want its checksum to be wrong", found)
	}
}

// A path in two inventories is told once, with the apply lists; a path of the root part may be as long as inst_root lets it.
func TestVerifyPaths(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	installptest.Edit(installptest.RootLib, "inventory", "/var/spool/mtqueue:", "/opt/mailtools:")(c)
	found := errorsIn(t, c.Image(t))
	if len(found) == 0 || slices.ContainsFunc(found, func(f verify.Finding) bool { return f.ID == "W38/twice" }) {
		t.Errorf("found %v", found)
	}
	p := installptest.Example()
	long := "/var/" + strings.Repeat("x", 250-len("/usr/lpp/mailtools.sendmail/inst_root"))
	p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File(long, 0o644, "root", "system", "x"))
	if found := installptest.Findings(t, installptest.Write(t, p)); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

// Of the members at the front, the first that is another one is told, and which it should be.
func TestVerifyFront(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	c.Member("./usr").Name = "./usr/lpp"
	found := slices.DeleteFunc(installptest.Findings(t, c.Image(t)), func(f verify.Finding) bool { return f.ID != "W17/member" })
	if len(found) != 1 || found[0].Got != "./usr/lpp" || found[0].Want != "./usr" {
		t.Errorf("found %v, want one note that ./usr/lpp should be ./usr", found)
	}
}

// A control file that is named like a suffix only belongs to no fileset; what it is can be told all the same.
func TestVerifyNamelessControlFile(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	c.Libraries[installptest.UsrLib] = append(c.Libraries[installptest.UsrLib], installptest.ControlFile(".al", "./x\n"))
	found := errorsIn(t, c.Image(t))
	if len(found) != 1 || found[0].ID != "6.2/read" || found[0].Where.File != ".al" {
		t.Errorf("found %v, want one error: an apply list of no fileset", found)
	}
}

// Library paths are read out of the programs.
func TestVerifyProgram(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		edit func(string) string
		want string
	}{
		"relative":   {installptest.LibraryPath("usr/lib:/libxy"), "11/path is relative to the current one of whoever runs it"},
		"empty":      {installptest.LibraryPath("/usr/lib::/lib"), "11/path is the current one of whoever runs it"},
		"writable":   {installptest.LibraryPath("//tmp/lib:/lib"), "11/path users may write to"},
		"as we ship": {installptest.LibraryPath("/opt/mailtools"), "11/path users may write to, as the inventory has it"},
		"below that": {func(s string) string { return installptest.WithLibraryPath(t, []byte(s), "/opt/mailtools/lib") }, "11/path users may write to, as the inventory has it"},
		"in an archive": {func(s string) string {
			return installptest.Pack(t, []installptest.LibraryMember{installptest.ControlFile("text", "no program"), installptest.ControlFile("shr.o", installptest.LibraryPath("usr/lib:/libxy")(s))})
		}, "11/path is relative to the current one of whoever runs it"},
		"damaged archive": {func(s string) string {
			return strings.Replace(installptest.Pack(t, []installptest.LibraryMember{installptest.ControlFile("shr.o", s)}), "shr.o", "shr/o", 1)
		}, "11/archive"},
		"damaged": {func(s string) string { return s[:200] }, "11/program"},
		"another": {func(s string) string { return "\x7fELF" + s }, "11/system"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := installptest.WithProgram(t, test.edit)
			p.Filesets[0].Files[0].Mode = 0o775
			for _, f := range installptest.Findings(t, installptest.Write(t, p)) {
				rule, reason, _ := strings.Cut(test.want, " ")
				if f.Where.Member == installptest.Program && f.ID == rule && strings.HasSuffix(f.Got, reason) {
					return
				}
			}
			t.Errorf("no finding %q", test.want)
		})
	}
}

// A directory that belongs to somebody else than root or bin, or that others may write to, is none for libraries.
func TestVerifyOpenDirectories(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		owner string
		mode  uint32
		open  bool
	}{{"root", 0o755, false}, {"bin", 0o755, false}, {"daemon", 0o755, true}, {"root", 0o775, true}, {"bin", 0o757, true}} {
		p := installptest.WithProgram(t, installptest.LibraryPath("/opt/mailtools"))
		p.Filesets[0].Files[0].Owner, p.Filesets[0].Files[0].Mode = test.owner, test.mode
		found := installptest.Findings(t, installptest.Write(t, p))
		if got := slices.ContainsFunc(found, func(f verify.Finding) bool { return f.ID == "11/path" }); got != test.open {
			t.Errorf("%s %o: found %v, want the library path told: %v", test.owner, test.mode, found, test.open)
		}
	}
}

// Imports are held against the AIX that the fileset asks for, by itself or through another fileset.
func TestVerifyImports(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		symbol, requisite, want string // a symbol as long as the one that it stands for
	}{
		{"timespec_getres", "*prereq bos.rte 7.1.0.0", "timespec_getres; bos.rte 7.1.0.0, not above 7.1.0.0"},
		{"timespec_getres", "*coreq bos.rte.libc 6.1.9.0", "timespec_getres; bos.rte 6.1.9.0, not above 7.1.0.0"},
		{"getlocalename_l", "*prereq bos.rte 7.3.1.0", "getlocalename_l; bos.rte 7.3.1.0, not above 7.3.1.0"},
		{"getlocalename_l", "*prereq other.rte", "getlocalename_l; bos.rte 6.1.0.0, not above 7.3.1.0"},
		{"timespec_getres", "*prereq bos.rte 7.1.1.0", ""}, // a technology level may have brought it
		{"timespec_getres", "*prereq bos.rte 7.2.0.0", ""},
		{"timespec_getres", "*ifreq bos.rte 6.1.0.0", ""}, // any AIX, so none that is known
		{"timespec_getres", "*prereq bos.rte", ""},
		{"res_querydomaim", "*prereq bos.rte 6.1.0.0", ""},
	} {
		p := installptest.WithProgram(t, func(program string) string { return strings.Replace(program, "res_querydomain", test.symbol, 1) })
		p.Filesets[0].Requisites = []string{test.requisite}
		other := p.Filesets[0]
		other.Name, other.Files = "mailtools.sendmail.base", nil
		other.Requisites = []string{"*prereq bos.rte 6.1.0.0", "*prereq " + p.Filesets[0].Name} // a circle
		p.Filesets[0].Requisites[0] = strings.Replace(test.requisite, "other.rte", other.Name, 1)
		p.Filesets = append(p.Filesets, other)
		got := ""
		for _, f := range installptest.Findings(t, installptest.Write(t, p)) {
			if f.ID == "15.3" {
				got += f.Got + ", not " + f.Want
			}
		}
		if got != test.want {
			t.Errorf("%s with %s: found %q, want %q", test.symbol, test.requisite, got, test.want)
		}
	}
}

// Programs run without their weak imports, and libraries that are not AIX's are not known.
func TestVerifyImportsOfOthers(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(string) string{
		"weak": func(program string) string { // from a libc.a, so that it is the weakness that counts
			return strings.Replace(strings.Replace(program, "maybe", "flock", 1), "libx.so\x00\x00", "libc.a\x00s\x00", 1)
		},
		"other": func(program string) string {
			return strings.Replace(strings.Replace(program, "res_querydomain", "timespec_getres", 1), "libc.a", "libz.a", 1)
		},
	} {
		p := installptest.WithProgram(t, edit)
		p.Filesets[0].Requisites = []string{"*prereq bos.rte 6.1.0.0"}
		if found := installptest.Findings(t, installptest.Write(t, p)); slices.ContainsFunc(found, func(f verify.Finding) bool { return f.ID == "15.3" }) {
			t.Errorf("%s: found %v", name, found)
		}
	}
}

// What is quoted of an image commands no terminal.
func TestFindingIsPrintable(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	installptest.LppName("Sendmail mail", "\x1b[2J\xff")(c)
	installptest.LppName("*prereq bos.rte", "*prereq b\x1b]0;x\a")(c)
	for _, f := range installptest.Findings(t, c.Image(t)) {
		if i := strings.IndexFunc(f.String(), func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }); i >= 0 {
			t.Errorf("%q", f.String())
		}
	}
}

// A finding is data: its rule, the place to the byte, what is there and what should be.
func TestFindingJSON(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	c.Member(installptest.Program).Data = "P" + c.Member(installptest.Program).Data[1:]
	found := errorsIn(t, c.Image(t))
	got, err := json.Marshal(found)
	const want = `[{"rule":"W25","note":false,"what":"the checksum is not that of the inventory","source":"[observed] S2",` +
		`"remedy":"make the image again: sysck would change or refuse what restore put there",` +
		`"where":{"member":"./opt/mailtools/sbin/sendmail","offset":6008},"got":"14485 1",` +
		`"want":"14517 1 as in ./usr/lpp/mailtools.sendmail/liblpp.a(mailtools.sendmail.rte.inventory), line 15"}]`
	if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}

// A disk that cannot be read is no finding.
func TestVerifyReadError(t *testing.T) {
	t.Parallel()
	if _, err := verify.Image(io.NewSectionReader(badDisk{}, 0, 1<<20)); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("Verify = %v, want %v", err, iotest.ErrTimeout)
	}
}

type badDisk struct{}

func (badDisk) ReadAt([]byte, int64) (int, error) { return 0, iotest.ErrTimeout }

// errorsIn are the findings that are no notes.
func errorsIn(t *testing.T, image []byte) []verify.Finding {
	t.Helper()
	return slices.DeleteFunc(installptest.Findings(t, image), func(f verify.Finding) bool { return f.Note })
}
