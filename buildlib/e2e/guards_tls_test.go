//go:build e2e

package e2e_test

import (
	"crypto/tls"
	"strings"
	"testing"
)

// testRevocation is for openssl-unusable-crl-file. Its header says, as sendmail's release notes do: a CRLFile that cannot be used
// disables STARTTLS. With one that can, a client's certificate is verified unless it is on the list.
func testRevocation(t *testing.T, s *stand) {
	setting := func(list string) string { return "define(`confCRL', `" + s.site.path(list) + "')\n" }
	for name, want := range map[string]string{"client": "verify=FAIL", "other": "verify=OK"} {
		t.Run("good list "+name, func(t *testing.T) {
			certificate, err := tls.LoadX509KeyPair(s.site.path("tls/"+name+".pem"), s.site.path("tls/"+name+"-key.pem"))
			if err != nil {
				t.Fatal(err)
			}
			d, to := s.daemon(setting("tls/revoked.pem")), recipient(t)
			c := d.open(t)
			c.say(t, "250 ", "EHLO client.test")
			config := d.trusting()
			config.Certificates = []tls.Certificate{certificate}
			c.startTLS(t, config)
			c.say(t, "250 ", "EHLO client.test")
			c.deliver(t, taken, to, "", messageOf(to, "Hello."))
			if got := d.box(t, to); !strings.Contains(got, " "+want+")") {
				t.Errorf("the message does not tell %s:\n%s", want, got)
			}
		})
	}
	for name, list := range map[string]string{"no list": "tls/missing.pem", "no list in it": "tls/key.pem"} {
		t.Run(name, func(t *testing.T) {
			d, to := s.daemon(setting(list)), recipient(t)
			c := d.open(t)
			if offered := c.say(t, "250 ", "EHLO client.test"); strings.Contains(offered, "STARTTLS") {
				t.Errorf("STARTTLS is offered:\n%s", offered)
			}
			c.say(t, "454 ", "STARTTLS")
			c.deliver(t, taken, to, "", messageOf(to, "Hello."))
			d.bodyOf(t, to)
		})
	}
}
