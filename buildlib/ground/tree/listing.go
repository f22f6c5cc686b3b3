package tree

import (
	"fmt"
	"path"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// ParseListing reads the text form of a listing. It takes nothing that String would not write: the text is hashed, so there is
// one spelling only.
func ParseListing(text string) (Listing, error) {
	var l Listing
	for n := 1; text != ""; n++ {
		line, rest, ended := strings.Cut(text, "\n")
		if !ended {
			return nil, fmt.Errorf("line %d: no newline at its end", n)
		}
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if len(l) > 0 && l[len(l)-1].Path >= e.Path {
			return nil, fmt.Errorf("line %d: %s does not come after %s", n, e.Path, l[len(l)-1].Path)
		}
		l = append(l, e)
		text = rest
	}
	return l, nil
}

func parseEntry(line string) (Entry, error) {
	parts := strings.SplitN(line, "  ", 3)
	if len(parts) != 3 {
		return Entry{}, fmt.Errorf("%q is not of the form \"sha256  mode  path\"", line)
	}
	e := Entry{SHA256: parts[0], Mode: Mode(parts[1]), Path: parts[2]}
	if len(e.SHA256) != 64 || strings.Trim(e.SHA256, "0123456789abcdef") != "" {
		return Entry{}, fmt.Errorf("%q is not a SHA-256 in lower case hexadecimal", e.SHA256)
	}
	if e.Mode != File && e.Mode != Exec && e.Mode != Link {
		return Entry{}, fmt.Errorf("mode %q is none of %s, %s, %s", e.Mode, File, Exec, Link)
	}
	if e.Path != path.Clean(e.Path) || !insideTree(e.Path) {
		return Entry{}, fmt.Errorf("path %q is not a plain relative one", e.Path)
	}
	return e, checkName(e.Path)
}

// insideTree says whether a clean path names something below the tree's top.
func insideTree(clean string) bool {
	return clean != "." && clean != ".." && !strings.HasPrefix(clean, "../") && !path.IsAbs(clean)
}

// Kind is the way in which two trees differ at one path.
type Kind string

const (
	// Missing is an entry that should be there.
	Missing Kind = "missing"
	// Extra is an entry that should not be there.
	Extra Kind = "extra"
	// Changed is an entry with other content than it should have.
	Changed Kind = "changed"
	// ModeChanged is an entry with the right content and the wrong mode.
	ModeChanged Kind = "mode"
)

// Difference is one path at which two trees differ.
type Difference struct {
	Kind      Kind
	Want, Got Entry // the zero Entry on the side that has none
}

// Path is where the difference is.
func (d Difference) Path() string {
	if d.Kind == Extra {
		return d.Got.Path
	}
	return d.Want.Path
}

// String shows the difference in a few words, such as "missing sendmail/tls.c".
func (d Difference) String() string {
	if d.Want.Mode != d.Got.Mode && d.Want.Mode != "" && d.Got.Mode != "" {
		return fmt.Sprintf("%s %s (%s instead of %s)", d.Kind, fault.Line(d.Path()), d.Got.Mode, d.Want.Mode)
	}
	return string(d.Kind) + " " + fault.Line(d.Path())
}

// Compare names every path at which the tree got differs from the tree want, sorted by path.
func Compare(want, got Listing) []Difference {
	var ds []Difference
	for i, j := 0, 0; i < len(want) || j < len(got); {
		switch {
		case j == len(got) || i < len(want) && want[i].Path < got[j].Path:
			ds = append(ds, Difference{Kind: Missing, Want: want[i]})
			i++
		case i == len(want) || got[j].Path < want[i].Path:
			ds = append(ds, Difference{Kind: Extra, Got: got[j]})
			j++
		default:
			w, g := want[i], got[j]
			if w.SHA256 != g.SHA256 {
				ds = append(ds, Difference{Kind: Changed, Want: w, Got: g})
			} else if w.Mode != g.Mode {
				ds = append(ds, Difference{Kind: ModeChanged, Want: w, Got: g})
			}
			i++
			j++
		}
	}
	return ds
}
