package write_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// broken lists the rules that the faults joined in err are about, and what each found.
func broken(err error) (ids, found []string) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil, nil
	}
	for _, e := range joined.Unwrap() {
		f, ok := errors.AsType[*fault.Error](e)
		if !ok {
			return nil, nil
		}
		i := slices.IndexFunc(rules.Table, func(r rules.Rule) bool { return r.What == f.What && r.Code == f.Code && r.Remedy == f.Do })
		ids, found = append(ids, rules.Table[i].ID), append(found, f.Found)
	}
	return ids, found
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	const (
		program = 2 // the places of files in the example
		link    = 3
		config  = 5
	)
	pkg := func(change func(*installp.Package)) func(*installp.Package) { return change }
	set := func(change func(*installp.Fileset)) func(*installp.Package) {
		return func(p *installp.Package) { change(&p.Filesets[0]) }
	}
	at := func(i int, change func(*installp.File)) func(*installp.Package) {
		return func(p *installp.Package) { change(&p.Filesets[0].Files[i]) }
	}
	add := func(files ...installp.File) func(*installp.Package) {
		return set(func(f *installp.Fileset) { f.Files = append(f.Files, files...) })
	}
	addPath := func(path string) func(*installp.Package) {
		return add(installptest.File(path, 0o644, "root", "system", "x"))
	}
	requires := func(lines ...string) func(*installp.Package) {
		return set(func(f *installp.Fileset) { f.Requisites = lines })
	}
	script := func(text string) func(*installp.Package) {
		return set(func(f *installp.Fileset) { f.Usr[installp.PreI] = text })
	}
	title := func(text string) func(*installp.Package) {
		return set(func(f *installp.Fileset) { f.Text = text })
	}
	second := func(f installp.Fileset) func(*installp.Package) {
		f.Text, f.Copyright = "Second", "Copyright.\n"
		return pkg(func(p *installp.Package) { p.Filesets = append(p.Filesets, f) })
	}
	for _, test := range []struct {
		name   string
		change func(*installp.Package)
		rule   string
		found  string // in what was found instead
	}{
		{"package name with a capital", pkg(func(p *installp.Package) {
			p.Name = "mailtools.Sendmail"
			p.Filesets[0].Name = "mailtools.Sendmail.rte"
		}), "W31", `'S'`},
		{"package name of IBM", pkg(func(p *installp.Package) { p.Name = "bos.mail"; p.Filesets[0].Name = "bos.mail.rte" }), "W32", "bos.mail"},
		{"package name of a blank", pkg(func(p *installp.Package) { p.Name = "mail tools"; p.Filesets[0].Name = "mail tools.rte" }), "W31", `' '`},
		{"fileset name of another package", set(func(f *installp.Fileset) { f.Name = "other.rte" }), "7/prefix", "other.rte in package mailtools.sendmail"},
		{"fileset name too long", set(func(f *installp.Fileset) { f.Name = "mailtools.sendmail." + strings.Repeat("x", 144) }), "W31", "limit is 144"},
		{"fileset name too short", pkg(func(p *installp.Package) { p.Name, p.Filesets[0].Name = "x", "x" }), "W31", "fewer than two"},
		{"fileset name with an empty part", set(func(f *installp.Fileset) { f.Name = "mailtools.sendmail..rte" }), "W31", "empty part"},
		{"fileset name beginning with a dot", pkg(func(p *installp.Package) { p.Name, p.Filesets[0].Name = ".x", ".x" }), "W31", "does not begin"},
		{"two filesets of one name", pkg(func(p *installp.Package) {
			f := p.Filesets[0]
			f.Files = nil
			p.Filesets = append(p.Filesets, f)
		}), "4/name", ""},
		{"no fileset", pkg(func(p *installp.Package) { p.Filesets = nil }), "4/fileset", ""},
		{"empty fileset", second(installp.Fileset{Name: "mailtools.sendmail.man"}), "4/empty", ""},
		{"no level", pkg(func(p *installp.Package) { p.Level = vrmf.Level{} }), "7/level", "none"},
		{"level", pkg(func(p *installp.Package) { p.Level.Version = 100 }), "7/level", "version"},
		{"level of a fileset", set(func(f *installp.Fileset) { f.Level.Fix = 10000 }), "7/level", "fix level"},
		{"no date", pkg(func(p *installp.Package) { p.Time = time.Time{} }), "W1/date", "0001-01-01 00:00:00 +0000 UTC"},

		{"no title", title(""), "5/title", "\"\", 0 characters"},
		{"title with a comment", title("Mail #1"), "5/title", "\"Mail #1\", 7 characters"},
		{"title with a newline", title("Mail\n]\n}"), "5/title", "\"Mail\\n]\\n}\", 8 characters"},
		{"title not ASCII", title("Sendmail für AIX"), "5/title", "\"Sendmail für AIX\", 17 characters"},
		{"title too long", title(strings.Repeat("x", 61)), "5/title", "61 characters"},
		{"no copyright", set(func(f *installp.Fileset) { f.Copyright = "" }), "W23/copyright", ""},
		{"copyright not ASCII", set(func(f *installp.Fileset) { f.Copyright = "one\n© two\n" }), "6.6/ascii", "line 2"},
		{"copyright without newline", set(func(f *installp.Fileset) { f.Copyright = "one" }), "6.6/newline", ""},

		{"requisite without star", requires("prereq bos.rte"), "5.2/read", "line 1"},
		{"requisite of a tab", requires("*prereq\tbos.rte"), "5.2/read", "line 1"},
		{"requisite of unknown type", requires("*requires bos.rte 6.1.0.0"), "5.2/read", `"requires"`},
		{"requisite with a bad name", requires("*prereq bos/rte"), "5.2/read", "'/'"},
		{"requisite with a bad level", requires("*prereq bos.rte 6.1"), "5.2/read", "line 1"},
		{"requisite with a relation", requires("*prereq bos.rte v=6 r>1"), "5.2/read", "line 1"},
		{"requisite with a newline", requires("*prereq bos.rte 6.1.0.0\n%"), "5.2/read", "line 1"},
		{"end of the section", requires("*prereq bos.rte", "%"), "5.2/read", "line 2"},
		{"end of the fileset", requires("]"), "5.2/read", "line 1"},
		{"empty requisite", requires(""), "5.2/read", "line 1"},
		{"group not closed", requires(">0 {", "*prereq bos.rte"), "5.2/read", "line 1 is not closed"},
		{"group not opened", requires("}"), "5.2/read", "no group is open"},
		{"group in a group", requires(">0 {", ">0 {", "*prereq bos.rte", "}", "}"), "5.2/read", "inside the group of line 1"},
		{"group on one line", requires(">0 { *prereq bos.rte }"), "5.2/read", `it is written ">0 {"`},
		{"group that cannot be met", requires(">1 {", "*prereq bos.rte", "}"), "5.2/read", "more than 1 of 1"},

		{"script of no step", set(func(f *installp.Fileset) { f.Usr["preinstall"] = installptest.Success }), "6.6/step", "preinstall"},
		{"empty script", script(""), "6.6/empty", ""},
		{"script without interpreter", script("exit 0\n"), "W30/shell", "the first line \"exit 0\""},
		{"script of another shell", script("#!/bin/bash\nexit 0\n"), "W30/shell", "the first line \"#!/bin/bash\""},
		{"script that does not end well", script("#!/usr/bin/ksh\nexit 0\nmkgroup smmsp\n# exit 0\n"), "W30/exit", `"mkgroup smmsp"`},
		{"script without newline", script("#!/usr/bin/ksh\nexit 0"), "6.6/newline", ""},
		{"script with carriage returns", script("#!/usr/bin/ksh\necho\r\nexit 0\n"), "6.6/ascii", "line 2"},

		{"relative path", addPath("opt/x"), "W33/plain", "\"opt/x\""},
		{"path with dot dot", addPath("/opt/mailtools/../x"), "W33/plain", "\"/opt/mailtools/../x\""},
		{"path with a slash at the end", addPath("/opt/mailtools/x/"), "W33/plain", "\"/opt/mailtools/x/\""},
		{"path with a colon", addPath("/opt/mailtools/a:b"), "W33/character", "':'"},
		{"path with a comma", addPath("/opt/mailtools/a,b"), "W33/character", "','"},
		{"path with a blank", addPath("/opt/mailtools/a b"), "W33/character", "' '"},
		{"path with a newline", addPath("/opt/mailtools/a\nb"), "W33/character", `'\n'`},
		{"path not ASCII", addPath("/opt/mailtools/é"), "W33/character", "'é' in \"/opt/mailtools/é\""},
		{"path too long", addPath("/opt/mailtools/" + strings.Repeat("x", 241)), "W34", "256 bytes"},
		{"path too long with inst_root", addPath("/etc/mailtools/" + strings.Repeat("x", 208)), "W34", "inst_root included"},
		{"directory of AIX", add(installptest.Directory("/var/spool", 0o755, "root", "system")), "9.4/directory", "\"/var/spool\""},
		{"path through /bin", addPath("/bin/x"), "9.4/link", "\"/bin/x\""},
		{"path of the control library", addPath("/usr/lpp/mailtools.sendmail/liblpp.a"), "4/control", "\"/usr/lpp/mailtools.sendmail/liblpp.a\""},
		{"path below inst_root", addPath("/usr/lpp/mailtools.sendmail/inst_root/etc/x"), "4/control", ""},
		{"path twice", addPath("/opt/mailtools/sbin/sendmail"), "W38/twice", "/opt/mailtools/sbin/sendmail"},
		{"path of a hard link", addPath("/opt/mailtools/sbin/hoststat"), "W38/twice", "hoststat"},
		{"path in two filesets", second(installp.Fileset{Name: "mailtools.sendmail.man", Files: []installp.File{
			installptest.Directory("/etc/mailtools", 0o755, "root", "system")}}), "W38/twice", "in fileset mailtools.sendmail.rte"},
		{"missing directory", addPath("/opt/mailtools/lib/x"), "9.1/missing", "/opt/mailtools/lib"},
		{"missing directory of a hard link", at(program, func(f *installp.File) { f.Links[0] = "/opt/mailtools/lib/x" }), "9.1/missing", "/opt/mailtools/lib"},
		{"directory in a fileset that is not required", second(installp.Fileset{Name: "mailtools.sendmail.man", Files: []installp.File{
			installptest.File("/opt/mailtools/x", 0o644, "root", "system", "")}}), "9.1/required", ""},
		{"directory that is a file", addPath("/opt/mailtools/sbin/sendmail/x"), "9.1/through", "/opt/mailtools/sbin/sendmail"},
		{"directory that is a link", addPath("/opt/mailtools/sbin/newaliases/x"), "9.1/through", "/opt/mailtools/sbin/newaliases"},

		{"unknown user", at(program, func(f *installp.File) { f.Owner = "smmsp" }), "W39/unknown", `user "smmsp"`},
		{"unknown group", at(program, func(f *installp.File) { f.Group = "wheel" }), "W39/unknown", `group "wheel"`},
		{"no owner", at(program, func(f *installp.File) { f.Owner = "" }), "W39/unknown", `user ""`},
		{"user that is AIX's own", pkg(func(p *installp.Package) { p.Users = []string{"root"} }), "W39/own", "user \"root\""},
		{"user name", pkg(func(p *installp.Package) { p.Users = []string{"sendmailer"} }), "W39/name", "user \"sendmailer\""},
		{"group name", pkg(func(p *installp.Package) { p.Groups = []string{"a\nb"} }), "W39/name", "group \"a\\nb\""},
		{"nobody creates the user", pkg(func(p *installp.Package) {
			p.Users, p.Filesets[0].Usr, p.Filesets[0].Files[0].Owner = []string{"smmsp"}, nil, "smmsp"
		}), "W39/created", "smmsp:system, and no pre_i script"},
		{"only another fileset creates the group", pkg(func(p *installp.Package) {
			p.Groups = []string{"smmsp"}
			p.Filesets = append(p.Filesets, installp.Fileset{Name: "mailtools.sendmail.x", Files: []installp.File{
				installptest.File("/usr/sbin/x", 0o555, "root", "smmsp", "x")}})
		}), "W39/created", "root:smmsp, and no pre_i script"},

		{"file of 2 GiB", at(program, func(f *installp.File) { f.Size = 1 << 31 }), "W11", "2147483648 bytes"},
		{"file of negative size", at(program, func(f *installp.File) { f.Size = -1 }), "W11", "-1 bytes"},
		{"file without content", at(program, func(f *installp.File) { f.Open = nil }), "4/content", "33 bytes"},
		{"file with a target", at(program, func(f *installp.File) { f.Target = "x" }), "4/target", "x"},
		{"type bits in the mode", at(program, func(f *installp.File) { f.Mode = 0o100555 }), "W6", "0100555"},
		{"unknown type", at(program, func(f *installp.File) { f.Type = 9 }), "4/type", "type 9"},
		{"unknown method", at(config, func(f *installp.File) { f.Config = "keep" }), "6.5/method", "\"keep\""},
		{"hard link into the other part", at(program, func(f *installp.File) { f.Links = []string{"/etc/hoststat"} }), "W38/volume", ""},
		{"hard link into another file system", at(program, func(f *installp.File) { f.Links = []string{"/usr/sbin/hoststat"} }), "W38/volume", ""},
		{"link without target", at(link, func(f *installp.File) { f.Target = "" }), "W37/target", "\"\""},
		{"link with a newline", at(link, func(f *installp.File) { f.Target = "a\n\n/etc/passwd:" }), "W37/target", "\"a\\n\\n/etc/passwd:\""},
		{"link with an owner", at(link, func(f *installp.File) { f.Owner = "bin" }), "W37/attributes", "777 bin:system"},
		{"link with a mode", at(link, func(f *installp.File) { f.Mode = 0o755 }), "W37/attributes", "755 root:system"},
		{"link with content", at(link, func(f *installp.File) { f.Size = 1 }), "4/symlink", ""},
		{"directory with content", at(0, func(f *installp.File) { f.Config = installp.Preserve }), "4/directory", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := installptest.Example()
			test.change(p)
			var b bytes.Buffer
			err := write.Image(&b, p)
			ids, found := broken(err)
			if i := slices.Index(ids, test.rule); i < 0 || !strings.Contains(found[i], test.found) {
				t.Errorf("Image() = %v, want %s with %q", err, test.rule, test.found)
			}
			if b.Len() != 0 {
				t.Errorf("%d bytes were written of a package that was refused", b.Len())
			}
			if again, _ := broken(write.Check(p)); cmp.Diff(ids, again) != "" {
				t.Errorf("Check finds %v, but Image %v", again, ids)
			}
		})
	}
}

