package installp

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

// MaxControl bounds what a Reader keeps in memory: no lpp_name and no control library may be larger. The largest control library
// known here, that of S3, takes 60 kilobytes by its INSTWORK; four megabytes hold the inventory of 15000 files.
const MaxControl = 4 << 20

// maxFront bounds the members before the last control library.
const maxFront = 64

// ErrImage is in every error of a [Reader] that the image is to blame for and the container is not.
var ErrImage = errors.New("not an installp image")

// ErrBackup is an ErrImage as well: names of a package begin with ./ and these do not; somebody has saved files.
var ErrBackup = fmt.Errorf("%w but a backup of files", ErrImage)

// Reader reads an installation image or an update from front to back: lpp_name and the control libraries first, then the members
// that are installed. The memory it needs does not grow with those.
type Reader struct {
	Bff     *bff.Reader
	image   *Image
	pending *Member // read while the libraries were looked for
}

// NewReader reads up to the last control library. Every line of lpp_name and of the control files that is not as it should be is
// told, in one error, with file and number.
func NewReader(r io.Reader) (*Reader, error) {
	var problems []error
	reader, err := NewLenientReader(r, func(where Where, what string) {
		if len(problems) < MaxProblems {
			problems = append(problems, fmt.Errorf("%w: %s: %s", ErrImage, where, Shorten(what)))
		}
	})
	if err := errors.Join(append(problems, err)...); err != nil {
		return nil, err
	}
	return reader, nil
}

// MaxProblems bounds what is told of one image: one damage can make every line wrong.
const MaxProblems = 100

// Shorten cuts what is told of a line: hostile ones have megabytes.
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

// NewLenientReader tells what is wrong with texts, and goes on; its own error is one that leaves nothing to go on with.
func NewLenientReader(r io.Reader, tell func(Where, string)) (*Reader, error) {
	reader := &Reader{Bff: bff.NewReader(r)}
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
	h, err := r.Bff.Next()
	if err != nil {
		return nil, err
	}
	s := r.Bff.Stored()
	return &Member{*h, s.Offset, s.Data, s.Packed}, nil
}

// readLppName reads up to lpp_name, before which only directories may be. OpenSSH writes its name without ./ in front.
func (r *Reader) readLppName(tell func(Where, string)) error {
	var front []Member
	for {
		m, err := r.next()
		if err == io.EOF {
			return fmt.Errorf("%w: it has no %s", ErrImage, LppNameMember)
		}
		if err != nil {
			return err
		}
		front = append(front, *m)
		if len(front) == 1 && !strings.HasPrefix(m.Name, "./") && m.Name != strings.TrimPrefix(LppNameMember, "./") {
			return fmt.Errorf("%w: at offset %d: the first is %q", ErrBackup, m.Offset, m.Name)
		}
		if m.IsDir() && len(front) < maxFront {
			continue
		}
		if m.Name != LppNameMember && m.Name != strings.TrimPrefix(LppNameMember, "./") {
			return fmt.Errorf("%w: at offset %d: %q comes before %s", ErrImage, m.Offset, m.Name, LppNameMember)
		}
		text, err := r.control(m)
		if err != nil {
			return err
		}
		r.image = parseLppName(string(text), func(line int, format string, args ...any) {
			tell(Where{Member: m.Name, Line: line, Offset: m.Offset}, fmt.Sprintf(format, args...))
		})
		if len(r.image.Filesets) == 0 {
			tell(Where{Member: m.Name, Line: 1, Offset: m.Offset}, "the package has no fileset")
		}
		r.image.Front, r.image.LppNameText = front, string(text)
		return nil
	}
}

// control reads a member that is kept in memory.
func (r *Reader) control(m *Member) ([]byte, error) {
	if m.Size > MaxControl {
		return nil, fmt.Errorf("%w: at offset %d: %s has %d bytes, more than %d", ErrImage, m.Offset, m.Name, m.Size, MaxControl)
	}
	data, err := io.ReadAll(r.Bff)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	return data, nil
}

