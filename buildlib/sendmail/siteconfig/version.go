package siteconfig

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Version is a release of sendmail or an interface of OpenSSL: numbers with dots between them, compared left to right.
type Version []int

// ParseVersion reads "8.17.1.9". It takes up to six numbers of up to six digits.
func ParseVersion(text string) (Version, error) {
	var v Version
	for part := range strings.SplitSeq(text, ".") {
		if part == "" || len(part) > 6 || strings.Trim(part, "0123456789") != "" {
			return nil, fmt.Errorf("version %q: want numbers with dots between them", text)
		}
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, fmt.Errorf("version %q: %w", text, err)
		}
		v = append(v, n)
	}
	if len(v) > 6 {
		return nil, fmt.Errorf("version %q: too many numbers", text)
	}
	return v, nil
}

// String writes the version as [ParseVersion] reads it.
func (v Version) String() string {
	var parts []string
	for _, n := range v {
		parts = append(parts, strconv.Itoa(n))
	}
	return strings.Join(parts, ".")
}

// Compare is negative when v is older than o. Numbers that are not there count as zero: 3.0 and 3.0.0 are the same.
func (v Version) Compare(o Version) int {
	trim := func(v Version) Version {
		for len(v) > 0 && v[len(v)-1] == 0 {
			v = v[:len(v)-1]
		}
		return v
	}
	return slices.Compare(trim(v), trim(o))
}

// Range is a set of versions. The zero value has them all.
type Range struct {
	From  Version // the first one in it; nil for no such bound
	Until Version // the first one after it; nil for no such bound
}

// ParseRange reads ">=1.1.1", "<3.0", or both with a blank between them.
func ParseRange(text string) (Range, error) {
	var r Range
	for _, word := range strings.Fields(text) {
		bound, rest := &r.From, ""
		var ok bool
		if rest, ok = strings.CutPrefix(word, ">="); !ok {
			bound = &r.Until
			if rest, ok = strings.CutPrefix(word, "<"); !ok {
				return Range{}, fmt.Errorf("range %q: want >=VERSION, <VERSION, or both", text)
			}
		}
		if *bound != nil {
			return Range{}, fmt.Errorf("range %q: two bounds of one kind", text)
		}
		v, err := ParseVersion(rest)
		if err != nil {
			return Range{}, err
		}
		*bound = v
	}
	return r, nil
}

// Has reports whether a version is in the range.
func (r Range) Has(v Version) bool {
	return (r.From == nil || v.Compare(r.From) >= 0) && (r.Until == nil || v.Compare(r.Until) < 0)
}

// String writes the range as [ParseRange] reads it.
func (r Range) String() string {
	var parts []string
	if r.From != nil {
		parts = append(parts, ">="+r.From.String())
	}
	if r.Until != nil {
		parts = append(parts, "<"+r.Until.String())
	}
	return strings.Join(parts, " ")
}
