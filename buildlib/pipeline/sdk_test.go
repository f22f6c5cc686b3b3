package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/siteconfig"
	"github.com/sendmail-aix/sendmail-aix/buildlib/target"
)

func TestSDKLacks(t *testing.T) {
	t.Parallel()
	to, err := target.Parse("aix7.2-64")
	if err != nil {
		t.Fatal(err)
	}
	m := host.NewLocal(nil)
	m.Root = t.TempDir()
	for _, file := range []string{"usr/lib/libssl.a", "opt/freeware/lib/libsasl2.a"} {
		if err := os.MkdirAll(filepath.Join(m.Root, filepath.Dir(file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(m.Root, file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		libraries string
		sdk       bool
		want      string // in the error; none without
	}{
		{"ssl sasl2", true, ""},
		{"ssl ldap lber", true, "no libldap, liblber"},
		{"ldap", false, ""}, // a real machine's: its linker knows better
	} {
		j := &job{machine: m, workshop: workshop{target: to, sdk: test.sdk}, site: &siteconfig.Result{Libraries: strings.Fields(test.libraries)}}
		err := j.sdkLacks()
		if test.want == "" && err != nil || test.want != "" && (fault.Code(err) != "sdk-lacks" || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("sdkLacks with %s = %v, want %q", test.libraries, err, test.want)
		}
	}
}
