package patchset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Verdict says how a hunk fits the file that it is for.
type Verdict string

// The five verdicts of a hunk, best first, and one of a file. Only Clean is good enough for [Series.Apply].
const (
	Clean    Verdict = "clean"    // the old text stands where the patch says
	Stale    Verdict = "stale"    // the hunks fit, but the index line names other contents
	Offset   Verdict = "offset"   // the old text stands elsewhere
	Fuzz     Verdict = "fuzz"     // the text differs in outer context lines, as GNU patch -F2 would let pass, and other context is there
	Applied  Verdict = "applied"  // the new text stands there already
	Conflict Verdict = "conflict" // neither stands anywhere
)

// ranks orders the verdicts by how much work they make.
var ranks = []Verdict{Clean, Stale, Offset, Fuzz, Applied, Conflict}

// Worst is the worst verdict of the findings, Clean when there are none.
func Worst(findings []Finding) Verdict {
	worst := 0
	for _, f := range findings {
		worst = max(worst, slices.Index(ranks, f.Verdict))
	}
	return ranks[worst]
}

// Finding is what is wrong with one hunk, or with the file as a whole.
type Finding struct {
	Patch   string // file name
	Path    string // file of the tree
	Hunk    int    // counted from 1; 0 for the file as a whole
	Line    int    // of the tree's file, where it shows
	Verdict Verdict
	Offset  int    // how many lines lower the old text stands
	Others  int    // at how many other places it stands, too
	Found   string // for people

	lineEnds bool // of DOS
	bare     bool // the hunk lacks context
}

// Where names the place as messages do.
func (f *Finding) Where() string {
	if f.Hunk == 0 {
		return f.Path
	}
	return fmt.Sprintf("%s, hunk %d at line %d", f.Path, f.Hunk, f.Line)
}

// Misfit makes one fault of all that was found in a run.
func Misfit(findings []Finding) error {
	var patches, found, cures []string
	for _, f := range findings {
		if !slices.Contains(patches, f.Patch) {
			patches = append(patches, f.Patch)
		}
		if cure := f.cure(); !slices.Contains(cures, cure) {
			cures = append(cures, cure)
		}
	}
	e := &fault.Error{Code: "patch-" + string(Worst(findings)), What: "patch " + patches[0] + " does not apply", Do: strings.Join(cures, "\n")}
	if len(findings) == 1 {
		e.Where, e.Found = findings[0].Where(), findings[0].Found
		return e
	}
	if len(patches) > 1 {
		e.What = fmt.Sprintf("%d patches do not apply: %s", len(patches), strings.Join(patches, ", "))
	}
	e.Where = fmt.Sprintf("%s, and %d more", findings[0].Where(), len(findings)-1)
	for _, f := range findings {
		found = append(found, fmt.Sprintf("%s, %s: %s:\n  %s", f.Patch, f.Where(), f.Verdict, strings.ReplaceAll(f.Found, "\n", "\n  ")))
	}
	e.Found = strings.Join(found, "\n")
	return e
}

func (f *Finding) cure() string {
	switch f.Verdict {
	case Offset, Fuzz, Stale:
		return "run \"mage patches:refresh\", look at what it changed, and commit it"
	case Applied:
		return "if the source has all of " + f.Patch + ", take the patch out of the series; if not, take this change out of the patch"
	case Conflict:
		if f.bare {
			return "make " + f.Patch + " with context: \"git diff --full-index --no-renames\" gives three lines of it, where the file has them"
		}
		if f.lineEnds {
			return "take a source with the line ends that upstream's tarball has; for git, set core.autocrlf to false and check it out again"
		}
	}
	return "check that the source is the pristine tree of its release; if it is, edit " + f.Patch + ", or make it anew for this source"
}

// hunk is a fragment as it is searched for.
type hunk struct {
	old, new    []string // with line ends
	lead, trail int      // context lines at both ends
	at          int      // index of the first old line in the file
	shift       int      // how many lines lower the hunk above it was found
	newAt       int      // the same after the patch, as the patch says
}

func newHunk(h *gitdiff.TextFragment) *hunk {
	n := &hunk{at: int(h.OldPosition), newAt: int(h.NewPosition), lead: int(h.LeadingContext), trail: int(h.TrailingContext)}
	for _, l := range h.Lines {
		if l.Old() {
			n.old = append(n.old, l.Line)
		}
		if l.New() {
			n.new = append(n.new, l.Line)
		}
	}
	if len(n.old) > 0 { // else the position is that of the line above
		n.at--
	}
	if len(n.new) > 0 {
		n.newAt--
	}
	return n
}

