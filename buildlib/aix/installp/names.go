package installp

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Limits of IBM's packaging chapter (names, title), of the practice of others (title), and of ours (path): AIX takes paths of 1023
// bytes, installp's tools may take less (W34).
const (
	maxName  = 144
	maxTitle = 60
	maxPath  = 255
)

// reserved are first parts of names of filesets that IBM ships; a package must not look like one of them (W32). The rule names bos,
// X11 (which isOwnNameByte refuses) and openssl; the rest is generally known and not complete.
var reserved = []string{
	"adde", "bos", "cluster", "csm", "devices", "expect", "ifor_ls", "invscout", "krb5", "openssh", "openssl", "perl", "printers",
	"python3", "rpm", "rsct", "security", "sysmgt", "tcl", "tk", "wio",
}

// isNameByte tells what fileset names may have, those of others included; see isOwnNameByte for ours.
func isNameByte(c byte) bool {
	return isLowerAlnum(c) || 'A' <= c && c <= 'Z' || c == '_' || c == '.' || c == '-' || c == '+'
}

// isOwnNameByte is stricter: what is safe in every file and command that a name meets (W31).
func isOwnNameByte(c byte) bool { return isLowerAlnum(c) || c == '.' }

// badName tells what is wrong with a name of a package or fileset, or nothing.
func badName(name string, valid func(byte) bool) string {
	switch {
	case len(name) < 2:
		return fmt.Sprintf("%q has fewer than two characters", name)
	case len(name) > maxName:
		return fmt.Sprintf("has %d bytes, the limit is %d", len(name), maxName)
	case strings.Contains(".-+", name[:1]):
		return fmt.Sprintf("%q does not begin with a letter or a digit", name)
	}
	for _, c := range []byte(name) {
		if !valid(c) {
			return fmt.Sprintf("%q has the character %q", name, c)
		}
	}
	return ""
}

// locale is the last part of the names of filesets with messages or manual pages, as in openssl.man.en_US.
var locale = regexp.MustCompile(`\.[a-z]{2}_[A-Z]{2}$`)

func (c *checker) checkName(kind, name, where string) {
	const do = "use lower-case letters, digits and dots, as in mailtools.sendmail"
	if reason := badName(locale.ReplaceAllString(name, ""), isOwnNameByte); reason != "" {
		c.add("installp-name", fmt.Sprintf("the %s name %s", kind, reason), where, "", do)
	} else if strings.Contains(name, "..") || strings.HasSuffix(name, ".") {
		c.add("installp-name", fmt.Sprintf("the %s name %q has an empty part", kind, name), where, "", do)
	}
	if first, _, _ := strings.Cut(name, "."); slices.Contains(reserved, first) {
		c.add("installp-name", fmt.Sprintf("the %s name %q begins like IBM's own", kind, name), where, "", "begin it with a name of your own")
	}
}

// checkTitle looks at the text field. It ends the fileset's line in lpp_name, where '#' begins a comment.
func (c *checker) checkTitle(f *Fileset, where string) {
	text, found := f.Text, fmt.Sprintf("%q", f.Text)
	switch {
	case text == "" || strings.TrimSpace(text) != text:
		c.add("installp-text", "the fileset's text is empty or has blanks around it", where, found, "give it a short title")
	case len(text) > maxTitle:
		c.add("installp-text", "the fileset's text is too long", where, fmt.Sprintf("%d characters", len(text)),
			fmt.Sprintf("use at most %d; lslpp shows 40", maxTitle))
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '#' }):
		c.add("installp-text", "the fileset's text has a character that lpp_name cannot hold", where, found, "use printable ASCII without '#'")
	}
}
