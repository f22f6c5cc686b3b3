package dossier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/imagetool"
	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// gatherer is a dossier that is being filled.
type gatherer struct {
	*Dossier
	checkout *checkout.Checkout
	file     string // of the image; "" where there is none
	journal  *journal.Journal
	kept     *journal.Image // what the journal has of the image
	record   *record.Record // nil where none lies beside the image
}

// Gather tells of an image by its file, or of the last run in the checkout and what it left.
func Gather(ctx context.Context, c *checkout.Checkout, file string) (*Dossier, error) {
	g := &gatherer{Dossier: new(Dossier), checkout: c, file: file}
	dir := filepath.Dir(file)
	if file == "" {
		if dir = journal.Last(c.Path("build")); dir == "" {
			return nil, &fault.Error{
				Code: "report-nothing", What: "there is nothing to report on: no run of this checkout has left a journal", Where: c.Shown(c.Path("build")),
				Do: `run "mage package" first, or name an image`,
			}
		}
	}
	g.journal = journal.Load(dir)
	if file == "" {
		g.last(dir)
	}
	if g.file != "" {
		if err := g.image(ctx); err != nil {
			return nil, err
		}
	}
	if err := g.patches(); err != nil {
		return nil, err
	}
	g.rehearsed()
	if g.file == "" || g.kept != nil && g.kept == &g.journal.Images[0] {
		g.Time = timeline(g.journal)
	}
	return g.Dossier, ctx.Err()
}

// last is about the run that was the last in the checkout.
func (g *gatherer) last(dir string) {
	g.Release, g.Target = filepath.Base(filepath.Dir(dir)), filepath.Base(dir)
	if len(g.journal.Images) > 0 {
		if file := filepath.Join(dir, g.journal.Images[0].Name); isThere(file) {
			g.file = file
		}
	}
	run := g.journal.Run
	if len(run.Problems) == 0 {
		if g.file == "" {
			g.note("no image was made yet: the last run went up to the step %s", run.Wanted)
		}
		return
	}
	g.Failure = &Failure{Step: run.Step, When: run.Started, Problems: run.Problems}
	text := "the last run, for the step " + run.Wanted + ", was stopped: " + Brief(run.Problems[0].What)
	if run.Step != "" {
		text = "the step " + run.Step + " failed: " + Brief(run.Problems[0].What)
	}
	g.verdict("build", Bad, text)
	if g.file != "" {
		g.note("the image is of an earlier run: the last one did not get so far")
	}
}

