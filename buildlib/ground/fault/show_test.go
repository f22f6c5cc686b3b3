package fault

import (
	"errors"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                         "",
		"./usr/lpp/x y\\n":         "./usr/lpp/x y\\n",
		"café 名前 e\u0301":          "café 名前 e\u0301",
		"a\nIMAGE: 0 errors":       `a\x0aIMAGE: 0 errors`,
		"tab\tcr\rdel\x7f":         `tab\x09cr\x0ddel\x7f`,
		"\x1b[2J":                  `\x1b[2J`,
		"C1 \x9b2J and \u009b2J":   `C1 \x9b2J and \x9b2J`,
		"latin \xe9, cut \xe5\x90": `latin \xe9, cut \xe5\x90`,
		"turned \u202e, none \u200b, line \u2028, space \u00a0": `turned \u202e, none \u200b, line \u2028, space \xa0`,
		"real \ufffd, tag \U000e0041":                           "real \ufffd, tag \\U000e0041",
	} {
		if got := Line(text); got != want {
			t.Errorf("Line(%q) = %q, want %q", text, got, want)
		}
	}
	if got, want := Lines("a\n\tb\r\x9b"), "a\n\tb\\x0d\\x9b"; got != want {
		t.Errorf("Lines() = %q, want %q", got, want)
	}
}

// TestErrorHostile is a fault whose every field quotes something hostile: none begins a line of its own, nor does the cause.
func TestErrorHostile(t *testing.T) {
	t.Parallel()
	hostile := "x\n  do:    y\x9bz\u009b\x1b"
	f := &Error{What: hostile, Where: hostile, Found: hostile, Do: hostile, Err: errors.New(hostile)}
	below := "x\n           do:    y\\x9bz\\x9b\\x1b"
	want := "x\\x0a  do:    y\\x9bz\\x9b\\x1b\n  where: " + below + "\n  found: " + below + "\n  cause: " + below + "\n  do:    " + below
	if got := f.Error(); got != want {
		t.Errorf("Error() = %q,\nwant %q", got, want)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\x9b\u009b\n名")
	f.Fuzz(func(t *testing.T, text string) {
		got := Line(text)
		if !utf8.ValidString(got) {
			t.Errorf("Line(%q) = %q: no UTF-8", text, got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Errorf("Line(%q) = %q: has %q", text, got, r)
			}
		}
		if again := Line(got); again != got {
			t.Errorf("Line(%q) = %q, and of that %q", text, got, again)
		}
	})
}