// Independent problems come out together, in the order of the input.
func TestRefusesAllAtOnce(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	p.Level = vrmf.Level{}
	p.Filesets[0].Text = ""
	p.Filesets[0].Requisites = []string{"%"}
	p.Filesets[0].Files[2].Owner = "mail"
	ids, _ := broken(write.Check(p))
	if diff := cmp.Diff([]string{"7/level", "5/title", "5.2/read", "W39/unknown"}, ids); diff != "" {
		t.Errorf("rules, -want +got:\n%s", diff)
	}
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	p := installptest.Family()
	p.Filesets[0].Files[3].Owner, p.Filesets[0].Files[3].Group, p.Filesets[0].Files[3].Mode = "root", "system", 0o777
	p.Filesets[0].Usr[installp.PostI] = "#! /usr/bin/ksh93 -e\ncase $INUTREE in\nU) ;;\nesac\n\texit 0\n# end\n"
	p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File("/usr/lpp/mailtools.sendmail/readme", 0o444, "root", "system", "x"))
	p.Users, p.Groups = append(p.Users, "a2345678", "zz-_9"), append(p.Groups, "a", "z")
	one := func(name string, usr, root installp.Scripts, files ...installp.File) installp.Fileset { // as many of one thing as of another
		return installp.Fileset{Name: "mailtools.sendmail." + name, Text: strings.Repeat("x", 60), Copyright: "Ours.\n", Usr: usr, Root: root, Files: files}
	}
	script := installp.Scripts{installp.Config: installptest.Success}
	file := installptest.File("/usr/lib/a", 0o444, "root", "system", "x")
	file.Size = math.MaxInt32
	p.Filesets = append(p.Filesets, one("a", script, nil, file), one("b", script, script),
		one("c", nil, script, installptest.File("/usr/lib/"+strings.Repeat("c", 246), 0o444, "root", "system", "")))
	for _, seconds := range []int64{0, math.MaxUint32} {
		p.Time = time.Unix(seconds, 0)
		if err := write.Check(p); err != nil {
			t.Errorf("Check = %v", err)
		}
	}
}

