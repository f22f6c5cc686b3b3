package installp

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Layout is what IBM's mkinstallp makes an image from: a directory that holds a template, the files that the template names, and the
// build root, in which every object of the package lies under its path on the target. [Package.LayOut] writes it.
type Layout struct {
	Dir      string
	Template string // the option -T
	Root     string // the option -d, and mkinstallp's own working directory
	Image    string // where mkinstallp leaves what it made
}

func (p *Package) layout(dir string) *Layout {
	root := filepath.Join(dir, "root")
	return &Layout{
		Dir: dir, Template: filepath.Join(dir, "template"), Root: root,
		Image: filepath.Join(root, "tmp", p.Name+"."+p.Level.String()+".bff"),
	}
}

// The files beside the template, one of each for a fileset.
func (l *Layout) copyright(f *fileset) string { return filepath.Join(l.Dir, f.Name+".copyright") }
func (l *Layout) override(f *fileset) string  { return filepath.Join(l.Dir, f.Name+".override") }
func (l *Layout) script(f *fileset, part string, step Step) string {
	return filepath.Join(l.Dir, fmt.Sprintf("%s.%s.%s", f.Name, part, step))
}

// keywords are the template's words for scripts, in the order of steps.
var keywords = map[Step]string{
	PreRm: "Pre_rm Script", PreI: "Pre-installation Script", PostI: "Post-installation Script", Config: "Configuration Script",
	PreD: "Pre-deinstall Script", Unconfig: "Unconfiguration Script", UnpostI: "Unpost-installation Script",
	UnpreI: "Unpre-installation Script",
}

// template renders the template of mkinstallp, as its README (/usr/lpp/bos/README.MKINSTALLP) and the templates of aixtools, Apache
// httpd and Chef have it. Lines are "keyword: value", and lists stand between a word and the same with EO in front:
//
//	template = "Package Name: " name, "Package VRMF: " level, "Update: N", { fileset }
//	fileset  = "Fileset", "Fileset Name: " name, "Fileset VRMF: " level, "Fileset Description: " title, "Copyright file path: " file,
//	           "USRLIBLPPFiles", { script }, "EOUSRLIBLPPFiles",
//	           "Bosboot required: N", "License agreement acceptance required: N", "Include license files in this package: N",
//	           "Requisites: " [ requisite { ";" requisite } ],
//	           "USRFiles", { path }, "EOUSRFiles",
//	           "ROOT Part: " ( "Y", "ROOTLIBLPPFiles", { script }, "EOROOTLIBLPPFiles" | "N" ),
//	           "ROOTFiles", { path }, "EOROOTFiles",
//	           "Relocatable: N", [ "OVERRIDE_INVENTORY: " file ], "EOFileset"
//	script   = keyword ": " file
//
// Paths are those on the target, files are absolute and on this machine. Blanks in front of a line mean nothing.
func (pl *plan) template(l *Layout) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	scripts := func(f *fileset, part string, scripts Scripts) {
		for _, step := range steps {
			if scripts[step] != "" {
				line("    %s: %s", keywords[step], l.script(f, part, step))
			}
		}
	}
	paths := func(p *part) {
		for _, e := range p.all() {
			line("    %s", e.Path)
		}
	}
	line("Package Name: %s", pl.pkg.Name)
	line("Package VRMF: %s", pl.pkg.Level)
	line("Update: N")
	for _, f := range pl.filesets {
		line("Fileset")
		line("  Fileset Name: %s", f.Name)
		line("  Fileset VRMF: %s", f.level)
		line("  Fileset Description: %s", f.Text)
		line("  Copyright file path: %s", l.copyright(f))
		line("  USRLIBLPPFiles")
		scripts(f, "usr", f.usr.scripts)
		line("  EOUSRLIBLPPFiles")
		line("  Bosboot required: N")
		line("  License agreement acceptance required: N")
		line("  Include license files in this package: N")
		line("%s", strings.TrimSuffix("  Requisites: "+strings.Join(f.Requisites, ";"), " "))
		line("  USRFiles")
		paths(&f.usr)
		line("  EOUSRFiles")
		if f.hasRoot() {
			line("  ROOT Part: Y")
			line("  ROOTLIBLPPFiles")
			scripts(f, "root", f.root.scripts)
			line("  EOROOTLIBLPPFiles")
		} else {
			line("  ROOT Part: N")
		}
		line("  ROOTFiles")
		paths(&f.root)
		line("  EOROOTFiles")
		line("  Relocatable: N")
		if f.overrideInventory() != "" {
			line("  OVERRIDE_INVENTORY: %s", l.override(f))
		}
		line("EOFileset")
	}
	return b.String()
}

// all are the part's objects in the order in which the template lists them: a directory before what is in it. Packagers list symbolic
// links with the files (Apache httpd lists all that find finds).
func (p *part) all() []*entry { return slices.Concat(p.files, p.links) }

// overrideInventory gives names to owners and groups, which in the build root are numbers of this machine, and says which files are
// volatile. It has the form of an inventory; what is left empty is for mkinstallp to fill in (note 7 of its README).
func (f *fileset) overrideInventory() string {
	var b strings.Builder
	for _, e := range slices.Concat(f.usr.files, f.root.files) {
		fmt.Fprintf(&b, "%s:\n", e.Path)
		value := ""
		if e.Type == Regular && e.isVolatile() {
			value = volatile
		}
		for _, attribute := range [][2]string{
			{attrOwner, e.Owner}, {attrGroup, e.Group}, {attrMode, modeWords(e.Mode)}, {attrType, ""}, {attrClass, ""},
			{attrSize, value}, {attrChecksum, value},
		} {
			b.WriteString(strings.TrimRight(attrIndent+attribute[0]+" = "+attribute[1], " ") + "\n")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// checkTemplate tells what a package can say and the template cannot.
func (p *Package) checkTemplate(l *Layout) error {
	var problems []error
	unsayable := func(what, where, found, do string) {
		problems = append(problems, &fault.Error{Code: "installp-template", What: what, Where: where, Found: found, Do: do})
	}
	if !filepath.IsAbs(l.Dir) || strings.ContainsFunc(l.Dir, isForbidden) {
		unsayable("the template cannot name files in this directory", l.Dir, "",
			"work in one whose path is absolute, of printable ASCII without blanks and "+strings.TrimSpace(forbidden))
	}
	for i := range p.Filesets {
		f := &p.Filesets[i]
		for j := range f.Files {
			file := &f.Files[j]
			where := fmt.Sprintf("fileset %s, %s", f.Name, file.Path)
			if file.Config != "" {
				unsayable("mkinstallp's template has no word for what becomes of a configuration file", where, string(file.Config),
					"install it under another name and let a script copy it where there is none yet")
			}
			if len(file.Links) > 0 {
				unsayable("mkinstallp's template has no word for hard links", where, strings.Join(file.Links, ", "), "make them symbolic links")
			}
			for _, own := range []string{"/.info", "/tmp"} {
				if file.Path == own || strings.HasPrefix(file.Path, own+"/") {
					unsayable("mkinstallp keeps files of its own there in the build root", where, own, "put the file elsewhere")
				}
			}
		}
	}
	return errors.Join(problems...)
}
