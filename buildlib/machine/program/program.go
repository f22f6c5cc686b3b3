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
	"path"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// linkerCache is what the loader of Linux finds libraries by: a new one may stand before those that were found.
const linkerCache = "/etc/ld.so.cache"

// Digest tells a program of a machine from every other. It covers the file, the shared libraries that it loads and, of a compiler, the
// programs that it calls for its work: those of gcc and clang, which say where they are, and those of XL C. What a script calls is not in it.
func Digest(ctx context.Context, m host.Machine, file string, isCompiler bool) (string, error) {
	sum, err := digest(ctx, m, m.Recall, file, isCompiler)
	if errors.Is(err, fs.ErrNotExist) { // a library is gone: the loader finds another one, or none
		sum, err = digest(ctx, m, ask, file, isCompiler)
	}
	if err != nil {
		return "", fmt.Errorf("looking at what %s is made of: %w", file, err)
	}
	return sum, nil
}

// Content is like [Digest], and the same on machines where the same lies in other places.
func Content(ctx context.Context, m host.Machine, file string, isCompiler bool) (string, error) {
	all, sums, err := contents(ctx, m, ask, file, isCompiler)
	if err != nil {
		return "", fmt.Errorf("looking at what %s is made of: %w", file, err)
	}
	lines := make([]string, len(all))
	for i, f := range all {
		lines[i] = path.Base(f) + " " + sums[i]
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(lines), "\n")))
	return hex.EncodeToString(sum[:]), nil
}

// Questions are those that [Digest] asks of programs first, whatever the answers are.
func Questions(compiler string, files ...string) host.Questions {
	var q host.Questions
	for _, file := range files {
		q.Output = append(q.Output, askLibraries(file))
	}
	for _, part := range compilerParts {
		q.Output = append(q.Output, askPart(compiler, part))
	}
	if isXL.MatchString(path.Base(compiler)) {
		q.ReadDir = append(slices.Clone(xlProducts), "/etc")
	}
	q.Sums = files
	return q
}

// Expect says what [Digest] will ask of programs, a compiler among them, so that a machine elsewhere is asked few times.
func Expect(ctx context.Context, m host.Machine, compiler string, files ...string) error {
	if err := m.Expect(ctx, Questions(compiler, files...)); err != nil {
		return err
	}
	names, err := partNames(ctx, m, m.Recall, compiler)
	if err != nil {
		return err
	}
	xl, err := xlFiles(ctx, m, compiler)
	if err != nil {
		return err
	}
	if err := m.Expect(ctx, host.Questions{Find: names, Stat: xl}); err != nil {
		return err
	}
	brought, err := brings(ctx, m, m.Recall, compiler)
	if err != nil {
		return err
	}
	q := host.Questions{Sums: brought}
	for _, file := range brought {
		q.Output = append(q.Output, askLibraries(file))
	}
	for _, file := range files {
		libraries, err := libraries(ctx, m, m.Recall, file)
		if err != nil {
			return err
		}
		q.Sums = append(q.Sums, libraries...)
	}
	return m.Expect(ctx, q)
}

// recall is [host.Machine.Recall], or ask.
type recall func(ctx context.Context, what string, files []string, find func() (string, error)) (string, error)

// ask remembers nothing.
func ask(_ context.Context, _ string, _ []string, find func() (string, error)) (string, error) {
	return find()
}

