package emulate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// builtIn are the libraries that the loader itself stands for.
var builtIn = map[string]bool{"libc": true, "libpthreads": true, "libdbm": true}

// library is one that is made for Linux on ppc. The functions of OpenSSL and SASL are AIX's, too: both go by the same calling convention, and neither
// library has types that are the system's.
type library struct {
	name    string
	file    string
	sum     string   // of its content
	imports []string // what programs may import
}

// libraries finds what the loader for programs of this width is to be made with: nothing until [Emulator.MakeLibraries] has been there.
func (e *Emulator) libraries(ctx context.Context, w *width) ([]library, error) {
	dir, made, err := e.LibraryDir(ctx, w.bits)
	if !made || err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "lib", "lib*.a"))
	if err != nil {
		return nil, err
	}
	var found []library
	for _, file := range files {
		l := library{name: strings.TrimSuffix(filepath.Base(file), ".a"), file: file}
		if l.sum, err = e.Cache.Memory.Sum(ctx, file); err != nil {
			return nil, err
		}
		list, err := fs.ReadFile(e.SDK, "imports/"+l.name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // another library wants it, and no program
			return nil, err
		}
		l.imports = names(string(list))
		found = append(found, l)
	}
	return found, nil
}

// Lacks are the libraries that a program below root was linked with and that the loader has not. It starts without them, and ends at the first call of
// theirs. What is no program lacks nothing: to run it says what is wrong.
func (e *Emulator) Lacks(ctx context.Context, root, program string) ([]string, error) {
	f, err := open(root, program)
	if err != nil {
		return nil, nil
	}
	defer f.Close() // only read
	x, err := xcoff.NewFile(f)
	if err != nil {
		return nil, nil
	}
	have, err := e.libraries(ctx, widthOf(root, program))
	if err != nil {
		return nil, err
	}
	var lacks []string
	for _, l := range x.Libraries() {
		name := strings.TrimSuffix(l.Base, ".a")
		there := builtIn[name] || slices.ContainsFunc(have, func(h library) bool { return h.name == name })
		if !there && !slices.Contains(lacks, name) {
			lacks = append(lacks, name)
		}
	}
	return lacks, nil
}

// names are those of an import list: each begins a line, and may have behind it for which releases of a library it counts.
func names(list string) []string {
	var names []string
	for line := range strings.Lines(list) {
		if words := strings.Fields(line); len(words) > 0 && !strings.HasPrefix(words[0], "#") {
			names = append(names, words[0])
		}
	}
	return names
}

// The ends of the names of AIX's members whose programs the libraries are for. Another release may have a function of the same name that wants
// something else: what OpenSSL 1.1.1 has otherwise than 3.0 is in a table.
const (
	member3  = ".so.3)"   // OpenSSL 3, and SASL 2.1.2x
	member11 = ".so.1.1)" // OpenSSL 1.1.1
)

// openssl11 are the functions of OpenSSL 1.1.1, of those that programs import, that are not the ones of 3.0; and what stands for them, mostly in
// loader/openssl.c. Two more take other words in 32 bits: loader/bridge32.c sees to them.
var openssl11 = []struct{ name, by, why string }{
	{"SSL_get_peer_certificate", "SSL_get1_peer_certificate", "in 3.0 it has that name, and is a macro under the old one"},
	{"ERR_put_error", "openssl11_ERR_put_error", "in 3.0 it is a macro of three calls"},
	{"FIPS_mode", "openssl11_FIPS_mode", "gone in 3.0; 1.1.1 has no such mode, and says so"},
	{"FIPS_mode_set", "openssl11_FIPS_mode_set", "the same"},
	{"OpenSSL_version_num", "openssl11_version_num", "tells the release"},
}

// table is the loader's table of what the libraries have. A name that the one at hand lacks is null, and so missing to programs.
func table(libraries []library) string {
	var declarations, entries strings.Builder
	count := 0
	add := func(name, by, member string) {
		fmt.Fprintf(&declarations, "extern void %s(void) __attribute__((weak));\n", by)
		fmt.Fprintf(&entries, "\t{ %q, (void *)%s, %q, FUNCTION },\n", name, by, member)
		count++
	}
	for _, l := range libraries {
		for _, name := range l.imports {
			add(name, name, member3)
			if l.name != "libssl" && l.name != "libcrypto" {
				continue
			}
			by := name
			for _, o := range openssl11 {
				if o.name == name {
					by = o.by
				}
			}
			add(name, by, member11)
		}
	}
	return fmt.Sprintf("#include \"imports.h\"\n\n%s\nconst struct import libraries[] = {\n%s\t{ 0, 0, 0, FUNCTION }\n};\nconst size_t library_count = %d;\n",
		declarations.String(), entries.String(), count)
}

// throughRoot are the functions by which libraries get at files, and what takes their place (path.c): the program's files are in its root.
var throughRoot = []string{
	"fopen=root_fopen", "fopen64=root_fopen64", "open=root_open", "open64=root_open64", "opendir=root_opendir", "stat=root_stat", "stat64=root_stat64",
	"connect=root_connect",
}

// adapt copies a library to a directory, with its calls turned to the program's root. It gives the file's name there.
func (e *Emulator) adapt(ctx context.Context, w *width, l library, dir string) (string, error) {
	objcopy, err := e.find(ctx, w, w.tool("objcopy"))
	if err != nil {
		return "", err
	}
	argv := []string{objcopy}
	for _, pair := range throughRoot {
		argv = append(argv, "--redefine-sym", pair)
	}
	name := l.name + ".a"
	return name, e.Machine.Run(ctx, host.Cmd{Argv: append(argv, l.file, filepath.Join(dir, name))})
}
