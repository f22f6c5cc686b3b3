package verify_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

// What AIX takes, or may take, is noted.
func TestVerifyNotes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		damage func(*installptest.Contents)
		want   string
	}{
		"relation": {installptest.LppName("*prereq openssl.base 1.0.2.1000", "*prereq openssl.base v=1 r=1"),
			"5.2 a requisite has a form whose grammar is not known here; what follows it was not looked at"},
		"group": {installptest.LppName("*prereq openssl.base 1.0.2.1000", ">0 { *prereq openssl.base *prereq a.b }"),
			"5.2 a requisite has a form whose grammar is not known here; what follows it was not looked at"},
		"title": {installptest.LppName("Sendmail mail", strings.Repeat("Sendmail mail ", 6)),
			"5 the title is empty, longer than 60 bytes, or has a #"},
		"language": {installptest.LppName("en_US", "x"), "5 the language is not that of our images"},
		"name": {installptest.LppName("I mailtools.sendmail {", "I mailtools.sendmai {"),
			"7 the fileset's name does not begin with the package's"},
		"long path": {installptest.Edit(installptest.UsrLib, "inventory", "links = /opt/mailtools/sbin/hoststat",
			"links = /opt/mailtools/sbin/"+strings.Repeat("x", 250)), "W34 a path is longer than installp's tools are known to take"},
		"AIX directory": {installptest.Edit(installptest.UsrLib, "inventory", "/opt/mailtools:", "/usr/sbin:"), "9.4 a directory of AIX itself is in the package"},
		"class": {installptest.Edit(installptest.UsrLib, "inventory", "class = apply,inventory,mailtools", "class = apply,mailtools"),
			"6.3 the class is not that of the fileset"},
		"account": {installptest.Edit(installptest.UsrLib, "inventory", "group = mail", "group = mailers"),
			"W39 an account is neither AIX's own nor in a pre_i script; a requisite may bring it"},
		"number": {installptest.Edit(installptest.UsrLib, "inventory", "group = mail", "group = mailers"),
			"W39 the group's number may be another account's on the target"},
		"dead link": {installptest.Edit(installptest.UsrLib, "inventory", "target = sendmail", "target = sendmai"),
			"9.1 a symbolic link leads to nothing, in a directory of the package"},
		"link to itself": {installptest.Edit(installptest.UsrLib, "inventory", "target = sendmail", "target = ../sbin/newaliases"),
			"9.1 a symbolic link leads round in a circle"},
		"link nowhere": {installptest.Edit(installptest.UsrLib, "inventory", "/opt/mailtools/sbin/newaliases:", "/opt/mailtools/bin/newaliases:"),
			"9.1 a link is in a directory that neither AIX nor the package has; a requisite may"},
		"link's mode": {installptest.Edit(installptest.UsrLib, "inventory", "mode = 777", "mode = 755"), "W37 a symbolic link has an owner or mode of its own"},
		"shell":       {installptest.Edit(installptest.UsrLib, "pre_i", "#!/bin/ksh", "#!/bin/sh"), "W30 a script does not name a Korn shell in its first line"},
		"exit":        {installptest.Edit(installptest.UsrLib, "pre_i", "exit 0", "exit 1"), "W30 a script does not end with exit 0"},
		"blanks":      {installptest.Edit(installptest.UsrLib, "size", "/opt/mailtools 8", "/opt/mailtools  8"), "W28 the text is not in the form that we write"},
		"relative":    {installptest.Edit(installptest.RootLib, "cfgfiles", "/etc", "./etc"), "W29 the text is not in the form that we write"},
		"stanzas' order": {installptest.Edit(installptest.UsrLib, "al", "./opt/mailtools/sbin\n./opt/mailtools/sbin/sendmail\n",
			"./opt/mailtools/sbin/sendmail\n./opt/mailtools/sbin\n"), "W27 stanzas are not in the order of the apply list"},
		"front": {func(c *installptest.Contents) { c.Members = slices.Delete(c.Members, 2, 3) }, "W17 another member should be here"},
		"dates": {func(c *installptest.Contents) { c.Member(installptest.Program).ModTime = time.Unix(1, 0) }, "W2 members have different dates"},
		"GNU's linker": {func(c *installptest.Contents) {
			b, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", "program32"))
			if err != nil {
				panic(err)
			}
			c.Member(installptest.Program).Data = string(b)
		}, "15.1 the program has fields that AIX's linker never writes so"},
		"both widths": {func(c *installptest.Contents) {
			for i, name := range []string{"program32", "program64"} {
				b, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", name))
				if err != nil {
					panic(err)
				}
				c.Member([]string{installptest.Program, installptest.Submit}[i]).Data = string(b)
			}
		}, "11 programs are of both widths, 32 and 64 bits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
			test.damage(c)
			var got []string
			for _, f := range installptest.Findings(t, c.Image(t)) {
				if got = append(got, f.String()); f.Note && f.Rule+" "+f.What == test.want {
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
			"W3 the name is no plain path with ./ in front"},
		"symbolic link": {func(image []byte) []byte { return installptest.AsSymlink(image, "./var.l") },
			"W8 the image holds a symbolic link; AIX's own have links in the inventory only"},
	} {
		t.Run(name, func(t *testing.T) {
			c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
			installptest.Edit(installptest.UsrLib, "al", "./usr/lpp/mailtools.sendmail/inst_root/var/spool/mtqueue\n", "./var.l\n")(c)
			c.Members[len(c.Members)-1] = installptest.FileMember("./var.l", 0o644, "")
			var got []string
			for _, f := range installptest.Findings(t, test.change(c.Image(t))) {
				if got = append(got, f.String()); f.Rule+" "+f.What == test.want {
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
	for target, want := range map[string]string{"sendmail": "", "sendmai1": "W37 the target is not that of the inventory"} {
		c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
		installptest.Edit(installptest.UsrLib, "al", "./opt/mailtools/sbin/sendmail\n", "./opt/mailtools/sbin/sendmail\n"+name+"\n")(c)
		if target != "sendmail" {
			installptest.Edit(installptest.UsrLib, "inventory", "target = sendmail", "target = "+target)(c)
		}
		c.Members = append(c.Members, installptest.FileMember(name, 0o644, ""))
		got := ""
		for _, f := range installptest.Findings(t, installptest.AsSymlink(c.Image(t), name)) {
			if !f.Note {
				got += f.Rule + " " + f.What
			}
		}
		if got != want {
			t.Errorf("a link to sendmail, in the inventory to %s: errors %q, want %q", target, got, want)
		}
	}
}

// Every rule and chapter that a finding can cite is in docs/formats.md.
func TestRulesAreDocumented(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "formats.md"))
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	cited := map[string]bool{}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`"(W?[0-9]+(\.[0-9]+)?)"`).FindAllSubmatch(text, -1) {
			cited[string(match[1])] = true
		}
	}
	for rule := range cited {
		heading := `(?m)^##+ ` + regexp.QuoteMeta(rule) + `\.? `
		if rule[0] == 'W' {
			heading = `(?m)^\| \*\*` + rule + `\*\* \|`
		}
		if !regexp.MustCompile(heading).Match(docs) {
			t.Errorf("docs/formats.md has no %s", rule)
		}
	}
	if len(cited) < 20 {
		t.Errorf("only %d rules were found in %v", len(cited), sources)
	}
}
