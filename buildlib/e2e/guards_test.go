//go:build e2e

package e2e_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// guards are the tests of what patches guard, by the ids of the advisories that they answer. Each test names the document that says
// what it expects: mostly the header of the patch. They run on the patched program alone, and send it nothing that would do harm
// to a program without the patch.
var guards = map[string]func(t *testing.T, s *stand){
	"CVE-2023-51765":                       testLineEnds,
	"sendmail-7bit-line-ends":              testSevenBits,
	"sendmail-8.18.1-transaction-stuffing": testReplies,
	"sendmail-nul-bytes":                   testNUL,
	"sendmail-8.18.2-milter-rcpt":          testMilter,
	"CVE-2021-3618":                        testBrowsers,
	"sendmail-8.16.1-session-reuse":        testNextConnection,
	"sendmail-8.16.1-crl-pointer":          testRevocation,
	"sendmail-8.17.1-sa-data":              testLongAddress,
}

// TestGuards tests each guard that a patch adds to the release, on the program that TestMail tests: a series that loses a patch, or a
// patch that no longer does what its header says, fails. MAIL_TEST_RELEASE and MAIL_TEST_SOURCE choose another release, as they do there.
func TestGuards(t *testing.T) {
	needTools(t)
	b := mailBuild(t)
	t.Logf("sendmail %s", b.version)
	s := &stand{build: b, site: b.install(t), t: t, daemons: make(map[string]*daemon)}
	tested := 0
	for _, a := range answersOf(t, b.version) {
		test := guards[a.Advisory.ID]
		if a.Status != release.Fixed || test == nil { // TestGuardsComplete tells of one without a test
			continue
		}
		tested++
		t.Run(a.Advisory.ID, func(t *testing.T) { test(t, s) })
	}
	if tested == 0 {
		t.Error("no guard was tested")
	}
	t.Run("lawful mail", func(t *testing.T) { testLawfulMail(t, s) })
}

// TestGuardsComplete: each advisory that a patch of any release answers has a test, and each test an advisory.
func TestGuardsComplete(t *testing.T) {
	releases, err := release.List(patchesDir)
	if err != nil {
		t.Fatal(err)
	}
	var fixed []string
	for _, r := range releases {
		for _, a := range answersOf(t, r.Version) {
			if a.Status != release.Fixed {
				continue
			}
			fixed = append(fixed, a.Advisory.ID)
			if guards[a.Advisory.ID] == nil {
				t.Errorf("%s of %s answers %s, and guards has no test for that", a.Patch, r.Version, a.Advisory.ID)
			}
		}
	}
	for id := range guards {
		if !slices.Contains(fixed, id) {
			t.Errorf("guards has a test for %s, which no patch answers", id)
		}
	}
}

const patchesDir = "../../patches"

// answersOf are what a release says to advisories.
func answersOf(t *testing.T, version string) []release.Answer {
	t.Helper()
	known, err := release.Advisories(patchesDir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := release.Load(patchesDir, version)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := r.Answers(known, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

// stand is where the guards are tested: a program, and where it runs.
type stand struct {
	build   build
	site    *site
	t       *testing.T // that all tests of guards are a part of
	daemons map[string]*daemon
}

// daemon is one with these settings beyond testdata/mail.mc. It is started once for all tests.
func (s *stand) daemon(settings string) *daemon {
	s.t.Helper()
	if s.daemons[settings] == nil {
		s.daemons[settings] = s.site.start(s.t, "A", settings)
	}
	return s.daemons[settings]
}

// with is the daemon whose ruleset srv_features answers with these letters for all clients; none is the daemon as it is by itself.
func (s *stand) with(features string) *daemon {
	s.t.Helper()
	if features == "" {
		return s.daemon("")
	}
	return s.daemon("LOCAL_SRV_FEATURES\nR$*\t$# " + features + "\n")
}

// built is a path below the directory of the build.
func (s *stand) built(elements ...string) string {
	return filepath.Join(append([]string{filepath.Dir(s.build.image())}, elements...)...)
}
