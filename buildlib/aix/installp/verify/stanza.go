package verify

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
)

// stanzaCheck looks at one stanza of an inventory.
type stanzaCheck struct {
	*verifier
	part *partView
	*installp.Stanza
}

func (c *stanzaCheck) wrong(rule, what, found, do string) {
	c.verifier.wrong(rule, c.part.where(installp.SuffixInventory, c.Line), what, found, do)
}

func (c *stanzaCheck) note(rule, what, found string) {
	c.verifier.note(rule, c.part.where(installp.SuffixInventory, c.Line), what, found)
}

func (c *stanzaCheck) all() {
	for _, name := range append([]string{c.Path}, c.Links...) {
		c.path(name)
		c.alone(name)
	}
	if c.Class != installp.ClassPrefix+c.part.fileset.Name {
		c.note("6.3", "the class is not that of the fileset", c.Class)
	}
	c.links()
	c.accounts()
}

func (c *stanzaCheck) path(name string) {
	long := len(name)
	if c.part.isRoot {
		long += len(c.image.InstRoot()) - 1
	}
	const parts = "files below /usr and /opt belong to the usr part, all others to the root part"
	switch {
	case !path.IsAbs(name) || path.Clean(name) != name:
		c.wrong("W33", "a path is not absolute and plain", name, "write it from the root, without '.', '..' and '//'")
	case strings.ContainsFunc(name, rules.IsForbidden):
		c.wrong("W33", "a path has a character that AIX's tools cannot bear", fmt.Sprintf("%q", name), "rename the file")
	case long > rules.MaxPath:
		c.note("W34", "a path is longer than installp's tools are known to take", name)
	case rules.InUsrPart(name) && c.part.isRoot: // where many machines share one /usr, the root part finds it write-protected (packaging chapter)
		c.wrong("4", "a path is in the wrong part", name, parts)
	case !rules.InUsrPart(name) && !c.part.isRoot: // others install like that (OpenSSH, CFEngine, SCX)
		c.note("4", "a path is in the wrong part", name+"; "+parts)
	case slices.Contains(rules.AixDirectories, name):
		c.note("9.4", "a directory of AIX itself is in the package", name)
	}
}

// alone tells of a path that something else has, too. Two apply lists with one path are told of there.
func (c *stanzaCheck) alone(name string) {
	first := c.paths[name]
	if first == c.Stanza || name == c.Path && name == first.Path && c.Type != installp.Symlink && first.Type != installp.Symlink {
		return
	}
	c.wrong("W38", "two objects have one path", fmt.Sprintf("%s is that of %s in line %d of an inventory, too", name, first.Path, first.Line),
		"leave one of them out: sysck would put a link in the place of the other")
}

// links: sysck makes hard and symbolic links, but no directories for them.
func (c *stanzaCheck) links() {
	links := c.Links
	if c.Type == installp.Symlink {
		links = []string{c.Path}
		c.symlink()
	}
	for _, link := range links {
		if dir := path.Dir(link); !c.owned[dir] && !slices.Contains(rules.AixDirectories, dir) {
			c.note("9.1", "a link is in a directory that neither AIX nor the package has; a requisite may", link)
		}
		if c.Type == installp.Regular && path.IsAbs(link) && path.IsAbs(c.Path) && rules.Volume(link) != rules.Volume(c.Path) {
			c.wrong("W38", "a hard link may be on another file system", link+" to "+c.Path, "make it a symbolic link")
		}
	}
}

func (c *stanzaCheck) symlink() {
	if c.Target == "" || strings.ContainsFunc(c.Target, rules.IsForbidden) {
		c.wrong("W37", "a symbolic link has a target that the inventory cannot hold", fmt.Sprintf("%q", c.Target), "use a plain path")
	}
	if c.Mode != installp.LinkMode || c.Owner != installp.LinkOwner || c.Group != installp.LinkGroup {
		c.note("W37", "a symbolic link has an owner or mode of its own", fmt.Sprintf("%o %s:%s", c.Mode, c.Owner, c.Group))
	}
	target := destination(c.Stanza)
	if c.owned[path.Dir(target)] && c.paths[target] == nil {
		c.note("9.1", "a symbolic link leads to nothing, in a directory of the package", c.Path+" -> "+c.Target)
	}
	if c.endless(target) {
		c.note("9.1", "a symbolic link leads round in a circle", c.Path+" -> "+c.Target)
	}
}

// endless follows links of the package; a circle may begin behind the first.
func (c *stanzaCheck) endless(target string) bool {
	const most = 40 // nobody means as many
	for range most {
		next := c.paths[target]
		if next == nil || next.Type != installp.Symlink {
			return false
		}
		target = destination(next)
	}
	return true
}

// destination is where a symbolic link leads.
func destination(s *installp.Stanza) string {
	if path.IsAbs(s.Target) {
		return path.Clean(s.Target)
	}
	return path.Join(path.Dir(s.Path), s.Target)
}

// accounts: sysck stops at the name of an account that nobody has made. AIX has some of its own, pre_i scripts make others.
func (c *stanzaCheck) accounts() {
	for _, account := range []struct {
		name  string
		fixed map[string]uint32
	}{{c.Owner, rules.Users}, {c.Group, rules.Groups}} {
		_, known := account.fixed[account.name]
		switch {
		case account.name == "" || strings.ContainsFunc(account.name, rules.IsForbidden):
			c.wrong("6.3", "an owner or group is no name", fmt.Sprintf("%q", account.name), "name an account of the target")
		case !known && !c.created[account.name]:
			c.note("W39", "an account is neither AIX's own nor in a pre_i script; a requisite may bring it", account.name+" for "+c.Path)
		}
	}
}
