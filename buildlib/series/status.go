package series

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// Overview is the series of a release.
type Overview struct {
	Release string  `json:"release"`
	Patches []Entry `json:"patches"`
}

// Entry is a patch of the series, and how it fits.
type Entry struct {
	Patch    string           `json:"patch"` // without .patch
	Kind     string           `json:"kind"`
	CVE      []string         `json:"cve,omitempty"`
	Files    int              `json:"files"`
	Hunks    int              `json:"hunks"`
	Upstream string           `json:"upstream"`          // what upstream did with it
	Verdict  patchset.Verdict `json:"verdict,omitempty"` // the worst of its hunks; "" when the source cannot be had
	Subject  string           `json:"subject"`
}

// WriteText writes a table.
func (v *Overview) WriteText(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PATCH\tKIND\tCVE\tFILES\tHUNKS\tUPSTREAM\tVERDICT\tSUBJECT")
	for _, e := range v.Patches {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\n", e.Patch, e.Kind, cmp.Or(strings.Join(e.CVE, ","), "-"), e.Files, e.Hunks,
			fault.Line(e.Upstream), cmp.Or(e.Verdict, "-"), fault.Line(e.Subject))
	}
	return w.Flush()
}

// Status shows the patches of the release that is set, and how they fit its source where that can be had.
func Status(ctx context.Context, c *checkout.Checkout) (v *Overview, err error) {
	err = withSeries(ctx, c, func(r *release.Release, s *patchset.Series, base string) error {
		var findings []patchset.Finding
		if base != "" {
			if findings, err = s.Judge(ctx, base); err != nil {
				return err
			}
		}
		v = &Overview{Release: r.Version}
		for _, patch := range s.Patches {
			e := Entry{Patch: strings.TrimSuffix(patch.Name, ".patch"), Kind: patch.Kind(), CVE: patch.Header.CVE, Files: len(patch.Paths()),
				Hunks: patch.Hunks(), Subject: patch.Header.Subject}
			e.Upstream, _, _ = strings.Cut(patch.Header.Upstream(), "\n")
			if base != "" {
				e.Verdict = patchset.Worst(slices.DeleteFunc(slices.Clone(findings), func(f patchset.Finding) bool { return f.Patch != patch.Name }))
			}
			v.Patches = append(v.Patches, e)
		}
		return nil
	})
	return v, err
}

// Refreshed is what was wrong with patches that have been rewritten.
type Refreshed struct {
	Release string   `json:"release"`
	Patches int      `json:"patches"` // of the series
	Written int      `json:"written"` // of them
	Reasons []Misfit `json:"reasons,omitempty"`
}

// Misfit is a place where a patch did not fit.
type Misfit struct {
	Patch   string           `json:"patch"` // without .patch
	Where   string           `json:"where"`
	Verdict patchset.Verdict `json:"verdict"`
}

// WriteText writes a line for each reason, and one that counts.
func (v *Refreshed) WriteText(w io.Writer) error {
	for _, m := range v.Reasons {
		fmt.Fprintf(w, "%s.patch, %s: %s\n", m.Patch, m.Where, m.Verdict)
	}
	_, err := fmt.Fprintf(w, "%d of %d patches written anew\n", v.Written, v.Patches)
	return err
}

// Refresh rewrites the patches of the release that is set where they do not fit its source exactly.
func Refresh(ctx context.Context, c *checkout.Checkout) (v *Refreshed, err error) {
	err = withSeries(ctx, c, func(r *release.Release, s *patchset.Series, base string) error {
		if base == "" {
			return &fault.Error{
				Code: "source-unavailable", What: "patches can be refreshed only with the source of sendmail " + r.Version + " at hand", Where: "addresses in release.toml",
				Do: `set SENDMAIL_SOURCE to a tarball or a directory with the unpacked tree; "mage fetch" tells what else there is`,
			}
		}
		texts, why, err := s.Refresh(ctx, base)
		if err != nil {
			return err
		}
		if err := writeAll(s.Dir, texts); err != nil {
			return err
		}
		v = &Refreshed{Release: r.Version, Patches: len(s.Patches), Written: len(texts)}
		for _, f := range why {
			v.Reasons = append(v.Reasons, Misfit{strings.TrimSuffix(f.Patch, ".patch"), f.Where(), f.Verdict})
		}
		return nil
	})
	return v, err
}

// writeAll puts all files in their places once all of them are on the disk.
func writeAll(dir string, texts []patchset.Rewritten) (err error) {
	defer func() {
		if err != nil {
			err = &fault.Error{
				Code: "patch-unwritable", What: "patches cannot be written", Where: dir, Err: err,
				Do: "make room there and let this user write, then run the same again",
			}
		}
	}()
	var pending []*tree.Pending
	for _, text := range texts {
		f, err := tree.Begin(filepath.Join(dir, text.Name), 0o644)
		if err != nil {
			return err
		}
		defer f.Discard()
		pending = append(pending, f)
		if _, err := f.Write(text.Text); err != nil {
			return err
		}
	}
	var problems []error
	for _, f := range pending {
		problems = append(problems, f.Commit())
	}
	return errors.Join(problems...)
}
