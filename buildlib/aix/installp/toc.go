package installp

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// TocEntry is one image of a directory.
type TocEntry struct {
	FileName string
	Image    *Image
}

// Toc gives the text of the file .toc, by which installp knows the images of a directory: of each its name and lpp_name, with levels
// padded and volumes without leading zeros (gen_toc_entry manual page; two public examples; W35). The first line has a 0, the date
// in inutoc's form and a 2, whose meanings are not known; the date here is that of the newest image, so that the same images make
// the same file.
func Toc(entries []TocEntry) string {
	var newest time.Time
	var b strings.Builder
	for _, e := range entries {
		for _, m := range e.Image.Front {
			if m.IsRegular() && m.ModTime.After(newest) {
				newest = m.ModTime
			}
		}
		filesets := map[int]*Info{}
		for i := range e.Image.Filesets {
			f := &e.Image.Filesets[i]
			filesets[f.Line] = f
		}
		number := 0
		for line := range strings.Lines(e.Image.LppNameText) {
			number++
			if line = strings.TrimRight(line, "\r\n") + "\n"; line == "\n" {
				continue
			}
			switch f := filesets[number]; {
			case number == 1:
				b.WriteString(e.FileName + " " + line)
			case f != nil:
				level := f.LevelText
				if l := f.Level; !l.IsZero() { // else it could not be read
					level = fmt.Sprintf("%02d.%02d.%04d.%04d", l.Version, l.Release, l.Modification, l.Fix)
					if _, behind := cutLevel(f.LevelText); behind != "" {
						level += "." + behind
					}
				}
				fmt.Fprintf(&b, "%s %s %s %s %s %s %s\n", f.Name, level,
					cmp.Or(strings.TrimLeft(f.Volume, "0"), "0"), f.BosBoot, f.Content, f.Language, f.Text)
			default:
				b.WriteString(line)
			}
		}
	}
	return "0 " + newest.UTC().Format("010215040506") + " 2\n" + b.String()
}
