package epkg_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/epkg"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

// control is a control file of one file, in the form of the epkg page and its example, whose TYPE has a blank.
const control = `# made by hand
ABSTRACT=A fix of demo
DESCRIPTION=.
PRE_INSTALL=.
REBOOT=no
PREREQ=/efix/prereq
EFIX_FILES=1
EFIX_FILE:
EFIX_FILE_NUM=1
SHIP_FILE=/efix/prog
TARGET_FILE=/usr/sbin/prog
TYPE= 1
INSTALLER= 1
ACL= DEFAULT
SIZE=1
CKSUM=16556
`

func TestRead(t *testing.T) {
	t.Parallel()
	const need = "# what it needs\nbos.net.tcp.server 7.2.4.0 7.2.5.100\n"
	for name, test := range map[string]struct {
		members []string
		want    string
	}{
		"whole":                   {[]string{"./x/prereq", need, "./x/ecf", control, "./x/prog", "abc"}, ""},
		"other names":             {[]string{"1", need, "2", control, "prog", "abc"}, ""},
		"another sum":             {[]string{"prereq", need, "c", control, "prog", "abd"}, "16/sum prog 16557 16556"},
		"another size":            {[]string{"prereq", need, "c", strings.Replace(control, "SIZE=1", "SIZE=2", 1), "prog", "abc"}, "16/size prog 1 2"},
		"the file is missing":     {[]string{"prereq", need, "c", control}, "16/absent c /efix/prog "},
		"prerequisites missing":   {[]string{"c", control, "prog", "abc"}, "16/prerequisites c /efix/prereq "},
		"one file too few":        {[]string{"prereq", need, "c", strings.Replace(control, "=1", "=2", 1), "prog", "abc"}, "16/count c 1 files EFIX_FILES=2"},
		"a line without a key":    {[]string{"prereq", need, "c", "?\n" + control, "prog", "abc"}, "16/control c ? a line KEY=value"},
		"a key twice":             {[]string{"prereq", need, "c", control + "TYPE=1\n", "prog", "abc"}, "16/control c a second TYPE "},
		"a file without a target": {[]string{"prereq", need, "c", strings.Replace(control, "TARGET", "X", 1), "prog", "abc"}, "16/control c file 1 has no TARGET_FILE "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := epkg.Read(bytes.NewReader(installptest.Fix(t, test.members...)))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range f.Problems {
				got = append(got, fmt.Sprint(p.Rule, " ", p.Member, " ", p.Got, " ", p.Want))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if test.want != "" {
				return
			}
			if f.Abstract != "A fix of demo" || f.Description != "" || f.Reboot != "no" || len(f.Files) != 1 || f.Files[0].Target != "/usr/sbin/prog" || f.Files[0].Type != "1" {
				t.Errorf("%+v", f)
			}
			if diff := cmp.Diff([]epkg.Prerequisite{{Fileset: "bos.net.tcp.server", Least: "7.2.4.0", Most: "7.2.5.100"}}, f.Prerequisites); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	whole := installptest.Fix(t, "c", control, "prog", "abc")
	for name, data := range map[string][]byte{
		"nothing": nil, "no tar": installptest.Compressed([]byte(strings.Repeat("x", 1000))),
		"no control file": installptest.Fix(t, "a", "b"), "cut": whole[:400], "other data": []byte("x"),
	} {
		if _, err := epkg.Read(bytes.NewReader(data)); !errors.Is(err, epkg.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("broken")
	if _, err := epkg.Read(io.MultiReader(bytes.NewReader(whole[:400]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("Read = %v", err)
	}
	many := strings.Replace(control, "EFIX_FILES=1", "EFIX_FILES=300", 1) + strings.Repeat("EFIX_FILE:\n", 300)
	if f, err := epkg.Read(bytes.NewReader(installptest.Fix(t, "c", many))); err != nil || len(f.Files) != 200 {
		t.Errorf("300 files: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(installptest.Fix(f, "c", control, "prog", "abc", "prereq", "a.b 1.0.0.0 2.0.0.0\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, d := range [][]byte{data, installptest.Compressed(data), installptest.Fix(t, "c", "EFIX_FILES=1\n"+string(data))} {
			if fix, err := epkg.Read(io.LimitReader(bytes.NewReader(d), 1<<20)); err == nil && fix.Control == "" {
				t.Error("no control file, and no error")
			}
		}
	})
}
