package target

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// candidate is a compiler by name, with the places outside of PATH where IBM's packages put it.
type candidate struct {
	name   string
	places []string
}

// aixCompilers in order of preference: what IBM supports today, then the classic front end that sendmail's code was written for, then
// its clang sibling, then the free ones. Places are from IBM's installation guides: up to 12.1 /usr/vac, later one directory a version.
var aixCompilers = []candidate{
	{"ibm-clang", []string{"/opt/IBM/openxlC/17.1.4/bin", "/opt/IBM/openxlC/17.1.3/bin", "/opt/IBM/openxlC/17.1.2/bin",
		"/opt/IBM/openxlC/17.1.1/bin", "/opt/IBM/openxlC/17.1.0/bin"}},
	{"xlc", []string{"/opt/IBM/xlc/16.1.0/bin", "/opt/IBM/xlC/16.1.0/bin", "/opt/IBM/xlc/13.1.3/bin", "/opt/IBM/xlc/13.1.2/bin",
		"/opt/IBM/xlc/13.1.0/bin", "/usr/vac/bin"}},
	{"xlclang", []string{"/opt/IBM/xlC/16.1.0/bin"}},
	{"gcc", []string{ToolboxPrefix + "/bin"}},
	{"clang", []string{ToolboxPrefix + "/bin"}},
}

// CompilerPlaces are the directories in which AIX's compilers are looked for outside of PATH.
func CompilerPlaces() []string {
	var places []string
	for _, c := range aixCompilers {
		for _, place := range c.places {
			if !slices.Contains(places, place) {
				places = append(places, place)
			}
		}
	}
	return places
}

var hostCompilers = []candidate{{"gcc", nil}, {"clang", nil}, {"cc", nil}}

// compiler finds the compiler and asks it what it is.
func (d *detector) compiler(want string) {
	programs := compilerPrograms(d.t.OS, want)
	if program := d.choose(PartCompiler, programs, nil); program != "" {
		d.inspect(program)
		return
	}
	f := &fault.Error{Code: "compiler-missing", What: "there is no C compiler here", Where: "PATH and the usual directories",
		Do: cure(d.t.OS, PartCompiler)}
	if want != "" {
		f.What = "there is no compiler " + want + " here"
		cure := f.Do
		f.Do = "correct the compiler setting, or leave it out to take the best that is found"
		if want == "gcc" { // the one that the cure brings
			f.Do += "; or " + cure
		}
	}
	d.lack(PartCompiler, f)
}

// compilerPrograms are the programs that may be the compiler, the best first.
func compilerPrograms(os OS, want string) []string {
	candidates := hostCompilers
	if os == AIX {
		candidates = aixCompilers
	}
	if want != "" {
		known := slices.DeleteFunc(slices.Clone(candidates), func(c candidate) bool { return c.name != want })
		candidates = append(known, candidate{name: want})[:1]
	}
	var programs []string
	for _, c := range candidates {
		programs = append(append(programs, c.name), prefixed(c.places, c.name)...)
	}
	return programs
}

func prefixed(dirs []string, name string) []string {
	var out []string
	for _, dir := range dirs {
		out = append(out, path.Join(dir, name))
	}
	return out
}

// inspect asks a compiler for its kind and version. The text it prints counts more than its name: cc is anything, and /usr/bin/gcc is
// clang on some systems. But xlclang prints the same as xlc.
func (d *detector) inspect(program string) {
	name, options := KindOf(program), versionOptions(program, d.t.OS)
	for _, option := range options {
		kind, version := ParseCompilerVersion(d.output(program, option))
		if kind == XLC && name == XLClang {
			kind = XLClang
		}
		if kind != "" {
			d.t.Compiler = Compiler{Kind: kind, Path: program, Version: version}
			return
		}
	}
	if name == "" {
		d.lack(PartCompiler, unknownCompiler(program))
		return
	}
	d.t.Compiler = Compiler{Kind: name, Path: program}
}

// versionOptions are those that make a compiler say what it is.
func versionOptions(program string, os OS) []string {
	name := KindOf(program)
	switch {
	case name == XLC || name == XLClang:
		return []string{"-qversion"}
	case name == "" && os == AIX:
		return []string{"-qversion", "--version"}
	}
	return []string{"--version"}
}

func unknownCompiler(program string) *fault.Error {
	return &fault.Error{Code: "compiler-unknown", What: "cannot tell what kind of compiler " + program + " is",
		Do: "name one of xlc, xlclang, ibm-clang, gcc, clang, or a path that ends in such a name"}
}

// sanity is an m4 input that only a usable m4 answers with "right". AIX m4 of old took ifdef for something else, others lose a zero at the
// end of a number or text beyond some length; sendmail's own Build stops with those (devtools/bin/find_m4.sh checks the same three).
var sanity = "ifdef(`pushdef', `define(`tens', `10')define(`long', `" + strings.Repeat("name.c ", 160) + "')" +
	"ifelse(tens`'len(long), `101120', `right', `wrong')', `wrong')\n"

func askSanity(m4 string) host.Cmd {
	return host.Cmd{Argv: []string{m4}, Stdin: strings.NewReader(sanity)}
}

func m4Programs(os OS) []string {
	if os == Host {
		return []string{"m4", "gm4"}
	}
	return []string{"gm4", "gnum4", ToolboxPrefix + "/bin/m4", "m4", "/usr/ccs/bin/m4"}
}

