package diff

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// A symbol that is imported otherwise than before does not stand under both signs without a reason.
func TestChangedImports(t *testing.T) {
	t.Parallel()
	libc := xcoff.ImportFile{Base: "libc.a", Member: "shr.o"}
	file := func(imports ...xcoff.Import) *content { return &content{imports: imports} }
	got := changedImports(
		file(xcoff.Import{Symbol: "errno", From: libc, Class: xcoff.ClassRW}, xcoff.Import{Symbol: "flock", From: libc, Class: xcoff.ClassDS}),
		file(xcoff.Import{Symbol: "errno", From: libc, Class: xcoff.ClassUA, Weak: true}, xcoff.Import{Symbol: "lockf", From: libc, Class: xcoff.ClassDS}))
	want := []Imports{
		{Library: "libc.a(shr.o)", Added: false, Names: []string{"errno (RW)", "flock"}},
		{Library: "libc.a(shr.o)", Added: true, Names: []string{"errno (UA, weak)", "lockf"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
