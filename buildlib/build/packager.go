package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/diff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/mkinstallp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/imagetool"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// insttools is the fileset that brings mkinstallp (aixtools and Apache httpd ask for it).
const insttools = "bos.adt.insttools"

// mkinstallpDir holds what mkinstallp is given, and our own image of the same package to compare with.
func (b *Build) mkinstallpDir() string { return filepath.Join(b.Dir, "mkinstallp") }

// makeImage writes the image with the packager that is set.
func (b *Build) makeImage(ctx context.Context, pkg *installp.Package) error {
	if b.Packager == checkout.PackagerNative {
		return writeImage(pkg, b.Image())
	}
	return b.mkinstallp(ctx, pkg)
}

// mkinstallp lets IBM's tool make the image. What it is given is written on any machine, and by any user, for it can be read there.
func (b *Build) mkinstallp(ctx context.Context, pkg *installp.Package) error {
	own := os.Lchown
	if os.Geteuid() != 0 {
		own = nil
	}
	if err := os.RemoveAll(b.mkinstallpDir()); err != nil {
		return err
	}
	layout, err := mkinstallp.LayOut(pkg, b.mkinstallpDir(), own)
	if err != nil {
		return err
	}
	if err := b.canMkinstallp(ctx, own != nil); err != nil {
		return err
	}
	// The root part comes out right only if the build root is the working directory, too (aixtools, Apache httpd).
	log := filepath.Join(b.LogDir(), "mkinstallp.log")
	err = b.means.Machine.Run(ctx, host.Cmd{Argv: []string{"mkinstallp", "-d", layout.Root, "-T", layout.Template}, Dir: layout.Root, Log: log})
	if err != nil {
		return err
	}
	if err := checkMade(ctx, pkg, layout.Image, b.checkout.Shown(log)); err != nil {
		return err
	}
	if err := b.compareMade(ctx, pkg, layout.Image); err != nil {
		return err
	}
	if err := os.Chmod(layout.Image, 0o644); err != nil {
		return err
	}
	return tree.Move(layout.Image, b.Image())
}

// canMkinstallp tells what this machine or user lacks.
func (b *Build) canMkinstallp(ctx context.Context, isRoot bool) error {
	given := "what mkinstallp would be given is in " + b.checkout.Shown(b.mkinstallpDir()) + ", the file template first"
	if _, err := host.LookPath(ctx, b.means.Machine, "mkinstallp"); err != nil {
		return &fault.Error{
			Code: "packager-missing", What: "this machine has no mkinstallp to make the image with", Where: "setting packager",
			Found: given, Err: err,
			Do: "on AIX, install the fileset " + insttools + ", which brings it; elsewhere, set SENDMAIL_PACKAGER=" + checkout.PackagerNative,
		}
	}
	if !isRoot {
		return &fault.Error{
			Code: "packager-root", What: "only root can give files to the owners that mkinstallp takes into the image",
			Where: "setting packager", Found: given,
			Do: "run the same as root, or set SENDMAIL_PACKAGER=" + checkout.PackagerNative + ", which needs no root",
		}
	}
	return nil
}

// checkMade refuses an image that is not there, that installp would refuse, or that lacks a part of the package.
func checkMade(ctx context.Context, pkg *installp.Package, file, log string) error {
	refuse := func(what string, found []string) error {
		const enough = 10
		if more := len(found) - enough; more > 0 {
			found = append(found[:enough:enough], fmt.Sprintf("... and %d more", more))
		}
		return &fault.Error{
			Code: "packager-image", What: what, Where: file, Found: strings.Join(found, "\n"),
			Do: "read what mkinstallp said, in " + log + "; or set SENDMAIL_PACKAGER=" + checkout.PackagerNative,
		}
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return refuse("mkinstallp ended well, but left no image", nil)
	}
	return imagetool.With(ctx, file, nil, func(image *imagetool.Image) error {
		findings, err := verify.Image(image.SectionReader)
		if err != nil {
			return err
		}
		var wrong []string
		for _, f := range findings {
			if !f.Note {
				wrong = append(wrong, f.String())
			}
		}
		if len(wrong) > 0 {
			return refuse("installp would refuse the image that mkinstallp made, or install something wrong", wrong)
		}
		reader, err := installp.NewReader(image)
		if err != nil {
			return imagetool.Unreadable(file, err)
		}
		if absent := absent(pkg, reader.Image()); len(absent) > 0 {
			return refuse("the image that mkinstallp made lacks a part of the package", absent)
		}
		return nil
	})
}

// absent lists the filesets of a package, and the paths in them, that an image does not know.
func absent(pkg *installp.Package, image *installp.Image) []string {
	there := make(map[string]bool)
	for i := range image.Filesets {
		f := &image.Filesets[i]
		there[f.Name] = true
		for _, part := range []*installp.Part{f.Usr, f.Root} {
			if part == nil {
				continue
			}
			for j := range part.Inventory {
				there[f.Name+" "+part.Inventory[j].Path] = true
			}
		}
	}
	var all []string
	for _, f := range pkg.Filesets {
		if !there[f.Name] {
			all = append(all, "fileset "+f.Name)
			continue
		}
		for i := range f.Files {
			if !there[f.Name+" "+f.Files[i].Path] {
				all = append(all, f.Files[i].Path+" in fileset "+f.Name)
			}
		}
	}
	return all
}

// compareMade puts our own image of the package beside what mkinstallp was given, and reports whether more than the date differs. That
// is for a person to judge: nobody has seen yet what mkinstallp makes of this package.
func (b *Build) compareMade(ctx context.Context, pkg *installp.Package, made string) error {
	ours := filepath.Join(b.mkinstallpDir(), pkg.FileName())
	if err := writeImage(pkg, ours); err != nil {
		return err
	}
	return imagetool.With(ctx, ours, nil, func(before *imagetool.Image) error {
		return imagetool.With(ctx, made, nil, func(after *imagetool.Image) error {
			all, err := diff.Images(before.SectionReader, after.SectionReader)
			if err != nil {
				return err
			}
			log := b.checkout.Log.WithField("compare", "mage image:diff "+b.checkout.Shown(ours)+" "+b.checkout.Shown(b.Image()))
			if all.AreDateAlone() {
				log.Info("mkinstallp's image is the one that this program would write, but for its date")
			} else {
				log.Warn("mkinstallp's image is not the one that this program would write")
			}
			return nil
		})
	})
}
