package patchset

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

const fileStart = "diff --git "

// parsePatch reads a patch file. Where in its fault is the file's name without directory.
func parsePatch(name string, text []byte) (*Patch, error) {
	head, diffs := string(text), ""
	if i := strings.Index("\n"+head, "\n"+fileStart); i >= 0 {
		head, diffs = head[:i], head[i:]
	}
	p := &Patch{Name: name, Text: text}
	if head != "" && !strings.HasSuffix(head+diffs, "\n") {
		return nil, malformed(name, fmt.Errorf("line %d: no line end: the patch may have lost its last lines", strings.Count(string(text), "\n")+1))
	}
	if diffs == "" {
		return nil, &fault.Error{
			Code: "patch-empty", What: "patch " + name + " changes no file", Where: name,
			Do: "make it with \"git diff\": every file must begin with a line \"" + fileStart + "a/FILE b/FILE\"",
		}
	}
	var err error
	if p.Header, err = parseHeader(head); err != nil {
		return nil, &fault.Error{
			Code: "patch-header", What: "patch " + name + ": incomplete header", Where: name, Err: err,
			Do: "write the fields Subject, Description, Author, Origin, Forwarded or Applied-Upstream, Applies-To above the first file",
		}
	}
	if p.parts, err = checkDiffs(diffs, strings.Count(head, "\n")); err != nil {
		return nil, malformed(name, err)
	}
	p.files, _, err = gitdiff.Parse(bytes.NewReader(text)) // all of it, so that line numbers in errors are the file's
	if err != nil {
		return nil, malformed(name, err)
	}
	if err := checkFiles(p.files, diffs); err != nil {
		return nil, malformed(name, err)
	}
	if err := p.checkImages(); err != nil {
		return nil, err
	}
	return p, nil
}

func malformed(name string, err error) error {
	return &fault.Error{
		Code: "patch-malformed", What: "patch " + name + ": unsupported diff format", Where: name, Err: err,
		Do: "make it anew with \"git diff --full-index --no-renames\" in the top directory of the source tree",
	}
}

var (
	// headForm is what stands between a file's first line and its hunks, as git writes it.
	headForm    = regexp.MustCompile(`^(old mode, new mode, |new file mode, |deleted file mode, )?(index, )?(---, \+\+\+, @@, )?$`)
	hunkForm    = regexp.MustCompile(`^@@ -[0-9]+(?:,([0-9]+))? \+[0-9]+(?:,([0-9]+))? @@`)
	versionForm = regexp.MustCompile(`^[0-9][0-9a-zA-Z. ()-]*$`) // git format-patch's last line, below "-- "
)

// checker walks over the lines of a diff. It exists because parsers, ours and everybody's, pass over what they do not understand:
// gitdiff ignores text after a hunk, chooses silently between two names, and does not care where a name leads.
type checker struct {
	lines []string
	at    int
	first int // number of lines above the diff in the file
	parts []part
}

// part is where in a patch one file's part is. Lines are counted from 1.
type part struct {
	start, index, hunks, end int // index and hunks are 0 when there are none; end is the line after the part
}

func (c *checker) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: "+format, append([]any{c.first + c.at + 1}, args...)...)
}

func (c *checker) more() bool   { return c.at < len(c.lines) }
func (c *checker) line() string { return c.lines[c.at] }

func checkDiffs(diffs string, first int) ([]part, error) {
	c := &checker{lines: strings.Split(strings.TrimSuffix(diffs, "\n"), "\n"), first: first}
	seen := make(map[string]bool)
	for c.more() {
		if !strings.HasPrefix(c.line(), fileStart) {
			if c.signature() {
				return c.parts, nil
			}
			return nil, c.errorf("%q belongs to no hunk", c.line())
		}
		name, err := c.file()
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, c.errorf("%s is in the patch twice", name)
		}
		seen[name] = true
	}
	return c.parts, nil
}

// signature says whether only what git format-patch writes at the end is left.
func (c *checker) signature() bool {
	rest := slices.DeleteFunc(slices.Clone(c.lines[c.at:]), func(l string) bool { return l == "" })
	return len(rest) == 0 || len(rest) == 2 && rest[0] == "-- " && versionForm.MatchString(rest[1])
}

// file checks one file's part, from its first line to the end of its last hunk, and returns its name.
func (c *checker) file() (string, error) {
	oldName, newName, ok := strings.Cut(strings.TrimPrefix(c.line(), fileStart), " ")
	name := strings.TrimPrefix(oldName, "a/")
	if !ok || oldName != "a/"+name || newName != "b/"+name {
		return "", c.errorf("%q does not name one file twice, with a/ and with b/", c.line())
	}
	if err := checkPath(name); err != nil {
		return "", c.errorf("%w", err)
	}
	here := part{start: c.first + c.at + 1}
	var head strings.Builder
	for c.at++; c.more() && !strings.HasPrefix(c.line(), fileStart) && !strings.HasPrefix(c.line(), "@@"); c.at++ {
		kind, err := c.extended(name)
		if err != nil {
			if c.signature() {
				break // the last file has no hunk
			}
			return "", err
		}
		if kind == "index" {
			here.index = c.first + c.at + 1
			if head.Len() > 0 && strings.Count(c.line(), " ") > 1 {
				return "", c.errorf("%q says the mode of %s twice: the lines above it do too", c.line(), name)
			}
		}
		head.WriteString(kind + ", ")
	}
	if c.more() && strings.HasPrefix(c.line(), "@@") {
		here.hunks = c.first + c.at + 1
		head.WriteString("@@, ")
	}
	if !headForm.MatchString(head.String()) {
		return "", c.errorf("%s has the lines %q before its first hunk, which is not how git writes them", name, strings.TrimSuffix(head.String(), ", "))
	}
	for c.more() && strings.HasPrefix(c.line(), "@@") {
		if err := c.hunk(); err != nil {
			return "", err
		}
	}
	here.end = c.first + c.at + 1
	c.parts = append(c.parts, here)
	return name, nil
}

