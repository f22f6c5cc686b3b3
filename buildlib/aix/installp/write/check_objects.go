package write

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
)

// checkPath looks at one path that the package brings to the target, and tells whether it is good enough to look further.
func (c *checker) checkPath(name, where string) bool {
	before := len(c.faults)
	found := fmt.Sprintf("%q", name)
	if !path.IsAbs(name) || path.Clean(name) != name {
		c.add("installp-path", "a path is not absolute and plain", where, found, "write it from the root, without '.', '..', '//' or a slash at the end")
		return false
	}
	if i := strings.IndexFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(rules.Forbidden, r) }); i >= 0 {
		c.add("installp-path", "a path has a character that AIX's tools cannot bear", where, fmt.Sprintf("%q in %s", name[i], found),
			"rename the file: printable ASCII without blanks and "+strings.TrimSpace(rules.Forbidden))
	}
	long := len(name)
	if !rules.InUsrPart(name) {
		long += len(c.pkg.InstRoot())
	}
	if long > rules.MaxPath {
		c.add("installp-path", "a path is too long", where, fmt.Sprintf("%d bytes, inst_root included, in %s", long, found), fmt.Sprintf("shorten it to %d", rules.MaxPath))
	}
	if slices.Contains(rules.AixDirectories, name) {
		c.add("installp-path", "a directory of AIX itself cannot be in a package", where, found, "leave it out; files can be put into it as it is")
	}
	for _, link := range rules.AixLinks {
		if name == link || strings.HasPrefix(name, link+"/") {
			c.add("installp-path", "a path goes through a link of AIX", where, found, "write it below /usr"+link)
		}
	}
	for _, own := range []string{c.pkg.Home(), c.pkg.Home() + "/" + installp.LibraryName, c.pkg.InstRoot(), c.pkg.Home() + "/deinstl"} {
		if name == own || own != c.pkg.Home() && strings.HasPrefix(name, own+"/") {
			c.add("installp-path", "a path is where installp keeps the package's control files", where, found, "put the file elsewhere")
		}
	}
	return len(c.faults) == before
}

// checkTarget looks at what a symbolic link says: a value in a stanza.
func (c *checker) checkTarget(target, where string) {
	if target == "" || strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(rules.Forbidden, r) }) {
		c.add("installp-link", "a symbolic link has a target that the inventory cannot hold", where, fmt.Sprintf("%q", target),
			"use a path of printable ASCII without blanks and "+strings.TrimSpace(rules.Forbidden))
	}
}

// checkAccounts looks at the declared accounts; the owners of files are looked at with the files, see checkOwner and checkCreated.
func (c *checker) checkAccounts() {
	for _, declared := range []struct {
		kind  string
		names []string
		fixed map[string]uint32
	}{{"user", c.pkg.Users, rules.Users}, {"group", c.pkg.Groups, rules.Groups}} {
		for _, name := range declared.names {
			if !isAccountName(name) {
				c.add("installp-account", fmt.Sprintf("%q is no %s name for every AIX system", name, declared.kind), c.pkg.Name,
					"", "use 1 to 8 lower-case letters, digits, '_' or '-', a letter first")
			}
			if _, known := declared.fixed[name]; known {
				c.add("installp-account", fmt.Sprintf("the %s %s is AIX's own and cannot be created", declared.kind, name), c.pkg.Name,
					"", "take it off the list of accounts that pre_i creates")
			}
		}
	}
}

// checkCreated makes sure that accounts of the package's own exist before a file needs them: sysck would stop at the name. They do
// once a pre_i of the usr part has run, of this fileset or of one that it requires.
func (c *checker) checkCreated(f *installp.Fileset, required []string) {
	for _, other := range c.pkg.Filesets {
		if (other.Name == f.Name || slices.Contains(required, other.Name)) && other.Usr[installp.PreI] != "" {
			return
		}
	}
	for _, file := range f.Files {
		if slices.Contains(c.pkg.Users, file.Owner) || slices.Contains(c.pkg.Groups, file.Group) {
			c.add("installp-account", "a file belongs to an account that nothing has created yet", fmt.Sprintf("fileset %s, %s", f.Name, file.Path),
				file.Owner+":"+file.Group+", and no pre_i script", "create it in the pre_i of the fileset's usr part, or require a fileset that does")
			return
		}
	}
}

// isAccountName follows the mkuser manual page: 8 characters on a default system, and no '-', '+', '@' or '~' first.
func isAccountName(name string) bool {
	if name == "" || len(name) > 8 || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	return !slices.ContainsFunc([]byte(name), func(c byte) bool { return !installp.IsLowerAlnum(c) && c != '_' && c != '-' })
}
