package build

import (
	"encoding/json"
	"strings"

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
