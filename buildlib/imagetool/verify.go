package imagetool

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/kind"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Verdicts are what was found of images.
type Verdicts struct {
	Images []*Verdict `json:"images"`
}

// Verdict is what was found of one image.
type Verdict struct {
	Image    string           `json:"image"`
	Errors   int              `json:"errors"`
	Notes    int              `json:"notes"`
	Findings []verify.Finding `json:"findings"` // in the order of the image
	Digest   Digest           `json:"digest"`
	// Signature is none where there is none.
	Signature *Signature `json:"signature,omitempty"`
}

// Digest is what came of comparing the image with the digest in the file beside it, IMAGE.sha256.
type Digest string

// What can come of it.
const (
	NoDigest     Digest = "none" // nothing lies there
	SameDigest   Digest = "same"
	OtherDigest  Digest = "other"
	FailedDigest Digest = "unread"
)

// WriteText shows the findings, and how many there are of each kind.
func (v *Verdicts) WriteText(w io.Writer) error {
	for _, one := range v.Images {
		for _, f := range one.Findings {
			fmt.Fprintln(w, f)
		}
		if one.Signature != nil && one.Signature.State != Unchecked {
			fmt.Fprintf(w, "%s: the signature is %s\n", fault.Line(one.Image), one.Signature.State)
		}
		if _, err := fmt.Fprintf(w, "%s: %s, %s\n", fault.Line(one.Image), count(one.Errors, "error"), count(one.Notes, "note")); err != nil {
			return err
		}
	}
	return nil
}

// Verify checks images and interim fixes, and their digests where these lie beside them; a directory stands for the images in it. Signatures
// are verified by the public key in a file, if one is named.
func Verify(ctx context.Context, in io.Reader, keyFile string, names ...string) (*Verdicts, error) {
	v := &Verdicts{Images: []*Verdict{}}
	k, err := key(keyFile)
	if err != nil {
		return v, err
	}
	err = each(ctx, in, names, []*kind.Kind{kind.Compressed}, func(m *Image) error {
		one, err := m.verify(k)
		if one != nil {
			v.Images = append(v.Images, one)
		}
		return err
	})
	return v, err
}

// verify checks the image. The error says that it is not as it should be, or why that cannot be told.
func (m *Image) verify(k *rsa.PublicKey) (*Verdict, error) {
	what, err := m.kind()
	if err != nil {
		return nil, err
	}
	v := &Verdict{Image: m.Name, Findings: []verify.Finding{}}
	var unequal error
	var digest sync.WaitGroup // at the same time: it reads all of the image, too
	digest.Go(func() { v.Digest, unequal = m.compareDigest() })
	defer digest.Wait() // before the image is closed
	unsigned, block, err := m.unsigned()
	if err != nil {
		return nil, err
	}
	var found []verify.Finding
	switch like, err := m.isLikeOne(); {
	case err != nil:
		return nil, err
	case like:
		if found, err = verify.Image(unsigned); err != nil {
			return nil, err
		}
		if block != nil {
			found = append(found, verify.Finding{Rule: rules.Find("18/signed"), Where: installp.Where{Member: "the image", Offset: block.Offset}, Got: block.KeyPath()})
		}
	case what == kind.Compressed:
		f, err := m.fix()
		if err != nil {
			return nil, err
		}
		for _, p := range f.Problems {
			found = append(found, verify.Finding{Rule: rules.Find(p.Rule), Where: installp.Where{Member: p.Member, Line: p.Line}, Got: p.Got, Want: p.Want})
		}
	default:
		return nil, m.isNoImage()
	}
	v.Findings = append(v.Findings, found...)
	for _, f := range v.Findings {
		if f.Note {
			v.Notes++
		} else {
			v.Errors++
		}
	}
	var wrong error
	v.Signature, wrong = m.verifySignature(k, block, unsigned)
	digest.Wait()
	if err = errors.Join(unequal, wrong); v.Errors > 0 {
		err = errors.Join(&fault.Error{
			Code: "image-damaged", What: "installp would refuse the image, or install something wrong", Where: m.Name, Finding: true,
			Found: count(v.Errors, "error") + ", listed above",
			Do:    "get the image again, or make it again; the listed rules are those of docs/formats.md",
		}, err)
	}
	return v, err
}

// HasDigest reports whether an image has its digest beside it, the right one.
func HasDigest(ctx context.Context, file string) bool {
	return With(ctx, file, nil, func(m *Image) error {
		if d, err := m.compareDigest(); d != SameDigest {
			return errors.Join(fs.ErrNotExist, err)
		}
		return nil
	}) == nil
}

// compareDigest looks at the .sha256 that packaging writes beside an image.
func (m *Image) compareDigest() (Digest, error) {
	file := m.Name + ".sha256"
	if m.Name == Stdin {
		return NoDigest, nil
	}
	text, err := regular.Read(file, 4096)
	if errors.Is(err, fs.ErrNotExist) {
		return NoDigest, nil
	}
	if err != nil {
		return FailedDigest, &fault.Error{
			Code: "image-digest", What: "cannot read the digest of the image", Where: file, Err: fault.Reason(err),
			Do: "get it again from where the image was made, or remove it: the image is checked without it, but for some texts",
		}
	}
	want, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ") // a file name may follow
	sum := sha256.New()
	if _, err := io.Copy(sum, m.front()); err != nil {
		return FailedDigest, err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return OtherDigest, &fault.Error{
			Code: "image-digest", What: "the image is not the one that its digest was made of", Where: file, Finding: true,
			Found: "sha256 " + got + ", not " + want, Do: "get both again from where they were made",
		}
	}
	return SameDigest, nil
}
