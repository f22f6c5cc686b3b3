// Package program tells what a program is: its own content, and that of all it brings along. One that was replaced under the same name and
// version is another one.
package program

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Examiner looks at programs of a machine.
type Examiner struct {
	Machine host.Machine
	Memory  *cache.Memory // so that what nobody has touched is not read again
}

// linkerCache is what the loader of Linux finds libraries by: a new one may stand before those that were found.
const linkerCache = "/etc/ld.so.cache"

// Digest tells a program from every other. It covers the file, the shared libraries that it loads and, of a compiler, the programs that it
// calls for its work: those of gcc and clang, which say where they are. What a script calls is not in it.
func (e *Examiner) Digest(ctx context.Context, file string, isCompiler bool) (string, error) {
	files := []string{file}
	if isCompiler {
		parts, err := e.parts(ctx, file)
		if err != nil {
			return "", err
		}
		files = append(files, parts...)
	}
	var all []string
	for _, f := range files {
		libraries, err := e.libraries(ctx, f)
		if err != nil {
			return "", err
		}
		all = append(append(all, f), libraries...)
	}
	slices.Sort(all)
	h := sha256.New()
	for _, f := range slices.Compact(all) {
		sum, err := e.Memory.Sum(ctx, f)
		if err != nil {
			return "", fmt.Errorf("looking at what %s is made of: %w", file, err)
		}
		fmt.Fprintf(h, "%s  %s\n", sum, f)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// parts are the programs that a compiler calls, as far as it tells: cc1 is the compiler behind gcc.
func (e *Examiner) parts(ctx context.Context, compiler string) ([]string, error) {
	names, err := e.Memory.Recall("parts", []string{compiler}, func() (string, error) {
		var names []string
		for _, part := range []string{"cc1", "collect2", "as", "ld"} {
			name, err := e.Machine.Output(ctx, host.Cmd{Argv: []string{compiler, "-print-prog-name=" + part}})
			if ctx.Err() != nil {
				return "", context.Cause(ctx)
			}
			if err == nil && !strings.ContainsAny(name, " \n") {
				names = append(names, name)
			}
		}
		return strings.Join(names, "\n"), nil
	})
	if err != nil {
		return nil, err
	}
	var files []string
	for name := range strings.SplitSeq(names, "\n") {
		if file, err := e.Machine.LookPath(name); err == nil {
			files = append(files, file)
		}
	}
	return files, nil
}

// libraries are the files that ldd names: on Linux behind an arrow, on AIX with the member in brackets (manual page of ldd). It fails for
// scripts, and for programs that load none.
func (e *Examiner) libraries(ctx context.Context, file string) ([]string, error) {
	find := func() (string, error) {
		out, err := e.Machine.Output(ctx, host.Cmd{Argv: []string{"ldd", file}})
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if err != nil {
			return "", nil
		}
		return strings.Join(loaded(out), "\n"), nil
	}
	text, err := e.Memory.Recall("libraries", []string{file, linkerCache}, find)
	if err != nil || text == "" {
		return nil, err
	}
	files := strings.Split(text, "\n")
	for _, f := range files {
		if _, err := os.Stat(f); errors.Is(err, fs.ErrNotExist) { // gone: the loader finds another one, or none
			text, err = find()
			return strings.Fields(text), err
		}
	}
	return files, nil
}

// loaded are the files that the output of ldd names. /unix is AIX's kernel.
func loaded(out string) []string {
	var files []string
	for word := range strings.FieldsSeq(out) {
		file, _, _ := strings.Cut(word, "(")
		if strings.HasPrefix(file, "/") && !strings.HasSuffix(file, ":") && file != "/unix" && !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	return files
}
