package doctor

import "github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"

// Filesets are those that compiling on AIX takes besides the compiler. bos.adt.base has make, ar and ld.
var Filesets = []string{"bos.adt.base", "bos.adt.include", "bos.adt.lib"}

// program is a tool that the project's tests run: as the second reader of what we write, or to talk to the sendmail that was built.
type program struct {
	name   string
	what   string
	argv   []string // when set, its output must have answer in it
	answer string
	bring  target.Packages
}

// crossPrograms are what compiling for AIX on another system takes, besides clang. Binutils' own generated sources are not in its tarball: hence bison
// and flex. The tarball itself is downloaded without its package.
var crossPrograms = []program{
	{name: "gcc", what: "compiles the linker", bring: target.Packages{Debian: "gcc", Fedora: "gcc"}},
	{name: "C library", what: "has its headers", argv: []string{"sh", "-c", "ls /usr/include/stdio.h"}, answer: "stdio.h",
		bring: target.Packages{Debian: "libc6-dev", Fedora: "glibc-devel"}},
	{name: "make", what: "runs the makefiles", bring: target.Packages{Debian: "make", Fedora: "make"}},
	{name: "m4", what: "expands sendmail's makefiles", bring: target.Packages{Debian: "m4", Fedora: "m4"}},
	{name: "bison", what: "makes sources of the linker", bring: target.Packages{Debian: "bison", Fedora: "bison"}},
	{name: "flex", what: "makes sources of the linker", bring: target.Packages{Debian: "flex", Fedora: "flex"}},
	{name: "xz", what: "unpacks the source of binutils", bring: target.Packages{Debian: "xz-utils", Fedora: "xz"}},
}

// emulators are what running programs for AIX takes, by their width. qemu-user has both kinds of qemu.
var emulators = map[int][]program{
	64: {
		{name: "qemu-ppc64", what: "runs what was compiled", bring: target.Packages{Debian: "qemu-user", Fedora: "qemu-user"}},
		{name: "powerpc64-linux-gnu-gcc", what: "compiles the loader for that", bring: target.Packages{Debian: "gcc-powerpc64-linux-gnu", Fedora: "gcc-powerpc64-linux-gnu"}},
		{name: "C library for ppc64", what: "is what the loader stands on", argv: []string{"sh", "-c", "ls /usr/powerpc64-linux-gnu/include/stdio.h"}, answer: "stdio.h",
			bring: target.Packages{Debian: "libc6-dev-ppc64-cross"}},
	},
	32: {
		{name: "qemu-ppc", what: "runs what was compiled", bring: target.Packages{Debian: "qemu-user", Fedora: "qemu-user"}},
		{name: "powerpc-linux-gnu-gcc", what: "compiles the same for 32 bits", bring: target.Packages{Debian: "gcc-powerpc-linux-gnu"}},
		{name: "C library for ppc32", what: "is what that loader stands on", argv: []string{"sh", "-c", "ls /usr/powerpc-linux-gnu/include/stdio.h"}, answer: "stdio.h",
			bring: target.Packages{Debian: "libc6-dev-powerpc-cross"}},
	},
}

var testPrograms = []program{
	{name: "git", what: "applies patches a second way", bring: target.Packages{Debian: "git", Fedora: "git"}},
	{name: "patch", what: "applies patches a third way", bring: target.Packages{Debian: "patch", Fedora: "patch"}},
	{name: "gpgv", what: "checks signatures a second way", bring: target.Packages{Debian: "gpgv", Fedora: "gnupg2"}},
	{name: "xz", what: "unpacks a second way", bring: target.Packages{Debian: "xz-utils", Fedora: "xz"}},
	// Debian's plain binutils read the machine's own formats alone.
	{name: "ar for AIX", what: "reads AIX archives", argv: []string{"ar", "--help"}, answer: "aix5coff64-rs6000",
		bring: target.Packages{Debian: "binutils-multiarch", Fedora: "binutils-powerpc64-linux-gnu"}},
	{name: "openssl", what: "talks to the built sendmail", bring: target.Packages{Debian: "openssl", Fedora: "openssl"}},
	{name: "ssh-keygen", what: "signs images and checks that", bring: target.Packages{Debian: "openssh-client", Fedora: "openssh"}},
	{name: "saslpasswd2", what: "makes a sasldb for the built sendmail", argv: pluginViewer, answer: "sasldb",
		bring: target.Packages{Debian: "sasl2-bin", Fedora: "cyrus-sasl"}},
	{name: "DIGEST-MD5", what: "authenticates with the built sendmail", argv: pluginViewer, answer: "DIGEST-MD5",
		bring: target.Packages{Debian: "libsasl2-modules", Fedora: "cyrus-sasl-md5"}},
	{name: "LOGIN", what: "authenticates with the built sendmail", argv: pluginViewer, answer: " LOGIN",
		bring: target.Packages{Debian: "libsasl2-modules", Fedora: "cyrus-sasl-plain"}},
	{name: "mksh", what: "runs the package's scripts as a Korn shell", bring: target.Packages{Debian: "mksh", Fedora: "mksh"}},
	{name: "ksh93", what: "runs the package's scripts as another Korn shell", bring: target.Packages{Debian: "ksh93u+m", Fedora: "ksh"}},
	{name: "shellcheck", what: "reads the package's scripts", bring: target.Packages{Debian: "shellcheck", Fedora: "ShellCheck"}},
	{name: "checkbashisms", what: "reads the package's scripts another way", bring: target.Packages{Debian: "devscripts", Fedora: "devscripts-checkbashisms"}},
	{name: "source of binutils", what: "is built anew in a test", argv: []string{"sh", "-c", "ls /usr/src/binutils"}, answer: "binutils-",
		bring: target.Packages{Debian: "binutils-source"}},
	{name: "clang-19", what: "makes objects for AIX", bring: target.Packages{Debian: "clang-19", Fedora: "clang"}},
	{name: "llvm-readobj-19", what: "reads objects and archives for AIX", bring: target.Packages{Debian: "llvm-19", Fedora: "llvm"}},
}

// pluginViewer lists the mechanisms that the SASL library has plugins for; Debian calls it by another name. It comes with
// saslpasswd2, which cannot be asked anything without changing a database.
var pluginViewer = []string{"sh", "-c", "PATH=$PATH:/usr/sbin; saslpluginviewer || pluginviewer"}
