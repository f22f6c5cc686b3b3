package diff_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/diff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/signature"
)

func differ(t *testing.T, a, b *installp.Package) string {
	t.Helper()
	all, err := diff.Images(installptest.Section(installptest.Write(t, a)), installptest.Section(installptest.Write(t, b)))
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*installp.Package)
		want   string
	}{
		"nothing": {func(p *installp.Package) {}, ""},
		"level and requisites": {func(p *installp.Package) {
			p.Level.Fix = 1
			p.Filesets[0].Requisites[1] = "*prereq openssl.base 3.0.0.0"
		}, `fileset mailtools.sendmail.rte
  level 8.15.2.0 -> 8.15.2.1
  - requisite *prereq openssl.base 1.0.2.1000
  + requisite *prereq openssl.base 3.0.0.0
`},
		"files": {func(p *installp.Package) {
			files := p.Filesets[0].Files
			files[2] = installptest.File("/opt/mailtools/sbin/sendmail", 0o555, "root", "mail", "Placeholder for the mail program\n")
			files[3].Target = "./sendmail"
			files[5] = installptest.File("/etc/mailtools/submit.cf", 0o644, "bin", "system", "# submit.cf\n")
			p.Filesets[0].Files = append(files[:6:6], installptest.Symlink("/opt/mailtools/sbin/mailq", "sendmail"))
		}, `fileset mailtools.sendmail.rte
  ~ /etc/mailtools/submit.cf: owner root:system -> bin:system, volatile true -> false, method preserve -> none, size 24 -> 12
  + /opt/mailtools/sbin/mailq: SYMLINK 777 root:system -> sendmail
  ~ /opt/mailtools/sbin/newaliases: target sendmail -> ./sendmail
  ~ /opt/mailtools/sbin/sendmail: mode SGID,555 -> 555, links /opt/mailtools/sbin/hoststat -> none, content
  - /var/spool/mtqueue: DIRECTORY 770 root:mail
`},
		"scripts": {func(p *installp.Package) {
			p.Filesets[0].Usr[installp.PreI] = "#!/bin/ksh\nmkgroup -a smmsp\nexit 0\n"
			delete(p.Filesets[0].Root, installp.Unconfig)
		}, `fileset mailtools.sendmail.rte
  --- a/usr pre_i
  +++ b/usr pre_i
  @@ -1,2 +1,3 @@
   #!/bin/ksh
  +mkgroup -a smmsp
   exit 0
  --- a/root unconfig
  +++ b/root unconfig
  @@ -1,2 +0,0 @@
  -#!/bin/ksh
  -exit 0
`},
		"filesets": {func(p *installp.Package) { *p = *installptest.Family(); p.Filesets = p.Filesets[1:] },
			`+ fileset mailtools.sendmail.man 8.15.2.1: Manual pages, 2 objects
- fileset mailtools.sendmail.rte 8.15.2.0: Sendmail mail transfer agent, 7 objects
+ fileset mailtools.sendmail.start 8.15.2.0: Start at boot, 0 objects
`},
		"root part": {func(p *installp.Package) {
			p.Filesets[0].Root = nil
			p.Filesets[0].Files = p.Filesets[0].Files[:4]
		}, `fileset mailtools.sendmail.rte
  content B -> U
  - /etc/mailtools: DIRECTORY 755 root:system
  - /etc/mailtools/submit.cf: FILE 644 root:system, 24 bytes
  - /var/spool/mtqueue: DIRECTORY 770 root:mail
  --- a/root config
  +++ b/root config
  @@ -1,2 +0,0 @@
  -#!/bin/ksh
  -exit 0
  --- a/root unconfig
  +++ b/root unconfig
  @@ -1,2 +0,0 @@
  -#!/bin/ksh
  -exit 0
`},
		"title like a format": {func(p *installp.Package) { p.Filesets[0].Text = "Mail, 100%s" },
			"fileset mailtools.sendmail.rte\n  title Sendmail mail transfer agent -> Mail, 100%s\n"},
		"date": {func(p *installp.Package) { p.Time = p.Time.Add(time.Second) }, "date 2015-10-01 00:00:00 -> 2015-10-01 00:00:01\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := installptest.Example()
			test.change(p)
			if name == "filesets" { // the parent of its files is gone with the fileset
				p.Provided = append(p.Provided, "/opt/mailtools")
				p.Filesets[0].Requisites = nil
			}
			if diff := cmp.Diff(strings.Split(test.want, "\n"), strings.Split(differ(t, installptest.Example(), p), "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Imports are told by library. A long list is cut.
func TestDiffPrograms(t *testing.T) {
	t.Parallel()
	before := installptest.WithProgram(t, installptest.LibraryPath("/usr/lib:/libx"))
	after := installptest.WithProgram(t, func(s string) string {
		return strings.Replace(strings.Replace(s, "/usr/lib:/lib:", "/opt/lib:/libx", 1), "res_querydomain", "res_querydomaim", 1)
	})
	for i := range 20 {
		after.Filesets[0].Files = append(after.Filesets[0].Files, installptest.File(fmt.Sprintf("/opt/mailtools/%02d", i), 0o644, "root", "system", ""))
	}
	got := strings.Split(differ(t, before, after), "\n")
	if len(got) > 24 || !strings.Contains(strings.Join(got, "\n"), "and 11 more") {
		t.Errorf("%d lines:\n%s", len(got), strings.Join(got, "\n"))
	}
	after.Filesets[0].Files = after.Filesets[0].Files[:len(before.Filesets[0].Files)]
	want := `fileset mailtools.sendmail.rte
  ~ /opt/mailtools/sbin/sendmail: content, library path /usr/lib:/libx -> /opt/lib:/libx
      - imports from libc.a(shr_64.o): res_querydomain
      + imports from libc.a(shr_64.o): res_querydomaim
`
	if diff := cmp.Diff(want, differ(t, before, after)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What no builder of ours varies is told as well, and what is long is cut.
func TestDiffOthers(t *testing.T) {
	t.Parallel()
	extra := func(data string) func(*installptest.Contents) {
		return func(c *installptest.Contents) {
			c.Members = append(c.Members, installptest.FileMember("./usr/swlag/en_US/LICENSE", 0o444, data))
		}
	}
	extras := func(first string, mode uint32) func(*installptest.Contents) {
		return func(c *installptest.Contents) {
			extra(first)(c)
			c.Members = append(c.Members, installptest.FileMember("./usr/swlag/en_US/OTHER", mode, "same"))
		}
	}
	for name, test := range map[string]struct {
		before, after func(*installptest.Contents)
		want          string
	}{
		"platform": {func(*installptest.Contents) {}, installptest.LppName("4 R I", "4 N I"), "platform R -> N\n"},
		"bosboot":  {func(*installptest.Contents) {}, installptest.LppName(" N B ", " b B "), "fileset mailtools.sendmail.rte\n  bosboot N -> b\n"},
		"supersedes": {installptest.LppName("%\n%\n%\n%\n]", "%\nold.rte 1.0.0.0\n%\n%\n%\n]"), installptest.LppName("%\n%\n%\n%\n]", "%\nnew.rte 1.0.0.0\n%\n%\n%\n]"),
			"fileset mailtools.sendmail.rte\n  - supersedes old.rte 1.0.0.0\n  + supersedes new.rte 1.0.0.0\n"},
		"fixes":    {func(*installptest.Contents) {}, installptest.LppName("%\n%\n%\n]", "%\nIX1 a fix\n%\n%\n]"), "fileset mailtools.sendmail.rte\n  + fix IX1 a fix\n"},
		"language": {func(*installptest.Contents) {}, installptest.LppName("en_US", "de_DE"), "fileset mailtools.sendmail.rte\n  language en_US -> de_DE\n"},
		"space": {func(*installptest.Contents) {}, installptest.LppName("INSTWORK 96", "INSTWORK 968"),
			"only the space that is asked for differs"},
		"section":     {func(*installptest.Contents) {}, installptest.LppName("%\n]", "%\nPRIVATE\n]"), "fileset mailtools.sendmail.rte\n  + section 6: PRIVATE\n"},
		"license":     {extra("yours"), extra("ours."), "members that no fileset installs: 1 with 5 bytes -> 1 with 5 bytes\n"},
		"licenses":    {extras("yours", 0o444), extras("ours.", 0o444), "members that no fileset installs: 2 with 9 bytes -> 2 with 9 bytes\n"},
		"their modes": {extras("yours", 0o444), extras("yours", 0o400), "members that no fileset installs: 2 with 9 bytes -> 2 with 9 bytes\n"},
		"long":        {func(*installptest.Contents) {}, installptest.Edit(installptest.UsrLib, "copyright", "\n", strings.Repeat("x", 100000)+"\n"), strings.Repeat("x", 300)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := installptest.TakeApart(t, installptest.Write(t, installptest.Example())), installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
			test.before(before)
			test.after(after)
			all, err := diff.Images(installptest.Section(before.Image(t)), installptest.Section(after.Image(t)))
			got := all.String()
			if err != nil || len(got) > 2000 || !strings.Contains(got, test.want) {
				t.Errorf("Diff gives %d bytes, %.2000s, %v, want %s", len(got), got, err, test.want)
			}
		})
	}
}

// What restore makes of a member differs from what the inventory says of it, and so may one image from the other.
func TestDiffMembers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*installptest.Contents)
		want   string
	}{
		"owner":     {func(c *installptest.Contents) { c.Member(installptest.Program).UID = 5 }, "~ " + installptest.Program[1:] + ": member -r-xr-sr-x 0:6 -> -r-xr-sr-x 5:6\n"},
		"directory": {func(c *installptest.Contents) { c.Member("./opt/mailtools").Mode = bff.TypeDir | 0o700 }, ": member drwxr-xr-x 0:0 -> drwx------ 0:0\n"},
		"part": {func(c *installptest.Contents) {
			for i := range c.Libraries[installptest.RootLib] {
				f := &c.Libraries[installptest.RootLib][i]
				if strings.HasSuffix(f.Name, ".inventory") {
					stanza := strings.Index(f.Text, "/var/spool/mtqueue:")
					installptest.Edit(installptest.UsrLib, "inventory", "/opt/mailtools:", f.Text[stanza:]+"/opt/mailtools:")(c)
					f.Text = f.Text[:stanza]
				}
			}
		}, "~ /var/spool/mtqueue: part root -> usr\n"},
		"type": {func(c *installptest.Contents) {
			installptest.Edit(installptest.RootLib, "inventory", "type = DIRECTORY", "type = FIFO")(c)
		}, ": type DIRECTORY -> FIFO\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := installptest.Write(t, installptest.Example())
			c := installptest.TakeApart(t, before)
			test.change(c)
			if got, err := diff.Images(installptest.Section(before), installptest.Section(c.Image(t))); err != nil || !strings.Contains(got.String(), test.want) {
				t.Errorf("Diff = %s, %v, want %s", got, err, test.want)
			}
		})
	}
}

// The error says which of the two images it is about.
func TestDiffNamesImage(t *testing.T) {
	t.Parallel()
	whole := installptest.Write(t, installptest.Example())
	for _, n := range []int{1000, 5000} {
		if _, err := diff.Images(installptest.Section(whole), installptest.Section(whole[:n])); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(err.Error(), "the second image: ") {
			t.Errorf("of %d bytes: Diff = %v", n, err)
		}
		if _, err := diff.Images(installptest.Section(whole[:n]), installptest.Section(whole)); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(err.Error(), "the first image: ") {
			t.Errorf("of %d bytes: Diff = %v", n, err)
		}
	}
}

// Packages of another name, and updates of another type, differ in that as well.
func TestDiffPackages(t *testing.T) {
	t.Parallel()
	const home = "./usr/lpp/mailtools.other"
	other := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	installptest.LppName("I mailtools.sendmail {", "I mailtools.other {")(other)
	for i := range other.Members {
		other.Members[i].Name = strings.Replace(other.Members[i].Name, "./usr/lpp/mailtools.sendmail", home, 1)
	}
	for _, lib := range []string{installptest.UsrLib, installptest.RootLib} {
		other.Libraries[strings.Replace(lib, "./usr/lpp/mailtools.sendmail", home, 1)] = other.Libraries[lib]
		delete(other.Libraries, lib)
	}
	all, err := diff.Images(installptest.Section(installptest.Write(t, installptest.Example())), installptest.Section(other.Image(t)))
	if err != nil || len(all) == 0 || all[0].Kind != diff.Package || all[0].Before != "mailtools.sendmail" || all[0].After != "mailtools.other" {
		t.Errorf("Images = %v, %v", all, err)
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	one := &signature.Block{Signature: []byte("x"), Key: []byte("/etc/one")}
	const text = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 by /etc/one"
	for name, test := range map[string]struct {
		before, after *signature.Block
		want          diff.Differences
	}{
		"none":     {nil, nil, nil},
		"the same": {one, &signature.Block{Signature: []byte("x"), Key: []byte("/etc/one")}, nil},
		"added":    {nil, one, diff.Differences{{Kind: diff.Signature, After: text}}},
		"removed":  {one, nil, diff.Differences{{Kind: diff.Signature, Before: text}}},
		"changed":  {one, &signature.Block{Signature: []byte("x"), Key: []byte("/etc/two")}, diff.Differences{{Kind: diff.Signature, Before: text, After: strings.Replace(text, "one", "two", 1)}}},
	} {
		if d := cmp.Diff(test.want, diff.Signatures(test.before, test.after)); d != "" {
			t.Errorf("%s, -want +got:\n%s", name, d)
		}
	}
}

// The same package in another form differs, too.
func TestDiffForm(t *testing.T) {
	t.Parallel()
	image := installptest.Write(t, installptest.Example())
	other := append(bytes.Clone(image[:len(image)-1]), 1)
	all, err := diff.Images(installptest.Section(image), installptest.Section(other))
	if err != nil || len(all) != 1 || all[0].Kind != diff.Form || !strings.HasPrefix(all.String(), "only the form differs") {
		t.Errorf("Images = %v, %v", all, err)
	}
}

// The differences are data: who wants but one kind, or JSON, reads no text.
func TestData(t *testing.T) {
	t.Parallel()
	a, b := installptest.Example(), installptest.Example()
	b.Time = b.Time.Add(time.Second)
	images := func() diff.Differences {
		t.Helper()
		all, err := diff.Images(installptest.Section(installptest.Write(t, a)), installptest.Section(installptest.Write(t, b)))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := images()
	if !all.AreDateAlone() || len(all) != 1 || !all[:0].AreDateAlone() {
		t.Errorf("the dates alone differ, but the differences are %v", all)
	}
	b.Filesets[0].Files[2].Mode = 0o555
	b.Filesets[0].Requisites = b.Filesets[0].Requisites[:2]
	b.Filesets[0].Usr[installp.PreI] += "# end\n"
	all = images()
	got, err := json.MarshalIndent(all, "", " ")
	const want = `[
 {
  "kind": "date",
  "before": "2015-10-01 00:00:00",
  "after": "2015-10-01 00:00:01"
 },
 {
  "kind": "requisite",
  "fileset": "mailtools.sendmail.rte",
  "before": "*prereq cyrus.sasl.rte 2.1.26.0"
 },
 {
  "kind": "object",
  "fileset": "mailtools.sendmail.rte",
  "name": "/opt/mailtools/sbin/sendmail",
  "attributes": [
   {
    "name": "mode",
    "before": "SGID,555",
    "after": "555"
   }
  ]
 },
 {
  "kind": "text",
  "fileset": "mailtools.sendmail.rte",
  "name": "usr pre_i",
  "before": "#!/bin/ksh\nexit 0\n",
  "after": "#!/bin/ksh\nexit 0\n# end\n"
 }
]`
	if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	if all.AreDateAlone() || all[1:2].AreDateAlone() {
		t.Error("a requisite counts as a date")
	}
}

// As many lines and names as fit are told without a word of more.
func TestFull(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	for i := range 12 {
		p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File(fmt.Sprintf("/opt/mailtools/%02d", i), 0o644, "root", "system", ""))
	}
	if text := differ(t, installptest.Example(), p); strings.Contains(text, "more") || strings.Count(text, "\n") != 13 {
		t.Errorf("told:\n%s", text)
	}
	six := diff.Differences{{Kind: diff.Object, Name: "/a", Imports: []diff.Imports{{Library: "libc.a", Names: strings.Fields("a b c d e f")}}}}
	if text := six.String(); strings.Contains(text, "more") {
		t.Errorf("told:\n%s", text)
	}
}
