package inspect

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// Libraries are archives to look imports up in, such as a copy of a machine's /usr/lib.
type Libraries struct {
	// Open opens a file below their directory, by a relative path. That there is none is fs.ErrNotExist.
	Open func(name string) (*io.SectionReader, error)

	exports map[xcoff.ImportFile]map[string]bool // nil for one that is not there
}

// Unmet is what an object imports and the libraries do not have.
type Unmet struct {
	Absent  []string  `json:"absent"`  // libraries or members that are not there; what they export is not known
	Imports []Imports `json:"imports"` // symbols that their library does not export
}

// Missing looks the imports of an object up. What it runs without is left out, as are symbols that whoever loads it gives.
func (l *Libraries) Missing(o *Object) (*Unmet, error) {
	u := &Unmet{Absent: []string{}, Imports: []Imports{}}
	for _, file := range o.search {
		exports, err := l.exported(file, o.LibraryPath)
		if err != nil {
			return nil, err
		}
		missing := Imports{From: file.String()}
		for _, i := range o.all {
			if i.From == file && !i.Weak && !exports[i.Symbol] {
				missing.Symbols = append(missing.Symbols, Symbol{i.Symbol, i.Class.String(), false})
			}
		}
		switch {
		case exports == nil:
			u.Absent = append(u.Absent, file.String())
		case missing.Symbols != nil:
			u.Imports = append(u.Imports, missing)
		}
	}
	return u, nil
}

// exported gives what a library exports, nil when it is not there.
func (l *Libraries) exported(file xcoff.ImportFile, search []string) (map[string]bool, error) {
	if known, ok := l.exports[file]; ok {
		return known, nil
	}
	exports, err := l.read(file, search)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if l.exports == nil {
		l.exports = map[xcoff.ImportFile]map[string]bool{}
	}
	l.exports[file] = exports
	return exports, nil
}

func (l *Libraries) read(file xcoff.ImportFile, search []string) (map[string]bool, error) {
	if file.Path != "" {
		search = []string{file.Path}
	}
	for _, dir := range append(search, "/usr/lib", "/lib", "") {
		name := strings.TrimPrefix(path.Join(dir, file.Base), "/")
		if !fs.ValidPath(name) {
			continue
		}
		r, err := l.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if exports, err := exportsOf(r, file.Member); exports != nil || err != nil {
			return exports, err
		}
	}
	return nil, fs.ErrNotExist
}

// exportsOf gives what a member exports, or the file itself when no member is named; nil when there is none of these.
func exportsOf(r *io.SectionReader, member string) (map[string]bool, error) {
	if member != "" {
		archive := r
		r = nil
		for m, err := range ar.Members(archive) {
			if err != nil && !errors.Is(err, ar.ErrFormat) {
				return nil, err
			}
			if err == nil && m.Name == member {
				r = m.Content
				break
			}
		}
		if r == nil {
			return nil, nil
		}
	}
	f, err := xcoff.NewFile(r)
	if errors.Is(err, xcoff.ErrMagic) || errors.Is(err, xcoff.ErrFormat) || err == nil && f.Loader == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	exports := map[string]bool{}
	for _, s := range f.Loader.Symbols {
		if s.Type&xcoff.SymbolExport != 0 {
			exports[s.Name] = true
		}
	}
	return exports, nil
}
