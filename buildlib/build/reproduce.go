package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// Reproduce makes the image of a build record again, in a clean place, and compares it with what the record says.
func (p *Project) Reproduce(ctx context.Context, file string) error {
	r, err := record.Load(file)
	if err != nil {
		return err
	}
	recorded, err := p.Recorded(r, file)
	if err != nil {
		return err
	}
	j, err := p.on(recorded).job(ctx)
	if err != nil {
		return err
	}
	j.dir = p.Path("build", "reproduce", j.release.Version, j.Target.String())
	inputs, err := j.recordInputs(ctx)
	if err != nil {
		return err
	}
	tools, err := j.tools(ctx)
	if err != nil {
		return err
	}
	p.tellDifferences("input", r.Inputs, inputs)
	p.tellDifferences("tool", r.Tools, tools)

	return j.locked(ctx, func() error {
		if err := os.RemoveAll(j.dir); err != nil {
			return checkout.Explain(err)
		}
		if _, err := j.run(ctx, "package"); err != nil {
			return err
		}
		return j.compare(ctx, r)
	})
}

func (p *Project) tellDifferences(what string, was, now map[string]string) {
	for _, change := range step.Compare(what, was, now) {
		p.Log.WithField("difference", change.String()).Warn("this machine differs from the record")
	}
}

// compare tells whether the image is the recorded one, or else which files in it are not.
func (j *job) compare(ctx context.Context, r *record.Record) error {
	sum, err := digest(ctx, j.image())
	if err != nil {
		return err
	}
	if sum == r.SHA256 {
		_, err := fmt.Fprintf(j.out, "identical: %s  %s\n", sum, filepath.Base(j.image()))
		return err
	}
	manifest, err := readManifest(j.manifest())
	if err != nil {
		return err
	}
	var lines []string
	for _, change := range step.Compare("file", r.Files, fileSums(manifest)) {
		lines = append(lines, fault.Line(change.String()))
	}
	if len(lines) == 0 {
		lines = []string{"no installed file; the control files of the image differ: levels, requisites, owners, modes or scripts"}
		if j.Settings.Packager == checkout.PackagerMkinstallp {
			lines = []string{"no installed file; mkinstallp writes the time of day into each image: compare two with mage image:diff"}
		}
	}
	return &fault.Error{
		Code: "reproduce-different", Finding: true, What: "the image is not the recorded one", Where: j.Shown(j.image()),
		Found: strings.Join(lines, "\n"), Err: errors.New("sha256 is " + sum + ", recorded was " + r.SHA256),
		Do: "look at the warnings above, if there are any: they tell what this machine or checkout has that the recorded one had not",
	}
}
