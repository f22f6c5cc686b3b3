package packaging

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

var values = map[string]string{
	"prefix": "/opt/sendmail", "conf": "/etc/opt/sendmail", "state": "/var/opt/sendmail", "level": "8.15.2.1",
	"options": "ndbm sasl starttls", "map": "dbm", "ostype": "aix5", "needs": "fileset bos.rte 6.1.0.0\nlibrary sasl2 2.1.27 /opt/freeware/lib cyrus-sasl",
}

// manifest makes one of lines such as "file 0555 bin bin /path" and "link /path target".
func manifest(t testing.TB, lines string) stage.Manifest {
	t.Helper()
	var m stage.Manifest
	for line := range strings.Lines(lines) {
		f := strings.Fields(line)
		text := []string{f[0], "0777", "root", "system", "-", "-", f[1], f[len(f)-1]}
		switch stage.Type(f[0]) {
		case stage.File: // its content is its path, see fillRoot
			text = []string{f[0], f[1], f[2], f[3], strconv.Itoa(len(f[4])), strings.Repeat("0", 64), f[4], "-"}
		case stage.Directory:
			text = []string{f[0], f[1], f[2], f[3], "-", "-", f[4], "-"}
		}
		header, _, _ := strings.Cut(stage.Manifest(nil).String(), "\n")
		one, err := stage.ParseManifest(header + "\n" + strings.Join(text, "\t") + "\n")
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		m = append(m, one...)
	}
	slices.SortFunc(m, func(a, b stage.Entry) int { return strings.Compare(a.Path, b.Path) })
	return m
}

