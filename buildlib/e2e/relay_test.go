//go:build e2e

package e2e_test

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template"
	"time"
)

// relayCase is one way in which a relay, or what is known of it, may be. In all else it is a good one: it has the right certificate, and demands STARTTLS
// and AUTH.
type relayCase struct {
	name     string
	relay    script
	host     string // who is asked for; mostly relay.mail.test
	plain    bool   // whether the mailer lacks the flags J and Q, as any other does
	smtps    bool   // whether it is set with port 465
	cert     bool   // whether it is set with a certificate of ours
	noUser   bool   // whether it is set without a login
	nobody   bool   // whether the relay refuses connections
	login    string // what the file of logins holds; mostly the one that the relay takes
	messages int    // sent in one queue run, if there are several
}

const relayHost = "relay.mail.test"

// right is the certificate of most relays.
const right = "right"

func says(verb, answer string) script {
	return script{certificate: right, says: map[string]string{verb: answer}}
}

var wrongPassword = "535 5.7.8 authentication failed"

var relayCases = []relayCase{
	{name: "right", relay: script{certificate: right}},
	{name: "right, three messages in a queue run", relay: script{certificate: right}, messages: 3},
	{name: "TLS 1.2 only", relay: script{certificate: right, versions: [2]uint16{tls.VersionTLS12, tls.VersionTLS12}}},
	{name: "TLS 1.3 only", relay: script{certificate: right, versions: [2]uint16{tls.VersionTLS13, tls.VersionTLS13}}},
	{name: "LOGIN only", relay: script{certificate: right, offers: "LOGIN"}},

	{name: "name in the CN, no alternative ones", relay: script{certificate: "CN"}},
	{name: "name in the alternative ones only", relay: script{certificate: "SAN"}},
	{name: "a second alternative name", relay: script{certificate: "second SAN"}},
	{name: "*.mail.test", relay: script{certificate: "*.mail.test"}},
	{name: "*.mail.test in the CN, no alternative names", relay: script{certificate: "CN *.mail.test"}},
	{name: "name in the CN, another alternative one", relay: script{certificate: "CN, other SAN"}},
	{name: "*.test for relay.test", relay: script{certificate: "*.test"}, host: "relay.test"},
	{name: "*.test for relay.mail.test", relay: script{certificate: "*.test"}},
	{name: "r*.mail.test", relay: script{certificate: "r*.mail.test"}},
	{name: "*.mail.test for relay.deep.mail.test", relay: script{certificate: "*.mail.test"}, host: "relay.deep.mail.test"},
	{name: "certificate of another name", relay: script{certificate: "other"}},
	{name: "certificate that has expired", relay: script{certificate: "expired"}},
	{name: "certificate of another authority", relay: script{certificate: "stranger"}},
	{name: "certificate that is self-signed", relay: script{certificate: "self-signed"}},

	{name: "no STARTTLS", relay: script{}},
	{name: "454 to STARTTLS", relay: says("STARTTLS", "454 4.7.0 TLS not available")},
	{name: "TLS 1.0 only", relay: script{certificate: right, versions: [2]uint16{tls.VersionTLS10, tls.VersionTLS10}}},
	{name: "no TLS after STARTTLS", relay: script{certificate: right, broken: true}},

	{name: "no AUTH", relay: script{certificate: right, offers: "none"}},
	{name: "no AUTH, MAIL is taken", relay: script{certificate: right, offers: "none", open: true}},
	{name: "an unknown mechanism only", relay: script{certificate: right, offers: "XNEW"}},
	{name: "535 at AUTH", relay: says("AUTH", wrongPassword)},
	{name: "535 at AUTH, MAIL is taken", relay: script{certificate: right, open: true, says: map[string]string{"AUTH": wrongPassword}}},
	{name: "535 at AUTH, three messages in a queue run", relay: says("AUTH", wrongPassword), messages: 3},
	{name: "550 at AUTH", relay: says("AUTH", "550 5.7.1 no")},
	{name: "454 at AUTH", relay: says("AUTH", "454 4.7.0 later")},
	{name: "421 at AUTH", relay: says("AUTH", "421 4.7.0 closing")},
	{name: "closed at AUTH", relay: script{certificate: right, hangs: "AUTH"}},
	{name: "no login known", relay: script{certificate: right}, login: "none"},
	{name: "no login known, MAIL is taken", relay: script{certificate: right, open: true}, login: "none"},
	{name: "login that is cut off", relay: script{certificate: right, open: true}, login: "user \"I=dGVzdGVy\"\npassword \"P=b3Bl\n"},

	{name: "connection refused", nobody: true},
	{name: "host unknown", host: "nosuch.mail.test", nobody: true},
	{name: "DNS down", host: "down.mail.test", nobody: true},
	{name: "554 as greeting", relay: says("greeting", "554 5.7.1 not you")},
	{name: "421 as greeting", relay: says("greeting", "421 4.7.0 not now")},
	{name: "closed before the greeting", relay: script{certificate: right, hangs: "greeting"}},
	{name: "550 at EHLO and HELO", relay: script{certificate: right, says: map[string]string{"EHLO": "550 5.7.1 no", "HELO": "550 5.7.1 no"}}},
	{name: "our own name in EHLO", relay: says("EHLO", "250 "+mailHost)},

	{name: "451 at MAIL", relay: says("MAIL", "451 4.3.0 later")},
	{name: "530 at MAIL", relay: says("MAIL", "530 5.7.0 Authentication required")},
	{name: "550 at MAIL", relay: says("MAIL", "550 5.7.1 not as this sender")},
	{name: "450 at RCPT", relay: says("RCPT", "450 4.2.1 later")},
	{name: "550 at RCPT", relay: says("RCPT", "550 5.1.1 no such user")},
	{name: "451 at DATA", relay: says("DATA", "451 4.3.0 later")},
	{name: "554 at DATA", relay: says("DATA", "554 5.6.0 no")},
	{name: "452 after the message", relay: says("message", "452 4.3.1 full")},
	{name: "552 after the message", relay: says("message", "552 5.3.4 too large")},
	{name: "closed in the message", relay: script{certificate: right, hangs: "message"}},

	{name: "our certificate wanted", relay: script{certificate: right, wants: true}, cert: true},
	{name: "our certificate wanted, none set", relay: script{certificate: right, wants: true}},
	{name: "our certificate in place of a login", relay: script{certificate: right, wants: true, offers: "none", open: true}, cert: true, noUser: true},
	{name: "no login set, none wanted", relay: script{certificate: right, open: true}, noUser: true},
	{name: "no login set, 530 at MAIL", relay: script{certificate: right}, noUser: true},
	{name: "no login set, 550 at MAIL", relay: script{certificate: right, open: true, says: map[string]string{"MAIL": "550 5.7.1 not as this sender"}}, noUser: true},
	{name: "no login set, host unknown", host: "nosuch.mail.test", nobody: true, noUser: true},
	{name: "no login set, 554 as greeting", relay: says("greeting", "554 5.7.1 not you"), noUser: true},
	{name: "no login set, 550 at EHLO and HELO", relay: script{certificate: right, says: map[string]string{"EHLO": "550 5.7.1 no", "HELO": "550 5.7.1 no"}}, noUser: true},
	{name: "no login set, our own name in EHLO", relay: says("EHLO", "250 "+mailHost), noUser: true},
	{name: "no login set, certificate of another name", relay: script{certificate: "other", open: true}, noUser: true},
	{name: "no login set, no STARTTLS", relay: script{open: true}, noUser: true},

	{name: "without flags J and Q: right", relay: script{certificate: right}, plain: true},
	{name: "without flags J and Q: 535 at AUTH", relay: says("AUTH", wrongPassword), plain: true},
	{name: "without flags J and Q: host unknown", host: "nosuch.mail.test", nobody: true, plain: true},
	{name: "without flags J and Q: no login set, 530 at MAIL", relay: script{certificate: right}, plain: true, noUser: true},
	{name: "without flags J and Q: no login set, host unknown", host: "nosuch.mail.test", nobody: true, plain: true, noUser: true},
}

