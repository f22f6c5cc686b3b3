package stage

import (
	"fmt"
	"strconv"
	"strings"
)

// Type is what kind of thing an entry is.
type Type string

// The types of entries. Upstream's install makes no others.
const (
	File      Type = "file"
	Directory Type = "directory"
	Link      Type = "link" // symbolic
)

// Entry is one thing to install.
type Entry struct {
	Path   string // absolute, as on the target
	Type   Type
	Mode   uint32 // twelve permission bits, set-id bits included
	Owner  string
	Group  string
	Size   int64  // bytes, of a file
	SHA256 string // of a file
	Target string // text of a link
}

// Manifest lists what the staging root holds, sorted by path.
type Manifest []Entry

const manifestHeader = "# type\tmode\towner\tgroup\tsize\tsha256\tpath\ttarget"

// String is the manifest's text form: one line for each entry, fields separated by tabs, "-" for a field that does not apply.
func (m Manifest) String() string {
	var b strings.Builder
	b.WriteString(manifestHeader + "\n")
	for _, e := range m {
		size, sum, target := "-", "-", "-"
		switch e.Type {
		case File:
			size, sum = strconv.FormatInt(e.Size, 10), e.SHA256
		case Link:
			target = e.Target
		}
		fmt.Fprintf(&b, "%s\t%04o\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Type, e.Mode, e.Owner, e.Group, size, sum, e.Path, target)
	}
	return b.String()
}

// ParseManifest reads the text form.
func ParseManifest(text string) (Manifest, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != manifestHeader {
		return nil, fmt.Errorf("line 1 is not the header of a manifest")
	}
	var m Manifest
	for i, line := range lines[1:] {
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("manifest line %d: %w", i+2, err)
		}
		if len(m) > 0 && m[len(m)-1].Path >= e.Path {
			return nil, fmt.Errorf("manifest line %d: %s is out of order", i+2, e.Path)
		}
		m = append(m, e)
	}
	return m, nil
}

func parseEntry(line string) (e Entry, err error) {
	f := strings.Split(line, "\t")
	if len(f) != 8 {
		return e, fmt.Errorf("%d fields, want 8", len(f))
	}
	mode, err := strconv.ParseUint(f[1], 8, 12)
	if err != nil || len(f[1]) != 4 {
		return e, fmt.Errorf("mode %q is not four octal digits", f[1])
	}
	e = Entry{Type: Type(f[0]), Mode: uint32(mode), Owner: f[2], Group: f[3], Path: f[6]}
	if e.Owner == "" || e.Group == "" || !strings.HasPrefix(e.Path, "/") {
		return e, fmt.Errorf("owner, group or absolute path is missing")
	}
	unused := []string{f[4], f[5], f[7]}
	switch e.Type {
	case File:
		if e.Size, err = strconv.ParseInt(f[4], 10, 64); err != nil || e.Size < 0 || f[4] != strconv.FormatInt(e.Size, 10) {
			return e, fmt.Errorf("size %q is not a number of bytes", f[4])
		}
		e.SHA256 = f[5]
		if len(e.SHA256) != 64 || strings.Trim(e.SHA256, "0123456789abcdef") != "" {
			return e, fmt.Errorf("sha256 %q is not 64 hexadecimal digits", f[5])
		}
		unused = f[7:]
	case Link:
		if e.Target = f[7]; e.Target == "" {
			return e, fmt.Errorf("link without a target")
		}
		unused = f[4:6]
	case Directory:
	default:
		return e, fmt.Errorf("unknown type %q", f[0])
	}
	for _, u := range unused {
		if u != "-" {
			return e, fmt.Errorf("%q where a %s has no value", u, e.Type)
		}
	}
	return e, nil
}
