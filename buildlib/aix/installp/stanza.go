package installp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Stanza is what an inventory says of one object; sysck makes it true and enters it in the product database.
type Stanza struct {
	Path         string // absolute, on the target
	Owner, Group string
	Mode         uint32 // the twelve permission bits
	Type         Type
	Links        []string // further names of a regular file
	Target       string   // of a symbolic link
	Class        string
	// Volatile files may change: neither size nor checksum is kept. Packages by SCX leave both empty, which is read as the same.
	Volatile bool
	Size     int64
	Checksum string // as "sum -r" prints it: the sum and the number of blocks of 1024 bytes, with blanks that differ between packagers
	Line     int    // where the stanza begins in its control file; 0 for one that was not read
}

// String gives the stanza as our inventories have it, the empty line behind it included (W27).
func (s *Stanza) String() string {
	var b strings.Builder
	attribute := func(name, value string) { fmt.Fprintf(&b, "%s%s = %s\n", AttrIndent, name, value) }
	fmt.Fprintf(&b, "%s:\n", s.Path)
	attribute(AttrOwner, s.Owner)
	attribute(AttrGroup, s.Group)
	attribute(AttrMode, ModeWords(s.Mode))
	attribute(AttrType, TypeWords[s.Type])
	if len(s.Links) > 0 {
		attribute(attrLinks, strings.Join(s.Links, ","))
	}
	if s.Type == Symlink {
		attribute(attrTarget, s.Target)
	}
	attribute(AttrClass, s.Class)
	switch {
	case s.Type != Regular:
	case s.Volatile:
		attribute(AttrSize, Volatile)
		attribute(AttrChecksum, Volatile)
	default:
		attribute(AttrSize, fmt.Sprint(s.Size))
		attribute(AttrChecksum, `"`+s.Checksum+`"`)
	}
	b.WriteByte('\n')
	return b.String()
}

// ModeWords writes a mode as sysck reads it: set-id bits as words, the octal permissions last (sysck manual page).
func ModeWords(mode uint32) string {
	words := ""
	for _, bit := range modeBits {
		if mode&bit.mask != 0 {
			words += bit.word + ","
		}
	}
	return words + fmt.Sprintf("%o", mode&0o777)
}

func parseMode(text string) (mode uint32, ok bool) {
	words := strings.Split(text, ",")
	for _, word := range words[:len(words)-1] {
		known := false
		for _, bit := range modeBits {
			if word == bit.word && mode&bit.mask == 0 {
				mode, known = mode|bit.mask, true
			}
		}
		if !known {
			return 0, false
		}
	}
	octal := words[len(words)-1]
	n, err := strconv.ParseUint(octal, 8, 12)
	if err != nil || n > 0o777 {
		return 0, false
	}
	return mode | uint32(n), true
}

// tell takes what is wrong with a line of a control file; lines count from 1.
type tell func(line int, format string, args ...any)

// parseInventory reads stanzas in the form of sysck.cfg: a path and a colon at the start of a line, indented lines "attribute =
// value" behind it, and an empty line. What it tells of does not stop it, unless there is too much of it.
func parseInventory(text string, tell tell) []Stanza {
	var all []Stanza
	problems := 0
	p := stanzaParser{tell: func(line int, format string, args ...any) {
		problems++
		tell(line, format, args...)
	}}
	seen := map[string]int{}
	finish := func() {
		if s := p.finish(); s != nil {
			if first := seen[s.Path]; first != 0 {
				p.tell(s.Line, "%s has a stanza in line %d already", s.Path, first)
			}
			seen[s.Path] = s.Line
			all = append(all, *s)
		}
	}
	for number, line := range controlLines(text, p.tell) {
		if problems > MaxProblems {
			tell(number, "too much is wrong; the rest is not read") // and takes no memory
			return all
		}
		indented := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		switch {
		case strings.TrimSpace(line) == "":
			finish()
		case indented && p.stanza == nil:
			p.tell(number, "the attribute %q belongs to no stanza", strings.TrimSpace(line))
		case indented:
			p.attribute(number, strings.TrimSpace(line))
		default:
			finish()
			p.begin(number, line)
		}
	}
	finish()
	return all
}

