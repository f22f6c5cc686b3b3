// Package series maintains the releases' series of patches: it compares how they apply, shows, mends and adds patches, and checks what the releases answer to
// advisories. What it returns, report writes.
package series

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// Applier is a way to apply a series.
type Applier struct {
	Name  string
	Apply func(ctx context.Context, s *patchset.Series, dir string, mtime time.Time) error
}

// Others are the ways of this machine that ours must agree with.
func Others(ctx context.Context, c *checkout.Checkout) ([]Applier, error) {
	var missing []string
	var ways []Applier
	for _, tool := range []struct {
		name, sign string
		argv       []string
	}{
		{"GNU patch", "GNU patch", []string{"patch", "-F0", "-p1", "-s", "-f", "--no-backup-if-mismatch", "-r", "-"}},
		{"git apply", "git version", []string{"git", "apply", "-p1", "--whitespace=nowarn"}},
	} {
		version, err := c.Machine.Output(ctx, host.Cmd{Argv: []string{tool.argv[0], "--version"}})
		if ctx.Err() != nil {
			return nil, context.Cause(ctx) // the command may have ended well all the same
		}
		if err != nil || !strings.HasPrefix(version, tool.sign) {
			missing = append(missing, tool.name)
			continue
		}
		ways = append(ways, Applier{tool.name, func(ctx context.Context, s *patchset.Series, dir string, _ time.Time) error {
			return applyWith(ctx, c, tool.argv, s, dir)
		}})
	}
	if missing != nil {
		return nil, &fault.Error{
			Code: "command-missing", What: "cannot compare with " + strings.Join(missing, " and "), Where: "PATH",
			Do: `run "mage doctor": it lists what is missing and the command that brings it`,
		}
	}
	return ways, nil
}

