package imagetool

import (
	"context"
	"errors"
	"io"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/diff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Comparison is what differs between two images.
type Comparison struct {
	Before      string           `json:"before"`
	After       string           `json:"after"`
	Differences diff.Differences `json:"differences"` // none for images that are the same to the byte
	OnlyDate    bool             `json:"only_date"`   // they are the same but for their date
}

// WriteText shows the differences, and nothing of images that are the same.
func (c *Comparison) WriteText(w io.Writer) error {
	_, err := io.WriteString(w, c.Differences.String())
	return err
}

// Diff compares two images. The error is a finding when they differ.
func Diff(ctx context.Context, in io.Reader, before, after string) (c *Comparison, err error) {
	err = With(ctx, before, in, func(a *Image) error {
		return With(ctx, after, in, func(b *Image) error {
			for _, m := range []*Image{a, b} {
				if like, err := m.isLikeOne(); err != nil {
					return err
				} else if !like {
					return m.isNoImage()
				}
			}
			unsignedA, blockA, errA := a.unsigned()
			unsignedB, blockB, errB := b.unsigned()
			if err := errors.Join(errA, errB); err != nil {
				return err
			}
			all, err := diff.Images(unsignedA, unsignedB)
			if err != nil {
				return Unreadable(before+" or "+after, err)
			}
			all = append(all, diff.Signatures(blockA, blockB)...)
			if c = (&Comparison{before, after, append(diff.Differences{}, all...), len(all) > 0 && all.AreDateAlone()}); len(all) == 0 {
				return nil
			}
			return &fault.Error{Code: "image-differs", What: "the images differ", Where: before + " and " + after, Finding: true}
		})
	})
	return c, err
}
