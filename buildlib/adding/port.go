package adding

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
)

// Ported is what became of a patch.
type Ported struct {
	Patch    string           `json:"patch"` // without .patch, as the release that it is of has it
	Of       string           `json:"of"`    // that release, or "spare"
	As       string           `json:"as,omitempty"`
	Outcome  Outcome          `json:"outcome"`
	Verdict  patchset.Verdict `json:"verdict"` // how it fits as it stands there
	Hunks    int              `json:"hunks"`
	Upstream string           `json:"upstream,omitempty"` // the release, not newer than this one, from which on upstream has it, by its header
	Found    []Place          `json:"found,omitempty"`    // where it does not fit as it stands

	vague bool // what it changes stands elsewhere, too
	tls   bool // it is about OpenSSL's calls
}

// Place is a place where a patch does not fit.
type Place struct {
	Where   string           `json:"where"`
	Verdict patchset.Verdict `json:"verdict"`
	Found   string           `json:"found"`
}

// Outcome is what a patch came to.
type Outcome string

// The outcomes there are.
const (
	Taken   Outcome = "taken"
	Moved   Outcome = "moved"    // taken, and written as this source needs it
	There   Outcome = "in there" // the source has all of it
	LeftOut Outcome = "left out"
)

// candidate is a patch that may fit.
type candidate struct {
	of    string
	patch *patchset.Patch
}

// port finds the patches that fit, each on top of those before it that do: those of the release that is the model, in its order, then what the others
// have besides, and upstream has not. Where a patch does not fit, one of another release about the same may.
func (a *adding) port(ctx context.Context) error {
	topics, byTopic, err := a.candidates()
	if err != nil {
		return err
	}
	for _, topic := range topics {
		var first *Ported
		for _, c := range byTopic[topic] {
			now := a.try(c)
			if first != nil && now.Upstream != "" { // it would be done twice
				continue
			}
			findings, err := (&patchset.Series{Dir: a.draft.Dir, Patches: append(slices.Clip(a.kept), c.patch)}).Judge(ctx, a.base)
			if err != nil {
				return err
			}
			now.judge(slices.DeleteFunc(findings, func(f patchset.Finding) bool { return f.Patch != c.patch.Name }))
			if first == nil || now.isTaken() {
				first = now
			}
			if now.isTaken() {
				patch := *c.patch
				patch.Name = fmt.Sprintf("%04d-%s", len(a.kept)+1, topic)
				now.As = strings.TrimSuffix(patch.Name, ".patch")
				a.kept = append(a.kept, &patch)
				break
			}
		}
		a.ported = append(a.ported, *first)
	}
	return nil
}

// candidates are all patches there are by their topics, in the order in which they are tried.
func (a *adding) candidates() (topics []string, byTopic map[string][]candidate, err error) {
	byTopic = make(map[string][]candidate)
	others := slices.DeleteFunc(slices.Clone(a.all), func(r *release.Release) bool { return r.Version == a.draft.From.Version })
	for _, r := range append([]*release.Release{a.draft.From}, append(others, &release.Release{Version: series.Spare, Dir: a.c.Path("patches", series.Spare)})...) {
		if _, err := os.Stat(r.Dir); r.Version == series.Spare && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		s, err := patchset.Load(r.Dir)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range s.Patches {
			topic := p.Name[len("0001-"):]
			if byTopic[topic] == nil {
				topics = append(topics, topic)
			}
			byTopic[topic] = append(byTopic[topic], candidate{r.Version, p})
		}
	}
	return topics, byTopic, nil
}

var upstreamForm = regexp.MustCompile(`^[0-9]+(\.[0-9]+)+`)

// try begins the account of a patch.
func (a *adding) try(c candidate) *Ported {
	p := &Ported{Patch: strings.TrimSuffix(c.patch.Name, ".patch"), Of: c.of, Hunks: c.patch.Hunks(), tls: slices.Contains(c.patch.Paths(), "sendmail/tls.c")}
	if since := upstreamForm.FindString(c.patch.Header.AppliedUpstream); since != "" && release.Compare(since, a.Version) <= 0 {
		p.Upstream = since
	}
	return p
}

func (p *Ported) isTaken() bool { return p.Outcome == Taken || p.Outcome == Moved }

// judge says what the patch comes to. One that fits but for the lines around it is left out: in another release they may mean another
// variable of the same use, and what fits does not compile.
func (p *Ported) judge(findings []patchset.Finding) {
	p.Verdict, p.Outcome = patchset.Worst(findings), LeftOut
	there := 0
	for _, f := range findings {
		if p.vague = p.vague || f.Others > 0; f.Verdict == patchset.Applied {
			there++
		}
		if f.Verdict != patchset.Stale { // then all that is wrong is the index line
			p.Found = append(p.Found, Place{f.Where(), f.Verdict, f.Found})
		}
	}
	switch {
	case p.Verdict == patchset.Clean, p.Verdict == patchset.Stale:
		p.Outcome = Taken
	case p.Verdict == patchset.Offset:
		p.Outcome = Moved
	case there == len(findings) && there >= p.Hunks:
		p.Outcome = There
	}
}
