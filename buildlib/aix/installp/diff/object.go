package diff

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// Attribute is one thing of an object that differs.
type Attribute struct {
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Attributes that are not told by their values.
const (
	attrContent = "content" // of the same size
	attrImports = "imports" // too many to compare; the values count them
)

// Imports are symbols that only one of two programs imports from a library, or imports otherwise than the other; then a symbol tells how.
type Imports struct {
	Library string   `json:"library"`
	Added   bool     `json:"added"` // else only the program before imports them
	Names   []string `json:"names"`
}

// changed tells of one object, whether it differs.
func changed(before, after *fileContents) (d Difference, differs bool) {
	d.Kind = Object
	switch {
	case before == nil:
		d.Name, d.After = after.Path, after.describe()
		return d, true
	case after == nil:
		d.Name, d.Before = before.Path, before.describe()
		return d, true
	}
	d.Name = before.Path
	word := func(name string, a, b any) {
		if x, y := fmt.Sprint(a), fmt.Sprint(b); x != y {
			d.Attributes = append(d.Attributes, Attribute{name, x, y})
		}
	}
	word("type", installp.TypeWords[before.Type], installp.TypeWords[after.Type])
	word("mode", installp.ModeWords(before.Mode), installp.ModeWords(after.Mode))
	word("owner", before.Owner+":"+before.Group, after.Owner+":"+after.Group)
	if d.Attributes == nil { // else they differ for that
		word("member", before.member, after.member)
	}
	word("part", before.part, after.part)
	word("target", before.Target, after.Target)
	word("links", strings.Join(before.Links, ","), strings.Join(after.Links, ","))
	word("volatile", before.Volatile, after.Volatile)
	word("method", before.method, after.method)
	word("size", before.size, after.size)
	if before.size == after.size && before.digest != after.digest {
		d.Attributes = append(d.Attributes, Attribute{Name: attrContent})
	}
	if !before.packed && !after.packed {
		word("library path", strings.Join(before.search, ":"), strings.Join(after.search, ":"))
		if before.many == 0 && after.many == 0 {
			d.Imports = changedImports(before, after)
		} else if before.digest != after.digest {
			d.Attributes = append(d.Attributes, Attribute{attrImports, fmt.Sprint(before.many + len(before.imports)), fmt.Sprint(after.many + len(after.imports))})
		}
	}
	return d, d.Attributes != nil
}

func (f *fileContents) describe() string {
	s := fmt.Sprintf("%s %s %s:%s", installp.TypeWords[f.Type], installp.ModeWords(f.Mode), f.Owner, f.Group)
	switch f.Type {
	case installp.Regular:
		s += fmt.Sprintf(", %d bytes", f.size)
	case installp.Symlink:
		s += " -> " + f.Target
	}
	return s
}

// changedImports go by library and direction. What stands in both is imported otherwise, and its name says how.
func changedImports(before, after *fileContents) []Imports {
	gone, added := xcoff.DiffImports(before.imports, after.imports)
	return append(byLibrary(false, gone, added), byLibrary(true, added, gone)...)
}

func byLibrary(isAdded bool, imports, others []xcoff.Import) []Imports {
	there := map[string]bool{}
	for _, i := range others {
		there[i.From.String()+" "+i.Symbol] = true
	}
	symbols := map[string][]string{}
	for _, i := range imports {
		library, name := i.From.String(), i.Symbol
		if there[library+" "+name] {
			name += importedAs(i)
		}
		symbols[library] = append(symbols[library], name)
	}
	var all []Imports
	for _, library := range slices.Sorted(maps.Keys(symbols)) {
		all = append(all, Imports{library, isAdded, symbols[library]})
	}
	return all
}

func importedAs(i xcoff.Import) string {
	if i.Weak {
		return fmt.Sprintf(" (%s, weak)", i.Class)
	}
	return fmt.Sprintf(" (%s)", i.Class)
}
