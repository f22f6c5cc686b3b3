package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// smallKeys stands in for openssl, and makes keys that take a hundredth of the time in place of those that sendmail-cert asks for.
const smallKeys = `#!/bin/sh
for word
do
	shift
	case $word in
	rsa:3072)
		set -- "$@" ec -pkeyopt ec_paramgen_curve:P-256 ;;
	*)
		set -- "$@" "$word" ;;
	esac
done
exec PROGRAM "$@"
`

// rememberedAnswers stands in for openssl, and asks it the same of a file with the same content once: it takes most of the time of sendmail-cert, and
// the answer is the same.
const rememberedAnswers = `#!/bin/sh
text=
case $2,$* in
*" -out "*)
	exec PROGRAM "$@" ;;
-in,*)
	while IFS= read -r line || [ -n "$line" ]
	do
		text="$text,$line"
	done <"$3" ;;
,version) ;;
*)
	exec PROGRAM "$@" ;;
esac
known=$(printf '%s\n' "$*$text" | sha256sum)
known=ANSWERS/${known%% *}
if [ ! -f "$known.status" ]
then
	PROGRAM "$@" >"$known"
	echo $? >"$known.status"
fi
while IFS= read -r line
do
	printf '%s\n' "$line"
done <"$known"
read -r status <"$known.status"
exit $status
`

// openssl puts a stand-in for it into the box.
func (b *box) openssl(t *testing.T, standIn string) {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("PROGRAM", program, "ANSWERS", t.TempDir()).Replace(standIn)
	if err := os.WriteFile(filepath.Join(b.dir, "bin/openssl"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestCert makes certificates with the machine's own openssl, in every shell at hand: one that has signed itself, and one that an authority signs. The
// first keys are those that are asked for, the others, and those under the other shells, which have no part in making them, smaller ones.
func TestCert(t *testing.T) {
	if testing.Short() {
		t.Skip("it makes many keys")
	}
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip(err)
	}
	for _, shell := range shells {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			certLife(t, findShell(t, shell), shell != shells[0])
		})
	}
}

func certLife(t *testing.T, shell string, small bool) {
	b := newBox(t, shell, "022")
	if small {
		b.openssl(t, smallKeys)
	}
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
	first := b.state(t)

	run("sendmail-cert request smtp.example.com", 0, "Send that to the authority")
	if b.read(t, "etc/opt/sendmail/tls/key.pem") != own {
		t.Error("a request has replaced the key that is in use")
	}
	run("sendmail-cert undo", 0, "what was there before")
	if diff := cmp.Diff(first, b.state(t)); diff != "" {
		t.Errorf("undo of a request (-want +got):\n%s", diff)
	}
	run("sendmail-cert undo", 1, "nothing was replaced")
	b.openssl(t, smallKeys)
	run("sendmail-cert request smtp.example.com", 0, "Send that to the authority")
	openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Authority", "-days", "99", "-keyout", "ca.key", "-out", "ca.pem")
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
	signed := b.read(t, "etc/opt/sendmail/tls/key.pem")
	if signed == own || b.read(t, "etc/opt/sendmail/tls/before/1/key.pem") != own {
		t.Error("the key of the request is not in place, or the one before is gone")
	}
	// Neither key is lost by two more certificates, and the one of the authority is found again.
	run("sendmail-cert self", 0, "kept in ROOT/etc/opt/sendmail/tls/before/4")
	run("sendmail-cert self", 0, "kept in ROOT/etc/opt/sendmail/tls/before/5")
	run("sendmail-cert install ROOT/signed.pem ROOT/ca.pem", 0, "for: DNS:smtp.example.com")
	if b.read(t, "etc/opt/sendmail/tls/key.pem") != signed || b.read(t, "etc/opt/sendmail/tls/before/1/key.pem") != own {
		t.Error("the key of the request, or the first, is gone")
	}
	b.put(t, "file etc/opt/sendmail/tls/key.pem "+strings.ReplaceAll(strings.TrimSpace(own), "\n", `\n`))
	run("sendmail-cert check", 1, "does not belong to cert.pem")
	run("sendmail-cert frob", 2, "usage")
}

// TestCertInterrupted ends "install" and "undo" at each of their commands that replace or remove something, before and after it. The next run that
// only looks finds the certificate, the key and the chain of before, or those of after: never some of each. CERT_SHELL names another shell than sh.
func TestCertInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip(err)
	}
	shell := "/bin/sh"
	if name := os.Getenv("CERT_SHELL"); name != "" {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		shell = program
	}
	const tls = "etc/opt/sendmail/tls/"
	made := t.TempDir()
	for _, name := range []string{"old", "new"} {
		cmd := exec.CommandContext(t.Context(), "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN="+name,
			"-addext", "subjectAltName=DNS:mail.example.com", "-days", "99", "-keyout", name+".key", "-out", name+".pem")
		cmd.Dir = made
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	three := func(b *box) string {
		t.Helper()
		return b.read(t, tls+"ca.pem") + b.read(t, tls+"key.pem") + b.read(t, tls+"cert.pem")
	}
	install := func(b *box) string { return "sendmail-cert install " + b.dir + "/new.pem" }
	start := func(undo bool) *box {
		b := newBox(t, shell, "022")
		b.openssl(t, rememberedAnswers)
		b.install(t, "files/sendmail-cert", "opt/sendmail/sbin/sendmail-cert", "")
		b.put(t, "dir "+tls+" 700")
		for name, from := range map[string]string{tls + "ca.pem": "old.pem", tls + "cert.pem": "old.pem", tls + "key.pem": "old.key", tls + "next.key": "new.key", "new.pem": "new.pem"} {
			text, err := os.ReadFile(filepath.Join(made, from))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(b.dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if undo {
			b.put(t, "run "+install(b))
		}
		b.arm(t, "mv", "rm")
		return b
	}
	for _, undo := range []bool{false, true} {
		b := start(undo)
		before := three(b)
		line := func(b *box) string {
			if undo {
				return "sendmail-cert undo"
			}
			return install(b)
		}
		cuts := b.cuts(t, line(b))
		after := three(b)
		if before == after {
			t.Fatal("nothing was replaced")
		}
		states := distinct(cuts)
		for _, c := range states {
			b.restore(t, c.left)
			if status, stdout, stderr := b.run(t, "sendmail-cert check"); status != 0 {
				t.Errorf("undo %v, %v: check %d\n%s%s", undo, c, status, stdout, stderr)
			}
			if got := three(b); got != before && got != after {
				t.Errorf("undo %v, %v: neither what was before nor after:\n%s", undo, c, got)
			}
			if !undo {
				b.put(t, "run "+line(b))
				if three(b) != after {
					t.Errorf("%v, then again: not what is to be", c)
				}
			}
		}
		if len(cuts) < 10 {
			t.Errorf("it was cut %d times, which is not at each command", len(cuts))
		}
		t.Logf("undo %v: cut %d times, which left %d states", undo, len(cuts), len(states))
	}
}