func isThere(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func (g *gatherer) note(format string, args ...any) {
	g.Notes = append(g.Notes, fmt.Sprintf(format, args...))
}

func (g *gatherer) verdict(name string, state State, text string, details ...string) {
	g.Verdicts = append(g.Verdicts, Verdict{name, state, text, details})
}

// image reads the image, and what lies beside it.
func (g *gatherer) image(ctx context.Context) error {
	shown := g.file
	if full, err := filepath.Abs(g.file); err == nil && filepath.IsAbs(g.file) {
		shown = g.checkout.Shown(full)
	}
	sum, err := regular.Sum(ctx, g.file)
	if err != nil {
		return unreadable(ctx, g.file, err)
	}
	info, err := os.Stat(g.file)
	if err != nil {
		return unreadable(ctx, g.file, err)
	}
	g.Image = &Image{File: shown, SHA256: sum, Size: info.Size()}
	beside, _ := filepath.Glob(strings.TrimSuffix(g.file, ".I") + ".*") // a pattern that is none finds nothing
	for _, file := range beside {
		if name := filepath.Base(file); name != filepath.Base(g.file) {
			g.Image.Beside = append(g.Image.Beside, name)
		}
	}
	g.kept = g.journal.Image(sum)
	if err := g.readRecord(); err != nil {
		return err
	}
	if err := g.verify(ctx); err != nil {
		return err
	}
	for _, look := range []func(context.Context) error{g.contents, g.imports} {
		if err := imagetool.Unreadable(g.file, look(ctx)); fault.Code(err) == "image-unreadable" { // the verdict says so, too
			g.note("not all of the image can be read: %s", firstLine(err))
		} else if err != nil {
			return err
		}
	}
	g.changes()
	return nil
}

func unreadable(ctx context.Context, file string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &fault.Error{Code: "image-unreadable", What: "cannot read the image", Where: file, Err: fault.Reason(err), Do: "name an image, such as sendmail.8.15.2.1.I"}
}

// readRecord takes the record beside the image, if it is of this image.
func (g *gatherer) readRecord() error {
	file := strings.TrimSuffix(g.file, ".I") + ".record.toml"
	if !isThere(file) {
		g.note("no record lies beside the image: what it was made from is not known")
		return nil
	}
	r, err := record.Load(file)
	if err != nil {
		return err
	}
	if r.SHA256 != g.Image.SHA256 {
		g.verdict("record", Bad, "the record beside the image is that of another one, "+short(r.SHA256))
		return nil
	}
	g.record, g.Image.Time = r, r.Time.UTC()
	g.Release, g.Target = r.Settings["release"], r.Settings["target"]
	for _, list := range []struct {
		kind string
		of   map[string]string
	}{{"setting", r.Settings}, {"input", r.Inputs}, {"tool", r.Tools}} {
		g.MadeFrom = append(g.MadeFrom, ingredients(list.kind, list.of)...)
	}
	return nil
}

// verify checks the image, as image:verify does.
func (g *gatherer) verify(ctx context.Context) error {
	v, err := imagetool.Verify(ctx, nil, "", g.file)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if v == nil || len(v.Images) == 0 { // it could not be looked at
		return cmp.Or(err, errors.New("nothing was verified"))
	}
	one := v.Images[0]
	text := count(one.Errors, "error", "errors") + ", " + count(one.Notes, "note", "notes")
	if one.Digest == imagetool.SameDigest {
		text += ", and its digest is the one beside it"
	}
	var details []string
	for _, f := range one.Findings {
		if len(details) < mostDetails {
			details = append(details, strings.ReplaceAll(f.String(), "\n    ", "; "))
		}
	}
	if more := len(one.Findings) - len(details); more > 0 {
		details = append(details, fmt.Sprintf("and %d more", more))
	}
	state := Good
	switch {
	case one.Digest == imagetool.OtherDigest:
		state, text = Bad, text+", but it is not the image of the digest beside it"
	case one.Errors > 0:
		state = Bad
	}
	g.verdict("verify", state, text, details...)
	return nil
}

// mostDetails is how many findings are told.
const mostDetails = 10

// rehearsed tells what was seen of the image when it was tried.
func (g *gatherer) rehearsed() {
	if g.file == "" {
		return
	}
	again := g.Image.File
	var r *journal.Rehearsal
	proof := ""
	if g.kept != nil {
		r, proof = g.kept.Rehearsal, g.kept.Proof
	}
	if g.Disk != nil {
		g.Disk.Rehearsal = r
	}
	if r == nil {
		g.verdict("rehearsal", NotRun, "nobody has rehearsed installation and removal: mage image:rehearse "+again)
	} else {
		text := "installation, update and removal under " + strings.Join(r.Shells, ", ")
		if len(r.Over) > 0 {
			text += ", over " + strings.Join(r.Over, ", ")
		}
		if r.Cuts > 0 {
			text += fmt.Sprintf("; the power went off %d times, %d led elsewhere", r.Cuts, r.Strayed)
		}
		if len(r.Missing) > 0 {
			text += "; not under " + strings.Join(r.Missing, ", ")
		}
		state := map[string]State{"passes": Good, "fails": Bad}[r.Verdict]
		g.verdict("rehearsal", cmp.Or(state, Open), text)
	}
	switch why, none := strings.CutPrefix(proof, "none: "); {
	case proof == "":
		g.verdict("proof", NotRun, "nobody has run the sendmail in it: mage rehearse does")
	case none:
		g.verdict("proof", NotRun, why)
	default:
		g.verdict("proof", Good, proof)
	}
}
