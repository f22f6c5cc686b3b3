package installp

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
)

// A symbolic link in the inventory (W37; S3).
const (
	LinkMode  = 0o777
	LinkOwner = "root"
	LinkGroup = "system"
)

// ControlFile is a member of liblpp.a.
type ControlFile struct {
	Name   string
	Mode   uint32
	Text   string
	Offset int64 // in the library that it was read from
}

// PackLibrary packs control files into a liblpp.a, alphabetically (W13, W14, W22).
func PackLibrary(files []ControlFile, modified time.Time) ([]byte, error) {
	var b bytes.Buffer
	members := make([]packed, len(files))
	for i, file := range files {
		members[i] = packed{file.Name, file.Mode, int64(len(file.Text)), strings.NewReader(file.Text)}
	}
	err := pack(ar.NewWriter(&b, ar.Small), members, modified)
	return b.Bytes(), err
}

// packed is a control file to be packed.
type packed struct {
	name string
	mode uint32
	size int64
	text io.Reader
}

func pack(w *ar.Writer, files []packed, modified time.Time) error {
	slices.SortFunc(files, func(a, b packed) int { return cmp.Compare(a.name, b.name) })
	for _, file := range files {
		if err := w.WriteHeader(&ar.Header{Name: file.name, Mode: file.mode, Size: file.size, ModTime: modified}); err != nil {
			return err
		}
		if _, err := io.Copy(w, file.text); err != nil {
			return err
		}
	}
	return w.Close()
}

// IsScript reports whether a control file of this name is a script.
func IsScript(name string) bool {
	step := Step(name[strings.LastIndexByte(name, '.')+1:])
	return slices.Contains(Steps, step) || slices.Contains(UpdateSteps, step)
}

// Differs compares the library with what we pack of the same control files, and gives the first byte that is another, -1 for none. An archive that
// cannot be read has none; one that holds what we would not write is compared up to there.
func (l *Library) Differs(modified time.Time) int64 {
	var files []packed
	for m, err := range ar.Members(l.archive) {
		if err != nil {
			return -1
		}
		mode := uint32(0o644)
		if IsScript(m.Name) {
			mode = 0o755
		}
		files = append(files, packed{m.Name, mode, m.Size, m.Content})
	}
	c := &comparer{with: l.archive, differs: -1}
	if err := pack(ar.NewWriterAt(c, ar.Small), files, modified); err != nil {
		return c.differs
	}
	if c.differs < 0 && c.end != l.archive.Size() {
		return c.end
	}
	return c.differs
}

// comparer takes what is written for what an archive should be.
type comparer struct {
	with    io.ReaderAt
	differs int64 // the first byte that does; -1 for none
	end     int64 // of what was written
	buffer  [32 << 10]byte
}

func (c *comparer) WriteAt(p []byte, at int64) (written int, err error) {
	for part := range slices.Chunk(p, len(c.buffer)) {
		n, err := c.with.ReadAt(c.buffer[:len(part)], at)
		if err != nil && err != io.EOF {
			return written, err
		}
		for i := range part {
			if i < n && part[i] == c.buffer[i] {
				continue
			}
			if here := at + int64(i); c.differs < 0 || here < c.differs {
				c.differs = here
			}
			break
		}
		at += int64(len(part))
		written += len(part)
	}
	c.end = max(c.end, at)
	return written, nil
}

// MaxText bounds what is kept in memory of a control file, an inventory for example: this one is of a quarter of a million files.
const MaxText = 64 << 20

// Open gives the archive from its beginning.
func (l *Library) Open() *io.SectionReader {
	return io.NewSectionReader(l.archive, 0, l.archive.Size())
}

// Files goes through the archive; an error ends it.
func (l *Library) Files() iter.Seq2[ControlFile, error] {
	return func(yield func(ControlFile, error) bool) {
		for m, err := range ar.Members(l.archive) {
			var text strings.Builder
			if err == nil && m.Size > MaxText {
				err = fmt.Errorf("%w: %s has %d bytes, more than %d", ErrImage, m.Name, m.Size, MaxText)
			} else if err == nil {
				text.Grow(int(m.Size)) // the archive has as many
				_, err = io.Copy(&text, m.Content)
			}
			if err != nil {
				yield(ControlFile{}, err)
				return
			}
			if !yield(ControlFile{m.Name, m.Mode, text.String(), m.Data}, nil) {
				return
			}
		}
	}
}
