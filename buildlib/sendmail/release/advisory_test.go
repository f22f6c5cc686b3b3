package release

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

const knownList = `[[advisory]]
id = "CVE-2023-51765"
title = "line ends"
published = 2023-12-18
fixed = "8.18.1"
reference = "https://example.org/"

[[advisory]]
id = "sendmail-nul"
title = "NUL bytes"
published = 2024-04-30
reference = "a list"
`

const answerList = `[[advisory]]
id = "sendmail-nul"
status = "affected"
reason = "there is no option"
evidence = "sendmail/collect.c:306"
reviewed = 2026-11-22

[[advisory]]
id = "CVE-2023-51765"
status = "fixed"
patch = "0012-crlf.patch"
evidence = "sendmail/collect.c:438-440 and 502"
reviewed = 2026-11-22
`

// answering is a release with these answers, and the advisories that it has to answer.
func answering(t *testing.T, known, answers string) (*Release, string) {
	t.Helper()
	patches := put(t, "8.15.2", good)
	for name, text := range map[string]string{advisoriesName: known, filepath.Join("8.15.2", advisoriesName): answers} {
		if err := os.WriteFile(filepath.Join(patches, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Load(patches, "8.15.2")
	if err != nil {
		t.Fatal(err)
	}
	return r, patches
}

var today = time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)

// The answers come in the order of what is known, whatever the order of the file.
func TestAnswers(t *testing.T) {
	t.Parallel()
	r, patches := answering(t, knownList, answerList)
	known, err := Advisories(patches)
	if err != nil {
		t.Fatal(err)
	}
	date := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	if diff := cmp.Diff([]Advisory{
		{ID: "CVE-2023-51765", Title: "line ends", Published: date(2023, 12, 18), Fixed: "8.18.1", Reference: "https://example.org/"},
		{ID: "sendmail-nul", Title: "NUL bytes", Published: date(2024, 4, 30), Reference: "a list"},
	}, known); diff != "" {
		t.Errorf("Advisories() (-want +got):\n%s", diff)
	}
	answers, err := r.Answers(known, today)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Answer{
		{
			Advisory: &known[0], ID: "CVE-2023-51765", Status: Fixed, Patch: "0012-crlf.patch", Evidence: "sendmail/collect.c:438-440 and 502",
			Reviewed: date(2026, 11, 22),
		},
		{
			Advisory: &known[1], ID: "sendmail-nul", Status: Affected, Reason: "there is no option", Evidence: "sendmail/collect.c:306",
			Reviewed: date(2026, 11, 22),
		},
	}, answers); diff != "" {
		t.Errorf("Answers() (-want +got):\n%s", diff)
	}
}

func TestAdvisoriesRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, old, new, want string }{
		{"unknown key", "title =", "titel =", `did you mean "advisory.title"?`},
		{"id", "CVE-2023-51765", "line ends", "neither a CVE number"},
		{"twice", "sendmail-nul", "CVE-2023-51765", "it is there twice"},
		{"title", `"line ends"`, `""`, "title is not one line"},
		{"published", "published = 2023-12-18", "", "published is missing"},
		{"fixed", "8.18.1", "never", `fixed "never" is not a release`},
		{"reference", `"a list"`, `""`, "reference is missing"},
		{"empty", knownList, "", "no advisory is in it"},
	} {
		_, patches := answering(t, strings.Replace(knownList, test.old, test.new, 1), answerList)
		if _, err := Advisories(patches); fault.Code(err) != "advisories-invalid" || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Advisories() = %v, want advisories-invalid with %q", test.name, err, test.want)
		}
	}
	if _, err := Advisories(t.TempDir()); fault.Code(err) != "advisories-missing" {
		t.Errorf("Advisories(nothing there) = %v, want advisories-missing", err)
	}
}