// readLibraries reads on until each control library that lpp_name lets expect was there. Only directories may come between.
func (r *Reader) readLibraries(tell func(Where, string)) error {
	for _, part := range r.image.Parts() {
		name := r.image.library(part)
		for found := false; !found; {
			m, err := r.next()
			if err != nil && err != io.EOF {
				return err
			}
			if err == io.EOF || m.Name != name && (!m.IsDir() || len(r.image.Front) >= maxFront) {
				r.pending = m // to be told of, or not, by who reads on
				tell(Where{Member: name, Offset: r.Bff.Stored().Offset}, "this control library does not come before what is installed")
				return nil
			}
			r.image.Front = append(r.image.Front, *m)
			if found = m.Name == name; found {
				if err := r.readLibrary(part, m, tell); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// The parts of a fileset.
const (
	UsrPart = iota
	RootPart
)

// Parts are those that the image has a control library for.
func (m *Image) Parts() []int {
	if slices.ContainsFunc(m.Filesets, func(f Info) bool { return f.Content == ContentBoth }) {
		return []int{UsrPart, RootPart}
	}
	return []int{UsrPart}
}

// Home is the directory of the usr part's control files in the image: that of the package, and of an update one for the fileset's
// level in it (published walk-throughs of IBM's update images; Software::Packager::Aix).
func (m *Image) Home() string {
	home := "." + LppDirectory + m.Package
	if m.IsUpdate() && len(m.Filesets) > 0 {
		home += "/" + m.Filesets[0].Name + "/" + m.Filesets[0].levelText
	}
	return home
}

// InstRoot is the directory in the image below which the root part's files travel.
func (m *Image) InstRoot() string { return m.Home() + "/" + InstRootName }

func (m *Image) library(part int) string {
	if part == RootPart {
		return m.InstRoot() + "/" + LibraryName
	}
	return m.Home() + "/" + LibraryName
}

// readLibrary gives each control file to its fileset.
func (r *Reader) readLibrary(part int, m *Member, tell func(Where, string)) error {
	data, err := r.control(m)
	if err != nil {
		return err
	}
	r.image.Libraries = append(r.image.Libraries, Library{*m, data})
	for i := range r.image.Filesets {
		if f := &r.image.Filesets[i]; part == UsrPart {
			f.Usr = &Part{Control: map[string]string{}}
		} else if f.Content == ContentBoth {
			f.Root = &Part{Control: map[string]string{}}
		}
	}
	for file, err := range r.image.Libraries[len(r.image.Libraries)-1].Files() {
		if err != nil {
			tell(Where{Member: m.Name, Offset: m.Offset}, err.Error())
			break
		}
		r.image.assign(part, file.Name, file.Text, func(line int, format string, args ...any) {
			tell(Where{m.Name, file.Name, line, m.Offset}, fmt.Sprintf(format, args...))
		})
	}
	return nil
}

// assign finds the fileset that a control file belongs to. The name of one fileset can be the beginning of another's; the longer
// one is meant. Files such as lpp.README belong to none.
func (m *Image) assign(part int, name, text string, tell tell) {
	var owner *Info
	for i := range m.Filesets {
		f := &m.Filesets[i]
		if strings.HasPrefix(name, f.Name+".") && (owner == nil || len(f.Name) > len(owner.Name)) {
			owner = f
		}
	}
	if owner == nil {
		if !slices.Contains(OtherSuffixes, name) {
			tell(0, "the control file belongs to no fileset of lpp_name")
		}
		return
	}
	p := owner.Usr
	if part == RootPart {
		p = owner.Root
	}
	if p == nil {
		tell(0, "lpp_name gives the fileset %s no root part", owner.Name)
		return
	}
	suffix := name[len(owner.Name)+1:]
	if _, twice := p.Control[suffix]; twice {
		tell(0, "a second control file of this name")
		return
	}
	p.Control[suffix] = text
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
	if rest, ok := strings.CutPrefix(member, m.InstRoot()+"/"); ok {
		return "/" + rest, true
	}
	return path.Clean("/" + member), false
}
