package verify_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
)

// What AIX takes, or may take, is noted.
func TestVerifyNotes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		damage func(*installptest.Contents)
		want   string
	}{
		"relation": {installptest.LppName("*prereq openssl.base 1.0.2.1000", "*prereq openssl.base o> 1.0"),
			"5.2/relation"},
		"relation in a group": {installptest.LppName("*prereq openssl.base 1.0.2.1000", ">0 { *prereq openssl.base o> 1 *prereq a.b }"),
			"5.2/relation"},
		"lpp_name in an apply list":       {installptest.Edit(installptest.UsrLib, "al", "./opt/mailtools\n", "./lpp_name\n./opt/mailtools\n"), "6.2/note"},
		"size without a number, of files": {installptest.LppName("/opt/mailtools/sbin 16\n", "/opt/mailtools/sbin\n"), "5/note"},
		"space above":                     {installptest.LppName("/opt/mailtools 8\n/opt/mailtools/sbin 16\n", "/opt/mailtools 24\n"), "W21/formula"},
		"sum alone":                       {installptest.Edit(installptest.UsrLib, "inventory", "\"14517    1 \"", "\"14517\""), "6.3/note"},
		"directory in front": {func(c *installptest.Contents) {
			at := slices.IndexFunc(c.Members, func(m installptest.RawMember) bool { return m.Name == "./usr" })
			dir := *c.Member("./opt/mailtools")
			c.Members = slices.Insert(slices.DeleteFunc(c.Members, func(m installptest.RawMember) bool { return m.Name == dir.Name }), at, dir)
		}, "W17/order"},
		"title behind":             {installptest.LppName("}\n", "}\nmore\n"), "5/note"},
		"size without a number":    {installptest.LppName("/opt/mailtools 8\n", "/opt/mailtools 8\n/usr\n"), "5/note"},
		"foreign attribute":        {installptest.Edit(installptest.UsrLib, "inventory", "          class", "          clasp = x\n          class"), "6.3/note"},
		"apply list from the root": {installptest.Edit(installptest.UsrLib, "al", "./opt/mailtools\n", "/opt/mailtools\n"), "6.2/note"},
		"no owner":                 {installptest.Edit(installptest.UsrLib, "inventory", "          owner = root\n", ""), "6.3/open"},
		"directory late": {func(c *installptest.Contents) {
			dir := *c.Member("./opt/mailtools/sbin")
			c.Members = append(slices.DeleteFunc(c.Members, func(m installptest.RawMember) bool { return m.Name == dir.Name }), dir)
		}, "W24"},
		"a directory of AIX": {func(c *installptest.Contents) { c.Members = append(c.Members, installptest.DirMember("./etc")) }, "W18/directory"},
		"title": {installptest.LppName("Sendmail mail", strings.Repeat("Sendmail mail ", 6)),
			"5/title"},
		"language": {installptest.LppName("en_US", "x"), "5/language"},
		"name": {installptest.LppName("I mailtools.sendmail {", "I mailtools.sendmai {"),
			"7/prefix"},
		"long path": {installptest.Edit(installptest.UsrLib, "inventory", "links = /opt/mailtools/sbin/hoststat",
			"links = /opt/mailtools/sbin/"+strings.Repeat("x", 250)), "W34"},
		"AIX directory": {installptest.Edit(installptest.UsrLib, "inventory", "/opt/mailtools:", "/usr/sbin:"), "9.4/directory"},
		"class": {installptest.Edit(installptest.UsrLib, "inventory", "class = apply,inventory,mailtools", "class = apply,mailtools"),
			"6.3/class"},
		"account": {installptest.Edit(installptest.UsrLib, "inventory", "group = mail", "group = mailers"),
			"W39/unknown"},
		"number": {installptest.Edit(installptest.UsrLib, "inventory", "group = mail", "group = mailers"),
			"W39/number"},
		"dead link": {installptest.Edit(installptest.UsrLib, "inventory", "target = sendmail", "target = sendmai"),
			"9.1/nothing"},
		"link to itself": {installptest.Edit(installptest.UsrLib, "inventory", "target = sendmail", "target = ../sbin/newaliases"),
			"9.1/circle"},
		"link nowhere": {installptest.Edit(installptest.UsrLib, "inventory", "/opt/mailtools/sbin/newaliases:", "/opt/mailtools/bin/newaliases:"),
			"9.1/parent"},
		"link's mode": {installptest.Edit(installptest.UsrLib, "inventory", "mode = 777", "mode = 755"), "W37/attributes"},
		"shell":       {installptest.Edit(installptest.UsrLib, "pre_i", "#!/bin/ksh", "#!/bin/sh"), "W30/shell"},
		"exit":        {installptest.Edit(installptest.UsrLib, "pre_i", "exit 0", "exit 1"), "W30/exit"},
		"blanks":      {installptest.Edit(installptest.UsrLib, "size", "/opt/mailtools 8", "/opt/mailtools  8"), "W28"},
		"relative":    {installptest.Edit(installptest.RootLib, "cfgfiles", "/etc", "./etc"), "W29"},
		"stanzas' order": {installptest.Edit(installptest.UsrLib, "al", "./opt/mailtools/sbin\n./opt/mailtools/sbin/sendmail\n",
			"./opt/mailtools/sbin/sendmail\n./opt/mailtools/sbin\n"), "W27/order"},
		"front": {func(c *installptest.Contents) { c.Members = slices.Delete(c.Members, 2, 3) }, "W17/member"},
		"dates": {func(c *installptest.Contents) { c.Member(installptest.Program).ModTime = time.Unix(1, 0) }, "W2"},
		"GNU's linker": {func(c *installptest.Contents) {
			b, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", "program32"))
			if err != nil {
				panic(err)
			}
			c.Member(installptest.Program).Data = string(b)
		}, "15.1"},
		"both widths": {func(c *installptest.Contents) {
			for i, name := range []string{"program32", "program64"} {
				b, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", name))
				if err != nil {
					panic(err)
				}
				c.Member([]string{installptest.Program, installptest.Submit}[i]).Data = string(b)
			}
		}, "11/widths"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
			test.damage(c)
			var got []string
			for _, f := range installptest.Findings(t, c.Image(t)) {
				if got = append(got, f.String()); f.Note && f.ID == test.want {
					return
				}
			}
			t.Errorf("no note %q among\n%s", test.want, strings.Join(got, "\n"))
		})
	}
}

