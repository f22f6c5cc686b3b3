package mkinstallp_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/diff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/mkinstallp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

var update = flag.Bool("update", false, "write testdata/golden anew")

// sayable is the family without what mkinstallp's template has no word for.
func sayable() *installp.Package {
	p := installptest.Family()
	for i := range p.Filesets[0].Files {
		p.Filesets[0].Files[i].Config, p.Filesets[0].Files[i].Links = "", nil
	}
	return p
}

// owners stand in for os.Lchown, which only root may use.
type owners map[string]string

func (o owners) set(name string, uid, gid int) error {
	o[name] = fmt.Sprintf("%d:%d", uid, gid)
	return nil
}

func layOut(t *testing.T, p *installp.Package) (*mkinstallp.Layout, owners) {
	t.Helper()
	given := owners{}
	l, err := mkinstallp.LayOut(p, filepath.Join(t.TempDir(), "layout"), given.set)
	if err != nil {
		t.Fatal(err)
	}
	return l, given
}

// TestLayOutGolden shows all that mkinstallp is given: the texts, and the build root with modes and owners.
func TestLayOutGolden(t *testing.T) {
	t.Parallel()
	l, given := layOut(t, sayable())
	var b strings.Builder
	err := filepath.WalkDir(l.Dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		b.WriteString(strings.TrimPrefix(name, filepath.Dir(l.Dir)))
		if owner := given[name]; owner != "" { // other modes depend on the umask
			fmt.Fprintf(&b, " %s %s", info.Mode(), owner)
		}
		if d.Type() == fs.ModeSymlink {
			target, err := os.Readlink(name)
			fmt.Fprintf(&b, " -> %s\n", target)
			return err
		}
		b.WriteByte('\n')
		if filepath.Dir(name) == l.Dir && !d.IsDir() {
			text, err := os.ReadFile(name)
			for line := range strings.Lines(strings.ReplaceAll(string(text), l.Dir, "/layout")) {
				b.WriteString("    | " + line)
			}
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "golden", "mkinstallp.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("%s, -want +got (go test -update writes it anew):\n%s", golden, diff)
	}
}

// The template, read back, names every object once, in its fileset and part, and every script; the build root has all of them.
func TestTemplateNamesEachFileOnce(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		p := sayable()
		installptest.Shuffle(random, p.Filesets)
		for i := range p.Filesets {
			installptest.Shuffle(random, p.Filesets[i].Files)
			p.Filesets[i].Files = p.Filesets[i].Files[:random.IntN(1+len(p.Filesets[i].Files))]
			if len(p.Filesets[i].Root) == 0 && len(p.Filesets[i].Files) == 0 {
				p.Filesets[i].Root = installp.Scripts{installp.UnpreI: installptest.Success}
			}
		}
		p.Provided = []string{"/opt/freeware/share", "/opt/mailtools", "/opt/mailtools/sbin", "/etc/mailtools", "/var/spool/clientmqueue"}
		l, _ := layOut(t, p)
		text, err := os.ReadFile(l.Template)
		if err != nil {
			t.Fatal(err)
		}
		template, err := parseTemplate(string(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		want, got := map[string][]string{}, map[string][]string{}
		for _, f := range p.Filesets {
			for _, file := range f.Files {
				list := f.Name + " ROOTFiles"
				if strings.HasPrefix(file.Path, "/opt/") {
					list = f.Name + " USRFiles"
				}
				want[list] = append(want[list], file.Path)
				if _, err := os.Lstat(l.Root + file.Path); err != nil {
					t.Error(err)
				}
			}
			for part, scripts := range map[string]installp.Scripts{" USRLIBLPPFiles": f.Usr, " ROOTLIBLPPFiles": f.Root} {
				for step, script := range scripts {
					want[f.Name+part] = append(want[f.Name+part], string(step)+script)
				}
			}
		}
		for _, f := range template.filesets {
			for name, b := range f.blocks {
				list := f.values["Fileset Name"] + " " + name
				got[list] = append(got[list], b.lines...)
				for keyword, file := range b.values {
					script, err := os.ReadFile(file)
					if err != nil {
						t.Error(err)
					}
					got[list] = append(got[list], scriptWords[keyword]+string(script))
				}
			}
		}
		for _, lists := range []map[string][]string{want, got} {
			for list, entries := range lists {
				if slices.Sort(entries); len(entries) == 0 {
					delete(lists, list)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("-package +template:\n%s\n%s", diff, text)
		}
	}
}

// What the stand-in makes of the template and the build root is the package again: the date alone differs.
func TestMkinstallpStandIn(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files to other users")
	}
	p := sayable()
	l, err := mkinstallp.LayOut(p, filepath.Join(t.TempDir(), "layout"), os.Lchown)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(l.Root)
	if err := standIn([]string{"-d", l.Root, "-T", l.Template}); err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadFile(l.Image)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range installptest.Findings(t, made) {
		if !f.Note {
			t.Error(f)
		}
	}
	all, err := diff.Images(installptest.Section(installptest.Write(t, p)), installptest.Section(made))
	if err != nil || len(all) != 1 || all[0].Kind != diff.Date || all[0].Before != "2015-10-01 00:00:00" {
		t.Errorf("Images = %v, %v, want the date alone", all, err)
	}
}

func TestLayOutRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		dir  string
		edit func(*installp.Package)
		want string
	}{
		"configuration file": {"layout", func(p *installp.Package) { p.Filesets[0].Files[5].Config = installp.HoldNew },
			"mkinstallp's template has no word for what becomes of a configuration file"},
		"hard link": {"layout", func(p *installp.Package) { p.Filesets[0].Files[2].Links = []string{"/opt/mailtools/sbin/hoststat"} },
			"mkinstallp's template has no word for hard links"},
		"directory with a blank": {"lay out", func(*installp.Package) {}, "the template cannot name files in this directory"},
		"mkinstallp's own": {"layout", func(p *installp.Package) {
			p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File("/tmp/mailtools", 0o644, "root", "system", ""))
		}, "mkinstallp keeps files of its own there in the build root"},
		"not valid": {"layout", func(p *installp.Package) { p.Filesets[0].Text = "" }, "a title is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := sayable()
			test.edit(p)
			dir := filepath.Join(t.TempDir(), test.dir)
			_, err := mkinstallp.LayOut(p, dir, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("LayOut() = %v, want %q", err, test.want)
			}
			if code := fault.Code(err); name != "not valid" && code != "installp-template" {
				t.Errorf("the code is %q", code)
			}
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something was written: %v", err)
			}
		})
	}
}

// What cannot be written is told, and nothing is put where something lies.
func TestLayOutFails(t *testing.T) {
	t.Parallel()
	full, dir := errors.New("no space left"), t.TempDir()
	if _, err := mkinstallp.LayOut(sayable(), dir, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("LayOut() = %v, want %v", err, fs.ErrExist)
	}
	_, err := mkinstallp.LayOut(sayable(), filepath.Join(dir, "owners"), func(string, int, int) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("LayOut() = %v, want %v", err, full)
	}
	p := sayable()
	p.Filesets[0].Files[2].Size++
	_, err = mkinstallp.LayOut(p, filepath.Join(dir, "content"), nil)
	if err == nil || !strings.Contains(err.Error(), "a file changed while it was being packaged") {
		t.Errorf("LayOut() = %v, want a file that has changed", err)
	}
}
