package doctor

import "github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"

// parts are the packages behind what target.Detect looks for. gcc does not bring the C library's headers on Debian.
// The Toolbox's names are those of its spec files; the compilers IBM sells are not packages of a manager.
var parts = map[target.Part][]Need{
	target.PartCompiler: {{APT: "gcc", DNF: "gcc"}, {APT: "libc6-dev", DNF: "glibc-devel"}},
	target.PartMake:     {{APT: "make", DNF: "make", Fileset: "bos.adt.base"}},
	target.PartM4:       {{APT: "m4", DNF: "m4"}},
	target.PartAr:       {{APT: "binutils", DNF: "binutils", Fileset: "bos.adt.base"}},
	target.PartOpenSSL:  {{APT: "libssl-dev", DNF: "openssl-devel", Fileset: "openssl.base"}},
	target.PartSASL:     {{APT: "libsasl2-dev", DNF: "cyrus-sasl-devel"}},
}

// onAIX are the parts whose Toolbox package has another name than Fedora's, or that brings another package along.
var onAIX = map[target.Part][]Need{
	target.PartCompiler: {{DNF: "gcc"}},
	target.PartMake:     {{Fileset: "bos.adt.base"}},
	target.PartAr:       {{Fileset: "bos.adt.base"}},
	target.PartOpenSSL:  {{Fileset: "openssl.base"}},
	target.PartSASL:     {{DNF: "cyrus-sasl"}, {DNF: "cyrus-sasl-devel"}},
}

// library is what an option links beyond OpenSSL and SASL, which have providers.
type library struct {
	name   string // as in -lNAME
	header string // its presence is taken for the library's
	need   Need   // a zero one means that the C library's own packages have it
}

var libraries = []library{
	{"db", "db.h", Need{APT: "libdb-dev", DNF: "libdb-devel"}},
	{"cdb", "cdb.h", Need{APT: "libcdb-dev", DNF: "tinycdb-devel"}},
	{"ldap", "ldap.h", Need{APT: "libldap2-dev", DNF: "openldap-devel"}},
	{"wrap", "tcpd.h", Need{APT: "libwrap0-dev", DNF: "tcp_wrappers-devel"}},
	{"icuuc", "unicode/uchar.h", Need{APT: "libicu-dev", DNF: "libicu-devel"}},
	{"perfstat", "libperfstat.h", Need{Fileset: "bos.perf.libperfstat"}},
	{"phclient", "phclient.h", Need{}},
}

// elsewhere are libraries that another check covers: those with a provider, liblber, which comes with libldap, and AIX's own libdbm.
var elsewhere = []string{"ssl", "crypto", "sasl2", "lber", "dbm"}

// filesets that compiling on AIX takes besides the compiler. bos.adt.base has make, ar and ld.
var filesets = []string{"bos.adt.base", "bos.adt.include", "bos.adt.lib"}

// program is a tool that the project's tests run: as the second reader of what we write, or to talk to the sendmail that was built.
type program struct {
	name   string
	what   string
	argv   []string // when set, its output must have answer in it
	answer string
	need   Need
}

