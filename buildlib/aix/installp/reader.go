package installp

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

// MaxControl bounds lpp_name, which is kept in memory.
const MaxControl = 4 << 20

// maxFront bounds the members before the last control library that are kept as the front of the image.
const maxFront = 64

// ErrImage is in every error of a [Reader] that the image is to blame for and the container is not.
var ErrImage = errors.New("not an installp image")

// ErrBackup is an ErrImage as well: what has no lpp_name is no package; somebody has saved files.
var ErrBackup = fmt.Errorf("%w but a backup of files", ErrImage)

// Reader reads an installation image or an update: lpp_name and the control libraries first, then the members that are installed. The
// memory it needs does not grow with those.
type Reader struct {
	Bff     *bff.Reader
	source  sized // what it reads, if that can be read anywhere
	image   *Image
	pending *Member        // read while the libraries were looked for
	passed  map[int64]bool // offsets of those of a disordered image that were read at first
}

// NewReader reads up to the last control library. Every line of lpp_name and of the control files that is not as it should be is
// told, in one error, with file and number; what is only unknown is not.
func NewReader(r io.Reader) (*Reader, error) {
	var problems []error
	reader, err := NewLenientReader(r, func(p Problem) {
		if !p.Note && len(problems) < MaxProblems {
			problems = append(problems, fmt.Errorf("%w: %s", ErrImage, p))
		}
	})
	if err := errors.Join(append(problems, err)...); err != nil {
		return nil, err
	}
	return reader, nil
}

// Problem is what a lenient reader tells of.
type Problem struct {
	Where Where
	What  string
	Note  bool // it is merely unknown, or otherwise than in our images
}

// String gives the problem with its place, as a line.
func (p Problem) String() string { return fmt.Sprintf("%s: %s", p.Where, Shorten(p.What)) }

// MaxProblems is how many problems of one image are reported: one damage can make every line wrong.
const MaxProblems = 100

// Shorten cuts what is shown of a line: hostile ones have megabytes.
func Shorten(s string) string {
	const enough = 400
	if len(s) <= enough {
		return s
	}
	return s[:enough] + "..."
}

// Where is a place in an image.
type Where struct {
	Member string `json:"member"`         // of the image
	File   string `json:"file,omitempty"` // of the control library that the member is, or ""
	Line   int    `json:"line,omitempty"` // of that text, or 0
	Offset int64  `json:"offset"`         // of the line in the image if there is one, else of the member's header
}

// Text is the text that the place is in.
func (w Where) Text() Where { return Where{Member: w.Member, File: w.File} }

// String gives the place for a message.
func (w Where) String() string {
	s := w.Member
	if w.File != "" {
		s += "(" + w.File + ")"
	}
	if w.Line != 0 {
		s += fmt.Sprintf(", line %d", w.Line)
	}
	return s
}

// Front reads lpp_name alone, wherever it is; what cannot be read of it is left as it is.
func Front(r io.Reader) (*Image, error) {
	reader := &Reader{Bff: bff.NewReader(r)}
	err := reader.readLppName(func(Problem) {})
	return reader.image, err
}

// sized is what is to be read at any place; an [io.SectionReader] or a [bytes.Reader].
type sized interface {
	io.ReaderAt
	Size() int64
}

// NewLenientReader tells what is wrong with texts, and goes on; its own error is one that leaves nothing to go on with. From an
// [io.SectionReader] or the like it also reads packages whose control libraries lie anywhere between what is installed; and libraries
// take no memory then.
func NewLenientReader(r io.Reader, tell func(Problem)) (*Reader, error) {
	source, _ := r.(sized)
	reader := &Reader{Bff: bff.NewReader(r), source: source}
	if err := reader.readLppName(tell); err != nil {
		return nil, err
	}
	if err := reader.readLibraries(tell); err != nil {
		return nil, err
	}
	return reader, nil
}

// Image returns what the image says of itself.
func (r *Reader) Image() *Image { return r.image }

// Next goes to the next member behind the control libraries, and after the last one returns io.EOF. Names are as stored: whoever
// makes files of them must check them.
func (r *Reader) Next() (*Member, error) {
	if m := r.pending; m != nil {
		r.pending = nil
		return m, nil
	}
	return r.next()
}

