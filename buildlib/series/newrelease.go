package series

import (
	"bytes"
	"context"
	"crypto/sha512"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
)

// NewRelease is what a directory under patches is to be made of.
type NewRelease struct {
	Version string
	Source  string // as SENDMAIL_SOURCE takes it
	From    string // the release whose patches are tried; "" is the nearest
	Date    string // of the release; "" is what its RELEASE_NOTES say
}

// Made is a new release.
type Made struct {
	Release    string   `json:"release"`
	Dir        string   `json:"dir"`
	From       string   `json:"from"`
	Date       string   `json:"date"`
	Files      int      `json:"files"` // of its source
	Tree       string   `json:"tree"`
	SHA256     string   `json:"sha256,omitempty"`    // of its tarball
	SignedBy   string   `json:"signed_by,omitempty"` // fingerprint of the key
	Patches    []Ported `json:"patches"`
	Unanswered []string `json:"unanswered"` // advisories
	source     string
}

// Ported is what became of a patch of the other release.
type Ported struct {
	Patch   string           `json:"patch"` // without .patch
	Of      string           `json:"of"`    // the release that it is of
	Taken   bool             `json:"taken"`
	Verdict patchset.Verdict `json:"verdict"` // how it fits as it stands there
	Found   []string         `json:"found,omitempty"`
}

// WriteText tells what was made and what is left to do, in order.
func (v *Made) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "%s: sendmail %s of %s, %d files, tree %s\n", v.Dir, v.Release, v.Date, v.Files, v.Tree)
	switch {
	case v.SHA256 == "":
		fmt.Fprintln(w, "no tarball is pinned: SENDMAIL_SOURCE must name the source")
	case v.SignedBy == "":
		fmt.Fprintf(w, "tarball %s, no signature\n", v.SHA256)
	default:
		fmt.Fprintf(w, "tarball %s, signed by %s\n", v.SHA256, v.SignedBy)
	}
	taken := 0
	for _, p := range v.Patches {
		what := "left out"
		if p.Taken {
			what = "taken"
			taken++
		}
		fmt.Fprintf(w, "%-9s %-8s %s, of %s\n", what, p.Verdict, p.Patch, p.Of)
		for _, found := range p.Found {
			fmt.Fprintf(w, "          %s\n", strings.ReplaceAll(found, "\n", "\n          "))
		}
	}
	fmt.Fprintf(w, "%d of %d patches\n\nto do:\n", taken, len(v.Patches))
	if taken < len(v.Patches) {
		fmt.Fprintf(w, "- look at what was left out: nothing to do where the release has it (applied); else edit the source and run \"mage patches:new\"\n")
	}
	fmt.Fprintf(w, "- SENDMAIL_RELEASE=%s SENDMAIL_SOURCE=%s SENDMAIL_TARGET=host go tool mage package\n", v.Release, v.source)
	if len(v.Unanswered) > 0 {
		fmt.Fprintf(w, "- read the code for each of %d advisories, and answer it in %s\n", len(v.Unanswered), filepath.Join(v.Dir, "advisories.toml"))
	}
	_, err := fmt.Fprintln(w, "- go tool mage patches:check check:advisories")
	return err
}

