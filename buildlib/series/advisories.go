package series

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/evidence"
)

// Answers is what the releases answer to the known advisories.
type Answers struct {
	Advisories int        `json:"advisories"` // known ones
	Releases   []Answered `json:"releases"`
	// Old are the answers that nobody has looked at for [fresh].
	Old []Old `json:"old"`
	// Changed is what the last image of a release says otherwise.
	Changed []Changed `json:"changed"`

	wrong bool // with some, and the errors say what: no sum of them is given
}

// Answered is what one release answers.
type Answered struct {
	Release string   `json:"release"`
	Source  bool     `json:"source"` // whether its source could be had, to look up line numbers in
	Answers []Answer `json:"answers"`
}

// Answer is what a release says to one advisory.
type Answer struct {
	Advisory string         `json:"advisory"`
	Status   release.Status `json:"status"`
	Patch    string         `json:"patch,omitempty"`  // that fixes it, without .patch
	Reason   string         `json:"reason,omitempty"` // why it stays affected, and what an administrator can do
	// Justification is why it is not affected, in OpenVEX's words.
	Justification release.Justification `json:"justification,omitempty"`
	Evidence      string                `json:"evidence,omitempty"`
	Reviewed      string                `json:"reviewed"` // the day
}

// fresh is how long a review counts as new: upstream and others learn of more.
const fresh = 90 * 24 * time.Hour

// Old is an answer that should be looked at again.
type Old struct {
	Release  string `json:"release"`
	Advisory string `json:"advisory"`
	Reviewed string `json:"reviewed"` // the day
}

// Changed is an answer that is not the one beside the last image.
type Changed struct {
	Release  string `json:"release"`
	Advisory string `json:"advisory"`
	Image    string `json:"image"` // its OpenVEX
	Was      string `json:"was"`   // "" when it said nothing
	Now      string `json:"now"`   // the same as Was when only words changed
}

// WriteText writes a table for each release, and a line that counts.
func (v *Answers) WriteText(out io.Writer) error {
	count := make(map[release.Status]int)
	total := 0
	var unseen []string
	for _, r := range v.Releases {
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "sendmail %s\tSTATUS\tPATCH\n", r.Release)
		for _, a := range r.Answers {
			count[a.Status]++
			fmt.Fprintf(w, "%s\t%s\t%s\n", a.Advisory, a.Status, cmp.Or(a.Patch, "-"))
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if total += len(r.Answers); !r.Source {
			unseen = append(unseen, r.Release)
		}
	}
	if v.wrong {
		return nil
	}
	_, err := fmt.Fprintf(out, "%d answers to %d advisories: %d fixed, %d not affected, %d affected\n",
		total, v.Advisories, count[release.Fixed], count[release.NotAffected], count[release.Affected])
	if len(unseen) > 0 {
		_, err = fmt.Fprintf(out, "no source to look up line numbers in: %s\n", strings.Join(unseen, ", "))
	}
	for i, o := range v.Old {
		if i == 0 {
			fmt.Fprintln(out, "reviewed more than 90 days ago:")
		}
		_, err = fmt.Fprintf(out, "  %s  %s  %s\n", o.Release, o.Advisory, o.Reviewed)
	}
	for i, c := range v.Changed {
		if i == 0 {
			fmt.Fprintln(out, "changed since the last image of the release:")
		}
		what := cmp.Or(c.Was, "nothing") + ", now " + c.Now
		if c.Was == c.Now {
			what = c.Now + ", in other words"
		}
		_, err = fmt.Fprintf(out, "  %s  %s: %s\n", c.Release, c.Advisory, fault.Line(what))
	}
	return err
}

