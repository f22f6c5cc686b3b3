//go:build e2e

package e2e_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net/smtp"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestMail lets the sendmail that TestRealSource packs talk to real clients: Go's net/smtp and crypto/tls, and openssl. The daemon
// runs as an ordinary user, on a loopback port.
//
// Another release, or a source that this machine cannot get by itself, is tested by
//
//	MAIL_TEST_RELEASE=8.15.2 MAIL_TEST_SOURCE=/src/sendmail-8.15.2 go test -tags e2e -run 'TestMail|TestGuards' ./buildlib/build
func TestMail(t *testing.T) {
	needTools(t)
	b := mailBuild(t)
	t.Logf("sendmail %s", b.version)
	s := b.install(t)

	t.Run("open", func(t *testing.T) {
		d := s.start(t, "A", "")
		t.Run("EHLO", func(t *testing.T) { testHello(t, d) })
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run("STARTTLS/"+tls.VersionName(version), func(t *testing.T) { testDelivery(t, d, version) })
		}
		t.Run("clear", func(t *testing.T) { testDelivery(t, d, 0) })
		for _, m := range mechanisms {
			t.Run("AUTH/"+m.name, func(t *testing.T) { testAuth(t, d, m, 0) })
			t.Run("AUTH/"+m.name+"/TLS", func(t *testing.T) { testAuth(t, d, m, tls.VersionTLS13) })
		}
		for _, version := range []string{"1.2", "1.3"} {
			t.Run("openssl/"+version, func(t *testing.T) { testOpenSSL(t, d, version) })
		}
	})
	t.Run("plain needs TLS", func(t *testing.T) {
		d := s.start(t, "A p y", "")
		testPlainNeedsTLS(t, d)
	})
}

// administratorsPath adds the directory of saslpasswd2 for all tests that follow; those that run side by side cannot have a PATH each.
var administratorsPath = sync.OnceFunc(func() {
	if err := os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin"); err != nil {
		panic(err)
	}
})

