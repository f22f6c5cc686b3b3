// Package cross makes a machine that compiles for AIX out of one that is not AIX.
//
// Three things go into it. Clang knows AIX's object format and its calling convention; the linker, the assembler and ar are GNU's,
// built once for AIX from the distribution's own source of binutils; and what stands under / of an AIX machine, headers and libraries,
// is the SDK of this package, or a copy from a real one.
//
// The result is a [host.Machine] that answers as an AIX machine of that level: its uname says AIX, its clang compiles for it, its
// ar writes AIX's archives, and what is looked for in /usr/include is found. Whoever detects, configures and compiles on an AIX
// machine does the same on this one.
package cross

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// Builder brings toolchains.
type Builder struct {
	Machine *host.Local // the one that compiles
	Environ []string    // its environment, as of os.Environ
	Cache   *cache.Cache
	Jobs    int
	Log     logrus.FieldLogger
}

// Toolchain compiles for one level and width of AIX.
type Toolchain struct {
	Bin  string // directory of its programs, to stand in PATH before all others
	Root string // what the programs take for /
	SDK  bool   // whether Root is this package's, and not a copy of a real machine's
	// Compiler tells the compiler, with what it calls, from every other, whatever the level and width that it compiles for.
	Compiler string

	Clang    string // the compiler that Bin's calls
	Binutils string // directory of the linker and the assembler
}

// Dir is the directory that all of it lies in, but for the compiler itself and a sysroot.
func (tc *Toolchain) Dir() string { return filepath.Dir(tc.Bin) }

// Machine is the machine that the toolchain makes of this one.
func (tc *Toolchain) Machine(environ []string) *host.Local {
	own := append([]string(nil), environ...)
	for i, pair := range own {
		if path, ok := strings.CutPrefix(pair, "PATH="); ok {
			own[i] = "PATH=" + tc.Bin + string(filepath.ListSeparator) + path
		}
	}
	m := host.NewLocal(own)
	m.Root = tc.Root
	return m
}

// ErrAbsent: there is no toolchain yet; [Builder.Setup] makes it.
var ErrAbsent = errors.New("no toolchain for AIX")

// Toolchain gives the toolchain for a level and width, with the SDK for /, or with sysroot when that is not empty. It makes what is missing of
// it but for the linker, which takes minutes: without one the error is an ErrAbsent.
func (b *Builder) Toolchain(ctx context.Context, t *target.Target, sysroot string) (*Toolchain, error) {
	k, err := b.kit(ctx, t, sysroot)
	if err != nil {
		return nil, err
	}
	dir, err := k.make(ctx)
	if err != nil {
		return nil, err
	}
	tc := &Toolchain{Bin: filepath.Join(dir, "bin"), Root: sysroot, Clang: k.clang, Binutils: k.binutils}
	if tc.Compiler, err = k.compiler(ctx); err != nil {
		return nil, err
	}
	if sysroot == "" {
		tc.Root, tc.SDK = filepath.Join(dir, "root"), true
	}
	return tc, nil
}

// Needed are the directories of the cache that hold the toolchain, and the sysroot if that is an archive. It makes none of them; where something is
// missing that the others depend on, they are left out.
func (b *Builder) Needed(ctx context.Context, t *target.Target, sysroot string) ([]string, error) {
	var needed []string
	if sysroot != "" && !isDir(sysroot) {
		digest, err := b.Cache.Memory.Sum(ctx, sysroot)
		if err != nil {
			return nil, err
		}
		sysroot = b.Cache.Place(unpacked, digest)
		needed = append(needed, sysroot)
	}
	k, err := b.kit(ctx, t, sysroot)
	if errors.Is(err, ErrAbsent) {
		return needed, nil
	}
	if err != nil {
		return nil, err
	}
	needed = append(needed, k.binutils)
	if file, err := b.source(ctx, false); err != nil {
		return nil, err
	} else if dir := filepath.Dir(file); filepath.Dir(dir) == filepath.Dir(k.binutils) { // without it nothing tells which linker is wanted
		needed = append(needed, dir)
	}
	key, err := k.key(ctx)
	if err != nil {
		return nil, err
	}
	return append(needed, b.Cache.Place(k.name(), key)), nil
}

// Setup makes all that toolchains need and that takes its time, and returns where that is.
func (b *Builder) Setup(ctx context.Context) (dir string, err error) {
	if _, err := Clang(ctx, b.Machine); err != nil {
		return "", err
	}
	return b.binutils(ctx, true)
}

// Clang finds the compiler on a machine. Older ones than 19 write AIX's objects incompletely. Without one the error is an ErrAbsent.
func Clang(ctx context.Context, m host.Machine) (string, error) {
	const oldest = 19
	var found []string
	for _, name := range []string{"clang-19", "clang-20", "clang-21", "clang-22", "clang"} {
		file, err := host.LookPath(ctx, m, name)
		if err != nil {
			continue
		}
		text, err := m.Recall(ctx, "version", []string{file}, func() (string, error) {
			return m.Output(ctx, host.Cmd{Argv: []string{file, "--version"}})
		})
		if ctx.Err() != nil {
			return "", err
		}
		_, version := target.ParseCompilerVersion(text)
		major := 0
		if _, err := fmt.Sscanf(version, "%d.", &major); err == nil && major >= oldest {
			return file, nil
		}
		found = append(found, fmt.Sprintf("%s is version %q", file, version))
	}
	return "", &fault.Error{
		Code: "cross-clang", What: "there is no clang that compiles for AIX here", Where: "PATH",
		Found: strings.Join(found, "\n"), Err: ErrAbsent,
		Do: fmt.Sprintf("install clang %d or newer: \"mage setup\" does", oldest),
	}
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
