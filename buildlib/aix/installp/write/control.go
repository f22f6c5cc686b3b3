package write

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

// usrControl and rootControl give a fileset's control files for each part (W23). A part without files has an empty inventory and
// perhaps an empty apply list: installp may look for both, and whether it bears their absence is not known [inferred].
func (pl *Arrangement) usrControl(f *Fileset) []installp.ControlFile {
	return f.control(&f.Usr,
		installp.ControlFile{Name: installp.SuffixApplyList, Text: applyList("", f.Usr.Files) + applyList(pl.Pkg.InstRoot(), f.Root.Files)},
		installp.ControlFile{Name: installp.SuffixCopyright, Text: f.Copyright},
		installp.ControlFile{Name: installp.SuffixSize, Text: installp.RenderSizes(pl.usrSizes(f))})
}

func (pl *Arrangement) rootControl(f *Fileset) []installp.ControlFile {
	return f.control(&f.Root,
		installp.ControlFile{Name: installp.SuffixApplyList, Text: applyList("", f.Root.Files)},
		installp.ControlFile{Name: installp.SuffixSize, Text: installp.RenderSizes(f.rootSizes())})
}

// control adds what both parts have, and puts the members in order (W22) with their full names and modes (W14).
func (f *Fileset) control(p *Part, files ...installp.ControlFile) []installp.ControlFile {
	files = append(files, installp.ControlFile{Name: installp.SuffixInventory, Text: f.inventory(p)})
	if text := cfgfiles(p.Files); text != "" {
		files = append(files, installp.ControlFile{Name: installp.SuffixConfig, Text: text})
	}
	for i := range files {
		files[i].Mode = 0o644
	}
	for _, step := range slices.Sorted(maps.Keys(p.Scripts)) {
		files = append(files, installp.ControlFile{Name: string(step), Mode: 0o755, Text: p.Scripts[step]})
	}
	for i := range files {
		files[i].Name = f.Name + "." + files[i].Name
	}
	return files
}

// applyList lists paths as they stand in the image, ./ in front. Links are not among them, although IBM's page names them: those
// of S3 are not, either (W18).
func applyList(prefix string, files []*Entry) string {
	var b strings.Builder
	for _, e := range files {
		fmt.Fprintf(&b, ".%s%s\n", prefix, e.Path)
	}
	return b.String()
}

func cfgfiles(files []*Entry) string {
	var b strings.Builder
	for _, e := range files {
		if e.Config != "" {
			fmt.Fprintf(&b, "%s %s\n", e.Path, e.Config) // absolute (W29; S3)
		}
	}
	return b.String()
}

// inventory is a stanza for each object of the part, symbolic links last; each stanza ends with an empty line (W27). Attributes
// and their order are those of S3, the blanks those of S2 and S3.
func (f *Fileset) inventory(p *Part) string {
	var b strings.Builder
	for _, e := range slices.Concat(p.Files, p.links) {
		s := installp.Stanza{
			Path: e.Path, Owner: e.Owner, Group: e.Group, Mode: e.Mode, Type: e.Type, Links: slices.Sorted(slices.Values(e.Links)),
			Target: e.Target, Class: installp.ClassPrefix + f.Name, Volatile: e.IsVolatile(), Size: e.Size, Checksum: e.checksum,
		}
		if e.Type == installp.Symlink {
			s.Owner, s.Group, s.Mode = installp.LinkOwner, installp.LinkGroup, installp.LinkMode
		}
		b.WriteString(s.String())
	}
	return b.String()
}

// usrSizes counts the root part's files, too: a copy of them stays below inst_root.
func (pl *Arrangement) usrSizes(f *Fileset) []installp.Size {
	lines := map[string]int64{}
	sizeLines("", f.Usr.Files, lines)
	sizeLines(pl.Pkg.InstRoot(), f.Root.Files, lines)
	return installp.SizesOf(lines, installp.UsrDatabase, len(f.Usr.Files)+len(f.Usr.links))
}

// rootSizes needs no look at the usr part: no directory of the root part is below /usr or /opt, so no line is in both.
func (f *Fileset) rootSizes() []installp.Size {
	lines := map[string]int64{}
	sizeLines("", f.Root.Files, lines)
	return installp.SizesOf(lines, installp.RootDatabase, len(f.Root.Files)+len(f.Root.links))
}

// sizeLines lists the space that files need below prefix.
func sizeLines(prefix string, files []*Entry, lines map[string]int64) {
	for _, e := range files {
		installp.AddSize(lines, prefix+e.Path, e.Type == installp.Directory, e.Size)
	}
}
