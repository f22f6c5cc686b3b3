package build

import (
	"io/fs"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/plan"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/compile"
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
	want, err := codeDigest(compile.Code, host.Code)
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
	for name, code := range map[string]fs.ReadFileFS{"compile.go": compile.Code, "local.go": host.Code} {
		if text, err := code.ReadFile(name); err != nil || len(text) == 0 {
			t.Errorf("the code has no %s: %v", name, err)
		}
	}
}
