package cross

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/program"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// sdk holds what we know of AIX: include as its headers stand in /usr/include, imports the names that its libraries export, start
// the code that every program begins with; programs are the toolchain's own. What others deliver as well as AIX has its headers apart:
// sasl, and openssl, of which there are several interfaces.
//
//go:embed sdk
var sdk embed.FS

// SDK is what we know of AIX: its headers in include, and in imports the names that its libraries export.
func SDK() fs.FS {
	sub, err := fs.Sub(sdk, "sdk")
	if err != nil {
		panic(err) // the name is valid
	}
	return sub
}

// each goes through the files below a directory of the SDK.
func each(dir string, do func(name, text string) error) error {
	return fs.WalkDir(sdk, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := sdk.ReadFile(name)
		if err != nil {
			return err
		}
		return do(name, string(text))
	})
}

// generation changes with what this file makes of the same SDK: what older code made is not taken from the cache then.
const generation = "3"

// kit is one toolchain, and what it is made from.
type kit struct {
	*Builder
	target   *target.Target
	clang    string
	binutils string // directory of its programs
	sysroot  string // "" for the SDK

	dir string // while it is made
}

// kit finds what a toolchain is made from.
func (b *Builder) kit(ctx context.Context, t *target.Target, sysroot string) (*kit, error) {
	clang, err := Clang(ctx, b.Machine)
	if err != nil {
		return nil, err
	}
	binutils, err := b.binutils(ctx, false)
	if err != nil {
		return nil, err
	}
	return &kit{Builder: b, target: t, clang: clang, binutils: binutils, sysroot: sysroot}, nil
}

// name is what the toolchains of this target are called in the cache.
func (k *kit) name() string { return "cross/" + k.target.String() }

// key tells all that decides what the toolchain is.
func (k *kit) key(ctx context.Context) (string, error) {
	if err := k.target.CheckProcessor(target.Clang); err != nil {
		return "", err
	}
	compiler, err := k.compiler(ctx)
	if err != nil {
		return "", err
	}
	key := []string{generation, k.target.String(), processor(k.target), fmt.Sprint(k.target.OpenSSL, k.target.SASL), compiler, k.sysroot}
	err = each("sdk", func(name, text string) error {
		key = append(key, name, text)
		return nil
	})
	if err != nil {
		return "", err
	}
	if k.sysroot != "" {
		state, err := k.state(ctx)
		if err != nil {
			return "", err
		}
		key = append(key, state)
	}
	return strings.Join(key, "\x00"), nil
}

// compiler tells clang and what it calls, which is in binutils, from every other.
func (k *kit) compiler(ctx context.Context) (string, error) {
	compiler, err := program.Digest(ctx, k.Machine, k.clang, false)
	if err != nil {
		return "", err
	}
	linker, err := cache.Recorded(k.binutils)
	return strings.Join([]string{k.clang, compiler, k.binutils, linker}, "\x00"), err
}

// make makes the toolchain in the cache.
func (k *kit) make(ctx context.Context) (string, error) {
	key, err := k.key(ctx)
	if err != nil {
		return "", err
	}
	return k.Cache.Once(ctx, k.name(), key, func(dir string) error {
		k.dir = dir
		if err := k.programs(); err != nil {
			return err
		}
		if k.sysroot != "" {
			// AIX's own start code and libraries are there. But what its compilers call at fixed addresses of the kernel, GNU ld cannot
			// link (sdk/start/string.c), and what clang calls to divide is not AIX's.
			return k.startCode(ctx, "string", "divide")
		}
		if err := k.headers(); err != nil {
			return err
		}
		return k.libraries(ctx)
	})
}

