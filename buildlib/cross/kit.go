package cross

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/target"
)

// sdk holds what we know of AIX: include as its headers stand in /usr/include, imports the names that its libraries export, start
// the code that every program begins with; programs are the toolchain's own.
//
//go:embed sdk
var sdk embed.FS

// kit is one toolchain, and what it is made from.
type kit struct {
	*Builder
	target   *target.Target
	clang    string
	binutils string // directory of its programs
	sysroot  string // "" for the SDK

	dir string // while it is made
}

// make makes the toolchain in the cache.
func (k *kit) make(ctx context.Context) (string, error) {
	version, err := k.Machine.Output(ctx, host.Cmd{Argv: []string{k.clang, "--version"}})
	if err != nil {
		return "", err
	}
	key := []string{k.target.String(), k.clang, version, k.binutils, k.sysroot}
	err = fs.WalkDir(sdk, "sdk", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := sdk.ReadFile(name)
		key = append(key, name, string(text))
		return err
	})
	if err != nil {
		return "", err
	}
	return k.once(k.target.String(), strings.Join(key, "\x00"), func(dir string) error {
		k.dir = dir
		if err := k.programs(); err != nil {
			return err
		}
		if k.sysroot != "" {
			return nil
		}
		return errors.Join(k.headers(), k.libraries(ctx))
	})
}

// suffix is what the names of AIX's 64-bit files end in.
func (k *kit) suffix() string {
	if k.target.Bits == 64 {
		return "_64"
	}
	return ""
}

// programs writes those that stand before all others in PATH.
func (k *kit) programs() error {
	bin := filepath.Join(k.dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return err
	}
	level := k.target.Level
	arch := "powerpc"
	if k.target.Bits == 64 {
		arch = "powerpc64"
	}
	root, libraries := `${0%/*}/../root`, "-lsdk -lc"
	if k.sysroot != "" {
		root, libraries = quoted(k.sysroot), "-lc"
	}
	values := strings.NewReplacer(
		"@target@", k.target.String(), "@version@", fmt.Sprint(level.Version), "@release@", fmt.Sprint(level.Release),
		"@bits@", fmt.Sprint(k.target.Bits), "@triple@", fmt.Sprintf("%s-ibm-aix%d.%d", arch, level.Version, level.Release),
		"@clang@", quoted(k.clang), "@binutils@", quoted(k.binutils), "@root@", root, "@start@", "crt0"+k.suffix()+".o", "@libraries@", libraries,
	)
	scripts, err := fs.ReadDir(sdk, "sdk/programs")
	if err != nil {
		return err
	}
	for _, s := range scripts {
		text, err := sdk.ReadFile("sdk/programs/" + s.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(bin, s.Name()), []byte(values.Replace(string(text))), 0o755); err != nil {
			return err
		}
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

// quoted is a word for the shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (k *kit) headers() error {
	headers, err := fs.Sub(sdk, "sdk/include")
	if err != nil {
		return err
	}
	return os.CopyFS(filepath.Join(k.dir, "root/usr/include"), headers)
}

// libraries writes AIX's libraries into the root, as lists of what is imported from them, and the SDK's own, with the start code.
func (k *kit) libraries(ctx context.Context) error {
	lib := filepath.Join(k.dir, "root/usr/lib")
	if err := os.MkdirAll(lib, 0o755); err != nil {
		return err
	}
	lists, err := fs.ReadDir(sdk, "sdk/imports")
	if err != nil {
		return err
	}
	for _, l := range lists {
		text, err := sdk.ReadFile("sdk/imports/" + l.Name())
		if err != nil {
			return err
		}
		list, err := importFile(string(text), k.target.Bits)
		if err != nil {
			return fmt.Errorf("sdk/imports/%s: %w", l.Name(), err)
		}
		if err := os.WriteFile(filepath.Join(lib, l.Name()+".a"), []byte(list), 0o644); err != nil {
			return err
		}
	}
	return k.startCode(ctx, lib)
}

// importFile makes what the linker reads of a list: a first line that names the library and its member, then one name a line.
func importFile(list string, bits int) (string, error) {
	var b strings.Builder
	member := ""
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		if m, ok := strings.CutPrefix(line, fmt.Sprintf("# %d ", bits)); ok {
			member = m
		} else if line != "" && !strings.HasPrefix(line, "#") {
			fmt.Fprintln(&b, line)
		}
	}
	if member == "" {
		return "", fmt.Errorf("no line names the member for %d bits", bits)
	}
	return "#! " + member + "\n" + b.String(), nil
}

// startCode compiles what every program brings along.
func (k *kit) startCode(ctx context.Context, lib string) error {
	work, err := os.MkdirTemp(k.dir, "start-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work) // it stands in a directory that is either renamed, or removed
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
	tc := &Toolchain{Bin: filepath.Join(k.dir, "bin"), Root: filepath.Join(k.dir, "root")}
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
		}
		if err != nil {
			return err
		}
		if base == "crt0" {
			if err := os.Rename(filepath.Join(work, object), filepath.Join(lib, base+k.suffix()+".o")); err != nil {
				return err
			}
			continue
		}
		ar = append(ar, object)
	}
	return run(ar...)
}
