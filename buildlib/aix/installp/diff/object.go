package diff

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// changed tells of one object: nothing, a line, or a line with the imports below it.
func changed(before, after *fileContents) []string {
	switch {
	case before == nil:
		return []string{"  + " + after.describe()}
	case after == nil:
		return []string{"  - " + before.describe()}
	}
	var words []string
	word := func(name string, a, b any) {
		if x, y := fmt.Sprint(a), fmt.Sprint(b); x != y {
			words = append(words, fmt.Sprintf("%s %s -> %s", name, cmp.Or(x, "none"), cmp.Or(y, "none")))
		}
	}
	word("type", installp.TypeWords[before.Type], installp.TypeWords[after.Type])
	word("mode", installp.ModeWords(before.Mode), installp.ModeWords(after.Mode))
	word("owner", before.Owner+":"+before.Group, after.Owner+":"+after.Group)
	if len(words) == 0 { // else they differ for that
		word("member", before.member, after.member)
	}
	word("part", before.part, after.part)
	word("target", before.Target, after.Target)
	word("links", strings.Join(before.Links, ","), strings.Join(after.Links, ","))
	word("volatile", before.Volatile, after.Volatile)
	word("method", before.method, after.method)
	word("size", before.size, after.size)
	if before.size == after.size && before.digest != after.digest {
		words = append(words, "content")
	}
	var imports []string
	if !before.packed && !after.packed {
		word("library path", strings.Join(before.search, ":"), strings.Join(after.search, ":"))
		if before.many == 0 && after.many == 0 {
			imports = changedImports(before, after)
		} else if before.digest != after.digest {
			words = append(words, fmt.Sprintf("imports not compared (%d and %d, where more than %d are many)",
				before.many+len(before.imports), after.many+len(after.imports), maxImports))
		}
	}
	if len(words) == 0 {
		return nil
	}
	return append([]string{"  ~ " + before.Path + ": " + strings.Join(words, ", ")}, imports...)
}

func (f *fileContents) describe() string {
	s := fmt.Sprintf("%s: %s %s %s:%s", f.Path, installp.TypeWords[f.Type], installp.ModeWords(f.Mode), f.Owner, f.Group)
	switch f.Type {
	case installp.Regular:
		s += fmt.Sprintf(", %d bytes", f.size)
	case installp.Symlink:
		s += " -> " + f.Target
	}
	return s
}

// changedImports has a line for each library and direction. What stands in both is imported otherwise, and the line tells how.
func changedImports(before, after *fileContents) []string {
	gone, added := xcoff.DiffImports(before.imports, after.imports)
	var all []string
	for _, side := range []struct {
		sign            string
		imports, others []xcoff.Import
	}{{"-", gone, added}, {"+", added, gone}} {
		there := map[string]bool{}
		for _, i := range side.others {
			there[i.From.String()+" "+i.Symbol] = true
		}
		symbols := map[string][]string{}
		for _, i := range side.imports {
			library, name := i.From.String(), i.Symbol
			if there[library+" "+name] {
				name += importedAs(i)
			}
			symbols[library] = append(symbols[library], name)
		}
		for _, library := range slices.Sorted(maps.Keys(symbols)) {
			names := symbols[library]
			text := strings.Join(names[:min(len(names), maxNames)], " ")
			if more := len(names) - maxNames; more > 0 {
				text += fmt.Sprintf(" and %d more", more)
			}
			all = append(all, fmt.Sprintf("      %s imports from %s: %s", side.sign, library, text))
		}
	}
	return all
}

func importedAs(i xcoff.Import) string {
	if i.Weak {
		return fmt.Sprintf(" (%s, weak)", i.Class)
	}
	return fmt.Sprintf(" (%s)", i.Class)
}
