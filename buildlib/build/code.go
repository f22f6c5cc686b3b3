package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
)

// code is for steps that take long and whose result depends on this program's own code: the text of the rooms that decide it, which each program
// made of it carries. So a program that is built anew, another one (mage's, sendmail-aix), or a change in another room makes no step run.
func code(name string, rooms ...fs.FS) step.Read {
	return step.Read{Name: name, Of: func(context.Context) (string, error) { return codeDigest(rooms...) }}
}

// codeDigest tells the code of rooms from any other. Tests are no part of it.
func codeDigest(rooms ...fs.FS) (string, error) {
	h := sha256.New()
	for _, room := range rooms {
		err := fs.WalkDir(room, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(room, name)
			fmt.Fprintf(h, "%q %d\n%s", name, len(text), text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
