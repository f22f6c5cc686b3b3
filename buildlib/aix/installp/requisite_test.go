package installp

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

func TestParseRequisites(t *testing.T) {
	t.Parallel()
	got, err := ParseRequisites([]string{"*prereq a.b 1.2.3.4", "*ifreq c.d", ">1 {", "*coreq e.f", "*instreq g.h", "}", "*coreq i.j"})
	want := []Requisite{
		{Kind: "prereq", Name: "a.b", Level: vrmf.Level{Version: 1, Release: 2, Modification: 3, Fix: 4}},
		{Kind: "ifreq", Name: "c.d"},
		{Group: []Requisite{{Kind: "coreq", Name: "e.f"}, {Kind: "instreq", Name: "g.h"}}, MoreThan: 1},
		{Kind: "coreq", Name: "i.j"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	names, err := RequiredNames([]string{"*prereq a.b 1.2.3.4", "*ifreq c.d", ">0 {", "*coreq e.f", "}", "*coreq i.j"})
	if diff := cmp.Diff([]string{"a.b", "i.j"}, names); err != nil || diff != "" {
		t.Errorf("required: %v, -want +got:\n%s", err, diff)
	}
}

// The error names the line that is wrong; of a group without end, its first.
func TestParseRequisitesRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		line  int
		lines []string
	}{
		{2, []string{">0 {", ">0 {", "*prereq a.b", "}"}},
		{1, []string{">0", "*prereq a.b", "}"}},
		{1, []string{">-1 {", "*prereq a.b", "}"}},
		{1, []string{">00 {", "*prereq a.b", "}"}},
		{1, []string{">x {", "*prereq a.b", "}"}},
		{2, []string{"*prereq a.b", "}"}},
		{3, []string{">1 {", "*prereq a.b", "}"}},
		{2, []string{">0 {", "}"}},
		{2, []string{"*prereq a.b", ">0 {", "*prereq a.b"}},
		{1, []string{"prereq a.b"}},
		{1, []string{"*prereq"}},
		{1, []string{"*prereq a.b 1.2.3.4 5"}},
		{1, []string{"*needs a.b"}},
		{1, []string{"*prereq a:b"}},
		{1, []string{"*prereq a.b 1.2"}},
	} {
		_, err := ParseRequisites(test.lines)
		bad, ok := errors.AsType[*RequisiteError](err)
		if !ok || bad.Line != test.line || bad.Text != test.lines[test.line-1] || bad.Error() == "" {
			t.Errorf("%q: %v, want line %d to be wrong", test.lines, err, test.line)
		}
	}
}
