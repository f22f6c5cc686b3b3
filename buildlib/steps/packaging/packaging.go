// Package packaging decides which of our own files are staged with sendmail, and what of the staged tree goes into which fileset, as
// packaging/filesets.toml says.
package packaging

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tomlfile"
)

// Plan is packaging/filesets.toml with the scripts it names.
type Plan struct {
	Package   string    `toml:"package"`
	Copyright string    `toml:"copyright"` // what each fileset shows when it is installed
	Users     []string  `toml:"users"`     // accounts that the scripts make
	Groups    []string  `toml:"groups"`    // the same
	Provided  []string  `toml:"provided"`  // directories that the scripts make, too
	Filesets  []Fileset `toml:"fileset"`
	// Shared are texts that may stand in a script or an added file as @name@: name to the file each is in.
	Shared map[string]string `toml:"shared"`
	Added  []Added           `toml:"added"`

	texts map[string]string // of the plan, of its scripts and of all other files that it names, by file name
}

// Fileset is one fileset of the plan. Every string in it, and the scripts, may hold @name@ for a value of the build.
type Fileset struct {
	Name       string            `toml:"name"`
	Text       string            `toml:"text"`
	Requisites []string          `toml:"requisites"`
	Files      []string          `toml:"files"`    // patterns
	Volatile   []string          `toml:"volatile"` // patterns of files that programs write
	Usr        map[string]string `toml:"usr"`      // script to the file it is in
	Root       map[string]string `toml:"root"`
}

// Added is a file or a directory among the staged ones that sendmail's own install leaves out. It is made of one of File, Macros and
// Source; of none of them, it is an empty directory.
type Added struct {
	Path    string   `toml:"path"`
	File    string   `toml:"file"`    // one of our texts, in which every @name@ is filled in
	Macros  string   `toml:"macros"`  // such a text, which sendmail's macros make a configuration of
	Source  string   `toml:"source"`  // of sendmail's source: a file, or a directory with all that is in it
	Owner   string   `toml:"owner"`   // root when it says nothing
	Group   string   `toml:"group"`   // system when it says nothing
	Mode    string   `toml:"mode"`    // in octal: of the file, or of all files of a directory of the source
	Options []string `toml:"options"` // it is there with one of these options only; always, when there are none

	line int // of the plan
}

// text is our file that it is made of, or "".
func (a Added) text() string { return cmp.Or(a.File, a.Macros) }

