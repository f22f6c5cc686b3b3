package installp_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// members lists what is behind the control libraries.
func members(t testing.TB, r *installp.Reader) []string {
	t.Helper()
	var names []string
	for {
		m, err := r.Next()
		if err == io.EOF {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, m.Name)
	}
}

// What was written comes back.
func TestReadOwn(t *testing.T) {
	t.Parallel()
	r := installptest.Open(t, installptest.Write(t, installptest.Example()))
	image := r.Image()
	if image.Package != "mailtools.sendmail" || image.IsUpdate() || len(image.Filesets) != 1 {
		t.Fatalf("package %s, update %v, %d filesets", image.Package, image.IsUpdate(), len(image.Filesets))
	}
	f := image.Filesets[0]
	want := installptest.Example().Filesets[0]
	if f.Name != want.Name || f.Text != want.Text || f.Level != (vrmf.Level{Version: 8, Release: 15, Modification: 2}) || f.Content != "B" {
		t.Errorf("fileset %s %s %q %s", f.Name, f.Level, f.Text, f.Content)
	}
	if diff := cmp.Diff(want.Requisites, f.Requisites); diff != "" {
		t.Errorf("requisites, -want +got:\n%s", diff)
	}
	if f.Usr.Control["copyright"] != want.Copyright || f.Usr.Control["pre_i"] != installptest.Success || f.Root.Control["config"] != installptest.Success {
		t.Errorf("control files %q, %q", f.Usr.Control, f.Root.Control)
	}
	program := installp.Stanza{
		Path: "/opt/mailtools/sbin/sendmail", Owner: "root", Group: "mail", Mode: 0o2555, Links: []string{"/opt/mailtools/sbin/hoststat"},
		Class: "apply,inventory,mailtools.sendmail.rte", Size: 33, Checksum: "14517    1 ", Line: 15,
	}
	if diff := cmp.Diff(program, f.Usr.Inventory[2]); diff != "" {
		t.Errorf("stanza, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]installp.ConfigFile{{Path: "/etc/mailtools/submit.cf", Method: installp.Preserve, Line: 1}},
		f.Root.Configs); diff != "" {
		t.Errorf("configuration files, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(installp.Size{Name: "INSTWORK", Permanent: 96, Temporary: 24, Line: 13}, f.Sizes[5]); diff != "" {
		t.Errorf("size, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(f.Usr.ApplyList, members(t, r)); diff != "" {
		t.Errorf("members, -apply list +image:\n%s", diff)
	}
}

// Several filesets share the libraries; the name of one may begin like another's.
func TestReadFamily(t *testing.T) {
	t.Parallel()
	p := installptest.Family()
	p.Filesets = append(p.Filesets, installp.Fileset{
		Name: "mailtools.sendmail.man.de_DE", Text: "More manual pages", Copyright: "Other text.\n",
		Requisites: []string{"*prereq mailtools.sendmail.rte"},
		Files:      []installp.File{installptest.File("/opt/mailtools/x.8", 0o444, "bin", "bin", "x")},
	})
	r := installptest.Open(t, installptest.Write(t, p))
	got := map[string][]string{}
	for _, f := range r.Image().Filesets {
		got[f.Name] = f.Usr.ApplyList
		if (f.Root != nil) != (f.Content == "B") {
			t.Errorf("%s: content %s, root part %v", f.Name, f.Content, f.Root)
		}
	}
	want := map[string][]string{
		"mailtools.sendmail.man":       {"./opt/freeware/share/extra", "./opt/mailtools/aliases.5"},
		"mailtools.sendmail.man.de_DE": {"./opt/mailtools/x.8"},
		"mailtools.sendmail.start":     nil,
		"mailtools.sendmail.rte":       got["mailtools.sendmail.rte"],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("apply lists, -want +got:\n%s", diff)
	}
}

// Data of members comes through, whether the one before it was read or not, and the offset leads to the member.
func TestReadData(t *testing.T) {
	t.Parallel()
	image := installptest.Write(t, installptest.Example())
	for _, readAll := range []bool{true, false} {
		r := installptest.Open(t, image)
		for {
			m, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if at := image[m.Offset:]; !bytes.HasPrefix(at[64:], []byte(m.Name+"\x00")) {
				t.Errorf("%s is not at offset %d", m.Name, m.Offset)
			}
			if !readAll && !strings.HasSuffix(m.Name, "submit.cf") {
				continue
			}
			data, err := io.ReadAll(r)
			if err != nil || int64(len(data)) != m.Size {
				t.Errorf("%s: %d bytes, %v", m.Name, len(data), err)
			}
			if strings.HasSuffix(m.Name, "submit.cf") && string(data) != "# submit.cf\nDjlocalhost\n" {
				t.Errorf("%s holds %q", m.Name, data)
			}
		}
	}
}

// S2, a package that mkinstallp made on AIX.
func TestReadSample(t *testing.T) {
	t.Parallel()
	r := installptest.Open(t, installptest.Sample(t, "PkgA.1.0.0.0.bff"))
	f := r.Image().Filesets[0]
	if f.Name != "PkgA.rte" || f.Content != "U" || f.Root != nil || f.Text != "My runtime fileset" || len(f.Usr.Inventory) != 5 || len(f.Sizes) != 5 {
		t.Errorf("fileset %+v", f)
	}
	if diff := cmp.Diff(f.Usr.ApplyList, members(t, r)); diff != "" {
		t.Errorf("members, -apply list +image:\n%s", diff)
	}
}

// A plain archive is not an image.
func TestReadOtherArchive(t *testing.T) {
	t.Parallel()
	if _, err := installp.NewReader(bytes.NewReader(installptest.Sample(t, "backup-i.bff"))); !errors.Is(err, installp.ErrImage) {
		t.Errorf("NewReader = %v, want ErrImage", err)
	}
}

// The front of an image: what AIX's own packages and others' have is taken, and what has no package is not.
func TestReadFront(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		damage func(*installptest.Contents)
		want   string // "" for none
	}{
		"OpenSSH's":    {func(c *installptest.Contents) { c.Members = c.Members[1:] }, ""},
		"files":        {func(c *installptest.Contents) { c.Members[0].Name = "./c" }, ""},
		"another file": {func(c *installptest.Contents) { c.Members[1].Name = "./other" }, "a backup of files: it has no ./lpp_name"},
		"nothing else": {func(c *installptest.Contents) { c.Members = c.Members[:2] }, "this control library is not in the image"},
		"update of nothing": {func(c *installptest.Contents) {
			c.Member("./lpp_name").Data = "4 R S mailtools.sendmail {\n}\n"
		}, "the package has no fileset"},
		"a hundred lines": {installptest.LppName("/opt/mailtools/sbin 16\n", strings.Repeat("\x01\n", 2*installp.MaxProblems)), "printable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
			test.damage(c)
			image := c.Image(t)
			switch name { // the Writer writes no such names
			case "OpenSSH's":
				image = installptest.Rename(image, "./lpp_name", "lpp_name\x00\x00")
			case "files":
				image = installptest.Rename(image, "./c", "etc")
			}
			_, err := installp.NewReader(bytes.NewReader(image))
			if (err == nil) != (test.want == "") || err != nil && (!errors.Is(err, installp.ErrImage) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("NewReader = %v, want %q", err, test.want)
			}
			if err != nil && strings.Count(err.Error(), "\n") >= installp.MaxProblems {
				t.Errorf("more than %d problems are told", installp.MaxProblems)
			}
		})
	}
}

func TestToc(t *testing.T) {
	t.Parallel()
	want := `0 100100000015 2
a.I 4 R I mailtools.sendmail {
mailtools.sendmail.rte 08.15.0002.0000 1 N B en_US Sendmail mail transfer agent
[
*prereq bos.rte 6.1.0.0
`
	r := installptest.Open(t, installptest.Write(t, installptest.Example()))
	got := installp.Toc([]installp.TocEntry{{FileName: "a.I", Image: r.Image()}, {FileName: "b.I", Image: r.Image()}})
	if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "\n%\n%\n%\n%\n]\n}\n") || strings.Count(got,
		"\nb.I 4 R I mailtools.sendmail {\n") != 1 {
		t.Errorf("Toc() =\n%s", got)
	}
}

