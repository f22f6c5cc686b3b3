package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
)

// cutSuffixName takes the fileset's name off a control file's, as far as that can be told without lpp_name.
func cutSuffixName(name string) (fileset, suffix string) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

// partView is a part with what is needed to tell of it.
type partView struct {
	*installp.Part
	fileset *installp.Info
	library *installp.Library
	isRoot  bool
	byPath  []*installp.Stanza // sorted; of two with one path, the later first
}

func (p *partView) where(suffix string, line int) installp.Where {
	return installp.Where{Member: p.library.Name, File: p.fileset.Name + "." + suffix, Line: line, Offset: p.library.Offset}
}

// stanza gives that of a path, nil where there is none.
func (p *partView) stanza(path string) *installp.Stanza {
	at, found := slices.BinarySearchFunc(p.byPath, path, func(s *installp.Stanza, path string) int { return strings.Compare(s.Path, path) })
	if !found {
		return nil
	}
	return p.byPath[at]
}

// makeViews is done once for all checks.
func (v *verifier) makeViews() {
	for i := range v.image.Filesets {
		f := &v.image.Filesets[i]
		for n, part := range []*installp.Part{f.Usr, f.Root} {
			library := v.image.LibraryOf(i, n)
			if part == nil || library == nil {
				continue
			}
			p := &partView{part, f, library, n == installp.RootPart, make([]*installp.Stanza, 0, len(part.Inventory))}
			for j := range slices.Backward(part.Inventory) {
				p.byPath = append(p.byPath, &part.Inventory[j])
			}
			slices.SortStableFunc(p.byPath, func(a, b *installp.Stanza) int { return strings.Compare(a.Path, b.Path) })
			v.views[f] = append(v.views[f], p)
		}
	}
}

// collect learns what later checks ask for: paths and directories of the whole package, words of the scripts that make accounts.
func (v *verifier) collect() {
	v.makeViews()
	for i := range v.image.Filesets {
		for _, s := range v.image.Filesets[i].Sizes {
			v.licensed = v.licensed || strings.HasPrefix(s.Name, "LA") && strings.Contains(s.Name, licenseDirectory)
		}
		for _, p := range v.views[&v.image.Filesets[i]] {
			for j := range p.Inventory {
				s := &p.Inventory[j]
				if s.Type == installp.Directory {
					v.owned[s.Path] = true
				}
				if s.Type == installp.Directory && (s.Mode&0o022 != 0 || s.Owner != installp.LinkOwner && s.Owner != "bin") {
					v.open[s.Path] = true
				}
				for _, name := range append([]string{s.Path}, s.Links...) {
					if v.paths[name] == nil {
						v.paths[name] = s
					}
				}
			}
			between := func(r rune) bool { return strings.ContainsRune(" \t\n;=,'\"()", r) }
			for word := range strings.FieldsFuncSeq(p.Control[string(installp.PreI)], between) {
				v.created[word] = true
			}
		}
	}
}

func (v *verifier) verifyFileset(f *installp.Info) {
	where := installp.Where{Member: installp.LppNameMember, Line: f.Line, Offset: v.lppNameOffset()}
	rules.Prefix(f.Name, v.image.Package, v.at(where))
	rules.Name(f.Name, v.at(where))
	rules.Title(f.Text, v.at(where))
	if f.Language != installp.Language {
		v.tell("5/language", where, f.Language, installp.Language)
	}
	v.verifyRequisites(f, where)
	parts := v.views[f]
	for _, p := range parts {
		v.verifyPart(p)
	}
	v.verifyRootCopies(f, parts)
}

func (v *verifier) verifyRequisites(f *installp.Info, where installp.Where) {
	all, wrong := installp.ReadRequisites(f.Requisites)
	first := where.Line + 1 // behind the fileset's line and "["
	for _, w := range wrong {
		where.Line = first + w.Line
		v.tell("5.2/read", where, fmt.Sprintf("%q: %v", w.Text, w.Err), "")
	}
	var unknown func(requisites []installp.Requisite)
	unknown = func(requisites []installp.Requisite) {
		for _, r := range requisites {
			if where.Line = first + r.Line; r.Unknown != "" && r.Kind != "" { // else it was told of
				v.tell("5.2/relation", where, r.Unknown, "")
			}
			unknown(r.Group)
		}
	}
	unknown(all)
}

func (v *verifier) lppNameOffset() int64 {
	for _, m := range v.image.Front {
		if m.Name == installp.LppNameMember {
			return m.Offset
		}
	}
	return 0
}

