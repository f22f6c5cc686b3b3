package emulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
)

// recipe makes static libraries for Linux on ppc64 out of a source package of Debian.
type recipe struct {
	source    string
	commands  []string // run by sh in the unpacked source; $CROSS and $JOBS are set
	libraries []string // what comes out
}

var recipes = []recipe{
	{
		source: "openssl",
		commands: []string{
			"./Configure linux-ppc64 --cross-compile-prefix=$CROSS --openssldir=/var/ssl no-asm no-shared no-dso no-module no-legacy no-tests",
			"make -j$JOBS build_libs",
		},
		libraries: []string{"libssl.a", "libcrypto.a"},
	},
	{
		// Passwords are for saslauthd to check: what keeps them in a file needs a database.
		source: "cyrus-sasl2",
		commands: []string{
			"./configure --host=${CROSS%-} --build=$(cc -dumpmachine) CC=${CROSS}gcc --enable-static --disable-shared --disable-sample" +
				" --disable-gssapi --disable-otp --disable-srp --disable-digest --disable-scram --disable-anon" +
				" --enable-plain --enable-login --enable-cram --with-dblib=none --without-openssl" +
				" --with-saslauthd=/var/run/saslauthd --with-plugindir=/usr/lib/sasl2 --with-configdir=/usr/lib/sasl2",
			"for part in include common plugins lib; do make -j$JOBS -C $part; done",
			"cp -L lib/.libs/libsasl2.a .", // lib/libsasl2.a is a link
		},
		libraries: []string{"libsasl2.a"},
	},
}

// MakeLibraries compiles OpenSSL and SASL for [Emulator.Libraries] out of the distribution's own source, which takes some minutes, once. The
// directory that it returns is in the cache. The packages' lists are apt-get's own, kept apart from the system's; nothing is installed.
func (e *Emulator) MakeLibraries(ctx context.Context, jobs int) (string, error) {
	if _, err := e.find(wide, wide.compiler); err != nil {
		return "", err
	}
	system, err := e.Machine.ReadFile("/etc/os-release")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", system, recipes))
	dir, err := filepath.Abs(filepath.Join(e.Cache, "emulate", "libraries-"+hex.EncodeToString(sum[:8])))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), "work-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work) // what stays behind after an error is in nobody's way
	b := libraryBuild{Emulator: e, work: work, log: filepath.Join(filepath.Dir(dir), "libraries.log"), jobs: jobs}
	if err := b.run(ctx, codename(string(system))); err != nil {
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
			f.Do = "see that make, perl and xz are there, and read the whole output in " + b.log
		}
		return "", err
	}
	if err := os.Rename(filepath.Join(work, "lib"), dir); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return dir, nil
}

// libraryBuild is one making of the libraries, in a directory of its own.
type libraryBuild struct {
	*Emulator
	work, log string
	jobs      int
}

func (b *libraryBuild) run(ctx context.Context, release string) error {
	if err := b.lists(ctx); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(b.work, "lib"), 0o755); err != nil {
		return err
	}
	for _, r := range recipes {
		if err := b.make(ctx, r, release); err != nil {
			return err
		}
	}
	return nil
}

func (b *libraryBuild) make(ctx context.Context, r recipe, release string) error {
	dir := filepath.Join(b.work, r.source)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	// Of the release itself, which stays, and not of its updates, which go.
	if err := b.apt(ctx, dir, "source", "--download-only", r.source+"/"+release); err != nil {
		return err
	}
	// Upstream's source, as it was; the distribution's changes are for its own way of building.
	if err := b.Machine.Run(ctx, host.Cmd{Argv: []string{"sh", "-c", "tar -xf *.orig.tar.[gx]z"}, Dir: dir, Log: b.log}); err != nil {
		return err
	}
	source, err := onlyDirectory(dir)
	if err != nil {
		return err
	}
	for _, command := range r.commands {
		err := b.Machine.Run(ctx, host.Cmd{
			Argv: []string{"sh", "-e", "-c", command}, Dir: source, Log: b.log,
			Env: []string{"CROSS=" + wide.tool(""), fmt.Sprintf("JOBS=%d", max(1, b.jobs))},
		})
		if err != nil {
			return err
		}
	}
	for _, l := range r.libraries {
		if err := os.Rename(filepath.Join(source, l), filepath.Join(b.work, "lib", l)); err != nil {
			return err
		}
	}
	return nil
}

// onlyDirectory is where a source package was unpacked; beside it are the package's own files.
func onlyDirectory(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, e := range entries {
		if e.IsDir() {
			found = append(found, filepath.Join(dir, e.Name()))
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("a source package was unpacked into %q, and not into one directory", found)
	}
	return found[0], nil
}

// lists gets the lists of source packages, from where the system gets its packages.
func (b *libraryBuild) lists(ctx context.Context) error {
	for _, dir := range []string{"sources", "state/lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(b.work, dir), 0o755); err != nil {
			return err
		}
	}
	found, err := filepath.Glob("/etc/apt/sources.list.d/*") // apt passes over what is named neither .list nor .sources
	if err != nil {
		return err
	}
	for _, file := range append(found, "/etc/apt/sources.list") {
		text, err := b.Machine.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(b.work, "sources", filepath.Base(file)), []byte(sourcePackages(string(text))), 0o644); err != nil {
			return err
		}
	}
	return b.apt(ctx, b.work, "update")
}

func (b *libraryBuild) apt(ctx context.Context, dir string, args ...string) error {
	argv := []string{"apt-get"}
	for _, option := range []string{
		"Dir::Etc::SourceList=/dev/null", "Dir::Etc::SourceParts=" + filepath.Join(b.work, "sources"),
		"Dir::State::Lists=" + filepath.Join(b.work, "state/lists"), "Dir::Cache=" + filepath.Join(b.work, "cache"), "APT::Sandbox::User=root",
	} {
		argv = append(argv, "-o", option)
	}
	return b.Machine.Run(ctx, host.Cmd{Argv: append(argv, args...), Dir: dir, Log: b.log})
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
