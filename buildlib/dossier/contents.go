package dossier

import (
	"cmp"
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/imagetool"
	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// contents lists what is in the image.
func (g *gatherer) contents(ctx context.Context) error {
	l, err := imagetool.List(ctx, nil, g.file)
	if err != nil {
		return err
	}
	one := l.Images[0]
	for _, f := range one.Filesets {
		g.Image.Filesets = append(g.Image.Filesets, Fileset{f.Name, f.Level, f.Title, f.Meanings})
	}
	home := "./usr/lpp/" + one.Package + "/"
	places := make(map[string]*Place)
	for i := range one.Members {
		m := &one.Members[i].Member
		name, isRoot := strings.CutPrefix(m.Name, home+"inst_root/")
		if !isRoot && (!strings.HasPrefix(m.Name, "./") || strings.HasPrefix(m.Name, home)) || !m.IsRegular() || m.Name == installp.LppNameMember || isRoot && name == installp.LibraryName {
			continue // control libraries, and what else installp reads and does not install
		}
		f := File{"/" + strings.TrimPrefix(name, "./"), m.Size}
		g.Files = append(g.Files, f)
		p := cmp.Or(places[place(f.Path)], &Place{Path: place(f.Path)})
		p.Files, p.Bytes = p.Files+1, p.Bytes+f.Size
		places[p.Path] = p
	}
	slices.SortFunc(g.Files, func(a, b File) int { return cmp.Or(cmp.Compare(b.Size, a.Size), strings.Compare(a.Path, b.Path)) })
	g.Disk = new(Disk)
	for _, p := range slices.Sorted(maps.Keys(places)) {
		g.Disk.Places = append(g.Disk.Places, *places[p])
	}
	return nil
}

// place is the directory that stands for all below it: /opt/sendmail, /etc/opt/sendmail.
func place(file string) string {
	parts := strings.Split(file, "/")
	deep := 3
	if len(parts) > 2 && parts[2] == "opt" {
		deep = 4
	}
	return cmp.Or(strings.Join(parts[:min(deep, len(parts)-1)], "/"), "/")
}

// imports lists what the programs take from AIX, and how it is known that it has that.
func (g *gatherer) imports(ctx context.Context) error {
	i, err := imagetool.Inspect(ctx, nil, g.file, imagetool.Inspection{})
	switch {
	case fault.Code(err) == "nothing-to-inspect":
		g.note("no program of AIX is in the image: nothing is told of imports")
		return nil
	case err != nil:
		return err
	}
	tables, err := cross.Tables()
	if err != nil {
		return err
	}
	libraries := make(map[string]*Library)
	for _, p := range i.Programs {
		for _, in := range p.Imports {
			l := libraries[in.From]
			if l == nil {
				l = &Library{From: in.From}
				libraries[in.From] = l
			}
			l.Programs++
			base, _, _ := strings.Cut(path.Base(in.From), ".")
			for _, s := range in.Symbols {
				if !slices.ContainsFunc(l.Symbols, func(o Symbol) bool { return o.Name == s.Name }) {
					l.Symbols = append(l.Symbols, evidenced(tables[base], s.Name, p.Width))
				}
			}
		}
	}
	for _, from := range slices.Sorted(maps.Keys(libraries)) {
		l := libraries[from]
		slices.SortFunc(l.Symbols, func(a, b Symbol) int { return strings.Compare(a.Name, b.Name) })
		number := make(map[string]int)
		for _, s := range l.Symbols {
			kind := "unknown"
			if len(s.Evidence) > 0 {
				kind, _, _ = strings.Cut(s.Evidence[0], ":")
			}
			number[kind]++
		}
		for _, kind := range slices.SortedFunc(maps.Keys(number), func(a, b string) int { return cmp.Or(cmp.Compare(number[b], number[a]), strings.Compare(a, b)) }) {
			l.Evidence = append(l.Evidence, Count{kind, number[kind]})
		}
		g.Imports = append(g.Imports, *l)
	}
	return nil
}

func evidenced(table cross.Table, name string, bits int) Symbol {
	s := Symbol{Name: name}
	for _, e := range table.Find(name, bits) {
		s.Evidence = append(s.Evidence, e.String())
	}
	if len(s.Evidence) > 0 {
		s.Why = table.Row(name).Why
	}
	return s
}

func ingredients(kind string, of map[string]string) (all []Ingredient) {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, Ingredient{kind, name, of[name]})
	}
	return all
}

// changes compares with the image of this target that was made last before this one.
func (g *gatherer) changes() {
	if g.record == nil || g.kept == nil {
		g.note("the journal does not know this image: what has changed since the one before it is not told")
		return
	}
	before := g.before()
	if before == nil {
		g.note("it is the first image of this target that the journals know: there is nothing to compare it with")
		return
	}
	was, err := record.Parse([]byte(before.Record))
	if err != nil {
		g.note("the record of the image before cannot be read: %v", err)
		return
	}
	c := &Changes{
		Before: Before{before.Name, before.SHA256, was.Settings["release"], before.Made}, Size: g.Image.Size - before.Size,
		Differences: slices.Concat(
			step.Compare("setting", was.Settings, g.record.Settings), step.Compare("input", was.Inputs, g.record.Inputs), step.Compare("tool", was.Tools, g.record.Tools),
		),
	}
	for _, change := range step.Compare("file", was.Files, g.record.Files) {
		f := FileChange{change.Name, "changed", before.Sizes[change.Name], g.kept.Sizes[change.Name]}
		switch {
		case change.Was == "":
			f.Change = "new"
		case change.Now == "":
			f.Change = "gone"
		}
		c.Files = append(c.Files, f)
	}
	g.Changes = c
}

// before finds the image before, of any release.
func (g *gatherer) before() (last *journal.Image) {
	for _, j := range journal.Of(g.checkout.Path("build"), g.Target) {
		for i := range j.Images {
			image := &j.Images[i]
			if image.SHA256 != g.kept.SHA256 && image.Made.Before(g.kept.Made) && (last == nil || image.Made.After(last.Made)) {
				last = image
			}
		}
	}
	return last
}
