package release

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tomlfile"
)

// Advisory is a known fault in sendmail's security. Each release has to answer it.
type Advisory struct {
	ID        string    `toml:"id"`        // the CVE number, or a name that begins with "sendmail-"
	Title     string    `toml:"title"`     // what goes wrong, in one line
	Published time.Time `toml:"published"` // the day on which it became public, midnight UTC
	Fixed     string    `toml:"fixed"`     // upstream's first release without it, or "" when there is none
	Reference string    `toml:"reference"` // where it is described
}

// IsCVE reports whether the advisory goes by a CVE number: then a patch names it in its field CVE, and else in Bug.
func (a *Advisory) IsCVE() bool { return strings.HasPrefix(a.ID, "CVE-") }

// Status is what an advisory means for a release with its series of patches.
type Status string

const (
	// Affected is a release that has the fault, and keeps it for a reason.
	Affected Status = "affected"
	// NotAffected is a release that does not have the fault as it was published.
	NotAffected Status = "not-affected"
	// Fixed is a release that a patch of its series rids of the fault.
	Fixed Status = "fixed"
)

// Justification is why a release is not affected, in the words of OpenVEX. It is stated for each answer by whoever has read the code, and
// never filled in.
type Justification string

// The justifications that OpenVEX has.
const (
	ComponentAbsent Justification = "component_not_present"                             // what has the fault is another program or file
	CodeAbsent      Justification = "vulnerable_code_not_present"                       // the release's code is not the one with the fault
	CodeUnreached   Justification = "vulnerable_code_not_in_execute_path"               // it is there, and does not run
	CodeBeyondReach Justification = "vulnerable_code_cannot_be_controlled_by_adversary" // it runs, and not by what others send
	Mitigated       Justification = "inline_mitigations_already_exist"                  // what always runs before it keeps the fault from harm
)

var justifications = []Justification{ComponentAbsent, CodeAbsent, CodeUnreached, CodeBeyondReach, Mitigated}

// Answer is what a release says to an advisory.
type Answer struct {
	Advisory *Advisory `toml:"-"`
	ID       string    `toml:"id"` // of the advisory
	Status   Status    `toml:"status"`
	Patch    string    `toml:"patch"`  // of the series; only with Fixed
	Reason   string    `toml:"reason"` // why it stays so, and what an administrator can do; only with Affected
	// Justification is there with NotAffected only.
	Justification Justification `toml:"justification"`
	Evidence      string        `toml:"evidence"` // what shows it: places in the release as it was published, and what was seen
	Reviewed      time.Time     `toml:"reviewed"`
}

const advisoriesName = "advisories.toml"

// Advisories reads the list of what is known, below patchesDir.
func Advisories(patchesDir string) ([]Advisory, error) {
	where := filepath.Join(patchesDir, advisoriesName)
	text, err := regular.Read(where, maxFile)
	if err != nil {
		return nil, &fault.Error{
			Code: "advisories-missing", What: "there is no list of advisories", Where: where, Err: err,
			Do: "run this in the top directory of a checkout of sendmail-aix",
		}
	}
	known, err := parseAdvisories(text)
	if err != nil {
		return nil, &fault.Error{
			Code: "advisories-invalid", What: "the list of advisories cannot be read", Where: where, Err: err,
			Do: "give each [[advisory]] id, title, published and reference; fixed too, when a release of upstream is without it",
		}
	}
	return known, nil
}

var advisoryForm = regexp.MustCompile(`^(CVE-[0-9]{4}-[0-9]{4,}|sendmail-[a-z0-9][a-z0-9.-]*)$`)

func parseAdvisories(text []byte) ([]Advisory, error) {
	var d struct {
		Advisory []Advisory `toml:"advisory"`
	}
	if err := tomlfile.Decode(text, &d); err != nil {
		return nil, err
	}
	var errs []error
	for i := range d.Advisory {
		a := &d.Advisory[i]
		need := func(ok bool, format string, args ...any) {
			if !ok {
				errs = append(errs, fmt.Errorf("advisory %d, %q: %s", i+1, a.ID, fmt.Sprintf(format, args...)))
			}
		}
		need(advisoryForm.MatchString(a.ID), "the id is neither a CVE number nor a name that begins with sendmail-")
		need(!slices.ContainsFunc(d.Advisory[:i], func(k Advisory) bool { return k.ID == a.ID }), "it is there twice")
		need(a.Title != "" && !strings.Contains(a.Title, "\n"), "title is not one line")
		need(!a.Published.IsZero(), "published is missing: a day, as 2023-12-24")
		need(a.Fixed == "" || versionForm.MatchString(a.Fixed), "fixed %q is not a release", a.Fixed)
		need(a.Reference != "", "reference is missing")
		a.Published = day(a.Published)
	}
	if len(d.Advisory) == 0 {
		errs = append(errs, errors.New("no advisory is in it"))
	}
	return d.Advisory, errors.Join(errs...)
}