// contents are the files of a program, sorted, and their hashes.
func contents(ctx context.Context, m host.Machine, recall recall, file string, isCompiler bool) (all, sums []string, err error) {
	files := []string{file}
	if isCompiler {
		brought, err := brings(ctx, m, recall, file)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, brought...)
	}
	for _, f := range files {
		libraries, err := libraries(ctx, m, recall, f)
		if err != nil {
			return nil, nil, err
		}
		all = append(append(all, f), libraries...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	sums, err = m.Sums(ctx, all...)
	return all, sums, err
}

func digest(ctx context.Context, m host.Machine, recall recall, file string, isCompiler bool) (string, error) {
	all, sums, err := contents(ctx, m, recall, file, isCompiler)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for i, f := range all {
		fmt.Fprintf(h, "%s  %s\n", sums[i], f)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// brings are the programs that a compiler calls, and what says where they are.
func brings(ctx context.Context, m host.Machine, recall recall, compiler string) ([]string, error) {
	parts, err := parts(ctx, m, recall, compiler)
	if err != nil {
		return nil, err
	}
	xl, err := partsOfXL(ctx, m, compiler)
	return append(parts, xl...), err
}

// compilerParts are what gcc and clang are asked for: cc1 is the compiler behind gcc.
var compilerParts = []string{"cc1", "collect2", "as", "ld"}

func askPart(compiler, part string) host.Cmd {
	return host.Cmd{Argv: []string{compiler, "-print-prog-name=" + part}}
}

func askLibraries(file string) host.Cmd { return host.Cmd{Argv: []string{"ldd", file}} }

// partNames are the programs that a compiler calls, as far as it tells.
func partNames(ctx context.Context, m host.Machine, recall recall, compiler string) ([]string, error) {
	names, err := recall(ctx, "parts", []string{compiler}, func() (string, error) {
		var names []string
		for _, part := range compilerParts {
			name, err := m.Output(ctx, askPart(compiler, part))
			if ctx.Err() != nil {
				return "", context.Cause(ctx)
			}
			if err == nil && !strings.ContainsAny(name, " \n") {
				names = append(names, name)
			}
		}
		return strings.Join(names, "\n"), nil
	})
	return strings.FieldsFunc(names, func(r rune) bool { return r == '\n' }), err
}

// parts are their files.
func parts(ctx context.Context, m host.Machine, recall recall, compiler string) ([]string, error) {
	names, err := partNames(ctx, m, recall, compiler)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	files, err := m.Find(ctx, names...)
	return slices.DeleteFunc(files, func(f string) bool { return f == "" }), err
}

// isXL matches the names of XL C's drivers. On Linux some of them are gcc's, too, where none of the directories below is.
var isXL = regexp.MustCompile(`^(xl.*|cc|c89|c99)(_r)?$`)

// partsOfXL are the programs that XL C calls, by their names in IBM's XL C/C++ for AIX Compiler Reference (the table of -qpath), and the configuration
// that says where they are, which is in etc beside bin and exe, and was in /etc up to version 12.1. All versions that are installed count: a driver may
// be a link to another directory's. That they lie in exe is known of a vac.cfg that an AIX machine's owner has published; what xlclang calls is not
// known but for these.
func partsOfXL(ctx context.Context, m host.Machine, compiler string) ([]string, error) {
	files, err := xlFiles(ctx, m, compiler)
	if err != nil {
		return nil, err
	}
	var there []string
	for i, err := range m.Stat(ctx, files...) {
		if err == nil {
			there = append(there, files[i])
		}
	}
	return there, nil
}

// xlProducts are where versions of XL C are.
var xlProducts = []string{"/opt/IBM/xlc", "/opt/IBM/xlC"}

// xlFiles are those that may be there.
func xlFiles(ctx context.Context, m host.Machine, compiler string) ([]string, error) {
	if !isXL.MatchString(path.Base(compiler)) {
		return nil, nil
	}
	places := []string{path.Dir(path.Dir(compiler)), "/usr/vac", "/usr/vacpp"}
	for _, product := range xlProducts {
		versions, err := entries(ctx, m, product)
		if err != nil {
			return nil, err
		}
		places = append(places, versions...)
	}
	files, err := entries(ctx, m, "/etc")
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f string) bool { return !strings.HasPrefix(f, "/etc/vac.cfg") })
	for _, place := range places {
		for _, name := range []string{"exe/xlcentry", "exe/xlCentry", "exe/xlCcode", "exe/ipa", "etc/xlc.cfg", "etc/xlC.cfg"} {
			files = append(files, path.Join(place, name))
		}
	}
	return files, nil
}

// entries are the paths of what is in a directory, or none.
func entries(ctx context.Context, m host.Machine, dir string) ([]string, error) {
	names, err := m.ReadDir(ctx, dir)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	for i, name := range names {
		names[i] = path.Join(dir, name)
	}
	return names, err
}

// libraries are the files that ldd names: on Linux behind an arrow, on AIX with the member in brackets (manual page of ldd). It fails for
// scripts, and for programs that load none.
func libraries(ctx context.Context, m host.Machine, recall recall, file string) ([]string, error) {
	text, err := recall(ctx, "libraries", []string{file, linkerCache}, func() (string, error) {
		out, err := m.Output(ctx, askLibraries(file))
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if err != nil {
			return "", nil
		}
		return strings.Join(loaded(out), "\n"), nil
	})
	return strings.Fields(text), err
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
