package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
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
		libraries, options string
		sdk                bool
		want               string // in the error; none without
	}{
		{"ssl sasl2", "starttls sasl", true, ""},
		{"ssl ldap lber", "starttls ldap", true, "no libldap, no liblber"},
		{"", "starttls dane", true, "no RES_USE_DNSSEC of resolv.h"},
		{"", "ipv6", true, "needs-getipnode"},
		{"", "ipv6 needs-getipnode", true, ""},
		{"ldap", "ldap dane ipv6", false, ""}, // a real machine's: its compiler and linker know better
	} {
		j := &job{Workshop: checkout.Workshop{Target: to, Machine: m, SDK: test.sdk},
			site: &siteconfig.Result{Libraries: strings.Fields(test.libraries), Options: strings.Fields(test.options)}}
		err := j.sdkLacks(t.Context())
		if test.want == "" && err != nil || test.want != "" && (fault.Code(err) != "sdk-lacks" || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("sdkLacks with %s = %v, want %q", test.options, err, test.want)
		}
	}
}
