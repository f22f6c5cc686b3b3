package box

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/standins"
)

// lslppFile has the lines of lslpp -Lc for the stand-in: those of AIX, then those of what was installed.
const lslppFile = "rehearsal/lslpp"

// suppliedFile has lines of the same kind for what a box got in addition.
const suppliedFile = "rehearsal/supplied"

// Fileset is a line of lslpp -Lc.
type Fileset struct {
	Package, Name, Text string
	Level               vrmf.Level
	State               string // COMMITTED and the like; "" where usr and root part differ
}

// String is the line. The letter of the state is in the sixth field (observed; documented for A, B and C: the rest is shown as inconsistent,
// which is inferred).
func (f Fileset) String() string {
	letter := "?"
	if slices.Contains([]string{"APPLIED", "BROKEN", "COMMITTED"}, f.State) {
		letter = f.State[:1]
	}
	return fmt.Sprintf("%s:%s:%s: : :%s: :%s: : : : : : :0:0:/:\n", f.Package, f.Name, f.Level, letter, f.Text)
}

// Installed are the levels of all filesets, AIX's own included. What is broken is not among them: it meets no requisite.
func (b *Box) Installed() (map[string]vrmf.Level, error) {
	text, err := regular.ReadIn(b.root, lslppFile, maxRead)
	if err != nil {
		return nil, err
	}
	levels := map[string]vrmf.Level{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(line, ":")
		if len(fields) < 6 {
			return nil, fmt.Errorf("%s: %q is no line of lslpp -Lc", lslppFile, line)
		}
		level, err := vrmf.Parse(fields[2])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", lslppFile, err)
		}
		if fields[5] != "B" && level.Compare(levels[fields[1]]) >= 0 {
			levels[fields[1]] = level
		}
	}
	return levels, nil
}

// Supply gives the box filesets that no image brings. They are seen when the list is published next.
func (b *Box) Supply(filesets []Fileset) error {
	var text []byte
	for _, f := range filesets {
		text = append(text, f.String()...)
	}
	return b.root.WriteFile(suppliedFile, text, 0o644)
}

// Publish writes what lslpp says: the filesets of AIX, those supplied, and those given, which were installed.
func (b *Box) Publish(installed []Fileset) error {
	own, err := standins.Lslpp()
	if err != nil {
		return err
	}
	supplied, err := regular.ReadIn(b.root, suppliedFile, maxRead)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	// What is supplied takes the place of the level that AIX came with.
	name := func(line []byte) string { return string(bytes.Split(line, []byte(":"))[1]) }
	var text []byte
	for line := range bytes.Lines(own) {
		if !bytes.Contains(supplied, []byte(":"+name(line)+":")) {
			text = append(text, line...)
		}
	}
	text = append(text, supplied...)
	for _, f := range installed {
		text = append(text, f.String()...)
	}
	return b.root.WriteFile(lslppFile, text, 0o644)
}
