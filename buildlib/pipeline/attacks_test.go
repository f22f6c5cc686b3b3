//go:build e2e

package pipeline_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/release"
)

// TestAttacks holds a release's advisories.toml against what attacks do to real programs. One program is made with the whole series,
// the other, the control, without the patches that the file names as fixes. An attack must work on the control when the file says
// affected or fixed, and on the program with the whole series when it says affected; otherwise it must fail.
//
// MAIL_TEST_RELEASE and MAIL_TEST_SOURCE choose another release, as they do for TestMail.
func TestAttacks(t *testing.T) {
	needTools(t)
	b := mailBuild(t)
	answers := loadAnswers(t, b)
	var fixes []string
	for id, a := range answers {
		tried := slices.ContainsFunc(attacks, func(a attack) bool { return a.advisory == id })
		if _, excused := untried[id]; tried == excused {
			t.Errorf("advisory %s: tried by an attack: %t, excused from it: %t, want one of both", id, tried, excused)
		}
		if a.Status == release.Fixed && !slices.Contains(fixes, a.Patch) {
			fixes = append(fixes, a.Patch)
		}
	}
	slices.Sort(fixes)
	t.Logf("sendmail %s; the control is without %q", b.version, fixes)
	programs := []program{{"series", newVictim(t, b), []release.Status{release.Affected}}}
	if len(fixes) > 0 {
		control := newVictim(t, withoutPatches(t, b, fixes))
		programs = append(programs, program{"control", control, []release.Status{release.Affected, release.Fixed}})
	}
	for _, a := range attacks {
		t.Run(a.advisory+"/"+a.name, func(t *testing.T) {
			answer, known := answers[a.advisory]
			if !known {
				t.Fatal("no advisory has this id")
			}
			a.try(t, programs, answer.Status)
		})
	}
}

// try tries an attack on all programs.
func (a attack) try(t *testing.T, programs []program, status release.Status) {
	if a.beyond && status != release.Fixed {
		t.Skip("upstream's own answer to the advisory leaves this open")
	}
	for _, p := range programs {
		want := a.fails
		if slices.Contains(p.open, status) {
			want = a.works
		}
		t.Run(p.name, func(t *testing.T) {
			if got := a.run(t, p.victim, a.settings); got != want {
				t.Errorf("%s, want %s: advisories.toml says %s", got, want, status)
			}
		})
	}
	if status != release.Fixed {
		return
	}
	for _, r := range a.relaxed {
		t.Run("series with "+r.features, func(t *testing.T) {
			if got := a.run(t, programs[0].victim, a.settings+serverFeatures(r.features)); got != r.want {
				t.Errorf("%s, want %s", got, r.want)
			}
		})
	}
}

// program is one that all attacks are tried on.
type program struct {
	name   string
	victim *victim
	open   []release.Status // of the advisories whose attacks work on it
}

// attack is one way to do what an advisory warns of.
type attack struct {
	advisory, name string
	settings       string // beyond testdata/mail.mc
	run            func(t *testing.T, v *victim, settings string) outcome
	works, fails   outcome
	beyond         bool      // a patch of this project answers it, and upstream's own answer to the advisory does not
	relaxed        []relaxed // what the patch's header promises to those who switch it off
}

type relaxed struct {
	features string
	want     outcome
}

// outcome is what an attack has led to.
type outcome string

const (
	refused  outcome = "the message is refused"
	taken    outcome = "the message is taken as one"
	cut      outcome = "the message is cut, and the part that forges another refused"
	smuggled outcome = "a forged message comes out of another"

	obeyed  outcome = "the lines are obeyed"
	hungUp  outcome = "the connection is closed"
	ignored outcome = "the lines are not obeyed"

	inClear   outcome = "the message is sent in clear"
	encrypted outcome = "the message is sent encrypted"

	trusted   outcome = "a revoked certificate is trusted"
	untrusted outcome = "a revoked certificate is not trusted"

	bareSent   outcome = "a bare CR is sent"
	noBareSent outcome = "no bare CR is sent"

	believed   outcome = "a certificate's name is cut at a NUL and believed"
	unbelieved outcome = "a certificate's name with a NUL is not believed"

	relays  outcome = "mail from anywhere to anywhere is taken"
	noRelay outcome = "mail from anywhere to anywhere is refused"

	inherits        outcome = "a program finds files of the daemon open"
	inheritsNothing outcome = "a program finds no files of the daemon open"

	overflows outcome = "it writes beyond the buffer"
	bounded   outcome = "it stays in the buffer"
)

