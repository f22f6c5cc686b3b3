package xcoff

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Import is a symbol that the file takes from another one.
type Import struct {
	Symbol string
	From   ImportFile // the zero value for a deferred import: whoever loads the file gives it
	Class  Class
	Weak   bool // the program runs without it
}

// LibraryPath lists the directories in which AIX looks for the files that are imported from, as ld's -blibpath wrote them. An empty
// or relative one depends on the current directory of whoever runs the program. No list means AIX's own default.
func (f *File) LibraryPath() []string {
	if f.Loader == nil || len(f.Loader.ImportFiles) == 0 || f.Loader.ImportFiles[0].Path == "" {
		return nil
	}
	return strings.Split(f.Loader.ImportFiles[0].Path, ":")
}

// Libraries lists the files that are imported from, in the file's order. Those with a Path are not looked for in the library path.
func (f *File) Libraries() []ImportFile {
	if f.Loader == nil || len(f.Loader.ImportFiles) == 0 {
		return nil
	}
	return slices.Clone(f.Loader.ImportFiles[1:])
}

// Imports lists the symbols that the file imports, in the file's order. A list takes thrice the memory of the symbols themselves.
func (f *File) Imports() []Import { return slices.Collect(f.EachImport()) }

// EachImport goes through the symbols that the file imports, in the file's order.
func (f *File) EachImport() iter.Seq[Import] {
	return func(yield func(Import) bool) {
		if f.Loader == nil {
			return
		}
		for _, s := range f.Loader.Symbols {
			if s.Type&SymbolImport == 0 {
				continue
			}
			i := Import{Symbol: s.Name, Class: s.Class, Weak: s.Type&SymbolWeak != 0}
			if s.ImportFile > 0 {
				i.From = f.Loader.ImportFiles[s.ImportFile]
			}
			if !yield(i) {
				return
			}
		}
	}
}

// DiffImports compares the imports of two files: what only the first has, and what only the second has, each by file and symbol.
func DiffImports(before, after []Import) (gone, added []Import) {
	return missing(before, after), missing(after, before)
}

// missing lists the imports that are not among others.
func missing(imports, others []Import) []Import {
	there := make(map[Import]bool, len(others))
	for _, i := range others {
		there[i] = true
	}
	var found []Import
	for _, i := range imports {
		if !there[i] {
			there[i] = true // each once
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b Import) int {
		return cmp.Or(strings.Compare(a.From.String(), b.From.String()), strings.Compare(a.Symbol, b.Symbol))
	})
	return found
}
