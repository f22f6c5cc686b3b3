//go:build e2e

package e2e_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSwaks has swaks, a client that is not ours, send mail through the submission port of the shipped configuration, with the certificate that sendmail-cert makes:
// signed by itself, or by an authority. What swaks is given, and what becomes of it, is in testdata/swaks.golden.
func TestSwaks(t *testing.T) {
	t.Parallel() // it mostly waits
	needTools(t)
	swaks := fetchSwaks(t)
	b := mailBuild(t)
	var table strings.Builder
	table.WriteString("# swaks | exit status | the message is | the last that the server said\n")
	for _, way := range []struct {
		name  string
		lines []string
	}{
		{"self-signed", []string{
			"--tls --auth PLAIN",
			"--tls --auth LOGIN",
			"--tls --tls-verify --tls-ca-path CERT --auth PLAIN",
			"--tls --tls-verify --tls-ca-path OTHER --auth PLAIN",
			"--tls --auth PLAIN --auth-password wrong",
			"--tls",
			"--auth PLAIN",
		}},
		{"of an authority", []string{
			"--tls --tls-verify --tls-ca-path CA --auth PLAIN",
			"--tls --tls-verify --tls-ca-path OTHER --auth PLAIN",
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			p := &installed{site: b.install(t), image: b.image()}
			p.certify(t, way.name == "self-signed")
			p.start(t)
			for _, line := range way.lines {
				fmt.Fprintf(&table, "%s: %s | %s\n", way.name, line, p.swaks(t, swaks, line))
			}
		})
	}
	compareTable(t, "testdata/swaks.golden", table.String())
}

// swaks sends a message, and tells what came of it.
func (p *installed) swaks(t *testing.T, swaks []string, line string) (outcome string) {
	t.Helper()
	_, port, _ := strings.Cut(p.msa.address, ":")
	t.Run(line, func(t *testing.T) {
		to := recipient(t)
		args := strings.Fields(strings.NewReplacer("CERT", p.site.path("tls/cert.pem"), "CA", p.site.path("company.pem"), "OTHER", p.site.path("tls/other.pem")).Replace(line))
		if strings.Contains(line, "--auth ") {
			args = append([]string{"--auth-user", mailUser, "--auth-password", mailPassword}, args...)
		}
		argv := slices.Concat(swaks, []string{"--server", "127.0.0.1", "--port", port, "--helo", "client.test", "--from", "someone@" + mailHost,
			"--to", to + "@" + mailHost, "--timeout", fmt.Sprint(patience.Seconds())}, args)
		cmd := p.site.command(t.Context(), argv...)
		out, err := cmd.CombinedOutput()
		status := cmd.ProcessState.ExitCode()
		t.Logf("%v\n%s", err, out)
		becomes := "not sent"
		if text := p.box(t, to); text != "" {
			becomes = "sent"
			for _, want := range []string{"(authenticated bits=0)", " with ESMTPSA ", "(version=TLSv1.3 "} {
				if !strings.Contains(text, want) {
					t.Errorf("the message lacks %q:\n%s", want, text)
				}
			}
		}
		last := ""
		for said := range strings.Lines(string(out)) {
			if answer, ok := strings.CutPrefix(strings.TrimLeft(said, " "), "<"); ok && !strings.Contains(answer, " 221 ") {
				last = strings.TrimSpace(strings.TrimLeft(answer, "~*-"))
			}
		}
		last, _, _ = strings.Cut(last, "2.0.0 ") // the message's own number
		outcome = fmt.Sprintf("%d | %s | %s", status, becomes, strings.TrimSpace(last))
	})
	return outcome
}

// certify has sendmail-cert make the server's certificate, in the place of the one that the site has, as the README has it.
func (p *installed) certify(t *testing.T, self bool) {
	t.Helper()
	s := p.site
	extract(t, p.image, "./opt/sendmail/sbin/sendmail-cert", s.path("sendmail-cert"))
	script, err := os.ReadFile(s.path("sendmail-cert"))
	if err != nil {
		t.Fatal(err)
	}
	s.passForRoot(t)
	text := edit(t, string(script), "\nPATH=/usr/bin:/usr/sbin:/etc\n", "\nPATH="+s.path("bin")+":/usr/bin:/usr/sbin\n")
	s.write(t, "sendmail-cert", strings.ReplaceAll(text, "/etc/opt/sendmail", s.dir))
	s.give(t, "sendmail-cert")
	run := func(args ...string) {
		t.Helper()
		cmd := s.command(t.Context(), append([]string{"sh", s.path("sendmail-cert")}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
	}
	if self {
		run("self", mailHost)
		run("check")
		return
	}
	run("request", mailHost)
	company := newAuthority(t)
	block, _ := pem.Decode([]byte(read(t, s.path("tls/request.pem"))))
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err := errors.Join(err, request.CheckSignature()); err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(5), Subject: request.Subject, DNSNames: request.DNSNames, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(99 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, company.certificate, request.PublicKey, company.key)
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "signed.pem", pemText("CERTIFICATE", der))
	s.write(t, "company.pem", pemText("CERTIFICATE", company.certificate.Raw))
	s.give(t, "signed.pem")
	s.give(t, "company.pem")
	cmd := s.command(t.Context(), "sh", s.path("sendmail-cert"), "install", s.path("signed.pem"), s.path("company.pem"))
	// The authority of the test is good for a day, of which it is told.
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "is in place") || !strings.Contains(string(out), "ca.pem: expires within 30 days") {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}

// passForRoot makes a command id that says to scripts what root's would.
func (s *site) passForRoot(t *testing.T) {
	t.Helper()
	if err := os.Mkdir(s.path("bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.write(t, "bin/id", "#!/bin/sh\necho 0\n")
	if err := os.Chmod(s.path("bin/id"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.give(t, "bin")
	s.give(t, "bin/id")
}

// fetchSwaks is the command line that runs the distribution's swaks, unpacked below a directory of the test's.
func fetchSwaks(t *testing.T) []string {
	t.Helper()
	for _, tool := range []string{"perl", "dpkg-deb", "apt-get"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	dir, err := os.MkdirTemp("", "swaks-")
	if err != nil {
		t.Fatal(err)
	}
	leave(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	packages, err := filepath.Glob(filepath.Join(packagesOf(t, "peers/swaks", "swaks", "libnet-ssleay-perl"), "*.deb"))
	if err != nil || len(packages) == 0 {
		t.Fatalf("no packages: %v", err)
	}
	for _, deb := range packages {
		if out, err := exec.CommandContext(t.Context(), "dpkg-deb", "-x", deb, dir).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", deb, err, out)
		}
	}
	command := []string{"perl"}
	libraries, err := filepath.Glob(filepath.Join(dir, "usr/lib/*/perl5/*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, library := range append(libraries, filepath.Join(dir, "usr/share/perl5")) {
		command = append(command, "-I"+library)
	}
	command = append(command, filepath.Join(dir, "usr/bin/swaks"))
	if out, err := exec.CommandContext(t.Context(), command[0], slices.Concat(command[1:], []string{"--support"})...).CombinedOutput(); err != nil || !bytes.Contains(out, []byte("TLS supported")) {
		t.Fatalf("swaks has no TLS: %v\n%s", err, out)
	}
	return command
}