// Read reads the data of the current member.
func (r *Reader) Read(p []byte) (int, error) { return r.Bff.Read(p) }

func (r *Reader) next() (*Member, error) {
	for {
		m, err := NextMember(r.Bff)
		if err != nil || !r.passed[m.Offset] {
			return m, err
		}
	}
}

// NextMember gives the next member of an archive, with its name in the form of [MemberName].
func NextMember(r *bff.Reader) (*Member, error) {
	h, err := r.Next()
	if err != nil {
		return nil, err
	}
	s := r.Stored()
	m := &Member{Header: *h, Offset: s.Offset, Data: s.Data, Packed: s.Packed, ACL: s.ACL, Special: r.Special()}
	if m.Name = MemberName(h.Name); m.Name != h.Name {
		m.Stored = h.Name
	}
	return m, nil
}

// readLppName reads up to lpp_name, wherever that is. OpenSSH writes its name without ./ in front.
func (r *Reader) readLppName(tell func(Problem)) error {
	var front []Member
	isDisordered := false
	for {
		m, err := r.next()
		if err == io.EOF {
			return fmt.Errorf("%w: it has no %s", ErrBackup, LppNameMember)
		}
		if err != nil {
			return err
		}
		if m.Name != LppNameMember || !m.IsRegular() {
			if isDisordered = isDisordered || !m.IsDir() || len(front) == maxFront; !isDisordered {
				front = append(front, *m)
			}
			continue
		}
		text, err := r.control(m, MaxControl)
		if err != nil {
			return err
		}
		r.image = ParseLppName(m, string(text), tell)
		if r.image.Disordered = isDisordered; isDisordered {
			front = nil
		}
		r.image.Front = append(front, *m)
		return nil
	}
}

// about tells of lines of one text.
func about(where Where, to func(Problem)) tells {
	say := func(note bool) tell {
		return func(line int, format string, args ...any) {
			where.Line = line
			to(Problem{where, fmt.Sprintf(format, args...), note})
		}
	}
	return tells{say(false), say(true)}
}

// ParseLppName reads what the member lpp_name says: all but what is in the control libraries.
func ParseLppName(m *Member, text string, tell func(Problem)) *Image {
	say := about(Where{Member: m.Name, Offset: m.Offset}, tell)
	image := parseLppName(text, say)
	if len(image.Filesets) == 0 {
		say.wrong(1, "the package has no fileset")
	}
	image.Front, image.LppNameText = []Member{*m}, text
	return image
}

// control reads a member that is kept in memory.
func (r *Reader) control(m *Member, limit int64) ([]byte, error) {
	if m.Size > limit {
		return nil, fmt.Errorf("%w: at offset %d: %s has %d bytes, more than %d", ErrImage, m.Offset, m.Name, m.Size, limit)
	}
	data, err := io.ReadAll(r.Bff)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	return data, nil
}

// readLibraries reads on until each control library that lpp_name lets expect was there. In our images only directories come between;
// where something else does, the whole image is gone through for them, and then once more for what is installed.
func (r *Reader) readLibraries(tell func(Problem)) error {
	wanted := r.image.wanted()
	for !r.image.Disordered && len(wanted) > 0 {
		m, err := r.next()
		if err != nil && err != io.EOF {
			return err
		}
		if err == io.EOF || !slices.Contains(wanted[0].names, m.Name) && (!m.IsDir() || len(r.image.Front) >= maxFront) {
			r.pending = m // to be told of, or not, by who reads on
			break
		}
		r.image.Front = append(r.image.Front, *m)
		if slices.Contains(wanted[0].names, m.Name) {
			if err := r.readLibrary(wanted[0], m, tell); err != nil {
				return err
			}
			wanted = wanted[1:]
		}
	}
	if r.image.Disordered || len(wanted) > 0 {
		if err := r.findLibraries(&wanted, tell); err != nil {
			return err
		}
	}
	for _, w := range wanted {
		tell(Problem{Where: Where{Member: w.names[0], Offset: r.Bff.Stored().Offset}, What: "this control library is not in the image"})
	}
	return nil
}

