package build

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/version"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/program"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// origin is what a record says of what was run, and of the machine: that of a build now.
func (b *Build) origin(ctx context.Context) (r record.Record, err error) {
	if r.Tools, err = b.tools(ctx); err != nil {
		return r, err
	}
	if r.Machine, err = b.machine(ctx); err != nil {
		return r, err
	}
	r.Sysroot, err = b.sysroot(ctx)
	return r, err
}

// first is the first line of what a command of a machine says, "" where it says nothing or is not there.
func first(ctx context.Context, m host.Runner, argv ...string) string {
	out, err := m.Output(ctx, host.Cmd{Argv: argv})
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(out, "\n")
	return line
}

// said is all that a command says, whatever its status is: it may be that of a part that is missing.
func said(ctx context.Context, m host.Runner, argv ...string) string {
	var out strings.Builder
	_ = m.Run(ctx, host.Cmd{Argv: argv, Stdout: &out})
	return out.String()
}

// tools are the programs that take part in a build: what each says of its version, or else its content, and the content of the compiler whatever it
// says.
func (b *Build) tools(ctx context.Context) (map[string]string, error) {
	m, t := b.means.Machine, b.Target
	tools := map[string]string{
		"sendmail-aix": version.Number, "compiler": t.Compiler.String(), "processor": t.Flags().Processor, "openssl": t.OpenSSL.Release, "sasl": t.SASL.API,
	}
	if revision := b.revisionOfThis(ctx); revision != "" {
		tools["revision"] = revision
	}
	programs := map[string]string{"m4": t.M4, "make": t.Make, "ar": t.Ar, "ld": target.Linker}
	compiler, calls := t.Programs()[string(target.PartCompiler)], true
	if tc := b.means.Toolchain; tc != nil {
		programs["ld"] = filepath.Join(tc.Binutils, "ld") // clang calls it, and none of PATH
		compiler, calls = tc.Clang, false
	}
	q := host.Questions{Output: b.machineCommands(), Find: slices.Sorted(maps.Values(programs))}
	for _, file := range q.Find {
		q.Output = append(q.Output, host.Cmd{Argv: []string{file, "--version"}})
	}
	if err := m.Expect(ctx, q); err != nil {
		return nil, err
	}
	for name, file := range programs {
		if tools[name] = first(ctx, m, file, "--version"); tools[name] != "" {
			continue
		}
		tools[name] = "unknown"
		if found, err := host.LookPath(ctx, m, file); err == nil {
			sums, err := m.Sums(ctx, found)
			if err != nil {
				return nil, err
			}
			tools[name] = sums[0]
		}
	}
	if compiler != "" {
		content, err := program.Content(ctx, m, compiler, calls)
		if err != nil {
			return nil, err
		}
		tools["content of compiler"] = content
	}
	if t.OS == target.Host {
		tools["libc"] = cmp.Or(first(ctx, m, "ldd", "--version"), "unknown")
	}
	if b.Packager == checkout.PackagerMkinstallp {
		tools["mkinstallp"] = cmp.Or(first(ctx, m, "lslpp", "-Lcq", insttools), "unknown")
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return tools, nil
}

// revisionOfThis is the commit of this project that the program, or else the checkout, is of; with a plus behind it when it is not quite that.
func (b *Build) revisionOfThis(ctx context.Context) string {
	revision, modified := "", false
	if v := version.This(); v.Revision != "" {
		revision, modified = v.Revision, v.Modified
	} else {
		git := func(args ...string) string {
			return first(ctx, b.checkout.Machine, append([]string{"git", "-C", b.checkout.Root}, args...)...)
		}
		if top, err := filepath.EvalSymlinks(git("rev-parse", "--show-toplevel")); err != nil || top != b.checkout.Root {
			return "" // no repository, or another one around the checkout
		}
		revision, modified = git("rev-parse", "HEAD"), git("status", "--porcelain", "--untracked-files=no") != ""
	}
	if revision != "" && modified {
		revision += "+"
	}
	return revision
}

// deciding are the filesets of a machine of AIX that decide what is built on it, besides those of the options: its libraries and headers, OpenSSL, and
// IBM's compilers, by the names that these have had.
var deciding = regexp.MustCompile(`^(bos\.rte(\.libc)?|bos\.adt\..*|openssl\..*|vac.*|xl[cC].*|openxlC.*|ibm-.*clang.*)$`)

// machineCommands ask a machine of AIX for its system, level, filesets and packages. The -m of uname is left out: it is the number of this very machine.
func (b *Build) machineCommands() []host.Cmd {
	rpm := []string{"rpm", "-q", "--queryformat", `%{NAME} %{VERSION}-%{RELEASE}\n`, "m4", "make", "gcc"}
	for _, f := range b.Site.Fragments {
		rpm = append(rpm, strings.Fields(f.Packages.Toolbox)...)
	}
	return []host.Cmd{{Argv: []string{"uname", "-srv"}}, {Argv: []string{"oslevel", "-s"}}, {Argv: []string{"lslpp", "-Lcq"}}, {Argv: rpm}}
}

// machine is the machine that compiled. On AIX it tells level, filesets and packages.
func (b *Build) machine(ctx context.Context) (map[string]string, error) {
	facts := make(map[string]string)
	if b.means.Toolchain != nil || b.Target.OS != target.AIX {
		facts["system"] = cmp.Or(first(ctx, b.checkout.Machine, "uname", "-srvm"), "unknown")
		return facts, ctx.Err()
	}
	m, commands := b.means.Machine, b.machineCommands()
	facts["system"] = cmp.Or(first(ctx, m, commands[0].Argv...), "unknown")
	facts["oslevel"] = cmp.Or(first(ctx, m, commands[1].Argv...), "unknown")
	ours := []string{}
	for _, f := range b.Site.Fragments {
		ours = append(ours, strings.Fields(f.Packages.Filesets)...)
	}
	for line := range strings.Lines(said(ctx, m, commands[2].Argv...)) {
		f := strings.Split(line, ":")
		if len(f) > 7 && f[6] != "R" && (deciding.MatchString(f[1]) || slices.Contains(ours, f[1])) {
			facts["fileset "+f[1]] = f[2]
		}
	}
	// Of those that are not there it says so, in a line of more words.
	for line := range strings.Lines(said(ctx, m, commands[3].Argv...)) {
		if f := strings.Fields(line); len(f) == 2 {
			facts["rpm "+f[0]] = f[1]
		}
	}
	return facts, ctx.Err()
}

// sysroot is a hash for each directory with headers or libraries that are compiled and linked with: of a sysroot or the SDK all that a compiler for the target
// finds, of a host OpenSSL and SASL alone. A machine of AIX without a sysroot tells it by its filesets.
func (b *Build) sysroot(ctx context.Context) (map[string]string, error) {
	root := b.checkout.Sysroot
	if tc := b.means.Toolchain; tc != nil {
		root = tc.Root
	}
	sums := make(map[string]string)
	switch {
	case b.Target.OS == target.Host:
		return sums, b.hostLibraries(ctx, sums)
	case root == "":
		return sums, nil
	}
	for _, prefix := range []string{"/usr", target.ToolboxPrefix, b.Target.OpenSSL.Prefix, b.Target.SASL.Prefix} {
		for _, sub := range []string{"include", "lib"} {
			dir := filepath.Join(root, prefix, sub)
			err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
				if errors.Is(err, fs.ErrNotExist) && name == dir {
					return nil
				}
				if err = errors.Join(err, context.Cause(ctx)); err != nil || !d.IsDir() {
					return err
				}
				return b.sumDirectory(ctx, sums, root, name, func(string) bool { return true })
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return sums, nil
}

// sumDirectory adds the hash of the files in a directory, by its name below root. Which files count, only tells.
func (b *Build) sumDirectory(ctx context.Context, sums map[string]string, root, dir string, only func(name string) bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	h, some := sha256.New(), false
	for _, e := range entries {
		file := filepath.Join(dir, e.Name())
		if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || !only(e.Name()) {
			continue // a link to nowhere is one for the compiler, too
		}
		sum, err := b.checkout.Machine.Memory.Sum(ctx, file)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s  %s\n", sum, e.Name())
		some = true
	}
	if name, err := filepath.Rel(root, dir); some && err == nil {
		sums[filepath.ToSlash(name)] = hex.EncodeToString(h.Sum(nil))
	}
	return nil
}

// hostLibraries adds the hashes of what a host has of OpenSSL and SASL, in the places where a compiler of Linux looks.
func (b *Build) hostLibraries(ctx context.Context, sums map[string]string) error {
	var dirs []string
	for _, p := range []target.Provider{b.Target.OpenSSL, b.Target.SASL} {
		for _, place := range []string{
			path.Join(p.Include, "openssl"), path.Join(p.Include, "sasl"), p.Lib, "/usr/include/openssl", "/usr/include/*/openssl", "/usr/include/sasl", "/usr/lib", "/usr/lib/*",
		} {
			found, err := filepath.Glob(filepath.Join(b.checkout.Machine.Root, place))
			if err != nil {
				return err
			}
			if path.IsAbs(place) {
				dirs = append(dirs, found...)
			}
		}
	}
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		err := b.sumDirectory(ctx, sums, b.checkout.Machine.Root, dir, func(name string) bool {
			isOne := strings.HasPrefix(name, "libssl.") || strings.HasPrefix(name, "libcrypto.") || strings.HasPrefix(name, "libsasl2.")
			return isOne || strings.HasSuffix(name, ".h") && slices.Contains([]string{"openssl", "sasl"}, filepath.Base(dir))
		})
		if err != nil {
			return err
		}
	}
	return nil
}
