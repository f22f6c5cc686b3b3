package verify

import (
	"fmt"
	"path"
	"slices"
	"strconv"
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

func (c *stanzaCheck) tell(id, got string) {
	c.verifier.tell(id, c.part.where(installp.SuffixInventory, c.Line), got, "")
}

func (c *stanzaCheck) all() {
	for _, name := range append([]string{c.Path}, c.Links...) {
		c.path(name)
		c.alone(name)
	}
	if strings.Join(strings.FieldsFunc(c.Class, func(r rune) bool { return strings.ContainsRune(", \t", r) }), ",") != installp.ClassPrefix+c.part.fileset.Name {
		c.tell("6.3/class", c.Class)
	}
	c.links()
	c.accounts()
}

func (c *stanzaCheck) path(name string) {
	longer := 0
	if c.part.isRoot {
		longer = len(c.image.InstRoot(c.part.fileset)) - 1
	}
	rules.Path(name, installp.LppDirectory+c.image.Package, longer, c.tell)
	switch {
	case !path.IsAbs(name):
	case rules.InUsrPart(name) && c.part.isRoot: // where many machines share one /usr, the root part finds it write-protected (packaging chapter)
		c.tell("4/root", name)
	case !rules.InUsrPart(name) && !c.part.isRoot: // others install like that (OpenSSH, CFEngine, SCX)
		c.tell("4/usr", name)
	}
}

// alone tells of a path that something else has, too. Two apply lists with one path are told of there.
func (c *stanzaCheck) alone(name string) {
	first := c.paths[name]
	if first == c.Stanza || name == c.Path && name == first.Path && c.Type != installp.Symlink && first.Type != installp.Symlink {
		return
	}
	c.tell("W38/twice", fmt.Sprintf("%s is that of %s in line %d of an inventory, too", name, first.Path, first.Line))
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
			c.tell("9.1/parent", link)
		}
		if c.Type == installp.Regular {
			rules.HardLink(c.Path, link, c.tell)
		}
	}
}

func (c *stanzaCheck) symlink() {
	rules.Target(c.Target, c.tell)
	rules.Symlink(c.Mode, c.Owner, c.Group, c.tell)
	target := destination(c.Stanza)
	if c.owned[path.Dir(target)] && c.paths[target] == nil {
		c.tell("9.1/nothing", c.Path+" -> "+c.Target)
	}
	if c.endless(target) {
		c.tell("9.1/circle", c.Path+" -> "+c.Target)
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
		if _, err := strconv.ParseUint(account.name, 10, 32); err == nil { // sysck's page takes numbers
			known = true
		}
		switch {
		case account.name == "":
			c.tell("6.3/open", c.Path)
		case strings.ContainsFunc(account.name, rules.IsForbidden):
			c.tell("6.3/account", fmt.Sprintf("%q", account.name))
		case !known && !c.created[account.name]:
			c.tell("W39/unknown", account.name+" for "+c.Path)
		}
	}
}
