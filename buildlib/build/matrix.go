package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/imagetool"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// Matrix is what came of several releases and targets.
type Matrix struct {
	Images []MatrixImage `json:"images"`
	Tocs   []string      `json:"tocs"` // the .toc of each target that has an image
}

// MatrixImage is one of them.
type MatrixImage struct {
	Release string `json:"release"`
	Target  string `json:"target"`
	Outcome string `json:"outcome"` // made, same (nothing had changed) or failed
	Image   string `json:"image,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
	Code    string `json:"code,omitempty"` // of the fault
	Why     string `json:"why,omitempty"`  // the first step that ran, and its reason; or the fault, in a line
}

// WriteText writes a table.
func (m *Matrix) WriteText(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "release\ttarget\toutcome\tsha256\timage\twhy")
	for _, i := range m.Images {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", i.Release, i.Target, i.Outcome, i.SHA256, i.Image, fault.Line(i.Why))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, toc := range m.Tocs {
		fmt.Fprintln(out, toc)
	}
	return nil
}

// all stands for every target of AIX, and every release there is.
const all = "all"

// MakeMatrix makes the image of each release for each target, one after another, and goes on after one that fails. Empty lists are as the settings say.
func MakeMatrix(ctx context.Context, c *checkout.Checkout, targets, releases string) (*Matrix, error) {
	var problems [2]error
	rows := []struct{ setting, list string }{{"targets", targets}, {"releases", releases}}
	for i, row := range rows {
		if row.list != "" {
			c, problems[i] = withSetting(c, row.setting, row.list)
		}
	}
	if err := errors.Join(problems[:]...); err != nil {
		return nil, err
	}
	onTargets, ofReleases, err := axes(c)
	if err != nil {
		return nil, err
	}
	m := &Matrix{Images: []MatrixImage{}, Tocs: []string{}}
	failed, warned := 0, false
	for _, version := range ofReleases {
		for _, to := range onTargets {
			i := MatrixImage{Release: version, Target: to}
			b, made, err := one(ctx, c, version, to, len(onTargets) > 1)
			if ctx.Err() != nil {
				return m, context.Cause(ctx)
			}
			switch {
			case err != nil:
				failed++
				i.Outcome, i.Code, i.Why = "failed", fault.Code(err), strings.TrimSpace(strings.SplitN(err.Error(), "\n", 2)[0])
				c.Log.WithField("release", version).WithField("target", to).WithError(err).Error("no image")
			default:
				i.Target, i.Outcome, i.Image, i.SHA256 = made.Target, "same", made.Path, made.SHA256
				if len(made.Ran) > 0 {
					i.Outcome, i.Why = "made", made.Ran[0].Step+": "+made.Ran[0].Because
				}
				if !warned {
					b.caution()
				}
				warned = true
			}
			m.Images = append(m.Images, i)
		}
	}
	if m.Tocs, err = gather(ctx, c, m.Images); err != nil {
		return m, fault.Explain(err)
	}
	if failed > 0 {
		return m, &fault.Error{
			Code: "matrix-failed", Finding: true, What: fmt.Sprintf("%d of %d images could not be made", failed, len(m.Images)), Where: "the rows that say failed",
			Do: `the log above has each fault whole; "mage package" with SENDMAIL_TARGET and SENDMAIL_RELEASE set makes one alone`,
		}
	}
	return m, nil
}

// withSetting is a checkout with a list that was given, as it would be if it were set.
func withSetting(c *checkout.Checkout, name, list string) (*checkout.Checkout, error) {
	other, err := c.With(name, list, "argument")
	if err != nil {
		return c, &fault.Error{Code: "usage", What: "the argument " + name + " is no list", Where: list, Err: err, Do: "separate names by commas"}
	}
	return other, nil
}

// axes are the targets and releases, each of which there is. An empty target is the machine's own.
func axes(c *checkout.Checkout) (targets, releases []string, err error) {
	known, err := release.List(c.Path("patches"))
	if err != nil {
		return nil, nil, err
	}
	if targets, releases = c.Settings.Targets, c.Settings.Releases; len(targets) == 0 {
		targets = []string{c.Settings.Target}
	}
	if len(releases) == 0 {
		releases = []string{c.Settings.Release}
	}
	if slices.Equal(targets, []string{all}) {
		targets = slices.DeleteFunc(target.Names(), func(name string) bool { return name == string(target.Host) })
	}
	if slices.Equal(releases, []string{all}) {
		releases = nil
		for _, r := range known {
			releases = append(releases, r.Version)
		}
	}
	var problems []error
	for _, name := range targets {
		if name != "" {
			_, err := target.Parse(name)
			problems = append(problems, err)
		}
	}
	for _, version := range releases {
		_, err := release.Load(c.Path("patches"), version)
		problems = append(problems, err)
	}
	return targets, releases, errors.Join(problems...)
}

// one makes one image, which may be one for several targets.
func one(ctx context.Context, c *checkout.Checkout, version, to string, several bool) (*Build, *Result, error) {
	c, err := c.With("release", version, "matrix")
	if err != nil {
		return nil, nil, err
	}
	if c, err = c.With("target", to, "matrix"); err != nil {
		return nil, nil, err
	}
	b, err := Prepare(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	b.several = several
	r, err := b.Run(ctx, "package")
	return b, r, err
}

// ImagesDir is the directory in build that has the images of each target.
const ImagesDir = "images"

// gather puts the images of each target into a directory, and writes its .toc. Images of others that are there, as of an earlier release, stay.
func gather(ctx context.Context, c *checkout.Checkout, images []MatrixImage) (tocs []string, err error) {
	tocs = []string{}
	for _, i := range images {
		if i.Outcome == "failed" {
			continue
		}
		dir := c.Path("build", ImagesDir, i.Target)
		to := filepath.Join(dir, filepath.Base(i.Image))
		if sum, err := digest(ctx, to); err != nil || sum != i.SHA256 {
			text, err := os.ReadFile(c.Path(i.Image))
			if err == nil {
				err = errors.Join(os.MkdirAll(dir, 0o755), tree.WriteFile(to, text, 0o644))
			}
			if err != nil {
				return tocs, err
			}
		}
		if toc := c.Shown(filepath.Join(dir, ".toc")); !slices.Contains(tocs, toc) {
			tocs = append(tocs, toc)
		}
	}
	for _, toc := range tocs {
		if _, err := imagetool.WriteToc(ctx, filepath.Dir(c.Path(toc))); err != nil {
			return tocs, err
		}
	}
	return tocs, nil
}