// smtpsCases are relays as on port 465, where TLS begins with the connection. Releases from 8.18 on have that.
var smtpsCases = []relayCase{
	{name: "right", relay: script{certificate: right, implicit: true}, smtps: true},
	{name: "three messages in a queue run", relay: script{certificate: right, implicit: true}, smtps: true, messages: 3},
	{name: "certificate of another name", relay: script{certificate: "other", implicit: true}, smtps: true},
	{name: "certificate that has expired", relay: script{certificate: "expired", implicit: true}, smtps: true},
	{name: "no TLS", relay: script{certificate: right}, smtps: true},
	{name: "TLS 1.0 only", relay: script{certificate: right, implicit: true, versions: [2]uint16{tls.VersionTLS10, tls.VersionTLS10}}, smtps: true},
	{name: "535 at AUTH", relay: script{certificate: right, implicit: true, says: map[string]string{"AUTH": wrongPassword}}, smtps: true},
	{name: "no AUTH, MAIL is taken", relay: script{certificate: right, implicit: true, offers: "none", open: true}, smtps: true},
	{name: "554 as greeting", relay: script{certificate: right, implicit: true, says: map[string]string{"greeting": "554 no"}}, smtps: true},
	{name: "connection refused", nobody: true, smtps: true},
	{name: "550 at RCPT", relay: script{certificate: right, implicit: true, says: map[string]string{"RCPT": "550 5.1.1 no such user"}}, smtps: true},
}