// place is where a hunk was found in a file. Its outermost top and bottom context lines are not the hunk's there.
type place struct {
	verdict     Verdict
	at          int // of the hunk's first line, also when that is one of top
	top, bottom int
	others      int // how often the same text stands elsewhere
	other       int // line where a conflicting hunk would have been found, had the file been another one
}

// maxFuzz is that of GNU patch when it is not told otherwise.
const maxFuzz = 2

// cuts is how many context lines a search with this fuzz ignores at both ends. A negative number means that the hunk has less context
// there than at its other end, as it has at that end of the file.
func (h *hunk) cuts(fuzz int) (top, bottom int) {
	context := max(h.lead, h.trail)
	return fuzz + h.lead - context, fuzz + h.trail - context
}

// fits reports whether text, which is the hunk's old or new lines, stands at an index.
func (h *hunk) fits(lines, text []string, at, fuzz int) bool {
	top, bottom := h.cuts(fuzz)
	// GNU patch and git take a hunk that lacks context below for the end of a file, one that lacks it above for the beginning
	// only if it says that itself.
	first, last := top < 0 && h.at == 0 || h.addsBelowFirst(), bottom < 0 || h.trail == 0
	top, bottom = max(top, 0), max(bottom, 0)
	end := at + len(text)
	if first && at != 0 || last && end != len(lines) || at+top < 0 || end-bottom > len(lines) {
		return false
	}
	return slices.Equal(lines[at+top:end-bottom], text[top:len(text)-bottom])
}

// nearest finds the text nearest to an index, not above floor.
func (h *hunk) nearest(lines, text []string, at, floor, fuzz int) (int, bool) {
	top, _ := h.cuts(fuzz)
	low := floor - max(top, 0)
	at = min(at, len(lines))
	for d := 0; at-d >= low || at+d <= len(lines); d++ {
		if at-d >= low && h.fits(lines, text, at-d, fuzz) {
			return at - d, true
		}
		if at+d >= low && d > 0 && h.fits(lines, text, at+d, fuzz) {
			return at + d, true
		}
	}
	return 0, false
}

// addsBelowFirst is for a hunk that adds below line 1, without context. git takes it for one at the beginning, where it cannot be.
func (h *hunk) addsBelowFirst() bool { return len(h.old) == 0 && h.at == 1 }

// stands reports whether the old text is at the hunk's place, whatever that is in the file.
func (h *hunk) stands(lines []string) bool {
	expected, _ := h.difference(lines, h.at)
	return expected == len(h.old) && h.at <= len(lines)
}

// hasBearings reports whether the hunk could be known elsewhere: by context on both sides, or by an end of the file in its place.
func (h *hunk) hasBearings() bool { return h.lead > 0 || h.trail > 0 && h.at == 0 }

// locate finds a hunk in a file of which the hunks above have taken the lines before floor.
func (h *hunk) locate(lines []string, floor int) place {
	if h.at >= floor && h.fits(lines, h.old, h.at, 0) {
		return place{verdict: Clean, at: h.at}
	}
	for _, at := range []int{h.newAt, h.at} {
		if len(h.new) > 0 && at >= floor && h.fits(lines, h.new, at, 0) {
			return place{verdict: Applied, at: at}
		}
	}
	if h.stands(lines) || !h.hasBearings() { // never moved
		return place{verdict: Conflict, at: h.at}
	}
	if at, ok := h.nearest(lines, h.old, h.at, floor, 0); ok {
		p := place{verdict: Offset, at: at}
		for i := floor; i <= len(lines); i++ {
			if i != at && h.fits(lines, h.old, i, 0) {
				p.others++
			}
		}
		return p
	}
	if at, ok := h.nearest(lines, h.new, h.newAt, floor, 0); ok { // there is new text: context, or what is added at an end
		return place{verdict: Applied, at: at}
	}
	for fuzz := 1; fuzz <= maxFuzz && fuzz < max(h.lead, h.trail); fuzz++ { // a line of context at least must be there
		if at, ok := h.nearest(lines, h.old, h.at, floor, fuzz); ok {
			top, bottom := h.cuts(fuzz)
			return place{verdict: Fuzz, at: at, top: max(top, 0), bottom: max(bottom, 0)}
		}
	}
	return place{verdict: Conflict, at: h.at}
}

