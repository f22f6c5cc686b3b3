package build

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/ctext"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/objects"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/plan"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/compile"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/packaging"
)

func TestCodeDigest(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	base := fstest.MapFS{"a.go": file("package a\n"), "b.go": file("package a\n\nvar b = 1\n"), "a_test.go": file("package a\n")}
	before, err := codeDigest(base)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		rooms []fs.FS
		same  bool
	}{
		{"nothing", []fs.FS{base}, true},
		{"another test", []fs.FS{fstest.MapFS{"a.go": base["a.go"], "b.go": base["b.go"], "b_test.go": file("package a\n")}}, true},
		{"a fix", []fs.FS{fstest.MapFS{"a.go": base["a.go"], "b.go": file("package a\n\nvar b = 2\n")}}, false},
		{"a file less", []fs.FS{fstest.MapFS{"b.go": base["b.go"]}}, false},
		{"another name", []fs.FS{fstest.MapFS{"a.go": base["a.go"], "c.go": base["b.go"]}}, false},
		{"another room", []fs.FS{base, fstest.MapFS{"a.go": base["a.go"]}}, false},
	} {
		sum, err := codeDigest(test.rooms...)
		if err != nil || (sum == before) != test.same {
			t.Errorf("%s: codeDigest() = %q, %v, before %s, want it to be the same: %t", test.name, sum, err, before, test.same)
		}
	}
}

// A fix in what compiles must compile anew: its text is among what the step reads, and so in the key of the objects.
func TestCompileReadsItsCode(t *testing.T) {
	t.Parallel()
	to, err := target.Parse(string(target.Host))
	if err != nil {
		t.Fatal(err)
	}
	b := &Build{
		Plan:     &plan.Plan{Target: to, Site: &siteconfig.Result{}},
		means:    &plan.Means{Machine: host.NewLocal(os.Environ())},
		checkout: &checkout.Checkout{Root: "/checkout"},
	}
	want, err := codeDigest(compile.Code, objects.Code, ctext.Code, host.Code)
	if err != nil {
		t.Fatal(err)
	}
	const name = "this program's code to compile with"
	reads := b.compileReads()
	i := slices.IndexFunc(reads, func(r step.Read) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("compile does not read %s", name)
	}
	if got, err := reads[i].Of(t.Context()); got != want || err != nil {
		t.Errorf("%s is %q, %v, want %s", name, got, err, want)
	}
	for name, code := range map[string]fs.ReadFileFS{"compile.go": compile.Code, "objects.go": objects.Code, "ctext.go": ctext.Code, "local.go": host.Code} {
		if text, err := code.ReadFile(name); err != nil || len(text) == 0 {
			t.Errorf("the code has no %s: %v", name, err)
		}
	}
}

// What a machine elsewhere has compiled is looked at there.
func TestObjectsAreTheMachines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := &plan.Plan{Dir: filepath.Join(dir, "here"), Target: new(target.Target), Site: &siteconfig.Result{}, Release: new(release.Release),
		Series: new(patchset.Series), Packaging: new(packaging.Plan)}
	m := mirrored{host.NewLocal(nil), p.Dir, filepath.Join(dir, "there")}
	if err := os.MkdirAll(filepath.Join(dir, "there/objects"), 0o755); err != nil {
		t.Fatal(err)
	}
	c := &checkout.Checkout{Root: dir}
	chain := prepare(t.Context(), c, p, &plan.Means{Machine: m, Source: new(fetch.Source)}).chain
	empty, err := chain.Digest(p.Objects())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "there/objects/a.o"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := chain.Digest(p.Objects()); got == empty || err != nil {
		t.Errorf("with an object, the objects' digest is %s, %v, as it was without", got, err)
	}
}

// mirrored is a machine with other names for what is ours.
type mirrored struct {
	host.Machine
	here, there string
}

func (m mirrored) There(here string) string { return m.there + strings.TrimPrefix(here, m.here) }
