// Package fault is the error that a user of sendmail-aix gets to see: what went wrong, where, and what to do about it.
//
// The room that first knows the cure makes the fault. The rooms above pass it on as it is: a fault is never put into another fault.
package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is one complete message to the user. Only What is required.
type Error struct {
	Code  string // stable short name, such as "patch-conflict", for tests and scripts
	What  string // what failed, one line
	Where string // file, line, address or setting
	Found string // what was there instead of what was expected
	Do    string // the command or the edit that cures it
	Err   error  // the cause, never another *Error

	// Finding is set where nothing failed: what was asked for was looked at, and is not as it should be.
	Finding bool
}

// Error shows the message in its block form, one labelled line for each field that is set. Any field may quote a file or a name, which must
// not command a terminal or look like another line of the message: see [Lines].
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(Line(e.What))
	line := func(label, text string) {
		if text == "" {
			return
		}
		b.WriteString("\n  " + label)
		b.WriteString(strings.ReplaceAll(Lines(strings.TrimRight(text, "\n")), "\n", "\n         "))
	}
	line("where: ", e.Where)
	line("found: ", e.Found)
	if e.Err != nil {
		line("cause: ", e.Err.Error())
	}
	line("do:    ", e.Do)
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Code returns the code of the first fault in err's tree, or "" when there is none.
func Code(err error) string {
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Code
	}
	return ""
}

// Except leaves the faults with a code out of joined errors: nil when there are no others.
func Except(err error, code string) error {
	switch e := err.(type) {
	case *Error:
		if e.Code == code {
			return nil
		}
	case interface{ Unwrap() []error }:
		var rest []error
		for _, one := range e.Unwrap() {
			rest = append(rest, Except(one, code))
		}
		return errors.Join(rest...)
	}
	return err
}

// Reason returns why a call failed, without the path, for an error that tells it in Where.
func Reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// Nearest returns the candidate that is closest to word by edit distance, or "" when none is close enough to be what was meant.
func Nearest(word string, candidates []string) string { return within(len(word)/2+1, word, candidates) }

// Slip returns the candidate of which word is a slip of the fingers, or "": one letter is wrong, or two of six and more.
func Slip(word string, candidates []string) string {
	return within(min(2, max(1, len(word)/3)), word, candidates)
}

func within(most int, word string, candidates []string) string {
	best := ""
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d <= most {
			best, most = c, d-1
		}
	}
	return best
}

// distance is Levenshtein's, with two neighbours in the wrong order counted as one slip: that is what fingers do.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// Line gives text from elsewhere, such as a name in an image, as it may stand in a line that somebody reads: what a terminal would obey,
// what would begin another line, what cannot be seen, and what is no UTF-8 is spelled out. Names of any language stay as they are.
func Line(text string) string { return spell(text, unicode.IsPrint) }

// Lines does the same for a text of several lines, with tabs.
func Lines(text string) string {
	return spell(text, func(r rune) bool { return unicode.IsPrint(r) || r == '\n' || r == '\t' })
}

// isASCII reports whether a text has printable characters of ASCII alone.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// spell writes characters that are not plain, and bytes that are none, as numbers.
func spell(text string, plain func(rune) bool) string {
	if isASCII(text) {
		return text // as nearly all are
	}
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
