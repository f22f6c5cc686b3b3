package checkout

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
)

// Cleaned is what was removed.
type Cleaned struct {
	Removed []string `json:"removed"` // as seen from the checkout
}

// WriteText shows nothing.
func (c *Cleaned) WriteText(io.Writer) error { return nil }

// Clean removes what was built, once no other run is at work there. The cache of downloads, which other checkouts share, stays.
func Clean(ctx context.Context, c *Checkout) (*Cleaned, error) {
	unlock, err := c.LockAll(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	entries, err := os.ReadDir(c.Path("build"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var done Cleaned
	var problems []error
	for _, e := range entries {
		if e.Name() == "log" || e.Name() == LockDir { // this run uses both
			continue
		}
		if err := os.RemoveAll(c.Path("build", e.Name())); err != nil {
			problems = append(problems, err)
		} else {
			done.Removed = append(done.Removed, c.Shown(c.Path("build", e.Name())))
		}
	}
	return &done, Explain(errors.Join(problems...))
}
