package installp

import (
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// maxSections is twice what S3 has, the most that was seen.
const maxSections = 16

// maxFilesets bounds the work that a hostile image makes.
const maxFilesets = 1000

// parseLppName reads lpp_name. The number of sections differs between packagers; missing ones at the end are empty.
func parseLppName(text string, tell tell) *Image {
	p := &lppNameParser{tell: tell, image: &Image{}, names: map[string]int{}}
	state := p.header
	for number, line := range controlLines(text, tell) {
		p.line = number
		if line = strings.TrimRight(line, " \t"); line == "" {
			tell(number, "an empty line")
			continue
		}
		state = state(line)
	}
	if p.line++; !p.ended {
		tell(p.line, "lpp_name ends without %q", packageEnd)
	}
	return p.image
}

// lppNameParser goes from state to state, one for each line.
type lppNameParser struct {
	tell  tell
	line  int
	image *Image
	names map[string]int // lines of the filesets
	at    int            // number of the section
	ended bool
}

type lppNameState func(line string) lppNameState

func (p *lppNameParser) header(line string) lppNameState {
	fields := strings.Fields(line)
	if len(fields) != 5 || fields[4] != packageBegin {
		p.tell(p.line, "%q is no first line such as \"4 R I mailtools.sendmail {\"", line)
		return p.outside
	}
	m := p.image
	m.Platform, m.Type, m.Package = fields[1], fields[2], fields[3]
	if fields[0] != formatAIX4 {
		p.tell(p.line, "the format %q is not %s, that of AIX 4.1 and later", fields[0], formatAIX4)
	}
	if !slices.Contains([]string{Platform, "N", "I"}, m.Platform) {
		p.tell(p.line, "the platform %q is none of R, N and I", m.Platform)
	}
	if !slices.Contains([]string{TypeInstall, "S", "SR", "ML"}, m.Type) {
		p.tell(p.line, "the type %q is none of I, S, SR and ML", m.Type)
	}
	if reason := BadName(m.Package, isNameByte); reason != "" {
		p.tell(p.line, "the package name %s", reason)
	}
	return p.outside
}

// outside is between filesets.
func (p *lppNameParser) outside(line string) lppNameState {
	if line == packageEnd {
		p.ended = true
		return p.after
	}
	f := Info{Line: p.line}
	rest := line
	for _, into := range []*string{&f.Name, &f.levelText, &f.Volume, &f.BosBoot, &f.Content, &f.Language} {
		*into, rest = cutField(rest)
	}
	f.Text = strings.TrimLeft(rest, " \t")
	if f.Language == "" {
		p.tell(p.line, "%q is no line with name, level, volume, bosboot, content, language and title of a fileset", line)
	} else {
		p.checkFileset(&f)
	}
	if p.image.IsUpdate() && len(p.image.Filesets) == 1 { // each has a directory of its own, and AIX makes an image of each (bffcreate)
		p.tell(p.line, "a second fileset in an update, which is not read: nobody here has seen one")
	}
	if len(p.image.Filesets) == maxFilesets {
		p.tell(p.line, "more than %d filesets", maxFilesets)
		return p.ignore
	}
	p.image.Filesets = append(p.image.Filesets, f)
	return p.begin
}

func (p *lppNameParser) checkFileset(f *Info) {
	if reason := BadName(f.Name, isNameByte); reason != "" {
		p.tell(p.line, "the fileset name %s", reason)
	}
	if first := p.names[f.Name]; first != 0 {
		p.tell(p.line, "the fileset %s is in line %d already", f.Name, first)
	}
	p.names[f.Name] = p.line
	var err error
	if f.Level, err = vrmf.Parse(f.levelText); err != nil {
		p.tell(p.line, "%v", err)
	}
	if strings.Trim(f.Volume, "0123456789") != "" {
		p.tell(p.line, "the volume %q is no number", f.Volume)
	}
	if !slices.Contains([]string{"N", "b", "B", "Y"}, f.BosBoot) {
		p.tell(p.line, "the bosboot flag %q is neither N nor b", f.BosBoot)
	}
	switch f.Content {
	case ContentUsr, ContentBoth:
	case "H":
		p.tell(p.line, "the content H is a share part, which is not read: nobody here has seen one")
	default:
		p.tell(p.line, "the content %q is neither U nor B", f.Content)
	}
}

func (p *lppNameParser) begin(line string) lppNameState {
	if line != filesetBegin {
		p.tell(p.line, "%q where %q should begin the sections of the fileset", line, filesetBegin)
	}
	p.at = 0
	return p.section
}

func (p *lppNameParser) section(line string) lppNameState {
	f := &p.image.Filesets[len(p.image.Filesets)-1]
	switch line {
	case filesetEnd:
		return p.outside
	case sectionEnd:
		if p.at++; p.at == maxSections {
			p.tell(p.line, "more than %d sections", maxSections)
		}
		return p.section
	case packageBegin, filesetBegin:
		p.tell(p.line, "%q inside a fileset", line)
		return p.section
	}
	switch {
	case p.at >= maxSections:
	case p.at == 0:
		f.Requisites = append(f.Requisites, line)
	case p.at == 1:
		if size, ok := parseSize(p.line, line, p.tell); ok {
			f.Sizes = append(f.Sizes, size)
		}
	case p.at == 2:
		f.Supersedes = append(f.Supersedes, line)
	case p.at == 3:
		f.Fixes = append(f.Fixes, line)
	default:
		for len(f.Rest) < p.at-3 {
			f.Rest = append(f.Rest, nil)
		}
		f.Rest[p.at-4] = append(f.Rest[p.at-4], line)
	}
	return p.section
}

// ignore is behind what is too much.
func (p *lppNameParser) ignore(string) lppNameState {
	p.ended = true
	return p.ignore
}

func (p *lppNameParser) after(line string) lppNameState {
	p.tell(p.line, "%q behind the end of the package", line)
	return p.after
}

// cutField takes the first of several fields, which blanks separate.
func cutField(s string) (field, rest string) {
	s = strings.TrimLeft(s, " \t")
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}
