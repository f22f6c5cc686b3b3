package write

import (
	"cmp"
	"fmt"
	"math"
	"path"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
)

func (c *checker) checkFile(f *installp.Fileset, file *installp.File) {
	where := fmt.Sprintf("fileset %s, %s", f.Name, file.Path)
	for _, name := range append([]string{file.Path}, file.Links...) {
		if !c.checkPath(name, where) {
			continue
		}
		if other, taken := c.claims[name]; taken {
			c.add("W38/twice", where, fmt.Sprintf("%s in fileset %s", name, other.fileset.Name))
			continue
		}
		c.claims[name] = claim{f, file}
	}
	if file.Mode&^0o7777 != 0 {
		c.add("W6", where, fmt.Sprintf("%#o", file.Mode))
	}
	alone := file.Size != 0 || file.Open != nil || len(file.Links) > 0 || file.Volatile || file.Config != "" // what only files have
	switch file.Type {
	case installp.Regular:
		c.checkRegular(file, where)
	case installp.Directory:
		c.checkOwner(file, where)
		if alone || file.Target != "" {
			c.add("4/directory", where, "")
		}
	case installp.Symlink:
		rules.Target(file.Target, c.at(where))
		rules.Symlink(cmp.Or(file.Mode, installp.LinkMode), cmp.Or(file.Owner, installp.LinkOwner), cmp.Or(file.Group, installp.LinkGroup), c.at(where))
		if alone {
			c.add("4/symlink", where, "")
		}
	default:
		c.add("4/type", where, fmt.Sprintf("type %d", file.Type))
	}
}

// checkPath looks at one path that the package brings to the target, and reports whether it is good enough to look further.
func (c *checker) checkPath(name, where string) bool {
	before, longer := len(c.faults), 0
	if !rules.InUsrPart(name) {
		longer = len(c.pkg.InstRoot())
	}
	rules.Path(name, c.pkg.Home(), longer, c.at(where))
	return len(c.faults) == before
}

func (c *checker) checkRegular(file *installp.File, where string) {
	c.checkOwner(file, where)
	switch {
	case file.Size < 0 || file.Size > math.MaxInt32:
		c.add("W11", where, fmt.Sprintf("%d bytes", file.Size))
	case file.Size > 0 && file.Open == nil:
		c.add("4/content", where, fmt.Sprintf("%d bytes", file.Size))
	}
	if file.Target != "" {
		c.add("4/target", where, file.Target)
	}
	if file.Config != "" && !slices.Contains(installp.Methods, file.Config) {
		c.add("6.5/method", where, fmt.Sprintf("%q", file.Config))
	}
	for _, link := range file.Links {
		rules.HardLink(file.Path, link, c.at(where))
	}
}

// checkOwner refuses names that may not exist on the target: sysck would stop at them (W39).
func (c *checker) checkOwner(file *installp.File, where string) {
	if _, fixed := rules.Users[file.Owner]; !fixed && !slices.Contains(c.pkg.Users, file.Owner) {
		c.add("W39/unknown", where, fmt.Sprintf("user %q", file.Owner))
	}
	if _, fixed := rules.Groups[file.Group]; !fixed && !slices.Contains(c.pkg.Groups, file.Group) {
		c.add("W39/unknown", where, fmt.Sprintf("group %q", file.Group))
	}
}

// checkParents makes sure that each path has a directory to be in once this fileset is installed. restore would make a missing
// one, with an owner and a mode that nobody chose, and no fileset would ever remove it.
func (c *checker) checkParents(f *installp.Fileset, required []string) {
	told := map[string]bool{}
	for i := range f.Files {
		for _, name := range append([]string{f.Files[i].Path}, f.Files[i].Links...) {
			parent := path.Dir(name)
			if c.claims[name].fileset != f || told[parent] || slices.Contains(rules.AixDirectories, parent) || slices.Contains(c.pkg.Provided, parent) || parent == c.pkg.Home() {
				continue
			}
			owner, owned := c.claims[parent]
			where := fmt.Sprintf("fileset %s, %s", f.Name, name)
			switch {
			case !owned:
				c.add("9.1/missing", where, parent)
			case owner.file.Type != installp.Directory || parent != owner.file.Path:
				c.add("9.1/through", where, parent)
			case owner.fileset != f && !slices.Contains(required, owner.fileset.Name):
				c.add("9.1/required", where, fmt.Sprintf("%s in fileset %s", parent, owner.fileset.Name))
			default:
				continue
			}
			told[parent] = true
		}
	}
}
