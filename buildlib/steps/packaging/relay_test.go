package packaging

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// relayCf is as much of a sendmail.cf as sendmail-relay looks at, with an administrator's edit.
const relayCf = `# mine\nDS\nO LogLevel=9\nO daemonportoptions=Name=MTA, Port=25\nO DaemonPortOptions=Name=MSA,\n\tPort=587, M=Ea\n` +
	`SParse1\nR$*\t\t$: $1\nStls_rcpt\nR$*\t\t$: $1\nStls_server\nSauthinfo\nSMasqSMTP\nSEnvFromSMTP`

const (
	relayPassword = `it's "open"\n $HOME`
	relaySet      = "sendmail-relay set relay.example.com --user DOMAIN\\name --ca ROOT/ca.pem --from example.com"
)

// relayBox is a system with a stand-in for sendmail, ready for a relay.
func relayBox(t *testing.T, shell string) *box {
	t.Helper()
	b := newBox(t, shell, "022")
	b.install(t, "files/sendmail-relay", "opt/sendmail/sbin/sendmail-relay", "")
	program, err := os.ReadFile("testdata/relay/sendmail")
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"opt/sendmail/sbin/sendmail", "usr/sbin/sendmail"} {
		b.put(t, "dir "+filepath.Dir(at))
		if err := os.WriteFile(filepath.Join(b.dir, at), program, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.put(t, "file ca.pem -----BEGIN CERTIFICATE-----", "file rehearsal/abilities STARTTLS SASLv2 RELAY", "dir etc/opt/sendmail",
		"file etc/opt/sendmail/sendmail.cf "+strings.ReplaceAll(relayCf, `\t`, "\t"))
	b.input = relayPassword + "\n"
	return b
}

func (b *box) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRelayLife is what becomes of a sendmail.cf in the life of a relay, in every shell at hand.
func TestRelayLife(t *testing.T) {
	t.Parallel()
	for _, shell := range shells {
		if testing.Short() && shell != shells[0] {
			continue
		}
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			relayLife(t, findShell(t, shell))
		})
	}
}

