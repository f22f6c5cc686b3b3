package patchset

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// Rewritten is a patch as it should be.
type Rewritten struct {
	Name string
	Text []byte
}

// contextLines is how many lines git shows around a change.
const contextLines = 3

// Refresh gives the patches that have to be rewritten for the series to fit the tree under root exactly, and why. It changes
// nothing itself. What fits stays as it is to the byte, so that a refresh of a series that fits gives nothing. A hunk that conflicts
// or is applied already is a fault.
func (s *Series) Refresh(ctx context.Context, root string) (texts []Rewritten, why []Finding, err error) {
	var parts [][]byte // of the patch at hand, by file; nil stays as it is
	var last *Patch
	finish := func() {
		if last != nil && slices.ContainsFunc(parts, func(b []byte) bool { return b != nil }) {
			texts = append(texts, Rewritten{last.Name, last.replace(parts)})
		}
	}
	visit := func(step *fitting) {
		if step.patch != last {
			finish()
			last, parts = step.patch, make([][]byte, len(step.patch.files))
		}
		// What conflicts has no place to be written for; it stops the refresh in the end.
		if v := Worst(step.findings); v != Clean && v != Conflict && v != Applied {
			parts[step.number] = step.rewrite()
		}
	}
	err = s.walk(ctx, root, true, visit, func(t *overlay) error {
		finish()
		why = t.findings
		stopping := slices.DeleteFunc(slices.Clone(t.findings), func(f Finding) bool { return f.Verdict != Conflict && f.Verdict != Applied })
		if len(stopping) > 0 {
			return Misfit(stopping)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return texts, why, nil
}

// replace puts new parts of files in the place of old ones.
func (p *Patch) replace(parts [][]byte) []byte {
	lines := splitLines(string(p.Text))
	var b strings.Builder
	at := 0
	for i, text := range parts {
		if text == nil {
			continue
		}
		b.WriteString(strings.Join(lines[at:p.parts[i].start-1], ""))
		b.Write(text)
		at = p.parts[i].end - 1
	}
	b.WriteString(strings.Join(lines[at:], ""))
	return []byte(b.String())
}

// rewrite is the file's part of the patch with the true images, mode, places and context.
func (s *fitting) rewrite() []byte {
	where := s.patch.parts[s.number]
	lines := splitLines(string(s.patch.Text))
	end := where.hunks - 1
	keep := where.hunks == 0 || Worst(s.findings) == Stale
	if keep {
		end = where.end - 1
	}
	var b strings.Builder
	for i := where.start - 1; i < end; i++ {
		switch {
		case i == where.index-1 && strings.Count(lines[i], " ") > 1: // it has the mode too
			fmt.Fprintf(&b, "index %s..%s 100%o\n", s.pre, s.post, s.mode)
		case i == where.index-1:
			fmt.Fprintf(&b, "index %s..%s\n", s.pre, s.post)
		case strings.HasPrefix(lines[i], "deleted file mode "):
			fmt.Fprintf(&b, "deleted file mode 100%o\n", s.mode)
		default:
			b.WriteString(lines[i])
		}
	}
	if !keep {
		writeHunks(&b, s.before, s.edits())
	}
	return []byte(b.String())
}

// edit is a run of lines that is replaced.
type edit struct {
	at      int // index of the first old line
	old     []string
	new     []string
	heading string // of the hunk that it comes from
}

// edits takes the context off the hunks.
func (s *fitting) edits() []edit {
	var edits []edit
	for i, fragment := range s.file.TextFragments {
		at := s.places[i].at
		var now *edit
		for _, l := range fragment.Lines {
			if l.Op == gitdiff.OpContext {
				at, now = at+1, nil
				continue
			}
			if now == nil {
				edits = append(edits, edit{at: at, heading: fragment.Comment})
				now = &edits[len(edits)-1]
			}
			if l.Op == gitdiff.OpDelete {
				now.old = append(now.old, l.Line)
				at++
			} else {
				now.new = append(now.new, l.Line)
			}
		}
	}
	return edits
}

// writeHunks writes a unified diff. Edits with no more than twice the context between them share a hunk, as with git.
func writeHunks(b *strings.Builder, lines []string, edits []edit) {
	delta := 0
	for len(edits) > 0 {
		n := 1
		for n < len(edits) && edits[n].at-(edits[n-1].at+len(edits[n-1].old)) <= 2*contextLines {
			n++
		}
		first, last := edits[0], edits[n-1]
		from := max(first.at-contextLines, 0)
		to := min(last.at+len(last.old)+contextLines, len(lines))
		var body strings.Builder
		at, oldLines, newLines := from, to-from, to-from
		for _, e := range edits[:n] {
			writeLines(&body, " ", lines[at:e.at])
			writeLines(&body, "-", e.old)
			writeLines(&body, "+", e.new)
			at = e.at + len(e.old)
			newLines += len(e.new) - len(e.old)
		}
		writeLines(&body, " ", lines[at:to])
		heading := first.heading
		if heading != "" {
			heading = " " + heading
		}
		fmt.Fprintf(b, "@@ -%s +%s @@%s\n%s", extent(from, oldLines), extent(from+delta, newLines), heading, body.String())
		delta += newLines - oldLines
		edits = edits[n:]
	}
}

func writeLines(b *strings.Builder, mark string, lines []string) {
	for _, l := range lines {
		b.WriteString(mark + l)
		if !strings.HasSuffix(l, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// extent is a range of lines as a hunk's first line has it.
func extent(index, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", index)
	case 1:
		return fmt.Sprint(index + 1)
	}
	return fmt.Sprintf("%d,%d", index+1, count)
}
