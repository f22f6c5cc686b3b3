package packaging

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// withShared are the values that a script or an added file may name: those of the build, and the shared texts.
func (p *Plan) withShared(values map[string]string) map[string]string {
	all := make(map[string]string)
	maps.Copy(all, values)
	for name, file := range p.Shared {
		all[name] = p.texts[file]
	}
	return all
}

// AddedTexts gives the content of every file that decides about Extras, by its name in the plan's directory.
func (p *Plan) AddedTexts() map[string]string {
	texts := map[string]string{planFile: p.texts[planFile]}
	for _, a := range p.Added {
		if name := a.text(); name != "" {
			texts[name] = p.texts[name]
		}
	}
	for _, file := range p.Shared {
		texts[file] = p.texts[file]
	}
	return texts
}

// Extras are what the plan adds to the staged files of a build with these options. Sendmail's source is in the directory source. The texts,
// filled in, are written into dir, a directory that is the build's own and is there.
func (p *Plan) Extras(source, dir string, values map[string]string, options []string) ([]stage.Extra, error) {
	var extras []stage.Extra
	var problems []error
	withShared := p.withShared(values)
	for i, a := range p.Added {
		if len(a.Options) > 0 && !slices.ContainsFunc(a.Options, func(o string) bool { return slices.Contains(options, o) }) {
			continue
		}
		where := fmt.Sprintf("%s, line %d", planFile, a.line)
		path, err := Fill(where, a.Path, values)
		problems = append(problems, err)
		if slices.ContainsFunc(extras, func(e stage.Extra) bool { return e.Path == path }) {
			problems = append(problems, &fault.Error{Code: "packaging-file", What: "a file is added twice: " + path, Where: where, Do: "take one of the entries out"})
		}
		e := stage.Extra{
			Path: path, Owner: cmp.Or(a.Owner, "root"), Group: cmp.Or(a.Group, "system"), Mode: a.mode(), Expand: a.Macros != "",
		}
		if name := a.text(); name != "" {
			text, err := Fill(name, p.texts[name], withShared)
			e.From = filepath.Join(dir, fmt.Sprintf("added-%d", i))
			problems = append(problems, err, os.WriteFile(e.From, []byte(text), 0o644))
		} else if a.Source != "" {
			e.From = filepath.Join(source, a.Source)
			if _, err := os.Stat(e.From); err != nil {
				problems = append(problems, &fault.Error{Code: "packaging-file", What: "this sendmail has no " + a.Source, Where: where, Err: err,
					Do: "correct the name, or take the entry out"})
			}
		}
		extras = append(extras, e)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return extras, nil
}