// gitEnv keeps a repository around the directory, and anybody's settings, out of what git does there.
func gitEnv(dir string) []string {
	return []string{"GIT_CEILING_DIRECTORIES=" + filepath.Dir(dir), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1"}
}

func applyWith(ctx context.Context, c *checkout.Checkout, argv []string, s *patchset.Series, dir string) error {
	for _, patch := range s.Patches {
		err := c.Machine.Run(ctx, host.Cmd{Argv: argv, Dir: dir, Env: gitEnv(dir), Stdin: bytes.NewReader(patch.Text)})
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
			return &fault.Error{
				Code: "patch-disagree", Finding: true, What: "patch " + patch.Name + " is refused by " + argv[0] + " and taken by us",
				Where: filepath.Join(c.Shown(s.Dir), patch.Name), Found: f.Found,
				Do: "run \"mage patches:refresh\"; if that changes nothing, report this as a fault of sendmail-aix, with the patch",
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ThreeWays applies the series to copies of a tree, by us and by all others, and wants the same tree of each. Images reports whether
// the tree is the release's own.
func ThreeWays(ctx context.Context, c *checkout.Checkout, s *patchset.Series, base, work string, images bool, mtime time.Time) (string, error) {
	others, err := Others(ctx, c)
	if err != nil {
		return "", err
	}
	ours := Applier{"ours", func(ctx context.Context, s *patchset.Series, dir string, mtime time.Time) error {
		if images {
			return s.Apply(ctx, dir, mtime)
		}
		return s.ApplyText(ctx, dir, mtime)
	}}
	var first tree.Listing
	for i, way := range append([]Applier{ours}, others...) {
		dir := filepath.Join(work, strconv.Itoa(i))
		if err := tree.Copy(ctx, base, dir, mtime); err != nil {
			return "", err
		}
		if err := way.Apply(ctx, s, dir, mtime); err != nil {
			return "", err
		}
		listing, err := tree.List(ctx, dir)
		if err != nil {
			return "", err
		}
		if i == 0 {
			first = listing
		} else if differences := tree.Compare(first, listing); len(differences) > 0 {
			var found []string
			for _, d := range differences {
				found = append(found, d.String())
			}
			return "", &fault.Error{
				Code: "patch-disagree", Finding: true, What: "we and " + way.Name + " make different trees of the same series", Where: c.Shown(s.Dir),
				Found: strings.Join(found, "\n"), Do: "report this as a fault of sendmail-aix, with the patches",
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			return "", err
		}
	}
	return first.Hash(), nil
}

// Checks is how the series of all releases apply.
type Checks struct {
	Releases []Checked `json:"releases"`
}

// Checked is how the series of one release applies. Each hash is that of the tree that we, GNU patch and git alike make of it.
type Checked struct {
	Release  string `json:"release"`
	Patches  int    `json:"patches"`
	Skeleton string `json:"skeleton"`         // hash of the patched skeleton
	Source   string `json:"source,omitempty"` // hash of the patched source; "" when the source cannot be had
}

// WriteText writes a line for each tree.
func (v *Checks) WriteText(w io.Writer) error {
	for _, c := range v.Releases {
		fmt.Fprintf(w, "%-9s %2d patches  skeleton  %s\n", c.Release, c.Patches, c.Skeleton)
		source := "skeleton only: the source cannot be had here"
		if c.Source != "" {
			source = "source    " + c.Source
		} else if c.Release == Spare {
			continue // of no one source
		}
		if _, err := fmt.Fprintf(w, "%-9s %2d patches  %s\n", c.Release, c.Patches, source); err != nil {
			return err
		}
	}
	return nil
}

// Check applies each release's series in three ways, on a skeleton of the source and, where it can be had, on the source; and the spare patches,
// on theirs.
func Check(ctx context.Context, c *checkout.Checkout) (v *Checks, err error) {
	releases, err := release.List(c.Path("patches"))
	if err != nil {
		return nil, err
	}
	dir, remove, err := Scratch(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	v = new(Checks)
	for _, r := range releases {
		checked, err := checkSeries(ctx, c, r, filepath.Join(dir, r.Version))
		if err != nil {
			return v, err
		}
		v.Releases = append(v.Releases, checked)
	}
	dir = filepath.Join(dir, Spare)
	s, err := patchset.Load(c.Path("patches", Spare))
	if _, none := os.Stat(c.Path("patches", Spare)); errors.Is(none, fs.ErrNotExist) {
		return v, nil
	}
	if err := errors.Join(err, os.MkdirAll(dir, 0o755)); err != nil {
		return v, err
	}
	if err := s.Finished(); err != nil {
		return v, err
	}
	checked, err := checkBones(ctx, c, s, dir, time.Unix(0, 0))
	checked.Release = Spare
	v.Releases = append(v.Releases, checked)
	return v, err
}

// Spare is the directory under patches with those that no release here needs, and one between them does.
const Spare = "spare"

// checkBones applies a series in three ways on its skeleton.
func checkBones(ctx context.Context, c *checkout.Checkout, s *patchset.Series, work string, date time.Time) (v Checked, err error) {
	k, err := s.Skeleton()
	if err != nil {
		return v, err
	}
	bones := filepath.Join(work, "skeleton")
	if err := k.Write(ctx, bones, date); err != nil {
		return v, err
	}
	v.Patches = len(s.Patches)
	v.Skeleton, err = ThreeWays(ctx, c, s, bones, work, false, date)
	return v, err
}

func checkSeries(ctx context.Context, c *checkout.Checkout, r *release.Release, work string) (v Checked, err error) {
	s, err := patchset.Load(r.Dir)
	if err != nil {
		return v, err
	}
	if err := s.Finished(); err != nil {
		return v, err
	}
	base := filepath.Join(work, "source")
	if err := os.MkdirAll(work, 0o755); err != nil {
		return v, err
	}
	had, err := pristine(ctx, c, r, base)
	if fault.Code(err) == "source-mismatch" {
		err = judgeNamed(ctx, c, s, err)
	}
	if err != nil {
		return v, err
	}
	if had { // it says more precisely what is wrong than the skeleton can
		findings, err := s.Judge(ctx, base)
		if err != nil {
			return v, err
		}
		if len(findings) > 0 {
			return v, asFinding(patchset.Misfit(findings))
		}
	}
	files, err := pristineFiles(r)
	if err != nil {
		return v, err
	}
	if err := s.CheckChain(func(path string) (fs.FileMode, bool) { mode, there := files[path]; return mode, there }); err != nil {
		return v, asFinding(err)
	}
	if v, err = checkBones(ctx, c, s, work, r.Date); err != nil {
		return v, err
	}
	v.Release = r.Version
	if !had {
		return v, nil
	}
	if v.Source, err = ThreeWays(ctx, c, s, base, work, true, r.Date); err != nil {
		return v, err
	}
	return v, os.RemoveAll(work)
}

// judgeNamed tells where the series does not fit a directory that the user named and that is not the release's source.
func judgeNamed(ctx context.Context, c *checkout.Checkout, s *patchset.Series, mismatch error) error {
	name := strings.TrimPrefix(c.Settings.Source, "file://")
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		return mismatch
	}
	findings, err := s.Judge(ctx, name)
	if err != nil || len(findings) == 0 {
		return mismatch
	}
	c.Log.WithError(mismatch).Debug("the source is not the release's")
	return asFinding(patchset.Misfit(findings))
}

// asFinding makes of what is wrong with a patch, or with an answer, what a check has found; whoever wanted to apply the patch has failed. Errors
// of other kinds stay what they are.
func asFinding(err error) error {
	switch e := err.(type) {
	case *fault.Error:
		if found := *e; strings.HasPrefix(e.Code, "patch-") || strings.HasPrefix(e.Code, "advisory-") {
			found.Finding = true
			return &found
		}
	case interface{ Unwrap() []error }:
		var all []error
		for _, one := range e.Unwrap() {
			all = append(all, asFinding(one))
		}
		return errors.Join(all...)
	}
	return err
}
