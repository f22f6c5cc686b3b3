package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/plan"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// Reproduced is an image that was made again from its record.
type Reproduced struct {
	Image    string        `json:"image"`
	SHA256   string        `json:"sha256"`
	Recorded string        `json:"recorded"` // what its sha256 was
	Inputs   []step.Change `json:"inputs"`   // what of the checkout is not as it was recorded
	Tools    []step.Change `json:"tools"`    // and of what is run, of the machine, and of headers and libraries
	Files    []step.Change `json:"files"`    // the installed files that came out otherwise
}

// WriteText says that the image is the same. That it is not is an error.
func (r *Reproduced) WriteText(w io.Writer) error {
	if r.SHA256 != r.Recorded {
		return nil
	}
	_, err := fmt.Fprintf(w, "identical: %s  %s\n", r.SHA256, filepath.Base(r.Image))
	return err
}

// Reproduce makes the image of a build record again, in a clean place, and compares it with what the record says. Edits of the sources there,
// which the last one made, stop it unless they may be thrown away.
func Reproduce(ctx context.Context, c *checkout.Checkout, file string, edits Edits) (*Reproduced, error) {
	recorded, err := record.Load(file)
	if err != nil {
		return nil, err
	}
	if c, err = c.Recorded(recorded, file); err != nil {
		return nil, err
	}
	p, means, err := plan.Make(ctx, c)
	if err != nil {
		return nil, err
	}
	p.Dir = c.Path("build", "reproduce", p.Release.Version, p.Target.String())
	b := prepare(ctx, c, p, means)
	inputs, err := b.recordInputs(ctx)
	if err != nil {
		return nil, err
	}
	now, err := b.origin(ctx)
	if err != nil {
		return nil, err
	}
	r := &Reproduced{
		Image: c.Shown(b.Image()), Recorded: recorded.SHA256,
		Inputs: step.Compare("input", recorded.Inputs, inputs), Tools: recorded.Machines(&now),
	}
	for _, change := range append(r.Inputs[:len(r.Inputs):len(r.Inputs)], r.Tools...) {
		c.Log.WithField("difference", change.String()).Warn("this machine differs from the record")
	}
	return r, b.locked(ctx, func() error {
		if edits != DiscardEdits {
			if err := sourcesEdited(ctx, c, b.Dir, `"mage reproduce RECORD -discard=true" throws them away`); err != nil {
				return err
			}
		}
		if err := os.RemoveAll(b.Dir); err != nil {
			return fault.Explain(err)
		}
		made, err := b.run(ctx, "package")
		if err != nil {
			return err
		}
		r.SHA256 = made.SHA256
		return b.compare(r, recorded)
	})
}

// compare finds which installed files are not the recorded ones, when the image is not.
func (b *Build) compare(r *Reproduced, recorded *record.Record) error {
	if r.SHA256 == r.Recorded {
		return nil
	}
	manifest, err := readManifest(b.Manifest())
	if err != nil {
		return err
	}
	r.Files = step.Compare("file", recorded.Files, fileSums(manifest))
	var lines []string
	for _, change := range r.Files {
		lines = append(lines, fault.Line(change.String()))
	}
	if len(lines) == 0 {
		lines = []string{"no installed file; the control files of the image differ: levels, requisites, owners, modes or scripts"}
		if b.Packager == checkout.PackagerMkinstallp {
			lines = []string{"no installed file; mkinstallp writes the time of day into each image: compare two with mage image:diff"}
		}
	}
	return &fault.Error{
		Code: "reproduce-different", Finding: true, What: "the image is not the recorded one", Where: b.checkout.Shown(b.Image()),
		Found: strings.Join(lines, "\n"), Err: errors.New("sha256 is " + r.SHA256 + ", recorded was " + r.Recorded),
		Do: "look at the warnings above, if there are any: they tell what this machine or checkout has that the recorded one had not",
	}
}
