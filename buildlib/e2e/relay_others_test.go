//go:build e2e

package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// standIn is a sendmail as upstream has it, without the patches of this project, with the paths that it has by itself, which are IBM's.
type standIn struct {
	name, defines, libraries string
}

var (
	full    = standIn{"with SASL and TLS", "-DSASL=2 -DSTARTTLS", "-lsasl2 -lssl -lcrypto"}
	tlsOnly = standIn{"with TLS alone", "-DSTARTTLS", "-lssl -lcrypto"}
	saslly  = standIn{"with SASL alone", "-DSASL=2", "-lsasl2"}
	neither = standIn{"without both", "", ""}
)

// Places of programs: IBM's, the one that its sendmail_ssl has, and the Toolbox's.
const (
	ibmPlace     = "/usr/sbin/sendmail"
	sslPlace     = "/usr/sbin/sendmail_ssl"
	toolboxPlace = "/opt/freeware/sbin/sendmail"
)

// otherCases are what sendmail-relay is asked to do with one of these programs at one of these places.
var otherCases = []struct {
	program  standIn
	place    string
	tool     string // what goes before the command
	args     string // of set
	password string // mostly the right one
}{
	{full, ibmPlace, "--sendmail ibm", "relay.mail.test:587 --user tester", ""},
	{full, ibmPlace, "--sendmail ibm", "relay.mail.test:587 --user tester --name relay.mail.test", ""},
	{full, ibmPlace, "--sendmail ibm", "relay.mail.test:587 --user tester --name relay.mail.test", "open barley"},
	{full, ibmPlace, "--sendmail ibm", "relay.mail.test:588 --user tester --name relay.mail.test", ""},
	{full, ibmPlace, "--sendmail ibm", "relay.mail.test:465 --user tester --name relay.mail.test", ""},
	{full, toolboxPlace, "--sendmail toolbox", "relay.mail.test:587 --user tester --name relay.mail.test", ""},
	{full, ibmPlace, "--sendmail toolbox", "relay.mail.test:587 --user tester --name relay.mail.test", ""},
	{tlsOnly, sslPlace, "--sendmail /usr/sbin/sendmail_ssl", "relay.mail.test:587 --user tester --name relay.mail.test", ""},
	{tlsOnly, sslPlace, "--sendmail /usr/sbin/sendmail_ssl", "relay.mail.test:589 --name relay.mail.test --cert /etc/mail/box.pem --key /etc/mail/box.key", ""},
	{tlsOnly, sslPlace, "--sendmail /usr/sbin/sendmail_ssl", "relay.mail.test:589 --name relay.mail.test --cert /etc/mail/box.pem --key /etc/mail/nobody.key", ""},
	{saslly, ibmPlace, "--sendmail ibm", "relay.mail.test:587 --user tester --name relay.mail.test", ""},
	{neither, ibmPlace, "--sendmail ibm", "relay.mail.test:587 --user tester --name relay.mail.test", ""},
}

// TestRelayOthers has sendmail-relay serve sendmails that are not ours, against Postfix: a message is delivered, or what the program cannot do is named. A
// sendmail.cf that was edited by hand comes out of it unchanged to the byte.
func TestRelayOthers(t *testing.T) {
	t.Parallel() // it mostly waits
	needTools(t)
	needNamespaces(t)
	s := newRelaySite(t)
	b := mailBuild(t)
	s.writePeerFiles(t)
	programs := make(map[string]string)
	for _, program := range []standIn{full, tlsOnly, saslly, neither} {
		// OpenSSL 3 is too new for the TLS of 8.15.2 without patches.
		if !strings.HasPrefix(b.version, "8.15.") || !strings.Contains(program.defines, "STARTTLS") {
			programs[program.name] = s.buildStandIn(t, b, program)
		}
	}
	p := s.startPeer(t, "postfix", peerPackages(t))
	p.run(t, `hostname client.mail.test
printf '127.0.0.1 localhost\n127.0.0.1 relay.mail.test\n127.0.0.3 client.mail.test\n' >/etc/hosts
echo 'hosts: files' >/etc/nsswitch.conf
mkdir -p /etc/mail /var/spool/mqueue /opt/freeware/sbin
chmod 755 /etc/mail
chmod 700 /var/spool/mqueue
printf 'hosts files\naliases files\n' >/etc/mail/service.switch
cp "$SITE/tls/other.pem" /etc/mail/box.pem
cp "$SITE/tls/other-key.pem" /etc/mail/box.key
cp "$SITE/tls/other-key.pem" /etc/mail/nobody.key
chown nobody /etc/mail/nobody.key
chmod 600 /etc/mail/*.key`)
	var table strings.Builder
	table.WriteString("# sendmail | command | what set says, or what becomes of a message | test says\n")
	for i, c := range otherCases {
		name := fmt.Sprintf("%s, %s %s", c.program.name, c.tool, c.args)
		t.Run(name, func(t *testing.T) {
			if programs[c.program.name] == "" {
				t.Skip("this release does not compile as it is")
			}
			p.run(t, fmt.Sprintf("rm -rf %s %s %s /etc/mail/relay; cp '%s/sendmail' '%s'; cp '%[4]s/sendmail.cf' /etc/mail/sendmail.cf",
				ibmPlace, sslPlace, toolboxPlace, programs[c.program.name], c.place))
			fmt.Fprintf(&table, "%d %s | %s set %s | %s\n", i+1, c.program.name, c.tool, c.args, s.tryOther(t, p, c.place, c.tool, c.args, c.password, programs[c.program.name]+"/sendmail.cf"))
		})
	}
	if !strings.HasPrefix(b.version, "8.15.") {
		compareTable(t, "testdata/relay-others.golden", table.String())
		return
	}
	want, err := os.ReadFile("testdata/relay-others.golden")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(table.String()) {
		if !strings.Contains(string(want), line) {
			t.Errorf("it says %q, which is not in the table", line)
		}
	}
}