// explain tells why a hunk is not clean at a place. It fills in line, offset and found.
func (h *hunk) explain(f *Finding, lines []string, p place, floor int) {
	f.Line, f.Offset = h.at+1, p.at-h.at
	if len(h.old) == 0 {
		f.Line = max(h.at, 1)
	}
	at := h.at
	if p.verdict == Conflict {
		at += h.shift // where it would be
		f.Line += h.shift
	}
	expected, found := h.difference(lines, at)
	switch p.verdict {
	case Clean:
		f.Verdict, f.Offset = Offset, h.newAt-p.at
		f.Found = fmt.Sprintf("the first line of the hunk gives line %d for the new text, which is not what follows from the hunks above", h.newAt+1)
		return
	case Applied:
		f.Line = p.at + 1
		f.Found = fmt.Sprintf("the new text of the hunk stands at line %d already", p.at+1)
		return
	case Offset:
		f.Line += expected
		f.Found = show(lines, found, h.old, expected) + fmt.Sprintf("\nthe old text stands at line %d: %s", p.at+1, lower(f.Offset))
		if f.Others = p.others; p.others > 0 {
			f.Found += "; it stands at " + count(p.others, "other place") + " too"
		}
		return
	case Fuzz:
		expected, found = h.difference(lines, p.at)
		f.Line = p.at + expected + 1
		if f.Found = lessContext; expected < len(h.old) {
			f.Found = show(lines, found, h.old, expected) + "\nthis is context, and the rest of the old text is there"
		}
		if f.Offset != 0 {
			f.Found += ", " + lower(f.Offset)
		}
		return
	}
	f.Line += expected
	switch {
	case h.at+h.shift < floor:
		f.Found = "the hunk overlaps with the one above it"
	case h.stands(lines):
		f.bare, f.Found = true, lessContext
	case expected == len(h.old):
		f.Found = fmt.Sprintf("the hunk adds to line %d, and the file has %d lines", h.at, len(lines))
	case isDOS(lines, found, h.old, expected):
		f.lineEnds = true
		f.Found = show(lines, found, h.old, expected) + "\nthe source has CRLF line ends"
	default:
		f.Found = show(lines, found, h.old, expected)
		if core := h.old[h.lead:max(len(h.old)-h.trail, h.lead)]; len(core) > 0 {
			if i := index(lines, core); i >= 0 {
				f.Found += fmt.Sprintf("\nthe lines that the hunk takes away stand at line %d", i+1)
			}
		}
		if p.other > 0 {
			f.Found += fmt.Sprintf("\nthe hunk would fit at line %d, but the file is the one that the index line names: the hunk itself is wrong", p.other)
		} else if !h.hasBearings() {
			f.bare = true
			f.Found += "\nthe hunk has no context by which to find its place"
		}
	}
}

func lower(offset int) string {
	way := "lower"
	if offset < 0 {
		way, offset = "higher", -offset
	}
	return count(offset, "line") + " " + way
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// difference is the first of the hunk's old lines that is not in the file at its place, and the index of that place.
func (h *hunk) difference(lines []string, at int) (int, int) {
	for i, want := range h.old {
		if at+i < 0 || at+i >= len(lines) || lines[at+i] != want {
			return i, at + i
		}
	}
	return len(h.old), at + len(h.old)
}

const lessContext = "the old text is there, but the hunk has less context at one end, or none, as at that end of a file, and does not stand there"

func show(lines []string, found int, old []string, expected int) string {
	what := "the end of the file"
	if found < 0 {
		what = "the beginning of the file"
	} else if found < len(lines) {
		what = fmt.Sprintf("%q", lines[found])
	}
	return fmt.Sprintf("%s where the patch expects\n%q", what, old[expected])
}

// isDOS reports whether a line has a carriage return more than it should.
func isDOS(lines []string, found int, old []string, expected int) bool {
	return found >= 0 && found < len(lines) && strings.HasSuffix(lines[found], "\r\n") && !strings.HasSuffix(old[expected], "\r\n")
}

func index(lines, text []string) int {
	for i := 0; i+len(text) <= len(lines); i++ {
		if slices.Equal(lines[i:i+len(text)], text) {
			return i
		}
	}
	return -1
}

func splitLines(data string) []string {
	return slices.Collect(strings.Lines(data))
}
