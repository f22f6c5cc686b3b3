// Package adding adds releases: what their source is, and the patches of other releases that fit.
package adding

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
)

// Release is what a directory under patches is to be made of.
type Release struct {
	Version string
	Source  string // as SENDMAIL_SOURCE takes it
	From    string // the release whose patches are tried first; "" is the one whose source is most like this one
	Date    string // of the release; "" is what its RELEASE_NOTES say
}

// adding is a release that is being added.
type adding struct {
	Release
	c     *checkout.Checkout
	all   []*release.Release
	known []release.Advisory
	draft release.Draft

	source  *fetch.Source
	base    string // directory of its tree
	files   tree.Listing
	tarball string // "" where the source is none
	signer  string // of the signature beside the tarball: a fingerprint, or unknownKey
	ported  []Ported
	kept    []*patchset.Patch // those that fit
}

// Create adds a release: what its source is, and the patches of other releases that fit. The directory appears whole or not at all.
func (n Release) Create(ctx context.Context, c *checkout.Checkout) (v *Made, err error) {
	a := &adding{Release: n, c: c}
	if err := a.choose(); err != nil {
		return nil, err
	}
	dir, remove, err := series.Scratch(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	a.base = filepath.Join(dir, "source")
	for _, do := range []func(context.Context) error{a.look, a.pin, a.sign, a.port} {
		if err := do(ctx); err != nil {
			return nil, err
		}
	}
	if err := a.write(ctx, dir); err != nil {
		return nil, err
	}
	return a.made(), nil
}

// choose reads what there is, and refuses what cannot be added.
func (a *adding) choose() (err error) {
	if _, err := vrmf.FromSendmail(a.Version, 1); err != nil { // it is a name of a directory, too
		return &fault.Error{Code: "release-version", What: "no release of sendmail can be called so", Err: err, Do: "give numbers with dots between them, such as 8.16.1"}
	}
	a.draft.Version, a.draft.Dir = a.Version, a.c.Path("patches", a.Version)
	if _, err := os.Lstat(a.draft.Dir); !errors.Is(err, fs.ErrNotExist) {
		return &fault.Error{
			Code: "release-exists", What: "there is a release " + a.Version + " already", Where: a.c.Shown(a.draft.Dir), Err: err,
			Do: "work on it, or move it away first: nothing is written over it",
		}
	}
	if a.Date != "" {
		if a.draft.Date, err = time.Parse(time.DateOnly, a.Date); err != nil || a.draft.Date.Unix() < 0 {
			return &fault.Error{Code: "release-date", What: "this is no day", Where: "-date=" + a.Date, Do: "give one as 2020-07-05"}
		}
	}
	if a.all, err = release.List(a.c.Path("patches")); err != nil {
		return err
	}
	if len(a.all) == 0 {
		return &fault.Error{Code: "release-unknown", What: "there is no release whose patches could be tried", Where: a.c.Path("patches"), Do: "run this in a whole checkout"}
	}
	if a.From != "" {
		if a.draft.From, err = release.Load(a.c.Path("patches"), a.From); err != nil {
			return err
		}
	}
	if a.known, err = release.Advisories(a.c.Path("patches")); fault.Code(err) == "advisories-missing" { // then there is none to answer
		err = nil
	}
	return err
}

// look unpacks the source, and finds out what it is.
func (a *adding) look(ctx context.Context) error {
	fetcher, err := a.c.Fetcher()
	if err != nil {
		return err
	}
	// Of what is not pinned all files get one time; that of a build is the release's.
	a.source, err = fetcher.Open(&release.Release{Version: a.Version, Dir: a.draft.Dir, Date: time.Unix(0, 0)}, a.Source)
	if err == nil && a.source.Kind == fetch.Pinned {
		err = &fault.Error{Code: "source-invalid", Do: "name a tarball, a directory with the unpacked tree, or a git repository with its tag"}
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "source-invalid" {
		f.What = "this is not something that the source of a release can come from"
	}
	if err != nil {
		return err
	}
	d := &a.draft
	if a.source.Kind == fetch.Directory { // before anybody walks through it: it may be "/"
		if err := d.Look(a.source.Name, nil); err != nil {
			return err
		}
	}
	if a.tarball, err = a.source.Take(ctx, a.base); err != nil {
		return err
	}
	if a.files, err = tree.List(ctx, a.base); err != nil {
		return err
	}
	var paths []string
	for _, e := range a.files {
		paths = append(paths, e.Path)
	}
	if err := d.Look(a.base, paths); err != nil {
		return err
	}
	d.Files, d.Tree = a.files.String(), a.files.Hash()
	if d.Source = "an unpacked tree"; a.source.Kind == fetch.Git {
		d.Source = a.source.Ref + " of a git repository"
	}
	slices.SortStableFunc(a.all, func(r, s *release.Release) int { return a.unlike(r) - a.unlike(s) })
	if d.From == nil {
		d.From = a.all[0]
	}
	d.OpenSSL = d.From.OpenSSL
	return nil
}

// unlike counts the files that differ from those of another release.
func (a *adding) unlike(r *release.Release) int {
	files, _ := tree.ParseListing(r.Files) // what is wrong with it, whoever builds that release is told
	return len(tree.Compare(files, a.files))
}

// pin takes down what identifies the tarball, and where it may be.
func (a *adding) pin(ctx context.Context) error {
	if a.tarball == "" {
		return nil
	}
	d := &a.draft
	in, size, err := regular.Open(a.tarball)
	if err != nil {
		return err
	}
	defer in.Close() // only read
	long := sha512.New()
	if _, err := io.Copy(long, regular.Reader(ctx, in)); err != nil {
		return err
	}
	if d.SHA256, err = regular.Sum(ctx, a.tarball); err != nil {
		return err
	}
	d.Size, d.SHA512 = size, hex.EncodeToString(long.Sum(nil))
	name := a.source.Name
	d.URLs = a.elsewhere(d.From.URLs)
	if a.source.Kind == fetch.Download && fetch.Shown(name) == name && !slices.Contains(d.URLs, name) { // no password comes into a tracked file
		d.URLs = append([]string{name}, d.URLs...)
	}
	if d.URLs == nil {
		d.URLs = []string{"file://" + a.tarball}
	}
	return nil
}

// elsewhere are the addresses of the release that is the model, where they have its version, with this one.
func (a *adding) elsewhere(urls []string) (moved []string) {
	for _, u := range urls {
		if m := strings.ReplaceAll(u, a.draft.From.Version, a.Version); m != u {
			moved = append(moved, m)
		}
	}
	return moved
}

// sign looks for a signature beside the tarball, and for the key that made it: among those that releases here have, then in what the tarball has.
func (a *adding) sign(ctx context.Context) error {
	if a.tarball == "" {
		return nil
	}
	signature, where, err := a.source.Beside(ctx)
	if err != nil || signature == nil {
		return err
	}
	var trusted []release.Signature
	for _, r := range a.all {
		if r.Signature.Fingerprint != "" {
			trusted = append(trusted, r.Signature)
		}
	}
	own, err := regular.Read(filepath.Join(a.base, "PGPKEYS"), 1<<20)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	a.signer = unknownKey
	for i, keys := range [][]release.Signature{trusted, fetch.Keys(own)} {
		by, err := fetch.SignedBy(ctx, a.Version, a.tarball, where, signature, keys)
		if err != nil {
			return err
		}
		if by == nil {
			continue
		}
		if by.URLs = a.elsewhere(a.draft.From.Signature.URLs); by.URLs == nil {
			by.URLs = []string{a.draft.URLs[0] + filepath.Ext(where)}
		}
		a.draft.Signature, a.draft.Unproven, a.signer = *by, i > 0, by.Fingerprint
		return nil
	}
	return nil
}

// write makes the directory where nobody looks, has it read as everybody else will, applies its series in three ways, and puts it into its place.
func (a *adding) write(ctx context.Context, dir string) error {
	d := &a.draft
	work := filepath.Join(dir, a.Version)
	if err := os.Mkdir(work, 0o755); err != nil {
		return err
	}
	texts, _, err := (&patchset.Series{Dir: d.From.Dir, Patches: a.kept}).Refresh(ctx, a.base)
	if err != nil {
		return err
	}
	list := "# Patches for sendmail " + a.Version + ", in the order in which they are applied.\n"
	for _, p := range a.kept {
		list += p.Name + "\n"
		if !slices.ContainsFunc(texts, func(t patchset.Rewritten) bool { return t.Name == p.Name }) {
			texts = append(texts, patchset.Rewritten{Name: p.Name, Text: p.Text})
		}
	}
	d.Open = a.open()
	described, err := d.Texts()
	if err != nil {
		return err
	}
	described["series"], described["files.sha256"] = list, d.Files
	if d.Signature.Key != "" {
		described[release.KeyFile] = d.Signature.Key
	}
	for name, text := range described {
		texts = append(texts, patchset.Rewritten{Name: name, Text: []byte(text)})
	}
	for _, t := range texts {
		if err := os.WriteFile(filepath.Join(work, t.Name), t.Text, 0o644); err != nil {
			return fault.Explain(err)
		}
	}
	if _, err := release.Load(dir, a.Version); err != nil {
		return err
	}
	s, err := patchset.Load(work)
	if err != nil {
		return err
	}
	_, err = series.ThreeWays(ctx, a.c, s, a.base, filepath.Join(dir, "ways"), true, d.Date)
	if fault.Code(err) == "command-missing" { // we alone, then
		err = s.Apply(ctx, a.base, d.Date)
	}
	if err != nil {
		return err
	}
	return fault.Explain(tree.Move(work, d.Dir))
}

// open is what the release has to answer.
func (a *adding) open() (open []release.Open) {
	answers, _ := a.draft.From.Answers(a.known, time.Now()) // what is wrong with them, check:advisories tells
	for i := range a.known {
		o := release.Open{Advisory: &a.known[i]}
		if n := slices.IndexFunc(a.kept, func(p *patchset.Patch) bool { return slices.Contains(slices.Concat(p.Header.CVE, p.Header.Bug), o.ID) }); n >= 0 {
			o.By = a.kept[n].Name
		}
		if n := slices.IndexFunc(answers, func(answer release.Answer) bool { return answer.ID == o.ID }); n >= 0 {
			o.Other = &answers[n]
		}
		open = append(open, o)
	}
	return open
}
