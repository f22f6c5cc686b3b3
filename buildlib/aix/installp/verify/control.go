package verify

import (
	"errors"
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
	stanzas map[string]*installp.Stanza // by path
}

func (p *partView) where(suffix string, line int) installp.Where {
	return installp.Where{Member: p.library.Name, File: p.fileset.Name + "." + suffix, Line: line, Offset: p.library.Offset}
}

// makeViews is done once for all checks.
func (v *verifier) makeViews() {
	for i := range v.image.Filesets {
		f := &v.image.Filesets[i]
		for n, part := range []*installp.Part{f.Usr, f.Root} {
			if part == nil || n >= len(v.image.Libraries) {
				continue
			}
			p := &partView{part, f, &v.image.Libraries[n], n == installp.RootPart, map[string]*installp.Stanza{}}
			for j := range part.Inventory {
				p.stanzas[part.Inventory[j].Path] = &part.Inventory[j]
			}
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
				v.owned[s.Path] = s.Type == installp.Directory
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
	note := func(rule, what, found string) {
		v.note(rule, where, what, found)
	}
	if f.Name != v.image.Package && !strings.HasPrefix(f.Name, v.image.Package+".") {
		note("7", "the fileset's name does not begin with the package's", f.Name)
	}
	if installp.BadName(rules.Locale.ReplaceAllString(f.Name, ""), rules.IsOwnNameByte) != "" {
		note("W31", "the fileset's name has more than lower-case letters, digits and dots", f.Name)
	}
	if f.Text == "" || len(f.Text) > rules.MaxTitle || strings.Contains(f.Text, "#") {
		note("5", fmt.Sprintf("the title is empty, longer than %d bytes, or has a #", rules.MaxTitle), f.Text)
	}
	if f.Language != installp.Language {
		note("5", "the language is not that of our images", f.Language)
	}
	v.verifyRequisites(f, where)
	parts := v.views[f]
	for _, p := range parts {
		v.verifyPart(p)
	}
	v.verifyRootCopies(f, parts)
}

func (v *verifier) verifyRequisites(f *installp.Info, where installp.Where) {
	_, err := installp.ParseRequisites(f.Requisites)
	bad, ok := errors.AsType[*installp.RequisiteError](err)
	if !ok {
		return
	}
	where.Line += 1 + bad.Line // behind the fileset's line and "["
	text := bad.Text
	if isForeignRequisite(text) {
		v.note("5.2", where, "a requisite has a form whose grammar is not known here; what follows it was not looked at", text)
		return
	}
	v.wrong("5.2", where, "the requisites are not well formed", fmt.Sprintf("%q: %v", text, bad.Err),
		"correct the requisites and make the image again")
}

// isForeignRequisite knows relations of levels (v=, o>) and groups on one line, which others write.
func isForeignRequisite(line string) bool {
	return strings.Contains(line, "=") || strings.Contains(line, "o>") || strings.HasPrefix(line, ">") && strings.Contains(line, "*")
}

func (v *verifier) lppNameOffset() int64 {
	for _, m := range v.image.Front {
		if m.IsRegular() {
			return m.Offset
		}
	}
	return 0
}

func (v *verifier) verifyPart(p *partView) {
	const missing = "this control file is missing"
	for _, suffix := range []string{installp.SuffixApplyList, installp.SuffixInventory} {
		if _, ok := p.Control[suffix]; !ok {
			v.wrong("W23", p.where(suffix, 0), missing, "", "make the image again")
		}
	}
	for _, suffix := range []string{installp.SuffixSize, installp.SuffixCopyright} {
		if _, ok := p.Control[suffix]; !ok && (suffix == installp.SuffixSize || !p.isRoot) {
			v.note("W23", p.where(suffix, 0), missing, "")
		}
	}
	v.verifyInventory(p)
	v.verifyConfigs(p)
	for _, step := range p.Scripts() {
		v.verifyScript(p, step)
	}
	if text, ok := p.Control[installp.SuffixCopyright]; ok {
		v.verifyPlain(p.where(installp.SuffixCopyright, 0), text)
	}
	known := slices.Concat(installp.OtherSuffixes, []string{installp.SuffixApplyList, installp.SuffixInventory, installp.SuffixSize, installp.SuffixConfig, installp.SuffixCopyright})
	for _, suffix := range slices.Sorted(maps.Keys(p.Control)) {
		if !slices.Contains(known, suffix) && !slices.Contains(p.Scripts(), installp.Step(suffix)) {
			v.note("6", p.where(suffix, 0), "neither installp nor sysck is known to look at this control file", "")
		}
	}
}

// verifyInventory looks at each stanza, and joins the apply list and the inventory.
func (v *verifier) verifyInventory(p *partView) {
	for i := range p.Inventory {
		check := stanzaCheck{v, p, &p.Inventory[i]}
		check.all()
	}
	applied := map[string]bool{}
	for i, name := range p.ApplyList {
		where := p.where(installp.SuffixApplyList, i+1)
		target, inRoot := v.image.Target(name)
		applied[target] = true
		if !p.isRoot {
			if c := v.claims[name]; c != nil {
				v.wrong("W18", where, "two apply lists have one path", fmt.Sprintf("%s is in fileset %s, too", name, c.fileset.Name), "")
				continue
			}
			c := &claimed{fileset: p.fileset, stanza: p.stanzas[target], where: p.where(installp.SuffixInventory, 0)}
			v.claims[name] = c
			v.order = append(v.order, name)
			if inRoot {
				continue // its stanza is the root part's
			}
			v.claims[name].where.Line = lineOf(c.stanza)
		}
		if p.stanzas[target] == nil {
			v.wrong("6.3", where, "a path of the apply list has no stanza in the inventory",
				target, "sysck would not know the file, and its removal would leave it behind")
		}
	}
	for i := range p.Inventory {
		if s := &p.Inventory[i]; !applied[s.Path] && s.Type != installp.Symlink {
			v.note("6.3", p.where(installp.SuffixInventory, s.Line), "the stanza is of something that the apply list does not restore",
				s.Path+": a script must make it")
		}
	}
}

func lineOf(s *installp.Stanza) int {
	if s == nil {
		return 0
	}
	return s.Line
}

func (v *verifier) verifyConfigs(p *partView) {
	for _, c := range p.Configs {
		if s := p.stanzas[c.Path]; s == nil || s.Type != installp.Regular || !s.Volatile {
			v.wrong("6.5", p.where(installp.SuffixConfig, c.Line), "a configuration file is not VOLATILE in the inventory",
				c.Path, "make size and checksum VOLATILE, or a user's change fails the next installation")
		}
	}
}

func (v *verifier) verifyScript(p *partView, step installp.Step) {
	text, where := p.Control[string(step)], p.where(string(step), 0)
	v.verifyPlain(where, text)
	if first, _, _ := strings.Cut(text, "\n"); !rules.Interpreter.MatchString(first) {
		v.note("W30", where, "a script does not name a Korn shell in its first line", fmt.Sprintf("%q", first))
	}
	if last := rules.LastCommand(text); last != "exit 0" {
		v.note("W30", where, "a script does not end with exit 0", fmt.Sprintf("%q", last))
	}
}

// verifyPlain looks at texts that are no tables: scripts and copyrights.
func (v *verifier) verifyPlain(where installp.Where, text string) {
	if text == "" || !strings.HasSuffix(text, "\n") {
		v.wrong("6.6", where, "a text is empty or has no newline at its end", "", "complete it or leave it out")
	}
	for line := range strings.Lines(text) {
		where.Line++
		line = strings.TrimSuffix(line, "\n")
		if i := strings.IndexFunc(line, func(r rune) bool { return (r < ' ' && r != '\t') || r > '~' }); i >= 0 {
			v.wrong("6.6", where, "a text is not plain ASCII",
				fmt.Sprintf("byte %#02x", line[i]), "replace it; in a script ksh takes a carriage return as part of the command")
		}
	}
}

// verifyRootCopies: the usr part restores below inst_root exactly what the root part copies from there. EPM had it wrong for years.
func (v *verifier) verifyRootCopies(f *installp.Info, parts []*partView) {
	if len(parts) == 0 {
		return
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
				v.wrong("6.2", root.where(installp.SuffixApplyList, i+1), "the usr part does not restore this file below inst_root",
					target, "list it in the usr part's .al, below "+v.image.InstRoot())
			}
			delete(below, target)
			if c := v.claims[v.image.InstRoot()+target]; c != nil {
				c.stanza = root.stanzas[target]
				c.where = root.where(installp.SuffixInventory, lineOf(c.stanza))
			}
		}
	}
	for i, name := range f.Usr.ApplyList {
		if target, inRoot := v.image.Target(name); inRoot && below[target] {
			v.wrong("6.2", parts[0].where(installp.SuffixApplyList, i+1), "the root part does not copy this file to its place",
				name, "list it in the root part's .al")
		}
	}
}