// versionForm is what a release may be called; it is a name of a directory, too.
var versionForm = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,4}){1,5}$`)

// Create adds a release: what its source is, and the patches of another release that fit. The directory appears whole or not at all.
func (n NewRelease) Create(ctx context.Context, c *checkout.Checkout) (v *Made, err error) {
	all, from, err := n.choose(c)
	if err != nil {
		return nil, err
	}
	known, err := release.Advisories(c.Path("patches"))
	if err != nil && fault.Code(err) != "advisories-missing" { // then there is none to answer
		return nil, err
	}
	dir, remove, err := scratch(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	base := filepath.Join(dir, "source")
	r, signed, err := n.look(ctx, c, all, from, base)
	if err != nil {
		return nil, err
	}
	v = &Made{
		Release: r.Version, Dir: c.Shown(c.Path("patches", r.Version)), From: from.Version, Date: r.Date.Format(time.DateOnly), Files: strings.Count(r.Files, "\n"),
		Tree: r.Tree, SHA256: r.SHA256, SignedBy: r.Signature.Fingerprint, source: n.Source,
	}
	for _, a := range known {
		v.Unanswered = append(v.Unanswered, a.ID)
	}
	work := filepath.Join(dir, r.Version)
	if err := os.Mkdir(work, 0o755); err != nil {
		return nil, err
	}
	var kept []*patchset.Patch
	if v.Patches, kept, err = port(ctx, from, others(all, from), base); err != nil {
		return nil, err
	}
	if err := writePorted(ctx, from.Dir, kept, base, work, r.Date); err != nil {
		return nil, err
	}
	if err := n.describe(c, work, r, from, signed, known, kept); err != nil {
		return nil, err
	}
	if _, err := release.Load(dir, r.Version); err != nil { // as everybody else will read it
		return nil, err
	}
	if err := tree.Move(work, c.Path("patches", r.Version)); err != nil {
		return nil, checkout.Explain(err)
	}
	return v, nil
}

// choose finds the release whose patches are tried.
func (n NewRelease) choose(c *checkout.Checkout) (all []*release.Release, from *release.Release, err error) {
	if !versionForm.MatchString(n.Version) {
		return nil, nil, &fault.Error{Code: "release-version", What: fmt.Sprintf("%q is no release of sendmail", n.Version), Do: "give numbers with dots between them, such as 8.16.1"}
	}
	if _, err := os.Lstat(c.Path("patches", n.Version)); !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, &fault.Error{
			Code: "release-exists", What: "there is a release " + n.Version + " already", Where: c.Shown(c.Path("patches", n.Version)), Err: err,
			Do: "work on it, or move it away first: nothing is written over it",
		}
	}
	if all, err = release.List(c.Path("patches")); err != nil {
		return nil, nil, err
	}
	if n.From != "" {
		from, err = release.Load(c.Path("patches"), n.From)
		return all, from, err
	}
	for _, r := range all { // oldest first
		if from == nil || release.Compare(r.Version, n.Version) < 0 {
			from = r
		}
	}
	if from == nil {
		return nil, nil, &fault.Error{Code: "release-unknown", What: "there is no release whose patches could be tried", Where: c.Path("patches"), Do: "run this in a whole checkout"}
	}
	return all, from, nil
}

// others are the other releases, the nearest first.
func others(all []*release.Release, from *release.Release) []*release.Release {
	at := slices.IndexFunc(all, func(r *release.Release) bool { return r.Version == from.Version })
	var near []*release.Release
	for d := 1; d < len(all); d++ {
		for _, i := range []int{at - d, at + d} {
			if i >= 0 && i < len(all) {
				near = append(near, all[i])
			}
		}
	}
	return near
}

// look unpacks the source and finds out all that is pinned of a release. Signed is the release whose key signed its tarball.
func (n NewRelease) look(ctx context.Context, c *checkout.Checkout, all []*release.Release, from *release.Release, base string) (r, signed *release.Release, err error) {
	fetcher, err := c.Fetcher()
	if err != nil {
		return nil, nil, err
	}
	r = &release.Release{Version: n.Version, Date: time.Unix(0, 0).UTC(), OpenSSL: from.OpenSSL}
	source, err := fetcher.Open(r, n.Source)
	if err != nil {
		return nil, nil, err
	}
	if source.Kind == fetch.Pinned {
		return nil, nil, &fault.Error{Code: "source-invalid", What: "no source is named", Do: "name a tarball, a directory with the unpacked tree, or a git repository with its tag"}
	}
	tarball, err := source.Take(ctx, base)
	if err != nil {
		return nil, nil, err
	}
	listing, err := tree.List(ctx, base)
	if err != nil {
		return nil, nil, err
	}
	r.Files, r.Tree = listing.String(), listing.Hash()
	if r.Date, err = n.date(base); err != nil {
		return nil, nil, err
	}
	if tarball == "" {
		return r, nil, nil
	}
	in, size, err := regular.Open(tarball)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close() // only read
	long := sha512.New()
	if _, err := io.Copy(long, regular.Reader(ctx, in)); err != nil {
		return nil, nil, err
	}
	if r.SHA256, err = regular.Sum(ctx, tarball); err != nil {
		return nil, nil, err
	}
	r.Size, r.SHA512 = size, hex.EncodeToString(long.Sum(nil))
	elsewhere := func(urls []string) (moved []string) {
		for _, u := range urls {
			if m := strings.ReplaceAll(u, from.Version, n.Version); m != u {
				moved = append(moved, m)
			}
		}
		return moved
	}
	if r.URLs = elsewhere(from.URLs); source.Kind == fetch.Download {
		r.URLs = append([]string{source.Name}, r.URLs...)
	}
	if r.URLs == nil {
		r.URLs = []string{"file://" + tarball}
	}
	if signed, err = fetch.SignedBy(ctx, all, tarball); signed != nil {
		r.Signature = signed.Signature
		r.Signature.URLs, r.Signature.Key = elsewhere(from.Signature.URLs), "signing-key.asc"
	}
	return r, signed, err
}

// date is the release's day as it was given or as the release notes say.
func (n NewRelease) date(base string) (time.Time, error) {
	given, layout, where := n.Date, time.DateOnly, "date"
	if given == "" {
		where = "RELEASE_NOTES"
		notes, err := regular.Read(filepath.Join(base, where), 64<<20)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return time.Time{}, err
		}
		if m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(n.Version) + `/[0-9.]+\s+(\S+)`).FindSubmatch(notes); m != nil {
			given, layout = string(m[1]), "2006/01/02"
		}
	}
	day, err := time.Parse(layout, given)
	if err != nil || day.Unix() < 0 {
		return day, &fault.Error{
			Code: "release-date", What: "it is not known when sendmail " + n.Version + " was released", Where: where, Found: fmt.Sprintf("%q", given),
			Do: "give the day, as in -date=2020-07-05: all that is built carries it; or is the source that of another release?",
		}
	}
	return day, nil
}

// port finds patches that fit a source, each on top of those before it that do: those of the release that was named, in its order, then what
// the others have besides. Where a patch does not fit, one of another release about the same may.
func port(ctx context.Context, from *release.Release, others []*release.Release, base string) (all []Ported, kept []*patchset.Patch, err error) {
	byTopic := make(map[string][]candidate)
	var topics []string
	for _, r := range append([]*release.Release{from}, others...) {
		s, err := patchset.Load(r.Dir)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range s.Patches {
			topic := p.Name[len("0001-"):]
			if byTopic[topic] == nil {
				topics = append(topics, topic)
			}
			byTopic[topic] = append(byTopic[topic], candidate{r, p})
		}
	}
	for _, topic := range topics {
		var first Ported
		for i, c := range byTopic[topic] {
			findings, err := (&patchset.Series{Dir: from.Dir, Patches: append(slices.Clip(kept), c.patch)}).Judge(ctx, base)
			if err != nil {
				return nil, nil, err
			}
			tried := c.judged(findings)
			if i == 0 || tried.Taken {
				first = tried
			}
			if tried.Taken {
				patch := *c.patch
				patch.Name = fmt.Sprintf("%04d-%s", len(kept)+1, topic)
				first.Patch = strings.TrimSuffix(patch.Name, ".patch")
				kept = append(kept, &patch)
				break
			}
		}
		all = append(all, first)
	}
	return all, kept, nil
}

// candidate is a patch of a release that may fit another.
type candidate struct {
	of    *release.Release
	patch *patchset.Patch
}

// judged tells how it fits. With fuzz the lines around the change are others: such a patch may fit and not compile.
func (c candidate) judged(findings []patchset.Finding) Ported {
	findings = slices.DeleteFunc(findings, func(f patchset.Finding) bool { return f.Patch != c.patch.Name })
	p := Ported{Patch: strings.TrimSuffix(c.patch.Name, ".patch"), Of: c.of.Version, Verdict: patchset.Worst(findings)}
	p.Taken = p.Verdict == patchset.Clean || p.Verdict == patchset.Stale || p.Verdict == patchset.Offset
	for _, f := range findings {
		if !p.Taken && f.Verdict == p.Verdict {
			p.Found = append(p.Found, fmt.Sprintf("%s: %s", f.Where(), f.Found))
		}
	}
	return p
}

// writePorted writes the patches as they fit the source exactly, and tries them.
func writePorted(ctx context.Context, from string, kept []*patchset.Patch, base, to string, mtime time.Time) error {
	texts, _, err := (&patchset.Series{Dir: from, Patches: kept}).Refresh(ctx, base)
	if err != nil {
		return err
	}
	list := patchset.Rewritten{Name: "series"}
	for _, p := range kept {
		list.Text = append(list.Text, p.Name+"\n"...)
		if !slices.ContainsFunc(texts, func(t patchset.Rewritten) bool { return t.Name == p.Name }) {
			texts = append(texts, patchset.Rewritten{Name: p.Name, Text: p.Text})
		}
	}
	if err := writeAll(to, append(texts, list)); err != nil {
		return err
	}
	s, err := patchset.Load(to)
	if err != nil {
		return err
	}
	return s.Apply(ctx, base, mtime)
}

//go:embed release.toml.tmpl advisories.toml.tmpl
var texts embed.FS

// describe writes what else belongs to a release.
func (n NewRelease) describe(c *checkout.Checkout, to string, r, from, signed *release.Release, known []release.Advisory, kept []*patchset.Patch) error {
	answers, _ := from.Answers(known, time.Now()) // hints: what is wrong with them, check:advisories tells
	for i := range answers {
		at := slices.IndexFunc(kept, func(p *patchset.Patch) bool { return names(p, answers[i].Advisory) })
		if answers[i].Patch = ""; at >= 0 {
			answers[i].Status, answers[i].Patch, answers[i].Reason = release.Fixed, kept[at].Name, ""
		}
	}
	files := []patchset.Rewritten{{Name: "files.sha256", Text: []byte(r.Files)}}
	for _, name := range []string{"release.toml", "advisories.toml"} {
		var b bytes.Buffer
		data := map[string]any{"Release": r, "From": from, "Answers": answers, "Source": listed(n.Source), "Key": signed != nil}
		if err := template.Must(template.ParseFS(texts, name+".tmpl")).Execute(&b, data); err != nil {
			return err
		}
		files = append(files, patchset.Rewritten{Name: name, Text: b.Bytes()})
	}
	if signed != nil {
		files = append(files, patchset.Rewritten{Name: r.Signature.Key, Text: []byte(signed.Signature.Key)})
	}
	return writeAll(to, files)
}

// listed is a source as a tracked file may name it: without a directory of this machine.
func listed(source string) string {
	if _, err := os.Stat(source); err == nil {
		return filepath.Base(source)
	}
	return fetch.Shown(source)
}
