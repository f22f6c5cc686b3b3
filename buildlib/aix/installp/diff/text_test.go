package diff_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/diff"
)

// What is told in lines: lists up to a length, names of imports up to a number, and what was not compared.
func TestString(t *testing.T) {
	t.Parallel()
	names := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprint("s", i))
		}
		return all
	}
	requisites := func(n int) (all diff.Differences) {
		for i := range n {
			all = append(all, diff.Difference{Kind: diff.Requisite, Fileset: "f", After: fmt.Sprint("*prereq a", i)})
		}
		return all
	}
	twelve := "fileset f\n"
	for i := range 12 {
		twelve += fmt.Sprintf("  + requisite *prereq a%d\n", i)
	}
	for name, test := range map[string]struct {
		all  diff.Differences
		want string
	}{
		"a whole list": {requisites(12), twelve},
		"a list":       {requisites(13), twelve + "  ... and 1 more\n"},
		"imports": {diff.Differences{{Kind: diff.Object, Fileset: "f", Name: "/a", Attributes: []diff.Attribute{{Name: "content"}}, Imports: []diff.Imports{
			{Library: "l.a(m.o)", Names: names(6)}, {Library: "l.a", Names: names(7)}, {Library: "l.a", Names: names(8), Added: true, Member: "shr.o"},
		}}}, `fileset f
  ~ /a: content
      - imports from l.a(m.o): s0 s1 s2 s3 s4 s5
      - imports from l.a: s0 s1 s2 s3 s4 s5 and 1 more
      + shr.o imports from l.a: s0 s1 s2 s3 s4 s5 and 2 more
`},
		"attributes": {diff.Differences{{Kind: diff.Object, Name: "/a", Attributes: []diff.Attribute{
			{"target", "", "x"}, {"target", "x", ""}, {"imports", "70000", "3"}, {"member a imports", "3", "70000"}, {"links", "a", "b"},
		}}}, "  ~ /a: target none -> x, target x -> none, imports not compared (70000 and 3, where more than 65536 are many), member a imports not compared (3 and 70000, where more than 65536 are many), links a -> b\n"},
		"a signature": {diff.Differences{{Kind: diff.Signature, After: "x"}, {Kind: diff.Signature, Before: "x"}}, "signature none -> x\nsignature x -> none\n"},
		"filesets": {diff.Differences{{Kind: diff.Date, Before: "1", After: "2"}, {Kind: diff.Title, Fileset: "f", Before: "1", After: "2"}, {Kind: diff.Fileset, Fileset: "g", After: "3"}, {Kind: diff.Level, Fileset: "h", Before: "1", After: "2"}},
			"date 1 -> 2\nfileset f\n  title 1 -> 2\n+ fileset g 3\nfileset h\n  level 1 -> 2\n"},
	} {
		if d := cmp.Diff(test.want, test.all.String()); d != "" {
			t.Errorf("%s, -want +got:\n%s", name, d)
		}
	}
}
