// Package series maintains the releases' series of patches: it compares how they apply, shows, mends and adds patches, and checks what the releases answer to
// advisories. What it returns, report writes.
package series

import (
	"bytes"
	"context"
	"errors"
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

// threeWays applies the series to copies of a tree, by us and by all others, and wants the same tree of each. Images reports whether
// the tree is the release's own.
func threeWays(ctx context.Context, c *checkout.Checkout, s *patchset.Series, base, work string, images bool, mtime time.Time) (string, error) {
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
