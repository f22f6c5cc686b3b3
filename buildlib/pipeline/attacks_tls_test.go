//go:build e2e

package pipeline_test

import (
	"crypto/tls"
	"strings"
	"testing"
)

// revoked comes with a certificate that is on the list. CRLFile is what the daemon reads as the list.
func revoked(crlFile string) func(*testing.T, *victim, string) outcome {
	return func(t *testing.T, v *victim, settings string) outcome {
		settings += "define(`confCRL', `" + v.site.path(crlFile) + "')\n"
		text := deliverCertified(t, v, settings, "client")
		switch {
		case text == "" || strings.Contains(text, " verify=FAIL)"):
			return untrusted
		case strings.Contains(text, " verify=OK)"):
			return trusted
		}
		t.Fatalf("the message does not tell what came of the certificate:\n%s", text)
		return ""
	}
}

// pretend comes with a certificate for a name that ends at a NUL for whoever takes it for a string of C.
func pretend(t *testing.T, v *victim, settings string) outcome {
	const field = "X-Certified-Name: "
	text := deliverCertified(t, v, settings+"LOCAL_CONFIG\nH"+field+"${cn_subject}\n", "nul")
	for line := range strings.SplitSeq(text, "\n") {
		if name, found := strings.CutPrefix(line, field); found {
			if name == mailHost {
				return believed
			}
			return unbelieved
		}
	}
	t.Fatalf("the message does not tell the certificate's name:\n%s", text)
	return ""
}

// inject has a command come in clear together with STARTTLS. The client inside TLS says QUIT and nothing else.
func inject(t *testing.T, v *victim, settings string) outcome {
	d := v.daemon(settings)
	s := d.open(t)
	s.say(t, 250, "EHLO client.test")
	s.send(t, "STARTTLS\r\nNOOP\r\n")
	s.expect(t, 220, "STARTTLS")
	s.secure(t, d.trusting())
	s.send(t, "QUIT\r\n")
	if whetherObeyed(s.rest(t)) == obeyed {
		return obeyed
	}
	return ignored
}

// deliverCertified delivers a message from a client that has one of the site's certificates, and returns it as it was delivered.
// When the daemon does not offer STARTTLS, there is none.
func deliverCertified(t *testing.T, v *victim, settings, name string) string {
	t.Helper()
	certificate, err := tls.LoadX509KeyPair(v.site.path("tls/"+name+".pem"), v.site.path("tls/"+name+"-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	d, to := v.daemon(settings), recipient(t)
	config := d.trusting()
	config.Certificates = []tls.Certificate{certificate}
	s := d.open(t)
	s.send(t, "EHLO client.test\r\n")
	_, offered, err := s.text.ReadResponse(250)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(offered, "STARTTLS") {
		return ""
	}
	s.startTLS(t, config)
	s.say(t, 250, "EHLO client.test")
	s.deliver(t, to, "", "Hello.")
	return d.box(t, to)
}
