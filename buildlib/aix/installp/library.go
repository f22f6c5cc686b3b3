package installp

import (
	"bytes"
	"cmp"
	"io"
	"iter"
	"slices"
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
	slices.SortFunc(files, func(a, b ControlFile) int { return cmp.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	w := ar.NewWriter(&b, ar.Small)
	for _, file := range files {
		err := w.WriteHeader(&ar.Header{Name: file.Name, Mode: file.Mode, Size: int64(len(file.Text)), ModTime: modified})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(file.Text)); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Files goes through the archive; an error ends it.
func (l *Library) Files() iter.Seq2[ControlFile, error] {
	return func(yield func(ControlFile, error) bool) {
		archive, err := ar.NewReader(bytes.NewReader(l.Archive), int64(len(l.Archive)))
		for err == nil {
			var h *ar.Header
			if h, err = archive.Next(); err != nil {
				break
			}
			var text []byte
			if text, err = io.ReadAll(archive); err != nil {
				break
			}
			if !yield(ControlFile{h.Name, h.Mode, string(text), archive.Stored().Data}, nil) {
				return
			}
		}
		if err != io.EOF {
			yield(ControlFile{}, err)
		}
	}
}