func relayLife(t *testing.T, shell string) {
	const cf = "etc/opt/sendmail/sendmail.cf"
	b := relayBox(t, shell)
	nothing := b.state(t)
	mine := b.read(t, cf)
	do := func(line string) string {
		t.Helper()
		status, stdout, stderr := b.run(t, line)
		if status != 0 || stderr != "" {
			t.Fatalf("%s: status %d\n%s%s", line, status, stdout, stderr)
		}
		for _, secret := range []string{relayPassword, base64.StdEncoding.EncodeToString([]byte(relayPassword))} {
			if strings.Contains(stdout, secret) {
				t.Errorf("%s shows the password:\n%s", line, stdout)
			}
		}
		return stdout
	}
	same := func(what string, want []string) {
		t.Helper()
		if diff := cmp.Diff(want, b.state(t)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	do(relaySet + " --dry-run")
	same("a dry run", nothing)

	do(relaySet)
	once := b.state(t)
	text := b.read(t, cf)
	if strings.Contains(text, "\nO daemonportoptions") {
		t.Error("the daemon still listens to all") // names of options are taken in any case of letters
	}
	for _, want := range []string{"\nDSoutrelay:[relay.example.com]\n", "# sendmail-relay was: O DaemonPortOptions=Name=MSA,\n",
		"# sendmail-relay was: \tPort=587, M=Ea\n", "\nO DaemonPortOptions=Name=MTA, Addr=127.0.0.1, Port=25\n", "\t\tA=TCP $h 587\n",
		"\nR$={cert_names}\t$@ OK\n", "\nO LogLevel=10\n", "\nStls_server\n# sendmail-relay begin\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("sendmail.cf lacks %q:\n%s", want, text)
		}
	}
	login := b.read(t, "etc/opt/sendmail/relay/1/authinfo")
	for _, want := range []string{"I=" + base64.StdEncoding.EncodeToString([]byte(`DOMAIN\name`)), "P=" + base64.StdEncoding.EncodeToString([]byte(relayPassword))} {
		if !strings.Contains(login, `"`+want+`"`) {
			t.Errorf("authinfo lacks %q:\n%s", want, login)
		}
	}
	if info, err := os.Stat(filepath.Join(b.dir, "etc/opt/sendmail/relay/1/authinfo")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("authinfo: %v, %v, want it to be of mode 600", info.Mode(), err)
	}
	do(relaySet)
	same("the same again", once)
	if got := do("sendmail-relay show"); !strings.Contains(got, "user DOMAIN\\name\n") {
		t.Errorf("show lacks the user:\n%s", got)
	}

	b.input = "another\n"
	do("sendmail-relay password")
	if got := b.read(t, "etc/opt/sendmail/relay/1/authinfo"); !strings.Contains(got, `"P=YW5vdGhlcg=="`) {
		t.Errorf("the password was not replaced:\n%s", got)
	}
	b.put(t, "line "+cf+" # since")
	do("sendmail-relay set relay.example.com:2525 --user name --ca ROOT/ca.pem --receive --local relay")
	if got := b.read(t, cf); !strings.Contains(got, "\nO DaemonPortOptions=Name=MSA,\n\tPort=587") || !strings.Contains(got, "A=TCP $h 2525\n") {
		t.Errorf("the second relay:\n%s", got)
	}
	b.put(t, "line "+cf+" # and since")
	do("sendmail-relay undo")
	if got := b.read(t, cf); !strings.Contains(got, "A=TCP $h 587\n") || strings.Contains(got, "2525") {
		t.Errorf("undo to the first relay:\n%s", got)
	}
	do("sendmail-relay undo")
	if got, want := b.read(t, cf), mine+"# since\n# and since\n"; got != want {
		t.Errorf("undo of all: sendmail.cf is\n%s\nwant\n%s", got, want)
	}

	// As m4 would make it anew.
	do(relaySet)
	b.put(t, "file "+cf+" "+strings.ReplaceAll(relayCf, `\t`, "\t"))
	if status, stdout, _ := b.run(t, "sendmail-relay status"); status != 1 || !strings.Contains(stdout, "made anew") {
		t.Errorf("status %d of a sendmail.cf that was made anew: %s", status, stdout)
	}
	do("sendmail-relay apply")
	again := b.state(t)
	do("sendmail-relay apply")
	same("applied again", again)
	do("sendmail-relay erase")
	same("all was erased", nothing)

	// Made anew, it may be what it was before.
	do(relaySet)
	b.put(t, "file "+cf+" "+strings.ReplaceAll(relayCf, `\t`, "\t"))
	do("sendmail-relay apply")
	if got := b.read(t, cf); !strings.Contains(got, "\nDSoutrelay:[relay.example.com]\n") {
		t.Errorf("apply to a sendmail.cf as it was before the relay:\n%s", got)
	}
	b.put(t, "line ca.pem -----BEGIN CERTIFICATE----- another")
	do("sendmail-relay apply")
	if got := b.read(t, "etc/opt/sendmail/relay/2/ca.pem"); !strings.Contains(got, "another") {
		t.Errorf("apply leaves the certificates as they were:\n%s", got)
	}
	b.put(t, "file etc/opt/sendmail/relay/mine x")
	do("sendmail-relay erase")
	b.put(t, "remove etc/opt/sendmail/relay/mine", "remove etc/opt/sendmail/relay", "file ca.pem -----BEGIN CERTIFICATE-----")
	same("all was erased but the file of somebody else", nothing)
}

// TestRelayRulesets has a sendmail.cf without some of the rulesets, and one whose lines end with CR and LF: what was put in comes out again.
func TestRelayRulesets(t *testing.T) {
	t.Parallel()
	const cf = "etc/opt/sendmail/sendmail.cf"
	whole := strings.ReplaceAll(relayCf, `\t`, "\t")
	for name, text := range map[string]string{
		"no rulesets": strings.NewReplacer(`Stls_rcpt\n`, "", `Stls_server\n`, "", `Sauthinfo\n`, "").Replace(whole),
		"no authinfo": strings.Replace(whole, `Sauthinfo\n`, "", 1),
		"CR and LF":   strings.ReplaceAll(whole, `\n`, `\r\n`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := relayBox(t, "/bin/sh")
			text := strings.ReplaceAll(strings.ReplaceAll(text, `\r`, "\r"), `\n`, "\n") + "\n"
			if err := os.WriteFile(filepath.Join(b.dir, cf), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			b.put(t, "run "+relaySet)
			got := b.read(t, cf)
			for _, ruleset := range []string{"tls_server", "tls_rcpt", "authinfo"} {
				if n := strings.Count(got, "\nS"+ruleset); n != 1 {
					t.Errorf("ruleset %s is there %d times:\n%s", ruleset, n, got)
				}
			}
			b.put(t, "line "+cf+" # since", "run sendmail-relay undo")
			if got, want := b.read(t, cf), text+"# since\n"; got != want {
				t.Errorf("undo of what was edited since: sendmail.cf is\n%q\nwant\n%q", got, want)
			}

			// An editor may leave the last line without its end.
			text = strings.TrimRight(text, "\r\n")
			for _, line := range []string{"undo", "erase", "apply", "set other.example.com --ca ROOT/ca.pem"} {
				if err := os.WriteFile(filepath.Join(b.dir, cf), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				b.put(t, "run "+relaySet, "run sendmail-relay "+line, "run sendmail-relay erase")
				if got := b.read(t, cf); got != text {
					t.Errorf("%s, and all erased: sendmail.cf is\n%q\nwant\n%q", line, got, text)
				}
			}
		})
	}
}

// TestRelayTwo has one run at a time: another that is at work is named, one that was killed is passed over.
func TestRelayTwo(t *testing.T) {
	t.Parallel()
	b := relayBox(t, "/bin/sh")
	b.put(t, "dir etc/opt/sendmail/relay", fmt.Sprintf("link etc/opt/sendmail/relay/lock %d", os.Getpid()))
	before := b.state(t)
	if status, _, stderr := b.run(t, relaySet); status != 1 || !strings.Contains(stderr, fmt.Sprintf("is at work, process %d", os.Getpid())) {
		t.Errorf("beside another: status %d, %s", status, stderr)
	}
	if diff := cmp.Diff(before, b.state(t)); diff != "" {
		t.Errorf("it changed something (-want +got):\n%s", diff)
	}
	b.put(t, "remove etc/opt/sendmail/relay/lock", "link etc/opt/sendmail/relay/lock 999999999", "run "+relaySet)
	if _, err := os.Lstat(filepath.Join(b.dir, "etc/opt/sendmail/relay/lock")); err == nil {
		t.Error("the lock is still there")
	}
}

// Nothing is changed, and no password asked for, where something is wrong.
func TestRelayRefuses(t *testing.T) {
	t.Parallel()
	const set = "sendmail-relay set relay.example.com --ca ROOT/ca.pem"
	for _, c := range []struct {
		name, before, line string
		status             int
		want               string
	}{
		{"no relay", "", "sendmail-relay set", 2, "needs a relay"},
		{"quote in the host", "", `sendmail-relay set a"b`, 2, "no name of a host"},
		{"dollar in the host", "", `sendmail-relay set a$b`, 2, "no name of a host"},
		{"bracket in the host", "", "sendmail-relay set [relay]", 2, "no name of a host"},
		{"port that is none", "", "sendmail-relay set relay.example.com:a", 2, "no port"},
		{"port 0", "", "sendmail-relay set relay.example.com:0", 2, "no port"},
		{"port that is too high", "", "sendmail-relay set relay.example.com:65536", 2, "no port"},
		{"port 465", "", "sendmail-relay set relay.example.com:465 --ca ROOT/ca.pem", 1, "Use 587"},
		{"domain with a rule in it", "", set + " --from a>b", 2, "no domain"},
		{"two relays", "", "sendmail-relay set a.example b.example", 2, "one relay"},
		{"unknown option", "", set + " --password=x", 2, "no --password"},
		{"mechanism", "", set + ` --user u --mechanism PL"AIN`, 2, "no mechanisms"},
		{"mechanism without user", "", set + " --mechanism PLAIN", 2, "needs --user"},
		{"local", "", set + " --local there", 2, "--local is followed by"},
		{"name", "", set + ` --name a$&{x}`, 2, "cannot be compared"},
		{"long user", "", set + " --user " + strings.Repeat("u", 181), 2, "sendmail takes 180"},
		{"long password", "INPUT " + strings.Repeat("p", 181), set + " --user u", 1, "loses one of more than 180"},
		{"no password", "INPUT ", set + " --user u", 1, "no password was given"},
		{"password with CR", "INPUT pw\r", set + " --user u", 1, "control character"},
		{"password with the character 0", "INPUT p\x00w", set + " --user u", 1, "control character"},
		{"address", "", "sendmail-relay set 192.0.2.1 --ca ROOT/ca.pem", 1, "certificates have names"},
		{"no authorities", "", "sendmail-relay set relay.example.com", 1, "dnf install ca-certificates"},
		{"authorities that are none", "file ca.pem x", set, 1, "no certificate in PEM form"},
		{"no SASL", "file rehearsal/abilities STARTTLS", set + " --user u", 1, "has no SASL"},
		{"no TLS", "file rehearsal/abilities SASLv2", set + " --user u", 1, "has no TLS"},
		{"CN alone", "file rehearsal/abilities STARTTLS SASLv2", set + " --user u", 1, "with --name"},
		{"no place for a relay", "file etc/opt/sendmail/sendmail.cf x", set, 1, "no place for a relay"},
		{"mail goes elsewhere", `line etc/opt/sendmail/sendmail.cf # mailertable`, set, 1, "would not hand mail"},
		{"no sendmail.cf", "remove etc/opt/sendmail/sendmail.cf", set, 1, "there is no"},
		{"no sendmail of the Toolbox", "", "sendmail-relay --sendmail toolbox set relay.example.com", 1, "there is no"},
		{"provider without user", "", "sendmail-relay set ses:eu-west-1 --ca ROOT/ca.pem", 1, "SMTP credentials"},
		{"disk full at the last step", `file bin/cp #!/bin/sh\ncase $3 in *.relay) exit 1 ;; esac\nexec /bin/cp "$@"`, set, 1, "perhaps a full disk"},
		{"certificate without key", "", set + " --cert ROOT/ca.pem", 2, "go together"},
		{"certificate that is none", "file cert.pem x", set + " --cert ROOT/cert.pem --key ROOT/ca.pem", 1, "cert.pem holds no certificate"},
		{"key that is none", "", set + " --cert ROOT/ca.pem --key ROOT/ca.pem", 1, "ca.pem holds no key"},
		{"key that is encrypted", "file key.pem -----BEGIN ENCRYPTED PRIVATE KEY-----", set + " --cert ROOT/ca.pem --key ROOT/key.pem", 1, "is encrypted"},
		{"key that others may read", "file key.pem -----BEGIN PRIVATE KEY-----", set + " --cert ROOT/ca.pem --key ROOT/key.pem", 1, "others may read"},
		{"nothing to undo", "", "sendmail-relay undo", 1, "nothing to take back"},
		{"nothing to show", "", "sendmail-relay show", 1, "no relay was set"},
		{"no password to replace", "", "sendmail-relay password", 1, "no relay was set"},
		{"address to try", "", "sendmail-relay test a|b@example.com", 2, "no address to try"},
		{"unknown command", "", "sendmail-relay frob", 2, "usage"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := relayBox(t, "/bin/sh")
			if input, ok := strings.CutPrefix(c.before, "INPUT "); ok {
				b.input = input + "\n"
			} else if c.before != "" {
				b.put(t, c.before)
			}
			before := b.state(t)
			status, stdout, stderr := b.run(t, c.line)
			if status != c.status || !strings.Contains(stderr, c.want) {
				t.Errorf("status %d, want %d with %q:\n%s%s", status, c.status, c.want, stdout, stderr)
			}
			if diff := cmp.Diff(before, b.state(t)); diff != "" {
				t.Errorf("it changed something:\n%s", diff)
			}
		})
	}
}

// TestRelayOther serves IBM's sendmail, whose names of a certificate are one, by the paths that the program itself tells.
func TestRelayOther(t *testing.T) {
	t.Parallel()
	b := relayBox(t, "/bin/sh")
	b.put(t, "file rehearsal/abilities STARTTLS SASLv2", "move etc/opt/sendmail/sendmail.cf etc/mail.cf", "dir etc/mail", "move etc/mail.cf etc/mail/sendmail.cf",
		"link etc/sendmail.cf mail/sendmail.cf")
	before := b.read(t, "etc/mail/sendmail.cf")
	for _, line := range []string{
		"sendmail-relay --sendmail ibm set relay.example.com --user u --ca ROOT/ca.pem --name mx.example.com",
		"sendmail-relay --sendmail ibm --cf ROOT/etc/sendmail.cf status",
	} {
		status, stdout, stderr := b.run(t, line)
		if status != 0 || stderr != "" {
			t.Fatalf("%s: status %d\n%s%s", line, status, stdout, stderr)
		}
	}
	got := b.read(t, "etc/mail/sendmail.cf")
	for _, want := range []string{"\nRmx.example.com\t\t$@ OK\n", b.dir + "/etc/mail/relay/1/authinfo\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("IBM's sendmail.cf lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "SetCertAltnames") {
		t.Error("IBM's sendmail.cf has an option that its program does not know")
	}
	b.put(t, "run sendmail-relay --sendmail ibm undo")
	if after := b.read(t, "etc/mail/sendmail.cf"); after != before {
		t.Errorf("after undo:\n%s", after)
	}
}

// TestRelayInterrupted ends sendmail-relay at each of its commands, before and after it. sendmail.cf is what it was or what it is to be, with
// all that it names; and the next run leaves what one leaves that nothing disturbed.
func TestRelayInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for i, way := range []struct{ name, before, line string }{
		{"set", "", relaySet},
		{"set again", relaySet, "sendmail-relay set other.example.com --user u --ca ROOT/ca.pem"},
		{"undo", relaySet, "sendmail-relay undo"},
		{"password", relaySet, "sendmail-relay password"},
		{"erase", relaySet, "sendmail-relay erase"},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			shell, err := exec.LookPath(shells[i%len(shells)])
			if err != nil {
				shell = "/bin/sh"
			}
			b := relayBox(t, shell)
			if way.before != "" {
				b.put(t, "run "+way.before)
			}
			b.input = "another\n"
			b.arm(t, "mv", "cp", "rm", "rmdir", "mkdir", "ln", "chmod", "cat", "od", "tr")
			cf := func(b *box) string {
				return strings.ReplaceAll(b.read(t, "etc/opt/sendmail/sendmail.cf"), b.dir, "ROOT")
			}
			before := cf(b)
			cuts := b.cuts(t, way.line)
			after, want := cf(b), b.state(t)
			states := distinct(cuts)
			for _, c := range states {
				b.restore(t, c.left)
				got := cf(b)
				if got != before && got != after {
					t.Errorf("%v: sendmail.cf is neither what it was nor what it is to be:\n%s", c, got)
				}
				for line := range strings.Lines(got) {
					if dir, ok := strings.CutPrefix(line, "# sendmail-relay settings: ROOT/"); ok {
						for _, file := range []string{"settings", "authinfo", "ca.pem"} {
							b.read(t, filepath.Join(strings.TrimSpace(dir), file))
						}
					}
				}
				status, _, stderr := b.run(t, way.line)
				if status != 0 && !strings.Contains(stderr, "no relay was set") {
					t.Fatalf("%v, then again: status %d, %s", c, status, stderr)
				}
				if diff := cmp.Diff(want, b.state(t)); diff != "" {
					t.Errorf("%v, then again (-want +got):\n%s", c, diff)
				}
			}
			if len(cuts) < 16 {
				t.Errorf("it was cut %d times, which is not at each command", len(cuts))
			}
			t.Logf("cut %d times, which left %d states", len(cuts), len(states))
		})
	}
}

