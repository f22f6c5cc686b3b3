package build

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/evidence"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// advisories are what is known and answered: what lies beside an image tells it.
func (b *Build) advisories() step.Read {
	known, _ := json.Marshal(b.Known) // plain texts and dates
	answers, _ := json.Marshal(b.Answers)
	return text("advisories", string(known)+string(answers))
}

// facts are what is known of an image, for those who did not make it.
func (b *Build) facts(r *record.Record, m stage.Manifest) *evidence.Facts {
	f := &evidence.Facts{
		Record: r, Release: b.Release, Series: b.Series, Package: b.Packaging.Package, Level: b.Level.String(), Target: b.Target.String(),
		Needs: b.Needs(), Known: b.Known, Answers: b.Answers,
	}
	for _, e := range m {
		if e.Type == stage.File && (e.Mode&0o111 != 0 || strings.HasSuffix(e.Path, ".a")) {
			f.Programs = append(f.Programs, e.Path)
		}
	}
	return f
}

// describe writes what scanners read beside the image.
func (b *Build) describe(r *record.Record, m stage.Manifest) error {
	f := b.facts(r, m)
	for file, make := range map[string]func() ([]byte, error){b.SBOM(): f.SBOM, b.VEX(): f.VEX} {
		text, err := make()
		if err != nil {
			return err
		}
		if err := tree.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Provenance is where it was written how an image was made.
type Provenance struct {
	Provenance string `json:"provenance"`
	Image      string `json:"image"`
	SHA256     string `json:"sha256"` // of the image
	Builder    string `json:"builder"`
}

// WriteText shows where it is.
func (p *Provenance) WriteText(w io.Writer) error {
	_, err := fmt.Fprintln(w, p.Provenance)
	return err
}

// WriteProvenance brings the image up to date, and says beside it how it was made. The builder is an address that means something to
// whoever reads it; without one it is [evidence.LocalBuilder].
func WriteProvenance(ctx context.Context, c *checkout.Checkout, builder string) (*Provenance, error) {
	b, err := Prepare(ctx, c)
	if err != nil {
		return nil, err
	}
	return b.Attest(ctx, builder)
}

// Attest does what [WriteProvenance] does.
func (b *Build) Attest(ctx context.Context, builder string) (p *Provenance, err error) {
	builder = cmp.Or(builder, evidence.LocalBuilder)
	if u, err := url.Parse(builder); err != nil || !u.IsAbs() {
		return nil, &fault.Error{
			Code: "provenance-builder", What: "the builder is not an address", Where: "-builder", Found: builder,
			Do: "give the URI that stands for the machines that build for you, as in https://example.com/builders/aix",
		}
	}
	_, err = b.Run(ctx, "package", func(made *Result) error {
		r, err := record.Load(b.Record())
		if err != nil {
			return err
		}
		beside := make(map[string]string)
		for _, file := range []string{b.Record(), b.SBOM(), b.VEX()} {
			if beside[filepath.Base(file)], err = regular.Sum(ctx, file); err != nil {
				return err
			}
		}
		text, err := b.facts(r, nil).Provenance(builder, beside)
		if err != nil {
			return err
		}
		p = &Provenance{Provenance: b.checkout.Shown(b.Provenance()), Image: made.Path, SHA256: made.SHA256, Builder: builder}
		return tree.WriteFile(b.Provenance(), text, 0o644)
	})
	return p, err
}
