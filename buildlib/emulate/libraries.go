package emulate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
)

// builtIn are the libraries that the loader itself stands for.
var builtIn = map[string]bool{"libc": true, "libpthreads": true, "libdbm": true}

// library is one of AIX's libraries whose functions are those of the same library made for Linux on ppc64. Both go by the same calling
// convention, and neither OpenSSL nor SASL has types that are the system's.
type library struct {
	name    string
	file    string // the static library
	content []byte
	imports []string // the functions that programs may import
}

// libraries finds what the loader is to be made with.
func (e *Emulator) libraries(w *width) ([]library, error) {
	dir := e.Libraries
	if w == narrow {
		dir = e.Libraries32
	}
	if dir == "" {
		return nil, nil
	}
	lists, err := fs.ReadDir(e.SDK, "imports")
	if err != nil {
		return nil, err
	}
	var found []library
	for _, list := range lists {
		file := filepath.Join(dir, list.Name()+".a")
		content, err := os.ReadFile(file)
		if builtIn[list.Name()] || errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		text, err := fs.ReadFile(e.SDK, "imports/"+list.Name())
		if err != nil {
			return nil, err
		}
		found = append(found, library{list.Name(), file, content, names(string(text))})
	}
	return found, nil
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

// memberEnd is what the members of AIX's libraries end in whose programs the libraries are for, OpenSSL 3 and SASL 2.1.2x. Another release may
// have a function of the same name that wants something else.
const memberEnd = ".so.3)"

// table is the loader's table of what the libraries have. A name that the one at hand lacks is null, and so missing to programs.
func table(libraries []library) string {
	var declarations, entries strings.Builder
	count := 0
	for _, l := range libraries {
		for _, name := range l.imports {
			fmt.Fprintf(&declarations, "extern void %s(void) __attribute__((weak));\n", name)
			fmt.Fprintf(&entries, "\t{ %q, (void *)%s, %q, FUNCTION },\n", name, name, memberEnd)
			count++
		}
	}
	return fmt.Sprintf("#include \"imports.h\"\n\n%s\nconst struct import libraries[] = {\n%s\t{ 0, 0, 0, FUNCTION }\n};\nconst size_t library_count = %d;\n",
		declarations.String(), entries.String(), count)
}

// throughRoot are the functions by which libraries get at files, and what takes their place (path.c): the program's files are in its root.
var throughRoot = []string{
	"fopen=root_fopen", "fopen64=root_fopen64", "open=root_open", "opendir=root_opendir", "stat=root_stat", "connect=root_connect",
}

// adapt copies a library to a directory, with its calls turned to the program's root. It gives the file's name there.
func (e *Emulator) adapt(ctx context.Context, w *width, l library, dir string) (string, error) {
	objcopy, err := e.find(w, w.tool("objcopy"))
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
