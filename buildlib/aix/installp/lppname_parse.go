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
func parseLppName(text string, tell tells) *Image {
	p := &lppNameParser{tells: tell, image: &Image{}, names: map[string]int{}}
	state := p.header
	for number, line := range controlLines(text, tell) {
		p.line = number
		switch line = strings.TrimSpace(line); {
		case line == "":
			tell.note(number, "an empty line")
			continue
		case line[0] == '#':
			tell.note(number, "a comment")
			continue
		}
		state = state(line)
	}
	if p.line++; !p.ended {
		tell.wrong(p.line, "lpp_name ends without %q", packageEnd)
	}
	return p.image
}

// lppNameParser goes from state to state, one for each line.
type lppNameParser struct {
	tells
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
		p.wrong(p.line, "%q is no first line such as \"4 R I mailtools.sendmail {\"", line)
		return p.outside
	}
	m := p.image
	m.Platform, m.Type, m.Package = fields[1], fields[2], fields[3]
	if fields[0] != formatAIX4 {
		p.note(p.line, "the format %q is not %s, that of AIX 4.1 and later", fields[0], formatAIX4)
	}
	if !slices.Contains([]string{Platform, "N", "I"}, m.Platform) {
		p.note(p.line, "the platform %q is none of R, N and I", m.Platform)
	}
	if !slices.Contains([]string{TypeInstall, "S", "SR", "ML", "U"}, m.Type) {
		p.note(p.line, "the type %q is none of I, S, SR, ML and U", m.Type)
	}
	if reason := BadName(m.Package, isNameByte); reason != "" {
		p.wrong(p.line, "the package name %s", reason)
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
	for _, into := range []*string{&f.Name, &f.LevelText, &f.Volume, &f.BosBoot, &f.Content, &f.Language} {
		*into, rest = cutField(rest)
	}
	f.Text = strings.TrimLeft(rest, " \t")
	if f.Language == "" {
		p.wrong(p.line, "%q is no line with name, level, volume, bosboot, content, language and title of a fileset", line)
	} else {
		p.checkFileset(&f)
	}
	if len(p.image.Filesets) == maxFilesets {
		p.wrong(p.line, "more than %d filesets", maxFilesets)
		return p.ignore
	}
	p.image.Filesets = append(p.image.Filesets, f)
	return p.begin
}

func (p *lppNameParser) checkFileset(f *Info) {
	if reason := BadName(f.Name, isNameByte); reason != "" {
		p.wrong(p.line, "the fileset name %s", reason)
	}
	if first := p.names[f.Name]; first != 0 {
		p.wrong(p.line, "the fileset %s is in line %d already", f.Name, first)
	}
	p.names[f.Name] = p.line
	level, behind := cutLevel(f.LevelText)
	var err error
	if f.Level, err = vrmf.Parse(level); err != nil {
		p.wrong(p.line, "%v", err)
	} else if behind != "" {
		p.note(p.line, "%q stands behind the four numbers of the level", behind)
	}
	if strings.Trim(f.Volume, "0123456789") != "" {
		p.note(p.line, "the volume %q is no number", f.Volume)
	}
	if !slices.Contains([]string{"N", "b", "B", "Y"}, f.BosBoot) {
		p.note(p.line, "the bosboot flag %q is neither N nor b", f.BosBoot)
	}
	switch f.Content {
	case ContentUsr, ContentBoth, ContentShare:
	default:
		p.wrong(p.line, "the content %q is neither U nor B nor H", f.Content)
	}
}

func (p *lppNameParser) begin(line string) lppNameState {
	p.at = 0
	if line != filesetBegin {
		p.wrong(p.line, "%q where %q should begin the sections of the fileset", line, filesetBegin)
		return p.section(line)
	}
	return p.section
}

func (p *lppNameParser) section(line string) lppNameState {
	f := &p.image.Filesets[len(p.image.Filesets)-1]
	switch line {
	case filesetEnd:
		return p.outside
	case sectionEnd:
		if p.at++; p.at == maxSections {
			p.wrong(p.line, "more than %d sections", maxSections)
		}
		return p.section
	case packageBegin, filesetBegin:
		p.wrong(p.line, "%q inside a fileset", line)
		return p.section
	}
	switch {
	case p.at >= maxSections:
	case p.at == 0:
		f.Requisites = append(f.Requisites, line)
	case p.at == 1:
		f.Sizes = append(f.Sizes, parseSize(p.line, line, p.tells))
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
	p.note(p.line, "%q behind the end of the package", line)
	return p.after
}

// cutLevel takes the four numbers of a level from what updates of AIX 3.2 and 4 have behind them: a fifth one, or the number of a fix.
func cutLevel(text string) (level, behind string) {
	fields := strings.SplitN(text, ".", 5)
	if len(fields) < 5 {
		return text, ""
	}
	return strings.Join(fields[:4], "."), fields[4]
}

// cutField takes the first of several fields, which blanks separate.
func cutField(s string) (field, rest string) {
	s = strings.TrimLeft(s, " \t")
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}
