package write_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// codes lists the codes of all faults that are joined in err.
func codes(err error) []string {
	var all []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			all = append(all, fault.Code(e))
		}
		return all
	}
	if err != nil {
		all = append(all, fault.Code(err))
	}
	return all
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
		code   string
		text   string // in the message
	}{
		{"package name with a capital", pkg(func(p *installp.Package) {
			p.Name = "mailtools.Sendmail"
			p.Filesets[0].Name = "mailtools.Sendmail.rte"
		}), "installp-name", `'S'`},
		{"package name of IBM", pkg(func(p *installp.Package) { p.Name = "bos.mail"; p.Filesets[0].Name = "bos.mail.rte" }), "installp-name", "like IBM's own"},
		{"package name of a blank", pkg(func(p *installp.Package) { p.Name = "mail tools"; p.Filesets[0].Name = "mail tools.rte" }), "installp-name", `' '`},
		{"fileset name of another package", set(func(f *installp.Fileset) { f.Name = "other.rte" }), "installp-name", "call it mailtools.sendmail."},
		{"fileset name too long", set(func(f *installp.Fileset) { f.Name = "mailtools.sendmail." + strings.Repeat("x", 144) }), "installp-name", "limit is 144"},
		{"fileset name too short", pkg(func(p *installp.Package) { p.Name, p.Filesets[0].Name = "x", "x" }), "installp-name", "fewer than two"},
		{"fileset name with an empty part", set(func(f *installp.Fileset) { f.Name = "mailtools.sendmail..rte" }), "installp-name", "empty part"},
		{"fileset name beginning with a dot", pkg(func(p *installp.Package) { p.Name, p.Filesets[0].Name = ".x", ".x" }), "installp-name", "does not begin"},
		{"two filesets of one name", pkg(func(p *installp.Package) {
			f := p.Filesets[0]
			f.Files = nil
			p.Filesets = append(p.Filesets, f)
		}), "installp-fileset", "one name"},
		{"no fileset", pkg(func(p *installp.Package) { p.Filesets = nil }), "installp-fileset", "no fileset"},
		{"empty fileset", second(installp.Fileset{Name: "mailtools.sendmail.man"}), "installp-fileset", "is empty"},
		{"no level", pkg(func(p *installp.Package) { p.Level = vrmf.Level{} }), "installp-level", "no level"},
		{"level", pkg(func(p *installp.Package) { p.Level.Version = 100 }), "installp-level", "version"},
		{"level of a fileset", set(func(f *installp.Fileset) { f.Level.Fix = 10000 }), "installp-level", "fix level"},
		{"no date", pkg(func(p *installp.Package) { p.Time = time.Time{} }), "installp-time", "no date"},

		{"no title", title(""), "installp-text", "text is empty"},
		{"title with a comment", title("Mail #1"), "installp-text", "without '#'"},
		{"title with a newline", title("Mail\n]\n}"), "installp-text", "cannot hold"},
		{"title not ASCII", title("Sendmail für AIX"), "installp-text", "cannot hold"},
		{"title too long", title(strings.Repeat("x", 61)), "installp-text", "61 characters"},
		{"no copyright", set(func(f *installp.Fileset) { f.Copyright = "" }), "installp-text", "no copyright"},
		{"copyright not ASCII", set(func(f *installp.Fileset) { f.Copyright = "one\n© two\n" }), "installp-text", "line 2"},
		{"copyright without newline", set(func(f *installp.Fileset) { f.Copyright = "one" }), "installp-text", "newline"},

		{"requisite without star", requires("prereq bos.rte"), "installp-requisite", "line 1"},
		{"requisite of a tab", requires("*prereq\tbos.rte"), "installp-requisite", "line 1"},
		{"requisite of unknown type", requires("*requires bos.rte 6.1.0.0"), "installp-requisite", `"requires"`},
		{"requisite with a bad name", requires("*prereq bos/rte"), "installp-requisite", "'/'"},
		{"requisite with a bad level", requires("*prereq bos.rte 6.1"), "installp-requisite", "has 2 parts"},
		{"requisite with a relation", requires("*prereq bos.rte v=6 r>1"), "installp-requisite", "line 1"},
		{"requisite with a newline", requires("*prereq bos.rte 6.1.0.0\n%"), "installp-requisite", "line 1"},
		{"end of the section", requires("*prereq bos.rte", "%"), "installp-requisite", "line 2"},
		{"end of the fileset", requires("]"), "installp-requisite", "line 1"},
		{"empty requisite", requires(""), "installp-requisite", "line 1"},
		{"group not closed", requires(">0 {", "*prereq bos.rte"), "installp-requisite", "line 1 is not closed"},
		{"group not opened", requires("}"), "installp-requisite", "no group is open"},
		{"group in a group", requires(">0 {", ">0 {", "*prereq bos.rte", "}", "}"), "installp-requisite", "inside the group of line 1"},
		{"group on one line", requires(">0 { *prereq bos.rte }"), "installp-requisite", "begins with a line"},
		{"group that cannot be met", requires(">1 {", "*prereq bos.rte", "}"), "installp-requisite", "more than 1 of 1"},

		{"script of no step", set(func(f *installp.Fileset) { f.Usr["preinstall"] = installptest.Success }), "installp-script", "pre_rm, pre_i"},
		{"empty script", script(""), "installp-script", "is empty"},
		{"script without interpreter", script("exit 0\n"), "installp-script", "interpreter"},
		{"script of another shell", script("#!/bin/bash\nexit 0\n"), "installp-script", "#!/usr/bin/ksh"},
		{"script that does not end well", script("#!/usr/bin/ksh\nexit 0\nmkgroup smmsp\n# exit 0\n"), "installp-script", `"mkgroup smmsp"`},
		{"script without newline", script("#!/usr/bin/ksh\nexit 0"), "installp-text", "newline"},
		{"script with carriage returns", script("#!/usr/bin/ksh\necho\r\nexit 0\n"), "installp-text", "line 2"},

		{"relative path", addPath("opt/x"), "installp-path", "not absolute"},
		{"path with dot dot", addPath("/opt/mailtools/../x"), "installp-path", "not absolute and plain"},
		{"path with a slash at the end", addPath("/opt/mailtools/x/"), "installp-path", "not absolute and plain"},
		{"path with a colon", addPath("/opt/mailtools/a:b"), "installp-path", "':'"},
		{"path with a comma", addPath("/opt/mailtools/a,b"), "installp-path", "','"},
		{"path with a blank", addPath("/opt/mailtools/a b"), "installp-path", "' '"},
		{"path with a newline", addPath("/opt/mailtools/a\nb"), "installp-path", `'\n'`},
		{"path not ASCII", addPath("/opt/mailtools/é"), "installp-path", "cannot bear"},
		{"path too long", addPath("/opt/mailtools/" + strings.Repeat("x", 241)), "installp-path", "256 bytes"},
		{"path too long with inst_root", addPath("/etc/mailtools/" + strings.Repeat("x", 208)), "installp-path", "inst_root included"},
		{"directory of AIX", add(installptest.Directory("/var/spool", 0o755, "root", "system")), "installp-path", "of AIX itself"},
		{"path through /bin", addPath("/bin/x"), "installp-path", "below /usr/bin"},
		{"path of the control library", addPath("/usr/lpp/mailtools.sendmail/liblpp.a"), "installp-path", "control files"},
		{"path below inst_root", addPath("/usr/lpp/mailtools.sendmail/inst_root/etc/x"), "installp-path", "control files"},
		{"path twice", addPath("/opt/mailtools/sbin/sendmail"), "installp-twice", "/opt/mailtools/sbin/sendmail"},
		{"path of a hard link", addPath("/opt/mailtools/sbin/hoststat"), "installp-twice", "hoststat"},
		{"path in two filesets", second(installp.Fileset{Name: "mailtools.sendmail.man", Files: []installp.File{
			installptest.Directory("/etc/mailtools", 0o755, "root", "system")}}), "installp-twice", "in fileset mailtools.sendmail.rte"},
		{"missing directory", addPath("/opt/mailtools/lib/x"), "installp-parent", "/opt/mailtools/lib"},
		{"missing directory of a hard link", at(program, func(f *installp.File) { f.Links[0] = "/opt/mailtools/lib/x" }), "installp-parent", "/opt/mailtools/lib"},
		{"directory in a fileset that is not required", second(installp.Fileset{Name: "mailtools.sendmail.man", Files: []installp.File{
			installptest.File("/opt/mailtools/x", 0o644, "root", "system", "")}}), "installp-parent", "*prereq mailtools.sendmail.rte"},
		{"directory that is a file", addPath("/opt/mailtools/sbin/sendmail/x"), "installp-parent", "no directory"},
		{"directory that is a link", addPath("/opt/mailtools/sbin/newaliases/x"), "installp-parent", "no directory"},

		{"unknown user", at(program, func(f *installp.File) { f.Owner = "smmsp" }), "installp-owner", `user "smmsp"`},
		{"unknown group", at(program, func(f *installp.File) { f.Group = "wheel" }), "installp-owner", `group "wheel"`},
		{"no owner", at(program, func(f *installp.File) { f.Owner = "" }), "installp-owner", `user ""`},
		{"user that is AIX's own", pkg(func(p *installp.Package) { p.Users = []string{"root"} }), "installp-account", "AIX's own"},
		{"user name", pkg(func(p *installp.Package) { p.Users = []string{"sendmailer"} }), "installp-account", "1 to 8"},
		{"group name", pkg(func(p *installp.Package) { p.Groups = []string{"a\nb"} }), "installp-account", "1 to 8"},
		{"nobody creates the user", pkg(func(p *installp.Package) {
			p.Users, p.Filesets[0].Usr, p.Filesets[0].Files[0].Owner = []string{"smmsp"}, nil, "smmsp"
		}), "installp-account", "/opt/mailtools\n  found: smmsp:system, and no pre_i"},
		{"only another fileset creates the group", pkg(func(p *installp.Package) {
			p.Groups = []string{"smmsp"}
			p.Filesets = append(p.Filesets, installp.Fileset{Name: "mailtools.sendmail.x", Files: []installp.File{
				installptest.File("/usr/sbin/x", 0o555, "root", "smmsp", "x")}})
		}), "installp-account", "require a fileset that does"},

		{"file of 2 GiB", at(program, func(f *installp.File) { f.Size = 1 << 31 }), "installp-size", "2147483648 bytes"},
		{"file of negative size", at(program, func(f *installp.File) { f.Size = -1 }), "installp-size", "-1 bytes"},
		{"file without content", at(program, func(f *installp.File) { f.Open = nil }), "installp-file", "set Open"},
		{"file with a target", at(program, func(f *installp.File) { f.Target = "x" }), "installp-file", "target"},
		{"type bits in the mode", at(program, func(f *installp.File) { f.Mode = 0o100555 }), "installp-mode", "0100555"},
		{"unknown type", at(program, func(f *installp.File) { f.Type = 9 }), "installp-file", "type 9"},
		{"unknown method", at(config, func(f *installp.File) { f.Config = "keep" }), "installp-config", "preserve, auto_merge"},
		{"hard link into the other part", at(program, func(f *installp.File) { f.Links = []string{"/etc/hoststat"} }), "installp-link", "another file system"},
		{"hard link into another file system", at(program, func(f *installp.File) { f.Links = []string{"/usr/sbin/hoststat"} }), "installp-link", "another file system"},
		{"link without target", at(link, func(f *installp.File) { f.Target = "" }), "installp-link", "target"},
		{"link with a newline", at(link, func(f *installp.File) { f.Target = "a\n\n/etc/passwd:" }), "installp-link", "target"},
		{"link with an owner", at(link, func(f *installp.File) { f.Owner = "bin" }), "installp-link", "owner or a mode"},
		{"link with a mode", at(link, func(f *installp.File) { f.Mode = 0o755 }), "installp-link", "owner or a mode"},
		{"link with content", at(link, func(f *installp.File) { f.Size = 1 }), "installp-file", "symbolic link"},
		{"directory with content", at(0, func(f *installp.File) { f.Config = installp.Preserve }), "installp-file", "directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := installptest.Example()
			test.change(p)
			var b bytes.Buffer
			err := write.Image(&b, p)
			if !slices.Contains(codes(err), test.code) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("Write() = %v, want %s with %q", err, test.code, test.text)
			}
			if b.Len() != 0 {
				t.Errorf("%d bytes were written of a package that was refused", b.Len())
			}
			if again := write.Check(p); cmp.Diff(codes(err), codes(again)) != "" {
				t.Errorf("Validate() = %v, but Write() = %v", again, err)
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
	want := []string{"installp-level", "installp-text", "installp-requisite", "installp-owner"}
	if diff := cmp.Diff(want, codes(write.Check(p))); diff != "" {
		t.Errorf("codes, -want +got:\n%s", diff)
	}
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	p := installptest.Family()
	p.Filesets[0].Files[3].Owner, p.Filesets[0].Files[3].Group, p.Filesets[0].Files[3].Mode = "root", "system", 0o777
	p.Filesets[0].Usr[installp.PostI] = "#! /usr/bin/ksh93 -e\ncase $INUTREE in\nU) ;;\nesac\n\texit 0\n# end\n"
	p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File("/usr/lpp/mailtools.sendmail/readme", 0o444, "root", "system", "x"))
	if err := write.Check(p); err != nil {
		t.Errorf("Validate() = %v", err)
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
