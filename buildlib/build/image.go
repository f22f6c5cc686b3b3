package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/diff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/extract"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// ImageList shows the filesets of an image, as installp does, and its members. Of a backup of files it shows these.
func (p *Project) ImageList(ctx context.Context, file string) error {
	return withImage(ctx, file, func(image *io.SectionReader) error {
		r, err := installp.NewReader(image)
		if errors.Is(err, installp.ErrBackup) {
			backup := bff.NewReader(io.NewSectionReader(image, 0, image.Size()))
			return p.listMembers(ctx, file, func() (*installp.Member, error) {
				h, err := backup.Next()
				if err != nil {
					return nil, err
				}
				return &installp.Member{Header: *h}, nil
			})
		}
		if err != nil {
			return unreadable(file, err)
		}
		fmt.Fprintf(p.out, "%s\n", r.Image().Listing())
		for i := range r.Image().Front {
			fmt.Fprintln(p.out, &r.Image().Front[i])
		}
		return p.listMembers(ctx, file, r.Next)
	})
}

// listMembers shows what next gives, a line each.
func (p *Project) listMembers(ctx context.Context, file string, next func() (*installp.Member, error)) error {
	for ctx.Err() == nil {
		m, err := next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(file, err)
		}
		fmt.Fprintln(p.out, m)
	}
	return context.Cause(ctx)
}

// ImageVerify checks an image, and its digest where that lies beside it.
func (p *Project) ImageVerify(ctx context.Context, file string) error {
	return withImage(ctx, file, func(image *io.SectionReader) error {
		findings, err := verify.Image(image)
		if err != nil {
			return err
		}
		wrong := 0
		for _, f := range findings {
			fmt.Fprintln(p.out, f)
			if !f.Note {
				wrong++
			}
		}
		fmt.Fprintf(p.out, "%s: %s, %s\n", fault.Line(file), count(wrong, "error"), count(len(findings)-wrong, "note"))
		var problems []error
		if wrong > 0 {
			problems = append(problems, &fault.Error{Code: "image-damaged",
				What: "installp would refuse the image, or install something wrong", Where: file,
				Found: count(wrong, "error") + ", listed above",
				Do:    "get the image again, or make it again; the listed rules are those of docs/formats.md"})
		}
		return errors.Join(append(problems, p.compareDigest(image, file))...)
	})
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// compareDigest looks at the .sha256 that packaging writes beside an image.
func (p *Project) compareDigest(image *io.SectionReader, file string) error {
	text, err := regular.Read(file+".sha256", 4096)
	if errors.Is(err, fs.ErrNotExist) {
		p.Log.WithField("file",
			file+".sha256").Info("no digest lies beside the image: texts that have no checksum inside it were not compared")
		return nil
	}
	if err != nil {
		return &fault.Error{Code: "image-digest", What: "cannot read the digest of the image", Where: file + ".sha256", Err: fault.Reason(err),
			Do: "get it again from where the image was made, or remove it: the image is checked without it, but for some texts"}
	}
	want, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ") // a file name may follow
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(image, 0, image.Size())); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return &fault.Error{Code: "image-digest", What: "the image is not the one that its digest was made of", Where: file + ".sha256",
			Found: "sha256 " + got + ", not " + want, Do: "get both again from where they were made"}
	}
	return nil
}

// ImageExtract writes the members of an image into a new directory, which appears whole or not at all.
func (p *Project) ImageExtract(ctx context.Context, file, dir string) error {
	dir = filepath.Clean(dir) // not so out/, whose parent would be out
	there := &fault.Error{Code: "image-extract", What: "the directory to extract into is there already", Where: dir, Do: "name one that is not"}
	switch _, err := os.Lstat(dir); {
	case err == nil:
		return there
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return withImage(ctx, file, func(image *io.SectionReader) error {
		// One name, so that what a run that was killed has left goes with the next.
		temporary := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".half")
		if err := errors.Join(os.RemoveAll(temporary), os.Mkdir(temporary, 0o700)); err != nil {
			return &fault.Error{Code: "image-extract", What: "cannot make the directory to extract into", Where: dir, Err: fault.Reason(err),
				Do: "name one in a directory that is there and that you may write to"}
		}
		if err := extractInto(ctx, image, temporary); err != nil {
			err = unreadable(file, err)
			if ctx.Err() == nil && fault.Code(err) == "" { // it may quote a name of the image, which a fault makes printable
				err = &fault.Error{Code: "image-extract", What: "the image could not be extracted", Where: dir, Err: err,
					Do: "cure the cause, and extract it again: what was written is removed"}
			}
			return errors.Join(err, os.RemoveAll(temporary))
		}
		if err := os.Rename(temporary, dir); err != nil {
			there.Err = err // since a moment ago
			return errors.Join(there, os.RemoveAll(temporary))
		}
		return nil
	})
}

