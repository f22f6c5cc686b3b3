package verify

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// brings are filesets with the libraries that programs need of them, beside those of bos.rte, which every AIX has. The source of each is public;
// docs/formats.md 15.4 has them. What only RPMs bring, no requisite can name.
var brings = []struct{ fileset, libraries string }{
	{"bos.perf.libperfstat", "libperfstat.a"},
	{"openssl.base", "libssl.a libcrypto.a"},
	{"xlC.rte", "libC.a"},
	{"krb5.client.rte", "libkrb5.a libgssapi_krb5.a"},
	{"idsldap", "libibmldap.a"},
	{"X11.base.lib", "libX11.a"},
	{"X11.adt.lib", "libXau.a"},
}

// verifyLibraries looks for libraries that neither the package has nor a requisite of the fileset brings. Those in a directory of somebody's own
// are not AIX's.
func (v *verifier) verifyLibraries(file *xcoff.File, where installp.Where, name string) {
	claim := v.claims[where.Member]
	if claim == nil {
		return
	}
	required := v.required(claim.part.fileset)
	var absent []string
	for _, library := range file.Libraries() {
		if !slices.Contains([]string{"", "/usr/lib", "/lib"}, library.Path) {
			continue
		}
		for _, b := range brings {
			if !slices.Contains(strings.Fields(b.libraries), library.Base) || v.ships(library.Base) {
				continue
			}
			if !slices.ContainsFunc(required, func(r string) bool { return r == b.fileset || strings.HasPrefix(r, b.fileset+".") }) {
				absent = append(absent, fmt.Sprintf("%s of %s", library.Base, b.fileset))
			}
		}
	}
	if absent != nil {
		slices.Sort(absent)
		v.tell("15.4", where, in(name, strings.Join(slices.Compact(absent), ", ")), "")
	}
}

// ships reports whether the package has a file of this name.
func (v *verifier) ships(base string) bool {
	if v.shipped == nil {
		v.shipped = map[string]bool{}
		for name := range v.paths {
			v.shipped[path.Base(name)] = true
		}
	}
	return v.shipped[base]
}

// required are the filesets that a fileset requires in any way, and those that filesets of the image require which it requires.
func (v *verifier) required(f *installp.Info) []string {
	var all []string
	var add func(f *installp.Info)
	var names func(requisites []installp.Requisite)
	names = func(requisites []installp.Requisite) {
		for _, r := range requisites {
			names(r.Group)
			if r.Name == "" || slices.Contains(all, r.Name) {
				continue
			}
			all = append(all, r.Name)
			for i := range v.image.Filesets {
				if v.image.Filesets[i].Name == r.Name {
					add(&v.image.Filesets[i])
				}
			}
		}
	}
	add = func(f *installp.Info) {
		requisites, _ := installp.ReadRequisites(f.Requisites)
		names(requisites)
	}
	add(f)
	return all
}