// crossPrograms are what compiling for AIX on another system takes, besides clang. Binutils' own generated sources are not in its tarball: hence bison
// and flex. Fedora packs no source of binutils by itself.
var crossPrograms = []program{
	{name: "source of binutils", what: "has the linker for AIX in it", argv: []string{"sh", "-c", "ls /usr/src/binutils"}, answer: "binutils-",
		need: Need{APT: "binutils-source"}},
	{name: "gcc", what: "compiles the linker", need: Need{APT: "gcc", DNF: "gcc"}},
	{name: "C library", what: "has its headers", argv: []string{"sh", "-c", "ls /usr/include/stdio.h"}, answer: "stdio.h",
		need: Need{APT: "libc6-dev", DNF: "glibc-devel"}},
	{name: "make", what: "runs the makefiles", need: Need{APT: "make", DNF: "make"}},
	{name: "m4", what: "expands sendmail's makefiles", need: Need{APT: "m4", DNF: "m4"}},
	{name: "bison", what: "makes sources of the linker", need: Need{APT: "bison", DNF: "bison"}},
	{name: "flex", what: "makes sources of the linker", need: Need{APT: "flex", DNF: "flex"}},
	{name: "xz", what: "unpacks the source of binutils", need: Need{APT: "xz-utils", DNF: "xz"}},
	{name: "qemu-ppc64", what: "runs what was compiled", need: Need{APT: "qemu-user", DNF: "qemu-user"}},
	{name: "powerpc64-linux-gnu-gcc", what: "compiles the loader for that", need: Need{APT: "gcc-powerpc64-linux-gnu", DNF: "gcc-powerpc64-linux-gnu"}},
	{name: "C library for ppc64", what: "is what the loader stands on", argv: []string{"sh", "-c", "ls /usr/powerpc64-linux-gnu/include/stdio.h"}, answer: "stdio.h",
		need: Need{APT: "libc6-dev-ppc64-cross"}},
	{name: "powerpc-linux-gnu-gcc", what: "compiles the same for 32 bits", need: Need{APT: "gcc-powerpc-linux-gnu"}},
	{name: "C library for ppc32", what: "is what that loader stands on", argv: []string{"sh", "-c", "ls /usr/powerpc-linux-gnu/include/stdio.h"}, answer: "stdio.h",
		need: Need{APT: "libc6-dev-powerpc-cross"}},
}

var testPrograms = []program{
	{name: "git", what: "applies patches a second way", need: Need{APT: "git", DNF: "git"}},
	{name: "patch", what: "applies patches a third way", need: Need{APT: "patch", DNF: "patch"}},
	{name: "gpgv", what: "checks signatures a second way", need: Need{APT: "gpgv", DNF: "gnupg2"}},
	{name: "xz", what: "unpacks a second way", need: Need{APT: "xz-utils", DNF: "xz"}},
	// Debian's plain binutils read the machine's own formats alone.
	{name: "ar for AIX", what: "reads AIX archives", argv: []string{"ar", "--help"}, answer: "aix5coff64-rs6000",
		need: Need{APT: "binutils-multiarch", DNF: "binutils-powerpc64-linux-gnu"}},
	{name: "openssl", what: "talks to the built sendmail", need: Need{APT: "openssl", DNF: "openssl"}},
	{name: "saslpasswd2", what: "makes a sasldb for the built sendmail", argv: pluginViewer, answer: "sasldb",
		need: Need{APT: "sasl2-bin", DNF: "cyrus-sasl"}},
	{name: "DIGEST-MD5", what: "authenticates with the built sendmail", argv: pluginViewer, answer: "DIGEST-MD5",
		need: Need{APT: "libsasl2-modules", DNF: "cyrus-sasl-md5"}},
	{name: "LOGIN", what: "authenticates with the built sendmail", argv: pluginViewer, answer: " LOGIN",
		need: Need{APT: "libsasl2-modules", DNF: "cyrus-sasl-plain"}},
	{name: "mksh", what: "runs the package's scripts as a Korn shell", need: Need{APT: "mksh", DNF: "mksh"}},
	{name: "ksh93", what: "runs the package's scripts as another Korn shell", need: Need{APT: "ksh93u+m", DNF: "ksh"}},
	{name: "shellcheck", what: "reads the package's scripts", need: Need{APT: "shellcheck", DNF: "ShellCheck"}},
	{name: "checkbashisms", what: "reads the package's scripts another way", need: Need{APT: "devscripts", DNF: "devscripts-checkbashisms"}},
	{name: "clang-19", what: "makes objects for AIX", need: Need{APT: "clang-19", DNF: "clang"}},
	{name: "llvm-readobj-19", what: "reads objects and archives for AIX", need: Need{APT: "llvm-19", DNF: "llvm"}},
}

// pluginViewer lists the mechanisms that the SASL library has plugins for; Debian calls it by another name. It comes with
// saslpasswd2, which cannot be asked anything without changing a database.
var pluginViewer = []string{"sh", "-c", "PATH=$PATH:/usr/sbin; saslpluginviewer || pluginviewer"}