// state tells one state of a sysroot from another, so that new headers or libraries in it make a new toolchain, and that a new build.
// Like make it goes by sizes and times, not by contents: a copy of a whole machine is large.
func (k *kit) state(ctx context.Context) (string, error) {
	var b strings.Builder
	seen := map[string]bool{}
	for _, prefix := range []string{"/usr", target.ToolboxPrefix, k.target.OpenSSL.Prefix, k.target.SASL.Prefix} {
		for _, dir := range []string{filepath.Join(prefix, "include"), filepath.Join(prefix, "lib")} {
			if seen[dir] || prefix == "" {
				continue
			}
			seen[dir] = true
			err := filepath.WalkDir(filepath.Join(k.sysroot, dir), func(name string, d fs.DirEntry, err error) error {
				if errors.Is(err, fs.ErrNotExist) && d == nil {
					return nil // the library may come from elsewhere
				}
				if err = errors.Join(err, context.Cause(ctx)); err != nil {
					return err
				}
				info, err := d.Info()
				if err == nil && !d.IsDir() {
					fmt.Fprintln(&b, name, info.Mode(), info.Size(), info.ModTime().UnixNano())
				}
				return err
			})
			if err != nil {
				return "", err
			}
		}
	}
	return b.String(), nil
}

// suffix is what the names of AIX's 64-bit files end in.
func (k *kit) suffix() string { return map[int]string{64: "_64"}[k.target.Bits] }

// programs writes those that stand before all others in PATH.
func (k *kit) programs() error {
	bin := filepath.Join(k.dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return err
	}
	level := k.target.Level
	root := `${0%/*}/../root`
	if k.sysroot != "" {
		root = quoted(k.sysroot)
	}
	values := strings.NewReplacer(
		"@target@", k.target.String(), "@version@", fmt.Sprint(level.Version), "@release@", fmt.Sprint(level.Release),
		"@triple@", k.triple(), "@macros@", k.macros(),
		"@clang@", quoted(k.clang), "@cpu@", processor(k.target), "@binutils@", quoted(k.binutils), "@root@", root, "@start@", "crt0"+k.suffix()+".o",
	)
	err := each("sdk/programs", func(name, text string) error {
		return os.WriteFile(filepath.Join(bin, path.Base(name)), []byte(values.Replace(text)), 0o755)
	})
	if err != nil {
		return err
	}
	for name := range tools {
		if name == "ld" || name == "as" {
			continue // AIX's own take other arguments; clang alone calls them
		}
		if err := os.Symlink(filepath.Join(k.binutils, name), filepath.Join(bin, name)); err != nil {
			return err
		}
	}
	return nil
}

// processor is what the toolchain makes programs for unless told otherwise.
func processor(t *target.Target) string { return cmp.Or(t.Processor, target.OldestProcessor(t.Bits)) }

// triple is what clang calls the target. It is that of the oldest level for all, so that clang makes the same of the same text; what it would define for
// a later one is in macros.
func (k *kit) triple() string {
	return map[int]string{32: "powerpc", 64: "powerpc64"}[k.target.Bits] + "-ibm-aix6.1"
}

// Levels are the macros that clang defines for levels of AIX beyond the oldest: each level has its own, and those of all before it.
var Levels = []string{"_AIX71", "_AIX72", "_AIX73"}

// macros are the compiler's words for the level's macros.
func (k *kit) macros() string {
	var words []string
	for _, name := range Levels {
		if name <= fmt.Sprintf("_AIX%d%d", k.target.Level.Version, k.target.Level.Release) {
			words = append(words, "-D"+name)
		}
	}
	return strings.Join(words, " ")
}

// quoted is a word for the shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (k *kit) headers() error {
	openssl, sasl := k.target.OpenSSL, k.target.SASL
	for _, part := range []struct{ from, prefix, to string }{
		{"include", "/usr", ""},
		{"openssl/common", openssl.Prefix, "openssl"},
		{"openssl/" + openssl.API, openssl.Prefix, "openssl"},
		{"sasl", sasl.Prefix, "sasl"},
	} {
		headers, err := fs.Sub(sdk, "sdk/"+part.from)
		if err != nil {
			return err
		}
		if err := os.CopyFS(filepath.Join(k.dir, "root", part.prefix, "include", part.to), headers); err != nil {
			return err
		}
	}
	return nil
}

