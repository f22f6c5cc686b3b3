package verify

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/inspect"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// writable are directories of AIX in which every user may put a file, a library for instance.
var writable = []string{"/tmp", "/usr/tmp", "/var/tmp", "/home"}

// verifyProgram looks into a member that is an XCOFF program or an archive of such, without reading all of it.
func (v *verifier) verifyProgram(m *installp.Member, where installp.Where) error {
	if m.Packed {
		return nil // not where an io.ReaderAt could read it; our images have none
	}
	data := io.NewSectionReader(v.source, m.Data, m.Size)
	switch err := v.verifyXCOFF(data, where, ""); {
	case errors.Is(err, xcoff.ErrMagic):
		return v.verifyOther(data, where)
	default:
		return err
	}
}

// verifyXCOFF looks at the program in data, which name tells more of if it is in an archive.
func (v *verifier) verifyXCOFF(data io.ReaderAt, where installp.Where, name string) error {
	file, err := xcoff.NewFile(data)
	if errors.Is(err, xcoff.ErrFormat) {
		v.tell("11/program", where, in(name, err.Error()), "")
		return nil
	}
	if err != nil {
		return err
	}
	if v.programs[file.Width] == "" {
		v.programs[file.Width] = where.Member
	}
	dirs := file.LibraryPath()
	told := map[string]bool{}
	for _, dir := range dirs {
		reason := v.unsafe(dir)
		if reason == "" || told[dir] || len(told) > installp.MaxProblems {
			continue
		}
		told[dir] = true
		v.tell("11/path", where, in(name, fmt.Sprintf("%q in %q %s", dir, installp.Shorten(strings.Join(dirs, ":")), reason)), "")
	}
	v.verifyImports(file, where, name)
	v.verifyLibraries(file, where, name)
	var fields []string
	for _, c := range file.Corrections() {
		fields = append(fields, c.String())
	}
	if fields != nil {
		v.tell("15.1", where, in(name, strings.Join(fields, "; ")), "")
	}
	return nil
}

// verifyImports looks for imports without which AIX would not load the program, on the oldest level that the fileset allows.
func (v *verifier) verifyImports(file *xcoff.File, where installp.Where, name string) {
	claim := v.claims[where.Member]
	if claim == nil {
		return
	}
	base, ok := v.bases[claim.part.fileset.Name]
	if !ok {
		return // nothing tells which AIX it is for
	}
	var absent []string
	var last vrmf.Level
	for i := range file.EachImport() {
		if level, ok := inspect.LastWithout(i); ok && base.Compare(level) <= 0 {
			absent = append(absent, i.Symbol)
			if level.Compare(last) > 0 {
				last = level
			}
		}
	}
	if len(absent) == 0 {
		return
	}
	slices.Sort(absent)
	v.tell("15.3", where, in(name, fmt.Sprintf("%s; bos.rte %s", strings.Join(slices.Compact(absent), " "), base)), fmt.Sprintf("above %s", last))
}

// in names the member of an archive that a program is in.
func in(name, found string) string { return strings.TrimPrefix(name+", "+found, ", ") }

// unsafe tells why others could put a library of theirs into a directory of a library path.
func (v *verifier) unsafe(dir string) string {
	switch {
	case dir == "":
		return "is the current one of whoever runs it"
	case !strings.HasPrefix(dir, "/"):
		return "is relative to the current one of whoever runs it"
	case len(dir) > rules.MaxPath:
		return "is longer than AIX can have"
	}
	clean := path.Clean(dir)
	for _, w := range writable {
		if clean == w || strings.HasPrefix(clean, w+"/") {
			return "users may write to"
		}
	}
	for ; clean != "/"; clean = path.Dir(clean) { // who may write to a parent can put a directory of theirs in its place
		if v.open[clean] {
			return "users may write to, as the inventory has it"
		}
	}
	return ""
}

// verifyOther knows AIX's archives, for the shared objects in them, and the programs of the systems that build for AIX.
func (v *verifier) verifyOther(data *io.SectionReader, where installp.Where) error {
	magic := make([]byte, 4)
	if _, err := data.ReadAt(magic, 0); err != nil && err != io.EOF {
		return err
	}
	if string(magic) == "\x7fELF" {
		v.tell("11/system", where, "ELF", "")
		return nil
	}
	archive, err := ar.NewReader(data, data.Size())
	if err != nil {
		return otherThan(err, ar.ErrFormat) // a text, perhaps; it has its checksum
	}
	for {
		h, err := archive.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			v.tell("11/archive", where, err.Error(), "")
			return otherThan(err, ar.ErrFormat)
		}
		member := io.NewSectionReader(data, archive.Stored().Data, h.Size)
		if err := otherThan(v.verifyXCOFF(member, where, h.Name), xcoff.ErrMagic); err != nil {
			return err
		}
	}
}

// otherThan lets through errors that are not expected.
func otherThan(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// verifyWidths: a build is for one width; programs of both are most often a mistake.
func (v *verifier) verifyWidths() {
	if a, b := v.programs[32], v.programs[64]; a != "" && b != "" {
		v.tell("11/widths", installp.Where{Member: b}, a+" and "+b, "")
	}
}
