package verbs

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/dossier"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/page"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// reportVerb tells all that is known of an image, as a page too.
var reportVerb = Verb{
	Name: "report", Help: "tells of an image, or of the last run, and writes one HTML page of it",
	More: "The page, build/report.html, needs nothing besides itself: no script, no network. It has the verdicts, the open advisories, what has\n" +
		"changed since the last image of the target, the time line of the build, patches, imports with their evidence, sizes, and what a removal\n" +
		"leaves; of a run that failed, the step, the lines that matter and what to do. Without an image it is about the last run in this checkout.",
	Args:  []Arg{{Name: "image", Meaning: "file; the record beside it is read, too", Optional: true}},
	Flags: []Flag{{Name: "page", Meaning: "file to write the page to instead", Kind: String}},
	Run: func(ctx context.Context, c *Call) (report.Value, error) {
		file := ""
		if len(c.Args) > 0 {
			file = c.Args[0]
		}
		d, err := dossier.Gather(ctx, in(c), file)
		if err != nil {
			return nil, err
		}
		to, given := c.Flags["page"]
		if !given {
			to = pageFile(c)
		}
		d.Page = in(c).Shown(to)
		return d, writePage(to, func(b *bytes.Buffer) error { return page.Write(b, d) })
	},
}

// pageFile is where a page is unless somebody says otherwise: the last one is what is looked for.
func pageFile(c *Call) string { return in(c).Path("build", "report.html") }

// matrixPage writes the page of a matrix, with a row for each image.
func matrixPage(c *Call, of *build.Matrix) error {
	if len(of.Images) == 0 {
		return nil
	}
	m := new(dossier.Matrix)
	for _, i := range of.Images {
		wrong := ""
		if i.Outcome == "failed" {
			wrong = i.Why
		}
		m.Add(in(c), i.Release, i.Target, i.Image, i.SHA256, wrong)
	}
	c.Log.WithField("page", in(c).Shown(pageFile(c))).Info("a page of all of them")
	return writePage(pageFile(c), func(b *bytes.Buffer) error { return page.WriteMatrix(b, m) })
}

// writePage writes a page that appears whole or not at all.
func writePage(to string, write func(*bytes.Buffer) error) error {
	var b bytes.Buffer
	err := write(&b)
	if err == nil {
		if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
			err = tree.WriteFile(to, b.Bytes(), 0o644)
		}
	}
	if err == nil {
		return nil
	}
	return &fault.Error{Code: "page-unwritten", What: "cannot write the page", Where: to, Err: fault.Reason(err), Do: "name a file that this user may write, with -page=FILE"}
}
