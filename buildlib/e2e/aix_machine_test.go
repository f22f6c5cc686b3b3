//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// aixMachine is an AIX machine on which the package was installed, as far as the emulator goes: a directory, and what runs programs in it.
type aixMachine struct {
	emulator *emulate.Emulator
	root     string
	name     string
	address  string // where its daemon listens
	roots    *x509.CertPool
}

func newEmulator(t *testing.T) *emulate.Emulator {
	t.Helper()
	return &emulate.Emulator{Machine: host.NewLocal(os.Environ()), Cache: cache.Open(cache.UserDir(os.Getenv), nil), SDK: cross.SDK()}
}

// newAIXMachine copies what image:extract has written into a directory to root, as installp leaves it: the root part too, the links, which are in
// inventories alone, and the files that are shipped as .default under their own names. The machine has a name, and knows another one; both are this one.
func newAIXMachine(t *testing.T, extracted, root, name, other string) *aixMachine {
	t.Helper()
	err := errors.Join(
		os.CopyFS(root, os.DirFS(extracted)),
		os.CopyFS(root, os.DirFS(filepath.Join(extracted, "usr/lpp/sendmail/inst_root"))))
	if err != nil {
		t.Fatal(err)
	}
	a := &aixMachine{emulator: newEmulator(t), root: root, name: name}
	for _, name := range []string{"sendmail.cf", "submit.cf", "aliases", "access", "sasl/Sendmail.conf"} {
		a.write(t, "etc/opt/sendmail/"+name, read(t, a.path("etc/opt/sendmail/"+name+".default")), 0o600)
	}
	for _, name := range []string{"hoststat", "mailq", "newaliases", "purgestat"} {
		if err := os.Symlink("/opt/sendmail/sbin/sendmail", a.path("opt/sendmail/bin/"+name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]os.FileMode{
		"": 0o755, "etc/opt/sendmail": 0o755, "etc/opt/sendmail/sasl": 0o700, "etc/opt/sendmail/tls": 0o700, "var/opt/sendmail": 0o755,
		"var/opt/sendmail/mqueue": 0o700, "var/log": 0o755, "tmp": 0o777 | os.ModeSticky,
	} {
		if err := errors.Join(os.MkdirAll(a.path(name), 0o755), os.Chmod(a.path(name), mode)); err != nil {
			t.Fatal(err)
		}
	}
	a.write(t, "etc/passwd", "root:!:0:0::/:/usr/bin/ksh\ndaemon:!:1:1::/etc:\nsmmsp:!:25:25::/var/opt/sendmail:\n", 0o644)
	a.write(t, "etc/group", "system:!:0:root\nstaff:!:1:daemon\nbin:!:2:root\nmail:!:6:\nsmmsp:!:25:\n", 0o644)
	a.write(t, "etc/hosts", "127.0.0.1 localhost "+name+"\n127.0.0.1 "+other+"\n", 0o644)
	a.write(t, "var/log/syslog", "", 0o644)
	return a
}

func (a *aixMachine) path(name string) string { return filepath.Join(a.root, name) }

func (a *aixMachine) write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	file := a.path(name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), mode), os.Chmod(file, mode)); err != nil {
		t.Fatal(err)
	}
}

// edit replaces one place of the shipped sendmail.cf.
func (a *aixMachine) edit(t *testing.T, from, to string) {
	t.Helper()
	const file = "etc/opt/sendmail/sendmail.cf"
	text := read(t, a.path(file))
	if strings.Count(text, from) != 1 {
		t.Fatalf("sendmail.cf has %q %d times, want it once", from, strings.Count(text, from))
	}
	a.write(t, file, strings.Replace(text, from, to, 1), 0o600)
}

// run runs a program of the package to its end and gives what it said.
func (a *aixMachine) run(t *testing.T, input, program string, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), lifetime) // the first compiles the loader
	defer cancel()
	err := a.emulator.Run(ctx, emulate.Request{
		Root: a.root, Program: "/opt/sendmail/" + program, Args: args, Stdin: strings.NewReader(input), Stdout: &out, Stderr: &out,
	})
	if err != nil {
		t.Fatalf("%s %q: %v\n%s\n%s", program, args, err, &out, read(t, a.path("var/log/syslog")))
	}
	return out.String()
}

// configure does what the README says of a mail server, but for the certificates and passwords: two lines of sendmail.cf, and aliases. Besides,
// this machine has no DNS to ask, and its daemon listens where it may. What mail to sink holds is in the file m/sink.
func (a *aixMachine) configure(t *testing.T) {
	t.Helper()
	a.edit(t, "#Djmail.example.com", "Dj"+a.name)
	a.edit(t, "#Cwexample.com", "Cw"+a.name)
	a.write(t, "etc/opt/sendmail/service.switch", "hosts files\naliases files\n", 0o644)
	a.write(t, "etc/opt/sendmail/aliases", "postmaster: root\nroot: /m/root\nsink: /m/sink\n", 0o644)
	for _, box := range []string{"m/root", "m/sink"} {
		a.write(t, box, "", 0o644)
		if err := os.Chown(a.path(box), 1, 1); err != nil {
			t.Fatal(err)
		}
	}
	a.run(t, "", "bin/newaliases")
}

