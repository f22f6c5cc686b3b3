//go:build e2e

package e2e_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// testAIXRelay has the sendmail of an image hand mail to Postfix, which demands STARTTLS and AUTH, under the emulator. sendmail-relay makes its configuration, and asks
// this very program what it can.
func testAIXRelay(t *testing.T, extracted string) {
	needNamespaces(t)
	s := newRelaySite(t)
	packages := peerPackages(t)
	s.writePeerFiles(t)
	p := s.startPeer(t, "postfix", packages)

	a := newAIXMachine(t, extracted, filepath.Join(t.TempDir(), "relayed"), clientHost, relayHost)
	a.configure(t)
	program := filepath.Join(t.TempDir(), "sendmail")
	if err := os.WriteFile(program, []byte(a.fromOutside(t, p)), 0o755); err != nil {
		t.Fatal(err)
	}
	tool := func(input string, args ...string) (string, error) {
		cmd := s.command(t.Context(), append([]string{"sh", s.path("sendmail-relay"), "--sendmail", program, "--cf", a.path("etc/opt/sendmail/sendmail.cf")}, args...)...)
		cmd.SysProcAttr.Credential = nil
		cmd.Stdin = strings.NewReader(input)
		out, err := cmd.CombinedOutput()
		t.Logf("%q: %v\n%s", args, err, out)
		return string(out), err
	}
	set := func(port, password string) {
		t.Helper()
		if out, err := tool(password+"\n", "set", relayHost+":"+port, "--user", mailUser, "--ca", s.path("tls/relays.pem")); err != nil {
			t.Fatalf("set: %v\n%s", err, out)
		}
	}
	set("587", mailPassword)
	if out, err := tool("", "test", "friend@elsewhere.test"); err != nil || !strings.Contains(out, "the relay has the message") {
		t.Errorf("test: %v\n%s\n%s", err, out, read(t, a.path("var/log/syslog")))
	}
	p.arrived(t)
	set("587", "open barley")
	if out, err := tool("", "test"); err == nil || !strings.Contains(out, "FAIL  login        535 ") {
		t.Errorf("test with a wrong password: %v\n%s", err, out)
	}
	set("588", mailPassword)
	if out, err := tool("", "test"); err == nil || !strings.Contains(out, "FAIL  certificate  certificate of another name: other.test") {
		t.Errorf("test of another name: %v\n%s", err, out)
	}
	if theirs := p.run(t, "cat /var/log/peer.log"); strings.Count(theirs, "sasl_method=") != 1 || strings.Count(theirs, "authentication failed") != 1 {
		t.Errorf("the relay saw other logins than one with the right password and one with a wrong one:\n%s", theirs)
	}
}

// fromOutside is a script that runs the machine's sendmail, in the network of a peer. It is given names of files as they are outside the machine.
func (a *aixMachine) fromOutside(t *testing.T, p *peer) string {
	t.Helper()
	seen := &recorder{Runner: a.emulator.Machine}
	a.emulator.Machine = seen
	a.run(t, "", "sbin/sendmail", "-d0.1", "-bt")
	a.emulator.Machine = seen.Runner
	argv := seen.argv[:len(seen.argv)-2]
	return fmt.Sprintf(`#!/bin/sh
if [ "$1" = -C ]
then
	mkdir -p '%[1]s/etc/opt/sendmail/seen'
	name=/etc/opt/sendmail/seen/${2##*/}
	sed 's|%[1]s||g' "$2" >"%[1]s$name" || exit 1
	shift 2
	set -- "-C$name" "$@"
fi
cd '%[1]s' && exec nsenter --net=/proc/%[2]d/ns/net '%[3]s' "$@"
`, a.root, p.pid, strings.Join(argv, "' '"))
}

// recorder keeps the last command.
type recorder struct {
	host.Runner
	argv []string
}

func (r *recorder) Run(ctx context.Context, c host.Cmd) error {
	r.argv = c.Argv
	return r.Runner.Run(ctx, c)
}
