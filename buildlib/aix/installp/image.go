package installp

import (
	"fmt"
	"io"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// Image is what an image says of itself, in lpp_name and in the control libraries. [Package] is what goes into an image; an Image
// is what others read out of one, and may hold what we would never write.
type Image struct {
	Platform string // R POWER, N neutral
	Type     string // I for installation; S, SR or ML for updates
	Package  string
	Filesets []Info
	// Front are the members up to the last control library, in the order of the image.
	Front []Member
	// Libraries are the control libraries: of the usr part, then of the root part; updates have some for each fileset.
	Libraries []Library
	// Disordered is set where the members of the front are elsewhere, between others. Front has those that matter then.
	Disordered bool

	LppNameText string
}

// IsUpdate reports whether the image holds changed files for a fileset that is installed already.
func (m *Image) IsUpdate() bool { return m.Type != TypeInstall }

// Info is what an image says of one fileset.
type Info struct {
	Name     string
	Level    vrmf.Level
	Volume   string // of diskettes
	BosBoot  string // N, or b when the boot image changes
	Content  string // U usr part only, B both parts, H a share part, which Usr has then
	Language string
	Text     string // title
	// Requisites are lines, which [ParseRequisites] takes apart.
	Requisites []string
	Sizes      []Size
	Supersedes []string // lines: filesets with levels that this one replaces
	Fixes      []string // lines; updates have some
	// Rest are the sections behind the fixes. Only of the second one there is a guess: SYSTEM or PRIVATE, for workload partitions.
	Rest      [][]string
	Usr, Root *Part  // Root is nil when the fileset has none
	Line      int    // of the fileset in lpp_name; its requisites begin two lines further down
	LevelText string // as written: some have more than four numbers
}

// ShownLevel is the level with what stands behind its four numbers; one that is none is as written.
func (f *Info) ShownLevel() string {
	if f.Level.IsZero() && f.LevelText != "" {
		return f.LevelText
	}
	if _, behind := cutLevel(f.LevelText); behind != "" {
		return f.Level.String() + "." + behind
	}
	return f.Level.String()
}

// Part is what one of the control libraries holds of a fileset.
type Part struct {
	// Control are the texts of all control files by suffix: "copyright", "al", the scripts under their [Step].
	Control   map[string]string
	Offsets   map[string]int64 // of each text in the library
	ApplyList []string         // as in the image, ./ in front
	Inventory []Stanza
	Sizes     []Size
	Configs   []ConfigFile
}

// Member is one member of the image.
type Member struct {
	bff.Header
	Offset int64 // of its header in the image
	Data   int64 // offset of its data, as they are stored
	Packed bool  // they are stored Huffman-packed
	// Stored is the name in the image where that has another form than Name.
	Stored string
	// What only a backup of files may have: extended entries of an access list, and what is special of devices and links.
	ACL []string
	bff.Special
}

// Library is a control library.
type Library struct {
	Member
	Part    int // UsrPart or RootPart
	Fileset int // number of the one that it is of; -1 for all
	archive *io.SectionReader
}

// The text of lpp_name as we write it: format 4 (AIX 4.1 and later); for each fileset level, diskette volume, bosboot flag, content
// and language, then the sections. Five ends of sections are always there (W20; S2 has six).
func (m *Image) LppName() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s %s\n", formatAIX4, m.Platform, m.Type, m.Package, packageBegin)
	for i := range m.Filesets {
		f := &m.Filesets[i]
		fmt.Fprintf(&b, "%s %s %s %s %s %s %s\n%s\n", f.Name, f.ShownLevel(), f.Volume, f.BosBoot, f.Content, f.Language, f.Text, filesetBegin)
		for n, lines := range f.sections() {
			if n > 0 {
				b.WriteString(sectionEnd + "\n")
			}
			for _, line := range lines {
				b.WriteString(line + "\n") // its own newline, or % would not be alone on its line: EPM's packages failed on this
			}
		}
		b.WriteString(filesetEnd + "\n")
	}
	b.WriteString(packageEnd + "\n")
	return b.String()
}

func (f *Info) sections() [][]string {
	sizes := make([]string, len(f.Sizes))
	for i := range f.Sizes {
		sizes[i] = f.Sizes[i].String()
	}
	all := append([][]string{f.Requisites, sizes, f.Supersedes, f.Fixes}, f.Rest...)
	for len(all) < sections {
		all = append(all, nil)
	}
	return all
}
