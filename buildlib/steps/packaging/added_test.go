package packaging

import (
	"os"
	"slices"
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
	for _, test := range []struct {
		name    string
		options []string
		want    []stage.Extra
	}{
		{"no options", nil, []stage.Extra{hello}},
		{"another option", []string{"ldap"}, []stage.Extra{hello}},
		{"one of the options", []string{"ldap", "sasl"}, []stage.Extra{hello, keys}},
	} {
		got, err := p.Extras(t.TempDir(), map[string]string{"conf": "/etc/opt/x"}, test.options)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(stage.Extra{}, "From")); diff != "" {
			t.Errorf("%s: Extras() (-want +got):\n%s", test.name, diff)
		}
		text, err := os.ReadFile(got[0].From)
		// What is shared is not filled again.
		if want := "Hello, this is @conf@.\nin /etc/opt/x\n"; string(text) != want || err != nil {
			t.Errorf("%s: the text is %q, %v, want %q", test.name, text, err, want)
		}
	}
	if _, err := p.Extras(t.TempDir(), nil, nil); fault.Code(err) != "packaging-placeholder" {
		t.Errorf("Extras() without values = %v, want a packaging-placeholder fault", err)
	}
	want := map[string]string{planFile: addedPlan, "scripts/greeting": "Hello, this is @conf@.\n", "files/hello": "@greeting@in @conf@\n"}
	if diff := cmp.Diff(want, p.AddedTexts()); diff != "" {
		t.Errorf("AddedTexts() (-want +got):\n%s", diff)
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
		extras, err := p.Extras(t.TempDir(), values, options)
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
	always := []string{"/etc/opt/sendmail/aliases.default", "/etc/opt/sendmail/smrsh", "/opt/sendmail/sbin/sendmail-switch", "/var/opt/sendmail/mqueue"}
	if diff := cmp.Diff(always, paths()); diff != "" {
		t.Errorf("without options (-want +got):\n%s", diff)
	}
	all := append(slices.Clone(always), "/etc/opt/sendmail/access.default", "/etc/opt/sendmail/sasl", "/etc/opt/sendmail/sasl/Sendmail.conf.default",
		"/etc/opt/sendmail/tls")
	slices.Sort(all)
	if diff := cmp.Diff(all, paths("ndbm", "sasl", "starttls")); diff != "" {
		t.Errorf("with all options (-want +got):\n%s", diff)
	}
}
