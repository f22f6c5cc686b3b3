// Aiximage reads installp images, those of AIX's package installer: it lists, checks, compares and extracts them, writes the .toc of a
// directory of them, and rehearses on Linux what installp would do with one. It works anywhere, and reads no settings.
//
//	go install github.com/sendmail-aix/sendmail-aix/buildlib/cmd/aiximage@latest
package main

import (
	"os"

	"github.com/sendmail-aix/sendmail-aix/buildlib/imageverbs"
)

func main() { os.Exit(imageverbs.Main()) }
