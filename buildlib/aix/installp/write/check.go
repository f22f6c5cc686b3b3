package write

import (
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Check tells everything that installp, sysck or a later administrator would stumble over: a [fault.Error] for each problem,
// joined. Contents are not opened.
func Check(p *installp.Package) error {
	c := &checker{pkg: p, claims: map[string]claim{}}
	c.checkName("package", p.Name, "package "+p.Name)
	c.checkLevel(&installp.Fileset{Level: p.Level}, "package "+p.Name)
	if seconds := p.Time.Unix(); seconds < 0 || seconds > math.MaxUint32 {
		c.add("installp-time", "the package has no date that the image can hold", "package "+p.Name, p.Time.UTC().String(),
			"set it to the release's date, between 1970 and 2106")
	}
	c.checkAccounts()
	if len(p.Filesets) == 0 {
		c.add("installp-fileset", "the package has no fileset", "package "+p.Name, "", "add one, such as "+p.Name+".rte")
	}
	names := map[string]bool{}
	for i := range p.Filesets {
		f := &p.Filesets[i]
		if names[f.Name] {
			c.add("installp-fileset", "two filesets have one name", "fileset "+f.Name, "", "rename one of them")
		}
		names[f.Name] = true
		c.checkFileset(f)
	}
	for i := range p.Filesets {
		// What a fileset may count on depends on its requisites. Bad ones were told above.
		if required, err := installp.RequiredNames(p.Filesets[i].Requisites); err == nil {
			c.checkParents(&p.Filesets[i], required)
			c.checkCreated(&p.Filesets[i], required)
		}
	}
	return errors.Join(c.faults...)
}

// checker collects what is wrong with a package.
type checker struct {
	pkg    *installp.Package
	faults []error
	claims map[string]claim // by path
}

// claim says to whom a path belongs.
type claim struct {
	fileset *installp.Fileset
	file    *installp.File
}

func (c *checker) add(code, what, where, found, do string) {
	c.faults = append(c.faults, &fault.Error{Code: code, What: what, Where: where, Found: found, Do: do})
}

func (c *checker) checkFileset(f *installp.Fileset) {
	where := "fileset " + f.Name
	c.checkName("fileset", f.Name, where)
	if f.Name != c.pkg.Name && !strings.HasPrefix(f.Name, c.pkg.Name+".") {
		c.add("installp-name", "a fileset's name does not begin with the package's", where, "package "+c.pkg.Name, "call it "+c.pkg.Name+".something")
	}
	if !f.Level.IsZero() {
		c.checkLevel(f, where)
	}
	c.checkTitle(f, where)
	if _, err := installp.RequiredNames(f.Requisites); err != nil {
		c.add("installp-requisite", "a requisite is not one that lpp_name can hold", where, err.Error(), "correct the requisites of the fileset")
	}
	if f.Copyright == "" {
		c.add("installp-text", "the fileset has no copyright text", where, "", "add the text that is shown when it is installed")
	} else {
		c.checkText(where+", copyright", f.Copyright)
	}
	c.checkScripts(f, "usr", f.Usr)
	c.checkScripts(f, "root", f.Root)
	if len(f.Files)+len(f.Usr)+len(f.Root) == 0 {
		c.add("installp-fileset", "the fileset is empty", where, "neither files nor scripts", "leave it out")
	}
	for i := range f.Files {
		c.checkFile(f, &f.Files[i])
	}
}

func (c *checker) checkLevel(f *installp.Fileset, where string) {
	if err := f.Level.Check(); err != nil {
		c.add("installp-level", err.Error(), where, "", "use a level such as 8.15.2.1")
	} else if f.Level.IsZero() {
		c.add("installp-level", "the package has no level", where, "", "use a level such as 8.15.2.1")
	}
}

func (c *checker) checkFile(f *installp.Fileset, file *installp.File) {
	where := fmt.Sprintf("fileset %s, %s", f.Name, file.Path)
	for _, name := range append([]string{file.Path}, file.Links...) {
		if !c.checkPath(name, where) {
			continue
		}
		if other, taken := c.claims[name]; taken {
			c.add("installp-twice", "two objects have one path", where, fmt.Sprintf("%s in fileset %s", name, other.fileset.Name), "leave one of them out")
			continue
		}
		c.claims[name] = claim{f, file}
	}
	if file.Mode&^0o7777 != 0 {
		c.add("installp-mode", "a mode has more than the permission bits", where, fmt.Sprintf("%#o", file.Mode), "use the twelve bits of chmod, as in 02555")
	}
	switch file.Type {
	case installp.Regular:
		c.checkRegular(file, where)
	case installp.Directory:
		c.checkOwner(file, where)
		if file.Size != 0 || file.Open != nil || file.Target != "" || len(file.Links) > 0 || file.Volatile || file.Config != "" {
			c.add("installp-file", "a directory has what only files and links have", where, "content, target, links or a configuration method", "clear them")
		}
	case installp.Symlink:
		c.checkSymlink(file, where)
	default:
		c.add("installp-file", "an object is neither a file nor a directory nor a symbolic link", where, fmt.Sprintf("type %d", file.Type), "leave it out")
	}
}

func (c *checker) checkRegular(file *installp.File, where string) {
	c.checkOwner(file, where)
	switch {
	case file.Size < 0 || file.Size > math.MaxInt32:
		c.add("installp-size", "a file has a size that sysck cannot handle", where, fmt.Sprintf("%d bytes", file.Size), "keep it below 2 GiB")
	case file.Size > 0 && file.Open == nil:
		c.add("installp-file", "a file has a size but no content", where, fmt.Sprintf("%d bytes", file.Size), "set Open")
	}
	if file.Target != "" {
		c.add("installp-file", "a regular file has a target", where, file.Target, "make it a symbolic link, or clear the target")
	}
	if file.Config != "" && !slices.Contains(installp.Methods, file.Config) {
		c.add("installp-config", "installp knows no such method for configuration files", where, fmt.Sprintf("%q", file.Config), "use one of "+installp.Join(installp.Methods))
	}
	for _, link := range file.Links {
		if path.IsAbs(link) && path.IsAbs(file.Path) && rules.Volume(link) != rules.Volume(file.Path) {
			c.add("installp-link", "a hard link may be on another file system", where, link, "make it a symbolic link")
		}
	}
}

func (c *checker) checkSymlink(file *installp.File, where string) {
	c.checkTarget(file.Target, where)
	if (file.Mode != 0 && file.Mode != installp.LinkMode) || (file.Owner != "" && file.Owner != installp.LinkOwner) || (file.Group != "" && file.Group != installp.LinkGroup) {
		c.add("installp-link", "a symbolic link has an owner or a mode", where, fmt.Sprintf("%o %s:%s", file.Mode, file.Owner, file.Group),
			"clear them: links have mode 777 and belong to root and system")
	}
	if file.Size != 0 || file.Open != nil || len(file.Links) > 0 || file.Volatile || file.Config != "" {
		c.add("installp-file", "a symbolic link has what only files have", where, "content, links or a configuration method", "clear them")
	}
}

// checkOwner refuses names that may not exist on the target: sysck would stop at them (W39).
func (c *checker) checkOwner(file *installp.File, where string) {
	if _, fixed := rules.Users[file.Owner]; !fixed && !slices.Contains(c.pkg.Users, file.Owner) {
		c.add("installp-owner", fmt.Sprintf("no AIX system has a user %q of its own", file.Owner), where, "",
			"choose another owner, or create the user in pre_i and list it in Users")
	}
	if _, fixed := rules.Groups[file.Group]; !fixed && !slices.Contains(c.pkg.Groups, file.Group) {
		c.add("installp-owner", fmt.Sprintf("no AIX system has a group %q of its own", file.Group), where, "",
			"choose another group, or create the group in pre_i and list it in Groups")
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
				c.add("installp-parent", "a directory is missing: "+parent, where, "", "add it to the fileset, or to Provided if requisites bring it")
			case owner.file.Type != installp.Directory || parent != owner.file.Path:
				c.add("installp-parent", "a path goes through something that is no directory", where, parent, "rename one of them")
			case owner.fileset != f && !slices.Contains(required, owner.fileset.Name):
				c.add("installp-parent", "a directory is in a fileset that this one does not require", where,
					fmt.Sprintf("%s in fileset %s", parent, owner.fileset.Name), "add the requisite \"*prereq "+owner.fileset.Name+"\"")
			default:
				continue
			}
			told[parent] = true
		}
	}
}
