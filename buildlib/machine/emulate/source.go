package emulate

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// recipe makes static libraries, and what uses them, for Linux on ppc out of a source package of Debian.
type recipe struct {
	source   string
	commands []string // run by sh in the unpacked source, with the variables of [libraryBuild.environ]
}

// What programs import of OpenSSL stays in; what they do not, and what is made for processors that AIX had not yet, is left out, for it takes twice
// the time.
var recipes = []recipe{
	{"openssl", []string{
		"./Configure $OPENSSL --cross-compile-prefix=$TRIPLE- --prefix=$PREFIX --libdir=lib --openssldir=/var/ssl no-asm no-shared no-dso no-module" +
			" no-tests no-legacy no-afalgeng no-async no-aria no-bf no-blake2 no-camellia no-cast no-cmp no-cms no-ct no-dtls no-ec2m no-gost no-idea" +
			" no-md4 no-mdc2 no-ocb no-ocsp no-rc2 no-rc4 no-rmd160 no-scrypt no-seed no-siphash no-siv no-sm2 no-sm3 no-sm4 no-srp no-srtp no-ts" +
			" no-whirlpool -O1",
		"make -j$JOBS install_dev",
	}},
	{"gdbm", []string{
		"./configure --host=$TRIPLE --build=$(cc -dumpmachine) --prefix=$PREFIX --disable-shared --disable-nls --without-readline CFLAGS=-O1",
		"make -j$JOBS -C src install",
	}},
	// The mechanisms, and the file of passwords, that the packaged configuration names; saslauthd, which it mentions; and what makes that file.
	{"cyrus-sasl2", []string{
		"./configure --host=$TRIPLE --build=$(cc -dumpmachine) CC=\"$TRIPLE-gcc -O1\" LDFLAGS=-L$PREFIX/lib --enable-static --disable-shared --disable-sample" +
			" --disable-gssapi --disable-otp --disable-srp --disable-digest --disable-cram --disable-anon --enable-scram --enable-plain --enable-login" +
			" --with-openssl=$PREFIX --with-dblib=gdbm --with-gdbm=$PREFIX --with-dbpath=/etc/sasldb2 --with-saslauthd=/var/run/saslauthd" +
			" --with-plugindir=/usr/lib/sasl2 --with-configdir=/usr/lib/sasl2 LIBS=$LIBS",
		"for part in include common sasldb plugins lib; do make -j$JOBS -C $part; done",
		"make -C utils saslpasswd2 LDFLAGS=\"-all-static -L$PREFIX/lib\"",
		"mkdir -p $PREFIX/bin; cp utils/saslpasswd2 $PREFIX/bin; cp -L lib/.libs/libsasl2.a $PREFIX/lib",
	}},
}

// LibraryDir is where [Emulator.MakeLibraries] puts the libraries for programs of so many bits, and whether they are there. Another release of the
// distribution, or another compiler, has another directory.
func (e *Emulator) LibraryDir(ctx context.Context, bits int) (dir string, made bool, err error) {
	w := widths[bits]
	key, err := e.libraryKey(ctx, w)
	if err != nil {
		return "", false, err
	}
	dir, damage, err := e.Cache.Find(ctx, w.libraries(), key)
	return dir, damage == "", err
}

// libraries is what the directories of a width's libraries are called in the cache.
func (w *width) libraries() string { return fmt.Sprint("emulate/libraries", w.bits) }

// libraryKey tells all that decides what the libraries are.
func (e *Emulator) libraryKey(ctx context.Context, w *width) (string, error) {
	gcc, err := e.find(ctx, w, w.compiler)
	if err != nil {
		return "", err
	}
	version, err := e.Machine.Output(ctx, host.Cmd{Argv: []string{gcc, "--version"}})
	if err != nil {
		return "", err
	}
	system, err := os.ReadFile("/etc/os-release")
	return fmt.Sprintf("%q %q %q%s", version, system, recipes, w.cppflags), err
}

// MakeLibraries compiles OpenSSL and SASL out of the distribution's own source, for programs of so many bits: two minutes on an idle machine, once. In
// the directory that it returns, lib holds what loaders are made with, and bin saslpasswd2, a program for Linux on ppc. What was interrupted goes on
// where it was. The packages' lists are apt-get's own, kept apart from the system's; nothing is installed.
func (e *Emulator) MakeLibraries(ctx context.Context, bits, jobs int) (string, error) {
	w := widths[bits]
	key, err := e.libraryKey(ctx, w)
	if err != nil {
		return "", err
	}
	at, _, err := e.Cache.Find(ctx, w.libraries(), key)
	if err != nil {
		return "", err
	}
	b := libraryBuild{Emulator: e, work: at + cache.WorkSuffix, log: at + cache.LogSuffix, width: w, jobs: jobs}
	dir, err := e.Cache.Once(ctx, w.libraries(), key, func(dir string) error {
		err := b.run(ctx)
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
			f.Do = "see that make, perl and xz are there, and read the whole output in " + b.log
		}
		if err != nil {
			return err
		}
		return os.CopyFS(dir, os.DirFS(b.prefix()))
	})
	if err != nil {
		return "", err
	}
	return dir, os.RemoveAll(b.work)
}

