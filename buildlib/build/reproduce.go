package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// Reproduce makes the image of a build record again, in a clean place, and compares it with what the record says.
func (p *Project) Reproduce(ctx context.Context, file string) error {
	r, err := record.Load(file)
	if err != nil {
		return err
	}
	again, err := p.recorded(r, file)
	if err != nil {
		return err
	}
	j, err := again.job(ctx)
	if err != nil {
		return err
	}
	j.dir = p.path("build", "reproduce", j.release.Version, j.target.String())
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
			return explain(err)
		}
		if _, err := j.run(ctx, "package"); err != nil {
			return err
		}
		return j.compare(ctx, r)
	})
}

// recorded is the project with the settings of a record instead of its own. A record decides what is built, and not what is run for
// it: where the source comes from, which program a compiler is, and how the machine is used stay as they are.
func (p *Project) recorded(r *record.Record, file string) (*Project, error) {
	for name := range r.Settings {
		if !slices.ContainsFunc(table, func(row setting) bool { return row.name == name }) {
			return nil, &fault.Error{
				Code: "record-damaged", What: fmt.Sprintf("the record has an unknown setting %q", name), Where: file,
				Do: "use the record as it was written, with the project it was written by",
			}
		}
	}
	again := p
	for _, row := range table {
		value, ok := r.Settings[row.name]
		if !ok {
			continue
		}
		if slices.Contains(machinesOwn, row.name) || row.name == "compiler" && value != "" && (strings.Contains(value, "/") || target.KindOf(value) == "") {
			p.log.WithFields(logrus.Fields{"setting": row.name, "recorded": fetch.Shown(value), "used": fetch.Shown(row.get(p.settings))}).
				Warn("not taken from the record: it says how a machine is used, and not what is built")
			continue
		}
		var err error
		if again, err = again.with(row.name, value, "record "+filepath.Base(file)); err != nil {
			return nil, &fault.Error{
				Code: "record-damaged", What: "the record has a setting that makes no sense", Where: file, Err: err,
				Do: "use the record as it was written, with the project it was written by",
			}
		}
	}
	again.environ = append(slices.Clone(p.environ), "SOURCE_DATE_EPOCH="+strconv.FormatInt(r.Time.Unix(), 10))
	return again, nil
}

func (p *Project) tellDifferences(what string, was, now map[string]string) {
	for _, change := range step.Compare(what, was, now) {
		p.log.WithField("difference", change.String()).Warn("this machine differs from the record")
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
		if j.settings.Packager == packagerMkinstallp {
			lines = []string{"no installed file; mkinstallp writes the time of day into each image: compare two with mage image:diff"}
		}
	}
	return &fault.Error{
		Code: "reproduce-different", What: "the image is not the recorded one", Where: j.shown(j.image()),
		Found: strings.Join(lines, "\n"), Err: errors.New("sha256 is " + sum + ", recorded was " + r.SHA256),
		Do: "look at the warnings above, if there are any: they tell what this machine or checkout has that the recorded one had not",
	}
}
