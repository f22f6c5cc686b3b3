package imagetool

import (
	"cmp"
	"io"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/kind"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// kind tells what the file is by its beginning, nil when that says nothing.
func (m *Image) kind() (*kind.Kind, error) {
	first := make([]byte, min(kind.Peek, m.Size()))
	if n, err := m.ReadAt(first, 0); n < len(first) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return kind.Of(first), nil
}

// isNoImage is the error about a file that does not begin as an image does.
func (m *Image) isNoImage() error {
	what, err := m.kind()
	switch {
	case err != nil:
		return err
	case what == nil:
		return Unreadable(m.Name, installp.ErrImage)
	}
	return m.isNot("an installp image", what)
}

// isNot is the error about a file that is something else than what was expected.
func (m *Image) isNot(expected string, what *kind.Kind) *fault.Error {
	f := &fault.Error{Code: "image-kind", What: "this is not " + expected, Where: m.Name, Do: "name one"}
	if what != nil {
		f.Found, f.Do = "it is "+what.Name, cmp.Or(what.Do, f.Do)
	}
	return f
}
