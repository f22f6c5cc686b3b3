package build

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/packaging"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

func (b *Build) packageReads() []step.Read {
	return slices.Concat([]step.Read{
		{Name: "staged files", Path: b.Staged()},
		{Name: "manifest", Path: b.Manifest()},
		{Name: "time", Value: b.Time.Format(time.RFC3339)},
		{Name: "setting packager", Value: b.Packager},
		b.advisories(),
		thisProgram(),
	}, values(b.Values()), texts("packaging", b.Packaging.Texts()))
}

func (b *Build) pack(ctx context.Context, _ map[string]string) error {
	if b.Wrong != nil {
		return b.Wrong
	}
	manifest, err := readManifest(b.Manifest())
	if err != nil {
		return err
	}
	pkg, err := b.Packaging.Image(packaging.Build{
		Manifest: manifest, Root: b.Staged(), Values: b.Values(), Level: b.Level, Time: b.Time, Needs: b.Needs(),
	})
	if err != nil {
		return err
	}
	if err := b.setAside(ctx); err != nil {
		return err
	}
	if err := b.makeImage(ctx, pkg); err != nil {
		return err
	}
	sum, err := digest(ctx, b.Image())
	if err != nil {
		return err
	}
	if err := tree.WriteFile(b.Image()+".sha256", []byte(sum+"  "+filepath.Base(b.Image())+"\n"), 0o644); err != nil {
		return err
	}
	r, err := b.record(ctx, manifest, sum)
	if err != nil {
		return err
	}
	text, err := r.Marshal()
	if err != nil {
		return err
	}
	if err := tree.WriteFile(b.Record(), text, 0o644); err != nil {
		return err
	}
	if err := b.describe(r, manifest); err != nil {
		return err
	}
	return b.removeHalves()
}

// setAside keeps an image of the same level that was made of something else: installp takes the two for one and the same.
func (b *Build) setAside(ctx context.Context) error {
	before, err := record.Load(b.Record())
	if err != nil {
		return nil // none, or none that tells what its image was made of
	}
	inputs, err := b.recordInputs(ctx)
	if err != nil {
		return err
	}
	delete(before.Inputs, "buildlib") // that the code is another does not make it another package
	delete(inputs, "buildlib")
	changes := append(step.Compare("setting", before.Settings, b.Settings), step.Compare("input", before.Inputs, inputs)...)
	if len(changes) == 0 {
		return nil
	}
	kept := filepath.Join(b.Dir, "replaced", before.SHA256[:12])
	if err := errors.Join(os.RemoveAll(kept), os.MkdirAll(kept, 0o755)); err != nil {
		return err
	}
	sums := strings.TrimSuffix(b.Image(), ".I") + ".sums" // what "sign" has made
	for _, file := range []string{b.Image(), b.Image() + ".sha256", b.Record(), b.SBOM(), b.VEX(), b.Provenance(), sums, sums + ".sig"} {
		if err := os.Rename(file, filepath.Join(kept, filepath.Base(file))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	log := b.checkout.Log.WithField("kept", b.checkout.Shown(kept))
	for _, change := range changes {
		log.WithField("difference", change.String()).Warn("the image of this level was made of something else")
	}
	log.Warn("installp does not install one over the other: set revision = " + strconv.Itoa(b.revision()+1) + " for a level of its own")
	return nil
}

func (b *Build) revision() int {
	n, _ := strconv.Atoi(b.Settings["revision"]) // the setting was a number already
	return n
}

// writeImage writes an image that appears whole or not at all.
func writeImage(pkg *installp.Package, file string) error {
	out, err := tree.Begin(file, 0o644)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := write.Image(out, pkg); err != nil {
		return err
	}
	return out.Commit()
}

// removeHalves takes away what runs that were killed left half written of images of other revisions. The images themselves stay: a
// run has told where they are, and an update is rehearsed with two.
func (b *Build) removeHalves() error {
	halves, err := filepath.Glob(filepath.Join(b.Dir, ".*.half"))
	problems := []error{err}
	for _, file := range halves {
		problems = append(problems, os.RemoveAll(file))
	}
	return errors.Join(problems...)
}

// maxManifest is more than a manifest ever has, in bytes.
const maxManifest = 64 << 20

func readManifest(file string) (stage.Manifest, error) {
	text, err := regular.Read(file, maxManifest)
	if err != nil {
		return nil, err
	}
	return stage.ParseManifest(string(text))
}

// record collects what decided this image.
func (b *Build) record(ctx context.Context, manifest stage.Manifest, sum string) (*record.Record, error) {
	inputs, err := b.recordInputs(ctx)
	if err != nil {
		return nil, err
	}
	r, err := b.origin(ctx)
	if err != nil {
		return nil, err
	}
	r.Image, r.SHA256, r.Time = filepath.Base(b.Image()), sum, b.Time
	r.Settings, r.Inputs, r.Files = maps.Clone(b.Settings), inputs, fileSums(manifest)
	return &r, nil
}

// fileSums lists the hashes of the manifest's files, and the text of its links.
func fileSums(m stage.Manifest) map[string]string {
	sums := make(map[string]string)
	for _, e := range m {
		switch e.Type {
		case stage.File:
			sums[e.Path] = e.SHA256
		case stage.Link:
			sums[e.Path] = "-> " + e.Target
		}
	}
	return sums
}

// recordInputs lists the hashes of everything in the checkout, and of the source, that this build is made from.
func (b *Build) recordInputs(ctx context.Context) (map[string]string, error) {
	patches, _ := b.patches()
	reads := slices.Concat(patches, b.fragments(), texts("packaging", b.Packaging.Texts()), []step.Read{
		{Name: "source tree", Value: b.Release.Tree}, {Name: "target", Value: b.Describe()},
	})
	// The code that did it, where the checkout has it. A compiled orchestrator need not be this code.
	if _, err := os.Stat(b.checkout.Path("buildlib")); err == nil {
		reads = append(reads, step.Read{Name: "buildlib", Path: b.checkout.Path("buildlib")})
	}
	return b.chain.Read(ctx, reads)
}
