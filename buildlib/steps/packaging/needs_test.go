package packaging

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

func TestNeeds(t *testing.T) {
	t.Parallel()
	aix := func(openssl, sasl target.Provider) *target.Target {
		return &target.Target{OS: target.AIX, Level: target.Level{Version: 7, Release: 2}, OpenSSL: openssl, SASL: sasl}
	}
	set, err := siteconfig.Load("../../../site.config.m4.d")
	if err != nil {
		t.Fatal(err)
	}
	both := []string{"starttls", "sasl"}
	for _, test := range []struct {
		name              string
		target            *target.Target
		options           []string
		needs, requisites []string
	}{
		{"host", &target.Target{OS: target.Host}, both, nil, nil},
		{"no libraries", aix(target.Provider{}, target.Provider{}), nil, []string{"fileset bos.rte 7.2.0.0"}, []string{"*prereq bos.rte 7.2.0.0"}},
		{"of AIX and of the Toolbox", aix(target.Provider{Kind: target.Base, API: "3.0"},
			target.Provider{Kind: target.Toolbox, Lib: "/opt/freeware/lib", API: "2.1.27"}), both,
			[]string{"fileset bos.rte 7.2.0.0", "fileset openssl.base 3.0.0.0", "library sasl2 2.1.27 /opt/freeware/lib cyrus-sasl"},
			[]string{"*prereq bos.rte 7.2.0.0", "*prereq openssl.base 3.0.0.0"}},
		{"of the Toolbox and of AIX", aix(target.Provider{Kind: target.Toolbox, Lib: "/opt/freeware/lib", API: "1.1.1"},
			target.Provider{Kind: target.Base}), both,
			[]string{"fileset bos.rte 7.2.0.0", "library sasl2 0 /usr/lib", "library ssl 1.1.1 /opt/freeware/lib openssl"},
			[]string{"*prereq bos.rte 7.2.0.0"}},
		{"of one's own", aix(target.Provider{Kind: target.Prefix, Lib: "/opt/own/lib", API: "1.0.2"},
			target.Provider{Kind: target.Prefix, Lib: "/opt/own/lib"}), both,
			[]string{"fileset bos.rte 7.2.0.0", "library sasl2 0 /opt/own/lib", "library ssl 1.0.2 /opt/own/lib"},
			[]string{"*prereq bos.rte 7.2.0.0"}},
		{"of an unknown release", aix(target.Provider{Kind: target.Base}, target.Provider{}), both[:1],
			[]string{"fileset bos.rte 7.2.0.0"}, []string{"*prereq bos.rte 7.2.0.0"}},
		{"1.0.2 of AIX", aix(target.Provider{Kind: target.Base, API: "1.0.2"}, target.Provider{}), both[:1],
			[]string{"fileset bos.rte 7.2.0.0", "fileset openssl.base 1.0.2.0"}, []string{"*prereq bos.rte 7.2.0.0", "*prereq openssl.base 1.0.2.0"}},
		{"fileset of an option", aix(target.Provider{}, target.Provider{}), []string{"perfstat"},
			[]string{"fileset bos.perf.libperfstat 7.2.0.0", "fileset bos.rte 7.2.0.0"}, []string{"*prereq bos.perf.libperfstat 7.2.0.0", "*prereq bos.rte 7.2.0.0"}},
	} {
		fragments, err := set.Choose(test.options, target.AIX)
		if err != nil {
			t.Fatal(err)
		}
		needs := Needs(test.target, fragments)
		if diff := cmp.Diff(test.needs, needs); diff != "" {
			t.Errorf("%s: Needs() (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(test.requisites, requisites(needs)); diff != "" {
			t.Errorf("%s: requisites() (-want +got):\n%s", test.name, diff)
		}
	}
}