// m4 prefers GNU m4, which does not run out of tables on sendmail's larger .cf sources.
func (d *detector) m4() {
	bad := ""
	good := d.choose(PartM4, m4Programs(d.t.OS), func(name string) bool {
		out, err := d.m.Output(d.ctx, askSanity(name))
		if err == nil && out == "right" {
			return true
		}
		bad = name
		return false
	})
	if good != "" {
		d.t.M4 = good
		return
	}
	f := &fault.Error{Code: "m4-missing", What: "there is no m4 here", Where: "PATH", Do: cure(d.t.OS, PartM4)}
	if bad != "" {
		f.Code, f.What = "m4-broken", "m4 cannot do what sendmail's makefiles need"
		f.Where, f.Found = bad, "a wrong answer to a test of ifdef, numbers and long lists"
	}
	d.lack(PartM4, f)
}

// library says how to recognise one: a header, the parser that tells its interface, and the names of its archive or shared object.
type library struct {
	part   Part
	header string
	parse  func([]byte) (string, error)
	files  []string
	order  []ProviderKind // on AIX, when the user does not say
}

var (
	// Base first: IBM cares for its security, and every box has it.
	openSSL = library{PartOpenSSL, "openssl/opensslv.h", ParseOpenSSLHeader, []string{"libssl.a", "libssl.so"}, []ProviderKind{Base, Toolbox}}
	// Toolbox first: the library that base AIX has from 7.2 TL4 on is meant for IBM's own sendmail.
	cyrusSASL = library{PartSASL, "sasl/sasl.h", ParseSASLHeader, []string{"libsasl2.a", "libsasl2.so"}, []ProviderKind{Toolbox, Base}}
)

// providers are those to try.
func (l library) providers(os OS, want string) []Provider {
	switch {
	case path.IsAbs(want):
		return []Provider{provider(Prefix, want)}
	case want != "":
		return []Provider{provider(ProviderKind(want), "")}
	case os == Host:
		return []Provider{provider(System, "")}
	}
	var all []Provider
	for _, kind := range l.order {
		all = append(all, provider(kind, ""))
	}
	return all
}

// at are the files that the library is, of a provider.
func (l library) at(p Provider) []string {
	var files []string
	for _, dir := range []string{"lib", "lib64"} {
		for _, file := range l.files {
			files = append(files, path.Join(p.Prefix, dir, file))
		}
	}
	return files
}

// library finds out where a library is. Headers and library must both be there: a box with the run-time package alone is common.
func (d *detector) library(l library, want string) Provider {
	tries := l.providers(d.t.OS, want)
	f := &fault.Error{Code: string(l.part) + "-missing", Do: cure(d.t.OS, l.part)}
	if path.IsAbs(want) {
		f.Do = "correct the " + string(l.part) + " setting; the directory must hold include/ and lib/"
	}
	var where []string
	for i, p := range tries {
		found, reason := d.inspectLibrary(l, p)
		if reason == "" {
			return found
		}
		where = append(where, reason)
		tries[i] = found
	}
	f.What, f.Where = fmt.Sprintf("cannot build with %s here", l.part), strings.Join(where, "\n")
	d.lack(l.part, f)
	return tries[0]
}

// inspectLibrary returns the provider with its interface, or why it will not do.
func (d *detector) inspectLibrary(l library, p Provider) (Provider, string) {
	headers := prefixed(d.headerDirs(p), l.header)
	texts, errs := d.m.Read(d.ctx, headers...)
	i, missed := first(headers, errs)
	if i < 0 {
		return p, missed
	}
	header, text := headers[i], []byte(texts[i])
	api, err := l.parse(text)
	if err != nil {
		return p, header + ": " + err.Error()
	}
	p.API = api
	if m := opensslText.FindSubmatch(text); m != nil {
		p.Release = string(m[1])
	}
	if p.Kind == System {
		return p, "" // its libraries lie in directories that only the linker knows
	}
	files := l.at(p)
	if i, missed = first(files, d.m.Stat(d.ctx, files...)); i >= 0 && p.Lib != "" {
		p.Lib = path.Dir(files[i])
	}
	return p, missed
}

// first is the first of the files that is there: its number, or -1 and what was looked for.
func first(names []string, errs []error) (int, string) {
	var missed []string
	for i, err := range errs {
		if err == nil {
			return i, ""
		}
		missed = append(missed, miss(names[i], err))
	}
	return -1, "no " + strings.Join(missed, "\nno ")
}

// miss tells which file was really looked at, which on a simulated machine lies elsewhere, and what else than its absence is wrong with it.
func miss(name string, err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		name, err = p.Path, p.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return name
	}
	return name + " (" + err.Error() + ")"
}

// headerDirs lists where a provider's headers may be; Debian has some in a directory named for the machine.
func (d *detector) headerDirs(p Provider) []string {
	dirs := []string{p.Prefix + "/include"}
	if p.Kind != System || d.t.Compiler.Kind == "" {
		return dirs
	}
	if d.triplet == nil {
		says := d.output(d.t.Compiler.Path, "-print-multiarch")
		d.triplet = &says
	}
	if triplet := *d.triplet; triplet != "" && !strings.ContainsAny(triplet, "/ \n") {
		dirs = append(dirs, p.Prefix+"/include/"+triplet)
	}
	return append(dirs, "/usr/local/include")
}