// TestRelaySteps is what "test" makes of what sendmail says: in testdata/relay/steps.txt lines with < are what 8.17.1.9 said to a relay that was
// as the heading has it, lines with > the outcome. An address is tried where one is named. The short tests take one in six.
func TestRelaySteps(t *testing.T) {
	t.Parallel()
	const file = "testdata/relay/steps.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b := relayBox(t, "/bin/sh")
	b.put(t, "run sendmail-relay set relay.test.example --user box@test.example --ca ROOT/ca.pem --from test.example")
	scenarios := strings.Split(strings.TrimSpace(string(text)), "\n\n")
	if testing.Short() && !*update {
		n := 0
		scenarios = slices.DeleteFunc(scenarios, func(string) bool { n++; return n%6 != 0 })
	}
	want := strings.Join(scenarios, "\n\n") + "\n"
	var got strings.Builder
	for i, scenario := range scenarios {
		var name, dialogue string
		for line := range strings.Lines(scenario + "\n") {
			if rest, ok := strings.CutPrefix(line, "== "); ok {
				name = rest
			} else if rest, ok := strings.CutPrefix(line, "< "); ok {
				dialogue += rest
			}
		}
		if err := os.WriteFile(filepath.Join(b.dir, "rehearsal/dialogue"), []byte(dialogue), 0o644); err != nil {
			t.Fatal(err)
		}
		line := "sendmail-relay test"
		if strings.Contains(dialogue, "you@dest.example") {
			line += " you@dest.example"
		}
		if i > 0 {
			got.WriteString("\n")
		}
		got.WriteString("== " + name)
		for line := range strings.Lines(dialogue) {
			got.WriteString("< " + line)
		}
		status, stdout, stderr := b.run(t, line)
		for line := range strings.Lines(stdout + stderr) {
			got.WriteString("> " + line)
		}
		fmt.Fprintf(&got, "> exit %d\n", status)
	}
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", file, diff)
	}
}
