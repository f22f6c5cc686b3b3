package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// applier is a way to apply a series.
type applier struct {
	name  string
	apply func(ctx context.Context, s *patchset.Series, dir string, mtime time.Time) error
}

// otherAppliers are those of this machine that ours must agree with.
func (p *Project) otherAppliers(ctx context.Context) ([]applier, error) {
	var missing []string
	var ways []applier
	for _, tool := range []struct {
		name, sign string
		argv       []string
	}{
		{"GNU patch", "GNU patch", []string{"patch", "-F0", "-p1", "-s", "-f", "--no-backup-if-mismatch", "-r", "-"}},
		{"git apply", "git version", []string{"git", "apply", "-p1", "--whitespace=nowarn"}},
	} {
		version, err := p.Machine.Output(ctx, host.Cmd{Argv: []string{tool.argv[0], "--version"}})
		if ctx.Err() != nil {
			return nil, context.Cause(ctx) // the command may have ended well all the same
		}
		if err != nil || !strings.HasPrefix(version, tool.sign) {
			missing = append(missing, tool.name)
			continue
		}
		ways = append(ways, applier{tool.name, func(ctx context.Context, s *patchset.Series, dir string, _ time.Time) error {
			return p.applyWith(ctx, tool.argv, s, dir)
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

func (p *Project) applyWith(ctx context.Context, argv []string, s *patchset.Series, dir string) error {
	for _, patch := range s.Patches {
		err := p.Machine.Run(ctx, host.Cmd{Argv: argv, Dir: dir, Env: gitEnv(dir), Stdin: bytes.NewReader(patch.Text)})
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
			return &fault.Error{
				Code: "patch-disagree", What: "patch " + patch.Name + " is refused by " + argv[0] + " and taken by us",
				Where: filepath.Join(p.Shown(s.Dir), patch.Name), Found: f.Found,
				Do: "run \"mage patches:refresh\"; if that changes nothing, report this as a fault of sendmail-aix, with the patch",
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// threeWays applies the series to copies of a tree, by us and by all others, and wants the same tree of each. Images tells whether
// the tree is the release's own.
func (p *Project) threeWays(ctx context.Context, s *patchset.Series, base, work string, images bool, mtime time.Time) (string, error) {
	others, err := p.otherAppliers(ctx)
	if err != nil {
		return "", err
	}
	ours := applier{"ours", func(ctx context.Context, s *patchset.Series, dir string, mtime time.Time) error {
		if images {
			return s.Apply(ctx, dir, mtime)
		}
		return s.ApplyText(ctx, dir, mtime)
	}}
	var first tree.Listing
	for i, way := range append([]applier{ours}, others...) {
		dir := filepath.Join(work, strconv.Itoa(i))
		if err := tree.Copy(ctx, base, dir, mtime); err != nil {
			return "", err
		}
		if err := way.apply(ctx, s, dir, mtime); err != nil {
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
				Code: "patch-disagree", What: "we and " + way.name + " make different trees of the same series", Where: p.Shown(s.Dir),
				Found: strings.Join(found, "\n"), Do: "report this as a fault of sendmail-aix, with the patches",
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			return "", err
		}
	}
	return first.Hash(), nil
}

// scratch is an empty directory for one run's trees, which other runs wait for. What one that was killed has left in it goes with the next.
func (p *Project) scratch(ctx context.Context) (dir string, remove func() error, err error) {
	unlock, err := p.Lock(ctx, "patches")
	if err != nil {
		return "", nil, err
	}
	dir = p.Path("build", "patches")
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
		unlock()
		return "", nil, checkout.Explain(err)
	}
	return dir, func() error {
		defer unlock()
		return os.RemoveAll(dir)
	}, nil
}

// pristine unpacks a release's source in the directory to. A source that cannot be had is no error, unless the user named one.
func (p *Project) pristine(ctx context.Context, r *release.Release, to string) (had bool, err error) {
	fetcher, err := p.Fetcher()
	if err != nil {
		return false, err
	}
	named := ""
	if r.Version == p.Settings.Release {
		named = p.Settings.Source
	}
	source, err := fetcher.Open(r, named)
	if err != nil {
		return false, err
	}
	err = source.Unpack(ctx, to)
	if named == "" && fault.Code(err) == "source-unavailable" {
		p.Log.WithField("release", r.Version).WithError(err).Debug("source unavailable")
		return false, nil
	}
	return err == nil, err
}

// pristineFiles are the paths of a release's source as it was published, with the modes of its files.
func pristineFiles(r *release.Release) (map[string]fs.FileMode, error) {
	listing, err := tree.ParseListing(r.Files)
	if err != nil {
		return nil, &fault.Error{
			Code: "release-invalid", What: "the file list of sendmail " + r.Version + " cannot be read", Where: filepath.Join(r.Dir, "files.sha256"), Err: err,
			Do: "restore it from git",
		}
	}
	modes := map[tree.Mode]fs.FileMode{tree.File: 0o644, tree.Exec: 0o755}
	files := make(map[string]fs.FileMode, len(listing))
	for _, e := range listing {
		files[e.Path] = modes[e.Mode]
	}
	return files, nil
}

// PatchesCheck applies each release's series in three ways, on a skeleton of the source and, where it can be had, on the source.
func (p *Project) PatchesCheck(ctx context.Context) (err error) {
	releases, err := release.List(p.Path("patches"))
	if err != nil {
		return err
	}
	dir, remove, err := p.scratch(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	for _, r := range releases {
		if err := p.checkSeries(ctx, r, filepath.Join(dir, r.Version)); err != nil {
			return err
		}
	}
	return nil
}

func (p *Project) checkSeries(ctx context.Context, r *release.Release, work string) error {
	s, err := patchset.Load(r.Dir)
	if err != nil {
		return err
	}
	base := filepath.Join(work, "source")
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	had, err := p.pristine(ctx, r, base)
	if fault.Code(err) == "source-mismatch" {
		err = p.judgeNamed(ctx, s, err)
	}
	if err != nil {
		return err
	}
	if had { // it says more precisely what is wrong than the skeleton can
		findings, err := s.Judge(ctx, base)
		if err != nil {
			return err
		}
		if len(findings) > 0 {
			return patchset.Misfit(findings)
		}
	}
	files, err := pristineFiles(r)
	if err != nil {
		return err
	}
	if err := s.CheckChain(func(path string) (fs.FileMode, bool) { mode, there := files[path]; return mode, there }); err != nil {
		return err
	}
	k, err := s.Skeleton()
	if err != nil {
		return err
	}
	bones := filepath.Join(work, "skeleton")
	if err := k.Write(ctx, bones, r.Date); err != nil {
		return err
	}
	hash, err := p.threeWays(ctx, s, bones, work, false, r.Date)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%-9s %2d patches  skeleton  %s\n", r.Version, len(s.Patches), hash)
	if !had {
		fmt.Fprintf(p.out, "%-9s %2d patches  skeleton only: the source cannot be had here\n", r.Version, len(s.Patches))
		return nil
	}
	if hash, err = p.threeWays(ctx, s, base, work, true, r.Date); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%-9s %2d patches  source    %s\n", r.Version, len(s.Patches), hash)
	return os.RemoveAll(work)
}

// judgeNamed tells where the series does not fit a directory that the user named and that is not the release's source.
func (p *Project) judgeNamed(ctx context.Context, s *patchset.Series, mismatch error) error {
	name := strings.TrimPrefix(p.Settings.Source, "file://")
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		return mismatch
	}
	findings, err := s.Judge(ctx, name)
	if err != nil || len(findings) == 0 {
		return mismatch
	}
	p.Log.WithError(mismatch).Debug("the source is not the release's")
	return patchset.Misfit(findings)
}

// PatchesStatus shows the patches of the release that is set.
func (p *Project) PatchesStatus(ctx context.Context) error {
	return p.withSeries(ctx, func(_ *release.Release, s *patchset.Series, base string) error {
		var findings []patchset.Finding
		if base != "" {
			var err error
			if findings, err = s.Judge(ctx, base); err != nil {
				return err
			}
		}
		w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "PATCH\tKIND\tCVE\tFILES\tHUNKS\tUPSTREAM\tVERDICT\tSUBJECT")
		for _, patch := range s.Patches {
			verdict := "-"
			if base != "" {
				verdict = string(patchset.Worst(slices.DeleteFunc(slices.Clone(findings), func(f patchset.Finding) bool { return f.Patch != patch.Name })))
			}
			upstream, _, _ := strings.Cut(patch.Header.Upstream(), "\n")
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\n", strings.TrimSuffix(patch.Name, ".patch"), patch.Kind(),
				dash(strings.Join(patch.Header.CVE, ",")), len(patch.Paths()), patch.Hunks(), fault.Line(upstream), verdict, fault.Line(patch.Header.Subject))
		}
		return w.Flush()
	})
}

// withSeries hands the release that is set, its patches and a copy of its source to do. The copy is "" when the source cannot be had.
func (p *Project) withSeries(ctx context.Context, do func(r *release.Release, s *patchset.Series, base string) error) (err error) {
	r, err := release.Load(p.Path("patches"), p.Settings.Release)
	if err != nil {
		return err
	}
	s, err := patchset.Load(r.Dir)
	if err != nil {
		return err
	}
	dir, remove, err := p.scratch(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	base := filepath.Join(dir, "source")
	had, err := p.pristine(ctx, r, base)
	if err != nil {
		return err
	}
	if !had {
		base = ""
	}
	return do(r, s, base)
}

// PatchesRefresh writes the patches of the release that is set anew where they do not fit its source exactly.
func (p *Project) PatchesRefresh(ctx context.Context) error {
	return p.withSeries(ctx, func(r *release.Release, s *patchset.Series, base string) error {
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
		for _, f := range why {
			fmt.Fprintf(p.out, "%s, %s: %s\n", f.Patch, f.Where(), f.Verdict)
		}
		if err := writeAll(s.Dir, texts); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%d of %d patches written anew\n", len(texts), len(s.Patches))
		return nil
	})
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
