package mkinstallp

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Layout is what IBM's mkinstallp makes an image from: a directory that holds a template, the files that the template names, and the
// build root, in which every object of the package lies under its path on the target. [LayOut] writes it.
type Layout struct {
	Dir      string
	Template string // the option -T
	Root     string // the option -d, and mkinstallp's own working directory
	Image    string // where mkinstallp leaves what it made
}

func layout(p *installp.Package, dir string) *Layout {
	root := filepath.Join(dir, "root")
	return &Layout{
		Dir: dir, Template: filepath.Join(dir, "template"), Root: root,
		Image: filepath.Join(root, "tmp", p.Name+"."+p.Level.String()+".bff"),
	}
}

// The files beside the template, one of each for a fileset.
func (l *Layout) copyright(f *write.Fileset) string { return filepath.Join(l.Dir, f.Name+".copyright") }
func (l *Layout) override(f *write.Fileset) string  { return filepath.Join(l.Dir, f.Name+".override") }
func (l *Layout) script(f *write.Fileset, part string, step installp.Step) string {
	return filepath.Join(l.Dir, fmt.Sprintf("%s.%s.%s", f.Name, part, step))
}

// keywords are the template's words for scripts, in the order of steps.
var keywords = map[installp.Step]string{
	installp.PreRm: "Pre_rm Script", installp.PreI: "Pre-installation Script", installp.PostI: "Post-installation Script", installp.Config: "Configuration Script",
	installp.PreD: "Pre-deinstall Script", installp.Unconfig: "Unconfiguration Script", installp.UnpostI: "Unpost-installation Script",
	installp.UnpreI: "Unpre-installation Script",
}

// form is the template of mkinstallp, as its README (/usr/lpp/bos/README.MKINSTALLP) and the templates of aixtools, Apache httpd and Chef
// have it: lines "keyword: value", and lists between a word and the same with EO in front. Paths are those on the target, files are
// absolute and on this machine. Blanks in front of a line mean nothing.
const form = `Package Name: {{.Pkg.Name}}
Package VRMF: {{.Pkg.Level}}
Update: N
{{range .Filesets}}Fileset
  Fileset Name: {{.Name}}
  Fileset VRMF: {{.Level}}
  Fileset Description: {{.Text}}
  Copyright file path: {{copyright .}}
  USRLIBLPPFiles
{{scripts . "usr" .Usr.Scripts}}  EOUSRLIBLPPFiles
  Bosboot required: N
  License agreement acceptance required: N
  Include license files in this package: N
  Requisites:{{with .Requisites}} {{join . ";"}}{{end}}
  USRFiles
{{range .Usr.All}}    {{.Path}}
{{end}}  EOUSRFiles
{{if .HasRoot}}  ROOT Part: Y
  ROOTLIBLPPFiles
{{scripts . "root" .Root.Scripts}}  EOROOTLIBLPPFiles
{{else}}  ROOT Part: N
{{end}}  ROOTFiles
{{range .Root.All}}    {{.Path}}
{{end}}  EOROOTFiles
  Relocatable: N
{{if overrides .}}  OVERRIDE_INVENTORY: {{override .}}
{{end}}EOFileset
{{end}}`

func (l *Layout) fill(pl *write.Arrangement) (string, error) {
	scripts := func(f *write.Fileset, part string, scripts installp.Scripts) string {
		var b strings.Builder
		for _, step := range installp.Steps {
			if scripts[step] != "" {
				fmt.Fprintf(&b, "    %s: %s\n", keywords[step], l.script(f, part, step))
			}
		}
		return b.String()
	}
	var b strings.Builder
	err := template.Must(template.New("").Funcs(template.FuncMap{
		"copyright": l.copyright, "override": l.override, "overrides": overrideInventory, "scripts": scripts, "join": strings.Join,
	}).Parse(form)).Execute(&b, pl)
	return b.String(), err
}

// overrideInventory gives names to owners and groups, which in the build root are numbers of this machine, and says which files are
// volatile. It has the form of an inventory; what is left empty is for mkinstallp to fill in (note 7 of its README).
func overrideInventory(f *write.Fileset) string {
	var b strings.Builder
	for _, e := range slices.Concat(f.Usr.Files, f.Root.Files) {
		fmt.Fprintf(&b, "%s:\n", e.Path)
		value := ""
		if e.Type == installp.Regular && e.IsVolatile() {
			value = installp.Volatile
		}
		for _, attribute := range [][2]string{
			{installp.AttrOwner, e.Owner}, {installp.AttrGroup, e.Group}, {installp.AttrMode, installp.ModeWords(e.Mode)}, {installp.AttrType, ""}, {installp.AttrClass, ""},
			{installp.AttrSize, value}, {installp.AttrChecksum, value},
		} {
			b.WriteString(strings.TrimRight(installp.AttrIndent+attribute[0]+" = "+attribute[1], " ") + "\n")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// checkTemplate tells what a package can say and the template cannot.
func checkTemplate(p *installp.Package, l *Layout) error {
	var problems []error
	unsayable := func(what, where, found, do string) {
		problems = append(problems, &fault.Error{Code: "installp-template", What: what, Where: where, Found: found, Do: do})
	}
	if !filepath.IsAbs(l.Dir) || strings.ContainsFunc(l.Dir, rules.IsForbidden) {
		unsayable("the template cannot name files in this directory", l.Dir, "",
			"work in one whose path is absolute, of "+rules.Plain)
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
