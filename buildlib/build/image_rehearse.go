package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal"
)

// ImageRehearse rehearses the life of a package under each shell that this machine has, and shows it for the first one: for the others
// only what is different. Images are separated by commas, the oldest first; each is installed over the one before. Where scripts cannot
// be kept from what is outside of the rehearsal, only images that this checkout has built are rehearsed, and those that are trusted.
func (p *Project) ImageRehearse(ctx context.Context, images string, trusted bool) error {
	var media []*rehearsal.Media
	for file := range strings.SplitSeq(images, ",") {
		m, err := rehearsal.Open(ctx, file)
		if err != nil {
			return err
		}
		if len(media) > 0 && m.Image.Package != media[0].Image.Package {
			return &fault.Error{
				Code: "rehearsal-image", What: "the images are not of one package", Where: images,
				Found: m.Image.Package + " and " + media[0].Image.Package, Do: "rehearse each package by itself",
			}
		}
		if len(media) > 0 && !hasNewer(m.Image, media[len(media)-1].Image) {
			return &fault.Error{
				Code: "rehearsal-image", What: "an image has nothing newer than the one before it", Where: images,
				Found: "installp would take its filesets for installed already", Do: "name the older image first; two of one level differ by mage image:diff",
			}
		}
		media = append(media, m)
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
	props, err := rehearsal.Collect(ctx, p.Machine, filepath.Join(dir, "props"))
	if err != nil {
		return err
	}
	if reach := props.Reach(); reach != "" {
		if i := slices.IndexFunc(media, func(m *rehearsal.Media) bool { return !trusted && !p.hasBuilt(ctx, m.File) }); i >= 0 {
			return &fault.Error{
				Code: "rehearsal-prison", What: "scripts that somebody else wrote are not run here: nothing would keep them in the box", Where: media[i].File,
				Found: "no namespaces for this user; a script could reach " + reach,
				Do:    "let users have namespaces: sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000\nor, if you trust whoever made the image, say so: mage image:rehearse " + images + " -trust=true",
			}
		}
		p.Log.WithField("reach", reach).Warn("this machine has no namespaces to keep scripts in")
	}
	var first string
	var problems []error
	for _, shell := range rehearsal.Shells {
		if !props.Has(shell) {
			p.Log.WithField("shell", shell).Warn(`not rehearsed under a shell that is not here; "mage setup test" installs it`)
			continue
		}
		transcript, err := rehearseLife(ctx, props, filepath.Join(dir, shell), shell, media)
		problems = append(problems, err)
		switch {
		case first == "":
			first = transcript
			fmt.Fprintf(p.out, "%sThis was %s. Its disk is in %s.\n", transcript, shell, filepath.Join("build/rehearsal", shell, "root"))
		case transcript == first:
			fmt.Fprintf(p.out, "%s: the same\n", shell)
		default:
			fmt.Fprintf(p.out, "%s does not say the same:\n\n%s", shell, transcript)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(problems...)
}

// hasNewer tells whether an image has a fileset that another one lacks or has at an older level.
func hasNewer(image, than *installp.Image) bool {
	return slices.ContainsFunc(image.Filesets, func(f installp.Info) bool {
		return !slices.ContainsFunc(than.Filesets, func(g installp.Info) bool { return g.Name == f.Name && g.Level.Compare(f.Level) >= 0 })
	})
}

// hasBuilt tells whether this checkout has built an image: it lies where that is put, with its digest beside it.
func (p *Project) hasBuilt(ctx context.Context, file string) bool {
	file, err := filepath.Abs(file)
	if err != nil || !checkout.IsBelow(file, p.Path("build")) {
		return false
	}
	if _, err := os.Lstat(file + ".sha256"); err != nil {
		return false
	}
	return withImage(ctx, file, func(image *io.SectionReader) error { return p.compareDigest(image, file) }) == nil
}

// elapsed is the one thing that differs from run to run.
var elapsed = regexp.MustCompile(`\(Total time:  \d+ mins \d+ secs\)`)

func rehearseLife(ctx context.Context, props *rehearsal.Props, dir, shell string, media []*rehearsal.Media) (transcript string, err error) {
	var out bytes.Buffer
	box, err := props.Box(dir, shell, &out)
	if err != nil {
		return "", err
	}
	err = errors.Join(box.Life(ctx, media...), box.Close())
	if err != nil {
		err = fmt.Errorf("under %s: %w", shell, err)
	}
	return elapsed.ReplaceAllLiteralString(fault.Lines(out.String()), "(Total time:  0 mins 0 secs)"), err
}