// extended checks a line between a file's first line and its first hunk, and returns what it begins with.
func (c *checker) extended(name string) (kind string, err error) {
	key, value, _ := strings.Cut(c.line(), " ")
	switch key {
	case "---", "+++":
		side := map[string]string{"---": "a/", "+++": "b/"}[key]
		if value != side+name && value != "/dev/null" {
			return "", c.errorf("%q names another file than %s", c.line(), name)
		}
		return key, nil
	case "index":
		if _, mode, ok := strings.Cut(value, " "); ok {
			return key, c.mode(mode, name)
		}
		return key, nil
	}
	for _, kind := range []string{"old mode", "new mode", "new file mode", "deleted file mode"} {
		if mode, ok := strings.CutPrefix(c.line(), kind+" "); ok {
			return kind, c.mode(mode, name)
		}
	}
	return "", c.errorf("%q is not taken: no renames, copies or binary files", c.line())
}

// mode refuses symbolic links (120000) and submodules (160000).
func (c *checker) mode(mode, name string) error {
	if mode != "100644" && mode != "100755" {
		return c.errorf("mode %q of %s is not that of a regular file (100644 or 100755)", mode, name)
	}
	return nil
}

// hunk passes over a hunk by the numbers in its first line.
func (c *checker) hunk() error {
	m := hunkForm.FindStringSubmatch(c.line())
	if m == nil {
		return c.errorf("%q is not the first line of a hunk", c.line())
	}
	var left [2]int
	for i, text := range m[1:] {
		left[i] = 1
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return c.errorf("%w", err)
		}
		left[i] = n
	}
	for c.at++; left[0] > 0 || left[1] > 0; c.at++ {
		if !c.more() {
			return c.errorf("the patch ends in the middle of a hunk")
		}
		if c.line() == "" { // what mailers make of an empty context line
			return c.errorf("an empty line in a hunk; an empty context line has a blank")
		}
		switch c.line()[:1] {
		case " ":
			left[0]--
			left[1]--
		case "-":
			left[0]--
		case "+":
			left[1]--
		case `\`:
		default:
			return c.errorf("%q is not a line of a hunk", c.line())
		}
		if left[0] < 0 || left[1] < 0 {
			return c.errorf("the hunk has more lines than it says")
		}
	}
	if c.more() && strings.HasPrefix(c.line(), `\`) { // no newline at the end of the file
		c.at++
	}
	return nil
}

// checkPath refuses names that leave the tree or that no release's tree has.
func checkPath(name string) error {
	switch {
	case name == "" || path.IsAbs(name):
		return fmt.Errorf("%q is not a relative path", name)
	case path.Clean(name) != name || name == ".." || strings.HasPrefix(name, "../"):
		return fmt.Errorf("%q leaves the tree or takes a way around", name)
	case name == ".git" || strings.HasPrefix(name, ".git/"):
		return fmt.Errorf("%q belongs to git", name)
	case strings.ContainsFunc(name, func(r rune) bool { return r == ' ' || r == '"' || r == '\\' || !isPrinted(r) }):
		return fmt.Errorf("%q has a character that would need quoting", name)
	case strings.HasSuffix(name, suffix):
		return fmt.Errorf("%q is what a file is called while it is written here", name)
	}
	return nil
}

// isPrinted is false for what a terminal may obey or not show, and for bytes that are no UTF-8 at all.
func isPrinted(r rune) bool { return r != utf8.RuneError && unicode.IsGraphic(r) }

// maxLine keeps a skeleton small. No file of sendmail has a fiftieth of it.
const maxLine = 1_000_000

// checkFiles makes sure that gitdiff has understood what the checker saw.
func checkFiles(files []*gitdiff.File, diffs string) error {
	if seen := strings.Count("\n"+diffs, "\n"+fileStart); len(files) != seen {
		return fmt.Errorf("%d files are named and %d understood", seen, len(files))
	}
	for _, f := range files {
		name := pathOf(f)
		if f.IsBinary || f.IsCopy || f.IsRename {
			return fmt.Errorf("%s: no renames, copies or binary files", name)
		}
		if !f.IsNew && !f.IsDelete && f.OldName != f.NewName {
			return fmt.Errorf("%s and %s: no renames", f.OldName, f.NewName)
		}
		if err := checkPath(name); err != nil {
			return err
		}
		if f.NewMode != 0 && f.OldMode == f.NewMode {
			return fmt.Errorf("%s: the new mode is the old one", name)
		}
		if len(f.TextFragments) == 0 && f.NewMode == 0 && !f.IsDelete {
			return fmt.Errorf("%s: named, and no hunk or mode changes it", name)
		}
		for i, h := range f.TextFragments {
			if err := h.Validate(); err != nil {
				return fmt.Errorf("%s, hunk %d: %w", name, i+1, err)
			}
			if max(h.OldPosition, h.NewPosition) > maxLine {
				return fmt.Errorf("%s, hunk %d: no file has more than %d lines", name, i+1, maxLine)
			}
		}
	}
	return nil
}