type stanzaParser struct {
	tell   tell
	stanza *Stanza
	values map[string]string
}

func (p *stanzaParser) begin(number int, line string) {
	name, ok := strings.CutSuffix(line, ":")
	if !ok || !strings.HasPrefix(name, "/") {
		p.tell(number, "%q is neither a path with a colon nor an indented attribute", line)
	}
	p.stanza, p.values = &Stanza{Path: name, Line: number}, map[string]string{}
}

// foreignAttributes are those of sysck.cfg that no sample has, and that say nothing of what an image holds.
var foreignAttributes = []string{"acl", "pcl", "program", "source", "symlinks", "tcb"}

func (p *stanzaParser) attribute(number int, line string) {
	name, value, ok := strings.Cut(line, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok {
		p.tell(number, "%q is no attribute = value", line)
		return
	}
	if _, twice := p.values[name]; twice {
		p.tell(number, "a second %s", name)
		return
	}
	s := p.stanza
	switch name {
	case AttrOwner:
		s.Owner = value
	case AttrGroup:
		s.Group = value
	case AttrMode:
		if s.Mode, ok = parseMode(value); !ok {
			p.tell(number, "the mode %q is not in octal, with SUID, SGID or SVTX in front", value)
		}
	case AttrType:
		i := slices.Index(TypeWords[:], value)
		if i < 0 {
			p.tell(number, "the type %q is none of %s", value, strings.Join(TypeWords[:], ", "))
			return
		}
		s.Type = Type(i)
	case attrLinks:
		s.Links = strings.Split(value, ",")
	case attrTarget:
		s.Target = value
	case AttrClass:
		s.Class = value
	case AttrSize:
		p.size(number, value)
	case AttrChecksum:
		p.checksum(number, value)
	default:
		if !slices.Contains(foreignAttributes, name) {
			p.tell(number, "no attribute is called %q", name)
		}
	}
	p.values[name] = value
}

func isVolatileValue(value string) bool { return value == Volatile || value == "" }

func (p *stanzaParser) size(number int, value string) {
	if isVolatileValue(value) {
		p.stanza.Volatile = true
		return
	}
	n, err := strconv.ParseUint(value, 10, 31) // sysck cannot handle files of 2 GiB (its manual page)
	if err != nil {
		p.tell(number, "the size %q is neither %s nor a number of bytes below 2 GiB", value, Volatile)
	}
	p.stanza.Size = int64(n)
}

func (p *stanzaParser) checksum(number int, value string) {
	if isVolatileValue(value) {
		return
	}
	inner := strings.TrimSuffix(strings.TrimPrefix(value, `"`), `"`)
	if value != `"`+inner+`"` {
		p.tell(number, "the checksum %s is not in double quotes", value)
	}
	fields := strings.Fields(inner)
	if len(fields) != 2 || slices.ContainsFunc(fields, func(f string) bool { return strings.Trim(f, "0123456789") != "" }) {
		p.tell(number, "the checksum %s is not what sum -r prints, a sum and a number of blocks", value)
	}
	p.stanza.Checksum = inner
}

// finish ends the open stanza, if there is one.
func (p *stanzaParser) finish() *Stanza {
	s := p.stanza
	if s == nil {
		return nil
	}
	p.stanza = nil
	need := []string{AttrOwner, AttrGroup, AttrMode, AttrType}
	switch s.Type {
	case Regular:
		need = append(need, AttrSize, AttrChecksum)
	case Symlink:
		need = append(need, attrTarget)
	}
	for _, name := range need {
		if _, ok := p.values[name]; !ok {
			p.tell(s.Line, "%s has no %s", s.Path, name)
		}
	}
	if s.Type == Regular && isVolatileValue(p.values[AttrSize]) != isVolatileValue(p.values[AttrChecksum]) {
		p.tell(s.Line, "only one of size and checksum of %s is %s", s.Path, Volatile)
	}
	if s.Type != Regular && (s.Volatile || s.Size != 0 || s.Checksum != "" || len(s.Links) > 0) {
		p.tell(s.Line, "%s has what only a FILE has", s.Path)
	}
	if s.Type != Symlink && s.Target != "" {
		p.tell(s.Line, "%s has a target, which only a SYMLINK has", s.Path)
	}
	return s
}
