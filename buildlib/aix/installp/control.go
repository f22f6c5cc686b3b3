package installp

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
)

// A symbolic link in the inventory (W37; S3).
const (
	linkMode  = 0o777
	linkOwner = "root"
	linkGroup = "system"
)

// controlFile is a member of liblpp.a.
type controlFile struct {
	name   string
	mode   uint32
	text   string
	offset int64 // in the library that it was read from
}

// usrControl and rootControl give a fileset's control files for each part (W23). A part without files has an empty inventory and
// perhaps an empty apply list: installp may look for both, and whether it bears their absence is not known [inferred].
func (pl *plan) usrControl(f *fileset) []controlFile {
	return f.control(&f.usr,
		controlFile{name: suffixApplyList, text: applyList("", f.usr.files) + applyList(pl.pkg.instRoot(), f.root.files)},
		controlFile{name: suffixCopyright, text: f.Copyright},
		controlFile{name: suffixSize, text: renderSizes(pl.usrSizes(f))})
}

func (pl *plan) rootControl(f *fileset) []controlFile {
	return f.control(&f.root,
		controlFile{name: suffixApplyList, text: applyList("", f.root.files)},
		controlFile{name: suffixSize, text: renderSizes(f.rootSizes())})
}

// control adds what both parts have, and puts the members in order (W22) with their full names and modes (W14).
func (f *fileset) control(p *part, files ...controlFile) []controlFile {
	files = append(files, controlFile{name: suffixInventory, text: f.inventory(p)})
	if text := cfgfiles(p.files); text != "" {
		files = append(files, controlFile{name: suffixConfig, text: text})
	}
	for i := range files {
		files[i].mode = 0o644
	}
	for _, step := range slices.Sorted(maps.Keys(p.scripts)) {
		files = append(files, controlFile{name: string(step), mode: 0o755, text: p.scripts[step]})
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
	for _, e := range slices.Concat(p.files, p.links) {
		s := Stanza{
			Path: e.Path, Owner: e.Owner, Group: e.Group, Mode: e.Mode, Type: e.Type, Links: slices.Sorted(slices.Values(e.Links)),
			Target: e.Target, Class: classPrefix + f.Name, Volatile: e.isVolatile(), Size: e.Size, Checksum: e.checksum,
		}
		if e.Type == Symlink {
			s.Owner, s.Group, s.Mode = linkOwner, linkGroup, linkMode
		}
		b.WriteString(s.String())
	}
	return b.String()
}

// packLibrary packs control files into a liblpp.a, alphabetically (W13, W14, W22).
func packLibrary(files []controlFile, modified time.Time) ([]byte, error) {
	slices.SortFunc(files, func(a, b controlFile) int { return cmp.Compare(a.name, b.name) })
	var b bytes.Buffer
	w := ar.NewWriter(&b, ar.Small)
	for _, file := range files {
		err := w.WriteHeader(&ar.Header{Name: file.name, Mode: file.mode, Size: int64(len(file.text)), ModTime: modified})
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