// Advisories checks that each release answers each known advisory, that its answers and its patches agree, and that what the
// answers point at is there.
func Advisories(ctx context.Context, c *checkout.Checkout) (v *Answers, err error) {
	known, err := release.Advisories(c.Path("patches"))
	if err != nil {
		return nil, err
	}
	releases, err := release.List(c.Path("patches"))
	if err != nil {
		return nil, err
	}
	dir, remove, err := Scratch(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	var problems []error
	today := time.Now().UTC()
	v = &Answers{Advisories: len(known), Old: []Old{}, Changed: []Changed{}}
	for _, r := range releases {
		answers, had, err := checkAnswers(ctx, c, r, known, today, filepath.Join(dir, r.Version))
		if ctx.Err() != nil {
			return nil, context.Cause(ctx) // without one that ended well as if all had
		}
		problems = append(problems, err)
		answered := Answered{Release: r.Version, Source: had, Answers: []Answer{}}
		changed, err := sinceLastImage(c, r.Version, answers)
		problems = append(problems, err)
		v.Changed = append(v.Changed, changed...)
		for _, a := range answers {
			if day := a.Reviewed.Format(time.DateOnly); today.Sub(a.Reviewed) > fresh {
				v.Old = append(v.Old, Old{r.Version, a.Advisory.ID, day})
			}
			answered.Answers = append(answered.Answers, Answer{
				a.Advisory.ID, a.Status, strings.TrimSuffix(a.Patch, ".patch"), a.Reason, a.Justification, a.Evidence, a.Reviewed.Format(time.DateOnly),
			})
		}
		v.Releases = append(v.Releases, answered)
	}
	err = asFinding(errors.Join(problems...))
	v.wrong = err != nil
	return v, err
}

// sinceLastImage holds the answers of a release against what lies beside the image of it that was made last, for whatever target.
func sinceLastImage(c *checkout.Checkout, version string, answers []release.Answer) ([]Changed, error) {
	files, err := filepath.Glob(c.Path("build", version, "*", "*.openvex.json"))
	if err != nil {
		return nil, err
	}
	last, made := "", time.Time{}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.ModTime().After(made) {
			last, made = file, info.ModTime()
		}
	}
	if last == "" {
		return nil, nil
	}
	text, err := regular.Read(last, 64<<20)
	if err != nil {
		return nil, err
	}
	said, err := evidence.Said(text)
	if err != nil {
		return nil, &fault.Error{Code: "evidence-damaged", What: "cannot tell what the last image says of advisories", Where: c.Shown(last), Err: err, Do: `remove it; "mage package" makes it again`}
	}
	var changed []Changed
	for i := range answers {
		a := &answers[i]
		was, now := said[a.ID], evidence.Says(a)
		if was != now {
			changed = append(changed, Changed{version, a.ID, c.Shown(last), was.Status, now.Status})
		}
	}
	return changed, nil
}

// checkAnswers reads a release's answers, and joins all that is wrong with them. The source is unpacked in work where it can be had.
func checkAnswers(
	ctx context.Context, c *checkout.Checkout, r *release.Release, known []release.Advisory, today time.Time, work string,
) (answers []release.Answer, had bool, err error) {
	answers, problems := r.Answers(known, today)
	s, err := patchset.Load(r.Dir)
	if err != nil {
		return answers, false, errors.Join(problems, err)
	}
	problems = errors.Join(problems, agree(c, r, s, known, answers))
	had, err = pristine(ctx, c, r, work)
	if err != nil {
		return answers, had, errors.Join(problems, err)
	}
	if !had {
		work = ""
	}
	return answers, had, errors.Join(problems, lookUp(c, r, answers, work))
}

// answersFile is where a release's answers stand, as the user knows it.
func answersFile(c *checkout.Checkout, r *release.Release) string {
	return c.Shown(filepath.Join(r.Dir, "advisories.toml"))
}

// names reports whether a patch says in its header that it is about the advisory.
func names(patch *patchset.Patch, a *release.Advisory) bool {
	if a.IsCVE() {
		return slices.Contains(patch.Header.CVE, a.ID)
	}
	return slices.Contains(patch.Header.Bug, a.ID)
}

