package installp

import (
	"errors"
	"fmt"
	"io"
	"strings"

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
	m := &Member{}
	if err := m.Next(r); err != nil {
		return nil, err
	}
	return m, nil
}

// Next makes m the next member of an archive. Whoever goes through many needs no memory for each.
func (m *Member) Next(r *bff.Reader) error {
	*m = Member{}
	if err := r.NextInto(&m.Header); err != nil {
		return err
	}
	s := r.Stored()
	m.Offset, m.Data, m.Packed, m.ACL, m.Special = s.Offset, s.Data, s.Packed, s.ACL, r.Special()
	if name := MemberName(m.Name); name != m.Name {
		m.Name, m.Stored = name, m.Name
	}
	if m.IsNFS4ACL() {
		m.ACL = nfs4(m, r)
	}
	return nil
}

// nfs4 gives the entries of an NFS4 access list, which a member of its own holds as text (S1), as aclget prints it: what begins with a star
// is a comment. What is no such text, or too long for one, is only named.
func nfs4(m *Member, data io.Reader) (entries []string) {
	const longest = 64 << 10 // bytes of an NFS4 list on JFS2 (manual: "Access Control Lists"); entries are shorter as text
	named := []string{fmt.Sprintf("an NFS4 access list of %d bytes", m.Size)}
	if m.Size > longest {
		return named
	}
	text, err := io.ReadAll(data) // an error of the archive comes again with the next member
	if err != nil {
		return named
	}
	for line := range strings.Lines(string(text)) {
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' || r > '~' }) {
			return named
		}
		if words := strings.Fields(line); len(words) > 0 && words[0][0] != '*' {
			entries = append(entries, "NFS4 "+strings.Join(words, " "))
		}
	}
	if entries == nil {
		return named
	}
	return entries
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
