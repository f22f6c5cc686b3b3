package packaging

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

const addedPlan = smallPlan + `
[shared]
greeting = "scripts/greeting"

[[added]]
path = "@conf@/hello"
file = "files/hello"
mode = "0444"

[[added]]
path    = "@conf@/keys"
mode    = "0700"
options = ["starttls", "sasl"]

[[added]]
path   = "@conf@/hello.cf"
macros = "files/hello"
owner  = "smmsp"
group  = "mail"
mode   = "0640"

[[added]]
path    = "@conf@/cf"
source  = "cf"
mode    = "0444"
options = ["cf"]
`

func TestExtras(t *testing.T) {
	t.Parallel()
	p, err := Load(directory(t, planFile, addedPlan, "scripts/accounts", "x", "scripts/config", "x",
		"scripts/greeting", "Hello, this is @conf@.\n", "files/hello", "@greeting@in @conf@\n"))
	if err != nil {
		t.Fatal(err)
	}
	hello := stage.Extra{Path: "/etc/opt/x/hello", Owner: "root", Group: "system", Mode: 0o444}
	keys := stage.Extra{Path: "/etc/opt/x/keys", Owner: "root", Group: "system", Mode: 0o700}
	made := stage.Extra{Path: "/etc/opt/x/hello.cf", Owner: "smmsp", Group: "mail", Mode: 0o640, Expand: true}
	source := directory(t, "cf/README", "")
	macros := stage.Extra{Path: "/etc/opt/x/cf", Owner: "root", Group: "system", Mode: 0o444}
	for _, test := range []struct {
		name    string
		options []string
		want    []stage.Extra
	}{
		{"no options", nil, []stage.Extra{hello, made}},
		{"another option", []string{"ldap"}, []stage.Extra{hello, made}},
		{"one of the options", []string{"ldap", "sasl"}, []stage.Extra{hello, keys, made}},
		{"of the source", []string{"cf"}, []stage.Extra{hello, made, macros}},
	} {
		got, err := p.Extras(source, t.TempDir(), map[string]string{"conf": "/etc/opt/x"}, test.options)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(stage.Extra{}, "From")); diff != "" {
			t.Errorf("%s: Extras() (-want +got):\n%s", test.name, diff)
		}
		if last := got[len(got)-1]; last.Path == macros.Path && last.From != filepath.Join(source, "cf") {
			t.Errorf("%s: %s is of %s, want it of the source", test.name, last.Path, last.From)
		}
		text, err := os.ReadFile(got[0].From)
		// What is shared is not filled again.
		if want := "Hello, this is @conf@.\nin /etc/opt/x\n"; string(text) != want || err != nil {
			t.Errorf("%s: the text is %q, %v, want %q", test.name, text, err, want)
		}
	}
	if _, err := p.Extras(source, t.TempDir(), nil, nil); fault.Code(err) != "packaging-placeholder" {
		t.Errorf("Extras() without values = %v, want a packaging-placeholder fault", err)
	}
	if _, err := p.Extras(t.TempDir(), t.TempDir(), map[string]string{"conf": "/x"}, []string{"cf"}); fault.Code(err) != "packaging-file" ||
		!strings.Contains(err.Error(), "filesets.toml, line 31") {
		t.Errorf("Extras() of a source that lacks a file = %v, want a packaging-file fault that tells the line", err)
	}
	if _, err := p.Extras(source, t.TempDir(), map[string]string{"conf": "/x"}, []string{"cf"}); err != nil {
		t.Error(err)
	}
	want := map[string]string{planFile: addedPlan, "scripts/greeting": "Hello, this is @conf@.\n", "files/hello": "@greeting@in @conf@\n"}
	if diff := cmp.Diff(want, p.AddedTexts()); diff != "" {
		t.Errorf("AddedTexts() (-want +got):\n%s", diff)
	}
}

// Two entries for one path: the later one must not take the place of the other without a word.
func TestExtrasTwice(t *testing.T) {
	t.Parallel()
	const entry = "[[added]]\npath = \"/x\"\nmode = \"0755\"\n"
	p, err := Load(directory(t, planFile, smallPlan+entry+entry+"options = [\"sasl\"]\n", "scripts/accounts", "x", "scripts/config", "x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Extras("", t.TempDir(), nil, nil); err != nil {
		t.Errorf("Extras() = %v, want none: the second entry is for an option", err)
	}
	if _, err := p.Extras("", t.TempDir(), nil, []string{"sasl"}); err == nil || !strings.Contains(err.Error(), "line 13") || !strings.Contains(err.Error(), "added twice: /x") {
		t.Errorf("Extras() = %v, want it refused with the line of the second entry", err)
	}
}

// What is staged of ours by the project itself, with all options and with none.
func TestProjectExtras(t *testing.T) {
	t.Parallel()
	p, err := Load("../../../packaging")
	if err != nil {
		t.Fatal(err)
	}
	paths := func(options ...string) []string {
		extras, err := p.Extras(directory(t, "LICENSE", "", "cf/README", ""), t.TempDir(), values, options)
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, e := range extras {
			paths = append(paths, e.Path)
		}
		slices.Sort(paths)
		return paths
	}
	always := []string{"/etc/opt/sendmail/aliases.default", "/etc/opt/sendmail/smrsh", "/opt/sendmail/sbin/sendmail-switch", "/opt/sendmail/sbin/sendmail-relay",
		"/var/opt/sendmail/mqueue", "/opt/sendmail/share/cf", "/opt/sendmail/share/LICENSE", "/opt/sendmail/share/cf/cf/aix-sendmail.mc", "/opt/sendmail/share/cf/cf/aix-submit.mc",
		"/etc/opt/sendmail/sendmail.cf.default", "/etc/opt/sendmail/submit.cf.default"}
	slices.Sort(always)
	if diff := cmp.Diff(always, paths()); diff != "" {
		t.Errorf("without options (-want +got):\n%s", diff)
	}
	all := append(slices.Clone(always), "/etc/opt/sendmail/access.default", "/etc/opt/sendmail/sasl", "/etc/opt/sendmail/sasl/Sendmail.conf.default",
		"/etc/opt/sendmail/tls", "/opt/sendmail/sbin/sendmail-cert")
	slices.Sort(all)
	if diff := cmp.Diff(all, paths("ndbm", "sasl", "starttls")); diff != "" {
		t.Errorf("with all options (-want +got):\n%s", diff)
	}
}
