package installp

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// forbidden are the characters that break sysck (its manual page lists them up to the colon), lists in control files (comma),
// stanzas and lines of fields (blank and '='), or shells (W33).
const forbidden = "`'\\\"^()|{}[]<>:,=*?;&$ "

// aixDirectories belong to filesets of AIX. Files may be put into them, but a package that lists one of them changes its owner
// and mode on the target, and shares it with others (6.2 and 9.4 of the format description; others have done so and regretted it).
// That list names only some of them. The others here are what AIX systems are generally known to have; none was looked up on one.
var aixDirectories = []string{
	"/", "/dev", "/etc", "/etc/mail", "/etc/rc.d", "/etc/rc.d/init.d", "/etc/rc.d/rc2.d", "/etc/security", "/home", "/opt", "/sbin",
	"/tmp", "/usr", "/usr/bin", "/usr/ccs", "/usr/ccs/lib", "/usr/include", "/usr/lib", "/usr/lpp", "/usr/samples", "/usr/sbin",
	"/usr/share", "/usr/share/man", "/usr/share/man/man1", "/usr/share/man/man3", "/usr/share/man/man4", "/usr/share/man/man5",
	"/usr/share/man/man7", "/usr/share/man/man8", "/usr/ucb", "/var", "/var/adm", "/var/spool", "/var/spool/mail",
	"/var/spool/mqueue", "/var/tmp",
}

// aixLinks are directories of AIX that are really links into /usr: files "in" them would be in the wrong part. /bin is known from
// AIX's documents, /lib is generally known.
var aixLinks = []string{"/bin", "/lib"}

// inUsrPart tells to which part a path belongs.
func inUsrPart(name string) bool {
	return strings.HasPrefix(name, "/usr/") || strings.HasPrefix(name, "/opt/")
}

// home is the directory of the package's control files on the target.
func (p *Package) home() string { return lppDirectory + p.Name }

// instRoot is where the root part's files travel.
func (p *Package) instRoot() string { return p.home() + "/" + instRootName }

// checkPath looks at one path that the package brings to the target, and tells whether it is good enough to look further.
func (c *checker) checkPath(name, where string) bool {
	before := len(c.faults)
	found := fmt.Sprintf("%q", name)
	if !path.IsAbs(name) || path.Clean(name) != name {
		c.add("installp-path", "a path is not absolute and plain", where, found, "write it from the root, without '.', '..', '//' or a slash at the end")
		return false
	}
	if i := strings.IndexFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(forbidden, r) }); i >= 0 {
		c.add("installp-path", "a path has a character that AIX's tools cannot bear", where, fmt.Sprintf("%q in %s", name[i], found),
			"rename the file: printable ASCII without blanks and "+strings.TrimSpace(forbidden))
	}
	long := len(name)
	if !inUsrPart(name) {
		long += len(c.pkg.instRoot())
	}
	if long > maxPath {
		c.add("installp-path", "a path is too long", where, fmt.Sprintf("%d bytes, inst_root included, in %s", long, found), fmt.Sprintf("shorten it to %d", maxPath))
	}
	if slices.Contains(aixDirectories, name) {
		c.add("installp-path", "a directory of AIX itself cannot be in a package", where, found, "leave it out; files can be put into it as it is")
	}
	for _, link := range aixLinks {
		if name == link || strings.HasPrefix(name, link+"/") {
			c.add("installp-path", "a path goes through a link of AIX", where, found, "write it below /usr"+link)
		}
	}
	for _, own := range []string{c.pkg.home(), c.pkg.home() + "/" + libraryName, c.pkg.instRoot(), c.pkg.home() + "/deinstl"} {
		if name == own || own != c.pkg.home() && strings.HasPrefix(name, own+"/") {
			c.add("installp-path", "a path is where installp keeps the package's control files", where, found, "put the file elsewhere")
		}
	}
	return len(c.faults) == before
}

// checkTarget looks at what a symbolic link says: a value in a stanza.
func (c *checker) checkTarget(target, where string) {
	if target == "" || strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(forbidden, r) }) {
		c.add("installp-link", "a symbolic link has a target that the inventory cannot hold", where, fmt.Sprintf("%q", target),
			"use a path of printable ASCII without blanks and "+strings.TrimSpace(forbidden))
	}
}

// volume is the first directory of a path: the best guess at its file system, which hard links cannot leave.
func volume(name string) string {
	first, _, _ := strings.Cut(name[1:], "/")
	return first
}
