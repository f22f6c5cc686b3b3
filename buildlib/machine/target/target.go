// Package target says what a build is for: which AIX level, how wide, with which compiler, and where OpenSSL and Cyrus SASL live.
//
// A [Target] comes about in one of two ways. [Detect] looks at the machine it is given and describes what is there. For an AIX level that
// this machine is not, it gives documented defaults instead: enough to configure for it, not to compile.
//
// Facts about AIX are from IBM's documents unless a comment names another source. None was tried on an AIX machine.
package target

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// OS is the kind of system a program is built for.
type OS string

// The two kinds of target.
const (
	AIX  OS = "aix"  // one of the AIX levels in [Names]
	Host OS = "host" // the machine one is on, when that is not AIX
)

// Part is a piece of a build machine that can be missing.
type Part string

// The parts of a machine that [Detect] looks for.
const (
	PartCompiler Part = "compiler"
	PartMake     Part = "make"
	PartM4       Part = "m4"
	PartAr       Part = "ar"
	PartOpenSSL  Part = "openssl"
	PartSASL     Part = "sasl"
)

// Lack is a part that was looked for and not found, or found and no good.
type Lack struct {
	Part  Part
	Fault *fault.Error
	Named bool // the user asked for this very compiler or library
}

// Target is what one build is for. [Parse] and [Detect] make it.
type Target struct {
	OS    OS
	Level Level // of AIX; zero for the host
	Bits  int   // 32 or 64; 0 for a host that nobody looked at
	// Processor is the oldest that the programs are to run on, as clang calls it; "" for the oldest of all levels, see [OldestProcessor].
	Processor string
	Compiler  Compiler
	OpenSSL   Provider
	SASL      Provider
	Make      string // program to run: a bare name when PATH finds it, else an absolute path
	M4        string
	Ar        string
	// Here is whether the target was described by looking at the machine that builds it. A target that is not here can be configured
	// for, but not compiled.
	Here  bool
	Lacks []Lack // what this machine lacks for it, in the order of the Part constants; none when Here is false

	programs map[Part]string // absolute paths of what was found
}

// Programs tells where the tools were found: absolute paths by the name of the part, such as "compiler". A step that runs them must have
// these among its inputs: another gcc of the same version that comes first in PATH has the same description, and is another program.
// They are not for what is written into makefiles, which must be the same for every user. Empty when Here is false.
func (t *Target) Programs() map[string]string {
	out := make(map[string]string, len(t.programs))
	for part, file := range t.programs {
		out[string(part)] = file
	}
	return out
}

// find remembers where a part's program is.
func (t *Target) find(part Part, file string) {
	if t.programs == nil {
		t.programs = map[Part]string{}
	}
	t.programs[part] = file
}

// ProviderKind says who delivered a library.
type ProviderKind string

// Where a library can come from.
const (
	Base    ProviderKind = "base"    // installp filesets of AIX itself, in /usr
	Toolbox ProviderKind = "toolbox" // RPM packages of IBM's AIX Toolbox, in /opt/freeware
	Prefix  ProviderKind = "prefix"  // an own build below a directory that the user named
	System  ProviderKind = "system"  // the distribution's packages, on a host that is not AIX
)

// ToolboxPrefix is where the AIX Toolbox installs its packages.
const ToolboxPrefix = "/opt/freeware"

// Provider is where a library comes from.
type Provider struct {
	Kind    ProviderKind
	Prefix  string // "/usr", [ToolboxPrefix] or the user's
	Include string // directory to add to the compiler's search; "" when the compiler looks there anyway
	Lib     string // directory to add to the linker's search; "" when the linker looks there anyway
	API     string // programming interface: "1.0.2", "1.1.1", "3.0" for OpenSSL, "2.1.28" for SASL; "" when not known
	Release string // what an OpenSSL header calls itself, such as "OpenSSL 3.0.16 11 Feb 2025": programs take that text into themselves
}

// String tells the provider and its interface in a few words.
func (p Provider) String() string {
	s := string(p.Kind)
	if p.Kind == Prefix {
		s = p.Prefix
	}
	if p.API != "" {
		s += " (" + p.API + ")"
	}
	return s
}

// levels are the AIX levels that can be built for.
var levels = []Level{{Version: 6, Release: 1}, {Version: 7, Release: 1}, {Version: 7, Release: 2}, {Version: 7, Release: 3}}

// Names lists the targets that [Parse] knows, each in its one spelling.
func Names() []string {
	names := []string{string(Host)}
	for _, l := range levels {
		for _, bits := range []int{32, 64} {
			names = append(names, name(l, bits))
		}
	}
	return names
}

func name(l Level, bits int) string {
	return fmt.Sprintf("%s%d.%d-%d", AIX, l.Version, l.Release, bits)
}

// Parse makes the target of a name, with the defaults for it. It looks at no machine: see [Detect].
func Parse(text string) (*Target, error) {
	if text == string(Host) {
		return &Target{OS: Host, Compiler: Compiler{Kind: GCC, Path: "cc"}, OpenSSL: provider(System, ""), SASL: provider(System, ""),
			Make: "make", M4: "m4", Ar: "ar"}, nil
	}
	for _, l := range levels {
		for _, bits := range []int{32, 64} {
			if text == name(l, bits) {
				return defaults(l, bits), nil
			}
		}
	}
	f := &fault.Error{Code: "target-unknown", What: fmt.Sprintf("there is no target %q", text), Do: "choose one of: " + strings.Join(Names(), " ")}
	if bound := beyond(text); bound != "" {
		f.Found, f.Do = bound, "targets are: "+strings.Join(Names(), " ")
	} else if slices.Contains(Names(), text+"-64") {
		f.Do = fmt.Sprintf("say %q or %q", text+"-32", text+"-64")
	} else if near := fault.Nearest(text, Names()); near != "" {
		f.Do = fmt.Sprintf("did you mean %q? Targets are: %s", near, strings.Join(Names(), " "))
	}
	return nil, f
}