func (v *verifier) verifyPart(p *partView) {
	for _, file := range []struct{ suffix, rule string }{
		{installp.SuffixApplyList, "W23/table"}, {installp.SuffixInventory, "W23/table"},
		{installp.SuffixSize, "W23/size"}, {installp.SuffixCopyright, "W23/copyright"},
	} {
		if _, ok := p.Control[file.suffix]; !ok && (file.suffix != installp.SuffixCopyright || !p.isRoot) {
			v.tell(file.rule, p.where(file.suffix, 0), "", "")
		}
	}
	v.verifyInventory(p)
	v.verifyConfigs(p)
	for _, step := range p.Scripts() {
		text, where := p.Control[string(step)], p.where(string(step), 0)
		v.verifyPlain(where, text)
		rules.Script(text, v.at(where))
	}
	if text, ok := p.Control[installp.SuffixCopyright]; ok {
		v.verifyPlain(p.where(installp.SuffixCopyright, 0), text)
	}
	known := slices.Concat(installp.OtherSuffixes, []string{installp.SuffixApplyList, installp.SuffixInventory, installp.SuffixSize, installp.SuffixConfig, installp.SuffixCopyright})
	for _, suffix := range slices.Sorted(maps.Keys(p.Control)) {
		if !slices.Contains(known, suffix) && !slices.Contains(p.Scripts(), installp.Step(suffix)) {
			v.tell("6/known", p.where(suffix, 0), "", "")
		}
	}
}

// verifyInventory looks at each stanza, and joins the apply list and the inventory.
func (v *verifier) verifyInventory(p *partView) {
	for i := range p.Inventory {
		check := stanzaCheck{v, p, &p.Inventory[i]}
		check.all()
	}
	applied := make(map[*installp.Stanza]bool, len(p.ApplyList))
	for i, name := range p.ApplyList {
		where := p.where(installp.SuffixApplyList, i+1)
		if name == installp.LppNameMember { // packages of SCX list it, and are installed
			v.tell("6.2/note", where, name, "")
			continue
		}
		target, inRoot := v.image.Target(name)
		stanza := p.stanza(target)
		applied[stanza] = true
		if !p.isRoot {
			if c := v.claims[name]; c != nil {
				v.tell("W18/lists", where, fmt.Sprintf("%s is in fileset %s, too", name, c.part.fileset.Name), "")
				continue
			}
			c := &claimed{part: p, stanza: stanza}
			v.claims[name] = c
			v.order = append(v.order, name)
			if inRoot {
				continue // its stanza is the root part's
			}
		}
		if stanza == nil {
			v.tell("6.3/stanza", where, target, "")
		}
	}
	for i := range p.Inventory {
		if s := &p.Inventory[i]; !applied[p.stanza(s.Path)] && s.Type != installp.Symlink {
			v.tell("6.3/restored", p.where(installp.SuffixInventory, s.Line), s.Path, "")
		}
	}
}

func (v *verifier) verifyConfigs(p *partView) {
	for _, c := range p.Configs {
		if s := p.stanza(c.Path); s == nil || s.Type != installp.Regular || !s.Volatile {
			v.tell("6.5/volatile", p.where(installp.SuffixConfig, c.Line), c.Path, "")
		}
	}
}

// verifyPlain looks at texts that are no tables: scripts and copyrights.
func (v *verifier) verifyPlain(where installp.Where, text string) {
	rules.Text(text, func(id string, line int, got string) {
		where.Line = line
		v.tell(id, where, got, "")
	})
}

// verifyRootCopies: the usr part restores below inst_root exactly what the root part copies from there. EPM had it wrong for years.
func (v *verifier) verifyRootCopies(f *installp.Info, parts []*partView) {
	if len(parts) == 0 || f.Usr == nil {
		return // a control library is not there, and was told of
	}
	below := map[string]bool{}
	for _, name := range f.Usr.ApplyList {
		if target, inRoot := v.image.Target(name); inRoot {
			below[target] = true
		}
	}
	if f.Root != nil && len(parts) > 1 {
		root := parts[1]
		for i, name := range f.Root.ApplyList {
			target := strings.TrimPrefix(name, ".")
			if !below[target] {
				v.tell("6.2/below", root.where(installp.SuffixApplyList, i+1), target, "")
			}
			delete(below, target)
			if c := v.claims[v.image.InstRoot(f)+target]; c != nil {
				c.part, c.stanza = root, root.stanza(target)
			}
		}
	}
	for i, name := range f.Usr.ApplyList {
		if target, inRoot := v.image.Target(name); inRoot && below[target] {
			v.tell("6.2/copied", parts[0].where(installp.SuffixApplyList, i+1), name, "")
		}
	}
}