var accountForm = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,31}$`)

// mode is 0 for what is none of an added file: set-id bits are sendmail's alone.
func (a Added) mode() uint32 {
	mode, err := strconv.ParseUint(a.Mode, 8, 9)
	if err != nil {
		return 0
	}
	return uint32(mode)
}

const planFile = "filesets.toml"

// maxText is a hundred times what the longest script or text has.
const maxText = 8 << 20

// Load reads the plan in a directory, and its scripts. What changes in the directory afterwards does not matter to the plan.
func Load(dir string) (*Plan, error) {
	file := filepath.Join(dir, planFile)
	text, err := regular.Read(file, maxText)
	if err != nil {
		return nil, &fault.Error{Code: "packaging-file", What: "cannot read what the image is to hold", Where: file, Err: err, Do: "restore the file from git"}
	}
	p := &Plan{texts: map[string]string{planFile: string(text)}}
	if err := tomlfile.Decode(text, p); err != nil {
		return nil, &fault.Error{Code: "packaging-file", What: "cannot read what the image is to hold", Where: file, Err: err, Do: "mend the line"}
	}
	var problems []error
	refuse := func(line int, what, do string, err error) {
		where := file
		if line > 0 {
			where = fmt.Sprintf("%s, line %d", file, line)
		}
		problems = append(problems, &fault.Error{Code: "packaging-file", What: what, Where: where, Err: err, Do: do})
	}
	for _, name := range p.files() {
		text, err := regular.Read(filepath.Join(dir, name), maxText)
		p.texts[name] = string(text)
		if err != nil {
			refuse(p.line(name), "a file of the image is missing", "write it, or take it out of "+planFile, err)
		}
	}
	lines := tomlfile.Tables(text, "added")
	for i := range p.Added {
		a, line := &p.Added[i], 0
		if i < len(lines) { // there are none of added = [{...}]
			line = lines[i]
		}
		a.line = line
		switch {
		case a.Path == "":
			refuse(line, "an added file or directory has no path", `write for example path = "@conf@/name"`, nil)
		case a.mode() == 0:
			refuse(line, fmt.Sprintf("invalid mode %q for an added file", a.Mode), "write it in octal, as in 0555, without set-id bits: those are sendmail's alone", nil)
		case !accountForm.MatchString(cmp.Or(a.Owner, "root")) || !accountForm.MatchString(cmp.Or(a.Group, "root")):
			refuse(line, fmt.Sprintf("owner %q or group %q is no name of an account", a.Owner, a.Group), "correct it, or leave it out: then it is root and system", nil)
		case a.File != "" && a.Macros != "" || a.text() != "" && a.Source != "":
			refuse(line, "an added file is made of more than one thing: "+a.Path, "name one of file, macros and source", nil)
		case a.Source != "" && !fs.ValidPath(a.Source):
			refuse(line, "not a name within sendmail's source: "+a.Source, `write it from its top, without . and .., as in "cf/README"`, nil)
		}
	}
	if p.Package == "" || len(p.Filesets) == 0 {
		refuse(0, "the image has no package name or no filesets", "add package = \"name\", or a [[fileset]]", nil)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return p, nil
}

// line is where the plan names a file first, or 0.
func (p *Plan) line(name string) int {
	before, _, found := strings.Cut(p.texts[planFile], strconv.Quote(name))
	if !found {
		return 0
	}
	return strings.Count(before, "\n") + 1
}

// files lists all files that the plan names, each once, sorted.
func (p *Plan) files() []string {
	files := p.scripts()
	for _, a := range p.Added {
		if a.text() != "" {
			files = append(files, a.text())
		}
	}
	files = slices.AppendSeq(files, maps.Values(p.Shared))
	slices.Sort(files)
	return slices.Compact(files)
}

// scripts lists the files of all scripts, each once, sorted.
func (p *Plan) scripts() []string {
	var files []string
	for _, f := range p.Filesets {
		files = slices.AppendSeq(slices.AppendSeq(files, maps.Values(f.Usr)), maps.Values(f.Root))
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// Texts gives the content of every file of the plan, as it was loaded, by its name in the plan's directory.
func (p *Plan) Texts() map[string]string { return maps.Clone(p.texts) }

var placeholder = regexp.MustCompile(`@[a-z]+@`)

// Fill puts values in the place of @name@. A name without a value is an error: it would reach the target as it stands. The first
// argument names the text in messages.
func Fill(name, text string, values map[string]string) (string, error) {
	var unknown []string
	filled := placeholder.ReplaceAllStringFunc(text, func(match string) string {
		value, ok := values[strings.Trim(match, "@")]
		if !ok {
			unknown = append(unknown, match)
			return match
		}
		return value
	})
	if len(unknown) == 0 {
		return filled, nil
	}
	known := slices.Sorted(maps.Keys(values))
	return "", &fault.Error{
		Code: "packaging-placeholder", What: "a placeholder has no value: " + strings.Join(unknown, ", "), Where: name,
		Do: "use one of @" + strings.Join(known, "@, @") + "@",
	}
}

// matches reports whether a pattern of the plan covers a path.
func matches(pattern, target string) bool {
	dir, below := strings.CutSuffix(pattern, "/**")
	if !below {
		ok, err := path.Match(pattern, target)
		return ok && err == nil // expand has refused patterns that are no patterns
	}
	for i := strings.LastIndexByte(target, '/'); i >= 0; i = strings.LastIndexByte(target[:i], '/') {
		if ok, err := path.Match(dir, target[:i]); ok && err == nil {
			return true
		}
	}
	return false
}

// expanded is a fileset of the plan with its values filled in.
type expanded struct {
	Fileset
	copyright string
	usr, root installp.Scripts
}

func (p *Plan) expand(values map[string]string) ([]expanded, error) {
	var out []expanded
	var problems []error
	fill := func(name, text string) string {
		filled, err := Fill(name, text, values)
		problems = append(problems, err)
		return filled
	}
	list := func(name string, texts []string) []string {
		filled := make([]string, len(texts))
		for i, text := range texts {
			filled[i] = fill(planFile+", fileset "+name, text)
		}
		return filled
	}
	copyright := fill(planFile+", copyright", p.Copyright)
	texts := make(map[string]string) // both parts may have one script: its problems are reported once
	withShared := p.withShared(values)
	for _, script := range p.scripts() {
		filled, err := Fill(script, p.texts[script], withShared)
		problems = append(problems, err)
		texts[script] = filled
	}
	scripts := func(files map[string]string) installp.Scripts {
		filled := make(installp.Scripts)
		for kind, script := range files {
			filled[installp.Step(kind)] = texts[script]
		}
		return filled
	}
	for _, f := range p.Filesets {
		e := expanded{Fileset: f, copyright: copyright, usr: scripts(f.Usr), root: scripts(f.Root)}
		e.Name, e.Text = fill(planFile+", fileset "+f.Name, f.Name), fill(planFile+", fileset "+f.Name, f.Text)
		e.Requisites, e.Files, e.Volatile = list(f.Name, f.Requisites), list(f.Name, f.Files), list(f.Name, f.Volatile)
		for _, pattern := range slices.Concat(e.Files, e.Volatile) {
			if _, err := path.Match(strings.TrimSuffix(pattern, "/**"), ""); err != nil {
				problems = append(problems, &fault.Error{
					Code: "packaging-file", What: "not a pattern: " + pattern, Where: planFile + ", fileset " + f.Name, Err: err,
					Do: "write it with * and ? alone",
				})
			}
		}
		out = append(out, e)
	}
	return out, errors.Join(problems...)
}