// certify puts a certificate, its key and its authority's certificate where the README says.
func (a *aixMachine) certify(t *testing.T) {
	t.Helper()
	authority := newAuthority(t)
	certificate, key := authority.issue(t, x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: mailHost}, DNSNames: []string{mailHost}})
	a.write(t, "etc/opt/sendmail/tls/cert.pem", certificate, 0o644)
	a.write(t, "etc/opt/sendmail/tls/key.pem", key, 0o600)
	a.write(t, "etc/opt/sendmail/tls/ca.pem", pemText("CERTIFICATE", authority.certificate.Raw), 0o644)
	a.roots = x509.NewCertPool()
	a.roots.AddCert(authority.certificate)
}

// addUser gives the user of the tests a password, with the saslpasswd2 that was made together with the loader's SASL.
func (a *aixMachine) addUser(t *testing.T, bits int) {
	t.Helper()
	dir, made, err := a.emulator.LibraryDir(t.Context(), bits)
	if err != nil || !made {
		t.Fatalf("no libraries in %s: %v", dir, err)
	}
	qemu := map[int]string{32: "qemu-ppc", 64: "qemu-ppc64"}[bits]
	add := exec.CommandContext(t.Context(), qemu, filepath.Join(dir, "bin/saslpasswd2"), "-c", "-p", "-f", a.path("etc/opt/sendmail/sasl/sasldb2"),
		"-u", mailHost, mailUser)
	add.Stdin = strings.NewReader(mailPassword)
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", add, err, out)
	}
}

// start starts the daemon, with -C as SRC does. It is ended with the test.
func (a *aixMachine) start(t *testing.T) *daemon {
	t.Helper()
	address, port := freeAddress(t)
	_, submission := freeAddress(t)
	a.edit(t, "O DaemonPortOptions=Name=MTA, Port=25\n", "O DaemonPortOptions=Name=MTA, Addr=127.0.0.1, Port="+port+"\n")
	a.edit(t, "O DaemonPortOptions=Name=MSA, Port=587, M=Ea\n", "O DaemonPortOptions=Name=MSA, Addr=127.0.0.1, Port="+submission+", M=Ea\n")
	ctx, cancel := context.WithTimeout(context.Background(), lifetime)
	var says bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		ended <- a.emulator.Run(ctx, emulate.Request{
			Root: a.root, Program: "/opt/sendmail/sbin/sendmail", Args: []string{"-C/etc/opt/sendmail/sendmail.cf", "-bD"}, Stdout: &says, Stderr: &says,
		})
	}()
	stop := func() {
		cancel()
		<-ended
		if t.Failed() {
			t.Logf("the daemon said:\n%s\nand wrote:\n%s", &says, read(t, a.path("var/log/syslog")))
		}
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		select {
		case err := <-ended:
			cancel()
			t.Fatalf("the daemon ended: %v\n%s\n%s", err, &says, read(t, a.path("var/log/syslog")))
		case <-time.After(20 * time.Millisecond):
		}
		if greets(address) == nil {
			t.Cleanup(stop)
			a.address = address
			return &daemon{site: &site{roots: a.roots}, address: address}
		}
	}
	t.Error("nobody greeted at " + address)
	stop()
	t.FailNow()
	return nil
}

// freeAddress is one of the loopback interface where nobody listens.
func freeAddress(t *testing.T) (address, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, port, err = net.SplitHostPort(l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String(), port
}

// sunk waits for the message with this subject in the file m/sink, and gives it.
func (a *aixMachine) sunk(t *testing.T, subject string) string {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		for message := range strings.SplitSeq(read(t, a.path("m/sink")), "\nFrom ") {
			if strings.Contains(message, "\nSubject: "+subject+"\n") && strings.Contains(message, strings.TrimSpace(messageBody)) {
				return message
			}
		}
	}
	t.Fatalf("no message %q in\n%s\n%s", subject, read(t, a.path("m/sink")), read(t, a.path("var/log/syslog")))
	return ""
}

// send sends one message to sink, and gives it as it was delivered.
func (a *aixMachine) send(t *testing.T, c interface {
	Mail(string) error
	Rcpt(string) error
	Data() (io.WriteCloser, error)
}) string {
	t.Helper()
	if err := errors.Join(c.Mail("someone@"+mailHost), c.Rcpt("sink@"+mailHost)); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	subject := recipient(t)
	_, err = fmt.Fprint(w, messageTo(subject))
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return a.sunk(t, subject)
}