// findLibraries looks for control libraries in the whole image. Damage that ends it early is met again by who reads on.
func (r *Reader) findLibraries(wanted *[]library, tell func(Problem)) error {
	if r.source == nil {
		return nil
	}
	again := func() *Reader {
		return &Reader{Bff: bff.NewReader(io.NewSectionReader(r.source, 0, r.source.Size())), source: r.source, image: r.image}
	}
	passed := map[int64]bool{}
	for _, m := range r.image.Front {
		passed[m.Offset] = true
	}
	for search := again(); len(*wanted) > 0; {
		m, err := search.next()
		if err != nil {
			break
		}
		at := slices.IndexFunc(*wanted, func(w library) bool { return slices.Contains(w.names, m.Name) })
		if at < 0 || passed[m.Offset] || !m.IsRegular() {
			continue
		}
		if err := search.readLibrary((*wanted)[at], m, tell); err != nil {
			return err
		}
		*wanted = slices.Delete(*wanted, at, at+1)
		r.image.Front, r.image.Disordered, passed[m.Offset] = append(r.image.Front, *m), true, true
	}
	if r.image.Disordered {
		slices.SortFunc(r.image.Front, func(a, b Member) int { return cmp.Compare(a.Offset, b.Offset) })
		slices.SortStableFunc(r.image.Libraries, func(a, b Library) int { return cmp.Compare(a.Part, b.Part) })
		r.Bff, r.pending, r.passed = again().Bff, nil, passed
	}
	return nil
}

// The parts of a fileset.
const (
	UsrPart = iota
	RootPart
)

// Home is the directory of the usr part's control files in the image: that of the package, and of an update one for the fileset's
// level in it (published walk-throughs of IBM's update images; Software::Packager::Aix).
func (m *Image) Home() string {
	if len(m.Filesets) == 0 {
		return "." + LppDirectory + m.Package
	}
	return m.homes(&m.Filesets[0])[0]
}

// homes are the directories that the control files of a fileset may be in.
func (m *Image) homes(f *Info) []string {
	home := "." + LppDirectory + m.Package
	if f.Content == ContentShare {
		home = "." + LppShare + m.Package
	}
	if !m.IsUpdate() {
		return []string{home}
	}
	return []string{home + "/" + f.Name + "/" + f.LevelText, home + "/" + f.Name + "/" + f.Level.String()}
}

// InstRoot is the directory in the image below which the root part's files of a fileset travel: in an update each has its own.
func (m *Image) InstRoot(f *Info) string {
	homes := m.homes(f)
	for _, home := range homes {
		if slices.ContainsFunc(m.Libraries, func(l Library) bool { return l.Name == home+"/"+InstRootName+"/"+LibraryName }) {
			return home + "/" + InstRootName
		}
	}
	return homes[0] + "/" + InstRootName
}

// library is a control library that lpp_name lets expect.
type library struct {
	names         []string
	part, fileset int // as in Library
}

// wanted are the control libraries: those of usr and share parts, then those of root parts.
func (m *Image) wanted() (all []library) {
	for _, part := range []int{UsrPart, RootPart} {
		for i := range m.Filesets {
			f := &m.Filesets[i]
			if part == RootPart && f.Content != ContentBoth {
				continue
			}
			l := library{part: part, fileset: -1}
			if m.IsUpdate() {
				l.fileset = i
			}
			for _, home := range m.homes(f) {
				l.names = append(l.names, home+[]string{UsrPart: "/", RootPart: "/" + InstRootName + "/"}[part]+LibraryName)
			}
			if !slices.ContainsFunc(all, func(o library) bool { return o.names[0] == l.names[0] }) {
				all = append(all, l)
			}
		}
	}
	return all
}

// LibraryOf is the control library of a part of a fileset, by number; nil when the image has none.
func (m *Image) LibraryOf(fileset, part int) *Library {
	home := m.homes(&m.Filesets[fileset])
	for i := range m.Libraries {
		l := &m.Libraries[i]
		if l.Part == part && (l.Fileset == fileset || l.Fileset < 0 && strings.HasPrefix(l.Name, home[0]+"/")) {
			return l
		}
	}
	return nil
}

