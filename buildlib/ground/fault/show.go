package fault

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line gives text from elsewhere, such as a name in an image, as it may stand in a line that somebody reads: what a terminal would obey,
// what would begin another line, what cannot be seen, and what is no UTF-8 is spelled out. Names of any language stay as they are.
func Line(text string) string { return spell(text, unicode.IsPrint) }

// Lines does the same for a text of several lines, with tabs.
func Lines(text string) string {
	return spell(text, func(r rune) bool { return unicode.IsPrint(r) || r == '\n' || r == '\t' })
}

// spell writes characters that are not plain, and bytes that are none, as numbers.
func spell(text string, plain func(rune) bool) string {
	isPlain := func(r rune, size int) bool { return plain(r) && (r != utf8.RuneError || size > 1) }
	var b *strings.Builder // none as long as nothing had to be spelled out
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		good := isPlain(r, size)
		if b == nil && !good {
			b = &strings.Builder{}
			b.WriteString(text[:i])
		}
		switch {
		case good:
			if b != nil {
				b.WriteString(text[i : i+size])
			}
		case size == 1:
			fmt.Fprintf(b, "\\x%02x", text[i])
		case r <= 0xff: // C1, which old terminals obey
			fmt.Fprintf(b, "\\x%02x", r)
		case r <= 0xffff:
			fmt.Fprintf(b, "\\u%04x", r)
		default:
			fmt.Fprintf(b, "\\U%08x", r)
		}
	}
	if b == nil {
		return text
	}
	return b.String()
}
