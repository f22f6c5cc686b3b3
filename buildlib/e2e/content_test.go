//go:build e2e

package e2e_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/smtp"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/packaging"
)

// TestContent does with the package's own configuration what an administrator is told to do: it edits two lines, puts certificate and
// password in place, and has a mail server. What else differs is what the test has to change to run as an ordinary user on loopback
// ports; overrides lists it.
func TestContent(t *testing.T) {
	administratorsPath()
	for _, tool := range []string{"m4", "cc", "saslpasswd2", "timeout"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
	b := mailBuild(t)
	dir, err := os.MkdirTemp(b.dir, "content-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "sendmail")
	extract(t, b.image(), "./opt/sendmail/sbin/sendmail", program)
	p := &installed{site: newSite(t, dir, program, filepath.Join(filepath.Dir(b.image()), "root/opt/sendmail/share/cf")), image: b.image()}
	t.Run("m4", func(t *testing.T) { testConfigurations(t, b, p.site.macros) })
	p.start(t)
	strict := refusesBare(t, b)

	t.Run("what is offered", func(t *testing.T) { testOffers(t, p) })
	t.Run("old TLS", func(t *testing.T) { testOldTLS(t, p) })
	t.Run("delivery", func(t *testing.T) { testDomains(t, p) })
	t.Run("relaying", func(t *testing.T) { testRelaying(t, p) })
	t.Run("submission", func(t *testing.T) { testSubmissionPort(t, p) })
	t.Run("local mail", func(t *testing.T) { testLocalMail(t, p) })
	t.Run("client queue", func(t *testing.T) { testClientQueue(t, p) })
	t.Run("defences", func(t *testing.T) {
		if !strict {
			t.Skipf("sendmail %s does not refuse bare CR and LF: see its advisories.toml", b.version)
		}
		testDefences(t, p)
	})
}

// refusesBare reports whether this release refuses bare CR and LF, by itself or by its series.
func refusesBare(t *testing.T, b build) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(b.root, "patches", b.version, "advisories.toml"))
	if err != nil {
		t.Fatal(err)
	}
	_, entry, ok := strings.Cut(string(text), `id = "CVE-2023-51765"`)
	if !ok {
		t.Fatal("the advisories do not know of CVE-2023-51765")
	}
	entry, _, _ = strings.Cut(entry, "[[advisory]]")
	return !strings.Contains(entry, `status = "affected"`)
}

// checkRefused checks that an error is a reply of the server's with this first digit.
func checkRefused(t *testing.T, what string, err error, class int) {
	t.Helper()
	reply := new(textproto.Error)
	if !errors.As(err, &reply) || reply.Code/100 != class {
		t.Errorf("%s: error %v, want it refused with %dxx", what, err, class)
	}
}

func testOffers(t *testing.T, p *installed) {
	c := p.mta.dial(t, 0)
	if ok, _ := c.Extension("STARTTLS"); !ok {
		t.Error("EHLO offers no STARTTLS")
	}
	testBeforeTLS(t, p.mta, c)
	for _, m := range shippedMechanisms {
		c := p.mta.dial(t, tls.VersionTLS12)
		checkOffers(t, "after STARTTLS", c, "LOGIN", "PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256")
		if err := c.Auth(m.start(mailUser, mailPassword)); err != nil {
			t.Errorf("AUTH %s with TLS: %v", m.name, err)
		}
		checkRefused(t, "a wrong password", p.mta.dial(t, tls.VersionTLS13).Auth(m.start(mailUser, "open barley")), 5)
	}
	for _, what := range []string{"VRFY postmaster", "EXPN postmaster"} {
		c := p.mta.dial(t, 0)
		if err := c.Text.PrintfLine("%s", what); err != nil {
			t.Fatal(err)
		}
		if code, says, err := c.Text.ReadResponse(0); code == 250 || strings.Contains(says, "root") {
			t.Errorf("%s: %d %s, %v, want nothing told", what, code, says, err)
		}
	}
}

// testOldTLS: Go's client would speak TLS 1.0 and 1.1.
func testOldTLS(t *testing.T, p *installed) {
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		c := p.mta.dial(t, 0)
		if err := c.StartTLS(&tls.Config{RootCAs: p.site.roots, ServerName: mailHost, MinVersion: version, MaxVersion: version}); err == nil {
			t.Errorf("STARTTLS with %s succeeds", tls.VersionName(version))
		}
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		p.mta.dial(t, version)
	}
}