// readLibrary gives each control file to its fileset.
func (r *Reader) readLibrary(w library, m *Member, tell func(Problem)) error {
	l := Library{Member: *m, Part: w.part, Fileset: w.fileset}
	if r.source != nil && !m.Packed {
		if m.Size > r.source.Size()-m.Data {
			return fmt.Errorf("%s: bff: at offset %d: %w", m.Name, r.source.Size(), io.ErrUnexpectedEOF)
		}
		l.archive = io.NewSectionReader(r.source, m.Data, m.Size)
	} else {
		data, err := r.control(m, MaxText)
		if err != nil {
			return err
		}
		l.archive = io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
	}
	r.image.Libraries = append(r.image.Libraries, l)
	for i := range r.image.Filesets {
		f := &r.image.Filesets[i]
		switch {
		case w.fileset >= 0 && w.fileset != i:
		case w.part == RootPart && f.Content == ContentBoth:
			f.Root = &Part{Control: map[string]string{}, Offsets: map[string]int64{}}
		case w.part == UsrPart && slices.Contains(w.names, r.image.homes(f)[0]+"/"+LibraryName):
			f.Usr = &Part{Control: map[string]string{}, Offsets: map[string]int64{}}
		}
	}
	for file, err := range l.Files() {
		if errors.Is(err, ar.ErrFormat) || errors.Is(err, ErrImage) {
			tell(Problem{Where: Where{Member: m.Name, Offset: m.Offset}, What: err.Error()})
			break
		}
		if err != nil {
			return err
		}
		r.image.assign(w.part, &file, about(Where{Member: m.Name, File: file.Name, Offset: m.Offset}, tell))
	}
	return nil
}

// assign finds the fileset that a control file belongs to. The name of one fileset can be the beginning of another's; the longer
// one is meant. Files such as lpp.README belong to none.
func (m *Image) assign(part int, file *ControlFile, tell tells) {
	name, text := file.Name, file.Text
	var owner *Info
	for i := range m.Filesets {
		f := &m.Filesets[i]
		if strings.HasPrefix(name, f.Name+".") && (owner == nil || len(f.Name) > len(owner.Name)) {
			owner = f
		}
	}
	if owner == nil {
		if !slices.Contains(OtherSuffixes, name) {
			say := tell.note
			if suffix := name[strings.LastIndexByte(name, '.')+1:]; IsScript(name) || slices.Contains([]string{SuffixApplyList, SuffixInventory}, suffix) {
				say = tell.wrong // something is not installed
			}
			say(0, "the control file belongs to no fileset of lpp_name")
		}
		return
	}
	p := owner.Usr
	if part == RootPart {
		p = owner.Root
	}
	if p == nil {
		tell.note(0, "lpp_name gives the fileset %s no root part", owner.Name)
		return
	}
	suffix := name[len(owner.Name)+1:]
	if _, twice := p.Control[suffix]; twice {
		tell.wrong(0, "a second control file of this name")
		return
	}
	p.Control[suffix], p.Offsets[suffix] = text, file.Offset
	switch suffix {
	case SuffixApplyList:
		p.ApplyList = parseApplyList(text, tell)
	case SuffixInventory:
		p.Inventory = parseInventory(text, tell)
	case SuffixSize:
		p.Sizes = parseSizes(text, tell)
	case SuffixConfig:
		p.Configs = parseConfigFiles(text, tell)
	}
}

// Scripts are the part's scripts, those for updates included.
func (p *Part) Scripts() []Step {
	var all []Step
	for _, step := range append(slices.Clone(Steps), UpdateSteps...) {
		if _, ok := p.Control[string(step)]; ok {
			all = append(all, step)
		}
	}
	return all
}

// Target gives the absolute path at which a member of the image ends up, and whether it belongs to the root part.
func (m *Image) Target(member string) (name string, root bool) {
	for i := range m.Filesets {
		for _, home := range m.homes(&m.Filesets[i]) {
			if rest, ok := strings.CutPrefix(member, home+"/"+InstRootName+"/"); ok {
				return "/" + rest, true
			}
		}
		if !m.IsUpdate() {
			break // all have one
		}
	}
	return path.Clean("/" + member), false
}
