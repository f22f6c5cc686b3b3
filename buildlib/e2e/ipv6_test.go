//go:build e2e

package e2e_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestIPv6 builds for AIX with options ipv6 and libmilter: AIX is known to have all that the programs import, and under the emulator sendmail
// finds the machine's address of IPv6, by its name and the name by it. MAIL_TEST_RELEASE and MAIL_TEST_SOURCE are as for TestMail.
func TestIPv6(t *testing.T) {
	b := mailBuild(t)
	for _, target := range []string{"aix7.2-64", "aix6.1-32"} {
		t.Run(target, func(t *testing.T) {
			env, checkout := b.forAIX(t, target)
			env = append(env, "SENDMAIL_WITH=+ipv6,+libmilter")
			image := crossImage.FindStringSubmatch(checkout.run(env, "cross:setup", "package"))
			if image == nil {
				t.Fatal("no image for AIX is named")
			}
			dir := filepath.Join(b.dir, "ipv6-"+target)
			checkout.run(env, "image:extract", image[2], dir)
			bits, err := strconv.Atoi(target[len(target)-2:])
			if err != nil {
				t.Fatal(err)
			}
			importsAreKnown(t, dir, bits)
			a := newAIXMachine(t, dir, filepath.Join(t.TempDir(), "six"), "aix.example.com", clientHost) // the name that the emulator gives
			a.write(t, "etc/hosts", "2001:db8::25 aix.example.com\n", 0o644)
			says := a.run(t, "$=w\n", "sbin/sendmail", "-d0.4", "-bt")
			for _, want := range []string{"NETINET6", "a.k.a.: [IPv6:2001:db8:0:0:0:0:0:25]"} {
				if !strings.Contains(says, want) {
					t.Errorf("sendmail does not say %q:\n%s", want, says)
				}
			}
		})
	}
}