// needTools skips a test that starts daemons where the tools for that are missing.
func needTools(t *testing.T) {
	t.Helper()
	administratorsPath()
	for _, tool := range []string{"m4", "cc", "openssl", "saslpasswd2", "timeout"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
}

// install makes a site for the program of a build. It is apart from the build: what is tested is what the image holds.
func (b build) install(t *testing.T) *site {
	t.Helper()
	dir, err := os.MkdirTemp(b.dir, "mail-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "sendmail")
	extract(t, b.image(), "./opt/sendmail/sbin/sendmail", program)
	return newSite(t, dir, program, filepath.Join(filepath.Dir(b.image()), "root/opt/sendmail/share/cf"))
}

// mailBuild is TestRealSource's build, unless another one is asked for.
func mailBuild(t *testing.T) build {
	t.Helper()
	env, verb := mailSettings()
	if verb == "rehearse" {
		return rehearse(t)
	}
	return another.get(t, env, verb)
}

// buildWith is the same release with other options.
func buildWith(t *testing.T, options string) build {
	t.Helper()
	env, verb := mailSettings()
	return newBuild(t, append(env, "SENDMAIL_WITH="+options), verb)
}

// mailSettings are those of mailBuild, and the verb that makes the image.
func mailSettings() (env []string, verb string) {
	verb = "rehearse"
	env = append(env, "SENDMAIL_TARGET=host")
	for from, to := range map[string]string{"MAIL_TEST_RELEASE": "SENDMAIL_RELEASE", "MAIL_TEST_SOURCE": "SENDMAIL_SOURCE"} {
		if value := os.Getenv(from); value != "" {
			env = append(env, to+"="+value)
			verb = "package"
		}
	}
	return env, verb
}

// another is the build of what MAIL_TEST_RELEASE and MAIL_TEST_SOURCE name.
var another shared

func testHello(t *testing.T, d *daemon) {
	c := d.dial(t, 0)
	if ok, _ := c.Extension("STARTTLS"); !ok {
		t.Error("EHLO offers no STARTTLS")
	}
	offered := offers(c)
	for _, m := range mechanisms {
		if !slices.Contains(offered, m.name) {
			t.Errorf("EHLO offers AUTH %v, want %s among them", offered, m.name)
		}
	}
	if err := c.Quit(); err != nil {
		t.Error(err)
	}
}

// offers are the mechanisms of AUTH in the answer to the last EHLO.
func offers(c *smtp.Client) []string {
	_, names := c.Extension("AUTH")
	return strings.Fields(names)
}

func testDelivery(t *testing.T, d *daemon, version uint16) {
	c := d.dial(t, version)
	d.deliver(t, c)
	if err := c.Quit(); err != nil {
		t.Error(err)
	}
}

// deliver sends one message and reads what the mailer has written. It returns that.
func (d *daemon) deliver(t *testing.T, c *smtp.Client) string {
	t.Helper()
	to := recipient(t)
	if err := errors.Join(c.Mail("someone@"+mailHost), c.Rcpt(to+"@"+mailHost)); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprint(w, messageTo(to))
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return d.delivered(t, to)
}

// recipient is one that no other test has.
func recipient(t *testing.T) string {
	return strings.ToLower(strings.NewReplacer("/", "-", " ", "-", "_", "-").Replace(t.Name()))
}

const messageBody = "Hello.\n.\n..\nThe dots were for whoever forgets to stuff, or to unstuff.\n"

func messageTo(to string) string {
	return "Subject: " + to + "\r\n\r\n" + strings.ReplaceAll(messageBody, "\n", "\r\n")
}

// delivered is the message that a recipient has got, checked.
func (d *daemon) delivered(t *testing.T, to string) string {
	t.Helper()
	text, err := os.ReadFile(d.site.path("box/" + to))
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	header, body, _ := strings.Cut(got, "\n\n")
	for _, want := range []string{"\nSubject: " + to, "\nReceived: from client.test", "\n\tby " + mailHost} {
		if !strings.Contains(header, want) {
			t.Errorf("header of the message to %s lacks %q:\n%s", to, want, got)
		}
	}
	if want := messageBody + "\n"; body != want { // a file mailer ends each message with an empty line
		t.Errorf("body of the message to %s = %q, want %q", to, body, want)
	}
	return got
}

func testAuth(t *testing.T, d *daemon, m mechanism, version uint16) {
	for _, wrong := range []struct{ user, password string }{{mailUser, "open barley"}, {"stranger", mailPassword}} {
		err := d.dial(t, version).Auth(m.start(wrong.user, wrong.password))
		if refused := new(textproto.Error); !errors.As(err, &refused) || refused.Code != 535 {
			t.Errorf("AUTH %s as %s with %q: error %v, want it refused with 535", m.name, wrong.user, wrong.password, err)
		}
	}
	c := d.dial(t, version)
	if err := c.Auth(m.start(mailUser, mailPassword)); err != nil {
		t.Fatalf("AUTH %s: %v", m.name, err)
	}
	// sendmail puts it on record how a sender was authenticated: as ESMTPA, or ESMTPSA with TLS.
	protocol := "ESMTPA"
	if version != 0 {
		protocol = "ESMTPSA"
	}
	if got := d.deliver(t, c); !strings.Contains(got, " with "+protocol+" ") {
		t.Errorf("the message was not received with %s:\n%s", protocol, got)
	}
	if err := c.Quit(); err != nil {
		t.Error(err)
	}
}

// testPlainNeedsTLS is for a daemon that has p among its AuthOptions.
func testPlainNeedsTLS(t *testing.T, d *daemon) {
	c := d.dial(t, 0)
	if got := offers(c); slices.Contains(got, "PLAIN") || slices.Contains(got, "LOGIN") || !slices.Contains(got, "CRAM-MD5") {
		t.Errorf("without TLS, EHLO offers AUTH %v, want CRAM-MD5 and neither PLAIN nor LOGIN", got)
	}
	// net/smtp does not look at what is offered.
	for _, m := range mechanisms[:2] {
		err := d.dial(t, 0).Auth(m.start(mailUser, mailPassword))
		if refused := new(textproto.Error); !errors.As(err, &refused) || refused.Code/100 != 5 {
			t.Errorf("AUTH %s without TLS: error %v, want it refused", m.name, err)
		}
	}
	if err := c.Auth(smtp.CRAMMD5Auth(mailUser, mailPassword)); err != nil {
		t.Errorf("AUTH CRAM-MD5 without TLS: %v", err)
	}
	for _, m := range mechanisms[:2] {
		if err := d.dial(t, tls.VersionTLS13).Auth(m.start(mailUser, mailPassword)); err != nil {
			t.Errorf("AUTH %s with TLS: %v", m.name, err)
		}
	}
}

// testOpenSSL holds a conversation through openssl s_client, which says the first EHLO and STARTTLS by itself.
func testOpenSSL(t *testing.T, d *daemon, version string) {
	to := recipient(t)
	cmd := d.openssl(t, version)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var says bytes.Buffer
	cmd.Stderr = &says
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := textproto.NewReader(bufio.NewReader(out))
	w := textproto.NewWriter(bufio.NewWriter(in))
	for _, step := range []struct {
		say  string
		want int
	}{
		{"EHLO client.test", 250},
		{"AUTH PLAIN " + plain(mailUser, "open barley"), 535},
		{"AUTH PLAIN " + plain(mailUser, mailPassword), 235},
		{"MAIL FROM:<someone@" + mailHost + ">", 250},
		{"RCPT TO:<" + to + "@" + mailHost + ">", 250},
		{"DATA", 354},
		{strings.ReplaceAll(messageTo(to), "\r\n.", "\r\n..") + ".", 250},
		{"QUIT", 221},
	} {
		if err := w.PrintfLine("%s", step.say); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.ReadResponse(step.want); err != nil {
			t.Errorf("the answer to %q: %v, want %d", step.say, err, step.want)
			if err := cmd.Cancel(); err != nil { // it would wait for the daemon to hang up
				t.Error(err)
			}
			break
		}
	}
	if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
		t.Errorf("%v: %v", cmd, err)
	}
	for _, want := range []string{"Protocol version: TLSv" + version, "Verification: OK", "Verified peername: " + mailHost} {
		if !strings.Contains(says.String(), want) {
			t.Errorf("openssl did not say %q:\n%s", want, &says)
		}
	}
	if got := d.delivered(t, to); !strings.Contains(got, "(version=TLSv"+version+" ") {
		t.Errorf("the message does not tell that it came with TLS %s:\n%s", version, got)
	}
}

// openssl is a client that verifies the daemon's certificate as Go's does.
func (d *daemon) openssl(t *testing.T, version string) *exec.Cmd {
	return d.site.command(t.Context(), "timeout", fmt.Sprint(patience.Seconds()), "openssl", "s_client", "-connect", d.address, "-starttls", "smtp",
		"-tls"+strings.ReplaceAll(version, ".", "_"), "-CAfile", d.site.path("tls/ca.pem"), "-verify_return_error", "-verify_hostname", mailHost,
		"-brief", "-ign_eof")
}
