package diff

import (
	"fmt"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

// Attribute is one thing of an object that differs.
type Attribute struct {
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// word tells of an attribute if it differs.
func (d *Difference) word(name string, before, after any) {
	if a, b := fmt.Sprint(before), fmt.Sprint(after); a != b {
		d.Attributes = append(d.Attributes, Attribute{name, a, b})
	}
}

// Attributes that are not told by their values.
const (
	attrContent = "content" // of the same size
	attrImports = "imports" // too many to compare; the values count them
)

// Imports are symbols that only one of two programs imports from a library, or imports otherwise than the other; then a symbol tells how.
type Imports struct {
	Member  string   `json:"member,omitempty"` // of the archive that the file is
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
	d.word("type", installp.TypeWords[before.Type], installp.TypeWords[after.Type])
	d.word("mode", installp.ModeWords(before.Mode), installp.ModeWords(after.Mode))
	d.word("owner", before.Owner+":"+before.Group, after.Owner+":"+after.Group)
	if d.Attributes == nil { // else they differ for that
		d.word("member", before.member, after.member)
	}
	d.word("part", before.part, after.part)
	d.word("target", before.Target, after.Target)
	d.word("links", strings.Join(before.Links, ","), strings.Join(after.Links, ","))
	d.word("volatile", before.Volatile, after.Volatile)
	d.word("method", before.method, after.method)
	before.changes(&d, "", after.content)
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