// TestRelay has sendmail-relay set relays that are right and that are not, and sendmail hand them a message. What becomes of it, how often the password
// goes out, what the log says, and what "sendmail-relay test" says is in testdata/relay.golden, for all releases.
func TestRelay(t *testing.T) {
	t.Parallel() // it mostly waits
	needTools(t)
	s := newRelaySite(t)
	t.Run("DefaultAuthInfo", func(t *testing.T) {
		for _, settings := range []string{"", "define(`confDEF_AUTH_INFO', `/etc/mail/login')\n"} {
			cf, err := os.ReadFile(s.configure(t, "A", settings, "127.0.0.1:25"))
			if err != nil {
				t.Fatal(err)
			}
			named, set := strings.Contains(string(cf), "DefaultAuthInfo"), strings.Contains(string(cf), "\nO DefaultAuthInfo=/etc/mail/login\n")
			if want := settings != ""; named != want || set != want {
				t.Errorf("with %q the .cf names DefaultAuthInfo: %v, and sets it: %v", settings, named, set)
			}
		}
	})
	s.compare(t, "testdata/relay.golden", relayCases)
	t.Run("port 465", func(t *testing.T) {
		if !s.smtps {
			s.prepare(t, "refused")
			if out, err := s.tool(t, "refused", "", mailPassword+"\n", "set", relayHost+":465", "--user", mailUser); err == nil || !strings.Contains(out, "Use 587") {
				t.Errorf("port 465 is not refused: %v\n%s", err, out)
			}
			return
		}
		s.compare(t, "testdata/relay-465.golden", smtpsCases)
	})
}

// compare tries all cases, and compares what comes of them with a table.
func (s *relaySite) compare(t *testing.T, golden string, cases []relayCase) {
	t.Helper()
	var table strings.Builder
	table.WriteString("# relay | the message is | passwords sent | the log says | test says\n")
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			fmt.Fprintf(&table, "%s | %s\n", c.name, s.try(t, filepath.Base(golden)+fmt.Sprint(i), c))
		})
	}
	compareTable(t, golden, table.String())
}

