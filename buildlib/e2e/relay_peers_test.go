//go:build e2e

package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
)

// peerCase is a message to a real relay.
type peerCase struct {
	name      string
	mechanism string
	password  string // mostly the right one
	port      string // mostly 587; 588 has a certificate of another name, 589 wants one of ours and no login
	cert      bool   // whether it is set with a certificate of ours
}

var peerCases = []struct {
	peer  string
	cases []peerCase
}{
	{"postfix", []peerCase{
		{name: "PLAIN", mechanism: "PLAIN"},
		{name: "LOGIN", mechanism: "LOGIN"},
		{name: "CRAM-MD5", mechanism: "CRAM-MD5"},
		{name: "SCRAM-SHA-1", mechanism: "SCRAM-SHA-1"},
		{name: "SCRAM-SHA-256", mechanism: "SCRAM-SHA-256"},
		{name: "wrong password", mechanism: "PLAIN LOGIN", password: "open barley"},
		{name: "wrong password with SCRAM", mechanism: "SCRAM-SHA-256", password: "open barley"},
		{name: "certificate of another name", mechanism: "PLAIN", port: "588"},
		{name: "our certificate wanted", port: "589", cert: true},
		{name: "our certificate wanted, none set", port: "589"},
	}},
	{"exim", []peerCase{
		{name: "PLAIN", mechanism: "PLAIN"},
		{name: "LOGIN", mechanism: "LOGIN"},
		{name: "wrong password", mechanism: "PLAIN LOGIN", password: "open barley"},
		{name: "certificate of another name", mechanism: "PLAIN", port: "588"},
	}},
	{"sendmail", []peerCase{
		{name: "PLAIN", mechanism: "PLAIN"},
		{name: "CRAM-MD5", mechanism: "CRAM-MD5"},
		{name: "wrong password", mechanism: "PLAIN LOGIN", password: "open barley"},
	}},
}

// TestRelayPeers is TestRelay with relays that are not ours: the distribution's Postfix with Dovecot, Exim and sendmail. They are fetched, not installed, and
// run in namespaces of their own, with a root directory in which what they write is gone with them.
func TestRelayPeers(t *testing.T) {
	t.Parallel() // it mostly waits
	needTools(t)
	needNamespaces(t)
	s := newRelaySite(t)
	packages := peerPackages(t)
	s.writePeerFiles(t)
	var table strings.Builder
	table.WriteString("# relay: case | the message is | the relay saw | our log says | test says\n")
	for _, p := range peerCases {
		t.Run(p.peer, func(t *testing.T) {
			m := s.startPeer(t, p.peer, packages)
			for i, c := range p.cases {
				t.Run(c.name, func(t *testing.T) {
					fmt.Fprintf(&table, "%s: %s | %s\n", p.peer, c.name, s.tryPeer(t, m, fmt.Sprint(p.peer, i), c))
				})
			}
		})
	}
	compareTable(t, "testdata/relay-peers.golden", table.String())
}

// needNamespaces skips a test with real relays where they cannot be had.
func needNamespaces(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"unshare", "nsenter", "ip", "setpriv", "dpkg-deb", "apt-get"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	// A container may keep even its root from this.
	if out, err := exec.Command("unshare", "--mount", "--net", "--pid", "--uts", "--fork", "mount", "-t", "tmpfs", "none", "/mnt").CombinedOutput(); err != nil {
		t.Skipf("a root directory of one's own is for root to make: %v: %s", err, out)
	}
}

// peerPackages is a directory in the user's cache with the packages of the peers.
func peerPackages(t *testing.T) string {
	t.Helper()
	return packagesOf(t, "peers/relays", "postfix", "dovecot-core", "exim4-base", "exim4-daemon-light", "libidn12", "sendmail-bin", "libwrap0")
}

