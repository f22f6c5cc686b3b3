// Package epkg reads interim fixes of AIX, files called LABEL.DATE.epkg.Z, as emgr installs them: a tar archive that compress packed, with a
// control file in it and the files that are put into the place of others.
//
// What is known is from the manual pages of epkg and emgr and from logs of emgr; no interim fix made on AIX was at hand (docs/formats.md,
// 16). So the members are told by their content and by what the control file calls them, never by names of our own choice.
package epkg

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/sum"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/compress"
)

// ErrFormat: this is no interim fix.
var ErrFormat = errors.New("not an interim fix")

// Fix is what an interim fix says of itself, and what it holds.
type Fix struct {
	Abstract      string            `json:"abstract"`
	Description   string            `json:"description,omitempty"`
	Reboot        string            `json:"reboot"`  // yes or no, as the control file has it
	Keys          map[string]string `json:"keys"`    // of the control file, but for those of its files
	Control       string            `json:"control"` // member that the control file is
	Files         []File            `json:"files"`
	Prerequisites []Prerequisite    `json:"prerequisites"`
	Members       []Member          `json:"members"`
	Problems      []Problem         `json:"-"`

	texts map[string]string // small members by name
	kept  int64             // bytes of them
}

// File is one that the fix puts onto the system.
type File struct {
	Ship      string `json:"ship"`                // as the packager had it
	Target    string `json:"target"`              // what it takes the place of
	Type      string `json:"type"`                // 1 a file, 2 a member of an archive
	Member    string `json:"member,omitempty"`    // that member
	Installer string `json:"installer,omitempty"` // 1 installp, 2 RPM, 3 ISMP, 4 other; 5 to 8 the same for new files, 9 untracked
	ACL       string `json:"acl,omitempty"`
	Size      string `json:"size,omitempty"`     // in blocks of 512 bytes, if the control file tells
	Checksum  string `json:"checksum,omitempty"` // likewise
	Stored    string `json:"stored,omitempty"`   // member that it is

	keys map[string]string
}

// Prerequisite is a fileset that must be there, at a level of a range.
type Prerequisite struct {
	Fileset string `json:"fileset"`
	Least   string `json:"least"`
	Most    string `json:"most,omitempty"`
}

// Member is one of the tar archive.
type Member struct {
	Name string    `json:"name"`
	Mode int64     `json:"mode"`
	Size int64     `json:"size"`
	Time time.Time `json:"time"`
	Sum  int       `json:"sum"` // as AIX's sum prints it
}

// Problem is a rule that is not met.
type Problem struct {
	Rule, Member string
	Line         int
	Got, Want    string
}

const (
	mostFiles   = 200     // epkg manual page
	mostMembers = 10000   // far above 200 files with their scripts
	mostText    = 1 << 20 // of the control file and the prerequisites
	mostTexts   = 4 << 20 // of all that may be one
)

func (f *Fix) tell(rule, member string, line int, got, want string) {
	if len(f.Problems) < mostFiles {
		f.Problems = append(f.Problems, Problem{rule, member, line, got, want})
	}
}

// Read reads an interim fix. The error is ErrFormat when it is none, else one of r; what is wrong with one is in its problems.
func Read(r io.Reader) (*Fix, error) {
	z, err := compress.NewReader(r)
	if err != nil {
		return nil, wrong(err)
	}
	return read(z)
}

// read reads what was packed.
func read(z io.Reader) (*Fix, error) {
	f := &Fix{Files: []File{}, Prerequisites: []Prerequisite{}, Members: []Member{}, texts: map[string]string{}}
	archive, buffer := tar.NewReader(z), make([]byte, 32<<10)
	for {
		if err := f.member(archive, buffer); err == io.EOF {
			break
		} else if err != nil {
			return nil, wrong(err)
		}
	}
	if _, err := io.Copy(io.Discard, z); err != nil { // what follows the tar archive must unpack, too
		return nil, wrong(err)
	}
	for _, m := range f.Members {
		if isControl(f.texts[m.Name]) {
			f.Control = m.Name
			break
		}
	}
	if f.Control == "" {
		return nil, fmt.Errorf("%w: none of its %d members has a line %s=", ErrFormat, len(f.Members), keyCount)
	}
	f.parseControl(f.texts[f.Control])
	f.findPrerequisites()
	f.verify()
	return f, nil
}

// wrong says of an error what it is about: the file, unless reading failed.
func wrong(err error) error {
	if errors.Is(err, compress.ErrFormat) || errors.Is(err, tar.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, tar.ErrFieldTooLong) {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return err
}

func (f *Fix) member(archive *tar.Reader, buffer []byte) error {
	h, err := archive.Next()
	if err != nil {
		return err
	}
	if len(f.Members) == mostMembers {
		return fmt.Errorf("%w: more than %d members", ErrFormat, mostMembers)
	}
	m := Member{Name: h.Name, Mode: h.Mode, Size: h.Size, Time: h.ModTime.UTC()}
	var text strings.Builder
	keep := h.Typeflag == tar.TypeReg && h.Size <= mostText && f.kept+h.Size <= mostTexts
	s := &sum.R{}
	for {
		n, err := archive.Read(buffer)
		s.Add(buffer[:n])
		if keep {
			text.Write(buffer[:n])
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	m.Sum, _ = strconv.Atoi(strings.Fields(s.String())[0]) // it is a number
	f.Members = append(f.Members, m)
	if keep && !strings.Contains(text.String(), "\x00") {
		f.texts[m.Name] = text.String()
		f.kept += h.Size
	}
	return nil
}

// findPrerequisites takes the member that the control file names, or else one that holds nothing but lines of them.
func (f *Fix) findPrerequisites() {
	named := f.Keys["PREREQ"]
	for _, byName := range []bool{true, false} {
		for _, m := range f.Members {
			if byName && path.Base(m.Name) != path.Base(named) {
				continue
			}
			if all, ok := prerequisites(f.texts[m.Name]); ok {
				f.Prerequisites = all
				return
			}
		}
	}
	if named != "" {
		f.tell("16/prerequisites", f.Control, 0, named, "")
	}
}

// verify compares each file with its member.
func (f *Fix) verify() {
	for i := range f.Files {
		file := &f.Files[i]
		at := slices.IndexFunc(f.Members, func(m Member) bool { return m.Name == file.Ship })
		if at < 0 {
			at = slices.IndexFunc(f.Members, func(m Member) bool { return path.Base(m.Name) == path.Base(file.Ship) })
		}
		if at < 0 {
			f.tell("16/absent", f.Control, 0, file.Ship, "")
			continue
		}
		m := &f.Members[at]
		file.Stored = m.Name
		if want, err := strconv.Atoi(file.Checksum); file.Checksum != "" && (err != nil || want != m.Sum) {
			f.tell("16/sum", m.Name, 0, fmt.Sprintf("%05d", m.Sum), file.Checksum)
		}
		if blocks := strconv.FormatInt((m.Size+511)/512, 10); file.Size != "" && blocks != file.Size {
			f.tell("16/size", m.Name, 0, blocks, file.Size)
		}
	}
}
