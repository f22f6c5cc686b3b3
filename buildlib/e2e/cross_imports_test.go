//go:build e2e

package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// importsAreKnown asks of each import of each program below dir how it is known that AIX has it. One that is known of no AIX-made program,
// nor of Go's tree, must be told of in docs/imports.md: under the program, its width and how it is known.
func importsAreKnown(t *testing.T, dir string, width int) {
	t.Helper()
	told := toldImports(t)
	programs := 0
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := xcoff.NewFile(bytes.NewReader(data))
		if err != nil {
			return nil // no program
		}
		programs++
		for _, i := range f.Imports() {
			library, _, _ := strings.Cut(i.From.Base, ".")
			by := evidence(t, library, i.Symbol, width)
			if by == "" {
				t.Errorf("%s imports %s from %s: buildlib/machine/cross/evidence has no line for it", filepath.Base(name), i.Symbol, i.From)
				continue
			}
			kind := regexp.MustCompile(`^\w+`).FindString(by) // the strongest
			if slices.Contains([]string{"program", "go", "width", "header"}, kind) {
				continue
			}
			if place := fmt.Sprintf("%s %d %s", filepath.Base(name), width, kind); !slices.Contains(told[place], i.Symbol) {
				t.Errorf("docs/imports.md does not say of %s, %d bits, that %s is known by %s", filepath.Base(name), width, i.Symbol, by)
			}
		}
		return nil
	})
	if err != nil || programs == 0 {
		t.Errorf("%d programs in %s: %v", programs, dir, err)
	}
}

// evidence is how it is known that a library has a name, "" for a name that has no line or none for that width. The tests of cross look at
// the form of the table.
func evidence(t *testing.T, library, name string, width int) (by string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../machine/cross/evidence", library))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 2 && (words[0] == name || words[0] == "*" && by == "") {
			by = words[width/32]
		}
	}
	return strings.TrimPrefix(by, "-")
}

// toldImports are the names in the table of docs/imports.md, by program, width and kind of evidence.
func toldImports(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/imports.md")
	if err != nil {
		t.Fatal(err)
	}
	told := make(map[string][]string)
	for _, m := range regexp.MustCompile(`(?m)^\| ([a-z, ]+) \| (32|64|32, 64) \| ([a-z]+) \| (.*) \|$`).FindAllStringSubmatch(string(text), -1) {
		for program := range strings.SplitSeq(m[1], ", ") {
			for width := range strings.SplitSeq(m[2], ", ") {
				place := program + " " + width + " " + m[3]
				told[place] = append(told[place], strings.Fields(m[4])...)
			}
		}
	}
	return told
}
