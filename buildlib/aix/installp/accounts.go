package installp

import (
	"fmt"
	"slices"
)

// The numbers of the users and groups that every AIX system has (/etc/passwd and /etc/group as AIX installs them). The image needs
// numbers, and those of the machine that builds it say nothing about the target (W12).
var (
	users = map[string]uint32{
		"root": 0, "daemon": 1, "bin": 2, "sys": 3, "adm": 4, "uucp": 5, "lpd": 9, "nobody": 4294967294,
	}
	groups = map[string]uint32{
		"system": 0, "staff": 1, "bin": 2, "sys": 3, "adm": 4, "uucp": 5, "mail": 6, "security": 7, "cron": 8, "printq": 9,
		"audit": 10, "ecs": 28, "usr": 100, "nobody": 4294967294,
	}
)

// uid and gid give the number for the image. An account that pre_i creates has no number yet; 0 stands in between restore and
// the inventory check, which goes by names (W39).
func uid(owner string) uint32 { return users[owner] }
func gid(group string) uint32 { return groups[group] }

// checkAccounts looks at the declared accounts; the owners of files are looked at with the files, see checkOwner and checkCreated.
func (c *checker) checkAccounts() {
	for _, declared := range []struct {
		kind  string
		names []string
		fixed map[string]uint32
	}{{"user", c.pkg.Users, users}, {"group", c.pkg.Groups, groups}} {
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
func (c *checker) checkCreated(f *Fileset, required []string) {
	for _, other := range c.pkg.Filesets {
		if (other.Name == f.Name || slices.Contains(required, other.Name)) && other.Usr[PreI] != "" {
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
	return !slices.ContainsFunc([]byte(name), func(c byte) bool { return !isLowerAlnum(c) && c != '_' && c != '-' })
}

func isLowerAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
}
