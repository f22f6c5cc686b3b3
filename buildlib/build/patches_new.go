package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
)

var (
	topicForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
	// leftovers are what editors and GNU patch leave beside a file.
	leftovers = regexp.MustCompile(`(~|\.orig|\.rej|\.swp|\.being-patched)$`)
)

// PatchesNew makes a patch of what was edited in the source tree of this build, at the end of the series.
func (p *Project) PatchesNew(ctx context.Context, topic string) error {
	topic = strings.TrimSuffix(topic, ".patch")
	if !topicForm.MatchString(topic) {
		return &fault.Error{
			Code: "patch-name", What: fmt.Sprintf("%q is no name for a patch", topic),
			Do: "give a short topic in lower case, such as tls-crl-check: letters, digits, dot, hyphen and underscore",
		}
	}
	j, err := p.job(ctx)
	if err != nil {
		return err
	}
	return j.locked(ctx, func() error {
		if _, err := os.Stat(j.patched()); errors.Is(err, fs.ErrNotExist) {
			return &fault.Error{
				Code: "patch-source", What: "there is no source tree with edits", Where: j.Shown(j.patched()),
				Do: `run "mage patch", edit the files there, then run this again before anything else`,
			}
		}
		if _, err := j.run(ctx, "fetch"); err != nil {
			return err
		}
		return j.newPatch(ctx, topic)
	})
}

func (j *job) newPatch(ctx context.Context, topic string) (err error) {
	dir, remove, err := j.scratch(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	base := filepath.Join(dir, "series")
	if err := tree.Copy(ctx, j.pristine(), base, j.time); err != nil {
		return err
	}
	if err := j.series.Apply(ctx, base, j.time); err != nil {
		return err
	}
	diff, err := j.diff(ctx, filepath.Join(dir, "git"), base, j.patched())
	if err != nil {
		return err
	}
	if diff == "" {
		return &fault.Error{
			Code: "patch-no-edits", What: "nothing is edited", Where: j.Shown(j.patched()), Found: "just what the series makes",
			Do: "edit files there, then run this again before anything else: \"mage patch\" and what builds on it make the tree anew",
		}
	}
	number := 1
	for _, patch := range j.series.Patches {
		if n, err := strconv.Atoi(patch.Name[:4]); err == nil {
			number = max(number, n+1)
		}
	}
	name := fmt.Sprintf("%04d-%s.patch", number, topic)
	list, err := os.ReadFile(filepath.Join(j.series.Dir, "series"))
	if err != nil {
		return err
	}
	text := string(list)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if err := writeAll(j.series.Dir, []patchset.Rewritten{
		{Name: name, Text: []byte(patchset.Blank() + diff)}, {Name: "series", Text: []byte(text + name + "\n")},
	}); err != nil {
		return err
	}
	fmt.Fprintln(j.out, j.Shown(filepath.Join(j.series.Dir, name)))
	j.Log.WithField("patch", name).Warn("fill in the patch's header: until then the series is refused")
	return nil
}

// diff is what git finds different between two trees, without what editors leave.
func (j *job) diff(ctx context.Context, repository, from, to string) (string, error) {
	git := func(work string, args ...string) (string, error) {
		var out strings.Builder // as it is: a diff may end in a blank
		err := j.Machine.Run(ctx, host.Cmd{
			Argv: append([]string{"git", "--literal-pathspecs", "--git-dir=" + repository, "--work-tree=" + work, "-c", "core.autocrlf=false", "-c", "core.safecrlf=false"}, args...),
			Dir:  work, Env: gitEnv(work), Stdout: &out,
		})
		return out.String(), err
	}
	if _, err := git(from, "init", "-q"); err != nil {
		return "", err
	}
	if _, err := git(from, "add", "-A", "-f", "."); err != nil {
		return "", err
	}
	// Intent to add: new files show in the diff between index and tree.
	if _, err := git(to, "add", "--ignore-removal", "-f", "-N", "."); err != nil {
		return "", err
	}
	names, err := git(to, "diff", "--name-only", "--no-renames", "-z")
	if err != nil {
		return "", err
	}
	args := []string{"diff", "--full-index", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--"}
	count := len(args)
	for name := range strings.SplitSeq(strings.TrimSuffix(names, "\x00"), "\x00") {
		if name != "" && !leftovers.MatchString(name) {
			args = append(args, name)
		}
	}
	if len(args) == count {
		return "", nil
	}
	return git(to, args...)
}
