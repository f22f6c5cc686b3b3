package siteconfig

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// line is one m4 call, of a fragment's body or of the result.
type line struct{ macro, name, value string }

func (l line) String() string { return fmt.Sprintf("%s(`%s', `%s')", l.macro, l.name, l.value) }

// section is a group of lines with one origin.
type section struct {
	origin string
	lines  []line
}

// render writes the result. It depends on nothing but the request and the fragments: no time, no machine, no user.
func (s *Set) render(q Request, chosen []*Fragment) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "dnl Composed by sendmail-aix; changes made here are lost. Change the options, or the fragments in %s.\n", s.dir)
	fmt.Fprintf(&b, "dnl sendmail %s for %s with %s\n", q.Release, q.Target, strings.Join((&Set{fragments: chosen}).Names(), ","))
	layout, macros := layoutLines(q.Layout, q.Target)
	sections := targetSections(q.Target, macros, chosen)
	sections = append(sections, section{"layout: " + q.Layout.Prefix + " " + q.Layout.ConfDir + " " + q.Layout.StateDir, layout})
	for _, sec := range sections {
		fmt.Fprintf(&b, "dnl\ndnl from %s\n", sec.origin)
		for _, l := range sec.lines {
			if err := checkValue(l.name, l.value); err != nil {
				return "", fmt.Errorf("%s: %w", sec.origin, err)
			}
			fmt.Fprintln(&b, l)
		}
	}
	for _, f := range chosen {
		fmt.Fprintf(&b, "dnl\ndnl from %s/%s\n%s", s.dir, f.File, f.Body)
	}
	return b.String(), nil
}

// targetSections are the defines that follow from the compiler, the width, and where libraries are. They come first: fragments append.
func targetSections(t *target.Target, macros []string, chosen []*Fragment) []section {
	flags := t.Flags()
	def := func(name, value string) line { return line{"define", name, value} }
	compiler := section{origin: "target: " + string(t.Compiler.Kind)}
	compiler.lines = append(compiler.lines,
		def("confCC", join(t.Compiler.Path, flags.Width, flags.Processor, flags.Language)),
		def("confOPTIMIZE", flags.Optimize),
		def("confMTCCOPTS", flags.ThreadFlags),
		def("confMTLDOPTS", flags.ThreadLibs))
	system := section{origin: "target: " + t.String()}
	if t.OS == target.AIX {
		x := fmt.Sprintf("-X%d", t.Bits)
		compiler.origin = fmt.Sprintf("target: %s, %d bit", t.Compiler.Kind, t.Bits)
		compiler.lines = append(compiler.lines, def("confAR", t.Ar+" "+x), def("confRANLIBOPTS", x), def("confSTRIPOPTS", x))
		load := "-DLA_TYPE=LA_ZERO" // upstream's own choice for AIX reads /dev/kmem
		if slices.ContainsFunc(chosen, func(f *Fragment) bool { return f.defines("LA_TYPE") }) {
			load = "" // not a second -D of one macro: compilers differ in which of the two counts
		}
		system.lines = append(system.lines,
			// sendmail tests it against 40200, 40300 and 50200 alone: no larger value makes a difference.
			def("confENVDEF", join("-D_AIX5=50300 -DHASSTRERROR=1", load, strings.Join(flags.Defines, " "), strings.Join(macros, " "))),
			def("confLIBS", ""), def("confSM_OS_HEADER", "sm_os_aix"))
	} else {
		// HASFLOCK: the Berkeley DB 5 of today's distributions locks with flock, and 8.17.1 refuses it with other locks.
		system.lines = append(system.lines, def("confENVDEF", join("-DHASFLOCK=1", strings.Join(flags.Defines, " "), strings.Join(macros, " "))),
			def("confLIBS", "-lresolv -ldl"))
	}
	system.lines = append(system.lines, def("confMAPDEF", ""))
	return []section{compiler, system, librarySection(t, chosen, flags), {"traps of sendmail's build system", []line{
		def("confLIBSEARCH", ""),          // else it links a Berkeley DB that happens to be there
		def("confDEPEND_TYPE", "generic"), // a package is built once
		def("confNROFF", "false"),         // take the pages that upstream formatted: the same bytes on all machines
	}}}
}

// librarySection says where headers and libraries with a provider are.
//
// When OpenSSL is the base system's and SASL is not, both directories may hold an OpenSSL: the base system's must be found first, in
// headers and in libraries. xlc honours an -I for /usr/include; gcc and clang ignore it, and have -idirafter instead.
func librarySection(t *target.Target, chosen []*Fragment, flags target.Flags) section {
	var inc, lib []string
	ssl, sasl, origin := providers(t, chosen)
	baseFirst := isBaseFirst(ssl, chosen)
	if ssl.Include != "" {
		inc, lib = append(inc, "-I"+ssl.Include), append(lib, "-L"+ssl.Lib)
	}
	if sasl.Include != "" && sasl.Prefix != ssl.Prefix {
		if baseFirst {
			if flags.IncludeFirst != "" {
				inc = append(inc, flags.IncludeFirst)
			}
			inc, lib = append(inc, flags.IncludeAfter+sasl.Include), append(lib, "-L/usr/lib", "-L"+sasl.Lib)
		} else {
			inc, lib = append(inc, "-I"+sasl.Include), append(lib, "-L"+sasl.Lib)
		}
	}
	sec := section{origin: "target: " + strings.Join(origin, ", ")}
	sec.lines = append(sec.lines, line{"define", "confINCDIRS", strings.Join(inc, " ")}, line{"define", "confLIBDIRS", strings.Join(lib, " ")})
	// Once, and never appended to: it has commas.
	used := *t
	used.OpenSSL, used.SASL = ssl, sasl
	sec.lines = append(sec.lines, line{"define", "confLDOPTS", used.Flags().LibraryPath})
	return sec
}

// join puts blanks between the words that are there.
func join(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}
