package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

// forbidden are the characters that break sysck (its manual page lists them up to the colon), lists in control files (comma),
// stanzas and lines of fields (blank and '='), or shells (W33).
const forbidden = "`'\\\"^()|{}[]<>:,=*?;&$ "

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

// aixLinks are directories of AIX that are really links into /usr: files "in" them would be in the wrong part. /bin is known from
// AIX's documents, /lib is generally known.
var aixLinks = []string{"/bin", "/lib"}

// InUsrPart tells to which part a path belongs.
func InUsrPart(name string) bool {
	return strings.HasPrefix(name, "/usr/") || strings.HasPrefix(name, "/opt/")
}

// IsForbidden reports whether paths and names must not have the character.
func IsForbidden(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(forbidden, r) }

// Path checks one path on the target. Members of the root part travel below inst_root, whose path in the image is so much longer; home
// is the package's directory of control files.
func Path(name, home string, longer int, tell Tell) {
	got := fmt.Sprintf("%q", name)
	if !path.IsAbs(name) || path.Clean(name) != name {
		tell("W33/plain", got)
		return
	}
	if i := strings.IndexFunc(name, IsForbidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(name[i:])
		tell("W33/character", fmt.Sprintf("%q in %s", r, got))
	}
	if long := len(name) + longer; long > MaxPath {
		tell("W34", fmt.Sprintf("%d bytes, inst_root included, in %s", long, got))
	}
	if slices.Contains(AixDirectories, name) {
		tell("9.4/directory", got)
	}
	for _, link := range aixLinks {
		if name == link || strings.HasPrefix(name, link+"/") {
			tell("9.4/link", got)
		}
	}
	for _, own := range []string{installp.LibraryName, installp.InstRootName, "deinstl"} {
		if own = home + "/" + own; name == own || strings.HasPrefix(name, own+"/") {
			tell("4/control", got)
		}
	}
	if name == home {
		tell("4/control", got)
	}
}

// Target checks what a symbolic link says: a value in a stanza.
func Target(target string, tell Tell) {
	if target == "" || strings.ContainsFunc(target, IsForbidden) {
		tell("W37/target", fmt.Sprintf("%q", target))
	}
}

// Symlink checks the attributes of a symbolic link.
func Symlink(mode uint32, owner, group string, tell Tell) {
	if mode != installp.LinkMode || owner != installp.LinkOwner || group != installp.LinkGroup {
		tell("W37/attributes", fmt.Sprintf("%o %s:%s", mode, owner, group))
	}
}

// HardLink checks a further name of a file. The first directory of a path is the best guess at its file system, which hard links cannot
// leave.
func HardLink(name, link string, tell Tell) {
	if path.IsAbs(link) && path.IsAbs(name) && strings.Split(link, "/")[1] != strings.Split(name, "/")[1] {
		tell("W38/volume", link+" to "+name)
	}
}
