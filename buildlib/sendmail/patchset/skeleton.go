package patchset

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Skeleton is what a series says of the source: a tree in which its old lines stand at their line numbers, with filler between. The
// series fits it as far as its patches agree with each other, which can be checked where the source cannot be had.
type Skeleton struct {
	files map[string]*bones
}

// bones is a file of which some lines are known. Lines before and after the patches share their cells, so that what a later patch
// knows of a line is known of the source too.
type bones struct {
	source, now []*cell
	there       bool // in the source
	here        bool // after the patches so far
	executable  bool // in the source
	ended       bool // now's last line is the file's last
	broken      bool
}

type cell struct {
	text  string
	known bool
}

// Skeleton lays each patch's old text over what the patches before it leave. Patches that do not agree about a line are one fault.
func (s *Series) Skeleton() (*Skeleton, error) {
	k := &Skeleton{files: make(map[string]*bones)}
	var findings []Finding
	for _, p := range s.Patches {
		for i, f := range p.files {
			step := &fitting{patch: p, number: i, file: f, name: pathOf(f)}
			k.lay(step)
			findings = append(findings, step.findings...)
		}
	}
	if len(findings) > 0 {
		return nil, Misfit(findings)
	}
	return k, nil
}

func (k *Skeleton) lay(s *fitting) {
	b, ok := k.files[s.name]
	if !ok {
		b = &bones{there: !s.file.IsNew, here: !s.file.IsNew, executable: permissions(s.file.OldMode) == 0o755, ended: s.file.IsNew}
		k.files[s.name] = b
	}
	switch {
	case b.broken:
		return
	case s.file.IsNew && b.here:
		s.find(Finding{Verdict: Conflict, Found: "a new file, which a patch above changes or makes already"})
	case !s.file.IsNew && !b.here:
		s.find(Finding{Verdict: Conflict, Found: "a file that a patch above takes away, or makes only further down"})
	default:
		b.lay(s)
	}
	b.broken = len(s.findings) > 0
}

// lay does one patch's part of the file.
func (b *bones) lay(s *fitting) {
	lines := b.text(s.name, false)
	var out []*cell
	floor, delta := 0, 0
	for i, fragment := range s.file.TextFragments {
		h := newHunk(fragment)
		if !b.overlay(h, floor) {
			f := Finding{Hunk: i + 1}
			p := h.locate(lines, floor)
			if p.verdict == Clean { // the lines agree, and it is the end of the file that does not
				p.verdict = Conflict
			}
			f.Verdict = p.verdict
			h.explain(&f, lines, p, floor)
			f.Found = "the patches do not agree about the source: " + f.Found
			s.find(f)
			return
		}
		if h.newAt != h.at+delta {
			f := Finding{Hunk: i + 1, Verdict: Offset}
			h.explain(&f, lines, place{verdict: Clean, at: h.at}, floor)
			s.find(f)
			return
		}
		out = append(out, b.now[floor:h.at]...)
		at := h.at
		for _, l := range fragment.Lines {
			switch {
			case l.Old() && l.New():
				out = append(out, b.now[at])
				at++
			case l.Old():
				at++
			default:
				out = append(out, &cell{l.Line, true})
			}
		}
		floor = at
		delta += len(h.new) - len(h.old)
	}
	b.now = append(out, b.now[floor:]...)
	if s.file.IsDelete && len(b.now) > 0 {
		s.find(Finding{Verdict: Conflict, Found: "more in the file than the patch deletes"})
		return
	}
	b.here = !s.file.IsDelete
	if s.file.IsNew {
		b.ended = true
	}
}

// overlay makes the hunk's old lines known at their place, unless something else is known already.
func (b *bones) overlay(h *hunk, floor int) bool {
	_, bottom := h.cuts(0)
	end := h.at + len(h.old)
	unfinished := len(h.old) > 0 && !strings.HasSuffix(h.old[len(h.old)-1], "\n")
	last := bottom < 0 || h.trail == 0 || unfinished
	if h.at < floor || h.addsBelowFirst() || b.ended && end > len(b.now) || last && end < len(b.now) {
		return false
	}
	for len(b.now) < end {
		c := new(cell)
		b.now, b.source = append(b.now, c), append(b.source, c)
	}
	for i, line := range h.old {
		if c := b.now[h.at+i]; c.known && c.text != line {
			return false
		}
	}
	for i, line := range h.old {
		*b.now[h.at+i] = cell{line, true}
	}
	b.ended = b.ended || last
	return true
}

// text is the file's lines as the patches so far leave them, or as they are in the source. A line that nothing is known of is unlike
// any other line of the tree.
func (b *bones) text(name string, source bool) []string {
	cells := b.now
	if source {
		cells = b.source
	}
	filler := make(map[*cell]string)
	for i, c := range b.source {
		if !c.known {
			filler[c] = fmt.Sprintf("line %d of %s, which no patch touches\n", i+1, name)
		}
	}
	lines := make([]string, len(cells))
	for i, c := range cells {
		lines[i] = c.text
		if !c.known {
			lines[i] = filler[c]
		}
	}
	if !b.ended {
		for i := range 4 {
			lines = append(lines, fmt.Sprintf("line %d of %s, which no patch touches\n", len(b.source)+i+1, name))
		}
	}
	return lines
}

// Write makes the tree in dir, which must not have any of its files yet.
func (k *Skeleton) Write(ctx context.Context, dir string, mtime time.Time) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(k.files)) {
		b := k.files[name]
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !b.there {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if b.executable {
			mode = 0o755
		}
		if err := os.WriteFile(file, []byte(strings.Join(b.text(name, true), "")), mode); err != nil {
			return err
		}
		if err := os.Chtimes(file, mtime, mtime); err != nil {
			return err
		}
	}
	return nil
}
