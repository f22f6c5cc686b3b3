package patchset

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Header is what a patch says of itself, in the manner of Debian's DEP-3. One of Forwarded and AppliedUpstream is there; CVE
// and Bug may be absent.
type Header struct {
	Subject         string // one line
	Description     string // why, with the line breaks of the file
	Author          string
	Origin          string // where it comes from
	Forwarded       string // "no", "not-needed", or where it was sent to
	AppliedUpstream string // the release or commit that has it
	AppliesTo       string // which systems, libraries or releases need it
	CVE             []string
	Bug             []string

	Unfinished []string // fields that begin with [toDo]
}

// toDo stands where [Blank] leaves something to the patch's author.
const toDo = "TODO"

// fieldNames lists the keys that a header may have.
var fieldNames = []string{"Subject", "Description", "Author", "Origin", "Forwarded", "Applied-Upstream", "Applies-To", "CVE", "Bug"}

var (
	fieldForm = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.*)$`)
	cveForm   = regexp.MustCompile(`^CVE-[0-9]{4}-[0-9]{4,}$`)
)

// parseHeader reads the fields that stand before a patch's first file. A line that begins with a blank continues the field
// above it, and one with a single dot stands for an empty line.
func parseHeader(text string) (Header, error) {
	fields := make(map[string]string)
	var last string
	var errs []error
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if strings.ContainsFunc(line, func(r rune) bool { return !isPrinted(r) && r != '\t' }) {
			errs = append(errs, fmt.Errorf("line %d: a character in %q that is not printed", i+1, line)) // the fields are shown to people
			continue
		}
		switch m := fieldForm.FindStringSubmatch(line); {
		case m != nil:
			last = m[1]
			if _, twice := fields[last]; twice {
				errs = append(errs, fmt.Errorf("line %d: %s is there twice", i+1, last))
			}
			if !slices.Contains(fieldNames, last) {
				errs = append(errs, unknownField(i+1, last))
			}
			fields[last] = strings.TrimSpace(m[2])
		case last != "" && strings.HasPrefix(line, " "):
			if line = strings.TrimSpace(line); line == "." {
				line = ""
			}
			fields[last] += "\n" + line
		case line == "" && text == "":
			// No header at all: the missing fields tell.
		default:
			errs = append(errs, fmt.Errorf("line %d: %q is neither a field nor, with a blank before it, part of one", i+1, line))
		}
	}
	h := Header{
		Subject: fields["Subject"], Description: fields["Description"], Author: fields["Author"], Origin: fields["Origin"],
		Forwarded: fields["Forwarded"], AppliedUpstream: fields["Applied-Upstream"], AppliesTo: fields["Applies-To"],
		CVE: words(fields["CVE"]), Bug: words(fields["Bug"]),
	}
	return h, errors.Join(append(errs, h.check(fields))...)
}

func unknownField(line int, name string) error {
	hint := "; there are " + strings.Join(fieldNames, ", ")
	if nearest := fault.Nearest(name, fieldNames); nearest != "" {
		hint = ", did you mean " + nearest + "?"
	}
	return fmt.Errorf("line %d: unknown field %s%s", line, name, hint)
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
}

// check names every field that is missing, and what is of a wrong form. It notes what is still to be filled in.
func (h *Header) check(fields map[string]string) error {
	var missing, errs []error
	for _, name := range fieldNames {
		value := fields[name]
		if name != "Bug" && strings.HasPrefix(value, toDo) {
			h.Unfinished = append(h.Unfinished, name)
		}
		switch name {
		case "Applied-Upstream", "CVE", "Bug":
			continue
		case "Forwarded":
			name, value = "Forwarded or Applied-Upstream", value+fields["Applied-Upstream"]
		}
		if strings.TrimSpace(value) == "" {
			missing = append(missing, fmt.Errorf("%s is missing", name))
		}
	}
	if strings.Contains(h.Subject, "\n") {
		errs = append(errs, errors.New("the subject has more than one line"))
	}
	for _, id := range h.CVE {
		if !cveForm.MatchString(id) {
			errs = append(errs, fmt.Errorf("CVE %q is not of the form CVE-2023-51765", id))
		}
	}
	return errors.Join(append(missing, errs...)...)
}

// Finished refuses patches whose headers are still to be filled in. They can be tried, and not shipped.
func (s *Series) Finished() error {
	var errs []error
	for _, p := range s.Patches {
		for _, name := range p.Header.Unfinished {
			errs = append(errs, fmt.Errorf("%s: %s is still to be filled in: it begins with %s", p.Name, name, toDo))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return &fault.Error{
			Code: "patch-unfinished", Finding: true, What: "a patch does not say what it is for", Where: s.Dir, Err: err,
			Do: "fill in its header; until then the series can be built, and no image is made of it",
		}
	}
	return nil
}

// Blank is a header that is still to be filled in.
func Blank() string {
	return `Subject: TODO: what the patch does, in one line
Description: TODO: why it is needed, and what goes wrong without it.
 A line that begins with a blank goes on; one with a single dot is an empty line.
Author: TODO: name and address
Origin: TODO: vendor, or where the change comes from
Forwarded: TODO: no, not-needed, or an address; or Applied-Upstream: with the release that has it
Applies-To: TODO: all, AIX, or a range of versions of OpenSSL

`
}
