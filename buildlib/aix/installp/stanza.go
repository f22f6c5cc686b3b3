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
	// So are files of a class other than apply's, which scripts make: sysck is not told either.
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

// words are those of a value; commas and blanks separate them.
func words(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(", \t", r) })
}

// parseMode takes the forms of the sysck.cfg page: flags in any order, the permissions last, in octal or as letters. Octal ones with
// set-id bits in them, four digits, are not on that page, but are written.
func parseMode(text string) (mode uint32, ok bool) {
	all := words(text)
	for i, word := range all {
		if n, err := strconv.ParseUint(word, 8, 12); err == nil {
			return mode | uint32(n), i == len(all)-1
		}
		if letters := strings.Join(all[i:], ""); len(letters) == 9 {
			for j, c := range []byte(letters) {
				switch c {
				case "rwxrwxrwx"[j]:
					mode |= 0o400 >> j
				case '-':
				default:
					return 0, false
				}
			}
			return mode, true
		}
		known := strings.EqualFold(word, "tcb")
		for _, bit := range modeBits {
			if strings.EqualFold(word, bit.word) {
				mode, known = mode|bit.mask, true
			}
		}
		if !known {
			return 0, false
		}
	}
	return 0, false
}

// parseInventory reads stanzas in the form of sysck.cfg: a path and a colon at the start of a line, lines "attribute = value" behind it,
// and an empty line; a line that begins with a star or "#" is a comment, and what a stanza "default" has goes for those behind it. What
// it tells of does not stop it, unless there is too much of it.
func parseInventory(text string, to tells) []Stanza {
	all := slices.Grow([]Stanza(nil), strings.Count(text, "\n\n")) // as ours have them; no more than the text could hold, or growing would take three times as much
	problems := 0
	counted := func(say tell) tell {
		return func(line int, format string, args ...any) {
			if problems++; problems <= MaxProblems+1 {
				say(line, format, args...)
			}
		}
	}
	p := stanzaParser{tells: tells{counted(to.wrong), counted(to.note)}}
	seen := make(map[string]int, cap(all))
	finish := func() {
		if s := p.finish(); s != nil {
			if first := seen[s.Path]; first != 0 {
				p.wrong(s.Line, "%s has a stanza in line %d already", s.Path, first)
			}
			seen[s.Path] = s.Line
			all = append(all, *s)
		}
	}
	for number, line := range controlLines(text, p.tells) {
		if problems > MaxProblems {
			to.wrong(number, "too much is wrong; the rest is not read") // and takes no memory
			return all
		}
		isIndented := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "":
			finish()
		case trimmed[0] == '*' || trimmed[0] == '#':
		case !isIndented && (trimmed[0] == '/' || strings.HasSuffix(trimmed, ":") || !strings.Contains(trimmed, "=")):
			finish()
			p.begin(number, trimmed)
		case p.stanza == nil:
			p.wrong(number, "the attribute %q belongs to no stanza", trimmed)
		default:
			p.attribute(number, trimmed)
		}
	}
	finish()
	return all
}

type stanzaParser struct {
	tells
	stanza    *Stanza
	has       attributes // of the stanza
	defaults  *Stanza
	defaulted attributes
}

// attributes are those that a stanza has, a bit for each of attributeNames.
type attributes uint16

var attributeNames = []string{AttrOwner, AttrGroup, AttrMode, AttrType, attrLinks, attrTarget, AttrClass, AttrSize, AttrChecksum}

func (a attributes) has(name string) bool { return a&(1<<slices.Index(attributeNames, name)) != 0 }

const defaultStanza = "default"

func (p *stanzaParser) begin(number int, line string) {
	name, ok := strings.CutSuffix(line, ":")
	if !ok || !strings.HasPrefix(name, "/") && name != defaultStanza {
		p.wrong(number, "%q is neither a path with a colon nor an indented attribute", line)
	}
	p.stanza, p.has = &Stanza{Path: name, Line: number}, 0
	if p.defaults != nil && name != defaultStanza {
		*p.stanza, p.has = *p.defaults, p.defaulted
		p.stanza.Path, p.stanza.Line = name, number
	}
}

// foreignAttributes are those of sysck.cfg that no sample has, and that say nothing of what an image holds.
var foreignAttributes = []string{"acl", "pcl", "program", "source", "symlinks", "tcb"}

