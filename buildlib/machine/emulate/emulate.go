// Package emulate runs AIX programs, of 64 and of 32 bits, on Linux.
//
// A loader, written in C and made by the distribution's compiler for PowerPC of the same width, runs under qemu-user. It does what AIX's own loader does: it
// maps an XCOFF program, relocates it and binds its imports; and it enters the program as AIX does, so that the start code that ships is
// the start code that runs. What a program imports is a function of Linux's C library where both systems agree to the bit, and one of the
// loader's where they do not: that one translates numbers, structures and paths. The AIX side of each translation is compiled from the
// headers that the program itself was compiled with.
//
// What the loader does not have ends the program with its name, never with a wrong value: a missing object when the program is
// loaded, a missing function when it is called.
//
// A directory is the program's /. Nothing outside of it is reached but /dev/null and its like; programs that it executes are looked for
// there too, and run by the same loader when they are AIX's. It keeps a program from accidents, and is no wall against a hostile one.
package emulate

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Emulator runs AIX programs.
type Emulator struct {
	Machine host.Runner  // Linux, with qemu-user and a compiler for the width of the programs
	Cache   *cache.Cache // for the loader
	SDK     fs.FS        // AIX's headers in include, and in imports the names that its libraries export
	More    fs.FS        // further C files of the loader, whose table "more" is for programs that import what others do not; may be nil
}

// Request is one program to run.
type Request struct {
	Root    string   // directory that is the program's /
	Program string   // path below Root, of either width
	Args    []string // without the name of the program
	Env     []string // NAME=value pairs; they win over PATH, HOME, TMPDIR, LC_ALL and TZ, which every program is given
	// CPU is the processor, as qemu calls it. Without one it is the oldest that AIX runs on, so that a program for a newer one ends with SIGILL,
	// as it would on such a machine: 970fx in 64 bits, which is a POWER4 with AltiVec, and 604 in 32 bits.
	CPU string
	// Page0 lets the program read the first page of memory, which is zeros, as AIX does; start code of AIX's reads through null pointers. Without it
	// a null pointer shows, which is the stricter.
	Page0  bool
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

// What the loader exits with when it, and not the program, ends the run.
const (
	Refused = 127 // the program cannot be loaded, or an object that it imports is missing
	Missing = 126 // the program called a function that is missing
)

//go:embed loader
var sources embed.FS

// Run runs a program to its end. A program that ends with another status than 0 is an [*host.ExitError], as of any command.
func (e *Emulator) Run(ctx context.Context, r Request) error {
	root, err := filepath.Abs(r.Root)
	if err != nil {
		return err
	}
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return &fault.Error{
			Code: "emulate-root", What: "there is no directory to run " + r.Program + " in", Where: root, Err: err,
			Do: "name the directory that is to be the program's /",
		}
	}
	w := widthOf(root, r.Program)
	interpreter, err := e.find(ctx, w, w.qemu)
	if err != nil {
		return err
	}
	loader, err := e.loader(ctx, w)
	if err != nil {
		return err
	}
	processor, page0 := cmp.Or(r.CPU, w.processor), "unreadable"
	if r.Page0 {
		page0 = "readable"
	}
	program := path.Join("/", filepath.ToSlash(r.Program))
	err = e.Machine.Run(ctx, host.Cmd{
		Argv: append([]string{interpreter, "-cpu", processor, "-B", guestBase, loader, interpreter, processor, page0, root, program, program}, r.Args...),
		Dir:  root, Env: r.Env, Stdin: r.Stdin, Stdout: r.Stdout, Stderr: r.Stderr,
	})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
		f.What = "AIX program failed: " + host.Cmd{Argv: append([]string{program}, r.Args...)}.String()
	}
	return err
}

// guestBase is where in qemu's own memory the program's begins: far enough up that all of the program's addresses are free, page 0 too.
const guestBase = "0x10000000000"

// find looks for one of the commands for a width.
func (e *Emulator) find(ctx context.Context, w *width, command string) (string, error) {
	file, err := host.LookPath(ctx, e.Machine, command)
	if err != nil {
		return "", &fault.Error{
			Code: codeMissing, What: "cannot run AIX programs here: there is no " + command, Where: "PATH", Err: err,
			Do: "as root, run: apt-get install qemu-user " + w.packages,
		}
	}
	return file, nil
}

// flags compile the loader. Its long double is a double, as AIX's is: so printf and its kin take the programs' arguments.
var flags = strings.Fields(`-std=gnu17 -O2 -g1 -Wall -Wextra -static -pthread -mlong-double-64 -fno-strict-aliasing
	-D_GNU_SOURCE -I.`)

// ingredients are what a loader is made from.
type ingredients struct {
	gcc, version string
	options      []string
	libraries    []library
	texts        map[string]string
}

