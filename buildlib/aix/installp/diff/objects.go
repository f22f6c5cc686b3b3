package diff

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// content is what is compared of a file's data: of a program what it imports, of an archive each member.
type content struct {
	digest  [sha256.Size]byte
	size    int64
	many    int // the number of imports, when there are too many to compare
	imports []xcoff.Import
	search  []string            // library path
	members map[string]*content // of an archive, by name; nil for what is none
}

// maxImports is a hundred times what a large program imports. To compare more would take many times the memory of the program.
const maxImports = 1 << 16

// readContent reads a member's data to its end. Programs and archives are read at any place: of the image, or, of a packed one, of a file without
// a name.
func readContent(m *installp.Member, data io.Reader, image io.ReaderAt) (*content, error) {
	digest := sha256.New()
	c := &content{size: m.Size}
	at := io.NewSectionReader(image, m.Data, m.Size)
	first := make([]byte, min(m.Size, 8))
	if _, err := io.ReadFull(data, first); err != nil {
		return nil, err
	}
	digest.Write(first)
	into := io.Writer(digest)
	looksIn := slices.ContainsFunc([]string{"\x01\xdf", "\x01\xf7", "<aiaff>\n", "<bigaf>\n"}, func(m string) bool { return bytes.HasPrefix(first, []byte(m)) })
	if m.Packed && looksIn {
		file, err := os.CreateTemp("", "member-*")
		if err != nil {
			return nil, err
		}
		defer file.Close() // it is only read from now on
		if err := os.Remove(file.Name()); err != nil {
			return nil, err
		}
		if _, err := file.Write(first); err != nil {
			return nil, err
		}
		at, into = io.NewSectionReader(file, 0, m.Size), io.MultiWriter(digest, file)
	}
	if _, err := io.Copy(into, data); err != nil {
		return nil, err
	}
	digest.Sum(c.digest[:0])
	if !looksIn {
		return c, nil
	}
	err := c.program(at)
	if errors.Is(err, xcoff.ErrMagic) {
		err = c.archive(at)
	}
	if errors.Is(err, xcoff.ErrFormat) || errors.Is(err, ar.ErrFormat) {
		return c, nil // verify tells of it
	}
	return c, err
}

func (c *content) program(at io.ReaderAt) error {
	program, err := xcoff.NewFile(at)
	if err != nil {
		return err
	}
	c.search = program.LibraryPath()
	for range program.EachImport() {
		c.many++
	}
	if c.many <= maxImports {
		c.many, c.imports = 0, cloned(program.Imports())
	}
	return nil
}

// archive reads the members of an archive. Of several with one name the last counts.
func (c *content) archive(at *io.SectionReader) error {
	for m, err := range ar.Members(at) {
		if err != nil {
			return err
		}
		if c.members == nil {
			c.members = map[string]*content{}
		}
		member := &content{size: m.Size}
		digest := sha256.New()
		if _, err := io.Copy(digest, m.Content); err != nil {
			return err
		}
		digest.Sum(member.digest[:0])
		if err := member.program(m.Content); err != nil && !errors.Is(err, xcoff.ErrMagic) && !errors.Is(err, xcoff.ErrFormat) {
			return err
		}
		c.members[m.Name] = member
	}
	return nil
}

// cloned are the imports without the file that they were read from.
func cloned(imports []xcoff.Import) []xcoff.Import {
	for i := range imports {
		imports[i].Symbol = strings.Clone(imports[i].Symbol)
	}
	return imports
}

// changes tells how two contents differ. The name is that of a member of an archive, or "".
func (c *content) changes(d *Difference, name string, after *content) {
	in := func(attribute string) string {
		return strings.TrimSpace(strings.TrimSuffix("member "+name, "member ") + " " + attribute)
	}
	d.word(in("size"), c.size, after.size)
	if c.size == after.size && c.digest != after.digest {
		d.Attributes = append(d.Attributes, Attribute{Name: in(attrContent)})
	}
	d.word(in("library path"), strings.Join(c.search, ":"), strings.Join(after.search, ":"))
	if c.many == 0 && after.many == 0 {
		for _, i := range changedImports(c, after) {
			i.Member = name
			d.Imports = append(d.Imports, i)
		}
	} else if c.digest != after.digest {
		d.Attributes = append(d.Attributes, Attribute{in(attrImports), fmt.Sprint(c.many + len(c.imports)), fmt.Sprint(after.many + len(after.imports))})
	}
	for _, member := range union(c.members, after.members) {
		switch a, b := c.members[member], after.members[member]; {
		case c.members == nil, after.members == nil: // no archive at all
		case a == nil:
			d.Attributes = append(d.Attributes, Attribute{"member " + member, "", fmt.Sprintf("%d bytes", b.size)})
		case b == nil:
			d.Attributes = append(d.Attributes, Attribute{"member " + member, fmt.Sprintf("%d bytes", a.size), ""})
		case a.digest != b.digest:
			a.changes(d, member, b)
		}
	}
}

// changedImports go by library and direction. What stands in both is imported otherwise, and its name says how.
func changedImports(before, after *content) []Imports {
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
		all = append(all, Imports{Library: library, Added: isAdded, Names: symbols[library]})
	}
	return all
}

func importedAs(i xcoff.Import) string {
	if i.Weak {
		return fmt.Sprintf(" (%s, weak)", i.Class)
	}
	return fmt.Sprintf(" (%s)", i.Class)
}