// The Writer refuses such members: they are put in as bytes.
func TestVerifyStrangeMembers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(image []byte) []byte
		want   string
	}{
		"name outside": {func(image []byte) []byte {
			return installptest.Rename(image, installptest.Program, "./../"+installptest.Program[5:])
		},
			"W3"},
		"symbolic link": {func(image []byte) []byte { return installptest.AsSymlink(image, "./var.l") },
			"W8"},
	} {
		t.Run(name, func(t *testing.T) {
			c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
			installptest.Edit(installptest.UsrLib, "al", "./usr/lpp/mailtools.sendmail/inst_root/var/spool/mtqueue\n", "./var.l\n")(c)
			c.Members[len(c.Members)-1] = installptest.FileMember("./var.l", 0o644, "")
			var got []string
			for _, f := range installptest.Findings(t, test.change(c.Image(t))) {
				if got = append(got, f.String()); f.ID == test.want {
					return
				}
			}
			t.Errorf("no finding %q among\n%s", test.want, strings.Join(got, "\n"))
		})
	}
}

// mkinstallp may put symbolic links into the archive and into the apply list: its templates name them with the files.
func TestVerifySymlinkMember(t *testing.T) {
	t.Parallel()
	const name = "./opt/mailtools/sbin/newaliases"
	for target, want := range map[string]string{"sendmail": "", "sendmai1": "W37/stored"} {
		c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
		installptest.Edit(installptest.UsrLib, "al", "./opt/mailtools/sbin/sendmail\n", "./opt/mailtools/sbin/sendmail\n"+name+"\n")(c)
		if target != "sendmail" {
			installptest.Edit(installptest.UsrLib, "inventory", "target = sendmail", "target = "+target)(c)
		}
		c.Members = append(c.Members, installptest.FileMember(name, 0o644, ""))
		got := ""
		for _, f := range installptest.Findings(t, installptest.AsSymlink(c.Image(t), name)) {
			if !f.Note {
				got += f.ID
			}
		}
		if got != want {
			t.Errorf("a link to sendmail, in the inventory to %s: errors %q, want %q", target, got, want)
		}
	}
}

// Of a text in another form, the first line that differs is told, and of a control library the first byte.
func TestVerifyForms(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	installptest.Edit(installptest.UsrLib, "inventory", "          owner = root", "\towner = root")(c)
	c.Member("./lpp_name").ModTime = c.Member("./lpp_name").ModTime.AddDate(0, 0, 1)
	image := c.Image(t)
	told := map[string]verify.Finding{}
	for _, f := range installptest.Findings(t, image) {
		if _, ok := told[f.ID]; !ok {
			told[f.ID] = f
		}
	}
	if f := told["W27/form"]; f.Where.Line != 2 || f.Got != `"\towner = root"` || f.Want != `"          owner = root"` {
		t.Errorf("the inventory: %v", f)
	}
	at := bytes.Index(image, []byte("<aiaff>\n"))
	if f := told["W13"]; at < 0 || f.Where.Offset != int64(at)+108 || !strings.Contains(f.Got, "bytes, another at 108") {
		t.Errorf("the library at offset %d: %v", at, f)
	}
}
