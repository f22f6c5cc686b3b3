package release

import (
	"cmp"
	"fmt"
	"io"
	"time"
)

// Listing is the releases that can be built.
type Listing struct {
	Releases []Listed `json:"releases"`
}

// Listed is what is pinned of a release.
type Listed struct {
	Release  string   `json:"release"`
	Set      bool     `json:"set"` // whether the settings name it
	Date     string   `json:"date"`
	Bytes    int64    `json:"bytes"` // of the tarball
	SHA256   string   `json:"sha256"`
	Tree     string   `json:"tree"`
	SignedBy string   `json:"signed_by"` // fingerprint of a key, or "" when nobody's signature is known
	URLs     []string `json:"urls"`
}

// Show lists the releases in a directory, and marks the one that is set.
func Show(patchesDir, set string) (*Listing, error) {
	releases, err := List(patchesDir)
	if err != nil {
		return nil, err
	}
	var l Listing
	for _, r := range releases {
		l.Releases = append(l.Releases, Listed{
			Release: r.Version, Set: r.Version == set, Date: r.Date.Format(time.DateOnly), Bytes: r.Size, SHA256: r.SHA256, Tree: r.Tree,
			SignedBy: r.Signature.Fingerprint, URLs: r.URLs,
		})
	}
	return &l, nil
}

// WriteText shows some lines for each release.
func (l *Listing) WriteText(w io.Writer) error {
	for _, r := range l.Releases {
		mark := " "
		if r.Set {
			mark = "*"
		}
		if r.SHA256 == "" {
			fmt.Fprintf(w, "%s %-9s %s  no tarball is pinned\n    tree   %s\n", mark, r.Release, r.Date, r.Tree)
			continue
		}
		fmt.Fprintf(w, "%s %-9s %s  %8d bytes\n", mark, r.Release, r.Date, r.Bytes)
		fmt.Fprintf(w, "    sha256 %s\n    tree   %s\n    signed by %s\n", r.SHA256, r.Tree, cmp.Or(r.SignedBy, "nobody known"))
		for _, url := range r.URLs {
			fmt.Fprintf(w, "    %s\n", url)
		}
	}
	return nil
}
