package verify_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
)

// ids are the rules that are not met, each once, with the lines that they are about.
func ids(t *testing.T, image []byte, only ...string) string {
	t.Helper()
	var all []string
	for _, f := range installptest.Findings(t, image) {
		if len(only) == 0 || slices.Contains(only, f.ID) {
			all = append(all, f.ID)
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

// Any member may be missing, and of a small image any two: it is told of, and of nothing too much is made.
func TestVerifyWithout(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*installp.Package{"one fileset": installptest.Example(), "several": installptest.Family()} {
		whole := installptest.TakeApart(t, installptest.Write(t, p))
		for i := range whole.Members {
			for j := i; j < len(whole.Members) && (j == i || len(p.Filesets) == 1); j++ {
				without := &installptest.Contents{Libraries: whole.Libraries}
				for k, m := range whole.Members {
					if k != i && k != j {
						without.Members = append(without.Members, m)
					}
				}
				if len(installptest.Findings(t, without.Image(t))) == 0 {
					t.Errorf("%s: nothing is found without %s and %s", name, whole.Members[i].Name, whole.Members[j].Name)
				}
			}
		}
	}
	drop := func(names ...string) []byte {
		c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
		c.Members = slices.DeleteFunc(c.Members, func(m installptest.RawMember) bool { return slices.Contains(names, m.Name) })
		return c.Image(t)
	}
	for name, test := range map[string]struct {
		image []byte
		want  string
	}{
		"the usr part's library":  {drop(installptest.UsrLib), "4/read W17/order W18/directory W18/unlisted W21/formula"},
		"the root part's library": {drop(installptest.RootLib), "4/read 6.2/copied W17/member W21/formula"},
		"both":                    {drop(installptest.UsrLib, installptest.RootLib), "4/read W17/member W18/directory W18/unlisted W21/formula"},
		"both and a directory":    {drop(installptest.UsrLib, installptest.RootLib, "./usr/lpp/mailtools.sendmail/inst_root"), "4/read W17/missing W18/directory W18/unlisted W21/formula"},
		"a directory before them": {drop("./usr/lpp"), "W17/member W17/missing"},
	} {
		if got := ids(t, test.image); got != test.want {
			t.Errorf("without %s: %s, want %s", name, got, test.want)
		}
	}
}

// License files are in no apply list, where lpp_name has lines for them; other files have no such excuse.
func TestVerifyLicenses(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"LAF/usr/swlag/en_US/x.la 8\n": "W18/unlisted", "LAR/usr/swlag/%L/x.la 0\nLAX 8\n": "W18/unlisted", "XAF/usr/swlag/en_US/x.la 8\n": "W18/directory W18/unlisted",
		"LAF/usr/swlog/en_US/x.la 8\n": "W18/directory W18/unlisted", "/usr/swlag 8\n": "W18/directory W18/unlisted", "": "W18/directory W18/unlisted",
	} {
		c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
		installptest.LppName("/opt/mailtools 8\n", line+"/opt/mailtools 8\n")(c)
		c.Members = append(c.Members, installptest.DirMember("./usr/swlag"), installptest.FileMember("./usr/swlag/x.la", 0o644, "License\n"), installptest.FileMember("./usr/other", 0o644, "x"))
		if got := ids(t, c.Image(t), "W18/directory", "W18/unlisted"); got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}

// Space for a directory may be in the line of one above it; a line that is not known may ask for any.
func TestVerifySpace(t *testing.T) {
	t.Parallel()
	const own = "/opt/mailtools 8\n/opt/mailtools/sbin 16\n"
	for lines, want := range map[string]string{
		own: "", "/opt/mailtools 8\n": "", "/opt/mailtools 7\n": "/opt/mailtools 7, not 8", "/opt 8\n": "", "/opt 0\n": "/opt 0, not 8", "/ 8\n": "", "/ 1\n": "/ 1, not 8",
		"": "/opt/mailtools/sbin 0, not 8", "/opt/mailtools/sbin 7\n/opt/mailtools 99\n": "/opt/mailtools/sbin 7, not 8", "/opt/mailtools/sbin 3\n/opt/mailtools/sbin 5\n": "",
		"/opt/mailtools/sbin what it is\n": "", "/opt what it is\n": "", "/opt what it is\n/opt 1\n": "", "/opt 1\n/opt what it is\n": "", "/other what it is\n": "/opt/mailtools/sbin 0, not 8",
	} {
		c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
		installptest.LppName(own, lines)(c)
		var got []string
		for _, f := range installptest.Findings(t, c.Image(t)) {
			if f.ID == "W21/space" && strings.HasPrefix(f.Got, "/opt") || f.ID == "W21/space" && strings.HasPrefix(f.Got, "/ ") {
				got = append(got, f.Got+", not "+f.Want)
			}
		}
		if text := strings.Join(got, "; "); text != want {
			t.Errorf("%q: %s, want %s", lines, text, want)
		}
	}
}

// Each of these is told of in its place, and as it is.
func TestVerifyPlaces(t *testing.T) {
	t.Parallel()
	front := func(change func(*installptest.RawMember)) func(*installptest.Contents) {
		return func(c *installptest.Contents) { change(c.Member("./usr/lpp")) }
	}
	const inventory, script = "(mailtools.sendmail.rte.inventory), line ", "(mailtools.sendmail.rte.pre_i)"
	for name, test := range map[string]struct {
		change func(*installptest.Contents)
		want   string
	}{
		"a relation": {installptest.LppName("*prereq openssl.base 1.0.2.1000", "*prereq openssl.base o> 1"), "5.2/relation ./lpp_name, line 5: o> 1, not "},
		"in a group": {installptest.LppName("*prereq openssl.base 1.0.2.1000", ">0 {\n*prereq a.b\n*prereq openssl.base o> 1\n}"), "5.2/relation ./lpp_name, line 7: o> 1, not "},
		"a requisite": {installptest.LppName("*prereq openssl.base 1.0.2.1000", "*prerek openssl.base"),
			`5.2/read ./lpp_name, line 5: "*prerek openssl.base": the type "prerek" is none of prereq, coreq, ifreq, instreq, not `},
		"a shell": {installptest.Edit(installptest.UsrLib, "pre_i", "#!/bin/ksh\n", "#!/bin/sh\n"), "W30/shell " + installptest.UsrLib + script + `: the first line "#!/bin/sh", not `},
		"not restored": {installptest.Edit(installptest.RootLib, "inventory", "/var/spool/mtqueue:",
			"/var/made:\n\towner = root\n\tgroup = system\n\tmode = 644\n\ttype = FILE\n\tclass = apply,inventory,mailtools.sendmail.rte\n\tsize = VOLATILE\n\tchecksum = VOLATILE\n\n/var/spool/mtqueue:"),
			"6.3/restored " + installptest.RootLib + inventory + "17: /var/made, not "},
		"sizes": {installptest.Edit(installptest.UsrLib, "size", "/opt/mailtools 8\n", "/opt/mailtools x\n"),
			"5.3/note " + installptest.UsrLib + `(mailtools.sendmail.rte.size), line 1: "/opt/mailtools x" is no directory with one or two numbers of blocks, not `},
		"a size": {installptest.Edit(installptest.UsrLib, "size", "/opt/mailtools 8\n", "/opt/mailtools 9\n"),
			"W21/formula " + installptest.UsrLib + "(mailtools.sendmail.rte.size), line 1: /opt/mailtools 9, not /opt/mailtools 8"},
		"one behind another": {func(c *installptest.Contents) {
			all := c.Libraries[installptest.UsrLib]
			for i := range all {
				if strings.HasSuffix(all[i].Name, ".al") {
					all[i].Text = installptest.Program + "\n"
				}
			}
			c.Members = slices.DeleteFunc(c.Members, func(m installptest.RawMember) bool {
				return strings.HasPrefix(m.Name, "./usr/lpp/mailtools.sendmail/inst_root/") && m.Name != installptest.RootLib || m.Name == "./opt/mailtools"
			})
		}, "W18/order " + installptest.Program + ": , not "},
		"lists": {installptest.Edit(installptest.UsrLib, "al", "./opt/mailtools\n", "./opt/mailtools\n./opt/mailtools\n"),
			"6.2/read " + installptest.UsrLib + `(mailtools.sendmail.rte.al), line 2: ./opt/mailtools is in line 1 already, not `},
		"a front's mode":  {front(func(m *installptest.RawMember) { m.Mode = bff.TypeDir | 0o700 }), "W17/mode ./usr/lpp: 0700 2:2, not 0755 2:2"},
		"a front's owner": {front(func(m *installptest.RawMember) { m.UID = 0 }), "W17/mode ./usr/lpp: 0755 0:2, not 0755 2:2"},
		"a front's group": {front(func(m *installptest.RawMember) { m.GID = 0 }), "W17/mode ./usr/lpp: 0755 2:0, not 0755 2:2"},
		"no symbolic link": {installptest.Edit(installptest.UsrLib, "inventory", "type = FILE", "type = SYMLINK\n          target = x"),
			"6.3/type " + installptest.Program + ": 0100000, not SYMLINK as in " + installptest.UsrLib + inventory + "15"},
		"lpp_name's": {func(c *installptest.Contents) { c.Member("./lpp_name").UID = 3 }, "W17/mode ./lpp_name: 0644 3:0, not 0644 0:0"},
	} {
		c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
		test.change(c)
		var got []string
		for _, f := range installptest.Findings(t, c.Image(t)) {
			line := fmt.Sprintf("%s %s: %s, not %s", f.ID, f.Where, f.Got, f.Want)
			got = append(got, line)
		}
		if !slices.Contains(got, test.want) {
			t.Errorf("%s: no\n%s among\n%s", name, test.want, strings.Join(got, "\n"))
		}
	}
	// What is told once of many, or not at all.
	for name, test := range map[string]struct {
		change func(*installptest.Contents)
		rules  string // with how often they are told
	}{
		"another order": {func(c *installptest.Contents) { slices.Reverse(c.Members[9:]) }, "W18/order 1, W24 2"},
		"a directory":   {func(c *installptest.Contents) { c.Members = append(c.Members, installptest.DirMember("./usr/x")) }, "W18/directory 1"},
		"an account's number": {func(c *installptest.Contents) {
			c.Member(installptest.Program).UID = 10
			installptest.Edit(installptest.UsrLib, "inventory", "owner = root\n          group = mail", "owner = 10\n          group = mail")(c)
		}, ""},
		"another number": {func(c *installptest.Contents) {
			installptest.Edit(installptest.UsrLib, "inventory", "owner = root\n          group = mail", "owner = 10\n          group = mail")(c)
		}, "W12/owner 1"},
	} {
		c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
		test.change(c)
		count := map[string]int{}
		for _, f := range installptest.Findings(t, c.Image(t)) {
			if strings.HasPrefix(f.ID, "W") && f.ID[:3] != "W21" {
				count[f.ID]++
			}
		}
		var got []string
		for _, id := range slices.Sorted(maps.Keys(count)) {
			got = append(got, fmt.Sprint(id, " ", count[id]))
		}
		if text := strings.Join(got, ", "); text != test.rules {
			t.Errorf("%s: %s, want %s", name, text, test.rules)
		}
	}
	many := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	for i := range verify.MaxFindings + 10 {
		many.Members = append(many.Members, installptest.FileMember(fmt.Sprint("./", i), 0o644, ""))
	}
	told := installptest.Findings(t, many.Image(t))
	if last := told[len(told)-1]; len(told) != verify.MaxFindings+1 || last.ID != "4/more" || last.Got != "10 more errors, 0 more notes" {
		t.Errorf("%d findings, the last %v", len(told), last)
	}
	volume := installptest.Write(t, installptest.Example())
	copy(volume[16:], "\x00\x10\x00\x00") // which has an end of its own
	installptest.Seal(volume)
	if got := ids(t, volume[:installptest.Header(volume, installptest.Program)]); got != "2/volume" && !strings.HasPrefix(got, "2/volume ") {
		t.Errorf("the first of several volumes: %s", got)
	}
	damaged := installptest.Write(t, installptest.Example())
	header := damaged[installptest.Header(damaged, installptest.Program):]
	header[2] = 0x6c // its data are packed, it says
	installptest.Seal(header)
	if got := ids(t, damaged); got != "2/container" {
		t.Errorf("data that do not unpack: %s", got)
	}
	image := installptest.Rename(installptest.Write(t, installptest.Example()), installptest.Program, "/"+installptest.Program[2:]+"\x00")
	at := slices.IndexFunc(installptest.Findings(t, image), func(f verify.Finding) bool { return f.ID == "W3/form" })
	if at < 0 || installptest.Findings(t, image)[at].Want != installptest.Program {
		t.Errorf("found %v", installptest.Findings(t, image))
	}
}
