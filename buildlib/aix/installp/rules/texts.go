// Package rules holds what both write and verify ask of a package: the table of all demands, and the checks of names, paths, accounts
// and texts that are made of what will be packed and of what was.
package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

// Tell takes the ID of a rule that is not met, and what there is instead.
type Tell func(id, got string)

// Limits of IBM's packaging chapter and of the practice of others (title), and of ours (path): AIX takes paths of 1023
// bytes, installp's tools may take less (W34).
const (
	maxTitle = 60
	MaxPath  = 255
)

// reserved are first parts of names of filesets that IBM ships; a package must not look like one of them (W32). The rule names bos,
// X11 (which isOwnNameByte refuses) and openssl; the rest is generally known and not complete.
var reserved = []string{
	"adde", "bos", "cluster", "csm", "devices", "expect", "ifor_ls", "invscout", "krb5", "openssh", "openssl", "perl", "printers",
	"python3", "rpm", "rsct", "security", "sysmgt", "tcl", "tk", "wio",
}

// isOwnNameByte is stricter than AIX: what is safe in every file and command that a name meets (W31).
func isOwnNameByte(c byte) bool { return installp.IsLowerAlnum(c) || c == '.' }

// locale is the last part of the names of filesets with messages or manual pages, as in openssl.man.en_US.
var locale = regexp.MustCompile(`\.[a-z]{2}_[A-Z]{2}$`)

// Name checks that of a package or a fileset.
func Name(name string, tell Tell) {
	if reason := installp.BadName(locale.ReplaceAllString(name, ""), isOwnNameByte); reason != "" {
		tell("W31", reason)
	} else if strings.Contains(name, "..") || strings.HasSuffix(name, ".") {
		tell("W31", fmt.Sprintf("%q has an empty part", name))
	}
}

// IsReserved reports whether a name begins like IBM's.
func IsReserved(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	return slices.Contains(reserved, first)
}

// Prefix checks a fileset's name against the package's.
func Prefix(fileset, pkg string, tell Tell) {
	if fileset != pkg && !strings.HasPrefix(fileset, pkg+".") {
		tell("7/prefix", fileset+" in package "+pkg)
	}
}

// Title checks the text of a fileset. It ends the fileset's line in lpp_name, where '#' begins a comment.
func Title(text string, tell Tell) {
	if text == "" || len(text) > maxTitle || strings.TrimSpace(text) != text ||
		strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '#' }) {
		tell("5/title", fmt.Sprintf("%q, %d characters", text, len(text)))
	}
}

// Text checks what is no table, lines of scripts and copyrights, as root's locale on the target is unknown. Lines count from 1; 0 is
// the whole.
func Text(text string, tell func(id string, line int, got string)) {
	if !strings.HasSuffix(text, "\n") {
		tell("6.6/newline", 0, "")
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSuffix(line, "\n")
		if i := strings.IndexFunc(line, func(r rune) bool { return (r < ' ' && r != '\t') || r > '~' }); i >= 0 {
			tell("6.6/ascii", number, fmt.Sprintf("byte %#02x in line %d", line[i], number))
		}
	}
}

// interpreter is a first line that names a Korn shell where AIX has them (W30). installp executes the file, so this line decides;
// IBM's scripts have /bin/ksh (S3).
var interpreter = regexp.MustCompile(`^#! ?/(usr/)?bin/ksh(93)?( -[a-z]+)?$`)

// Script checks the first line and the last command of a script.
func Script(text string, tell Tell) {
	if first, _, _ := strings.Cut(text, "\n"); !interpreter.MatchString(first) {
		tell("W30/shell", fmt.Sprintf("the first line %q", first))
	}
	last := ""
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			last = line
		}
	}
	if last != "exit 0" {
		tell("W30/exit", fmt.Sprintf("the last command %q", last))
	}
}
