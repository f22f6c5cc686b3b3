package build

import (
	"errors"
	"fmt"
	"io"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
)

// Project is a checkout, and where results of what is done in it go.
type Project struct {
	*checkout.Checkout
	out    *results // stable for scripts
	errOut io.Writer
}

// On is the project in a checkout, whose results go to out.
func On(c *checkout.Checkout, out, errOut io.Writer) *Project {
	return &Project{Checkout: c, out: &results{w: out}, errOut: errOut}
}

// Printed is err, and that a result could not be written.
func (p *Project) Printed(err error) error { return errors.Join(err, p.out.err) }

// results is standard output. It remembers the first write that failed: a list that did not arrive whole is no success.
type results struct {
	w   io.Writer
	err error
}

func (r *results) Write(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.w.Write(p)
	if err != nil {
		r.err = fmt.Errorf("writing the result: %w", err)
	}
	return n, r.err
}
