package verify_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
)

// A library of another fileset needs a requisite, one's own does not.
func TestVerifyLibraries(t *testing.T) {
	t.Parallel()
	withSSL := func(program string) string {
		return strings.Replace(program, "libc.a\x00shr_64.o", "libC.a\x00shr_64.o", 1)
	}
	for name, test := range map[string]struct {
		change func(*installp.Package)
		found  bool
	}{
		"no requisite": {func(*installp.Package) {}, true},
		"a requisite": {func(p *installp.Package) {
			p.Filesets[0].Requisites = append(p.Filesets[0].Requisites, "*prereq xlC.rte 9.0.0.0")
		}, false},
		"one below it": {func(p *installp.Package) {
			p.Filesets[0].Requisites = append(p.Filesets[0].Requisites, "*prereq xlC.rte.sub")
		}, false},
		"another": {func(p *installp.Package) {
			p.Filesets[0].Requisites = append(p.Filesets[0].Requisites, "*prereq xlC.rtx")
		}, true},
		"in a group": {func(p *installp.Package) {
			p.Filesets[0].Requisites = append(p.Filesets[0].Requisites, ">0 {", "*prereq xlC.rte", "}")
		}, false},
		"another fileset's": {func(p *installp.Package) {
			p.Filesets = append(p.Filesets, installptest.Family().Filesets[2])
			p.Filesets[0].Requisites = append(p.Filesets[0].Requisites, "*prereq "+p.Filesets[1].Name)
			p.Filesets[1].Requisites = []string{"*prereq xlC.rte"}
		}, false},
		"one that it does not require": {func(p *installp.Package) {
			p.Filesets = append(p.Filesets, installptest.Family().Filesets[2])
			p.Filesets[1].Requisites = []string{"*prereq xlC.rte"}
		}, true},
		"the package has it": {func(p *installp.Package) {
			p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File("/opt/mailtools/libC.a", 0o444, "root", "system", "x"))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := installptest.WithProgram(t, withSSL)
			test.change(p)
			i := slices.IndexFunc(installptest.Findings(t, installptest.Write(t, p)), func(f verify.Finding) bool { return f.ID == "15.4" && f.Got == "libC.a of xlC.rte" })
			if (i >= 0) != test.found {
				t.Errorf("found: %v, want %v", i >= 0, test.found)
			}
		})
	}
}
