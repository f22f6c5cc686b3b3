package installp

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

func TestParseRequisites(t *testing.T) {
	t.Parallel()
	got, err := ParseRequisites([]string{"*prereq a.b 1.2.3.4", "*ifreq c.d", ">1 {", "*coreq e.f", "*instreq g.h", "}", "*coreq i.j 0.0.0.0"})
	want := []Requisite{
		{Kind: "prereq", Name: "a.b", Level: vrmf.Level{Version: 1, Release: 2, Modification: 3, Fix: 4}, Line: 1},
		{Kind: "ifreq", Name: "c.d", Line: 2},
		{Group: []Requisite{{Kind: "coreq", Name: "e.f", Line: 4}, {Kind: "instreq", Name: "g.h", Line: 5}}, MoreThan: 1, Line: 3},
		{Kind: "coreq", Name: "i.j", Line: 7},
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
		{2, []string{">0 {", ">0 {", "*prereq a.b", "}", "}"}},
		{1, []string{">0 {", ">0 {", "*prereq a.b", "}"}},
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

// The first that is wrong is told of, and how.
func TestParseRequisitesTells(t *testing.T) {
	t.Parallel()
	const form = `a requisite is a line such as "*prereq bos.rte 6.1.0.0"`
	for want, lines := range map[string][]string{
		`line 2, ">0 {": a group inside the group of line 1`:                              {">0 {", ">0 {", "*prereq a.b", "}", "}"},
		`line 2, "*prereq a.b 1.2": ` + form:                                              {">0 {", "*prereq a.b 1.2", "}"},
		`line 1, "*prereq a.b v=1": ` + form:                                              {"*prereq a.b v=1", "*prereq a.b v=1"},
		`line 3, " }": it is written "}"`:                                                 {">0 {", "*prereq a.b", " }"},
		`line 1, "*prereq  a.b": it is written "*prereq a.b"`:                             {"*prereq  a.b", "*coreq a.b"},
		`line 1, "*prereq a.b ": it is written "*prereq a.b"`:                             {"*prereq a.b "},
		`line 1, "*prereq a.b  0.0.0.0": it is written "*prereq a.b 0.0.0.0"`:             {"*prereq a.b  0.0.0.0"},
		`line 2, "": ` + form:                                                             {"*prereq a.b", ""},
		`line 1, "*prereq": ` + form:                                                      {"*prereq"},
		`line 1, "*needs a.b": the type "needs" is none of prereq, coreq, ifreq, instreq`: {"*needs a.b"},
	} {
		if _, err := ParseRequisites(lines); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", lines, err, want)
		}
	}
	// Groups may be as deep as anybody has them.
	deep := func(n int) []string { return []string{strings.Repeat("{", n) + "*prereq a.b" + strings.Repeat("}", n)} }
	if all, wrong := ReadRequisites(deep(deepest)); len(all) != 1 || wrong != nil {
		t.Errorf("%d groups: %v, %v", deepest, all, wrong)
	}
	all, wrong := ReadRequisites(deep(deepest + 9))
	if len(all) != 0 || len(wrong) != 1 || wrong[0].Err.Error() != "more than 8 groups in each other" {
		t.Errorf("%d groups: %v, %v", deepest+9, all, wrong)
	}
	all, _ = ReadRequisites([]string{"*prereq a.b", "what"})
	if len(all) != 2 || all[1].Unknown != "what" || all[1].Line != 2 {
		t.Errorf("what is none: %+v", all)
	}
}

// What others write has its meaning, and what is not known is kept.
func TestReadRequisites(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"*prereq bos.rte 6.1.0.0":                    "requires bos.rte 6.1.0.0 or later",
		"*prereq\tbos.rte   6.1.0.0":                 "requires bos.rte 6.1.0.0 or later",
		"* prereq bos.rte":                           "requires bos.rte",
		"*coreq a.b 1.0.0.0":                         "requires a.b 1.0.0.0 or later, before or with it",
		"*instreq a.b":                               "requires a.b, which comes along from the same medium",
		"*ifreq bos.rte.libc (5.2.0.0) 5.2.0.41":     "if bos.rte.libc is installed at 5.2.0.0, 5.2.0.41 or later",
		"*ifreq a.b 1.0.0.0":                         "if a.b is installed, 1.0.0.0 or later",
		"*prereq bos.rte v=5, r<3":                   "requires bos.rte version = 5, release < 3",
		"*prereq bos.rte v= 5 r> 2 m>=1 f<=9":        "requires bos.rte version = 5, release > 2, modification level >= 1, fix level <= 9",
		"*prereq bos.rte 5.2.0.0 v=5":                "requires bos.rte 5.2.0.0 or later, version = 5",
		"*prereq a.b 1.2.3.4.5":                      "requires a.b 1.2.3.4 or later",
		">0 { *prereq a.b 1.0.0.0 *prereq c.d }":     "more than 0 of: requires a.b 1.0.0.0 or later; requires c.d",
		"{ *prereq a.b *prereq c.d }":                "more than 0 of: requires a.b; requires c.d",
		">1 {*prereq a.b {*prereq c.d *prereq e.f}}": "more than 1 of: requires a.b; more than 0 of: requires c.d; requires e.f",
		"*prereq bos.rte o> 5.2":                     "requires bos.rte; unknown: o> 5.2",
		"*needs a.b":                                 "unknown: *needs a.b",
		"*ifreq a.b [1.0.0.0] 2.0.0.0":               "if a.b is installed at 1.0.0.0, 2.0.0.0 or later",
		"*ifreq a.b(1.0.0.0) 2.0.0.0":                "if a.b is installed at 1.0.0.0, 2.0.0.0 or later",
		"prereq a.b 1.0.0.0":                         "unknown: prereq a.b 1.0.0.0",
		"*prereq a.b (1.0.0.0)":                      "requires a.b; unknown: (1.0.0.0)",
	} {
		all, _ := ReadRequisites([]string{line})
		if len(all) != 1 || all[0].Meaning() != want {
			var got []string
			for i := range all {
				got = append(got, all[i].Meaning())
			}
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	for _, line := range []string{"prereq a.b", "*prereq", "}", ">0 {", ">3 { *prereq a.b }", "*prereq a:b", "x *prereq a.b", "x*prereq a.b", strings.Repeat("{", 20)} {
		if _, wrong := ReadRequisites([]string{line}); wrong == nil {
			t.Errorf("%q is not told of", line)
		}
	}
}

func TestHolds(t *testing.T) {
	t.Parallel()
	for line, holds := range map[string]bool{
		"*prereq a.b": true, "*prereq a.b 5.2.0.0": true, "*prereq a.b 5.4.0.0": false, "*prereq a.b v=5 r<4": true, "*prereq a.b v=5 r<3": false,
		"*prereq a.b r>2": true, "*prereq a.b r>3": false, "*prereq a.b m<=2 f>=9": true, "*prereq a.b f>=10": false, "*prereq a.b x": true,
		"*prereq a.b 5.3.2.9": true, "*prereq a.b 5.3.2.10": false, "*prereq a.b m=2": true, "*prereq a.b m<=1": false, "*prereq a.b f<10 v>4": true,
		"*prereq a.b f<9": false, "*prereq a.b v>5": false,
	} {
		all, _ := ReadRequisites([]string{line})
		if got := all[0].Holds(vrmf.Level{Version: 5, Release: 3, Modification: 2, Fix: 9}); got != holds {
			t.Errorf("%s: %v", line, got)
		}
	}
}

// FuzzRequisites: any text has a meaning, and what our own grammar takes is written back to the same.
func FuzzRequisites(f *testing.F) {
	f.Add(">1 {*prereq a.b {*prereq c.d v=5 r<3 *ifreq e.f (1.0.0.0) 2.0.0.0}}\n*prereq x.y")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(text, "\n")
		all, _ := ReadRequisites(lines)
		for i := range all {
			_ = all[i].Meaning()
		}
		if _, err := ParseRequisites(lines); err == nil && len(all) == 0 && strings.TrimSpace(text) != "" {
			t.Errorf("%q is nothing", text)
		}
	})
}
