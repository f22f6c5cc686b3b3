// Package rules holds what both write and verify ask of a package: names, paths, accounts and texts that AIX takes.
package rules

import (
	"regexp"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

// Limits of IBM's packaging chapter and of the practice of others (title), and of ours (path): AIX takes paths of 1023
// bytes, installp's tools may take less (W34).
const (
	MaxTitle = 60
	MaxPath  = 255
)

// Reserved are first parts of names of filesets that IBM ships; a package must not look like one of them (W32). The rule names bos,
// X11 (which isOwnNameByte refuses) and openssl; the rest is generally known and not complete.
var Reserved = []string{
	"adde", "bos", "cluster", "csm", "devices", "expect", "ifor_ls", "invscout", "krb5", "openssh", "openssl", "perl", "printers",
	"python3", "rpm", "rsct", "security", "sysmgt", "tcl", "tk", "wio",
}

// IsOwnNameByte is stricter: what is safe in every file and command that a name meets (W31).
func IsOwnNameByte(c byte) bool { return installp.IsLowerAlnum(c) || c == '.' }

// Locale is the last part of the names of filesets with messages or manual pages, as in openssl.man.en_US.
var Locale = regexp.MustCompile(`\.[a-z]{2}_[A-Z]{2}$`)

// Interpreter is a first line that names a Korn shell where AIX has them (W30). installp executes the file, so this line decides;
// IBM's scripts have /bin/ksh (S3).
var Interpreter = regexp.MustCompile(`^#! ?/(usr/)?bin/ksh(93)?( -[a-z]+)?$`)

// LastCommand is the last line that is neither blank nor a comment.
func LastCommand(script string) string {
	last := ""
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			last = line
		}
	}
	return last
}