// tryOther sets a relay, tries it, sends a message, and takes all of it back.
func (s *relaySite) tryOther(t *testing.T, p *peer, place, tool, args, password, original string) string {
	t.Helper()
	if password == "" {
		password = mailPassword
	}
	run := func(input, command string) (said string, ok bool) {
		t.Helper()
		said = p.run(t, fmt.Sprintf("echo '%s' | sh '%s' %s %s 2>&1 && echo HELD || echo FAILED", input, s.path("sendmail-relay"), tool, command))
		t.Logf("%s\n%s", command, said)
		said, ok = strings.CutSuffix(said, "HELD\n")
		return strings.TrimSuffix(said, "FAILED\n"), ok
	}
	unchanged := func(after string) {
		t.Helper()
		p.run(t, fmt.Sprintf("cmp /etc/mail/sendmail.cf '%s' || { echo 'sendmail.cf is another one after %s'; exit 1; }", original, after))
	}
	set := "set " + args + " --ca '" + s.path("tls/relays.pem") + "'"
	said, ok := run(password, set)
	if !ok {
		unchanged("a refusal")
		said = regexp.MustCompile(`(?m)^sendmail-relay: (.*)$`).FindString(said)
		return "refused: " + strings.TrimPrefix(said, "sendmail-relay: ") + " | -"
	}
	p.run(t, "rm -f /var/friend/* /var/spool/mqueue/*")
	verdict := "sent"
	said, ok = run("", "test friend@elsewhere.test")
	if failed := regexp.MustCompile(`(?m)^  FAIL  (\S+) +(.*)$`).FindStringSubmatch(said); failed != nil {
		verdict = failed[1] + ": " + failed[2]
	} else if !ok {
		t.Errorf("test fails without a word of why:\n%s", said)
	} else {
		p.arrived(t)
	}
	p.run(t, fmt.Sprintf("rm -f /var/friend/*; printf 'Subject: hello\\n\\nHello.\\n' | %s -C /etc/mail/sendmail.cf -odi -i -v -f someone@client.mail.test friend@elsewhere.test >&2 || :", place))
	becomes := strings.TrimSpace(p.run(t, `if grep -q '^R.*friend@elsewhere.test' /var/spool/mqueue/[qh]f* 2>/dev/null
then
	echo deferred
elif tries=0; until grep -q '^Hello' /var/friend/* 2>/dev/null || [ $tries -eq 30 ]; do sleep 0.1; tries=$((tries + 1)); done; grep -q '^Hello' /var/friend/* 2>/dev/null
then
	echo sent
else
	echo BOUNCED
fi`))
	if _, ok := run("", "undo"); !ok {
		t.Error("undo fails")
	}
	unchanged("undo")
	if _, ok := run(password, set); !ok {
		t.Error("the second set fails")
	}
	p.run(t, "echo '# since' >>/etc/mail/sendmail.cf; sed '$d' /etc/mail/sendmail.cf >/var/friend/cf; cat /var/friend/cf >/etc/mail/sendmail.cf; rm -f /var/friend/cf")
	if _, ok := run("", "erase"); !ok {
		t.Error("erase fails")
	}
	unchanged("erase")
	return becomes + " | " + verdict
}

// buildStandIn compiles the source as it is, and makes a sendmail.cf that somebody has edited by hand. It returns the directory with both.
func (s *relaySite) buildStandIn(t *testing.T, b build, program standIn) string {
	t.Helper()
	dir := strings.ReplaceAll(s.path("stand-in "+program.name), " ", "-")
	script := fmt.Sprintf(`set -e
mkdir '%[2]s'
[ -d stand-ins ] || cp -R '%[1]s' stand-ins
cd stand-ins
chmod -R u+w .
rm -rf obj.*/sendmail
cat >devtools/Site/site.config.m4 <<'END'
define(`+"`confMAPDEF', `'"+`)
define(`+"`confLIBSEARCH', `resolv'"+`)
define(`+"`confOPTIMIZE', `-O0'"+`)
APPENDDEF(`+"`conf_sendmail_ENVDEF', `%[3]s'"+`)
APPENDDEF(`+"`conf_sendmail_LIBS', `%[4]s'"+`)
END
cd sendmail
sh Build
cp ../obj.*/sendmail/sendmail '%[2]s'
cd ..
cat >hand.mc <<'END'
OSTYPE(`+"`linux'"+`)
FEATURE(`+"`nocanonify'"+`)
define(`+"`confTO_IDENT', `0s'"+`)
MAILER(`+"`local'"+`)
MAILER(`+"`smtp'"+`)
END
m4 -D_CF_DIR_="$PWD/cf/" cf/m4/cf.m4 hand.mc | sed 's/^#O MaxMessageSize.*/O MaxMessageSize=10000000	# by hand/' >'%[2]s/sendmail.cf'
printf '# the last line, by hand, has no end' >>'%[2]s/sendmail.cf'
`, filepath.Join(filepath.Dir(b.image()), "pristine"), dir, program.defines, program.libraries)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "MAKEFLAGS=", "LC_ALL=C")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the stand-in %s: %v\n%s", program.name, err, out[max(0, len(out)-4000):])
	}
	return dir
}
