package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCert makes certificates with the machine's own openssl, in every shell at hand: one that has signed itself, and one that an authority signs.
func TestCert(t *testing.T) {
	if testing.Short() {
		t.Skip("makes keys")
	}
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip(err)
	}
	for _, shell := range shells {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			program, err := exec.LookPath(shell)
			if err != nil {
				t.Skip(err)
			}
			certLife(t, program)
		})
	}
}

func certLife(t *testing.T, shell string) {
	b := newBox(t, shell, "022")
	b.install(t, "files/sendmail-cert", "opt/sendmail/sbin/sendmail-cert", "")
	b.put(t, "dir etc/opt/sendmail/tls 700", `file opt/sendmail/sbin/sendmail #!/bin/sh\necho "> mail.example.com"`)
	run := func(line string, status int, want string) {
		t.Helper()
		got, stdout, stderr := b.run(t, line)
		if got != status || !strings.Contains(stdout+stderr, want) {
			t.Errorf("%s: status %d, want %d with %q:\n%s%s", line, got, status, want, stdout, stderr)
		}
	}
	openssl := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "openssl", args...)
		cmd.Dir = b.dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	run("sendmail-cert check", 1, "without it no STARTTLS")
	run("sendmail-cert self mail", 1, "no full name")
	run("sendmail-cert self", 0, "for mail.example.com")
	run("sendmail-cert check", 0, "for: DNS:mail.example.com")
	openssl("verify", "-CAfile", "etc/opt/sendmail/tls/ca.pem", "etc/opt/sendmail/tls/cert.pem")
	if info, err := os.Stat(filepath.Join(b.dir, "etc/opt/sendmail/tls/key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key.pem: %v, %v, want it to be of mode 600", info.Mode(), err)
	}
	own := b.read(t, "etc/opt/sendmail/tls/key.pem")

	run("sendmail-cert request smtp.example.com", 0, "Send that to the authority")
	if b.read(t, "etc/opt/sendmail/tls/key.pem") != own {
		t.Error("a request has replaced the key that is in use")
	}
	openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Authority", "-days", "99", "-keyout", "ca.key", "-out", "ca.pem")
	b.put(t, "file extensions subjectAltName=DNS:smtp.example.com")
	sign := func(days, out string) {
		t.Helper()
		openssl("x509", "-req", "-in", "etc/opt/sendmail/tls/request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", days,
			"-extfile", "extensions", "-out", out)
	}
	sign("90", "signed.pem")
	sign("9", "short.pem")
	run("sendmail-cert install ROOT/ca.pem", 1, "belongs to no key")
	run("sendmail-cert install ROOT/extensions", 1, "no certificate in PEM form")
	run("sendmail-cert install ROOT/short.pem ROOT/ca.pem", 1, "expires within 30 days")
	run("sendmail-cert install ROOT/signed.pem ROOT/ca.pem", 0, "for: DNS:smtp.example.com")
	openssl("verify", "-CAfile", "etc/opt/sendmail/tls/ca.pem", "etc/opt/sendmail/tls/cert.pem")
	if b.read(t, "etc/opt/sendmail/tls/key.pem") == own || b.read(t, "etc/opt/sendmail/tls/key.pem.before") == "" {
		t.Error("the key of the request is not in place, or the one before is gone")
	}
	b.put(t, "file etc/opt/sendmail/tls/key.pem "+strings.ReplaceAll(strings.TrimSpace(own), "\n", `\n`))
	run("sendmail-cert check", 1, "does not belong to cert.pem")
	run("sendmail-cert frob", 2, "usage")
}
