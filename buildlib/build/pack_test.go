package build

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// An image that cannot be written to its end must not take the place of a good one, nor leave anything behind.
func TestWriteImageWholeOrNotAtAll(t *testing.T) {
	full := errors.New("no space left")
	level, err := vrmf.Parse("1.2.3.1")
	if err != nil {
		t.Fatal(err)
	}
	pkg := &installp.Package{
		Name: "small", Level: level, Time: time.Unix(1443657600, 0),
		Filesets: []installp.Fileset{{Name: "small.rte", Text: "Small", Copyright: "None.\n", Files: []installp.File{
			{Path: "/opt/small", Type: installp.Directory, Mode: 0o755, Owner: "root", Group: "system"},
			{Path: "/opt/small/a", Mode: 0o444, Owner: "bin", Group: "bin", Size: 5, Open: func() (io.ReadCloser, error) {
				return io.NopCloser(io.MultiReader(strings.NewReader("123"), iotest.ErrReader(full))), nil
			}},
		}}},
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "small.1.2.3.1.I")
	if err := os.WriteFile(file, []byte("the good one"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeImage(pkg, file); !errors.Is(err, full) {
		t.Errorf("writeImage() = %v, want %v", err, full)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if len(entries) != 1 || err != nil || string(text) != "the good one" {
		t.Errorf("directory has %v, image is %q, %v, want the good one alone", entries, text, err)
	}
}

func TestRequisites(t *testing.T) {
	starttls := &siteconfig.Fragment{Provider: target.PartOpenSSL}
	perfstat := &siteconfig.Fragment{Filesets: []string{"bos.perf.libperfstat"}}
	for _, test := range []struct {
		name      string
		target    string
		openssl   target.Provider
		fragments []*siteconfig.Fragment
		want      []string
	}{
		{"nothing linked", "aix7.1-32", target.Provider{Kind: target.Base}, nil, []string{"*prereq bos.rte 7.1.0.0"}},
		{"base OpenSSL of three numbers", "aix7.2-64", target.Provider{Kind: target.Base, API: "1.1.1"}, []*siteconfig.Fragment{starttls},
			[]string{"*prereq bos.rte 7.2.0.0", "*prereq openssl.base 1.1.1.0"}},
		{"base OpenSSL of two numbers", "aix7.3-64", target.Provider{Kind: target.Base, API: "3.0"}, []*siteconfig.Fragment{starttls},
			[]string{"*prereq bos.rte 7.3.0.0", "*prereq openssl.base 3.0.0.0"}},
		{"OpenSSL of the Toolbox", "aix7.2-64", target.Provider{Kind: target.Toolbox, API: "1.1.1"}, []*siteconfig.Fragment{starttls},
			[]string{"*prereq bos.rte 7.2.0.0"}},
		{"fileset of an option", "aix6.1-64", target.Provider{Kind: target.Toolbox}, []*siteconfig.Fragment{perfstat, starttls},
			[]string{"*prereq bos.perf.libperfstat 6.1.0.0", "*prereq bos.rte 6.1.0.0"}},
		{"the same one twice", "aix6.1-64", target.Provider{}, []*siteconfig.Fragment{perfstat, perfstat},
			[]string{"*prereq bos.perf.libperfstat 6.1.0.0", "*prereq bos.rte 6.1.0.0"}},
		{"a host", "host", target.Provider{Kind: target.Base, API: "3.0"}, []*siteconfig.Fragment{starttls}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			to, err := target.Parse(test.target)
			if err != nil {
				t.Fatal(err)
			}
			to.OpenSSL = test.openssl
			j := &job{Workshop: checkout.Workshop{Target: to}, fragments: test.fragments}
			if diff := cmp.Diff(test.want, j.requisites()); diff != "" {
				t.Errorf("requisites (-want +got):\n%s", diff)
			}
		})
	}
}
