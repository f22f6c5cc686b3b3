// Package patchset reads a release's series of patches and applies it.
//
// A patch is strict on both sides. Its file must have a header that says what it is for, be in git's format and hold nothing else.
// Its hunks must fit the source exactly: an offset or fuzz, which GNU patch would pass over with a remark, means that nobody has
// looked at this patch with this source, and stops the build.
package patchset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Series is the patches of one release, in the order in which they are applied.
type Series struct {
	Dir     string
	Patches []*Patch
}

// Patch is one patch of a series.
type Patch struct {
	Name   string // file name, such as "0004-aix-nsl-libs.patch"
	Header Header
	Text   []byte // the whole file

	files []*gitdiff.File
	parts []part // of each file
}

// Head is what stands above the patch's first file.
func (p *Patch) Head() string {
	return string(p.Text[:strings.Index("\n"+string(p.Text), "\n"+fileStart)])
}

// Hunks counts the hunks of the patch.
func (p *Patch) Hunks() int {
	n := 0
	for _, f := range p.files {
		n += len(f.TextFragments)
	}
	return n
}

// Kind says in a word what the patch is about: security when it names a CVE, else what it applies to.
func (p *Patch) Kind() string {
	switch to := p.Header.AppliesTo; {
	case len(p.Header.CVE) > 0:
		return "security"
	case strings.Contains(to, "AIX"):
		return "AIX"
	case strings.Contains(to, "OpenSSL"):
		return "OpenSSL"
	case strings.Contains(to, "SASL"):
		return "SASL"
	}
	return "fix"
}

// Upstream says in a few words what upstream did with the patch.
func (h *Header) Upstream() string {
	if h.AppliedUpstream != "" {
		return "applied: " + h.AppliedUpstream
	}
	return "forwarded: " + h.Forwarded
}

// Paths names the files of the tree that the patch touches, in the patch's order.
func (p *Patch) Paths() []string {
	paths := make([]string, len(p.files))
	for i, f := range p.files {
		paths[i] = pathOf(f)
	}
	return paths
}

func pathOf(f *gitdiff.File) string {
	if f.IsDelete {
		return f.OldName
	}
	return f.NewName
}

const seriesName = "series"

// nameForm is what the files of patches are called: a number that keeps them in order for people, and a topic.
var nameForm = regexp.MustCompile(`^[0-9]{4}-[a-z0-9][a-z0-9._-]*\.patch$`)

// Load reads the file series in dir and the patches that it names. All that is wrong in one patch is reported together;
// what is wrong with the series itself comes first.
func Load(dir string) (*Series, error) {
	where := filepath.Join(dir, seriesName)
	text, err := readFile(where)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &fault.Error{
			Code: "series-missing", What: "there is no series of patches", Where: where, Err: err,
			Do: "make this file: one patch name on each line; it may be empty",
		}
	}
	if err != nil {
		return nil, unreadable("the series of patches cannot be read", where, err)
	}
	names, err := parseSeries(string(text))
	if err != nil {
		return nil, &fault.Error{
			Code: "series-invalid", What: "the series of patches cannot be read", Where: where, Err: err,
			Do: "write one file name on each line, such as 0004-aix-nsl-libs.patch; what follows a # is a comment",
		}
	}
	if err := checkListed(dir, names); err != nil {
		return nil, err
	}
	s := &Series{Dir: dir}
	for _, name := range names {
		text, err := readFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &fault.Error{
				Code: "patch-missing", What: "a patch of the series is not there", Where: filepath.Join(dir, name), Err: err,
				Do: "add the patch, or take its line out of " + where,
			}
		}
		if err != nil {
			return nil, unreadable("a patch of the series cannot be read", filepath.Join(dir, name), err)
		}
		p, err := parsePatch(name, text)
		if err != nil {
			if f, ok := errors.AsType[*fault.Error](err); ok {
				f.Where = filepath.Join(dir, f.Where)
			}
			return nil, err
		}
		s.Patches = append(s.Patches, p)
	}
	return s, nil
}

// maxFile is a hundred times what the largest patch has.
const maxFile = 8 << 20

func readFile(name string) ([]byte, error) { return regular.Read(name, maxFile) }

func unreadable(what, where string, err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err // where tells the path
	}
	return &fault.Error{
		Code: "patch-unreadable", What: what, Where: where, Err: err,
		Do: "let this user read it, or restore it from git",
	}
}

// parseSeries reads the names in a series file.
func parseSeries(text string) ([]string, error) {
	var names []string
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if !nameForm.MatchString(line) {
			return nil, fmt.Errorf("line %d: %q is not a name of the form NNNN-topic.patch in lower case", i+1, line)
		}
		if slices.Contains(names, line) {
			return nil, fmt.Errorf("line %d: %s is in the series twice", i+1, line)
		}
		names = append(names, line)
	}
	return names, nil
}

// checkListed refuses patches that lie in the directory and would silently not be applied.
func checkListed(dir string, names []string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return unreadable("the directory of the series cannot be listed", dir, err)
	}
	var unlisted []string
	for _, e := range entries {
		if name := e.Name(); (strings.HasSuffix(name, ".patch") || strings.HasSuffix(name, ".diff")) && !slices.Contains(names, name) {
			if !nameForm.MatchString(name) {
				name = strconv.Quote(name)
			}
			unlisted = append(unlisted, name)
		}
	}
	if unlisted == nil {
		return nil
	}
	return &fault.Error{
		Code: "patch-unlisted", What: "a patch file is not listed in series", Where: dir, Found: strings.Join(unlisted, "\n"),
		Do: "add its name to " + filepath.Join(dir, seriesName) + ", or take the file away",
	}
}
