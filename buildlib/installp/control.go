package installp

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aixar"
)

// A symbolic link in the inventory (W37; S3).
const (
	linkMode  = 0o777
	linkOwner = "root"
	linkGroup = "system"
)

// controlFile is a member of liblpp.a.
type controlFile struct {
	name string
	mode uint32
	text string
}

// usrControl and rootControl give a fileset's control files for each part (W23). A part without files has an empty inventory and
// perhaps an empty apply list: installp may look for both, and whether it bears their absence is not known [inferred].
func (pl *plan) usrControl(f *fileset) []controlFile {
	return f.control(&f.usr,
		controlFile{name: "al", text: applyList("", f.usr.files) + applyList(pl.pkg.instRoot(), f.root.files)},
		controlFile{name: "copyright", text: f.Copyright},
		controlFile{name: "size", text: pl.usrSizes(f)})
}

func (pl *plan) rootControl(f *fileset) []controlFile {
	return f.control(&f.root,
		controlFile{name: "al", text: applyList("", f.root.files)},
		controlFile{name: "size", text: f.rootSizes()})
}

// control adds what both parts have, and puts the members in order (W22) with their full names and modes (W14).
func (f *fileset) control(p *part, files ...controlFile) []controlFile {
	files = append(files, controlFile{name: "inventory", text: f.inventory(p)})
	if text := cfgfiles(p.files); text != "" {
		files = append(files, controlFile{name: "cfgfiles", text: text})
	}
	for i := range files {
		files[i].mode = 0o644
	}
	for _, step := range slices.Sorted(maps.Keys(p.scripts)) {
		files = append(files, controlFile{string(step), 0o755, p.scripts[step]})
	}
	for i := range files {
		files[i].name = f.Name + "." + files[i].name
	}
	return files
}

// applyList lists paths as they stand in the image, ./ in front. Links are not among them, although IBM's page names them: those
// of S3 are not, either (W18).
func applyList(prefix string, files []*entry) string {
	var b strings.Builder
	for _, e := range files {
		fmt.Fprintf(&b, ".%s%s\n", prefix, e.Path)
	}
	return b.String()
}

func cfgfiles(files []*entry) string {
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
func (f *fileset) inventory(p *part) string {
	var b strings.Builder
	attribute := func(name, value string) { fmt.Fprintf(&b, "          %s = %s\n", name, value) }
	for _, e := range slices.Concat(p.files, p.links) {
		owner, group, mode := e.Owner, e.Group, e.Mode
		if e.Type == Symlink {
			owner, group, mode = linkOwner, linkGroup, linkMode
		}
		fmt.Fprintf(&b, "%s:\n", e.Path)
		attribute("owner", owner)
		attribute("group", group)
		attribute("mode", modeWords(mode))
		attribute("type", [...]string{Regular: "FILE", Directory: "DIRECTORY", Symlink: "SYMLINK"}[e.Type])
		if len(e.Links) > 0 {
			attribute("links", strings.Join(slices.Sorted(slices.Values(e.Links)), ","))
		}
		if e.Type == Symlink {
			attribute("target", e.Target)
		}
		attribute("class", "apply,inventory,"+f.Name)
		switch {
		case e.Type != Regular:
		case e.isVolatile():
			attribute("size", "VOLATILE")
			attribute("checksum", "VOLATILE")
		default:
			attribute("size", fmt.Sprint(e.Size))
			attribute("checksum", `"`+e.checksum+`"`)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// modeWords writes a mode as sysck reads it: set-id bits as words, the octal permissions last (sysck manual page).
func modeWords(mode uint32) string {
	words := ""
	for _, bit := range []struct {
		mask uint32
		word string
	}{{0o4000, "SUID,"}, {0o2000, "SGID,"}, {0o1000, "SVTX,"}} {
		if mode&bit.mask != 0 {
			words += bit.word
		}
	}
	return words + fmt.Sprintf("%o", mode&0o777)
}

// library packs control files into a liblpp.a, alphabetically (W13, W14, W22).
func (pl *plan) library(files []controlFile) ([]byte, error) {
	slices.SortFunc(files, func(a, b controlFile) int { return cmp.Compare(a.name, b.name) })
	var b bytes.Buffer
	w := aixar.NewWriter(&b, aixar.Small)
	for _, file := range files {
		err := w.WriteHeader(&aixar.Header{Name: file.name, Mode: file.mode, Size: int64(len(file.text)), ModTime: pl.pkg.Time})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(file.text)); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
