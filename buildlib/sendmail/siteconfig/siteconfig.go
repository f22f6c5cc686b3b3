// Package siteconfig composes the site.config.m4 that sendmail's own build system reads.
//
// What a user chooses are options, and each option is one file of plain m4 in site.config.m4.d: [Load] reads them, strictly.
// [Set.Compose] puts the chosen ones below what the target and the layout decide, and refuses combinations that cannot work.
//
// Three traps of sendmail's m4 files shape what is accepted (all observed with GNU m4):
//   - APPENDDEF expands the old value as an argument, so that text behind a comma is lost. No value may hold one, but for the linker
//     options, which are defined once and never appended to.
//   - The build system looks for libdb and other libraries by itself and uses what it finds. confLIBSEARCH is always emptied.
//   - Builtin words (index, len, shift, ...) are macros inside values too. Paths with such words are refused.
package siteconfig

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Set is a directory of fragments. It does not change after [Load].
type Set struct {
	dir       string
	fragments []*Fragment // in the order of their file names
}

// maxFragment is more than a fragment ever has, in bytes.
const maxFragment = 1 << 20

// Load reads all fragments of a directory. Every file in it must be one.
func Load(dir string) (*Set, error) {
	return load(os.DirFS(dir), dir)
}

func load(fsys fs.FS, dir string) (*Set, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, &fault.Error{Code: "fragments-missing", What: "cannot read the option fragments", Where: dir, Err: err,
			Do: "run from the top of the project, where site.config.m4.d is"}
	}
	s := &Set{dir: filepath.Base(dir)}
	var errs []error
	for _, e := range entries {
		text, err := regular.ReadFS(fsys, e.Name(), maxFragment)
		if err != nil {
			errs = append(errs, &fault.Error{Code: "fragment-bad", What: "an option fragment cannot be read",
				Where: filepath.Join(dir, e.Name()), Err: err, Do: "make it a file that you may read, or take it out of " + dir})
			continue
		}
		f, err := ParseFragment(e.Name(), text)
		if err != nil {
			errs = append(errs, &fault.Error{Code: "fragment-bad", What: "an option fragment cannot be used",
				Where: filepath.Join(dir, e.Name()), Err: err, Do: "correct the file; site.config.m4.d/20-starttls.m4 is a good model"})
			continue
		}
		if twin := s.find(f.Option); twin != nil {
			errs = append(errs, &fault.Error{Code: "fragment-bad", What: "two fragments have the option " + f.Option,
				Where: filepath.Join(dir, f.File) + " and " + twin.File, Do: "rename or remove one"})
			continue
		}
		s.fragments = append(s.fragments, f)
	}
	if len(entries) == 0 {
		errs = append(errs, &fault.Error{Code: "fragments-missing", What: "there is no option fragment", Where: dir,
			Do: "run from the top of the project, where site.config.m4.d is"})
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

// checkNames refuses fragments that name an option which no fragment has. It matters for those in use alone: whoever takes a fragment away
// need not correct all others that mention it.
func (s *Set) checkNames(fragments []*Fragment) error {
	var errs []error
	for _, f := range fragments {
		for _, other := range slices.Concat(f.Needs, f.Conflicts) {
			if s.find(other) == nil {
				errs = append(errs, &fault.Error{Code: "fragment-bad", What: "a fragment names an option that no fragment has",
					Where: s.dir + "/" + f.File, Found: other, Do: "bring that fragment back, correct Needs and Conflicts of this one, or leave option " + f.Option + " out"})
			}
		}
	}
	return errors.Join(errs...)
}

// find returns the fragment of an option, or nil.
func (s *Set) find(option string) *Fragment {
	for _, f := range s.fragments {
		if f.Option == option {
			return f
		}
	}
	return nil
}

// Options lists the fragments in their order. Callers must not change them.
func (s *Set) Options() []*Fragment { return slices.Clone(s.fragments) }

// Names lists the options in the order of their fragments.
func (s *Set) Names() []string {
	var names []string
	for _, f := range s.fragments {
		names = append(names, f.Option)
	}
	return names
}