const (
	stuffingID  = "sendmail-8.18.1-transaction-stuffing"
	sevenBitsID = "sendmail-7bit-smuggling"
)

var attacks = slices.Concat(smugglings, []attack{
	{
		advisory: "CVE-2021-3618", name: "first inside TLS",
		run: browserInTLS(""), works: obeyed, fails: hungUp, relaxed: []relaxed{{"H", hungUp}},
	},
	{
		advisory: "CVE-2021-3618", name: "second inside TLS",
		run: browserInTLS("EHLO client.test"), works: obeyed, fails: hungUp, beyond: true, relaxed: []relaxed{{"H", obeyed}},
	},
	{
		advisory: "CVE-2021-3618", name: "second in clear",
		run: browserInClear, works: obeyed, fails: hungUp, beyond: true, relaxed: []relaxed{{"H", obeyed}},
	},
	{advisory: "CVE-2021-3618", name: "dialogue of AUTH", run: dialogue, works: obeyed, fails: obeyed},
	{
		advisory: stuffingID, name: "from EHLO on",
		run: stuff(stuffing{hello: "EHLO client.test"}), works: taken, fails: refused, relaxed: []relaxed{{"F", taken}},
	},
	{
		advisory: stuffingID, name: "from HELO on",
		run: stuff(stuffing{hello: "HELO client.test"}), works: taken, fails: refused, relaxed: []relaxed{{"F", taken}},
	},
	{
		advisory: stuffingID, name: "from MAIL on",
		run: stuff(stuffing{hello: "EHLO client.test", greeted: true}), works: taken, fails: refused, relaxed: []relaxed{{"F", taken}},
	},
	{
		advisory: stuffingID, name: "inside TLS",
		run: stuff(stuffing{hello: "EHLO client.test", tls: true}), works: taken, fails: refused, relaxed: []relaxed{{"F", taken}},
	},
	{
		advisory: stuffingID, name: "lawful pipelining",
		run: stuff(stuffing{hello: "EHLO client.test", greeted: true, lawful: true}), works: taken, fails: taken,
	},
	// A byte of 8 bits loses one where the message is said to have 7, and is then a CR, LF or NUL that no server before took for one.
	{
		advisory: sevenBitsID, name: "BODY=7BIT",
		run: smuggle(smuggling{end: "\x8d\x8a.\x8d\x8a", body: "BODY=7BIT", bytes: true}), works: smuggled, fails: taken,
		relaxed: []relaxed{{"O", smuggled}},
	},
	{
		advisory: sevenBitsID, name: "BODY=7BIT after CR",
		run: smuggle(smuggling{end: "\r\x8a.\r\x8a", body: "BODY=7BIT", bytes: true}), works: smuggled, fails: refused,
		relaxed: []relaxed{{"O", smuggled}},
	},
	{
		advisory: sevenBitsID, name: "SevenBitInput", settings: "define(`confSEVEN_BIT_INPUT', `True')\n",
		run: smuggle(smuggling{end: "\x8d\x8a.\x8d\x8a", bytes: true}), works: smuggled, fails: taken,
	},
	{
		advisory: "sendmail-nul-bytes", name: "RejectNUL", settings: "define(`confREJECT_NUL', `True')\n",
		run: deliverText("", "one\x00two"), works: taken, fails: refused,
	},
	{
		advisory: "sendmail-nul-bytes", name: "RejectNUL and BODY=7BIT", settings: "define(`confREJECT_NUL', `True')\n",
		run: deliverText("BODY=7BIT", "one\x80two"), works: taken, fails: refused,
	},
	{advisory: "sendmail-8.16.1-session-reuse", name: "next connection", run: reuseSession, works: inClear, fails: encrypted},
	{advisory: "sendmail-bare-cr-sent", name: "text", run: bareCR("one\rtwo"), works: bareSent, fails: noBareSent},
	{advisory: "sendmail-bare-cr-sent", name: "text with 8 bits", run: bareCR("one\rtw\xf6"), works: bareSent, fails: noBareSent},
	{advisory: "sendmail-8.16.1-crl-pointer", name: "good list", run: revoked("tls/revoked.pem"), works: untrusted, fails: untrusted},
	{advisory: "sendmail-8.16.1-crl-pointer", name: "no list", run: revoked("tls/missing.pem"), works: trusted, fails: untrusted},
	{advisory: "sendmail-8.16.1-crl-pointer", name: "unusable list", run: revoked("tls/key.pem"), works: trusted, fails: untrusted},
	{advisory: "sendmail-8.17.1-sa-data", name: "long sa_data", run: printLongAddress, works: overflows, fails: bounded},
	{advisory: "CVE-2009-4565", name: "name with NUL", run: pretend, works: believed, fails: unbelieved},
	{advisory: "CVE-2014-3956", name: "delivery to a program", run: inherit, works: inherits, fails: inheritsNothing},
	{advisory: "CVE-2011-0411", name: "behind STARTTLS", run: inject, works: obeyed, fails: ignored},
	{advisory: "CVE-2003-0285", name: "packaged configuration", run: relay, works: relays, fails: noRelay},
})