// send sends one message as it stands, whatever ends its lines, and gives the error of the first command that is refused.
func send(c *smtp.Client, from, to, text string) error {
	if err := errors.Join(c.Mail(from), c.Rcpt(to)); err != nil {
		return err
	}
	if err := c.Text.PrintfLine("DATA"); err != nil {
		return err
	}
	if _, _, err := c.Text.ReadResponse(354); err != nil {
		return err
	}
	if _, err := io.WriteString(c.Text.W, text+"\r\n.\r\n"); err != nil {
		return err
	}
	if err := c.Text.W.Flush(); err != nil {
		return err
	}
	_, _, err := c.Text.ReadResponse(250)
	return err
}

// testDomains: both lines count, and the aliases.
func testDomains(t *testing.T, p *installed) {
	for _, test := range []struct{ to, box string }{
		{"root@" + mailHost, "root"}, {"root@other.test", "root"}, {"postmaster@other.test", "root"}, {"abuse@" + mailHost, "root"},
	} {
		subject := "to " + test.to
		if err := send(p.mta.dial(t, tls.VersionTLS13), "someone@"+mailHost, test.to, "Subject: "+subject+"\r\n\r\nHello."); err != nil {
			t.Errorf("%s: %v", subject, err)
		}
		if got := p.box(t, test.box); !strings.Contains(got, "\nSubject: "+subject+"\n") {
			t.Errorf("%s is not in the box of %s:\n%s", subject, test.box, got)
		}
	}
}

func testRelaying(t *testing.T, p *installed) {
	const to = "somebody@elsewhere.test"
	c := p.remote(t)
	checkRefused(t, "relaying for anyone", errors.Join(c.Mail("someone@"+mailHost), c.Rcpt(to)), 5)
	c = p.remote(t)
	if err := c.StartTLS(&tls.Config{RootCAs: p.site.roots, ServerName: mailHost}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Auth(mechanisms[0].start(mailUser, mailPassword)), c.Mail("someone@"+mailHost), c.Rcpt(to), c.Reset()); err != nil {
		t.Errorf("relaying for a user: %v", err)
	}
}

func testSubmissionPort(t *testing.T, p *installed) {
	checkRefused(t, "MAIL without AUTH", p.msa.dial(t, tls.VersionTLS13).Mail("someone@"+mailHost), 5)
	c := p.msa.dial(t, tls.VersionTLS13)
	if err := c.Auth(mechanisms[0].start(mailUser, mailPassword)); err != nil {
		t.Fatal(err)
	}
	if err := send(c, "someone@"+mailHost, "root@"+mailHost, "Subject: submitted\r\n\r\nHello."); err != nil {
		t.Error(err)
	}
	if !strings.Contains(p.box(t, "root"), "\nSubject: submitted\n") {
		t.Error("the message has not arrived")
	}
}

// testLocalMail: what a program on this machine has written arrives, a bare CR as well, which is no longer one where the release has
// the defence.
func testLocalMail(t *testing.T, p *installed) {
	p.submit(t, "Subject: progress\n\n10%\r20%\rdone\n")
	got := p.box(t, "root")
	_, body, ok := strings.Cut(got, "\nSubject: progress\n")
	if !ok || !regexp.MustCompile(`10%[ \r]20%[ \r]done\n`).MatchString(body) {
		t.Errorf("the message has not arrived:\n%q", got)
	}
}

