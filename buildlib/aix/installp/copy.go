package installp

import (
	"errors"
	"fmt"
	"io"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// copier copies contents and computes their checksums meanwhile, on another processor if there is one.
type copier struct {
	sums map[*entry]*sum
	full chan chunk  // to be added up
	free chan []byte // to be read into; when all are here, all is added up
}

type chunk struct {
	sum  *sum
	data []byte
}

// Chunks so large that reading and writing them costs little beyond the copying, and as many as keep both sides busy.
const (
	chunkSize = 128 << 10
	chunks    = 4
)

// newCopier returns a copier, which must be finished.
func newCopier() *copier {
	c := &copier{sums: map[*entry]*sum{}, full: make(chan chunk, chunks), free: make(chan []byte, chunks)}
	for range chunks {
		c.free <- make([]byte, chunkSize)
	}
	go func() {
		for chunk := range c.full {
			chunk.sum.add(chunk.data)
			c.free <- chunk.data[:chunkSize]
		}
	}()
	return c
}

// finish gives the checksums of what was copied, if all went well.
func (c *copier) finish(err error) (map[*entry]*sum, error) {
	close(c.full)
	for range chunks {
		<-c.free
	}
	return c.sums, err
}

// copy copies the content of a file, which must have the announced size, to w.
func (c *copier) copy(w io.Writer, e *entry) error {
	s := &sum{}
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
		return e.changed(fmt.Sprintf("%d bytes instead of %d", n, e.Size))
	case n > e.Size:
		return e.changed(fmt.Sprintf("more than %d bytes", e.Size))
	}
	return nil
}

// copySize copies up to size bytes, and gives how many there are; one more tells that there are more.
func (c *copier) copySize(w io.Writer, r io.Reader, size int64, s *sum) (n int64, err error) {
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

func (f *File) changed(found string) error {
	return &fault.Error{Code: "installp-content", What: "a file is not what it was when packaging began", Where: f.Path, Found: found,
		Do: "package again when nothing writes to it any more"}
}