// untried are advisories that no attack here can tell anything about, and why.
var untried = map[string]string{
	"CVE-2014-3566":               "the OpenSSL here has no SSL 3.0",
	"CVE-2015-4000":               "the certificate here goes without Diffie-Hellman parameters; patches/README.md has handshakes with them",
	"CVE-2022-31256":              "a script of another package",
	"sendmail-8.15.2-libmilter":   "it is about programs that are not packaged",
	"sendmail-8.17.2-dane-setup":  "the programs here are built without DANE",
	"sendmail-8.18.2-milter-rcpt": "whether anything can be seen depends on the compiler",
}

// serverFeatures has the ruleset srv_features answer with these for all clients.
func serverFeatures(features string) string {
	return "LOCAL_SRV_FEATURES\nR$*\t$# " + features + "\n"
}

// victim is a program, and where it runs.
type victim struct {
	build   build
	site    *site
	t       *testing.T // that all attacks are a part of
	daemons map[string]*daemon
}

func newVictim(t *testing.T, b build) *victim {
	t.Helper()
	return &victim{build: b, site: b.install(t), t: t, daemons: make(map[string]*daemon)}
}

// daemon is one with these settings. It is started once for all attacks.
func (v *victim) daemon(settings string) *daemon {
	v.t.Helper()
	if v.daemons[settings] == nil {
		v.daemons[settings] = v.site.start(v.t, "A", settings)
	}
	return v.daemons[settings]
}

// withoutPatches builds what b is, from the same source, with some of the patches left out of the series.
func withoutPatches(t *testing.T, b build, names []string) build {
	t.Helper()
	control := prepareBuild(t)
	dir := filepath.Join(control.checkout.dir, "patches", b.version)
	list, err := os.ReadFile(filepath.Join(dir, "series"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(list), "\n")
	for _, name := range names {
		if !slices.Contains(lines, name) {
			t.Fatalf("the series has no %s", name)
		}
		lines = slices.DeleteFunc(lines, func(line string) bool { return line == name })
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "series"), []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	env := []string{
		"SENDMAIL_RELEASE=" + b.version, "SENDMAIL_TARGET=host",
		"SENDMAIL_SOURCE=" + filepath.Join(b.checkout.dir, filepath.Dir(b.path), "pristine"),
	}
	control.checkout.run(env, "patches:refresh") // the others now stand at other lines
	control.make(t, env, "package")
	return control
}

// loadAnswers are what the release that was built says to advisories, by their ids.
func loadAnswers(t *testing.T, b build) map[string]release.Answer {
	t.Helper()
	patches := filepath.Join(b.checkout.dir, "patches")
	known, err := release.Advisories(patches)
	if err != nil {
		t.Fatal(err)
	}
	r, err := release.Load(patches, b.version)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := r.Answers(known, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	byID := make(map[string]release.Answer)
	for _, a := range answers {
		byID[a.Advisory.ID] = a
	}
	return byID
}