func compareTable(t *testing.T, golden, table string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if table != string(want) {
		t.Errorf("the table is\n%s\nwant (-update writes it)\n%s", table, want)
	}
}

// relaySite is a site with the certificates of relays.
type relaySite struct {
	*site
	smtps        bool // whether the program has TLS from the first byte on
	certificates map[string]tls.Certificate
	text         *template.Template
}

func newRelaySite(t *testing.T) *relaySite {
	t.Helper()
	b := mailBuild(t)
	s := &relaySite{site: b.install(t), smtps: strings.HasPrefix(b.version, "8.18.")}
	s.makeRelayCertificates(t)
	cc := exec.CommandContext(t.Context(), "cc", "-shared", "-fPIC", "-o", s.path("relayhost.so"), "testdata/relayhost.c")
	if out, err := cc.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cc, err, out)
	}
	text, err := template.ParseFiles("testdata/relay.mc")
	if err != nil {
		t.Fatal(err)
	}
	s.text = text
	s.installTool(t, b)
	return s
}

// installTool takes sendmail-relay out of the image. Who runs it here passes for root.
func (s *relaySite) installTool(t *testing.T, b build) {
	t.Helper()
	const usual = "\nPATH=/usr/bin:/usr/sbin:/etc\n"
	extract(t, b.image(), "./opt/sendmail/sbin/sendmail-relay", s.path("sendmail-relay"))
	script, err := os.ReadFile(s.path("sendmail-relay"))
	if err != nil || !strings.Contains(string(script), usual) {
		t.Fatalf("sendmail-relay does not set PATH as it did, error %v", err)
	}
	s.write(t, "sendmail-relay", strings.Replace(string(script), usual, "\nPATH="+s.path("bin")+":/usr/bin:/usr/sbin\n", 1))
	s.give(t, "sendmail-relay")
	s.passForRoot(t)
}