var levelForm = regexp.MustCompile(`^aix-?([0-9]{1,2})\.([0-9]{1,2})(?:[-.].*)?$`)

// beyond says which level is the last one that can be built for when a name is of an older or a newer one, and else nothing: the nearest
// spelling of aix5.3 would be aix7.3.
func beyond(text string) string {
	m := levelForm.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	n, err := numbers(m[1:])
	if err != nil {
		return "" // the expression takes nothing else
	}
	l := Level{Version: n[0], Release: n[1]}
	switch first, last := levels[0], levels[len(levels)-1]; {
	case l.compare(first) < 0:
		return fmt.Sprintf("the oldest level that can be built for is aix%s", first)
	case l.compare(last) > 0:
		return fmt.Sprintf("the newest level that can be built for is aix%s", last)
	}
	return ""
}

// defaults describes an AIX machine that nobody looked at.
//
// Compiler: Open XL 17.1 (ibm-clang) is the one IBM supports on 7.3; before that xlc is on nearly every box that compiles.
// OpenSSL: IBM's security advisories (openssl_advisory35, May 2022) cover 1.1.1 for 7.1 and 7.2; for 6.1 1.0.2 was the last; 7.3
// has 3.0 filesets. SASL: development headers are not known to be in any base fileset, the Toolbox has them.
func defaults(l Level, bits int) *Target {
	t := &Target{OS: AIX, Level: l, Bits: bits, Compiler: Compiler{Kind: XLC, Path: "xlc"}, OpenSSL: provider(Base, ""),
		SASL: provider(Toolbox, ""), Make: "make", M4: "m4", Ar: "ar"}
	switch {
	case l.Version == 6:
		t.OpenSSL.API = "1.0.2"
	case l.Release < 3:
		t.OpenSSL.API = "1.1.1"
	default:
		t.OpenSSL.API = "3.0"
		t.Compiler = Compiler{Kind: IBMClang, Path: "ibm-clang"}
	}
	return t
}

// provider tells the directories of a kind of provider; prefix counts for [Prefix] alone.
func provider(kind ProviderKind, prefix string) Provider {
	switch kind {
	case Toolbox:
		prefix = ToolboxPrefix
	case Base, System:
		return Provider{Kind: kind, Prefix: "/usr"}
	}
	// The Toolbox keeps the 32-bit and the 64-bit member of a library in one archive in lib; lib64 holds links to it (spec file of
	// the Toolbox's cyrus-sasl).
	return Provider{Kind: kind, Prefix: prefix, Include: prefix + "/include", Lib: prefix + "/lib"}
}

// Provider is where a part that is a library comes from, if it is one.
func (t *Target) Provider(p Part) (Provider, bool) {
	switch p {
	case PartOpenSSL:
		return t.OpenSSL, true
	case PartSASL:
		return t.SASL, true
	}
	return Provider{}, false
}

// String is the name that [Parse] reads.
func (t *Target) String() string {
	if t.OS == Host {
		return string(Host)
	}
	return name(t.Level, t.Bits)
}

// Need returns the faults of those parts that the machine lacks, joined, or nil when it has them all.
func (t *Target) Need(parts ...Part) error {
	return t.faults(func(l Lack) bool { return slices.Contains(parts, l.Part) })
}

func (t *Target) faults(of func(Lack) bool) error {
	var errs []error
	for _, l := range t.Lacks {
		if of(l) {
			errs = append(errs, l.Fault)
		}
	}
	return errors.Join(errs...)
}

// Env is what every command of a build for this target must see in its environment in addition to the machine's own.
//
// M4 and MAKE make sendmail's devtools/bin/Build take the programs that were found good. OBJECT_MODE makes AIX's ar, nm, ranlib and
// strip take objects of the right width where no -X option reaches them.
func (t *Target) Env() []string {
	env := []string{"M4=" + t.M4, "MAKE=" + t.Make}
	if t.OS == AIX {
		env = append(env, fmt.Sprintf("OBJECT_MODE=%d", t.Bits))
	}
	return env
}

// LibraryPath lists the directories that a program searches for its libraries at run time, or nothing where the system's default will do.
//
// The linker of AIX records every -L directory of the build unless told otherwise, and a relative one there lets others run their code
// as root (sendmail/README, "AIX 4.X"). So the list is always given. /usr/lib and /lib come first when OpenSSL is the base system's
// and SASL is not: both directories may hold a libcrypto.a, and the program must get the one it was compiled for.
func (t *Target) LibraryPath() []string {
	if t.OS != AIX {
		return nil
	}
	base, own := []string{"/usr/lib", "/lib"}, slices.Compact([]string{t.OpenSSL.Lib, t.SASL.Lib})
	dirs := slices.Concat(own, base)
	if t.OpenSSL.Lib == "" {
		dirs = slices.Concat(base, own)
	}
	return slices.DeleteFunc(dirs, func(dir string) bool { return dir == "" })
}
