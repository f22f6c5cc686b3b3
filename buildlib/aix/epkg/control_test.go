package epkg

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

func TestPrerequisites(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]Prerequisite{
		"# levels\n\na.b 1.2.3.4 1.2.3.5\n":  {{"a.b", "1.2.3.4", "1.2.3.5"}},
		"a.b 1.2.3.4":                        {{"a.b", "1.2.3.4", ""}},
		"a.b 1.2.3.4 1.2.3.5 x\nc.d 1.1.1.1": {{"a.b", "1.2.3.4", "1.2.3.5"}, {"c.d", "1.1.1.1", ""}},
		"a.b 1.2.3.4 1.2.3.5 x y":            nil,
		"a.b 1.2.3.4 x":                      nil,
		"a.b":                                nil,
		"a.b 1.2.3":                          nil,
		"":                                   nil,
	} {
		if got, ok := prerequisites(text); ok != (want != nil) || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
}

// What is too much is not read, or told once.
func TestLimits(t *testing.T) {
	t.Parallel()
	padded := func(size int) string { return "EFIX_FILES=0\n#" + strings.Repeat("x", size-15) + "\n" }
	text, control := strings.Repeat("x", 1<<20), padded(1<<20)
	for name, test := range map[string]struct {
		found   bool
		members []string
	}{
		"as much text as may be":         {true, []string{"1", text, "2", text, "3", text, "c", control}},
		"more, which is no text":         {true, []string{"1", text, "2", text, "3", text, "4", "\x00", "c", control}},
		"more, which is too long for it": {true, []string{"1", text, "2", text, "3", text, "4", text + "x", "c", control}},
		"more text than may be":          {false, []string{"1", text, "2", text, "3", text, "4", "x", "c", control}},
		"a control file that is large":   {false, []string{"c", padded(1<<20 + 1)}},
	} {
		f, err := read(bytes.NewReader(installptest.Tar(t, test.members...)))
		if found := err == nil && f.Control == "c"; found != test.found || !found && !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var members []string
	for range 10000 {
		members = append(members, "c", "")
	}
	members[0], members[1] = "control", "EFIX_FILES=0\n"
	if f, err := read(bytes.NewReader(installptest.Tar(t, members...))); err != nil || len(f.Members) != 10000 {
		t.Errorf("10000 members: %v", err)
	}
	_, err := read(bytes.NewReader(installptest.Tar(t, append(members, "d", "")...)))
	if err == nil || err.Error() != "not an interim fix: more than 10000 members" {
		t.Errorf("10001 members: %v", err)
	}
	file := "EFIX_FILE:\nEFIX_FILE_NUM=1\nSHIP_FILE=c\nTARGET_FILE=c\nTYPE=1\n"
	for n, want := range map[int]string{200: "", 201: "16/control c:1002 more than 200 files "} {
		f, err := read(bytes.NewReader(installptest.Tar(t, "c", fmt.Sprintf("EFIX_FILES=%d\n", n)+strings.Repeat(file, n))))
		if err != nil || told(f) != want || len(f.Files) != 200 {
			t.Errorf("%d files: %v, %s", n, err, told(f))
		}
	}
	f, err := read(bytes.NewReader(installptest.Tar(t, "c", "EFIX_FILES=0\n"+strings.Repeat("?\n", 300))))
	if err != nil || len(f.Problems) != 200 {
		t.Errorf("300 wrong lines: %v", err)
	}
}

func told(f *Fix) string {
	var all []string
	for _, p := range f.Problems {
		all = append(all, fmt.Sprintf("%s %s:%d %s %s", p.Rule, p.Member, p.Line, p.Got, p.Want))
	}
	return strings.Join(all, "\n")
}