// A root part of links alone is one, and links count among the entries of the product database.
func TestLinksCount(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	f := &p.Filesets[0]
	f.Files, f.Root = nil, nil
	for i := range 12 {
		f.Files = append(f.Files, installptest.Symlink(fmt.Sprintf("/etc/link%02d", i), "target"), installptest.Symlink(fmt.Sprintf("/usr/lib/link%02d", i), "target"),
			installptest.File(fmt.Sprintf("/etc/file%02d", i), 0o444, "root", "system", ""), installptest.File(fmt.Sprintf("/usr/lib/file%02d", i), 0o444, "root", "system", ""))
	}
	image := string(installptest.Write(t, p))
	for _, size := range []string{"/usr/lib/objrepos 16\n", "/etc/objrepos 16\n"} { // 24 entries of 188 bytes, in lpp_name and in .size
		if n := strings.Count(image, size); n != 2 {
			t.Errorf("%q is there %d times, want twice", size, n)
		}
	}
	f.Files = f.Files[:1]
	if image := string(installptest.Write(t, p)); !strings.Contains(image, " N B en_US") {
		t.Error("a fileset with a link in /etc has no root part")
	}
}

// changing opens another content each time.
func changing(contents ...string) func() (io.ReadCloser, error) {
	i := -1
	return func() (io.ReadCloser, error) {
		i++
		return io.NopCloser(strings.NewReader(contents[i])), nil
	}
}

