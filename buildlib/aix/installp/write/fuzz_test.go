package write_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
)

// FuzzPackage puts anything into the fields that end up in lpp_name and in the inventory. What is accepted must stay within its own
// field: no line more than it should be.
func FuzzPackage(f *testing.F) {
	f.Add("Sendmail mail transfer agent", "*prereq bos.rte 6.1.0.0\n>0 {\n*coreq a.b\n*ifreq c+d 1.2.3.4\n}", "/opt/mailtools/x", "sendmail")
	f.Add("]", "%", "/etc/mailtools/a:b", "../x")
	f.Add("Mail\n]", "*prereq bos.rte\n]\n}", "/etc/mailtools/a", "x\n\n/etc/passwd:")
	f.Fuzz(func(t *testing.T, title, requisites, path, target string) {
		p := installptest.Example()
		fileset := &p.Filesets[0]
		fileset.Text, fileset.Requisites = title, strings.Split(requisites, "\n")
		fileset.Files = append(fileset.Files, installptest.File(path, 0o644, "root", "system", "abc"))
		fileset.Files[3].Target = target
		var b bytes.Buffer
		if err := write.Image(&b, p); err != nil {
			if b.Len() != 0 {
				t.Fatalf("%d bytes were written, then came %v", b.Len(), err)
			}
			return
		}
		image := contents(t, b.Bytes())

		lines := strings.Split(image["./lpp_name"], "\n")
		if got := lines[1]; got != "mailtools.sendmail.rte 8.15.2.0 01 N B en_US "+title {
			t.Errorf("the fileset's line is %q", got)
		}
		if got := lines[3 : 3+len(fileset.Requisites)]; !slices.Equal(got, fileset.Requisites) {
			t.Errorf("the requisites are %q, want %q", got, fileset.Requisites)
		}
		if got := strings.Count(image["./lpp_name"], "\n%\n"); got != 3 { // of a run of %, every second one
			t.Errorf("lpp_name has %d ends of sections, want 3:\n%s", got, image["./lpp_name"])
		}
		if got := strings.Count(image["./lpp_name"], "\n]\n"); got != 1 {
			t.Errorf("lpp_name has %d ends of filesets:\n%s", got, image["./lpp_name"])
		}

		stanzas, applied := 0, 0
		for _, name := range []string{"./usr/lpp/mailtools.sendmail/liblpp.a", "./usr/lpp/mailtools.sendmail/inst_root/liblpp.a"} {
			for _, m := range installptest.Library(t, []byte(image[name])) {
				if strings.HasSuffix(m.Name, ".inventory") {
					stanzas += strings.Count(m.Text, ":\n")
					if got, want := strings.Count(m.Text, "\n\n"), strings.Count(m.Text, "type = "); got != want {
						t.Errorf("%s has %d ends of stanzas, want %d:\n%s", m.Name, got, want, m.Text)
					}
				}
				if strings.HasSuffix(m.Name, ".al") && strings.HasPrefix(name, "./usr/lpp/mailtools.sendmail/liblpp.a") {
					for line := range strings.Lines(m.Text) {
						if _, ok := image[strings.TrimSuffix(line, "\n")]; !ok {
							t.Errorf("the apply list names %q, which is not in the image", line)
						}
						applied++
					}
				}
			}
		}
		if stanzas != len(fileset.Files) || applied != len(fileset.Files)-1 {
			t.Errorf("%d stanzas and %d lines to apply, want %d and %d", stanzas, applied, len(fileset.Files), len(fileset.Files)-1)
		}
	})
}

func contents(t *testing.T, image []byte) map[string]string {
	t.Helper()
	all := map[string]string{}
	for r := bff.NewReader(bytes.NewReader(image)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := all[h.Name]; twice {
			t.Errorf("the image has %s twice", h.Name)
		}
		all[h.Name] = string(data)
	}
}

// A large package, as for many options: lpp_name outgrows its first unit, and INSTWORK says so.
func TestLongLppName(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	for range 200 {
		p.Filesets[0].Requisites = append(p.Filesets[0].Requisites, "*prereq bos.rte 6.1.0.0")
	}
	image := contents(t, installptest.Write(t, p))
	if got := image["./lpp_name"]; len(got) < 4096 || len(got) > 8192 || !strings.Contains(got, "\nINSTWORK 104 24\n") {
		t.Errorf("lpp_name has %d bytes and does not ask for 88 blocks and 16 of its own:\n%s", len(got), got)
	}
}

// Filesets that require each other keep the order of their names.
func TestCircularRequisites(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	p.Filesets[0].Requisites = []string{"*coreq mailtools.sendmail.man"}
	p.Filesets = append(p.Filesets, installp.Fileset{
		Name: "mailtools.sendmail.man", Text: "Manual pages", Copyright: "Placeholder copyright text.\n",
		Requisites: []string{"*coreq mailtools.sendmail.rte"},
		Files:      []installp.File{installptest.File("/opt/mailtools/x.8", 0o444, "bin", "bin", "x")},
	})
	first := installptest.Write(t, p)
	slices.Reverse(p.Filesets)
	if installptest.Digest(first) != installptest.Digest(installptest.Write(t, p)) {
		t.Error("the order of filesets that require each other depends on the input")
	}
}