// day is a date without time and zone: TOML's dates come in the machine's own zone.
func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Answers reads what the release says to each known advisory, in the order of known. Every answer that is missing or wrong is
// reported, each by a fault of its own; today is the day after which nothing can have been reviewed.
func (r *Release) Answers(known []Advisory, today time.Time) ([]Answer, error) {
	where := filepath.Join(r.Dir, advisoriesName)
	text, err := regular.Read(where, maxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &fault.Error{Code: "advisories-invalid", What: "the answers to advisories cannot be read", Where: where, Err: err, Do: "restore the file from git"}
	}
	entries, err := parseAnswers(text)
	if err != nil {
		return nil, &fault.Error{
			Code: "advisories-invalid", What: "what sendmail " + r.Version + " says to advisories cannot be read", Where: where, Err: err,
			Do: "give each [[advisory]] id, status, evidence and reviewed; patch when it is fixed, reason when it is affected, justification when it is not",
		}
	}
	var (
		answers []Answer
		errs    []error
	)
	for i := range known {
		a := &known[i]
		n := slices.IndexFunc(entries, func(e Answer) bool { return e.ID == a.ID })
		if n < 0 || entries[n] == (Answer{ID: a.ID}) {
			f := &fault.Error{
				Code: "advisory-unanswered", What: fmt.Sprintf("advisories.toml of sendmail %s has no entry for %s", r.Version, a.ID), Where: where, Found: a.Title,
				Do: "read the release's code and add an [[advisory]] with this id: status affected, not-affected or fixed, and the evidence",
			}
			if n >= 0 {
				f.What = fmt.Sprintf("advisories.toml of sendmail %s leaves %s open", r.Version, a.ID)
				f.Do = "read the release's code and give the entry its status, affected, not-affected or fixed, the evidence, and the day in reviewed"
			}
			errs = append(errs, f)
			continue
		}
		e := entries[n]
		errs = append(errs, r.judge(&e, where, today))
		e.Advisory, e.Reviewed = a, day(e.Reviewed)
		answers = append(answers, e)
	}
	for i, e := range entries {
		if slices.ContainsFunc(entries[:i], func(o Answer) bool { return o.ID == e.ID }) {
			errs = append(errs, &fault.Error{
				Code: "advisory-twice", What: fmt.Sprintf("sendmail %s answers %s twice", r.Version, e.ID), Where: where, Do: "take one of the two out",
			})
		} else if !slices.ContainsFunc(known, func(a Advisory) bool { return a.ID == e.ID }) {
			errs = append(errs, r.unknown(e.ID, where, known))
		}
	}
	return answers, errors.Join(errs...)
}

// words lists them with commas.
func words[S ~string](list []S) string {
	var all []string
	for _, s := range list {
		all = append(all, string(s))
	}
	return strings.Join(all, ", ")
}

func parseAnswers(text []byte) ([]Answer, error) {
	var d struct {
		Advisory []Answer `toml:"advisory"`
	}
	err := tomlfile.Decode(text, &d)
	return d.Advisory, err
}

func (r *Release) unknown(id, where string, known []Advisory) error {
	f := &fault.Error{
		Code: "advisory-unknown", What: fmt.Sprintf("advisories.toml of sendmail %s answers %s, which is not in patches/advisories.toml", r.Version, strconv.Quote(id)), Where: where,
		Do: fmt.Sprintf("add it to %s, and to each other release; or take it out", filepath.Join(filepath.Dir(r.Dir), advisoriesName)),
	}
	ids := make([]string, len(known))
	for i, a := range known {
		ids[i] = a.ID
	}
	if near := fault.Nearest(id, ids); near != "" {
		f.Do = fmt.Sprintf("did you mean %s? Else %s", near, f.Do)
	}
	return f
}

// judge tells all that is wrong with one answer by itself.
func (r *Release) judge(e *Answer, where string, today time.Time) error {
	var errs []error
	need := func(ok bool, code, found, do string) {
		if !ok {
			errs = append(errs, &fault.Error{
				Code: code, What: fmt.Sprintf("advisories.toml of sendmail %s has an invalid entry for %s", r.Version, e.ID), Where: where, Found: found, Do: do,
			})
		}
	}
	const incomplete = "advisory-incomplete"
	need(e.Status == Affected || e.Status == NotAffected || e.Status == Fixed, incomplete, fmt.Sprintf("status %q", e.Status),
		"write affected, not-affected or fixed")
	need(e.Status != Fixed || e.Patch != "", incomplete, "fixed, and no patch", "name the patch of the series that fixes it")
	need(e.Status == Fixed || e.Patch == "", incomplete, fmt.Sprintf("status %q, and patch %q", e.Status, e.Patch),
		"take the patch out, or write fixed")
	need(e.Status != Affected || strings.TrimSpace(e.Reason) != "", incomplete, "affected, and no reason",
		"say in reason why it stays so, and what an administrator can do")
	need(e.Status == Affected || e.Reason == "", incomplete, fmt.Sprintf("status %q, and a reason", e.Status),
		"move what it says to evidence")
	need(e.Status != NotAffected || slices.Contains(justifications, e.Justification), incomplete,
		fmt.Sprintf("not-affected, and justification %q", e.Justification),
		fmt.Sprintf("read the code, and write the one of these that it shows: %s", words(justifications)))
	need(e.Status != NotAffected || slices.ContainsFunc(e.Citations(), func(c Citation) bool { return c.Line > 0 }), incomplete,
		"not-affected, and no line of the source in evidence", "name the place in the release as published that shows it, as in sendmail/collect.c:438")
	need(e.Status == NotAffected || e.Justification == "", incomplete, fmt.Sprintf("status %q, and a justification", e.Status),
		"take it out: it is for what is not-affected")
	need(strings.TrimSpace(e.Evidence) != "", incomplete, "no evidence",
		"say what shows it: file:line in the release as published, what was seen")
	reviewed, published := day(e.Reviewed), day(r.Date)
	found := "reviewed " + reviewed.Format(time.DateOnly)
	switch {
	case e.Reviewed.IsZero():
		need(false, incomplete, "no reviewed", "give the day of the review, as 2026-11-22")
	case reviewed.After(today):
		need(false, "advisory-date", found+", which is still to come", "give the day on which the code was read")
	case reviewed.Before(published):
		need(false, "advisory-date", fmt.Sprintf("%s, before the release of %s", found, published.Format(time.DateOnly)),
			"read the code of this release, and give the day")
	}
	return errors.Join(errs...)
}