var errBroken = errors.New("input/output error")

// brokenFile fails where it is told to.
type brokenFile struct{ read, close error }

func (f brokenFile) Read(p []byte) (int, error) {
	if f.read != nil {
		return 0, f.read
	}
	return len(p), nil
}

func (f brokenFile) Close() error { return f.close }

func TestContent(t *testing.T) {
	t.Parallel()
	opens := func(f brokenFile) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return f, nil }
	}
	for _, test := range []struct {
		name     string
		open     func() (io.ReadCloser, error)
		volatile bool
		code     string
		text     string
	}{
		{"shorter than announced", changing("ab"), false, "installp-content", "2 bytes instead of 3"},
		{"longer than announced", changing("abcd"), false, "installp-content", "more than 3 bytes"},
		{"shorter the second time", changing("abc", "ab"), false, "installp-content", "2 bytes instead of 3"},
		{"longer the second time", changing("abc", "abcd"), false, "installp-content", "more than 3 bytes"},
		{"another content the second time", changing("abc", "abd"), false, "installp-content", "checksum"},
		{"volatile and short", changing("ab"), true, "installp-content", "2 bytes instead of 3"},
		{"cannot be opened", func() (io.ReadCloser, error) { return nil, errBroken }, false, "", "content of /opt/mailtools/x: input/output"},
		{"cannot be read", opens(brokenFile{read: errBroken}), false, "", "content of /opt/mailtools/x: input/output"},
		{"cannot be closed", opens(brokenFile{close: errBroken}), false, "", "content of /opt/mailtools/x: input/output"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := installptest.Example()
			p.Filesets[0].Files = append(p.Filesets[0].Files, installp.File{
				Path: "/opt/mailtools/x", Mode: 0o644, Owner: "root", Group: "system", Size: 3, Open: test.open, Volatile: test.volatile})
			err := write.Image(io.Discard, p)
			if err == nil || fault.Code(err) != test.code || !strings.Contains(err.Error(), test.text) {
				t.Errorf("Write() = %v, want %q with %q", err, test.code, test.text)
			}
			if test.code == "" && !errors.Is(err, errBroken) {
				t.Errorf("Write() = %v, which does not hold the cause", err)
			}
		})
	}
}

// full fails after so many bytes, as a disk does.
type full int

func (f *full) Write(p []byte) (int, error) {
	if n := int(*f); n < len(p) {
		*f = 0
		return n, errBroken
	}
	*f -= full(len(p))
	return len(p), nil
}

func TestWriteFails(t *testing.T) {
	t.Parallel()
	for limit := 0; limit < 7168; limit += 8 {
		disk := full(limit)
		if err := write.Image(&disk, installptest.Example()); !errors.Is(err, errBroken) {
			t.Errorf("room for %d bytes: Write() = %v, want %v", limit, err, errBroken)
		}
	}
}
