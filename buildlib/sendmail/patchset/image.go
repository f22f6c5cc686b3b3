package patchset

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"slices"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// An index line names what a file holds before and after a patch, as git names it: the SHA-1 of a header and the content. Nobody's
// security hangs on it; the release's own hashes are SHA-256.

// noImage stands for a file that is not there.
const noImage = "0000000000000000000000000000000000000000"

// emptyImage is that of a file with nothing in it.
const emptyImage = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"

// orEmpty takes a file that is not there for an empty one.
func orEmpty(image string) string {
	if image == noImage {
		return emptyImage
	}
	return image
}

var imageForm = regexp.MustCompile(`^[0-9a-f]{40}$`)

func blobID(data string) string {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00%s", len(data), data) // a hash never fails to be written to
	return hex.EncodeToString(h.Sum(nil))
}

// needsImages reports whether a file's part must have an index line: git writes none when the mode alone changes.
func needsImages(f *gitdiff.File) bool { return f.IsNew || f.IsDelete || len(f.TextFragments) > 0 }

// hasImages reports whether there is an index line.
func (s *fitting) hasImages() bool { return s.file.OldOIDPrefix != "" }

// checkImages refuses index lines that do not name the contents in full, or promise others without a hunk that makes them.
func (p *Patch) checkImages() error {
	for i, f := range p.files {
		part := p.parts[i]
		if !needsImages(f) && part.index == 0 {
			continue
		}
		old, now := f.OldOIDPrefix, f.NewOIDPrefix
		var err error
		switch {
		case part.index == 0:
			err = fmt.Errorf("line %d: %s has no index line", part.start, pathOf(f))
		case !imageForm.MatchString(old) || !imageForm.MatchString(now):
			err = fmt.Errorf("line %d: the index line of %s is abbreviated", part.index, pathOf(f))
		case f.IsNew != (old == noImage) || f.IsDelete != (now == noImage):
			err = fmt.Errorf("line %d: the index line of %s says something else of whether the file is there than the lines around it", part.index, pathOf(f))
		case part.hunks == 0 && orEmpty(old) != orEmpty(now):
			return malformed(p.Name, fmt.Errorf("line %d: the content of %s changes by its index line, and there is no hunk that changes it", part.index, pathOf(f)))
		default:
			continue
		}
		return &fault.Error{
			Code: "patch-index", What: "patch " + p.Name + " does not say in full which contents it is made for", Where: p.Name, Err: err,
			Do: "make it anew with \"git diff --full-index --no-renames\" in the top directory of the source tree",
		}
	}
	return nil
}

// compareMode compares the mode that the patch is made for, where it says one, with the file's.
func (s *fitting) compareMode(mode fs.FileMode) {
	switch {
	case s.file.IsNew || s.file.OldMode == 0 || permissions(s.file.OldMode) == mode:
	case s.file.NewMode != 0: // there are but two modes
		s.find(Finding{Verdict: Applied, Found: fmt.Sprintf("the patch changes the mode from %o to %o, which the file has already", permissions(s.file.OldMode), mode)})
	default:
		s.find(Finding{Verdict: Stale, Found: fmt.Sprintf("the patch is made for a file of mode %o, and it has %o here", permissions(s.file.OldMode), mode)})
	}
}

// compareImages is for hunks that all fit.
func (s *fitting) compareImages() {
	if old := s.file.OldOIDPrefix; old != s.pre {
		s.find(Finding{Verdict: Stale, Found: fmt.Sprintf("the hunks fit, but the patch is made for another content of the file:\n%s by its index line, %s here", old, s.pre)})
	} else if now := s.file.NewOIDPrefix; now != s.post {
		s.find(Finding{Verdict: Stale, Found: fmt.Sprintf("the hunks make another content than the index line says:\n%s by that line, %s here", now, s.post)})
	}
}

// CheckChain checks what can be said without the source: that each patch begins with the content that the one before it leaves, that
// the first patch of a file changes one of the release's files, and that new files are new. The same goes for modes. Released tells
// whether the release has a file, and with which mode, which may be 0 for any.
func (s *Series) CheckChain(released func(path string) (mode fs.FileMode, there bool)) error {
	type state struct {
		image string // "" for as released
		mode  fs.FileMode
		by    string // patch
	}
	files := make(map[string]state)
	for n, p := range s.Patches {
		for i, f := range p.files {
			name, line := pathOf(f), p.parts[i].start
			now, touched := files[name]
			mode, there := released(name)
			if touched {
				mode = now.mode
			}
			if touched && now.image != "" {
				there = now.image != noImage
			}
			broken := func(found, do string) error {
				return &fault.Error{
					Code: "patch-chain", What: "patch " + p.Name + " does not follow from what is before it in the series",
					Where: fmt.Sprintf("%s, line %d, %s", p.Name, line, name), Found: found, Do: do,
				}
			}
			const order = "put the series into the order in which the patches were made, or run \"mage patches:refresh\" with the source at hand"
			switch {
			case f.IsNew && there && touched:
				return broken("a new file that "+now.by+" has made already", order)
			case f.IsNew && there:
				return broken("a new file that the release has already", "make the patch anew against the release's pristine tree")
			case !f.IsNew && !there && touched:
				return broken("a file that "+now.by+" has taken away", order)
			case !f.IsNew && !there:
				found := "a file that the release does not have"
				if maker := firstWith(s.Patches, name, func(f *gitdiff.File) bool { return f.IsNew }); maker != "" {
					return broken(found+"; "+maker+" makes it", order)
				}
				return broken(found, "correct the name, or make the patch anew against the release's pristine tree")
			}
			if !f.IsNew && f.OldMode != 0 && mode != 0 && permissions(f.OldMode) != permissions(mode) {
				found := fmt.Sprintf("the file's mode is %o", permissions(mode))
				if touched {
					found += " after " + now.by
				}
				return broken(found+fmt.Sprintf(", and this patch is made for %o", permissions(f.OldMode)), order)
			}
			mode = cmp.Or(f.NewMode, f.OldMode, mode)
			if p.parts[i].index == 0 {
				files[name] = state{now.image, mode, p.Name}
				continue
			}
			line = p.parts[i].index
			if now.image != "" && now.image != f.OldOIDPrefix {
				found := fmt.Sprintf("the file is %s after %s, and this patch is made for %s", now.image, now.by, f.OldOIDPrefix)
				if from := firstWith(s.Patches, name, leaves(f.OldOIDPrefix)); from != "" {
					found += ",\nwhich it is after " + from
				}
				if user := firstWith(s.Patches[:n], name, func(o *gitdiff.File) bool { return o.OldOIDPrefix == f.NewOIDPrefix }); user != "" {
					found += ";\n" + user + ", which is before it in the series, is made for what this patch makes"
				}
				if f.NewOIDPrefix == now.image {
					found += ";\nthe file has what this patch makes already"
				}
				return broken(found, order+";\na patch that is there twice is taken out of the series")
			}
			files[name] = state{f.NewOIDPrefix, mode, p.Name}
		}
	}
	return nil
}

// firstWith names the first of some patches whose part for a file is such a one, or "".
func firstWith(patches []*Patch, name string, such func(*gitdiff.File) bool) string {
	for _, p := range patches {
		if slices.ContainsFunc(p.files, func(f *gitdiff.File) bool { return pathOf(f) == name && such(f) }) {
			return p.Name
		}
	}
	return ""
}

// leaves is for parts that leave a file with this content.
func leaves(image string) func(*gitdiff.File) bool {
	return func(f *gitdiff.File) bool { return f.NewOIDPrefix == image }
}