// agree compares what the answers say of patches with what the patches say of advisories.
func agree(c *checkout.Checkout, r *release.Release, s *patchset.Series, known []release.Advisory, answers []release.Answer) error {
	var problems []error
	for _, a := range answers {
		if a.Status != release.Fixed || a.Patch == "" {
			continue
		}
		field := "Bug"
		if a.Advisory.IsCVE() {
			field = "CVE"
		}
		n := slices.IndexFunc(s.Patches, func(patch *patchset.Patch) bool { return patch.Name == a.Patch })
		if n < 0 {
			f := &fault.Error{
				Code: "advisory-patch", What: fmt.Sprintf("%s is fixed by a patch that is not in the series of %s", a.Advisory.ID, r.Version),
				Where: answersFile(c, r), Found: a.Patch, Do: "name a patch of the series",
			}
			all := make([]string, len(s.Patches))
			for i, patch := range s.Patches {
				all[i] = patch.Name
			}
			if near := fault.Nearest(a.Patch, all); near != "" {
				f.Do = fmt.Sprintf("did you mean %s?", near)
			}
			problems = append(problems, f)
		} else if !names(s.Patches[n], a.Advisory) {
			problems = append(problems, &fault.Error{
				Code: "advisory-patch", What: fmt.Sprintf("the patch that fixes %s does not say so", a.Advisory.ID),
				Where: c.Shown(filepath.Join(s.Dir, a.Patch)), Do: fmt.Sprintf("add the line %q to its header", field+": "+a.Advisory.ID),
			})
		}
	}
	for _, patch := range s.Patches {
		for _, id := range unanswered(patch, known, answers) {
			problems = append(problems, &fault.Error{
				Code: "advisory-patch", What: fmt.Sprintf("a patch is about %s, and sendmail %s does not answer that it fixes it", id, r.Version),
				Where: c.Shown(filepath.Join(s.Dir, patch.Name)),
				Do:    fmt.Sprintf("answer %s in %s with status fixed and this patch, or take it out of the header", id, answersFile(c, r)),
			})
		}
	}
	return errors.Join(problems...)
}

// unanswered are the CVE numbers, and the advisories in the field Bug, that a patch names and no answer says to be fixed by it.
func unanswered(patch *patchset.Patch, known []release.Advisory, answers []release.Answer) []string {
	ids := slices.Clone(patch.Header.CVE)
	for _, id := range patch.Header.Bug {
		if slices.ContainsFunc(known, func(a release.Advisory) bool { return a.ID == id }) {
			ids = append(ids, id)
		}
	}
	return slices.DeleteFunc(ids, func(id string) bool {
		return slices.ContainsFunc(answers, func(a release.Answer) bool {
			return a.Advisory.ID == id && a.Status == release.Fixed && a.Patch == patch.Name
		})
	})
}

// lookUp looks for the files that evidence points at among those of the release, and for the lines in its source, a directory, unless
// that is "".
func lookUp(c *checkout.Checkout, r *release.Release, answers []release.Answer, source string) error {
	files, err := pristineFiles(r)
	if err != nil {
		return err
	}
	lines := make(map[string]int)
	var problems []error
	for _, a := range answers {
		problem := func(found, do string) {
			problems = append(problems, &fault.Error{
				Code: "advisory-evidence", What: fmt.Sprintf("the evidence about %s points at nothing", a.Advisory.ID),
				Where: answersFile(c, r), Found: found, Do: do,
			})
		}
		for _, c := range a.Citations() {
			if _, there := files[c.File]; !there {
				problem(fmt.Sprintf("no file %s in sendmail %s as published", c.File, r.Version),
					"correct the name; what is meant as words must not look like a path")
				continue
			}
			if source == "" {
				continue
			}
			n, counted := lines[c.File]
			if !counted {
				text, err := regular.Read(filepath.Join(source, filepath.FromSlash(c.File)), 64<<20)
				if err != nil {
					return err
				}
				n = bytes.Count(text, []byte("\n"))
				if len(text) > 0 && text[len(text)-1] != '\n' {
					n++
				}
				lines[c.File] = n
			}
			if c.Line > n {
				problem(fmt.Sprintf("%s has %d lines in sendmail %s as published", c.File, n, r.Version),
					"give the line in the release as published, without patches")
			}
		}
	}
	return errors.Join(problems...)
}
