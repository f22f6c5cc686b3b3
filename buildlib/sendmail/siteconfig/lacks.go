package siteconfig

import (
	"cmp"
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// providers are those of OpenSSL and SASL as far as the options need them: only the directories of what they use are searched. What else
// comes from the Toolbox is found where a SASL from there would be.
func providers(t *target.Target, chosen []*Fragment) (ssl, sasl target.Provider, origin []string) {
	needs := func(p target.Part) bool {
		return slices.ContainsFunc(chosen, func(f *Fragment) bool { return f.Provider == p })
	}
	if needs(target.PartOpenSSL) {
		ssl = t.OpenSSL
		origin = append(origin, "OpenSSL from "+string(ssl.Kind))
	}
	switch {
	case needs(target.PartSASL):
		sasl = t.SASL
		origin = append(origin, "SASL from "+string(sasl.Kind))
	case t.OS == target.AIX && slices.ContainsFunc(chosen, (*Fragment).IsOfToolbox):
		sasl = target.Provider{Kind: target.Toolbox, Prefix: target.ToolboxPrefix, Include: target.ToolboxPrefix + "/include", Lib: target.ToolboxPrefix + "/lib"}
		origin = append(origin, "others from "+string(sasl.Kind))
	}
	if origin == nil {
		origin = []string{"no library with a provider"}
	}
	return ssl, sasl, origin
}

// isBaseFirst reports whether the system's own directories are searched before all others.
func isBaseFirst(ssl target.Provider, chosen []*Fragment) bool {
	return ssl.Include == "" && slices.ContainsFunc(chosen, func(f *Fragment) bool { return f.Provider == target.PartOpenSSL })
}

// IsOfToolbox reports whether the option links, on AIX, a library that the system does not have.
func (f *Fragment) IsOfToolbox() bool {
	return f.Provider == "" && len(f.Libraries) > 0 && len(f.Headers) > 0 && f.Packages.Filesets == ""
}

// Lacks tells which headers and libraries the options take and m, which compiles for t, does not have: better than a compiler that looks
// for them. As for a compiler, the first directory that has a header is the one that counts, so those that belong to it must be there,
// too. Where the linker of a host looks, it alone knows.
func (r *Result) Lacks(ctx context.Context, t *target.Target, m host.Machine) error {
	ssl, sasl, _ := providers(t, r.Fragments)
	include, lib := []string{ssl.Include, sasl.Include, "/usr/local/include", "/usr/include"}, []string{ssl.Lib, sasl.Lib, "/usr/lib", "/lib"}
	asked := t.OS == target.AIX
	if t.OS == target.AIX && isBaseFirst(ssl, r.Fragments) {
		include = []string{"/usr/include", sasl.Include}
	}
	var errs []error
	for _, f := range r.Fragments {
		if f.Provider != "" || len(f.Headers) == 0 {
			continue
		}
		lacks, where := lacking(ctx, m, include, f.Headers...)
		if lacks != nil && !asked { // it may be elsewhere
			asked = true
			include = append([]string{ssl.Include, sasl.Include}, searched(ctx, t, m)...)
			lacks, where = lacking(ctx, m, include, f.Headers...)
		}
		if lacks == nil && t.OS == target.AIX {
			for _, name := range f.Libraries {
				l, w := lacking(ctx, m, lib, "lib"+name+".a")
				lacks, where = append(lacks, l...), cmp.Or(w, where)
			}
		}
		if lacks == nil {
			continue
		}
		do := "leave the option out"
		if cure := f.Packages.Cure(t.OS == target.AIX); cure != "" && t.OS == target.AIX {
			do += `; or on the AIX machine: ` + cure + `, and collect a sysroot again as "mage cross:sysroot" tells`
		} else if cure != "" {
			do += "; or " + cure
		}
		errs = append(errs, &fault.Error{Code: "option-lacks", What: "option " + f.Option + " cannot be compiled here: no " + strings.Join(lacks, ", no "), Where: where, Do: do})
	}
	return errors.Join(errs...)
}

// searched are the directories in which the compiler itself looks for headers, as gcc and clang tell; those of most systems where it does not tell.
func searched(ctx context.Context, t *target.Target, m host.Machine) (dirs []string) {
	var said strings.Builder
	// One that does not know these options says nothing of use.
	_ = m.Run(ctx, host.Cmd{Argv: []string{t.Compiler.Path, "-E", "-v", "-x", "c", "/dev/null"}, Stderr: &said})
	_, list, _ := strings.Cut(said.String(), "<...> search starts here:\n")
	list, _, _ = strings.Cut(list, "End of search list.")
	for line := range strings.Lines(list) {
		if dir := strings.TrimSpace(line); path.IsAbs(dir) {
			dirs = append(dirs, path.Clean(dir))
		}
	}
	if dirs == nil {
		dirs = []string{"/usr/local/include", "/usr/include"}
	}
	return dirs
}

// lacking are those of the files that the first directory with the first one does not have, or that one.
func lacking(ctx context.Context, m host.Machine, dirs []string, files ...string) (lacks []string, where string) {
	dirs = slices.DeleteFunc(slices.Clone(dirs), func(dir string) bool { return dir == "" })
	for _, dir := range dirs {
		var all []string
		for _, file := range files {
			all = append(all, path.Join(dir, file))
		}
		errs := m.Stat(ctx, all...)
		if errs[0] != nil {
			continue
		}
		for i, err := range errs {
			if err != nil {
				lacks = append(lacks, files[i]+" beside "+files[0])
			}
		}
		return lacks, dir
	}
	return files[:1], strings.Join(dirs, " ")
}

// isHostMap reports whether the option is one of those that bring a type of maps to a host, of which [Set.HostMap] puts one in effect.
func (f *Fragment) isHostMap(os target.OS) bool {
	return os == target.Host && f.Map != "" && f.Targets != target.AIX && len(f.Headers) > 0
}

// HostMap makes options say which type of maps a host has. Where they name none, it is that of the first option for the release whose headers m
// has and that is not switched off: found. With the options that it returns, another host comes to the same, or cannot compile.
func (s *Set) HostMap(ctx context.Context, t *target.Target, m host.Machine, release string, options []string) (all []string, found string) {
	version, err := ParseVersion(release)
	if err != nil {
		return options, "" // Compose says what is wrong, here and below
	}
	chosen, err := s.Choose(options, t.OS)
	if err != nil || slices.ContainsFunc(chosen, func(f *Fragment) bool { return f.Map != "" }) {
		return options, ""
	}
	all = slices.Clone(options)
	var dirs []string
	for _, f := range s.fragments {
		if !f.isHostMap(t.OS) || slices.Contains(options, "no-"+f.Option) ||
			f.Since != nil && version.Compare(f.Since) < 0 || f.Before != nil && version.Compare(f.Before) >= 0 {
			continue
		}
		if dirs == nil {
			dirs = searched(ctx, t, m)
		}
		if lacks, _ := lacking(ctx, m, dirs, f.Headers...); lacks == nil {
			return append(all, f.Option), f.Option
		}
		all = append(all, "no-"+f.Option)
	}
	return all, ""
}