func (e *Emulator) ingredients(ctx context.Context, w *width) (in ingredients, err error) {
	if in.gcc, err = e.find(ctx, w, w.compiler); err != nil {
		return in, err
	}
	if in.version, err = e.Machine.Output(ctx, host.Cmd{Argv: []string{in.gcc, "--version"}}); err != nil {
		return in, err
	}
	if in.libraries, err = e.libraries(ctx, w); err != nil {
		return in, err
	}
	if in.texts, err = e.texts(); err != nil {
		return in, err
	}
	in.texts["libraries.c"] = table(in.libraries)
	in.options = slices.Concat(flags, w.flags, []string{`-DGUEST_BASE="` + guestBase + `"`})
	return in, nil
}

// key tells all that decides what the loader is.
func (in *ingredients) key(w *width) string {
	var key strings.Builder
	fmt.Fprintf(&key, "%q %q %q", w.compiler, in.version, in.options)
	for _, name := range slices.Sorted(maps.Keys(in.texts)) {
		fmt.Fprintf(&key, " %q %q", name, in.texts[name])
	}
	for _, l := range in.libraries {
		fmt.Fprintf(&key, " %q %s", l.name, l.sum)
	}
	return key.String()
}

// loaders is what loaders are called in the cache.
const loaders = "emulate/loader"

// loader is the loader's file; it is compiled unless that was done before, from the same text by the same compiler.
func (e *Emulator) loader(ctx context.Context, w *width) (string, error) {
	in, err := e.ingredients(ctx, w)
	if err != nil {
		return "", err
	}
	dir, err := e.Cache.Once(ctx, loaders, in.key(w), func(dir string) error {
		work := filepath.Join(dir, "work")
		if err := e.compile(ctx, w, append([]string{in.gcc, "-o", filepath.Join(dir, loaderName)}, in.options...), in.texts, in.libraries, work); err != nil {
			return err
		}
		return os.RemoveAll(work)
	})
	return filepath.Join(dir, loaderName), err
}

const loaderName = "loader"

// Needed are the directories of the cache that hold the loaders and their libraries, made or not, as far as this machine has compilers for them.
func (e *Emulator) Needed(ctx context.Context) ([]string, error) {
	var needed []string
	for _, w := range widths {
		in, err := e.ingredients(ctx, w)
		if fault.Code(err) == codeMissing {
			continue
		}
		if err != nil {
			return nil, err
		}
		libraries, _, err := e.LibraryDir(ctx, w.bits)
		if err != nil {
			return nil, err
		}
		needed = append(needed, libraries, e.Cache.Place(loaders, in.key(w)))
	}
	return needed, nil
}

// codeMissing is the fault of a machine that lacks what emulating takes.
const codeMissing = "emulate-missing"

// compile compiles and links the loader in the new directory work. The command's beginning says how, and where the loader goes.
func (e *Emulator) compile(ctx context.Context, w *width, argv []string, texts map[string]string, libraries []library, work string) error {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		to := filepath.Join(work, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, []byte(texts[name]), 0o644); err != nil {
			return err
		}
		if ext := path.Ext(name); ext == ".c" || ext == ".S" {
			argv = append(argv, name)
		}
	}
	argv = append(argv, "-Wl,--whole-archive") // nothing but the table, whose references are weak, asks for what is in them
	for _, l := range libraries {
		name, err := e.adapt(ctx, w, l, work)
		if err != nil {
			return err
		}
		argv = append(argv, name)
	}
	argv = append(argv, "-Wl,--no-whole-archive")
	if w.beside != "" && len(libraries) > 0 {
		argv = append(argv, w.beside)
	}
	err := e.Machine.Run(ctx, host.Cmd{Argv: argv, Dir: work})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
		f.Do = "as root, run: apt-get install " + w.packages + "; if they are there, report this as a fault of sendmail-aix"
	}
	return err
}

// texts are the files that the loader is compiled from: its own source, and AIX's headers under aix, with the prefix.
func (e *Emulator) texts() (map[string]string, error) {
	texts := make(map[string]string)
	own, err := fs.Sub(sources, "loader")
	if err != nil {
		return nil, err
	}
	read := func(fsys fs.FS, add func(name, text string)) error {
		return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(fsys, name)
			add(name, string(text))
			return err
		})
	}
	headers, err := fs.Sub(e.SDK, "include")
	if err != nil {
		return nil, err
	}
	known := func(name string) bool {
		_, err := fs.Stat(headers, name)
		return name != "" && err == nil
	}
	add := func(name, text string) { texts[name] = text }
	if e.More != nil {
		err = read(e.More, add)
	}
	err = errors.Join(err,
		read(own, add),
		read(headers, func(name, text string) {
			if path.Ext(name) == ".h" {
				texts["aix/"+name] = translated(text, known)
			}
		}))
	return texts, err
}
