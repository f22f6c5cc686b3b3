package write

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Check tells everything that installp, sysck or a later administrator would stumble over: a [fault.Error] for each problem,
// joined. Contents are not opened.
func Check(p *installp.Package) error {
	c := &checker{pkg: p, claims: map[string]claim{}}
	where := "package " + p.Name
	c.checkName(p.Name, where)
	if p.Level.IsZero() {
		c.add("7/level", where, "none")
	}
	c.checkLevel(p.Level, where)
	if seconds := p.Time.Unix(); seconds < 0 || seconds > math.MaxUint32 {
		c.add("W1/date", where, p.Time.UTC().String())
	}
	c.checkAccounts()
	if len(p.Filesets) == 0 {
		c.add("4/fileset", where, "")
	}
	names := map[string]bool{}
	for i := range p.Filesets {
		f := &p.Filesets[i]
		if names[f.Name] {
			c.add("4/name", "fileset "+f.Name, "")
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

// add tells of a rule that is not met.
func (c *checker) add(id, where, found string) {
	r := rules.Find(id)
	c.faults = append(c.faults, &fault.Error{Code: r.Code, What: r.What, Where: where, Found: found, Do: r.Remedy})
}

// at tells of what is wrong in one place.
func (c *checker) at(where string) rules.Tell {
	return func(id, got string) { c.add(id, where, got) }
}

func (c *checker) checkFileset(f *installp.Fileset) {
	where := "fileset " + f.Name
	c.checkName(f.Name, where)
	rules.Prefix(f.Name, c.pkg.Name, c.at(where))
	c.checkLevel(f.Level, where)
	rules.Title(f.Text, c.at(where))
	if _, err := installp.RequiredNames(f.Requisites); err != nil {
		c.add("5.2/read", where, err.Error())
	}
	if f.Copyright == "" {
		c.add("W23/copyright", where, "")
	} else {
		c.checkText(where+", copyright", f.Copyright)
	}
	c.checkScripts(f, "usr", f.Usr)
	c.checkScripts(f, "root", f.Root)
	if len(f.Files)+len(f.Usr)+len(f.Root) == 0 {
		c.add("4/empty", where, "")
	}
	for i := range f.Files {
		c.checkFile(f, &f.Files[i])
	}
}

func (c *checker) checkName(name, where string) {
	rules.Name(name, c.at(where))
	if rules.IsReserved(name) {
		c.add("W32", where, name)
	}
}

// checkLevel takes none, too, which for a fileset means the package's.
func (c *checker) checkLevel(level vrmf.Level, where string) {
	if err := level.Check(); err != nil {
		c.add("7/level", where, err.Error())
	}
}

func (c *checker) checkScripts(f *installp.Fileset, part string, scripts installp.Scripts) {
	for _, step := range slices.Sorted(maps.Keys(scripts)) {
		text, where := scripts[step], fmt.Sprintf("fileset %s, %s part, script %s", f.Name, part, step)
		switch {
		case !slices.Contains(installp.Steps, step):
			c.add("6.6/step", where, string(step))
		case text == "":
			c.add("6.6/empty", where, "")
		default:
			c.checkText(where, text)
			rules.Script(text, c.at(where))
		}
	}
}

// checkText tells of the first line that is wrong: the others of a text in another alphabet are wrong, too.
func (c *checker) checkText(where, text string) {
	told := map[string]bool{}
	rules.Text(text, func(id string, _ int, got string) {
		if !told[id] {
			c.add(id, where, got)
		}
		told[id] = true
	})
}

// checkAccounts looks at the declared accounts; the owners of files are looked at with the files, see checkOwner and checkCreated.
func (c *checker) checkAccounts() {
	for _, declared := range []struct {
		kind  string
		names []string
		fixed map[string]uint32
	}{{"user", c.pkg.Users, rules.Users}, {"group", c.pkg.Groups, rules.Groups}} {
		for _, name := range declared.names {
			found := fmt.Sprintf("%s %q", declared.kind, name)
			if !isAccountName(name) {
				c.add("W39/name", c.pkg.Name, found)
			}
			if _, known := declared.fixed[name]; known {
				c.add("W39/own", c.pkg.Name, found)
			}
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
			c.add("W39/created", fmt.Sprintf("fileset %s, %s", f.Name, file.Path), file.Owner+":"+file.Group+", and no pre_i script")
			return
		}
	}
}
