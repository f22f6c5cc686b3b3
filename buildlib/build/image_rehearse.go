package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal"
)

// ImageRehearse rehearses the life of a package under each shell that this machine has, and shows it for the first one: for the others
// only what is different. Images are separated by commas, the oldest first; each is installed over the one before. Where scripts cannot
// be kept from what is outside of the rehearsal, only images that this checkout has built are rehearsed, and those that are trusted.
func (p *Project) ImageRehearse(ctx context.Context, images string, trusted bool) error {
	media, err := rehearsal.Open(ctx, strings.Split(images, ",")...)
	if err != nil {
		return err
	}
	unlock, err := p.Lock(ctx, "rehearsal")
	if err != nil {
		return err
	}
	defer unlock()
	dir := p.Path("build", "rehearsal")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	result, err := rehearsal.Run(ctx, p.Machine, dir, media, func(file string) bool { return trusted || p.hasBuilt(ctx, file) })
	if result == nil {
		return err
	}
	if result.Reach != "" {
		p.Log.WithField("reach", result.Reach).Warn("this machine has no namespaces to keep scripts in")
	}
	for _, shell := range result.Missing {
		p.Log.WithField("shell", shell).Warn(`not rehearsed under a shell that is not here; "mage setup test" installs it`)
	}
	for i, life := range result.Lives {
		switch {
		case i == 0:
			fmt.Fprintf(p.out, "%sThis was %s. Its disk is in %s.\n", life.Transcript(), life.Shell, filepath.Join("build/rehearsal", life.Shell, "root"))
		case len(life.Differs) == 0:
			fmt.Fprintf(p.out, "%s: the same\n", life.Shell)
		default:
			fmt.Fprintf(p.out, "%s does not say the same:\n\n%s", life.Shell, life.Transcript())
		}
	}
	return err
}

// hasBuilt reports whether this checkout has built an image: it lies where that is put, with its digest beside it.
func (p *Project) hasBuilt(ctx context.Context, file string) bool {
	file, err := filepath.Abs(file)
	if err != nil || !tree.IsBelow(file, p.Path("build")) {
		return false
	}
	if _, err := os.Lstat(file + ".sha256"); err != nil {
		return false
	}
	return withImage(ctx, file, func(image *io.SectionReader) error { return p.compareDigest(image, file) }) == nil
}
