package siteconfig

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Version is a release of sendmail or an interface of OpenSSL: numbers with dots between them, compared left to right.
type Version []int

// ParseVersion reads "8.17.1.9". It takes up to six numbers of up to six digits.
func ParseVersion(text string) (Version, error) {
	if !versionForm.MatchString(text) {
		return nil, fmt.Errorf("version %q: want numbers with dots between them", text)
	}
	var v Version
	for part := range strings.SplitSeq(text, ".") {
		n, _ := strconv.Atoi(part) // the form sees to that
		v = append(v, n)
	}
	return v, nil
}

var versionForm = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,6}){0,5}$`)

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
	for word := range strings.FieldsSeq(text) {
		bound := &r.From
		rest, found := strings.CutPrefix(word, ">=")
		if !found {
			bound = &r.Until
			rest, found = strings.CutPrefix(word, "<")
		}
		v, err := ParseVersion(rest)
		switch {
		case !found:
			return Range{}, fmt.Errorf("range %q: want >=VERSION, <VERSION, or both", text)
		case *bound != nil:
			return Range{}, fmt.Errorf("range %q: two bounds of one kind", text)
		case err != nil:
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
