package patchset

import (
	"strings"
	"testing"
)

// Where a hunk is found, next to the lines that those above it have taken and to the ends of a file.
func TestLocate(t *testing.T) {
	t.Parallel()
	text := func(s string) []string {
		if s == "" {
			return nil
		}
		return splitLines(strings.ReplaceAll(s, " ", "\n") + "\n")
	}
	for _, test := range []struct {
		name        string
		file        string
		old, now    string
		lead, trail int
		at, floor   int
		want        Verdict
		place       int
		others      int
		found       string
	}{
		{"just below what is taken", "x a b c x x x x", "a b c", "a B c", 1, 1, 4, 1, Offset, 1, 0, "3 lines higher"},
		{"just inside of what is taken", "x a b c x x x x", "a b c", "a B c", 1, 1, 4, 2, Conflict, 4, 0, "\"x\\n\" where the patch expects\n\"a\\n\"\nthe lines that the hunk takes away stand at line 3"},
		{"one line higher", "x a b c x x", "a b c", "a B c", 1, 1, 2, 0, Offset, 1, 0, ": 1 line higher"},
		{"as near above as below", "a b c x a b c", "a b c", "a B c", 1, 1, 2, 0, Offset, 0, 1, "1 other place too"},
		{"three times, the last at the end", "a b c x a b c a b c", "a b c", "a B c", 1, 1, 3, 0, Offset, 4, 2, "2 other places too"},
		{"new text at the floor", "x a B c x", "a b c", "a B c", 1, 1, 1, 1, Applied, 1, 0, "stands at line 2 already"},
		{"new text that is taken already", "x a B c x", "a b c", "a B c", 1, 1, 1, 2, Conflict, 1, 0, "overlaps"},
		{"no context above, at the first line, moved", "x x a b c", "a b c", "A b c", 0, 2, 0, 0, Conflict, 0, 0, "\"x\\n\" where the patch expects\n\"a\\n\"\nthe lines that the hunk takes away stand at line 3"},
		{"what it takes away is in the last line", "x x x b", "a b c", "a c", 1, 1, 0, 0, Conflict, 0, 0, "takes away stand at line 4"},
		{"and in the first", "b x x x", "a b c", "a c", 1, 1, 1, 0, Conflict, 1, 0, "takes away stand at line 1"},
		{"and nowhere", "x x x x", "a b c", "a c", 1, 1, 1, 0, Conflict, 1, 0, `"a\n"`},
		{"from the end of the file to its beginning", "a b c x x x x", "a b c", "a B c", 1, 1, 7, 0, Offset, 0, 0, "7 lines higher"},
		{"in what is taken, and just below", "x a b c x", "a b c", "a B c", 1, 1, 0, 1, Offset, 1, 0, "1 line lower"},
		{"no context at the beginning, and moved to the end", "x a", "a", "A", 0, 0, 0, 0, Conflict, 0, 0, "takes away stand at line 2\nthe hunk has no context by which"},
		{"no context, and there already", "A", "a", "A", 0, 0, 0, 0, Applied, 0, 0, "stands at line 1 already"},
		{"the last line is gone already", "a b", "c", "", 0, 0, 2, 0, Conflict, 2, 0, "the end of the file where"},
		{"less context below, moved", "x x a b c d x x", "a b c d", "a b C d", 2, 1, 0, 0, Fuzz, 2, 0, "less context at one end"},
		{"nothing is taken away", "x x x x", "a c", "a b c", 1, 1, 1, 0, Conflict, 1, 0, `"a\n"`},
		{"CRLF from the first line on", "a\r b\r c\r", "a b c", "a B c", 1, 1, 0, 0, Conflict, 0, 0, "CRLF line ends"},
	} {
		h := &hunk{old: text(test.old), new: text(test.now), lead: test.lead, trail: test.trail, at: test.at, newAt: test.at}
		lines := text(test.file)
		p := h.locate(lines, test.floor)
		f := Finding{Verdict: p.verdict}
		h.explain(&f, lines, p, test.floor)
		if p.verdict != test.want || p.at != test.place || p.others != test.others || !strings.Contains(f.Found, test.found) {
			t.Errorf("%s: locate() = %+v, %q, want %s at %d, %d others and %q", test.name, p, f.Found, test.want, test.place, test.others, test.found)
		}
		if strings.Contains(f.Found, "takes away stand") != strings.Contains(test.found, "takes away stand") {
			t.Errorf("%s: explain() = %q", test.name, f.Found)
		}
	}
	f, h := Finding{}, &hunk{at: 6, newAt: 8}
	if h.explain(&f, nil, place{verdict: Clean, at: 6}, 0); f.Verdict != Offset || f.Offset != 2 {
		t.Errorf("a wrong new line: explain() = %+v, want an offset of 2", f)
	}
}
