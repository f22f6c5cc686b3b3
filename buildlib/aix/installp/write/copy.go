package write

import (
	"errors"
	"fmt"
	"io"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/sum"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Copier copies contents and computes their checksums meanwhile, on another processor if there is one.
type Copier struct {
	sums map[*Entry]*sum.R
	full chan chunk  // to be added up
	free chan []byte // to be read into; when all are here, all is added up
}

type chunk struct {
	sum  *sum.R
	data []byte
}

// Chunks so large that reading and writing them costs little beyond the copying, and as many as keep both sides busy.
const (
	chunkSize = 128 << 10
	chunks    = 4
)

// NewCopier returns a copier, which must be finished.
func NewCopier() *Copier {
	c := &Copier{sums: map[*Entry]*sum.R{}, full: make(chan chunk, chunks), free: make(chan []byte, chunks)}
	for range chunks {
		c.free <- make([]byte, chunkSize)
	}
	go func() {
		for chunk := range c.full {
			chunk.sum.Add(chunk.data)
			c.free <- chunk.data[:chunkSize]
		}
	}()
	return c
}

// Finish gives the checksums of what was copied, if all went well.
func (c *Copier) Finish(err error) (map[*Entry]*sum.R, error) {
	close(c.full)
	for range chunks {
		<-c.free
	}
	return c.sums, err
}

// Copy copies the content of a file, which must have the announced size, to w.
func (c *Copier) Copy(w io.Writer, e *Entry) error {
	s := &sum.R{}
	c.sums[e] = s
	if e.Open == nil {
		return nil // an empty file
	}
	r, err := e.Open()
	if err != nil {
		return fmt.Errorf("content of %s: %w", e.Path, err)
	}
	n, err := c.copySize(w, r, e.Size, s)
	if err := errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("content of %s: %w", e.Path, err)
	}
	switch {
	case n < e.Size:
		return contentChanged(e.File, fmt.Sprintf("%d bytes instead of %d", n, e.Size))
	case n > e.Size:
		return contentChanged(e.File, fmt.Sprintf("more than %d bytes", e.Size))
	}
	return nil
}

// copySize copies up to size bytes, and gives how many there are; one more tells that there are more.
func (c *Copier) copySize(w io.Writer, r io.Reader, size int64, s *sum.R) (n int64, err error) {
	for err == nil {
		data := <-c.free
		var got int
		got, err = r.Read(data)
		fits := data[:min(int64(got), size-n)]
		if n += int64(got); len(fits) > 0 {
			if _, failed := w.Write(fits); failed != nil {
				err = failed
			}
		}
		c.full <- chunk{s, fits}
		if n > size {
			return size + 1, nil
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func contentChanged(f *installp.File, found string) error {
	return &fault.Error{Code: "installp-content", What: "a file changed while it was being packaged", Where: f.Path, Found: found,
		Do: "stop whatever writes to it, then run again"}
}
