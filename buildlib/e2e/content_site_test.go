//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// installed is the package's configuration at work in a site, whose directory is in the place of @conf@.
type installed struct {
	site       *site
	image      string
	mta, msa   *daemon
	submission string // submit.cf
}

// config is one of the package's files, as config copies it, with the directories of the site.
func (p *installed) config(t *testing.T, name string) string {
	t.Helper()
	to := p.site.path("default")
	extract(t, p.image, "./usr/lpp/sendmail/inst_root/etc/opt/sendmail/"+name+".default", to)
	text, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("/etc/opt/sendmail", p.site.dir, "/var/opt/sendmail", p.site.path("state"), "/opt/sendmail/libexec", p.site.dir).Replace(string(text))
}

// edit replaces what must be there exactly once.
func edit(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if n := strings.Count(text, pairs[i]); n != 1 {
			t.Fatalf("%q is there %d times, want once", pairs[i], n)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// overrides is what this test adds to the package's sendmail.cf: the user it runs as, no DNS, a mailer that writes files, and no limits of
// load, for a machine that builds is busy.
func (p *installed) overrides() string {
	return fmt.Sprintf(`
O TrustedUser=%s
O DontBlameSendmail=TrustStickyBit
O ServiceSwitchFile=%s
O HostsFile=%s
O DeliveryMode=interactive
O ForwardPath=
O QueueLA=1000
O RefuseLA=1000
Mlocal, P=[FILE], F=lsDFMASn5:/|@q9, S=EnvFromL/HdrFromL, R=EnvToL/HdrToL, T=DNS/RFC822/X-Unix, A=FILE %s/$u
`, p.site.user, p.site.path("switch"), p.site.path("hosts"), p.site.path("box"))
}

// start puts the configuration into place and starts the daemon on it.
func (p *installed) start(t *testing.T) {
	t.Helper()
	s := p.site
	// Line 1 and line 2.
	cf := edit(t, p.config(t, "sendmail.cf"), "\n#Djmail.example.com\n", "\nDj"+mailHost+"\n", "\n#Cwexample.com\n", "\nCwother.test\n")
	s.write(t, "aliases", p.config(t, "aliases"))
	s.write(t, "sasl/Sendmail.conf", p.config(t, "sasl/Sendmail.conf"))
	ports := freePorts(t, 2)
	cf = edit(t, cf, "Name=MTA, Port=25\n", "Name=MTA, Addr=127.0.0.1, Port="+ports[0]+"\n",
		"Name=MSA, Port=587, M=Ea\n", "Name=MSA, Addr=127.0.0.1, Port="+ports[1]+", M=Ea\n")
	// A distribution's OpenSSL refuses old TLS by itself; AIX's does not.
	cf = edit(t, cf, ":!3DES\n", ":!3DES:@SECLEVEL=0\nEOPENSSL_CONF=/dev/null\n")
	s.write(t, "sendmail.cf", cf+p.overrides())
	submit := p.config(t, "submit.cf")
	submit = strings.ReplaceAll(submit, "A=TCP $h\n", "A=TCP $h "+ports[0]+"\n")
	submit = edit(t, submit, "\n#Djmail.example.com\n", "\nDj"+mailHost+"\n", "\nO RunAsUser=smmsp\n", "\n", "\nO TrustedUser=smmsp\n", "\nO TrustedUser="+s.user+"\n")
	s.write(t, "submit.cf", submit+fmt.Sprintf("O DontBlameSendmail=TrustStickyBit\nO QueueLA=1000\nO ServiceSwitchFile=%s\nO HostsFile=%s\n", s.path("switch"), s.path("hosts")))
	p.submission = s.path("submit.cf")
	for _, name := range []string{"state/mqueue", "state/clientmqueue"} {
		if err := os.MkdirAll(s.path(name), 0o770); err != nil {
			t.Fatal(err)
		}
	}
	if s.switches {
		if out, err := exec.Command("chown", "-R", fmt.Sprintf("%d:%d", nobody, nobody), s.dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	p.mta, p.msa = &daemon{site: s, address: "127.0.0.1:" + ports[0]}, &daemon{site: s, address: "127.0.0.1:" + ports[1]}

	says := p.background(t, lifetime, "-bD", "-C", s.path("sendmail.cf"), "-X", s.path("traffic"))
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err = errors.Join(greets(p.mta.address), greets(p.msa.address)); err == nil {
			return
		}
	}
	t.Fatalf("nobody greets: %v\n%s", err, says())
}

// background starts sendmail and gives what it has said when it is asked. It must still run when the test ends.
func (p *installed) background(t *testing.T, lifetime time.Duration, args ...string) (says func() string) {
	t.Helper()
	log, err := os.CreateTemp(p.site.dir, "says-")
	if err != nil {
		t.Fatal(err)
	}
	cmd := p.site.command(context.Background(), append([]string{"timeout", "-s", "KILL", fmt.Sprint(lifetime.Seconds()), p.site.sendmail}, args...)...)
	cmd.Env = append(cmd.Env, "LD_PRELOAD="+p.site.path("gethostname.so"))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	says = func() string {
		text, err := os.ReadFile(log.Name())
		return fmt.Sprintf("%s%v", text, err)
	}
	t.Cleanup(func() {
		select {
		case err := <-ended:
			t.Errorf("sendmail %s ended: %v\n%s", strings.Join(args, " "), err, says())
			return
		default:
		}
		if err := cmd.Cancel(); err != nil {
			t.Error(err)
		}
		<-ended
		if t.Failed() {
			t.Logf("sendmail %s said:\n%s", strings.Join(args, " "), says())
		}
	})
	return says
}

func freePorts(t *testing.T, n int) []string {
	t.Helper()
	var ports []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, port)
	}
	return ports
}

// remote is a client that is not 127.0.0.1, whom sendmail takes for one of this machine's own. Linux has more addresses of this kind.
func (p *installed) remote(t *testing.T) *smtp.Client {
	t.Helper()
	conn, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}, Timeout: patience}).Dial("tcp", p.mta.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() }) // it is mostly closed by now
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	c, err := smtp.NewClient(conn, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Hello("client.test"); err != nil {
		t.Fatal(err)
	}
	return c
}

// submit has the submission program take a message from a local user.
func (p *installed) submit(t *testing.T, text string) {
	t.Helper()
	cmd := p.site.command(t.Context(), "timeout", fmt.Sprint(patience.Seconds()), p.site.sendmail, "-Ac", "-v", "-C", p.submission, "-i", "root")
	cmd.Env = append(cmd.Env, "LD_PRELOAD="+p.site.path("gethostname.so"))
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %v\n%s", cmd, err, out)
	}
}

// box is what was delivered to a user so far.
func (p *installed) box(t *testing.T, user string) string {
	t.Helper()
	text, err := os.ReadFile(p.site.path("box/" + user))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}
