package installp_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// sample returns an image that AIX wrote; the project holds no file that others made.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("AIX_SAMPLES")
	if dir == "" {
		t.Skip("AIX_SAMPLES names no directory: not read against an image that AIX wrote")
	}
	image, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// open reads the front of an image.
func open(t testing.TB, image []byte) *installp.Reader {
	t.Helper()
	r, err := installp.NewReader(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

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
	r := open(t, write(t, example()))
	image := r.Image()
	if image.Package != "mailtools.sendmail" || image.IsUpdate() || len(image.Filesets) != 1 {
		t.Fatalf("package %s, update %v, %d filesets", image.Package, image.IsUpdate(), len(image.Filesets))
	}
	f := image.Filesets[0]
	want := example().Filesets[0]
	if f.Name != want.Name || f.Text != want.Text || f.Level != (vrmf.Level{Version: 8, Release: 15, Modification: 2}) || f.Content != "B" {
		t.Errorf("fileset %s %s %q %s", f.Name, f.Level, f.Text, f.Content)
	}
	if diff := cmp.Diff(want.Requisites, f.Requisites); diff != "" {
		t.Errorf("requisites, -want +got:\n%s", diff)
	}
	if f.Usr.Control["copyright"] != want.Copyright || f.Usr.Control["pre_i"] != success || f.Root.Control["config"] != success {
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
	p := family()
	p.Filesets = append(p.Filesets, installp.Fileset{
		Name: "mailtools.sendmail.man.de_DE", Text: "More manual pages", Copyright: "Other text.\n",
		Requisites: []string{"*prereq mailtools.sendmail.rte"},
		Files:      []installp.File{file("/opt/mailtools/x.8", 0o444, "bin", "bin", "x")},
	})
	r := open(t, write(t, p))
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
	image := write(t, example())
	for _, readAll := range []bool{true, false} {
		r := open(t, image)
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
	r := open(t, sample(t, "PkgA.1.0.0.0.bff"))
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
	if _, err := installp.NewReader(bytes.NewReader(sample(t, "backup-i.bff"))); !errors.Is(err, installp.ErrImage) {
		t.Errorf("NewReader = %v, want ErrImage", err)
	}
}

// Other hands read the same out of an image: sum -r the checksums, GNU ar the names of the control files.
func TestForeignTools(t *testing.T) {
	t.Parallel()
	image := write(t, family())
	dir, err := extract(t, image)
	if err != nil {
		t.Fatal(err)
	}
	tool := func(name string, args ...string) string {
		out, err := exec.Command(name, args...).Output()
		if err != nil {
			t.Skipf("%s: %v: not compared with it", name, err)
		}
		return string(out)
	}
	for _, f := range open(t, image).Image().Filesets {
		for _, s := range f.Usr.Inventory {
			if s.Type != installp.Regular || s.Volatile {
				continue
			}
			got := strings.Fields(tool("sum", "-r", filepath.Join(dir, s.Path)))
			if diff := cmp.Diff(strings.Fields(s.Checksum), got[:2]); diff != "" {
				t.Errorf("%s, -inventory +sum:\n%s", s.Path, diff)
			}
		}
	}
	var want []string
	for _, m := range takeApart(t, image).libraries[usrLib] {
		want = append(want, m.Name)
	}
	got := tool("ar", "--target=aixcoff-rs6000", "t", filepath.Join(dir, usrLib))
	if diff := cmp.Diff(want, strings.Fields(got)); diff != "" {
		t.Errorf("control files, -ours +ar:\n%s", diff)
	}
}
