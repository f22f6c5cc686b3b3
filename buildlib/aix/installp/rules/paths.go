package rules

import (
	"strings"
)

// Forbidden are the characters that break sysck (its manual page lists them up to the colon), lists in control files (comma),
// stanzas and lines of fields (blank and '='), or shells (W33).
const Forbidden = "`'\\\"^()|{}[]<>:,=*?;&$ "

// AixDirectories belong to filesets of AIX. Files may be put into them, but a package that lists one of them changes its owner
// and mode on the target, and shares it with others (6.2 and 9.4 of the format description; others have done so and regretted it).
// That list names only some of them. The others here are what AIX systems are generally known to have; none was looked up on one.
var AixDirectories = []string{
	"/", "/dev", "/etc", "/etc/mail", "/etc/rc.d", "/etc/rc.d/init.d", "/etc/rc.d/rc2.d", "/etc/security", "/home", "/opt", "/sbin",
	"/tmp", "/usr", "/usr/bin", "/usr/ccs", "/usr/ccs/lib", "/usr/include", "/usr/lib", "/usr/lpp", "/usr/samples", "/usr/sbin",
	"/usr/share", "/usr/share/man", "/usr/share/man/man1", "/usr/share/man/man3", "/usr/share/man/man4", "/usr/share/man/man5",
	"/usr/share/man/man7", "/usr/share/man/man8", "/usr/ucb", "/var", "/var/adm", "/var/spool", "/var/spool/mail",
	"/var/spool/mqueue", "/var/tmp",
}

// AixLinks are directories of AIX that are really links into /usr: files "in" them would be in the wrong part. /bin is known from
// AIX's documents, /lib is generally known.
var AixLinks = []string{"/bin", "/lib"}

// InUsrPart tells to which part a path belongs.
func InUsrPart(name string) bool {
	return strings.HasPrefix(name, "/usr/") || strings.HasPrefix(name, "/opt/")
}

// Volume is the first directory of a path: the best guess at its file system, which hard links cannot leave.
func Volume(name string) string {
	first, _, _ := strings.Cut(name[1:], "/")
	return first
}

func IsForbidden(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(Forbidden, r) }