// testClientQueue: the runner stays in the foreground, as SRC needs it, and sends what waits.
func testClientQueue(t *testing.T, p *installed) {
	submit, err := os.ReadFile(p.submission)
	if err != nil {
		t.Fatal(err)
	}
	p.site.write(t, "away.cf", regexp.MustCompile(`A=TCP \$h \d+\n`).ReplaceAllString(string(submit), "A=TCP $$h 1\n")) // nobody is there
	away := *p
	away.submission = p.site.path("away.cf")
	if p.site.switches {
		if err := os.Chown(away.submission, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	away.submit(t, "Subject: waited\n\nHello.\n")
	if strings.Contains(p.box(t, "root"), "\nSubject: waited\n") {
		t.Fatal("the message did not wait")
	}
	p.background(t, patience, "-Ac", "-C", p.submission, "-d99.100", "-q1s")
	for deadline := time.Now().Add(patience / 2); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if strings.Contains(p.box(t, "root"), "\nSubject: waited\n") {
			return
		}
	}
	t.Error("the message is still waiting")
}

// testDefences: the patches' and the release's own guards are on, but for bare CR from this machine, which packaging/sendmail.mc takes.
func testDefences(t *testing.T, p *installed) {
	const bareLF = "Subject: bare LF\r\n\r\none\ntwo"
	const bareCR = "Subject: bare CR\r\n\r\n10%\r20%"
	for what, c := range map[string]*smtp.Client{"from this machine": p.mta.dial(t, 0), "from elsewhere": p.remote(t)} {
		if err := send(c, "someone@"+mailHost, "root@"+mailHost, bareLF); err == nil {
			t.Errorf("a message with bare LF %s is taken", what)
		}
	}
	if err := send(p.remote(t), "someone@"+mailHost, "root@"+mailHost, bareCR); err == nil {
		t.Error("a message with bare CR from elsewhere is taken")
	}
	if err := send(p.mta.dial(t, 0), "someone@"+mailHost, "root@"+mailHost, bareCR); err != nil {
		t.Errorf("a message with bare CR from this machine: %v", err)
	}
	got := p.box(t, "root")
	if strings.Contains(got, "bare LF") || strings.Count(got, "10% 20%\n") != 1 || strings.Contains(got, "\r") {
		t.Errorf("want one message with bare CR alone, and its CR replaced by a blank:\n%q", got)
	}
	c := p.mta.open(t)
	c.send(t, "EHLO client.test\r\nQUIT\r\n")
	if lines := c.rest(t); len(lines) == 0 || !strings.HasPrefix(lines[0], "554 5.5.0 ") {
		t.Errorf("a client that does not wait for the reply to EHLO is answered %q, want 554", lines)
	}
}

// testConfigurations makes the package's sendmail.cf as for AIX with these options: m4 is content, and what is not built is not asked for.
func testConfigurations(t *testing.T, b build, macros string) {
	text, err := os.ReadFile(filepath.Join(b.root, "packaging/sendmail.mc"))
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string][]string{ // a line, and the options with which it is there
		"O ServerCertFile=/c/tls/cert.pem":  {"starttls", "milter ndbm regex sasl starttls"},
		"O AuthOptions=p y":                 {"sasl"},
		"O AuthOptions=p y t":               {"milter ndbm regex sasl starttls"},
		"Kaccess dbm -T<TMPF> -o /c/access": {"ndbm", "milter ndbm regex sasl starttls"},
	}
	for _, options := range []string{"", "starttls", "sasl", "ndbm", "milter ndbm regex sasl starttls"} {
		values := map[string]string{"prefix": "/p", "conf": "/c", "state": "/s", "ostype": "aix5", "options": options, "map": "none"}
		if strings.Contains(options, "ndbm") {
			values["map"] = "dbm"
		}
		mc, err := packaging.Fill("sendmail.mc", string(text), values)
		if err != nil {
			t.Fatal(err)
		}
		m4 := exec.CommandContext(t.Context(), "m4", "-D_NO_MAKEINFO_", "-D_CF_DIR_="+macros+"/", "-DMAIL_SETTINGS_DIR=/c/", filepath.Join(macros, "m4/cf.m4"), "-")
		var says bytes.Buffer
		m4.Stdin, m4.Stderr = strings.NewReader(mc), &says
		cf, err := m4.Output()
		if err != nil || says.Len() > 0 {
			t.Errorf("options %q: %v\n%s", options, err, &says)
		}
		for line, with := range lines {
			if got, want := strings.Contains(string(cf), "\n"+line+"\n"), slices.Contains(with, options); got != want {
				t.Errorf("options %q: the line %q is there: %v, want %v", options, line, got, want)
			}
		}
		for _, line := range []string{"#Djmail.example.com", "#Cwexample.com", "R127.0.0.1\t\t$# u2", "O AliasFile=/c/aliases"} {
			if strings.Count(string(cf), "\n"+line+"\n") != 1 {
				t.Errorf("options %q: the line %q is not there once", options, line)
			}
		}
		if strings.Contains(string(cf), "_IF_BUILT_") || strings.Contains(string(cf), "@conf@") {
			t.Errorf("options %q: the result has what should have been expanded", options)
		}
	}
}