// load makes a plan of filesets.toml without the package's name, and of one script.
func load(t testing.TB, filesets string) *Plan {
	t.Helper()
	p, err := Load(directory(t, planFile, "package = \"sendmail\"\nusers = [\"smmsp\"]\ngroups = [\"smmsp\"]\nprovided = [\"/etc/opt\"]\n"+filesets,
		"scripts/one", "#!/usr/bin/ksh\nmkdir @state@\nexit 0\n"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// listed is what Image decides about a file.
type listed struct {
	Type     installp.Type
	Mode     uint32
	Owner    string
	Group    string
	Size     int64
	Target   string
	Volatile bool
	Open     bool
}

func list(f installp.Fileset) map[string]listed {
	all := make(map[string]listed)
	for _, f := range f.Files {
		all[f.Path] = listed{f.Type, f.Mode, f.Owner, f.Group, f.Size, f.Target, f.Volatile, f.Open != nil}
	}
	return all
}

func TestImage(t *testing.T) {
	t.Parallel()
	m := manifest(t, `directory 0755 root system /opt/sendmail
		file 2555 root smmsp /opt/sendmail/sendmail
		link /opt/sendmail/mailq /opt/sendmail/sendmail
		directory 0770 smmsp smmsp /var/opt/sendmail
		file 0600 root bin /var/opt/sendmail/statistics
		file 0444 bin bin /opt/sendmail/man/sendmail.8`)
	root := fillRoot(t, m)
	level, when := vrmf.Level{Version: 8, Release: 15, Modification: 2, Fix: 1}, time.Unix(1443657600, 0)
	pkg, err := load(t, `
copyright = "Mine of @prefix@.\n"

[[fileset]]
name       = "sendmail.rte"
text       = "Mail @level@"
requisites = ["*prereq other.rte @level@"]
files      = ["@prefix@", "@prefix@/*", "@state@", "@state@/*"]
volatile   = ["@state@/*"]
usr        = { pre_i = "scripts/one" }
root       = { pre_i = "scripts/one", config = "scripts/one" }

[[fileset]]
name  = "sendmail.man"
text  = "Pages"
files = ["@prefix@/man/**"]

[[fileset]]
name  = "sendmail.adt"
text  = "Headers"
files = ["@prefix@/include/**"]
usr   = { pre_i = "scripts/one" }
`).Image(Build{
		Manifest: m, Root: root, Values: values, Level: level, Time: when, Needs: []string{"fileset bos.rte 7.2.0.0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if pkg.Name != "sendmail" || pkg.Level != level || !pkg.Time.Equal(when) {
		t.Errorf("the package is %s %v of %v", pkg.Name, pkg.Level, pkg.Time)
	}
	if diff := cmp.Diff([][]string{{"smmsp"}, {"smmsp"}, {"/etc/opt"}}, [][]string{pkg.Users, pkg.Groups, pkg.Provided}); diff != "" {
		t.Errorf("users, groups, provided (-want +got):\n%s", diff)
	}
	if len(pkg.Filesets) != 2 { // sendmail.adt has nothing, and its script alone does not count
		t.Fatalf("the package has %d filesets, want 2", len(pkg.Filesets))
	}
	man, rte := pkg.Filesets[0], pkg.Filesets[1]
	script := "#!/usr/bin/ksh\nmkdir /var/opt/sendmail\nexit 0\n"
	for _, test := range []struct {
		name      string
		got, want any
	}{
		{"files of rte", list(rte), map[string]listed{
			"/opt/sendmail":                {Type: installp.Directory, Mode: 0o755, Owner: "root", Group: "system"},
			"/opt/sendmail/sendmail":       {Mode: 0o2555, Owner: "root", Group: "smmsp", Size: 22, Open: true},
			"/opt/sendmail/mailq":          {Type: installp.Symlink, Target: "/opt/sendmail/sendmail"}, // installp knows a link's owner and mode
			"/var/opt/sendmail":            {Type: installp.Directory, Mode: 0o770, Owner: "smmsp", Group: "smmsp"},
			"/var/opt/sendmail/statistics": {Mode: 0o600, Owner: "root", Group: "bin", Size: 28, Volatile: true, Open: true},
		}},
		{"files of man", list(man), map[string]listed{
			"/opt/sendmail/man/sendmail.8": {Mode: 0o444, Owner: "bin", Group: "bin", Size: 28, Open: true},
		}},
		{"texts", []string{rte.Name, rte.Text, rte.Copyright, man.Name, man.Copyright}, []string{"sendmail.rte", "Mail 8.15.2.1", "Mine of /opt/sendmail.\n", "sendmail.man", "Mine of /opt/sendmail.\n"}},
		{"requisites of rte", rte.Requisites, []string{"*prereq bos.rte 7.2.0.0", "*prereq other.rte 8.15.2.1"}},
		{"requisites of man", man.Requisites, []string{}},
		{"scripts", []installp.Scripts{rte.Usr, rte.Root, man.Usr, man.Root},
			[]installp.Scripts{{installp.PreI: script}, {installp.PreI: script, installp.Config: script}, {}, {}}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	for _, f := range slices.Concat(rte.Files, man.Files) {
		if f.Open == nil {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || string(text) != f.Path {
			t.Errorf("content of %s = %q, %v", f.Path, text, err)
		}
	}
}

// What the programs were linked with is asked for even when the plan's first fileset has nothing to bring.
func TestImageFirstFileset(t *testing.T) {
	t.Parallel()
	pkg, err := load(t, "[[fileset]]\nname = \"sendmail.adt\"\nfiles = [\"/nothing\"]\n[[fileset]]\nname = \"sendmail.rte\"\nfiles = [\"/**\"]\n").
		Image(Build{Manifest: manifest(t, "directory 0755 root system /opt/sendmail\nfile 0444 bin bin /opt/sendmail/a"), Needs: []string{"fileset bos.rte"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(pkg.Filesets) != 1 || !slices.Equal(pkg.Filesets[0].Requisites, []string{"*prereq bos.rte"}) {
		t.Errorf("Image() has the filesets %+v, want sendmail.rte with the requisite", pkg.Filesets)
	}
}

// A fileset whose library was not built has its directory only, which upstream's install needs and nobody else.
func TestImageLeavesOutEmptyDirectories(t *testing.T) {
	t.Parallel()
	pkg, err := load(t, "[[fileset]]\nname = \"sendmail.adt\"\nfiles = [\"/opt/sendmail/lib\"]\n[[fileset]]\nname = \"sendmail.rte\"\nfiles = [\"/opt/sendmail\", \"/opt/sendmail/a\"]\n").
		Image(Build{Manifest: manifest(t, "directory 0755 root system /opt/sendmail\nfile 0444 bin bin /opt/sendmail/a\ndirectory 0755 root system /opt/sendmail/lib")})
	if err != nil {
		t.Fatal(err)
	}
	if len(pkg.Filesets) != 1 || pkg.Filesets[0].Name != "sendmail.rte" || len(pkg.Filesets[0].Files) != 2 {
		t.Errorf("Image() has the filesets %+v, want sendmail.rte alone", pkg.Filesets)
	}
}

func TestImageRefuses(t *testing.T) {
	t.Parallel()
	m := manifest(t, "directory 0755 root system /opt/sendmail\nfile 0444 bin bin /opt/sendmail/a\nfile 0444 bin bin /opt/sendmail/b")
	for _, test := range []struct {
		name, filesets string
		want           []fault.Error // Code, What, Where
	}{
		{"unclaimed", "[[fileset]]\nname = \"x.rte\"\nfiles = [\"@prefix@\"]\n", []fault.Error{
			{Code: "packaging-unclaimed", What: "staged files are in no fileset", Where: "/opt/sendmail/a\n/opt/sendmail/b"},
		}},
		{"claimed twice", "[[fileset]]\nname = \"x.rte\"\nfiles = [\"/**\"]\n[[fileset]]\nname = \"x.b\"\nfiles = [\"@prefix@/b*\"]\n", []fault.Error{
			{Code: "packaging-twice", What: "staged files are in more than one fileset", Where: "/opt/sendmail/b is in x.rte and x.b"},
		}},
		{"both", "[[fileset]]\nname = \"x.rte\"\nfiles = [\"@prefix@/?\"]\n[[fileset]]\nname = \"x.b\"\nfiles = [\"@prefix@/b\"]\n", []fault.Error{
			{Code: "packaging-unclaimed", What: "staged files are in no fileset", Where: "/opt/sendmail"},
			{Code: "packaging-twice", What: "staged files are in more than one fileset", Where: "/opt/sendmail/b is in x.rte and x.b"},
		}},
		{"twice in one fileset is fine", "[[fileset]]\nname = \"x.rte\"\nfiles = [\"/**\", \"@prefix@/b\"]\n", nil},
		{"volatile file misspelt", "[[fileset]]\nname = \"x.rte\"\nfiles = [\"/**\"]\nvolatile = [\"@prefix@/a\", \"@prefix@/statistic\"]\n", []fault.Error{
			{Code: "packaging-volatile", What: "no file in the fileset matches the volatile pattern /opt/sendmail/statistic", Where: planFile + ", fileset x.rte"},
		}},
		{"no pattern", "[[fileset]]\nname = \"x.rte\"\nfiles = [\"/**\", \"/opt/[\", \"/opt/[a/**\"]\n", []fault.Error{
			{Code: "packaging-file", What: "not a pattern: /opt/[", Where: planFile + ", fileset x.rte"},
			{Code: "packaging-file", What: "not a pattern: /opt/[a/**", Where: planFile + ", fileset x.rte"},
		}},
		{"placeholders", "[[fileset]]\nname = \"x.rte\"\ntext = \"@a@\"\nfiles = [\"@b@\"]\nvolatile = [\"@c@\"]\nrequisites = [\"@d@\"]\n", []fault.Error{
			{Code: "packaging-placeholder", What: "a placeholder has no value: @a@", Where: planFile + ", fileset x.rte"},
			{Code: "packaging-placeholder", What: "a placeholder has no value: @d@", Where: planFile + ", fileset x.rte"},
			{Code: "packaging-placeholder", What: "a placeholder has no value: @b@", Where: planFile + ", fileset x.rte"},
			{Code: "packaging-placeholder", What: "a placeholder has no value: @c@", Where: planFile + ", fileset x.rte"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, test.filesets).Image(Build{Manifest: m, Values: values})
			var got []fault.Error
			if joined, ok := err.(interface{ Unwrap() []error }); ok {
				for _, err := range joined.Unwrap() {
					f, ok := errors.AsType[*fault.Error](err)
					if !ok {
						t.Fatalf("%v is no fault", err)
					}
					if f.Do == "" {
						t.Errorf("%v does not say what to do", f)
					}
					got = append(got, fault.Error{Code: f.Code, What: f.What, Where: f.Where})
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// AIX's own users have a number in the image; those of the package do not.
func TestImageSetuid(t *testing.T) {
	t.Parallel()
	p := load(t, "[[fileset]]\nname = \"x.rte\"\nfiles = [\"/**\"]\n")
	_, err := p.Image(Build{Manifest: manifest(t, "file 4555 smmsp bin /opt/a\nfile 4555 root smmsp /opt/b\nfile 2555 smmsp smmsp /opt/c")})
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != "packaging-setuid" || f.Where != "/opt/a" {
		t.Errorf("Image() = %v, want a packaging-setuid fault for /opt/a alone", err)
	}
}

// A script that both parts have tells of its placeholder once.
func TestImageScriptPlaceholder(t *testing.T) {
	t.Parallel()
	_, err := load(t, "[[fileset]]\nname = \"x.rte\"\nusr = { pre_i = \"scripts/one\" }\nroot = { pre_i = \"scripts/one\" }\n").
		Image(Build{Values: map[string]string{"conf": "/c"}})
	want := "a placeholder has no value: @state@\n  where: scripts/one\n  do:    use one of @conf@"
	if err == nil || err.Error() != want {
		t.Errorf("Image() = %v, want\n%s", err, want)
	}
}

// realManifest resembles what the stage brings for sendmail 8.15.2 with libmilter, with one or two of a kind. No makefile was asked
// for it: owners and modes are of the kinds that upstream installs.
const realManifest = `directory 0755 root system /etc/opt/sendmail
	file 0444 root system /etc/opt/sendmail/aliases.default
	directory 0700 root system /etc/opt/sendmail/sasl
	file 0444 root system /etc/opt/sendmail/sasl/Sendmail.conf.default
	directory 0700 root system /etc/opt/sendmail/tls
	file 0444 bin bin /etc/opt/sendmail/helpfile
	file 0444 root system /etc/opt/sendmail/sendmail.cf.default
	file 0444 root system /etc/opt/sendmail/submit.cf.default
	directory 0755 root system /opt/sendmail
	directory 0755 root system /opt/sendmail/bin
	link /opt/sendmail/bin/hoststat /opt/sendmail/sbin/sendmail
	link /opt/sendmail/bin/mailq /opt/sendmail/sbin/sendmail
	file 0555 bin bin /opt/sendmail/bin/vacation
	directory 0755 root system /opt/sendmail/include
	directory 0755 root system /opt/sendmail/include/libmilter
	file 0444 bin bin /opt/sendmail/include/libmilter/mfapi.h
	directory 0755 root system /opt/sendmail/lib
	file 0444 bin bin /opt/sendmail/lib/libmilter.a
	directory 0755 root system /opt/sendmail/libexec
	file 0555 bin bin /opt/sendmail/libexec/mail.local
	file 0555 bin bin /opt/sendmail/libexec/smrsh
	directory 0755 root system /opt/sendmail/sbin
	file 0555 bin bin /opt/sendmail/sbin/makemap
	file 2555 root smmsp /opt/sendmail/sbin/sendmail
	file 0555 root system /opt/sendmail/sbin/sendmail-switch
	directory 0755 root system /opt/sendmail/share
	file 0444 root system /opt/sendmail/share/LICENSE
	directory 0755 root system /opt/sendmail/share/cf
	directory 0755 root system /opt/sendmail/share/cf/cf
	file 0444 root system /opt/sendmail/share/cf/cf/aix-submit.mc
	directory 0755 root system /opt/sendmail/share/cf/m4
	file 0444 root system /opt/sendmail/share/cf/m4/cf.m4
	directory 0755 root system /opt/sendmail/share/man
	directory 0755 root system /opt/sendmail/share/man/cat5
	file 0444 bin bin /opt/sendmail/share/man/cat5/aliases.5
	directory 0755 root system /opt/sendmail/share/man/cat8
	file 0444 bin bin /opt/sendmail/share/man/cat8/sendmail.8
	directory 0755 root system /var/opt/sendmail
	directory 0770 smmsp smmsp /var/opt/sendmail/clientmqueue
	directory 0700 root system /var/opt/sendmail/mqueue
	file 0600 root bin /var/opt/sendmail/statistics`

// What the golden file does not say by itself.
func TestProject(t *testing.T) {
	t.Parallel()
	pkg := realPackage(t)
	var names []string
	for _, f := range pkg.Filesets {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"sendmail.adt", "sendmail.cf", "sendmail.license", "sendmail.man.en_US", "sendmail.rte"}, names); diff != "" {
		t.Errorf("filesets (-want +got):\n%s", diff)
	}
	rte := list(pkg.Filesets[4])
	for path, want := range map[string]bool{"/var/opt/sendmail/statistics": true, "/etc/opt/sendmail/helpfile": false, "/opt/sendmail/sbin/sendmail": false} {
		if f, ok := rte[path]; !ok || f.Volatile != want {
			t.Errorf("%s in sendmail.rte: %v, volatile: %v, want true and %v", path, ok, f.Volatile, want)
		}
	}
	// An administrator's file that an inventory knew would go with the fileset.
	for _, path := range []string{
		"/etc/opt/sendmail/sendmail.cf", "/etc/opt/sendmail/submit.cf", "/etc/opt/sendmail/aliases", "/etc/opt/sendmail/access",
		"/etc/opt/sendmail/sasl/Sendmail.conf",
	} {
		if _, ok := rte[path]; ok {
			t.Errorf("%s is in a fileset", path)
		}
	}
}

// fillRoot writes each file of a manifest: its own path is what is in it.
func fillRoot(t testing.TB, m stage.Manifest) string {
	t.Helper()
	root := t.TempDir()
	for _, e := range m {
		if e.Type != stage.File {
			continue
		}
		file := filepath.Join(root, e.Path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(e.Path), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
