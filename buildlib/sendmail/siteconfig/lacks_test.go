package siteconfig

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

func TestLacks(t *testing.T) {
	t.Parallel()
	const ibm, toolbox = "usr/include/ldap.h", "opt/freeware/include/ldap.h opt/freeware/include/ldap_features.h"
	const libraries = " opt/freeware/lib/libldap.a opt/freeware/lib/liblber.a"
	for _, test := range []struct {
		name, target, options string
		files                 string
		want                  string // in the error; "" for none
	}{
		{"nothing to look for", "host", "socketmap", "", ""},
		{"no header", "host", "ph", "", "option ph cannot be compiled here: no phclient.h"},
		{"header", "host", "ph", "usr/include/phclient.h", ""},
		{"two options", "host", "ph,newdb", "usr/include/phclient.h", "option newdb cannot be compiled here: no db.h"},
		{"of a library with a provider", "host", "starttls", "", ""},
		{"of AIX itself", "aix7.2-64", "perfstat", "usr/include/libperfstat.h usr/lib/libperfstat.a", ""},
		{"no library", "aix7.2-64", "perfstat", "usr/include/libperfstat.h", "no libperfstat.a"},
		{"OpenLDAP", "aix7.2-64", "ldap", toolbox + libraries, ""},
		{"OpenLDAP without a library", "aix7.2-64", "ldap", toolbox + " opt/freeware/lib/libldap.a", "no liblber.a"},
		{"IBM's", "aix7.2-64", "ldap", ibm + libraries, "no ldap_features.h beside ldap.h"},
		{"IBM's is searched later", "aix7.2-64", "ldap", ibm + " " + toolbox + libraries, ""},
		{"IBM's is searched first, for OpenSSL", "aix7.2-64", "ldap,starttls", ibm + " " + toolbox + libraries, "no ldap_features.h beside ldap.h"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := host.NewLocal(nil)
			m.Root = t.TempDir()
			for name := range strings.FieldsSeq(test.files) {
				file := filepath.Join(m.Root, name)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			to, err := target.Parse(test.target)
			if err != nil {
				t.Fatal(err)
			}
			r, err := loaded(t).Compose(Request{Release: "8.17.1.9", Options: options(test.options), Target: to})
			if err != nil {
				t.Fatal(err)
			}
			err = r.Lacks(t.Context(), to, m)
			if test.want == "" && err != nil || test.want != "" && (fault.Code(err) != "option-lacks" || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("Lacks = %v, want %q", err, test.want)
			}
		})
	}
}

// TestToolboxAlone is an option that takes a library from the Toolbox where nothing else does.
func TestToolboxAlone(t *testing.T) {
	t.Parallel()
	to, err := target.Parse("aix7.2-64")
	if err != nil {
		t.Fatal(err)
	}
	r, err := loaded(t).Compose(Request{Release: "8.17.1.9", Options: []string{"newdb"}, Target: to})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"`confINCDIRS', `-I/opt/freeware/include'", "`confLIBDIRS', `-L/opt/freeware/lib'", "/usr/lib:/lib:/opt/freeware/lib"} {
		if !strings.Contains(r.Text, want) {
			t.Errorf("site.config.m4 has no %q:\n%s", want, r.Text)
		}
	}
}

// TestCompilersOwnDirectories is a header that is in no usual place, but where the compiler looks.
func TestCompilersOwnDirectories(t *testing.T) {
	t.Parallel()
	to, err := target.Parse("host")
	if err != nil {
		t.Fatal(err)
	}
	m := host.NewLocal(os.Environ())
	m.Root = t.TempDir()
	dirs := slices.DeleteFunc(searched(t.Context(), to, m), func(dir string) bool { return dir == "/usr/include" || dir == "/usr/local/include" })
	if len(dirs) == 0 {
		t.Skip("cc tells of no directory of its own")
	}
	if err := errors.Join(os.MkdirAll(m.Root+dirs[0], 0o755), os.WriteFile(filepath.Join(m.Root+dirs[0], "phclient.h"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	r, err := loaded(t).Compose(Request{Release: "8.17.1.9", Options: []string{"ph"}, Target: to})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Lacks(t.Context(), to, m); err != nil {
		t.Error(err)
	}
}
