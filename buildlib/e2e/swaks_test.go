//go:build e2e

package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSwaks has swaks, a client that is not ours, send mail through the submission port of the shipped configuration, with the certificate that "sendmail-cert self"
// makes. What swaks is given, and what becomes of it, is in testdata/swaks.golden.
func TestSwaks(t *testing.T) {
	needTools(t)
	swaks := fetchSwaks(t)
	b := mailBuild(t)
	p := &installed{site: b.install(t), image: b.image()}
	p.selfSign(t)
	p.start(t)
	_, port, _ := strings.Cut(p.msa.address, ":")
	var table strings.Builder
	table.WriteString("# swaks | exit status | the message is | the last that the server said\n")
	for _, line := range []string{
		"--tls --auth PLAIN",
		"--tls --auth LOGIN",
		"--tls --tls-verify --tls-ca-path CERT --auth PLAIN",
		"--tls --tls-verify --tls-ca-path OTHER --auth PLAIN",
		"--tls --auth PLAIN --auth-password wrong",
		"--tls",
		"--auth PLAIN",
	} {
		t.Run(line, func(t *testing.T) {
			to := recipient(t)
			args := strings.Fields(strings.NewReplacer("CERT", p.site.path("tls/cert.pem"), "OTHER", p.site.path("tls/other.pem")).Replace(line))
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
			fmt.Fprintf(&table, "%s | %d | %s | %s\n", line, status, becomes, strings.TrimSpace(last))
		})
	}
	compareTable(t, "testdata/swaks.golden", table.String())
}

// selfSign has sendmail-cert make the server's certificate, in the place of the one that the site has.
func (p *installed) selfSign(t *testing.T) {
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
	for _, line := range []string{"self " + mailHost, "check"} {
		cmd := s.command(t.Context(), append([]string{"sh", s.path("sendmail-cert")}, strings.Fields(line)...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
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
	leftovers = append(leftovers, dir)
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
