package packaging

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// Everything that is added belongs to these.
const (
	addedOwner = "root"
	addedGroup = "system"
)

// withShared are the values that a script or an added file may name: those of the build, and the shared texts.
func (p *Plan) withShared(values map[string]string) map[string]string {
	all := maps.Clone(values)
	if all == nil {
		all = make(map[string]string)
	}
	for name, file := range p.Shared {
		all[name] = p.texts[file]
	}
	return all
}

// AddedTexts gives the content of every file that decides about Extras, by its name in the plan's directory.
func (p *Plan) AddedTexts() map[string]string {
	texts := map[string]string{planFile: p.texts[planFile]}
	for _, a := range p.Added {
		if a.File != "" {
			texts[a.File] = p.texts[a.File]
		}
	}
	for _, file := range p.Shared {
		texts[file] = p.texts[file]
	}
	return texts
}

// Extras are what the plan adds to the staged files of a build with these options. Their texts, filled in, are written into dir, a
// directory that is the build's own and is there.
func (p *Plan) Extras(dir string, values map[string]string, options []string) ([]stage.Extra, error) {
	var extras []stage.Extra
	var problems []error
	withShared := p.withShared(values)
	for i, a := range p.Added {
		if len(a.Options) > 0 && !slices.ContainsFunc(a.Options, func(o string) bool { return slices.Contains(options, o) }) {
			continue
		}
		path, err := Fill(planFile+", "+a.Path, a.Path, values)
		problems = append(problems, err)
		mode, err := a.mode()
		problems = append(problems, err)
		e := stage.Extra{Path: path, Owner: addedOwner, Group: addedGroup, Mode: mode}
		if a.File != "" {
			text, err := Fill(a.File, p.texts[a.File], withShared)
			e.From = filepath.Join(dir, fmt.Sprintf("added-%d", i))
			problems = append(problems, err, os.WriteFile(e.From, []byte(text), 0o644))
		}
		extras = append(extras, e)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return extras, nil
}