// try sends what a case says to its relay, and tells what came of it.
func (s *relaySite) try(t *testing.T, dir string, c relayCase) string {
	t.Helper()
	if c.host == "" {
		c.host = relayHost
	}
	target := c.host
	if c.smtps {
		target += ":465"
	}
	cf := s.prepare(t, dir)
	args := []string{"set", target, "--ca", s.path("tls/relays.pem"), "--receive"}
	if c.cert {
		args = append(args, "--cert", s.path("tls/other.pem"), "--key", s.path("tls/other-key.pem"))
	}
	if !c.noUser {
		args = append(args, "--user", mailUser)
	}
	if out, err := s.tool(t, dir, "", mailPassword+"\n", args...); err != nil {
		t.Fatalf("set %s: %v\n%s", target, err, out)
	}
	s.spoil(t, dir, c)
	r := s.startRelay(t, c)
	send := func(args ...string) { s.sendmailLogging(t, cf, dir+"/log", r.port(), args...) }
	if c.messages == 0 {
		send("-odi", "-f", "someone@"+mailHost, "friend@elsewhere.test")
	} else {
		for range c.messages {
			send("-odq", "-f", "someone@"+mailHost, "friend@elsewhere.test")
		}
		send("-qf")
	}
	r.close()
	lines, err := os.ReadFile(s.path(dir + "/log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("sessions: %q\n%s", r.sessions, lines)
	return s.outcome(t, c, r, dir+"/queue", string(lines)) + " | " + s.examine(t, dir, c, r.passwords)
}

// spoil makes the login, or the mailer, what a case says.
func (s *relaySite) spoil(t *testing.T, dir string, c relayCase) {
	t.Helper()
	login := dir + "/relay/1/authinfo"
	switch c.login {
	case "":
	case "none":
		if err := os.Remove(s.path(login)); err != nil {
			t.Fatal(err)
		}
	default:
		s.write(t, login, c.login)
	}
	if !c.plain {
		return
	}
	cf, err := os.ReadFile(s.path(dir + "/sendmail.cf"))
	flags := " F=mDFMuXaJQ,"
	if c.noUser {
		flags = " F=mDFMuXaJ,"
	}
	if err != nil || !strings.Contains(string(cf), flags) {
		t.Fatalf("the mailer has not the flags%s error %v", flags, err)
	}
	s.write(t, dir+"/sendmail.cf", strings.Replace(string(cf), flags, " F=mDFMuXa,", 1))
}

// examine is what "sendmail-relay test" says of a relay: the step that does not hold, or else what became of a message. It shows the password as often as a
// message does.
func (s *relaySite) examine(t *testing.T, dir string, c relayCase, passwords int) string {
	t.Helper()
	if c.plain { // by hand; the tool would put it right first
		return "-"
	}
	var verdict string
	for _, address := range []string{"", "friend@elsewhere.test"} {
		r := s.startRelay(t, c)
		out, err := s.tool(t, dir, r.port(), "", strings.Fields("test "+address)...)
		r.close()
		t.Logf("test %s: %v, sessions %q\n%s", address, err, r.sessions, out)
		if r.clear > 0 || r.passwords != passwords {
			t.Errorf("test shows the password %d times, %d of them in clear, want %d and none", r.passwords, r.clear, passwords)
		}
		if address == "" && r.messages > 0 {
			t.Error("test without an address sends a message")
		}
		failed := regexp.MustCompile(`(?m)^  FAIL  (\S+) +(.*)$`).FindStringSubmatch(out)
		switch {
		case failed != nil && err != nil:
			return verdict + failed[1] + ": " + alike(failed[2])
		case failed != nil || err != nil:
			t.Errorf("test %s: error %v with\n%s", address, err, out)
		}
		verdict = "all holds; with an address, "
	}
	return verdict + "sent"
}

// startRelay starts the relay of a case.
func (s *relaySite) startRelay(t *testing.T, c relayCase) *fakeRelay {
	t.Helper()
	r := s.newFakeRelay(t, c.relay)
	if c.nobody {
		r.close()
	}
	return r
}

// prepare makes a directory with a queue, and a configuration that knows no relay yet.
func (s *relaySite) prepare(t *testing.T, dir string) string {
	t.Helper()
	for _, name := range []string{dir, dir + "/queue"} {
		if err := os.Mkdir(s.path(name), 0o700); err != nil {
			t.Fatal(err)
		}
		s.give(t, name)
	}
	var settings bytes.Buffer
	if err := s.text.Execute(&settings, map[string]string{"Queue": s.path(dir + "/queue"), "Dir": s.dir}); err != nil {
		t.Fatal(err)
	}
	cf := s.path(dir + "/sendmail.cf")
	if err := os.Rename(s.configure(t, "A", settings.String(), "127.0.0.1:25"), cf); err != nil {
		t.Fatal(err)
	}
	return cf
}

// tool runs sendmail-relay for the configuration in a directory, and gives what it says.
func (s *relaySite) tool(t *testing.T, dir, port, input string, args ...string) (string, error) {
	t.Helper()
	cmd := s.command(t.Context(), append([]string{"sh", s.path("sendmail-relay"), "--sendmail", s.sendmail, "--cf", s.path(dir + "/sendmail.cf")}, args...)...)
	cmd.Env = append(cmd.Env, s.relayEnv(dir+"/test.log", port)...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return string(out), err
}

// relayEnv are the variables that testdata/relayhost.c needs.
func (s *relaySite) relayEnv(log, port string) []string {
	return []string{"LD_PRELOAD=" + s.path("gethostname.so") + ":" + s.path("relayhost.so"), "RELAY_LOG=" + s.path(log), "RELAY_PORT=" + port}
}

func (s *relaySite) outcome(t *testing.T, c relayCase, r *fakeRelay, queue, log string) string {
	t.Helper()
	waiting, err := filepath.Glob(s.path(queue + "/[qh]f*"))
	if err != nil {
		t.Fatal(err)
	}
	sent, deferred := r.messages, len(waiting)
	becomes := fmt.Sprintf("%d sent, %d deferred, %d bounced", sent, deferred, max(c.messages, 1)-sent-deferred)
	if c.messages == 0 {
		becomes = map[[2]int]string{{1, 0}: "sent", {0, 1}: "deferred", {0, 0}: "BOUNCED"}[[2]int{sent, deferred}]
	}
	passwords := fmt.Sprint(r.passwords)
	if r.clear > 0 {
		passwords += " IN CLEAR"
	}
	return becomes + " | " + passwords + " | " + lastWord(t, log)
}

// lastWord is what the log says at last of what became of a message to the friend.
func lastWord(t *testing.T, log string) string {
	t.Helper()
	last := regexp.MustCompile(`(?m) to=friend@elsewhere\.test,.*, stat=(.*)$`).FindAllStringSubmatch(log, -1)
	if last == nil {
		t.Fatalf("the log does not tell what became of the message:\n%s", log)
	}
	return alike(last[len(last)-1][1])
}

// alike is what the releases say, where 8.18 has another code.
func alike(text string) string {
	return strings.Replace(text, "4.4.2 reply: read", "4.4.1 reply: read", 1)
}

// sendmailLogging runs sendmail with a message. What it logs is appended to a file.
func (s *relaySite) sendmailLogging(t *testing.T, cf, log, port string, args ...string) {
	t.Helper()
	cmd := s.command(t.Context(), append([]string{s.sendmail, "-C", cf}, args...)...)
	cmd.Env = append(cmd.Env, s.relayEnv(log, port)...)
	cmd.Stdin = strings.NewReader("Subject: hello\n\nHello.\n")
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	if len(out) > 0 {
		t.Logf("%v: %v\n%s", cmd, err, out)
	}
}

// makeRelayCertificates makes tls/relays.pem, the authority of the right relays, and the certificates that relays show.
func (s *relaySite) makeRelayCertificates(t *testing.T) {
	t.Helper()
	a, stranger := newAuthority(t), newAuthority(t)
	s.write(t, "tls/relays.pem", pemText("CERTIFICATE", a.certificate.Raw))
	s.give(t, "tls/relays.pem")
	s.certificates = make(map[string]tls.Certificate)
	for _, c := range []struct {
		name, cn string
		dns      []string
		from     *authority
		age      time.Duration
	}{
		{right, relayHost, []string{relayHost}, a, 0},
		{"CN", relayHost, nil, a, 0},
		{"SAN", "", []string{relayHost}, a, 0},
		{"second SAN", "farm.test", []string{"farm.test", relayHost}, a, 0},
		{"*.mail.test", "farm.test", []string{"*.mail.test"}, a, 0},
		{"CN *.mail.test", "*.mail.test", nil, a, 0},
		{"CN, other SAN", relayHost, []string{"other.test"}, a, 0},
		{"*.test", "farm.test", []string{"*.test"}, a, 0},
		{"r*.mail.test", "farm.test", []string{"r*.mail.test"}, a, 0},
		{"other", "other.test", []string{"other.test"}, a, 0},
		{"expired", relayHost, []string{relayHost}, a, 48 * time.Hour},
		{"stranger", relayHost, []string{relayHost}, stranger, 0},
		{"self-signed", relayHost, []string{relayHost}, nil, 0},
	} {
		s.certificates[c.name] = relayCertificate(t, c.cn, c.dns, c.from, c.age)
	}
}

func relayCertificate(t *testing.T, cn string, dns []string, from *authority, age time.Duration) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: cn}, DNSNames: dns,
		NotBefore: time.Now().Add(-time.Hour - age), NotAfter: time.Now().Add(24*time.Hour - age),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	key := newKey(t)
	parent, signer := template, key
	if from != nil {
		parent, signer = from.certificate, from.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
