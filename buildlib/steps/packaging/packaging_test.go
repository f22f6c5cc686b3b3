package packaging

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// directory writes a plan's directory: names and texts in turn.
func directory(t testing.TB, pairs ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(pairs); i += 2 {
		file := filepath.Join(dir, pairs[i])
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(pairs[i+1]), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const smallPlan = `package = "sendmail"
users   = ["smmsp"]

[[fileset]]
name  = "sendmail.rte"
text  = "Mail"
files = ["@prefix@/bin"]
usr   = { pre_i = "scripts/accounts" }
root  = { pre_i = "scripts/accounts", config = "scripts/config" }
`

func TestLoad(t *testing.T) {
	t.Parallel()
	dir := directory(t, planFile, smallPlan, "scripts/accounts", "x", "scripts/config", "x")
	p, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if p.Package != "sendmail" || len(p.Users) != 1 || len(p.Filesets) != 1 || p.Filesets[0].Root["config"] != "scripts/config" {
		t.Errorf("Load() = %+v, not what is in the file", p)
	}
	if diff := cmp.Diff(map[string]string{planFile: smallPlan, "scripts/accounts": "x", "scripts/config": "x"}, p.Texts()); diff != "" {
		t.Errorf("Texts() (-want +got):\n%s", diff)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	const fileset = "[[fileset]]\nname = \"a.rte\"\n"
	for _, test := range []struct {
		name, plan string
		want       []string // in the message
	}{
		{"unknown key", "package = \"a\"\ntitel = \"x\"\n" + fileset, []string{"cannot read", "titel", planFile}},
		{"unknown key of a fileset", "package = \"a\"\n" + fileset + "file = [\"/x\"]\n", []string{"cannot read", "file"}},
		{"bad TOML", "package = \n", []string{"cannot read", "1|", "package ="}},
		{"wrong type", "package = \"a\"\nusers = \"smmsp\"\n" + fileset, []string{"cannot read", "users"}},
		{"no package", fileset, []string{"no package name"}},
		{"no fileset", "package = \"a\"\n", []string{"no filesets"}},
		{"empty", "", []string{"no package name"}},
		{"missing scripts", "package = \"a\"\n" + fileset + "usr = { pre_i = \"scripts/one\" }\nroot = { config = \"scripts/two\" }\n",
			[]string{"a file of the image is missing", "scripts/one", "scripts/two"}},
		{"missing shared and added files", "package = \"a\"\n" + fileset + "[shared]\nx = \"scripts/x\"\n[[added]]\npath = \"/x\"\nfile = \"files/y\"\nmode = \"0444\"\n",
			[]string{"a file of the image is missing", "scripts/x", "files/y"}},
		{"a missing file's line", "package = \"a\"\n" + fileset + "[[added]]\npath = \"/x\"\nmode = \"0444\"\nfile = \"files/y\"\n", []string{planFile + ", line 7"}},
		{"set-id mode of an added file", "package = \"a\"\n" + fileset + "[[added]]\npath = \"/x\"\nmode = \"4755\"\n", []string{`invalid mode "4755"`, planFile + ", line 4"}},
		{"mode that is no text", "package = \"a\"\n" + fileset + "[[added]]\npath = \"/x\"\nmode = 755\n", []string{"line 6"}},
		{"mode that is no number", "package = \"a\"\n" + fileset + "[[added]]\npath = \"/x\"\nmode = \"rwx\"\n", []string{`invalid mode "rwx"`, planFile + ", line 4"}},
		{"no mode", "package = \"a\"\n" + fileset + "[[added]]\npath = \"/x\"\n", []string{`invalid mode ""`, planFile + ", line 4"}},
		{"no path", "package = \"a\"\n" + fileset + "[[added]]\nmode = \"0444\"\n", []string{"no path", planFile + ", line 4"}},
		{"owner that is no name", "package = \"a\"\n" + fileset + "[[added]]\npath = \"/x\"\nmode = \"0444\"\nowner = \"-x\"\n", []string{`owner "-x"`, planFile + ", line 4"}},
		{"two origins", "package = \"a\"\n" + fileset + "[[added]]\npath = \"/x\"\nmode = \"0444\"\nsource = \"cf\"\nmacros = \"x.mc\"\n",
			[]string{"more than one thing", planFile + ", line 4"}},
		{"source of elsewhere", "package = \"a\"\n" + fileset + "[[added]]\npath = \"/x\"\nmode = \"0444\"\nsource = \"../etc/passwd\"\n",
			[]string{"within sendmail's source", planFile + ", line 4"}},
		{"key of an added file", "package = \"a\"\n" + fileset + "[[added]]\nmacro = \"x.mc\"\n", []string{`line 5: unknown key "added.macro", did you mean "added.macros"?`}},
		{"not in a table of its own", "package = \"a\"\nadded = [{mode = \"0444\"}]\n" + fileset, []string{"no path"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, err := Load(directory(t, planFile, test.plan))
			if p != nil || fault.Code(err) != "packaging-file" {
				t.Fatalf("Load() = %v, %v, want nil and a packaging-file fault", p, err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Load() = %v, want %q in it", err, want)
				}
			}
		})
	}
	if _, err := Load(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of an empty directory = %v, want %v", err, fs.ErrNotExist)
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	values := map[string]string{"conf": "/etc/opt/sendmail", "state": "/var/opt/@conf@", "nothing": ""}
	for _, test := range []struct{ name, text, want string }{
		{"one", "@conf@/x", "/etc/opt/sendmail/x"},
		{"several", "a @conf@ @conf@@nothing@ b\n", "a /etc/opt/sendmail /etc/opt/sendmail b\n"},
		{"nothing to fill", "root@example.com, a@b\n", "root@example.com, a@b\n"},
		{"empty", "", ""},
		{"a value is not filled again", "@state@", "/var/opt/@conf@"},
		{"not a placeholder", "@Conf@ @@ @ conf@ @conf1@", "@Conf@ @@ @ conf@ @conf1@"},
	} {
		if got, err := Fill("f", test.text, values); got != test.want || err != nil {
			t.Errorf("%s: Fill(%q) = %q, %v, want %q", test.name, test.text, got, err, test.want)
		}
	}
}

func TestFillUnknown(t *testing.T) {
	t.Parallel()
	got, err := Fill("submit.mc", "@conf@ @prefx@ @sate@", map[string]string{"state": "/s", "conf": "/c"})
	f, ok := errors.AsType[*fault.Error](err)
	if got != "" || !ok {
		t.Fatalf("Fill() = %q, %v, want a fault", got, err)
	}
	want := fault.Error{
		Code: "packaging-placeholder", What: "a placeholder has no value: @prefx@, @sate@", Where: "submit.mc", Do: "use one of @conf@, @state@",
	}
	if diff := cmp.Diff(want, *f); diff != "" {
		t.Errorf("fault (-want +got):\n%s", diff)
	}
}

// FuzzFill: a text is filled completely or not at all, and what is no placeholder stays.
func FuzzFill(f *testing.F) {
	f.Add("a @conf@ b", "/etc")
	f.Add("@conf@conf@", "@conf@")
	f.Add("@@a@", "$1")
	f.Fuzz(func(t *testing.T, text, value string) {
		got, err := Fill("f", text, map[string]string{"conf": value})
		switch {
		case err != nil && (got != "" || fault.Code(err) != "packaging-placeholder"):
			t.Errorf("Fill(%q) = %q, %v", text, got, err)
		case err != nil && !placeholder.MatchString(text):
			t.Errorf("Fill(%q) = %v, but there is nothing to fill", text, err)
		case err == nil && got != strings.ReplaceAll(text, "@conf@", value):
			t.Errorf("Fill(%q) = %q, want every @conf@ replaced by %q", text, got, value)
		}
	})
}

// FuzzLoad: no plan makes Load panic, and what it accepts can be laid out over an empty tree.
func FuzzLoad(f *testing.F) {
	f.Add(smallPlan)
	f.Add("package = \"a\"\n[[fileset]]\nname = \"a.@level@\"\nfiles = [\"[\", \"@\", \"/**\"]\n")
	if text, err := os.ReadFile("../../../packaging/" + planFile); err == nil {
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, plan string) {
		dir := directory(t, planFile, plan, "scripts/accounts", "@conf@\n", "scripts/config", "exit 0\n", "scripts/pre_i", "exit 0\n")
		p, err := Load(dir)
		if err != nil || slices.ContainsFunc(p.scripts(), func(script string) bool { return !filepath.IsLocal(script) }) {
			return // no fuzzer should read this machine's devices
		}
		if pkg, err := p.Image(Build{Values: values}); err == nil && len(pkg.Filesets) != 0 {
			t.Errorf("Image() of nothing has %d filesets", len(pkg.Filesets))
		}
	})
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, path string
		want          bool
	}{
		{"/opt/a", "/opt/a", true},
		{"/opt/a", "/opt/a/b", false},
		{"/opt/a", "/opt/ab", false},
		{"/opt/a/*", "/opt/a/b", true},
		{"/opt/a/*", "/opt/a/.b", true}, // no shell: a dot in front is nothing special
		{"/opt/a/*", "/opt/a", false},
		{"/opt/a/*", "/opt/a/b/c", false},
		{"/opt/a/*.cf", "/opt/a/submit.cf", true},
		{"/opt/a/*.cf", "/opt/a/submit.cf.default", false},
		{"/opt/*/b", "/opt/a/b", true},
		{"/opt/cat?", "/opt/cat8", true},
		{"/opt/cat?", "/opt/cat", false},
		{"/opt?a", "/opt/a", false},
		{"/opt/a/**", "/opt/a/b", true},
		{"/opt/a/**", "/opt/a/b/c/d", true},
		{"/opt/a/**", "/opt/a", false},
		{"/opt/a/**", "/opt/ab/c", false},
		{"/opt/c*/**", "/opt/cat/x/y", true},
		{"/opt/c*/**", "/opt/cat", false},
		{"/opt/c*/**", "/opt/man/x", false},
		{"/**", "/opt/a", true},
		{"/opt/[", "/opt/[", false},
	} {
		if got := matches(test.pattern, test.path); got != test.want {
			t.Errorf("matches(%q, %q) = %v, want %v", test.pattern, test.path, got, test.want)
		}
	}
}
