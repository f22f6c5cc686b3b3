package verify

import (
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

// verifyTexts compares each text with what we write for the same content, byte for byte. So a form of our own needs no list of rules
// here, and no damage to one stays unseen.
func (v *verifier) verifyTexts() {
	v.compareText("W20", installp.Where{Member: installp.LppNameMember, Offset: v.lppNameOffset()}, v.image.LppNameText, whole(v.image.LppName()))
	for i := range v.image.Filesets {
		for _, p := range v.views[&v.image.Filesets[i]] {
			stanzas := func(yield func(string) bool) {
				for j := range p.Inventory {
					if !yield(p.Inventory[j].String()) {
						return
					}
				}
			}
			var configs strings.Builder
			for _, c := range p.Configs {
				fmt.Fprintf(&configs, "%s %s\n", c.Path, c.Method)
			}
			for _, file := range []struct {
				rule, suffix string
				want         iter.Seq[string]
			}{
				{"W27/form", installp.SuffixInventory, stanzas},
				{"W29", installp.SuffixConfig, whole(configs.String())},
				{"W28", installp.SuffixSize, whole(installp.RenderSizes(p.Sizes))},
			} {
				if got, ok := p.Control[file.suffix]; ok {
					v.compareText(file.rule, p.where(file.suffix, 0), got, file.want)
				}
			}
			v.verifyStanzaOrder(p)
		}
	}
	for i := range v.image.Libraries {
		v.compareLibrary(&v.image.Libraries[i])
	}
}

// whole is a text in one piece.
func whole(text string) iter.Seq[string] { return func(yield func(string) bool) { yield(text) } }

// compareText compares a text with pieces, each of whole lines, that it should be made of. They are never all there at once: an inventory may have
// megabytes.
func (v *verifier) compareText(rule string, where installp.Where, got string, pieces iter.Seq[string]) {
	rest, want := got, ""
	for piece := range pieces {
		if !strings.HasPrefix(rest, piece) {
			want = piece
			break
		}
		rest = rest[len(piece):]
	}
	if rest == "" && want == "" {
		return
	}
	at := 0
	for at < min(len(rest), len(want)) && rest[at] == want[at] {
		at++
	}
	before := got[:len(got)-len(rest)+at]
	where.Line = 1 + strings.Count(before, "\n")
	start := 1 + strings.LastIndexByte(rest[:at], '\n')
	line := func(text string) string {
		if start == len(text) {
			return "the end"
		}
		first, _, _ := strings.Cut(text[start:], "\n")
		return fmt.Sprintf("%q", first)
	}
	v.tell(rule, where, line(rest), line(want))
}

// verifyStanzaOrder: stanzas stand in the order of the apply list, symbolic links by path behind them (W27).
func (v *verifier) verifyStanzaOrder(p *partView) {
	var want []string
	for _, name := range p.ApplyList {
		if target, inRoot := v.image.Target(name); !inRoot {
			want = append(want, target)
		}
	}
	links := len(want)
	for i := range p.Inventory {
		if p.Inventory[i].Type == installp.Symlink {
			want = append(want, p.Inventory[i].Path)
		}
	}
	slices.Sort(want[links:])
	for i := range min(len(want), len(p.Inventory)) {
		if s := &p.Inventory[i]; s.Path != want[i] {
			v.tell("W27/order", p.where(installp.SuffixInventory, s.Line), s.Path, want[i])
			return
		}
	}
}

// compareLibrary packs the control files again. A library that cannot be read was told of already.
func (v *verifier) compareLibrary(l *installp.Library) {
	at := l.Differs(v.time)
	if at < 0 {
		return
	}
	where := installp.Where{Member: l.Name, Offset: l.Offset}
	if !l.Packed {
		where.Offset = l.Data + at
	}
	v.tell("W13", where, fmt.Sprintf("%d bytes, another at %d", l.Size, at), "")
}

// verifySizes compares the sizes, in lpp_name and in .size, with what the members take.
func (v *verifier) verifySizes() {
	own := installp.Blocks(int64(len(v.image.LppNameText)))
	for i := range v.image.Filesets {
		f := &v.image.Filesets[i]
		usr, root := map[string]int64{}, map[string]int64{}
		need := map[string]int64{} // what files take, without which the installation runs out of space
		for _, name := range v.order {
			c := v.claims[name]
			if c.part.fileset != f || !c.seen {
				continue
			}
			target, inRoot := v.image.Target(name)
			isDir := c.stanza != nil && c.stanza.Type == installp.Directory
			installp.AddSize(usr, name[1:], isDir, c.size)
			if inRoot {
				installp.AddSize(root, target, isDir, c.size)
			}
			if !isDir {
				installp.AddSize(need, name[1:], false, c.size)
			}
		}
		v.compareSizes(f, own, usr, root, need)
	}
}

func (v *verifier) compareSizes(f *installp.Info, own int64, usr, root, need map[string]int64) {
	where := installp.Where{Member: installp.LppNameMember, Offset: v.lppNameOffset()}
	declared := map[string]int64{}
	unknown := map[string]bool{}
	for _, s := range f.Sizes {
		declared[s.Name] += s.Permanent
		for _, word := range strings.Fields(s.Name) {
			unknown[word] = unknown[word] || s.Unknown
		}
	}
	// What has no line of its own is in the space of the directory above that has one.
	for dir := range maps.Clone(need) {
		above := dir
		for _, named := declared[above]; !named && !unknown[above] && above != "/"; _, named = declared[above] {
			above = path.Dir(above)
		}
		if _, named := declared[above]; above != dir && (named || unknown[above]) {
			need[above] += need[dir]
			delete(need, dir)
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(need)) {
		if have := declared[dir]; have < need[dir] && !unknown[dir] {
			v.tell("W21/space", installp.Where{Member: installp.LppNameMember, Line: f.Line, Offset: where.Offset}, fmt.Sprintf("%s %d", dir, have), fmt.Sprint(need[dir]))
		}
	}
	permanent, temporary := own, int64(installp.UnitBlocks)
	var want []installp.Size
	for _, p := range v.views[f] {
		lines, database := usr, installp.UsrDatabase
		if p.isRoot {
			lines, database = root, installp.RootDatabase
			want = append(want, installp.Size{Name: installp.WorkSpace}) // filled in below
		}
		sizes := installp.SizesOf(lines, database, len(p.Inventory))
		if _, ok := p.Control[installp.SuffixSize]; ok {
			v.compareSizeLines(p.where(installp.SuffixSize, 0), p.Sizes, sizes)
		}
		want = append(want, sizes...)
		for _, text := range p.Control {
			permanent += installp.Blocks(int64(len(text)))
		}
		temporary += installp.Blocks(p.library.Size)
	}
	if f.Root == nil {
		want = append(want, installp.Size{Name: installp.WorkSpace})
	}
	i := slices.IndexFunc(want, func(s installp.Size) bool { return s.Name == installp.WorkSpace })
	want[i].Permanent, want[i].Temporary = permanent, temporary
	v.compareSizeLines(where, f.Sizes, want)
}

func (v *verifier) compareSizeLines(where installp.Where, got, want []installp.Size) {
	for i := range max(len(got), len(want)) {
		g, w := "the end", "the end"
		if i < len(got) {
			g, where.Line = got[i].String(), got[i].Line
		}
		if i < len(want) {
			w = want[i].String()
		}
		if g != w {
			v.tell("W21/formula", where, g, w)
			return
		}
	}
}