// libraryBuild is one making of the libraries. It has a directory of its own, which stays when it is interrupted: for each step that was done there is a
// file, and make sees by itself what of its step was done.
type libraryBuild struct {
	*Emulator
	*width
	work, log string
	jobs      int
}

func (b *libraryBuild) prefix() string { return filepath.Join(b.work, "prefix") }

func (b *libraryBuild) environ() []string {
	return []string{
		"TRIPLE=" + strings.TrimSuffix(b.tool(""), "-"), "OPENSSL=" + b.openssl, "PREFIX=" + b.prefix(),
		"LIBS=" + b.beside, "CPPFLAGS=" + b.cppflags, fmt.Sprintf("JOBS=%d", max(1, b.jobs)),
	}
}

func (b *libraryBuild) run(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Join(b.work, "done"), 0o755); err != nil {
		return err
	}
	if err := b.once("sources", func() error { return b.sources(ctx) }); err != nil {
		return err
	}
	for _, r := range recipes {
		tree := filepath.Join(b.work, r.source)
		err := b.once(r.source, func() error {
			if err := errors.Join(os.RemoveAll(tree), os.Mkdir(tree, 0o755)); err != nil {
				return err
			}
			// Upstream's source, as it was; the distribution's changes are for its own way of building.
			return b.sh(ctx, b.work, fmt.Sprintf("tar -xf %[1]s_*.orig.tar.[gx]z -C %[1]s --strip-components=1", r.source))
		})
		if err := errors.Join(err, removeCut(tree)); err != nil {
			return err
		}
		for i, command := range r.commands {
			if err := b.once(fmt.Sprint(r.source, "-", i), func() error { return b.sh(ctx, tree, command) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// once does a step, unless a run before has finished it.
func (b *libraryBuild) once(step string, do func() error) error {
	done := filepath.Join(b.work, "done", step)
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	if err := do(); err != nil {
		return err
	}
	return os.WriteFile(done, nil, 0o644)
}

func (b *libraryBuild) sh(ctx context.Context, dir, command string) error {
	return b.Machine.Run(ctx, host.Cmd{Argv: []string{"sh", "-e", "-c", command}, Dir: dir, Log: b.log, Env: b.environ()})
}

// removeCut removes the objects below a directory that a compiler was stopped at: make would take them for done.
func removeCut(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(name) != ".o" {
			return err
		}
		f, err := elf.Open(name)
		if err != nil {
			return os.Remove(name)
		}
		return f.Close()
	})
}

// sources gets the source packages, from where the system gets its packages.
func (b *libraryBuild) sources(ctx context.Context) error {
	for _, dir := range []string{"apt/sources", "apt/state/lists/partial", "apt/cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(b.work, dir), 0o755); err != nil {
			return err
		}
	}
	found, err := filepath.Glob("/etc/apt/sources.list.d/*") // apt passes over what is named neither .list nor .sources
	if err != nil {
		return err
	}
	for _, file := range append(found, "/etc/apt/sources.list") {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(b.work, "apt/sources", filepath.Base(file)), []byte(sourcePackages(string(text))), 0o644); err != nil {
			return err
		}
	}
	if err := b.apt(ctx, "update"); err != nil {
		return err
	}
	system, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return err
	}
	release := codename(string(system))
	args := []string{"source", "--download-only"}
	for _, r := range recipes {
		args = append(args, r.source+"/"+release) // of the release itself, which stays, and not of its updates, which go
	}
	return b.apt(ctx, args...)
}

func (b *libraryBuild) apt(ctx context.Context, args ...string) error {
	argv := []string{"apt-get"}
	for _, option := range []string{
		"Dir::Etc::SourceList=/dev/null", "Dir::Etc::SourceParts=" + filepath.Join(b.work, "apt/sources"),
		"Dir::State::Lists=" + filepath.Join(b.work, "apt/state/lists"), "Dir::Cache=" + filepath.Join(b.work, "apt/cache"), "APT::Sandbox::User=root",
	} {
		argv = append(argv, "-o", option)
	}
	return b.Machine.Run(ctx, host.Cmd{Argv: append(argv, args...), Dir: b.work, Log: b.log})
}

// sourcePackages turns a list of where packages are into one of where their source is, in either of apt's two forms.
func sourcePackages(list string) string {
	var b strings.Builder
	for line := range strings.Lines(list) {
		if rest, ok := strings.CutPrefix(line, "deb "); ok {
			line = "deb-src " + rest
		} else if strings.HasPrefix(line, "Types:") {
			line = "Types: deb-src\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

// codename is the name of a Debian release, from its os-release.
func codename(release string) string {
	for line := range strings.Lines(release) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "VERSION_CODENAME="); ok {
			return strings.Trim(name, `"`)
		}
	}
	return "stable"
}
