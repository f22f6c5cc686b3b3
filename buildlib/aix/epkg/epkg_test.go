package epkg_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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
	of := func(old, new string) string { return strings.Replace(control, old, new, 1) }
	blocks := func(n int, size, sum string) []string {
		c := strings.NewReplacer("SIZE=1", "SIZE="+size, "CKSUM=16556", "CKSUM="+sum).Replace(control)
		return []string{"prereq", need, "c", c, "prog", strings.Repeat("x", n)}
	}
	for name, test := range map[string]struct {
		members []string
		want    string
	}{
		"whole":                   {[]string{"./x/prereq", need, "./x/ecf", control, "./x/prog", "abc"}, ""},
		"other names":             {[]string{"1", need, "2", control, "prog", "abc"}, ""},
		"the file first":          {[]string{"prog", "abc", "c", control, "prereq", need}, ""},
		"others with signs":       {[]string{"sh", "EFIX_FILES\nA=b\n", "prereq", need, "c", control, "prog", "abc"}, ""},
		"a second control file":   {[]string{"prereq", need, "c", control, "d", "EFIX_FILES=7\n", "prog", "abc"}, ""},
		"two of one last name":    {[]string{"a/prog", "abd", "prereq", need, "c", control, "/efix/prog", "abc"}, ""},
		"more prerequisites":      {[]string{"other", "a.b 1.1.1.1\n", "prereq", need, "c", control, "prog", "abc"}, ""},
		"none are named":          {[]string{"./.", "", "other", need, "c", of("PREREQ=/efix/prereq", "PREREQ=."), "prog", "abc"}, ""},
		"another sum":             {[]string{"prereq", need, "c", control, "prog", "abd"}, "16/sum prog:0 16557 16556"},
		"no sum":                  {[]string{"prereq", need, "c", of("CKSUM=16556", "CKSUM=none"), "prog", "abc"}, "16/sum prog:0 16556 none"},
		"another size":            {[]string{"prereq", need, "c", of("SIZE=1", "SIZE=2"), "prog", "abc"}, "16/size prog:0 1 2"},
		"no bytes":                {blocks(0, "1", "0"), "16/size prog:0 0 1"},
		"one block":               {blocks(512, "2", ""), "16/size prog:0 1 2"},
		"more than one block":     {blocks(513, "1", ""), "16/size prog:0 2 1"},
		"eleven blocks":           {blocks(11*512, "10", ""), "16/size prog:0 11 10"},
		"the file is missing":     {[]string{"prereq", need, "c", control}, "16/absent c:0 /efix/prog "},
		"prerequisites missing":   {[]string{"c", control, "prog", "abc"}, "16/prerequisites c:0 /efix/prereq "},
		"one file too few":        {[]string{"prereq", need, "c", of("=1", "=2"), "prog", "abc"}, "16/count c:0 1 files EFIX_FILES=2"},
		"a line without a key":    {[]string{"prereq", need, "c", "?\n?\n" + control, "prog", "abc"}, "16/control c:1 ? a line KEY=value\n16/control c:2 ? a line KEY=value"},
		"a key twice":             {[]string{"prereq", need, "c", control + "TYPE=1\n", "prog", "abc"}, "16/control c:17 a second TYPE "},
		"a file without a target": {[]string{"prereq", need, "c", of("TARGET", "X"), "prog", "abc"}, "16/control c:0 file 1 has no TARGET_FILE "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := epkg.Read(bytes.NewReader(installptest.Fix(t, test.members...)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, problems(f)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if test.want != "" {
				return
			}
			file := f.Files[0]
			if !strings.HasSuffix(file.Stored, "prog") {
				t.Errorf("the file is %q", file.Stored)
			}
			file.Stored = ""
			want := epkg.File{Ship: "/efix/prog", Target: "/usr/sbin/prog", Type: "1", Installer: "1", ACL: "DEFAULT", Size: "1", Checksum: "16556"}
			if diff := cmp.Diff(want, file, cmpopts.IgnoreUnexported(epkg.File{})); diff != "" || len(f.Files) != 1 {
				t.Errorf("%d files, -want +got:\n%s", len(f.Files), diff)
			}
			keys := map[string]string{"ABSTRACT": "A fix of demo", "DESCRIPTION": "", "PRE_INSTALL": "", "REBOOT": "no", "PREREQ": f.Keys["PREREQ"], "EFIX_FILES": "1"}
			if diff := cmp.Diff(keys, f.Keys); diff != "" || f.Abstract != "A fix of demo" || f.Description != "" || f.Reboot != "no" {
				t.Errorf("%q, %q, %q, -want +got:\n%s", f.Abstract, f.Description, f.Reboot, diff)
			}
			if diff := cmp.Diff([]epkg.Prerequisite{{Fileset: "bos.net.tcp.server", Least: "7.2.4.0", Most: "7.2.5.100"}}, f.Prerequisites); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func problems(f *epkg.Fix) string {
	var all []string
	for _, p := range f.Problems {
		all = append(all, fmt.Sprintf("%s %s:%d %s %s", p.Rule, p.Member, p.Line, p.Got, p.Want))
	}
	return strings.Join(all, "\n")
}

// What a member is: the sum is of all its bytes, which come in several pieces.
func TestMembers(t *testing.T) {
	t.Parallel()
	f, err := epkg.Read(bytes.NewReader(installptest.Fix(t, "c", "EFIX_FILES=0\n", "large", strings.Repeat("0123456789abcdef", 5000))))
	want := []epkg.Member{
		{Name: "c", Mode: 0o644, Size: 13, Time: time.Unix(1e9, 0).UTC(), Sum: 43668},
		{Name: "large", Mode: 0o644, Size: 80000, Time: time.Unix(1e9, 0).UTC(), Sum: 58248},
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, f.Members); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	whole := installptest.Fix(t, "c", control, "prog", strings.Repeat("abc", 1000))
	for name, data := range map[string][]byte{
		"nothing": nil, "no tar": installptest.Compressed([]byte(strings.Repeat("x", 1000))),
		"no control file": installptest.Fix(t, "a", "b"), "cut in a header": whole[:400], "cut in a member": whole[:2600], "other data": []byte("x"),
	} {
		if _, err := epkg.Read(bytes.NewReader(data)); !errors.Is(err, epkg.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := epkg.Read(bytes.NewReader(installptest.Compressed([]byte(strings.Repeat("x", 1000))))); !errors.Is(err, tar.ErrHeader) {
		t.Errorf("no tar: %v, which does not say so", err)
	}
	broken := errors.New("broken")
	for _, at := range []int{0, 400, 2600} {
		if _, err := epkg.Read(io.MultiReader(bytes.NewReader(whole[:at]), iotest.ErrReader(broken))); !errors.Is(err, broken) || errors.Is(err, epkg.ErrFormat) {
			t.Errorf("unread from %d on: %v", at, err)
		}
	}
	// What stands behind the archive must unpack, and can be read.
	archive := installptest.Tar(t, "c", "EFIX_FILES=0\n")
	long := installptest.Compressed(append(slices.Clone(archive), make([]byte, 20<<10)...))
	if _, err := epkg.Read(bytes.NewReader(long)); err != nil {
		t.Error(err)
	}
	if _, err := epkg.Read(io.MultiReader(bytes.NewReader(long[:18<<10]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("unread behind the archive: %v", err)
	}
	// An extended header of more than a megabyte, which the library does not take.
	large := archive[:512]
	copy(large[124:], fmt.Sprintf("%011o", 1<<20+1))
	large[156] = tar.TypeXHeader
	copy(large[148:], "        ")
	sum := 0
	for _, b := range large {
		sum += int(b)
	}
	copy(large[148:], fmt.Sprintf("%06o\x00 ", sum))
	_, err := epkg.Read(bytes.NewReader(installptest.Compressed(append(large, make([]byte, 1<<20+1024)...))))
	if !errors.Is(err, epkg.ErrFormat) || !errors.Is(err, tar.ErrFieldTooLong) {
		t.Errorf("a large header: %v", err)
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