// libraries writes AIX's libraries into the root, as lists of what is imported from them, and the SDK's own, with the start code.
func (k *kit) libraries(ctx context.Context) error {
	err := each("sdk/imports", func(name, text string) error {
		name = path.Base(name)
		p := providerOf(name, k.target)
		lib := filepath.Join(k.dir, "root", p.Prefix, "lib")
		if err := os.MkdirAll(lib, 0o755); err != nil {
			return err
		}
		list := importFile(text, k.target.Bits, p)
		if list == "" {
			return &fault.Error{
				Code: "cross-provider", What: fmt.Sprintf("cannot link with %s from %s for %s", name, p, k.target),
				Found: "it is not known what the library's members are called there",
				Do:    "leave the setting of that library out, or let SENDMAIL_SYSROOT name a copy of a machine that has it",
			}
		}
		return os.WriteFile(filepath.Join(lib, name+".a"), []byte(list), 0o644)
	})
	if err != nil {
		return err
	}
	return k.startCode(ctx)
}

// providerOf tells whose library a program for the target takes.
func providerOf(library string, t *target.Target) target.Provider {
	switch library {
	case "libssl", "libcrypto":
		return t.OpenSSL
	case "libsasl2":
		return t.SASL
	}
	return target.Provider{Kind: target.Base, Prefix: "/usr"}
}

// importFile makes what the linker reads of a list: a first line that names the library and its member, then one name a line. Without a
// member for that width and provider it is empty.
func importFile(text string, bits int, p target.Provider) string {
	list := parseList("", text)
	member := list.Member(bits, p)
	if member == nil {
		return ""
	}
	var names strings.Builder
	for _, name := range list.Names {
		if name.IsFor(bits, p) {
			fmt.Fprintln(&names, name.Text)
		}
	}
	return "#! " + member.Text + "\n" + names.String()
}

// startCode compiles what every program brings along: all of it, or what is named.
func (k *kit) startCode(ctx context.Context, only ...string) error {
	lib := filepath.Join(k.dir, "lib")
	if err := os.Mkdir(lib, 0o755); err != nil {
		return err
	}
	work := filepath.Join(k.dir, "work")
	sources, err := fs.Sub(sdk, "sdk/start")
	if err != nil {
		return err
	}
	if err := os.CopyFS(work, sources); err != nil {
		return err
	}
	names, err := fs.ReadDir(sources, ".")
	if err != nil {
		return err
	}
	ar := []string{"ar", fmt.Sprintf("-X%d", k.target.Bits), "rc", filepath.Join(lib, "libsdk.a")}
	tc := &Toolchain{Bin: filepath.Join(k.dir, "bin"), Root: cmp.Or(k.sysroot, filepath.Join(k.dir, "root"))}
	machine := tc.Machine(k.Environ)
	run := func(argv ...string) error {
		err := machine.Run(ctx, host.Cmd{Argv: argv, Dir: work})
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
			f.Do = "report this as a fault of sendmail-aix, with the version of " + k.clang
		}
		return err
	}
	for _, entry := range names {
		base, kind, _ := strings.Cut(entry.Name(), ".")
		if len(only) > 0 && !slices.Contains(only, base) {
			continue
		}
		object := base + ".o"
		switch kind {
		case "s":
			argv := []string{filepath.Join(k.binutils, "as"), fmt.Sprintf("-a%d", k.target.Bits), "-mppc", "-o", object, entry.Name()}
			if k.target.Bits == 64 {
				argv[2] = "-mppc64"
				argv = append(argv, "--defsym", "WIDE=1")
			}
			err = run(argv...)
		case "c":
			// Each function apart, so that a program gets those it calls; and none of them turned into a call of itself.
			err = run("clang", "-std=gnu17", "-O2", "-ffunction-sections", "-ffreestanding", "-fno-builtin", "-c", "-o", object, entry.Name())
		default:
			continue // what others include
		}
		if err != nil {
			return err
		}
		if base == "crt0" {
			if err := os.Rename(filepath.Join(work, object), filepath.Join(k.dir, "root/usr/lib", base+k.suffix()+".o")); err != nil {
				return err
			}
			continue
		}
		ar = append(ar, object)
	}
	if err := run(ar...); err != nil {
		return err
	}
	return os.RemoveAll(work)
}
