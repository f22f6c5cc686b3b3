//go:build e2e

package e2e_test

import (
	"crypto/tls"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testAIXMail has the sendmail of an image, extracted into a directory, exchange mail under the emulator, as it was configured for shipping and by
// the steps of the README.
func testAIXMail(t *testing.T, extracted string, bits int) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files to others, as installp does")
	}
	server := newAIXMachine(t, extracted, filepath.Join(t.TempDir(), "server"), mailHost, clientHost)
	server.configure(t)
	server.certify(t)
	server.addUser(t, bits)
	d := server.start(t)
	t.Run("before TLS", func(t *testing.T) {
		c := d.dial(t, 0)
		if ok, _ := c.Extension("STARTTLS"); !ok {
			t.Error("EHLO offers no STARTTLS")
		}
		testBeforeTLS(t, d, c)
	})
	for _, m := range shippedMechanisms {
		t.Run("server/"+m.name, func(t *testing.T) { testAIXServer(t, server, d, m) })
	}
	t.Run("client", func(t *testing.T) { testAIXClient(t, server, extracted) })
}

// clientHost is the machine that sends through mailHost.
const clientHost = "client.test"

// shippedMechanisms are those of the packaged configuration.
var shippedMechanisms = []mechanism{
	{"SCRAM-SHA-256", func(user, password string) smtp.Auth { return newScram("SCRAM-SHA-256", user, password) }},
	{"SCRAM-SHA-1", func(user, password string) smtp.Auth { return newScram("SCRAM-SHA-1", user, password) }},
	mechanisms[0], mechanisms[1], // PLAIN, LOGIN
}

// checkOffers checks which mechanisms EHLO has named.
func checkOffers(t *testing.T, when string, c *smtp.Client, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(offers(c)))); diff != "" {
		t.Errorf("AUTH %s (-want +got):\n%s", when, diff)
	}
}

// testBeforeTLS sees that a connection without TLS is offered no AUTH, and that none is taken: net/smtp does not look at what is offered.
func testBeforeTLS(t *testing.T, d *daemon, c *smtp.Client) {
	t.Helper()
	checkOffers(t, "before TLS", c)
	for _, m := range shippedMechanisms {
		err := d.dial(t, 0).Auth(m.start(mailUser, mailPassword))
		if refused := new(textproto.Error); !errors.As(err, &refused) || refused.Code != 503 {
			t.Errorf("AUTH %s without TLS: error %v, want 503, AUTH not available", m.name, err)
		}
	}
}

// testAIXServer authenticates by one mechanism, over TLS 1.3, and sends a message.
func testAIXServer(t *testing.T, a *aixMachine, d *daemon, m mechanism) {
	c := d.dial(t, tls.VersionTLS13)
	checkOffers(t, "after STARTTLS", c, "LOGIN", "PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256")
	err := c.Auth(m.start(mailUser, "open barley"))
	if refused := new(textproto.Error); !errors.As(err, &refused) || refused.Code != 535 {
		t.Errorf("AUTH with a wrong password: error %v, want it refused with 535", err)
	}
	c = d.dial(t, tls.VersionTLS13)
	if err := c.Auth(m.start(mailUser, mailPassword)); err != nil { // net/smtp takes nothing but 235 for success
		t.Fatalf("AUTH with the right password: %v", err)
	}
	got := a.send(t, c)
	for _, want := range []string{"Received: from client.test", "(authenticated bits=", "\tby " + mailHost, " with ESMTPSA ", "(version=TLSv1.3 "} {
		if !strings.Contains(got, want) {
			t.Errorf("the message lacks %q:\n%s", want, got)
		}
	}
	if err := c.Quit(); err != nil {
		t.Error(err)
	}
}

// testAIXClient has a second machine send through the first one, which is its smart host: by TLS, whose certificate it verifies, and with a password.
func testAIXClient(t *testing.T, server *aixMachine, extracted string) {
	client := newAIXMachine(t, extracted, filepath.Join(t.TempDir(), "client"), clientHost, mailHost)
	client.configure(t)
	client.write(t, "etc/opt/sendmail/tls/ca.pem", read(t, server.path("etc/opt/sendmail/tls/ca.pem")), 0o644)
	_, port, err := net.SplitHostPort(server.address)
	if err != nil {
		t.Fatal(err)
	}
	client.edit(t, "\nDS\n", "\nDSrelay:"+mailHost+"\n")
	client.edit(t, "S=EnvFromSMTP/HdrFromSMTP, R=MasqSMTP, E=\\r\\n, L=2040,\n\t\tT=DNS/RFC822/SMTP,\n\t\tA=TCP $h\n",
		"S=EnvFromSMTP/HdrFromSMTP, R=MasqSMTP, E=\\r\\n, L=2040,\n\t\tT=DNS/RFC822/SMTP,\n\t\tA=TCP $h "+port+"\n")
	client.run(t, "AuthInfo:"+mailHost+"\t\"U:"+mailUser+"\" \"I:"+mailUser+"\" \"P:"+mailPassword+"\"\n", "sbin/makemap", "dbm", "/etc/opt/sendmail/access")
	for _, file := range []string{"etc/opt/sendmail/access.dir", "etc/opt/sendmail/access.pag"} {
		if err := os.Chmod(client.path(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	subject := recipient(t)
	said := client.run(t, "Subject: "+subject+"\n\n"+messageBody, "sbin/sendmail", "-C/etc/opt/sendmail/sendmail.cf", "-odi", "-i", "-v",
		"-fsomeone@"+clientHost, "sink@"+mailHost)
	for _, want := range []string{">>> STARTTLS\n", ">>> AUTH SCRAM-SHA-256 ", "Sent ("} {
		if !strings.Contains(said, want) {
			t.Errorf("the client did not say %q:\n%s", want, said)
		}
	}
	log := read(t, client.path("var/log/syslog"))
	for _, want := range []string{"STARTTLS=client, relay=" + mailHost, "verify=OK"} {
		if !strings.Contains(log, want) {
			t.Errorf("the client's log lacks %q:\n%s", want, log)
		}
	}
	got := server.sunk(t, subject)
	for _, want := range []string{"(authenticated bits=", " with ESMTPSA ", "(version=TLSv1.3 "} {
		if !strings.Contains(got, want) {
			t.Errorf("the message lacks %q:\n%s", want, got)
		}
	}
}

// testAIXLocalMail has a program of the package hand a message in and deliver it: what can be done without the libraries that it was linked with.
func testAIXLocalMail(t *testing.T, extracted string) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files to others, as installp does")
	}
	a := newAIXMachine(t, extracted, filepath.Join(t.TempDir(), "local"), mailHost, clientHost)
	a.configure(t)
	subject := recipient(t)
	a.run(t, "Subject: "+subject+"\n\n"+messageBody, "sbin/sendmail", "-C/etc/opt/sendmail/sendmail.cf", "-odi", "-i", "sink")
	a.sunk(t, subject)
}
