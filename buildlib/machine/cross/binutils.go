package cross

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// tools are the programs of binutils that a toolchain has, by the place where the build leaves them.
var tools = map[string]string{
	"ar": "binutils/ar", "as": "gas/as-new", "ld": "ld/ld-new", "ranlib": "binutils/ranlib",
}

// configuration of binutils. One build serves all levels and both widths: the options -b32, -a32, -X32 and their like choose. It takes half the
// time without what a debugger wants, plug-ins, and the programs that no toolchain has. To optimize it takes longer than a few builds of sendmail gain.
var configuration = []string{
	"--target=powerpc-ibm-aix7.2.0.0", "--enable-64-bit-bfd", "--enable-deterministic-archives", "--disable-nls", "--disable-gdb", "--disable-sim",
	"--disable-gprof", "--disable-gprofng", "--disable-gold", "--disable-werror", "--disable-libctf", "--disable-plugins", "--without-zstd",
	"--disable-dependency-tracking", "--disable-build-warnings",
	"CFLAGS=-O0",
}

// configure is a script with a word for make as its name. What one directory's configure has found holds for those after it, which would try all of it
// again: that is near half of the time.
const configure = `"$@"
known() { from=$1; shift; for d; do mkdir -p $d; cp $from/config.cache $d/; done; }
make "$0" configure-libiberty
known libiberty intl zlib libsframe bfd
make "$0" configure-bfd
known bfd opcodes gas ld binutils
make "$0" configure-opcodes configure-gas configure-ld configure-binutils
`

// compile is one, too. By the makefile of the whole, the linker would take all programs of binutils, and each of them its manual pages; configure, told to do
// without makeinfo, looks for it all the same.
const compile = `make "$0" all-gas MAKEINFO=true TEXI2POD=true POD2MAN=true
cd ld
make "$0" ldgram.h ldemul-list.h
make "$0" ld-new
cd ../binutils
make "$0" ar ranlib
`

// initialized is a line that goes behind another one in bfd/xcofflink.c. Where a symbol's visibility begins to be, GNU's linker (2.40) leaves what
// the memory had: by it it decides what others see, and writes it into the symbol table as n_type, in some programs another one each time. With the line, sendmail
// linked for 32 bits is the same bytes whatever malloc gives (MALLOC_PERTURB_), and each n_type is 0; without it, 1,205 of 3,518 were not.
const initialized, behind = "\n      ret->visibility = 0;", "\n      ret->smclas = XMC_UA;"

// mend makes the linker's source one that links the same program each time.
func mend(source string) error {
	file := filepath.Join(source, "bfd/xcofflink.c")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, after, _ := strings.Cut(string(text), behind)
	if strings.Count(string(text), behind) != 1 {
		return &fault.Error{
			Code: "cross-source", What: "this source of binutils is not known: a program that its linker makes might not be the same each time", Where: file,
			Found: "no single line " + strings.TrimSpace(behind), Do: "put another release of binutils into " + installed + ", such as 2.40, and report this",
		}
	}
	return os.WriteFile(file, []byte(before+behind+initialized+after), 0o644)
}

// binutils tells the directory of the linker, the assembler and ar. Unless build is set, it is an ErrAbsent that they have not been built.
func (b *Builder) binutils(ctx context.Context, build bool) (string, error) {
	file, err := b.source(ctx, build)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	key := fmt.Sprint(filepath.Base(file), info.Size(), configuration, configure, compile, initialized)
	return b.Cache.Once(ctx, "cross/binutils", key, func(dir string) error {
		if !build {
			return &fault.Error{
				Code: "cross-binutils", What: "the linker for AIX has not been built yet, or is damaged", Where: filepath.Join(b.Cache.Dir, "cross"), Err: ErrAbsent,
				Do: `run "mage cross:setup"; it takes some minutes, once`,
			}
		}
		return b.buildBinutils(ctx, file, dir)
	})
}

func (b *Builder) buildBinutils(ctx context.Context, file, dir string) error {
	work := filepath.Join(dir, "work")
	log := filepath.Join(b.Cache.Dir, "cross", "binutils.log")
	if err := os.Remove(log); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	start := time.Now()
	objects, jobs := filepath.Join(work, "objects"), "-j"+strconv.Itoa(max(1, b.Jobs))
	for _, s := range []struct {
		what string
		cmd  host.Cmd
	}{
		{"unpacking", host.Cmd{Argv: []string{"tar", "xf", file, "--strip-components=1"}, Dir: work}},
		{"configuring", host.Cmd{Argv: append([]string{"sh", "-e", "-c", configure, jobs, filepath.Join(work, "configure")}, configuration...), Dir: objects}},
		{"compiling", host.Cmd{Argv: []string{"sh", "-e", "-c", compile, jobs}, Dir: objects}},
	} {
		b.Log.WithField("file", filepath.Base(file)).WithField("elapsed", time.Since(start).Round(time.Second).String()).Info(s.what + " the linker for AIX")
		if err := os.MkdirAll(objects, 0o755); err != nil {
			return err
		}
		s.cmd.Log = log
		if err := b.Machine.Run(ctx, s.cmd); err != nil {
			return err
		}
		if s.what == "unpacking" {
			if err := mend(work); err != nil {
				return err
			}
		}
	}
	for name, from := range tools {
		data, err := os.ReadFile(filepath.Join(objects, from))
		if err != nil {
			return fmt.Errorf("what the build of %s has left: %w", strings.TrimSuffix(filepath.Base(file), ".tar.xz"), err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o755); err != nil {
			return err
		}
	}
	return os.RemoveAll(work)
}