func TestAnswersRefuses(t *testing.T) {
	t.Parallel()
	const second = `
[[advisory]]
id = "CVE-2023-51765"
status = "not-affected"
evidence = "none"
reviewed = 2026-11-22
`
	for _, test := range []struct{ name, old, new, code, want string }{
		{"unknown key", "reason =", "reasons =", "advisories-invalid", `did you mean "advisory.reason"?`},
		{"unknown id", "sendmail-nul", "sendmail-nil", "advisory-unanswered", "did you mean sendmail-nul?"},
		{"unanswered", answerList, "", "advisory-unanswered", "has no entry for CVE-2023-51765"},
		{"twice", answerList, answerList + second, "advisory-twice", "take one of the two out"},
		{"status", `"fixed"`, `"mended"`, "advisory-incomplete", `status "mended"`},
		{"fixed without a patch", `patch = "0012-crlf.patch"`, "", "advisory-incomplete", "fixed, and no patch"},
		{"patch without fixed", `reason = "there is no option"`, `patch = "x"`, "advisory-incomplete", `status "affected", and patch "x"`},
		{"affected without a reason", `"there is no option"`, `" "`, "advisory-incomplete", "affected, and no reason"},
		{"reason without affected", `"affected"`, `"not-affected"`, "advisory-incomplete", `status "not-affected", and a reason`},
		{"not-affected without a justification", "status = \"affected\"\nreason = \"there is no option\"", `status = "not-affected"`, "advisory-incomplete", `not-affected, and justification ""`},
		{"a justification of no standard", "status = \"affected\"\nreason = \"there is no option\"", "status = \"not-affected\"\njustification = \"old\"", "advisory-incomplete", `justification "old"`},
		{"not-affected without a line", "status = \"affected\"\nreason = \"there is no option\"\nevidence = \"sendmail/collect.c:306\"", "status = \"not-affected\"\njustification = \"component_not_present\"\nevidence = \"sendmail/collect.c\"", "advisory-incomplete", "no line of the source"},
		{"a justification of what is affected", `status = "affected"`, "status = \"affected\"\njustification = \"component_not_present\"", "advisory-incomplete", `status "affected", and a justification`},
		{"evidence", `"sendmail/collect.c:306"`, `""`, "advisory-incomplete", "no evidence"},
		{"no date", "reviewed = 2026-11-22", "", "advisory-incomplete", "no reviewed"},
		{"tomorrow", "2026-11-22", "2026-11-23", "advisory-date", "reviewed 2026-11-23, which is still to come"},
		{"before the release", "2026-11-22", "2015-07-02", "advisory-date", "before the release of 2015-07-03"},
		{"control characters", `"affected"`, `"\u001b[2J"`, "advisory-incomplete", `\x1b[2J`},
	} {
		r, patches := answering(t, knownList, strings.Replace(answerList, test.old, test.new, 1))
		known, err := Advisories(patches)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Answers(known, today); fault.Code(err) != test.code || !strings.Contains(err.Error(), test.want) ||
			strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: Answers() = %v, want %s with %q", test.name, err, test.code, test.want)
		}
	}
}

// Each release of this checkout answers all that is known.
func TestOurAdvisories(t *testing.T) {
	t.Parallel()
	known, err := Advisories(ours)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := List(ours)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs {
		answers, err := r.Answers(known, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
		if err != nil || len(answers) != len(known) {
			t.Errorf("%s: %d answers to %d advisories, %v", r.Version, len(answers), len(known), err)
		}
	}
}

func TestCitations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		evidence string
		want     []Citation
	}{
		{"", nil},
		{"a script of that package only; upstream has no such file", nil},
		{"sendmail/mci.c: mci_close() keeps flags", []Citation{{"sendmail/mci.c", 0}}},
		{"sendmail/collect.c:438-440 and 502: LF", []Citation{{"sendmail/collect.c", 502}}},
		{"sendmail/collect.c:384 and 516-623, sendmail/srvrsmtp.c:1146: only", []Citation{{"sendmail/collect.c", 623}, {"sendmail/srvrsmtp.c", 1146}}},
		{"sendmail/tls.c:782-800, load_crlfile() (cf/m4/proto.m4:3)", []Citation{{"sendmail/tls.c", 800}, {"cf/m4/proto.m4", 3}}},
		{"RELEASE_NOTES:343, and RELEASE_NOTES of 8.18.1", []Citation{{"RELEASE_NOTES", 343}}},
		{"relaying is denied by cf/m4/proto.m4.", []Citation{{"cf/m4/proto.m4", 0}}},
		{"CR/LF", []Citation{{"CR/LF", 0}}},
		{"sendmail/tls.c:0 and x:99999999999999999999", []Citation{{"sendmail/tls.c", math.MaxInt}, {"x", math.MaxInt}}},
	} {
		a := Answer{Evidence: test.evidence}
		if diff := cmp.Diff(test.want, a.Citations()); diff != "" {
			t.Errorf("Citations(%q) (-want +got):\n%s", test.evidence, diff)
		}
	}
}

func FuzzAdvisories(f *testing.F) {
	f.Add([]byte(knownList))
	f.Add([]byte(answerList))
	f.Fuzz(func(t *testing.T, text []byte) {
		if known, err := parseAdvisories(text); err == nil && len(known) == 0 {
			t.Error("parseAdvisories() = nothing, want an advisory or an error")
		}
		entries, err := parseAnswers(text)
		if err != nil {
			return
		}
		for _, e := range entries {
			a := Answer{Evidence: e.Evidence}
			for _, c := range a.Citations() {
				if c.File == "" || c.Line < 0 || !strings.Contains(e.Evidence, c.File) {
					t.Errorf("Citations(%q) has %+v", e.Evidence, c)
				}
			}
		}
	})
}