func extractInto(ctx context.Context, image io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() // nothing is written through it
	if err := extract.Into(ctx, image, root); err != nil {
		return err
	}
	return root.Chmod(".", 0o755) // it was ours alone until now
}

// ImageDiff shows what differs between two images, and fails if anything does.
func (p *Project) ImageDiff(ctx context.Context, a, b string) error {
	return withImage(ctx, a, func(before *io.SectionReader) error {
		return withImage(ctx, b, func(after *io.SectionReader) error {
			text, err := diff.Images(before, after)
			if err != nil {
				return unreadable(a+" or "+b, err)
			}
			if text == "" {
				return nil
			}
			fmt.Fprint(p.out, text)
			return &fault.Error{Code: "image-differs", What: "the images differ", Where: a + " and " + b}
		})
	})
}

// ImageToc writes the .toc of a directory of images, as inutoc does.
func (p *Project) ImageToc(ctx context.Context, dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return &fault.Error{Code: "image-toc", What: "cannot read the directory", Where: dir, Err: fault.Reason(err),
			Do: "name a directory with images in it"}
	}
	var entries []installp.TocEntry
	for _, f := range files {
		info, err := os.Stat(filepath.Join(dir, f.Name())) // links may lead to images
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		image, err := readImage(ctx, filepath.Join(dir, f.Name()))
		if err != nil {
			return err
		}
		if image == nil {
			p.Log.WithField("file", f.Name()).Debug("no image")
			continue
		}
		if strings.ContainsFunc(f.Name(), func(r rune) bool { return r <= ' ' || r > '~' }) {
			return &fault.Error{Code: "image-toc", What: "a .toc cannot hold the name of this image", Where: dir, Found: fmt.Sprintf("%q", f.Name()),
				Do: "rename it: printable ASCII without blanks"}
		}
		entries = append(entries, installp.TocEntry{FileName: f.Name(), Image: image})
	}
	if len(entries) == 0 {
		return &fault.Error{Code: "image-toc", What: "there is no image in the directory", Where: dir,
			Do: "put images there, or name another one"}
	}
	return tree.WriteFile(filepath.Join(dir, ".toc"), []byte(installp.Toc(entries)), 0o644)
}

// readImage reads the front of a file, or returns nil when that does not even begin like one, or is a backup of files.
func readImage(ctx context.Context, file string) (image *installp.Image, err error) {
	err = withImage(ctx, file, func(r *io.SectionReader) error {
		first := make([]byte, 16)
		if n, err := r.ReadAt(first, 0); err != nil && err != io.EOF {
			return err
		} else if !bff.HasMagic(first[:n]) {
			return nil
		}
		reader, err := installp.NewReader(io.NewSectionReader(r, 0, r.Size()))
		if errors.Is(err, installp.ErrBackup) {
			return nil
		}
		if err != nil {
			return unreadable(file, err)
		}
		image = reader.Image()
		return nil
	})
	return image, err
}

// withImage opens a file for what is to be done with it. For what has no context of its own, the file ends with the context.
func withImage(ctx context.Context, file string, do func(*io.SectionReader) error) error {
	f, size, err := regular.Open(file)
	if err != nil {
		return &fault.Error{Code: "image-unreadable", What: "cannot read the image", Where: file, Err: fault.Reason(err),
			Do: "name an image, such as build/8.15.2/aix7.2-64/sendmail.8.15.2.1.I"}
	}
	defer f.Close() // it was only read
	return do(io.NewSectionReader(&cancelled{ctx, f}, 0, size))
}

type cancelled struct {
	ctx   context.Context
	image io.ReaderAt
}

func (c *cancelled) ReadAt(p []byte, offset int64) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	return c.image.ReadAt(p, offset)
}

// unreadable tells what to do about an image that ended the reading. Other errors, such as a full disk, stay what they are.
func unreadable(file string, err error) error {
	for _, blame := range []error{bff.ErrHeader, bff.ErrData, bff.ErrType, installp.ErrImage, extract.ErrMember, io.ErrUnexpectedEOF} {
		if errors.Is(err, blame) {
			return &fault.Error{Code: "image-unreadable", What: "this is no installp image, or a damaged one", Where: file, Err: err,
				Do: "get it again; mage image:verify tells more of one that begins well"}
		}
	}
	return err
}
