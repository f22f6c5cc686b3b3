//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"
)

// The names that daemon, certificate and sasldb agree on. Nothing is ever looked up under them.
const (
	mailHost     = "mail.test" // also the realm
	mailUser     = "tester"
	mailPassword = "open sesame"
)

// patience bounds each conversation with the daemon, and each command; lifetime bounds the daemon, whatever becomes of the test.
const (
	patience = 30 * time.Second
	lifetime = 5 * time.Minute
)

// site is what a daemon runs on: directories that belong to the user it runs as, a certificate, and a sasldb with one user.
type site struct {
	dir      string
	sendmail string // the program
	macros   string // the directory that holds m4/cf.m4
	user     string // who the daemon runs as
	switches bool   // whether that is somebody else than who runs the test
	roots    *x509.CertPool
}

// newSite prepares a site in dir, which must be open to all.
func newSite(t *testing.T, dir, sendmail, macros string) *site {
	t.Helper()
	s := &site{dir: dir, sendmail: sendmail, macros: macros, switches: os.Getuid() == 0}
	id := os.Getuid()
	if s.switches {
		id = nobody
	}
	who, err := user.LookupId(fmt.Sprint(id))
	if err != nil {
		t.Fatal(err)
	}
	s.user = who.Username
	for _, name := range []string{"queue", "outgoing", "box", "sasl", "tls"} {
		if err := os.MkdirAll(s.path(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.roots = s.makeCertificates(t)
	s.write(t, "switch", "hosts files\naliases files\n") // no DNS
	s.write(t, "hosts", "127.0.0.1 localhost\n")
	s.write(t, "sasl/Sendmail.conf", "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: "+s.path("sasl/sasldb2")+"\n")
	cc := exec.CommandContext(t.Context(), "cc", "-shared", "-fPIC", "-o", s.path("gethostname.so"), "testdata/gethostname.c")
	if out, err := cc.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cc, err, out)
	}
	if s.switches {
		if out, err := exec.Command("chown", "-R", fmt.Sprintf("%d:%d", nobody, nobody), dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	add := s.command(t.Context(), "saslpasswd2", "-c", "-p", "-f", s.path("sasl/sasldb2"), "-u", mailHost, mailUser)
	add.Stdin = strings.NewReader(mailPassword)
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", add, err, out)
	}
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// preload is a variable for the environment of sendmail: see testdata/gethostname.c.
func (s *site) preload() string { return "LD_PRELOAD=" + s.path("gethostname.so") }

func (s *site) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// give gives a file that was written later than the others to the site's user.
func (s *site) give(t *testing.T, name string) {
	t.Helper()
	if !s.switches {
		return
	}
	if err := os.Chown(s.path(name), nobody, nobody); err != nil {
		t.Fatal(err)
	}
}

// command is one that runs as the site's user, in a process group of its own.
func (s *site) command(ctx context.Context, argv ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if s.switches {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// daemon is a sendmail that listens on a loopback port.
type daemon struct {
	site    *site
	address string
}

// start starts a daemon with these AuthOptions, and with more lines at the end of its configuration. It is killed, with whatever it has
// started, when the test ends.
func (s *site) start(t *testing.T, authOptions, more string) *daemon {
	t.Helper()
	var err error
	for range 3 { // somebody may take the port before the daemon does
		var d *daemon
		if d, err = s.tryStart(t, authOptions, more); err == nil {
			return d
		}
		t.Log(err)
	}
	t.Fatal("no daemon after three attempts")
	return nil
}

func (s *site) tryStart(t *testing.T, authOptions, more string) (*daemon, error) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	traffic := s.path("traffic-" + strings.ReplaceAll(address, ":", "-"))
	// timeout ends the daemon when even this process is gone. The test's context would end it before the clean-up looks at it.
	cmd := s.command(context.Background(), "timeout", "-s", "KILL", fmt.Sprint(lifetime.Seconds()),
		s.sendmail, "-bD", "-C", s.configure(t, authOptions, more, address), "-X", traffic)
	cmd.Env = append(cmd.Env, s.preload())
	var says bytes.Buffer
	cmd.Stdout, cmd.Stderr = &says, &says
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop := func() error {
		err := cmd.Cancel()
		<-ended
		return err
	}

	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		select {
		case err := <-ended:
			return nil, fmt.Errorf("the daemon ended: %w\n%s", err, &says)
		case <-time.After(20 * time.Millisecond):
		}
		if err := greets(address); err != nil {
			continue
		}
		t.Cleanup(func() {
			if err := stop(); err != nil {
				t.Errorf("the daemon did not last until it was killed: %v", err)
			}
			if !t.Failed() {
				return
			}
			log, err := os.ReadFile(traffic)
			t.Logf("the daemon said:\n%s\nand heard and answered:\n%s\n%v", &says, log, err)
		})
		return &daemon{site: s, address: address}, nil
	}
	err = stop()
	return nil, fmt.Errorf("nobody greeted at %s, killed: %v\n%s", address, err, &says)
}

// greets reports whether it is our daemon that listens.
func greets(address string) error {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	_, says, err := textproto.NewConn(conn).ReadResponse(220)
	if err == nil && !strings.HasPrefix(says, mailHost+" ESMTP Sendmail ") {
		err = fmt.Errorf("it is %q that listens", says)
	}
	return err
}

// configure has m4 make the .cf file.
func (s *site) configure(t *testing.T, authOptions, more, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	text, err := template.ParseFiles("testdata/mail.mc")
	if err != nil {
		t.Fatal(err)
	}
	var mc bytes.Buffer
	err = text.Execute(&mc, map[string]string{
		"Dir": s.dir, "Host": mailHost, "User": s.user, "AuthOptions": authOptions, "Port": port, "More": more,
	})
	if err != nil {
		t.Fatal(err)
	}
	name := "port-" + port
	s.write(t, name+".mc", mc.String())
	m4 := exec.CommandContext(t.Context(), "m4", "-D_CF_DIR_="+s.macros+"/", filepath.Join(s.macros, "m4/cf.m4"), s.path(name+".mc"))
	var says bytes.Buffer
	m4.Stderr = &says
	cf, err := m4.Output()
	if err != nil || says.Len() > 0 {
		t.Fatalf("%v: %v\n%s", m4, err, &says)
	}
	s.write(t, name+".cf", string(cf))
	s.give(t, name+".cf")
	return s.path(name + ".cf")
}
