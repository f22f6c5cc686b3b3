// Package evidence says for scanners and auditors what an image holds, what of it is known to be wrong, and how it was made: as
// CycloneDX, OpenVEX and SLSA provenance (docs/evidence.md). Each text is made of a build's record and of tracked files alone, so that it
// is the same for the same image.
package evidence

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// Project is where this project is, and begins the names of what is its own.
const Project = "https://github.com/sendmail-aix/sendmail-aix"

// Facts are what is known of an image.
type Facts struct {
	Record  *record.Record
	Release *release.Release
	Series  *patchset.Series
	Package string // as installp knows it
	Level   string
	Target  string // such as aix7.2-64
	// Programs are the paths of the programs and libraries among the installed files.
	Programs []string
	// Needs are what the machine must have, as packaging.Needs gives it.
	Needs []string
	Known []release.Advisory
	// Answers are the release's; an advisory without one is still to be looked into.
	Answers []release.Answer
}

// Places of an installation that a purl says: one form for all texts (docs/evidence.md). There is no type for installp.
func (f *Facts) purl() string {
	return "pkg:generic/sendmail-aix/" + f.Package + "@" + f.Level + "?target=" + url.QueryEscape(f.Target)
}

// upstream is the purl of sendmail as it was published.
func (f *Facts) upstream() string { return "pkg:generic/sendmail@" + f.Release.Version }

// cpe is the name that the National Vulnerability Database has for sendmail as it was published.
func (f *Facts) cpe() string {
	return "cpe:2.3:a:sendmail:sendmail:" + f.Release.Version + ":*:*:*:*:*:*:*"
}

// answer is what the release says to an advisory, nil when it says nothing yet.
func (f *Facts) answer(a *release.Advisory) *release.Answer {
	for i := range f.Answers {
		if f.Answers[i].ID == a.ID {
			return &f.Answers[i]
		}
	}
	return nil
}

// reference is where an advisory is described, if that is an address.
func reference(a *release.Advisory) string {
	if strings.HasPrefix(a.Reference, "https://") || strings.HasPrefix(a.Reference, "http://") {
		return a.Reference
	}
	return ""
}

// encode is a value as JSON for people as well.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}
