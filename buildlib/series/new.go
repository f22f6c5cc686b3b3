package series

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
)

var (
	topicForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
	// leftovers are what editors and GNU patch leave beside a file.
	leftovers = regexp.MustCompile(`(~|\.orig|\.rej|\.swp|\.being-patched)$`)
)

// Leftover reports whether a file is one that editors and GNU patch leave beside others, and nobody's edit.
func Leftover(path string) bool { return leftovers.MatchString(path) }

// Edits is a source tree that somebody edited, and what it was made of.
type Edits struct {
	Series   *patchset.Series
	Pristine string // directory of the release's source as published
	Edited   string // directory of the same, patched and then edited
	Time     time.Time
}

// Added is a patch that was added to a series.
type Added struct {
	File string `json:"file"` // path in the checkout
}

// WriteText writes the path.
func (v *Added) WriteText(w io.Writer) error {
	_, err := fmt.Fprintln(w, v.File)
	return err
}

// CheckTopic refuses what can be no topic of a patch, and returns it without .patch at its end.
func CheckTopic(topic string) (string, error) {
	topic = strings.TrimSuffix(topic, ".patch")
	if !topicForm.MatchString(topic) {
		return "", &fault.Error{
			Code: "patch-name", What: fmt.Sprintf("%q is no name for a patch", topic),
			Do: "give a short topic in lower case, such as tls-crl-check: letters, digits, dot, hyphen and underscore",
		}
	}
	return topic, nil
}

// Add makes a patch of the edits, with a header to fill in, at the end of the series.
func (e *Edits) Add(ctx context.Context, c *checkout.Checkout, topic string) (v *Added, err error) {
	if topic, err = CheckTopic(topic); err != nil {
		return nil, err
	}
	var diff string
	if err := e.against(ctx, c, e.Series, func(_ string, text string) error { diff = text; return nil }); err != nil {
		return nil, err
	}
	number := 1
	for _, patch := range e.Series.Patches {
		if n, err := strconv.Atoi(patch.Name[:4]); err == nil {
			number = max(number, n+1)
		}
	}
	name := fmt.Sprintf("%04d-%s.patch", number, topic)
	list, err := regular.Read(filepath.Join(e.Series.Dir, "series"), 1<<20)
	if err != nil {
		return nil, err
	}
	text := string(list)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if err := writeAll(e.Series.Dir, []patchset.Rewritten{
		{Name: name, Text: []byte(patchset.Blank() + diff)}, {Name: "series", Text: []byte(text + name + "\n")},
	}); err != nil {
		return nil, err
	}
	c.Log.WithField("patch", name).Warn("fill in the patch's header: until then no image is made of the series")
	return &Added{c.Shown(filepath.Join(e.Series.Dir, name))}, nil
}

// against hands to do a scratch directory and what the edits change of the tree that a series makes.
func (e *Edits) against(ctx context.Context, c *checkout.Checkout, s *patchset.Series, do func(dir, diff string) error) (err error) {
	dir, remove, err := Scratch(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	base := filepath.Join(dir, "series")
	if err := e.apply(ctx, s, base); err != nil {
		return err
	}
	text, err := diff(ctx, c.Machine, filepath.Join(dir, "git"), base, e.Edited)
	if err != nil {
		return err
	}
	if text == "" {
		return &fault.Error{
			Code: "patch-no-edits", What: "nothing is edited", Where: c.Shown(e.Edited), Found: "just what the series makes",
			Do: "edit files there, then run this again",
		}
	}
	return do(dir, text)
}

// apply makes the tree of a series.
func (e *Edits) apply(ctx context.Context, s *patchset.Series, to string) error {
	if err := tree.Copy(ctx, e.Pristine, to, e.Time); err != nil {
		return err
	}
	return s.Apply(ctx, to, e.Time)
}

// diff is what git finds different between two trees, without what editors leave.
func diff(ctx context.Context, m *host.Local, repository, from, to string) (string, error) {
	git := func(work string, args ...string) (string, error) {
		var out strings.Builder // as it is: a diff may end in a blank
		err := m.Run(ctx, host.Cmd{
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
		if name != "" && !Leftover(name) {
			args = append(args, name)
		}
	}
	if len(args) == count {
		return "", nil
	}
	return git(to, args...)
}