func (p *stanzaParser) attribute(number int, line string) {
	name, value, ok := strings.Cut(line, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok {
		p.wrong(number, "%q is no attribute = value", line)
		return
	}
	if inner := strings.Trim(value, `"`); name != AttrChecksum && value == `"`+inner+`"` {
		p.note(number, "the %s %s is in double quotes", name, value)
		value = inner
	}
	if i := slices.Index(attributeNames, name); i >= 0 {
		if p.has.has(name) && !p.defaulted.has(name) {
			p.note(number, "a second %s", name)
			return
		}
		p.has |= 1 << i
	}
	s := p.stanza
	switch name {
	case AttrOwner:
		s.Owner = value
	case AttrGroup:
		s.Group = value
	case attrTarget:
		s.Target = value
	case AttrClass:
		s.Class = value
	case AttrMode:
		if s.Mode, ok = parseMode(value); !ok {
			p.wrong(number, "the mode %q is not in octal, with SUID, SGID or SVTX in front", value)
		}
	case AttrType:
		i := slices.Index(TypeWords[:], value)
		if i < 0 {
			p.wrong(number, "the type %q is none of %s", value, strings.Join(TypeWords[:], ", "))
			return
		}
		s.Type = Type(i)
	case attrLinks:
		s.Links = words(value)
	case AttrSize:
		p.size(number, value)
	case AttrChecksum:
		p.checksum(number, value)
	default:
		if !slices.Contains(foreignAttributes, name) {
			p.note(number, "no attribute is called %q", name)
		}
	}
}

func isVolatileValue(value string) bool { return value == Volatile || value == "" }

func (p *stanzaParser) size(number int, value string) {
	if p.stanza.Volatile = isVolatileValue(value); p.stanza.Volatile {
		return
	}
	n, err := strconv.ParseUint(value, 10, 31) // sysck cannot handle files of 2 GiB (its manual page)
	if err != nil {
		p.wrong(number, "the size %q is neither %s nor a number of bytes below 2 GiB", value, Volatile)
	}
	p.stanza.Size = int64(n)
}

func (p *stanzaParser) checksum(number int, value string) {
	if isVolatileValue(value) {
		p.stanza.Checksum = ""
		return
	}
	inner := strings.TrimSuffix(strings.TrimPrefix(value, `"`), `"`)
	if value != `"`+inner+`"` {
		p.note(number, "the checksum %s is not in double quotes", value)
	}
	fields := strings.Fields(inner)
	if len(fields) == 1 {
		p.note(number, "the checksum %s is without its number of blocks", value)
	}
	if len(fields) < 1 || len(fields) > 2 || slices.ContainsFunc(fields, func(f string) bool { return strings.Trim(f, "0123456789") != "" }) {
		p.wrong(number, "the checksum %s is not what sum -r prints, a sum and a number of blocks", value)
	}
	p.stanza.Checksum = inner
}

// IsApplied reports whether the object is restored from the image: its class says so, or nothing. Others are made by scripts.
func (s *Stanza) IsApplied() bool {
	classes := words(s.Class)
	return len(classes) == 0 || slices.Contains(classes, "apply")
}

// finish ends the open stanza, if there is one.
func (p *stanzaParser) finish() *Stanza {
	s := p.stanza
	if s == nil {
		return nil
	}
	p.stanza = nil
	if s.Path == defaultStanza {
		p.defaults, p.defaulted = s, p.has
		return nil
	}
	need := func(say tell, names ...string) {
		for _, name := range names {
			if !p.has.has(name) {
				say(s.Line, "%s has no %s", s.Path, name)
			}
		}
	}
	need(p.wrong, AttrType) // sysck's page says so, or nothing can stand for it
	if s.Type == Symlink {
		need(p.wrong, attrTarget)
	}
	need(p.note, AttrOwner, AttrGroup, AttrMode)
	if s.Type == Regular && s.IsApplied() {
		need(p.note, AttrSize, AttrChecksum)
	}
	if s.Type == Regular {
		if p.has.has(AttrSize) && p.has.has(AttrChecksum) && s.Volatile != (s.Checksum == "") {
			p.note(s.Line, "only one of size and checksum of %s is %s", s.Path, Volatile)
		}
		if !p.has.has(AttrSize) || !p.has.has(AttrChecksum) { // neither can be compared
			s.Volatile, s.Size, s.Checksum = true, 0, ""
		}
	}
	if s.Type != Regular && (p.has.has(AttrSize) && !s.Volatile || s.Checksum != "" || len(s.Links) > 0) {
		p.note(s.Line, "%s has what only a FILE has", s.Path)
	}
	if s.Type != Regular {
		s.Volatile, s.Size, s.Checksum, s.Links = false, 0, "", nil
	}
	if s.Type != Symlink && s.Target != "" {
		p.note(s.Line, "%s has a target, which only a SYMLINK has", s.Path)
	}
	return s
}