// packagesOf is a directory in the user's cache, under this name, with packages of the distribution.
func packagesOf(t *testing.T, name string, names ...string) string {
	t.Helper()
	system, err := os.ReadFile("/etc/os-release")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := cache.Open(cache.UserDir(os.Getenv), nil).Once(t.Context(), name, strings.Join(names, " ")+string(system), func(dir string) error {
		get := exec.CommandContext(t.Context(), "apt-get", append([]string{"-q", "download"}, names...)...)
		get.Dir = dir
		out, err := get.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%v: %w\n%s", get, err, out)
		}
		return nil
	})
	if err != nil {
		t.Skipf("no packages of the peers: %v", err)
	}
	return dir
}

// writePeerFiles writes what relays run with into the directory peer of the site: certificates, and the configuration of sendmail.
func (s *relaySite) writePeerFiles(t *testing.T) {
	t.Helper()
	if err := os.Mkdir(s.path("peer"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{right, "other"} {
		c := s.certificates[name]
		key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		s.write(t, "peer/"+name+".pem", pemText("CERTIFICATE", c.Certificate[0]))
		s.write(t, "peer/"+name+".key", pemText("PRIVATE KEY", key))
	}
	ca, err := os.ReadFile(s.path("tls/ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "peer/ca.pem", string(ca))
	settings := fmt.Sprintf("define(`confSERVER_CERT', `%[1]s/peer/right.pem')\ndefine(`confSERVER_KEY', `%[1]s/peer/right.key')\n"+
		"define(`confDOMAIN_NAME', `%s')\ndefine(`confLOG_LEVEL', `10')\n"+
		"define(`_ACCEPT_UNRESOLVABLE_DOMAINS_', `1')\nLOCAL_DOMAIN(`elsewhere.test %s')\n", s.dir, relayHost, mailHost)
	cf, err := os.ReadFile(s.configure(t, "A p y", settings, "127.0.0.1:587"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "peer/sendmail.cf", string(cf))
}

// peer is a relay in namespaces of its own, and a shell there.
type peer struct {
	pid int // of a process in its namespace of the network
	in  io.Writer
	out *bufio.Reader
}

func (s *relaySite) startPeer(t *testing.T, name, packages string) *peer {
	t.Helper()
	scripts, err := filepath.Abs("testdata/peers")
	if err != nil {
		t.Fatal(err)
	}
	// The namespace of processes ends with the shell, and takes all that runs in it along.
	cmd := exec.CommandContext(context.Background(), "unshare", "--mount", "--net", "--pid", "--uts", "--fork", "--kill-child",
		"sh", filepath.Join(scripts, "enter"), packages, s.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
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
	stop := time.AfterFunc(lifetime, func() { _ = cmd.Process.Kill() }) // it has ended, or ends now
	t.Cleanup(func() {
		stop.Stop()
		if err := errors.Join(in.Close(), cmd.Process.Kill()); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Logf("%s", &says)
		}
	})
	p := &peer{pid: cmd.Process.Pid, in: in, out: bufio.NewReader(out)}
	script, err := os.ReadFile(filepath.Join(scripts, name))
	if err != nil {
		t.Fatal(err)
	}
	p.run(t, fmt.Sprintf("export SITE='%s' PEER='%[1]s/peer' LOGIN_USER='%s' LOGIN_PASSWORD='%s'\n(%s\n)", s.dir, mailUser, mailPassword, script))
	// A socket that listens on port 587, as /proc has it.
	p.run(t, "tries=0; until grep -q ':024B .* 0A ' /proc/net/tcp; do sleep 0.1; tries=$((tries + 1)); [ $tries -lt 300 ] || { cat /var/log/peer.log >&2; exit 1; }; done")
	return p
}

// run has the shell run something, and gives what it has written.
func (p *peer) run(t *testing.T, script string) string {
	t.Helper()
	if _, err := fmt.Fprintf(p.in, "{ %s\n} </dev/null\necho \"=== $?\"\n", script); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for {
		line, err := p.out.ReadString('\n')
		if err != nil {
			t.Fatalf("%v, after\n%s\nof\n%s", err, &said, script)
		}
		if status, ok := strings.CutPrefix(line, "=== "); ok {
			if status != "0\n" {
				t.Fatalf("status %sof\n%s\nwhich said\n%s", status, script, &said)
			}
			return said.String()
		}
		said.WriteString(line)
	}
}

// What relays log of AUTH.
var peerLogins = []*regexp.Regexp{
	regexp.MustCompile(`sasl_method=([A-Z0-9-]+), sasl_username=(\S+)`),            // Postfix
	regexp.MustCompile(`SASL ([A-Z0-9-]+) authentication (failed)`),                // Postfix
	regexp.MustCompile(` A=(\w+):(\S+)`),                                           // Exim
	regexp.MustCompile(`(\w+) authenticator (failed)`),                             // Exim
	regexp.MustCompile(`AUTH=server, .*authid=(\S+?)(?:@\S+)?, mech=([A-Z0-9-]+)`), // sendmail
	regexp.MustCompile(`AUTH (failure) \(([A-Z0-9-]+)\)`),                          // sendmail
}

// tryPeer has the two commands of the README, and then a message.
func (s *relaySite) tryPeer(t *testing.T, p *peer, dir string, c peerCase) string {
	t.Helper()
	if c.password == "" {
		c.password = mailPassword
	}
	if c.port == "" {
		c.port = "587"
	}
	cf := s.prepare(t, dir)
	as := fmt.Sprintf("LC_ALL=C %s setpriv --reuid %d --regid %[2]d --clear-groups", strings.Join(s.relayEnv(dir+"/log", ""), " "), nobody)
	tool := fmt.Sprintf("%s sh '%s' --sendmail '%s' --cf '%s'", as, s.path("sendmail-relay"), s.sendmail, cf)
	set := fmt.Sprintf("echo '%s' | %s set %s:%s --ca '%s'", c.password, tool, relayHost, c.port, s.path("tls/relays.pem"))
	if c.mechanism != "" {
		set += fmt.Sprintf(" --user %s --mechanism '%s'", mailUser, c.mechanism)
	}
	if c.cert {
		set += fmt.Sprintf(" --cert '%s' --key '%s'", s.path("tls/other.pem"), s.path("tls/other-key.pem"))
	}
	p.run(t, set)
	p.run(t, "rm -f /var/friend/*")
	says := p.run(t, tool+" test friend@elsewhere.test || :")
	verdict := "sent"
	if failed := regexp.MustCompile(`(?m)^  FAIL  (\S+) +(.*)$`).FindStringSubmatch(says); failed != nil {
		verdict = failed[1] + ": " + failed[2]
	} else {
		p.arrived(t)
	}
	p.run(t, "rm -f /var/friend/*; wc -l </var/log/peer.log >/var/log/lines")
	p.run(t, fmt.Sprintf("printf 'Subject: hello\\n\\nHello.\\n' | %s '%s' -C '%s' -odi -i -f someone@%s friend@elsewhere.test || :", as, s.sendmail, cf, mailHost))
	ours, err := os.ReadFile(s.path(dir + "/log"))
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := filepath.Glob(s.path(dir + "/queue/[qh]f*"))
	if err != nil {
		t.Fatal(err)
	}
	becomes, reason := "BOUNCED", lastWord(t, string(ours))
	switch {
	case len(waiting) > 0:
		becomes = "deferred"
	case strings.HasPrefix(reason, "Sent "):
		becomes = "sent"
		p.arrived(t)
	}
	theirs := p.run(t, "tail -n +$(($(cat /var/log/lines) + 1)) /var/log/peer.log")
	t.Logf("our log:\n%s\nthe relay's:\n%s\ntest says:\n%s", ours, theirs, says)
	saw := "no AUTH"
	for _, logged := range peerLogins {
		if found := logged.FindStringSubmatch(theirs); found != nil {
			saw = found[1] + " " + found[2]
		}
	}
	if becomes == "sent" {
		reason, _, _ = strings.Cut(reason, " (") // the relay's own number of the message
	}
	return becomes + " | " + saw + " | " + reason + " | " + verdict
}

// arrived waits for a message: a relay may deliver what it has taken a little later.
func (p *peer) arrived(t *testing.T) {
	t.Helper()
	p.run(t, "tries=0; until grep -q . /var/friend/* 2>/dev/null; do sleep 0.1; tries=$((tries + 1)); [ $tries -lt 300 ] || exit 1; done")
}
