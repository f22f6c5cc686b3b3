package target

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// CompilerKind groups compilers that take the same options.
type CompilerKind string

// The compilers we know the options of.
const (
	XLC      CompilerKind = "xlc"       // IBM XL C up to 16.1, the classic front end
	XLClang  CompilerKind = "xlclang"   // the clang front end of XL C 16.1
	IBMClang CompilerKind = "ibm-clang" // IBM Open XL C 17.1
	GCC      CompilerKind = "gcc"
	Clang    CompilerKind = "clang"
)

// Compiler is the C compiler of a build.
type Compiler struct {
	Kind    CompilerKind
	Path    string // program to run: a bare name when PATH finds it, else an absolute path
	Version string // "16.1.0"; "" when not known
}

// String tells the program and its version.
func (c Compiler) String() string {
	if c.Version == "" {
		return c.Path
	}
	return c.Path + " " + c.Version
}

// KindOf tells the kind of compiler that a program of this name is, or "" when the name says nothing.
// IBM's drivers with a suffix (xlc_r, ibm-clang_r) are the same compiler with thread options.
func KindOf(program string) CompilerKind {
	base := strings.TrimSuffix(path.Base(program), "_r")
	switch {
	case base == "xlc", base == "c89", base == "c99":
		return XLC
	case base == "xlclang":
		return XLClang
	case base == "ibm-clang":
		return IBMClang
	case base == "gcc", strings.HasPrefix(base, "gcc-"), strings.HasSuffix(base, "-gcc"):
		return GCC
	case base == "clang", strings.HasPrefix(base, "clang-"):
		return Clang
	}
	return ""
}

var (
	versionNumber = regexp.MustCompile(`\d+(\.\d+)+`)
	xlBanner      = regexp.MustCompile(`(?i)IBM XL C|XL C/C\+\+ for AIX`)
	gccBanner     = regexp.MustCompile(`(?i)\bgcc\b|Free Software Foundation`)
)

// ParseCompilerVersion reads what a compiler prints for -qversion (XL C) or --version (all others): its kind, as far as the text tells
// it, and its version number.
func ParseCompilerVersion(text string) (CompilerKind, string) {
	var kind CompilerKind
	switch {
	case strings.Contains(text, "IBM Open XL"):
		kind = IBMClang
	case strings.Contains(text, "xlclang"):
		kind = XLClang
	case xlBanner.MatchString(text):
		kind = XLC
	case strings.Contains(text, "clang version"):
		kind = Clang
	case gccBanner.MatchString(text):
		kind = GCC
	}
	// "IBM XL C/C++ for AIX, V16.1.0 ..." is followed by "Version: 16.01.0000.0003"; gcc puts the packager's version first, in brackets.
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if open, end := strings.Index(first, "("), strings.LastIndex(first, ")"); kind == GCC && open >= 0 && end > open {
		first = first[:open] + first[end+1:]
	}
	return kind, versionNumber.FindString(first)
}

// Flags are the options of one compiler for one target. All but LibraryPath are free of commas: sendmail's m4 files lose what follows one.
type Flags struct {
	Width        string   // 32 or 64 bits; part of the compiler command, so that it reaches the linker too
	Processor    string   // the oldest one that programs run on; part of the compiler command
	Language     string   // dialect of C; part of the compiler command
	Optimize     string   // sendmail's O=
	Defines      []string // macros that this compiler needs
	LibraryPath  string   // the linker's run-time search path, complete; may have a comma
	IncludeFirst string   // option that puts the system's headers before those of -I directories; "" when IncludeAfter does
	IncludeAfter string   // option that adds a directory behind the system's headers
	ThreadFlags  string   // for code with threads (libmilter)
	ThreadLibs   string
}

// Flags tells the options for this target's compiler.
func (t *Target) Flags() Flags {
	var f Flags
	kind := t.Compiler.Kind
	path := strings.Join(t.LibraryPath(), ":")
	switch kind {
	case XLC:
		// -qstrict: at -O2 it is implied, but upstream's file for AIX 5.3 says it and nothing is lost.
		f = Flags{Width: fmt.Sprintf("-q%d", t.Bits), Optimize: "-O2 -qstrict", LibraryPath: "-blibpath:" + path,
			// In C99 mode sendmail would take bool from <stdbool.h>, where prototypes and its old-style definitions disagree.
			Defines: []string{"-DSM_CONF_STDBOOL_H=0"},
			// xlc searches -I directories in their order, even one that it would search anyway.
			IncludeFirst: "-I/usr/include", IncludeAfter: "-I",
			ThreadFlags: "-D_THREAD_SAFE", ThreadLibs: "-lpthread"}
	case GCC:
		f = Flags{Width: fmt.Sprintf("-maix%d", t.Bits), Language: "-std=gnu99", Optimize: "-O2", LibraryPath: "-Wl,-blibpath:" + path,
			IncludeAfter: "-idirafter ", ThreadFlags: "-D_THREAD_SAFE -pthread", ThreadLibs: "-pthread"}
	default:
		f = Flags{Width: fmt.Sprintf("-m%d", t.Bits), Language: "-std=gnu17", Optimize: "-O2", LibraryPath: "-Wl,-blibpath:" + path,
			IncludeAfter: "-idirafter ", ThreadFlags: "-D_THREAD_SAFE", ThreadLibs: "-lpthread"}
	}
	if kind == XLClang || kind == XLC && major(t.Compiler.Version) >= 12 {
		// Else the time of compilation is in the symbols of each object (IBM's compiler references, from 12.1 on).
		f.Optimize += " -qnotimestamps"
	}
	switch {
	case kind == XLClang:
		f.Language = "-std=gnu99" // its clang is 4.0, which knows no gnu17
	case kind == GCC && major(t.Compiler.Version) >= 8:
		// Never the default: from gcc 15 on that is C23, where "()" means no parameters and sendmail before 8.18.2 does not compile.
		f.Language = "-std=gnu17"
	}
	f.Processor = t.processor()
	if t.OS == Host {
		f.Width, f.LibraryPath = "", ""
		f.Optimize += " -pipe" // no temporary files between the stages of gcc or clang; AIX's assembler cannot do it
		f.ThreadFlags = "-D_REENTRANT"
		f.ThreadLibs = "-lpthread"
	}
	return f
}

func major(version string) int {
	first, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(first)
	if err != nil {
		return 0 // not known counts as old
	}
	return n
}