// Levels are padded where they are such, empty lines go, and the date is that of the newest file.
func TestTocLevels(t *testing.T) {
	t.Parallel()
	const text = "4 R S a.b {\r\n\na.b 1.2.3.4.IX1 00 N U en_US One\n[\n]\na.c what 07 b B C Two\n[\n]\n}"
	file := func(mode uint32, seconds int64) installp.Member {
		return installp.Member{Header: bff.Header{Mode: mode, ModTime: time.Unix(seconds, 0)}}
	}
	image := installp.ParseLppName(&installp.Member{}, text, func(installp.Problem) {})
	image.Front = []installp.Member{file(bff.TypeRegular, 1000), file(bff.TypeDir, 90000), file(bff.TypeRegular, 2000), file(bff.TypeRegular, 1500)}
	want := "0 010100332070 2\na.U 4 R S a.b {\na.b 01.02.0003.0004.IX1 0 N U en_US One\n[\n]\na.c what 7 b B C Two\n[\n]\n}\n"
	if diff := cmp.Diff(want, installp.Toc([]installp.TocEntry{{FileName: "a.U", Image: image}})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestListing(t *testing.T) {
	t.Parallel()
	r := installptest.Open(t, installptest.Write(t, installptest.Example()))
	want := `  Fileset Name                Level                     I/U Q Content
  ====================================================================
  mailtools.sendmail.rte      8.15.2.0                   I  N usr,root
#   Sendmail mail transfer agent
`
	if diff := cmp.Diff(want, r.Image().Listing()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	m := r.Image().Front[1]
	if got, want := m.String(), "-rw-r--r--     0     0        448 2015-10-01 00:00:00 ./lpp_name"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
}

// Lines of members are in columns, as ls has them, as long as numbers fit, and apart where these do not.
func TestMemberLines(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		member installp.Member
		want   string
	}{
		{installp.Member{Header: bff.Header{Name: "./a\x1b[2J", Mode: bff.TypeDir | 0o7642}}, `drwSr-S-wT     0     0          0 1970-01-01 00:00:00 ./a\x1b[2J`},
		{installp.Member{Header: bff.Header{Name: "./a", Mode: bff.TypeRegular | 0o7777, UID: 388113, GID: 4294967295, Size: 4294967295}}, `-rwsrwsrwt 388113 4294967295 4294967295 1970-01-01 00:00:00 ./a`},
		{installp.Member{Header: bff.Header{Name: "./a", Mode: bff.TypeSymlink | 0o777, UID: 99999, Size: 12}, Stored: "a"}, `lrwxrwxrwx 99999     0         12 1970-01-01 00:00:00 a`},
		{installp.Member{Header: bff.Header{Name: "./a", Mode: bff.TypeChar | 0o600}, Special: bff.Special{Major: 10, Minor: 2}}, `crw-------     0     0       10,2 1970-01-01 00:00:00 ./a`},
		{installp.Member{Header: bff.Header{Name: "./a", Mode: bff.TypeMPX | 0o060, Size: 1}}, `c---rw----     0     0          1 1970-01-01 00:00:00 ./a`},
		{installp.Member{Header: bff.Header{Name: "./a", Mode: bff.TypeBlock | 0o004}, Special: bff.Special{Major: 4294967295, Minor: 10}}, `b------r--     0     0 4294967295,10 1970-01-01 00:00:00 ./a`},
		{installp.Member{Header: bff.Header{Name: "./a", Mode: bff.TypeFIFO}}, `p---------     0     0          0 1970-01-01 00:00:00 ./a`},
		{installp.Member{Header: bff.Header{Name: "./a", Mode: bff.TypeSocket}}, `s---------     0     0          0 1970-01-01 00:00:00 ./a`},
		{installp.Member{Header: bff.Header{Name: "./a", ModTime: time.Unix(1<<32-1, 0)}}, `?---------     0     0          0 2106-02-07 06:28:15 ./a`},
	} {
		if row.member.ModTime.IsZero() {
			row.member.ModTime = time.Unix(0, 0)
		}
		if got := row.member.String(); got != row.want {
			t.Errorf("String() = %q, want %q", got, row.want)
		}
	}
}
