// Package build wires the rooms together: settings on one side, the targets that mage shows on the other.
package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
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

// With is the project with another value of one setting.
func (p *Project) With(name, value, origin string) (*Project, error) {
	c, err := p.Checkout.With(name, value, origin)
	return p.on(c), err
}

// on is the project on another checkout.
func (p *Project) on(c *checkout.Checkout) *Project {
	return &Project{Checkout: c, out: p.out, errOut: p.errOut}
}

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

// ShowSettings shows the effective settings and where each came from.
func (p *Project) ShowSettings(ctx context.Context) error {
	found := make(map[string]string)
	if w, err := p.Detect(ctx); err != nil {
		p.Log.WithError(err).Warn("the target cannot be told")
	} else {
		t := w.Target
		found["target"], found["compiler"] = t.String(), t.Compiler.String()
		found["openssl"], found["sasl"] = t.OpenSSL.String(), t.SASL.String()
	}
	_, err := io.WriteString(p.out, p.Settings.Show(found))
	return err
}

// Releases shows the releases that can be built.
func (p *Project) Releases(context.Context) error {
	releases, err := release.List(p.Path("patches"))
	if err != nil {
		return err
	}
	for _, r := range releases {
		mark := " "
		if r.Version == p.Settings.Release {
			mark = "*"
		}
		fmt.Fprintf(p.out, "%s %-9s %s  %8d bytes\n", mark, r.Version, r.Date.Format(time.DateOnly), r.Size)
		fmt.Fprintf(p.out, "    sha256 %s\n    tree   %s\n    signed by %s\n", r.SHA256, r.Tree, r.Signature.Fingerprint)
		for _, url := range r.URLs {
			fmt.Fprintf(p.out, "    %s\n", url)
		}
	}
	return nil
}
