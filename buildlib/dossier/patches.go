package dossier

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// patches tells of the patches that the image was made with, and what its release answers to advisories. What the texts say is the checkout's
// word; where those are not the ones that the record has, the verdict says so.
func (g *gatherer) patches() error {
	if g.Release == "" {
		g.verdict("patches", NotRun, "which ones the image was made with is not known")
		g.verdict("advisories", NotRun, "the release of the image is not known")
		return nil
	}
	r, err := release.Load(g.checkout.Path("patches"), g.Release)
	var s *patchset.Series
	if err == nil {
		s, err = patchset.Load(r.Dir)
	}
	if fault.Code(err) != "" || errors.Is(err, fs.ErrNotExist) {
		g.note("this checkout does not have the release %s as it should be: %s", g.Release, firstLine(err))
		s, err = new(patchset.Series), nil
	}
	if err != nil {
		return err
	}
	recorded := make(map[string]string)
	dir := "patches/" + g.Release + "/"
	if g.record != nil {
		for name, sum := range g.record.Inputs {
			if file, ok := strings.CutPrefix(name, dir); ok {
				recorded[file] = sum
			}
		}
	}
	other := 0
	for _, p := range s.Patches {
		sum := sha256.Sum256(p.Text)
		e := Patch{Name: strings.TrimSuffix(p.Name, ".patch"), Kind: p.Kind(), Subject: p.Header.Subject, Resolves: slices.Concat(p.Header.CVE, p.Header.Bug), State: "same"}
		e.Upstream = firstLine(p.Header.Upstream())
		switch was, there := recorded[p.Name]; {
		case g.record == nil:
		case !there:
			e.State = "new"
		case was != hex.EncodeToString(sum[:]):
			e.State = "other"
		}
		if e.State != "same" {
			other++
		}
		g.Patches = append(g.Patches, e)
		delete(recorded, p.Name)
	}
	for _, gone := range ingredients("", recorded) {
		g.Patches = append(g.Patches, Patch{Name: strings.TrimSuffix(path.Base(gone.Name), ".patch"), State: "gone"})
		other++
	}
	slices.SortFunc(g.Patches, func(a, b Patch) int { return strings.Compare(a.Name, b.Name) })
	switch {
	case g.record == nil && g.Image != nil:
		g.verdict("patches", NotRun, "which ones the image was made with is not known; the checkout has these")
	case g.record == nil:
		g.verdict("patches", NotRun, count(len(g.Patches), "patch", "patches")+" in the series of this release")
	case other > 0:
		g.verdict("patches", Open, fmt.Sprintf("%s in the series, %d of them not as they were when the image was made", count(len(g.Patches), "patch", "patches"), other))
	default:
		g.verdict("patches", Good, count(len(g.Patches), "patch", "patches")+", all applied exactly")
	}
	if r != nil {
		g.advisories(r)
	}
	return nil
}

// advisories takes the answers of the release.
func (g *gatherer) advisories(r *release.Release) {
	known, err := release.Advisories(g.checkout.Path("patches"))
	if err != nil {
		g.verdict("advisories", NotRun, firstLine(err))
		return
	}
	answers, problems := r.Answers(known, time.Now().UTC())
	number := make(map[release.Status]int)
	for _, a := range answers {
		number[a.Status]++
		g.Advisories = append(g.Advisories, Advisory{
			ID: a.Advisory.ID, Title: a.Advisory.Title, Status: a.Status, Patch: strings.TrimSuffix(a.Patch, ".patch"), Reason: a.Reason, Evidence: a.Evidence,
			Reference: a.Advisory.Reference, Reviewed: a.Reviewed.Format(time.DateOnly),
		})
	}
	text := fmt.Sprintf("%d known: %d fixed by a patch, %d not in this release, %d open", len(known), number[release.Fixed], number[release.NotAffected], number[release.Affected])
	switch {
	case problems != nil:
		g.verdict("advisories", Bad, text+"; check:advisories finds fault with the answers", firstLine(problems))
	case number[release.Affected] > 0:
		g.verdict("advisories", Open, text)
	default:
		g.verdict("advisories", Good, text)
	}
}

func firstLine(of any) string {
	line, _, _ := strings.Cut(fmt.Sprint(of), "\n")
	return line
}
