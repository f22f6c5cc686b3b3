//go:build e2e

package e2e_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

var matrixOf = flag.String("matrix", "", "compilers for TestOptionMatrix: the first compiles each option and each pair, the others each option")

// TestOptionMatrix has compilers check what each option, and each pair of options, changes in each release, for this machine:
//
//	go test -count=1 -timeout=2h -tags e2e ./buildlib/e2e -run TestOptionMatrix -matrix=gcc,clang-19 -update
//
// writes the tables in patches/README.md anew. MAIL_TEST_RELEASE and MAIL_TEST_SOURCE name the source of a release that this machine cannot get.
//
// For an option, those files are checked of which it makes another text, by what the preprocessor gives; for a pair, those that test macros of
// both. No code is made and nothing is linked.
func TestOptionMatrix(t *testing.T) {
	if *matrixOf == "" {
		t.Skip("it takes half an hour: -matrix=gcc,clang-19 runs it")
	}
	compilers := strings.Split(*matrixOf, ",")
	b := prepareBuild(t)
	set, err := siteconfig.Load(filepath.Join(b.root, "site.config.m4.d"))
	if err != nil {
		t.Fatal(err)
	}
	to, err := target.Detect(t.Context(), host.NewLocal(os.Environ()), target.Request{Name: "host"})
	if err != nil {
		t.Fatal(err)
	}
	var releases []*matrix
	for _, version := range []string{"8.15.2", "8.17.1.9", "8.18.2"} {
		env := []string{"SENDMAIL_TARGET=host", "SENDMAIL_RELEASE=" + version}
		if os.Getenv("MAIL_TEST_RELEASE") == version {
			env = append(env, "SENDMAIL_SOURCE="+os.Getenv("MAIL_TEST_SOURCE"))
		}
		b.checkout.run(env, "patch")
		m := &matrix{version: version, dir: filepath.Join(b.checkout.dir, "build", version, "host/source"), set: set, to: to, failed: map[string]bool{}, changes: map[string][]string{}}
		m.read(t)
		releases = append(releases, m)
	}
	var tables strings.Builder
	head := "| option |"
	for _, m := range releases {
		for _, c := range compilers {
			m.alone(t, c)
			head += fmt.Sprintf(" %s, %s |", m.version, compilerName(t, c))
		}
		m.pairs(t, compilers[0])
	}
	fmt.Fprintf(&tables, "%s in a pair with |\n|%s\n", head, strings.Repeat("---|", strings.Count(head, "|")))
	for _, name := range set.Names() {
		fmt.Fprintf(&tables, "| %s |", name)
		var with []string
		for _, m := range releases {
			for _, c := range compilers {
				fmt.Fprintf(&tables, " %s |", m.cells[name+" "+c])
			}
			for _, other := range m.paired[name] {
				if !slices.Contains(with, other) {
					with = append(with, other)
				}
			}
		}
		slices.Sort(with)
		fmt.Fprintf(&tables, " %s |\n", strings.Join(with, " "))
	}
	for _, m := range releases {
		fmt.Fprintf(&tables, "\n%s: %d pairs in %d files; %s.\n", m.version, m.pairCount, m.pairFiles, m.failures())
	}
	file := filepath.Join(b.root, "patches/README.md")
	before, old, after := matrixPart(t, read(t, file))
	if d := cmp.Diff(old, tables.String()); d != "" && !*update {
		t.Errorf("%s (-old +new); -update writes it:\n%s", file, d)
	} else if d != "" {
		if err := os.WriteFile(file, []byte(before+tables.String()+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// matrixPart cuts the tables out of a text.
func matrixPart(t *testing.T, text string) (before, tables, after string) {
	t.Helper()
	const begin, end = "<!-- TestOptionMatrix -->\n", "<!-- end -->\n"
	before, rest, ok := strings.Cut(text, begin)
	tables, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("no part between %q and %q", begin, end)
	}
	return before + begin, tables, end + after
}

// compilerName is what the table calls a compiler.
func compilerName(t *testing.T, command string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), command, "--version").Output()
	version := regexp.MustCompile(`\d+\.\d+(\.\d+)?`).FindString(strings.SplitN(string(out), "\n", 2)[0])
	if err != nil || version == "" {
		t.Fatalf("%s --version: %v\n%s", command, err, out)
	}
	kind := "gcc"
	if strings.Contains(string(out), "clang") {
		kind = "clang"
	}
	return kind + " " + version
}

// matrix is one release.
type matrix struct {
	version string
	dir     string // of the patched source
	set     *siteconfig.Set
	to      *target.Target

	files                []string            // that are compiled, from dir
	tests                map[string][]string // macros in the conditions of a file
	shared               []string            // macros in the conditions of headers that more than one directory may take in
	cells                map[string]string   // by option and compiler
	paired               map[string][]string // each pair once
	failed               map[string]bool
	changes              map[string][]string // files by option
	sums                 sync.Map            // of preprocessed files
	pairCount, pairFiles int
}

var (
	condition  = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif)\b(.*(?:\\\n.*)*)`)
	identifier = regexp.MustCompile(`[A-Za-z_]\w*`)
	definition = regexp.MustCompile("(?m)^(?:APPENDDEF|define)\\(`conf(?:_(\\w+)_)?(ENVDEF|MAPDEF)', `(.*)'\\)$")
	ownFlags   = regexp.MustCompile("(?m)^APPENDDEF\\(`confENVDEF', `(-D.*?)[ ]*'\\)")
)

// read finds the files of the release and what they test.
func (m *matrix) read(t *testing.T) {
	t.Helper()
	m.cells, m.paired, m.tests = map[string]string{}, map[string][]string{}, map[string][]string{}
	if err := os.WriteFile(filepath.Join(m.dir, "include/sm_os.h"), []byte(read(t, filepath.Join(m.dir, "include/sm/os/sm_os_linux.h"))), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"include/sm/*.h", "include/libmilter/*.h", "include/libsmdb/*.h", "include/sendmail/*.h", "sendmail/*.h", "libmilter/*.h"} {
		headers, _ := filepath.Glob(filepath.Join(m.dir, pattern)) // the pattern is good
		for _, h := range headers {
			m.shared = append(m.shared, macros(read(t, h))...)
		}
	}
	for _, dir := range strings.Fields("editmap libmilter libsm libsmdb libsmutil mailstats makemap praliases sendmail smrsh vacation") {
		sources, _ := filepath.Glob(filepath.Join(m.dir, dir, "*.c"))
		for _, s := range sources {
			if base := filepath.Base(s); strings.HasPrefix(base, "t-") || strings.HasPrefix(base, "b-") || base == "example.c" {
				continue // upstream's tests
			}
			name := dir + "/" + filepath.Base(s)
			m.files = append(m.files, name)
			m.tests[name] = macros(read(t, s))
		}
	}
	if len(m.files) < 100 {
		t.Fatalf("%s has %d files, want 100 or more", m.dir, len(m.files))
	}
}

// macros are the words in the conditions of a text.
func macros(text string) []string {
	var list []string
	for _, m := range condition.FindAllStringSubmatch(text, -1) {
		list = append(list, identifier.FindAllString(m[1], -1)...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// closure is an option with those that it needs.
func (m *matrix) closure(options ...string) []string {
	var all []string
	for len(options) > 0 {
		name := options[0]
		options = options[1:]
		if slices.Contains(all, name) {
			continue
		}
		all = append(all, name)
		for _, f := range m.set.Options() {
			if f.Option == name {
				options = append(options, f.Needs...)
			}
		}
	}
	return all
}

// flags are the definitions for a file, and why there are none.
func (m *matrix) flags(options ...string) (map[string][]string, error) {
	r, err := m.set.Compose(siteconfig.Request{Release: m.version, Options: m.closure(options...), Target: m.to})
	if err != nil {
		return nil, err
	}
	flags := map[string][]string{}
	for _, d := range definition.FindAllStringSubmatch(r.Text, -1) {
		flags[d[1]] = append(flags[d[1]], strings.Fields(strings.ReplaceAll(d[3], `\"`, `"`))...)
	}
	return flags, nil
}

// own are the macros that the fragment of an option defines.
func (m *matrix) own(t *testing.T, option string) []string {
	t.Helper()
	for _, f := range m.set.Options() {
		if f.Option != option {
			continue
		}
		var list []string
		for _, d := range definition.FindAllStringSubmatch(read(t, filepath.Join("../../site.config.m4.d", f.File)), -1) {
			for _, flag := range strings.Fields(d[3]) {
				name, _, _ := strings.Cut(strings.TrimPrefix(flag, "-D"), "=")
				list = append(list, name)
			}
		}
		return list
	}
	return nil
}

// lack is the header that an option cannot do without and this machine has not.
func (m *matrix) lack(options []string) string {
	for _, f := range m.set.Options() {
		for _, h := range f.Headers {
			if _, err := os.Stat("/usr/include/" + h); slices.Contains(options, f.Option) && h != "none" && err != nil {
				return h
			}
		}
	}
	return ""
}

func meets(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// alone compiles for each option.
func (m *matrix) alone(t *testing.T, compiler string) {
	for _, o := range m.set.Options() {
		name, without := o.Option, o.Needs
		key := name + " " + compiler
		if o.IsDefault(target.Host) {
			without = []string{"no-" + name}
		}
		plain, err := m.flags(without...)
		if err != nil {
			m.cells[key] = "-"
			continue
		}
		flags, err := m.flags(name)
		lack := m.lack(m.closure(name))
		if err != nil {
			m.cells[key] = "-"
			continue
		} else if lack != "" {
			m.cells[key] = "no " + lack
			continue
		}
		files, seen := m.changes[name] // compilers agree about what the preprocessor makes
		if !seen {
			own := m.own(t, name)
			files = m.changed(t, compiler, flags, plain, slices.DeleteFunc(slices.Clone(m.files), func(f string) bool {
				return !meets(own, m.tests[f]) && !meets(own, m.shared)
			}))
			m.changes[name] = files
		}
		m.cells[key] = "ok"
		if files == nil {
			m.cells[key] = "same" // the release or the system has it without being told
		}
		if bad := m.compile(t, compiler, flags, files, name); len(bad) > 0 {
			m.cells[key] = "fails: " + strings.Join(bad, " ")
		}
		t.Logf("%s %s: %d files, %s", m.version, key, len(files), m.cells[key])
	}
}

// pairs compiles for each pair that one file tests.
func (m *matrix) pairs(t *testing.T, compiler string) {
	used := map[string]bool{}
	names := m.set.Names()
	for i, a := range names {
		for _, b := range names[i+1:] {
			flags, err := m.flags(a, b)
			if err != nil || m.lack(m.closure(a, b)) != "" || slices.Contains(m.closure(a), b) || slices.Contains(m.closure(b), a) {
				continue // they cannot be, or one is never without the other
			}
			ownA, ownB := m.own(t, a), m.own(t, b)
			var files []string
			for _, f := range m.files {
				if meets(ownA, m.tests[f]) && meets(ownB, m.tests[f]) {
					files = append(files, f)
					used[f] = true
				}
			}
			if files == nil {
				continue
			}
			m.pairCount++
			m.paired[a] = append(m.paired[a], b)
			if bad := m.compile(t, compiler, flags, files, a+","+b); len(bad) > 0 {
				m.failed[a+" with "+b+" ("+strings.Join(bad, " ")+")"] = true
			}
		}
	}
	m.pairFiles = len(used)
	t.Logf("%s: %d pairs", m.version, m.pairCount)
}

func (m *matrix) failures() string {
	if len(m.failed) == 0 {
		return "all compile"
	}
	var list []string
	for f := range m.failed {
		list = append(list, f)
	}
	slices.Sort(list)
	return "these do not compile: " + strings.Join(list, ", ")
}

// changed are those of the files that the preprocessor makes another text of than without the option.
func (m *matrix) changed(t *testing.T, compiler string, flags, plain map[string][]string, files []string) []string {
	t.Helper()
	return some(files, func(f string) bool {
		with, err := m.command(t, compiler, flags, f, "-E", "-P").Output()
		return err != nil || sha256.Sum256(with) != m.plain(t, compiler, plain, f)
	})
}

// plain is the sum of what the preprocessor makes of a file.
func (m *matrix) plain(t *testing.T, compiler string, flags map[string][]string, file string) [sha256.Size]byte {
	t.Helper()
	key := fmt.Sprint(compiler, flags, file)
	if sum, ok := m.sums.Load(key); ok {
		return sum.([sha256.Size]byte)
	}
	text, err := m.command(t, compiler, flags, file, "-E", "-P").Output()
	if err != nil {
		t.Errorf("%s without an option: %v", file, err)
	}
	sum := sha256.Sum256(text)
	m.sums.Store(key, sum)
	return sum
}

// compile compiles files, and gives those that fail.
func (m *matrix) compile(t *testing.T, compiler string, flags map[string][]string, files []string, what string) []string {
	t.Helper()
	return some(files, func(f string) bool {
		out, err := m.command(t, compiler, flags, f, "-fsyntax-only").CombinedOutput()
		if err != nil {
			t.Logf("%s %s %s, %s: %v\n%s", m.version, what, compiler, f, err, out)
		}
		return err != nil
	})
}

// command calls the compiler for a file, as strict as gcc 14 is.
func (m *matrix) command(t *testing.T, compiler string, flags map[string][]string, file string, argv ...string) *exec.Cmd {
	t.Helper()
	dir := filepath.Dir(file)
	argv = append(argv, m.to.Flags().Language, "-Werror=implicit-function-declaration", "-Werror=implicit-int",
		"-Werror=incompatible-pointer-types", "-Werror=int-conversion", "-I.", "-I../sendmail", "-I../include", "-I../libsmdb")
	argv = append(argv, flags[""]...)
	argv = append(argv, flags[dir]...)
	if own := ownFlags.FindStringSubmatch(read(t, filepath.Join(m.dir, dir, "Makefile.m4"))); own != nil {
		argv = append(argv, strings.Fields(own[1])...)
	}
	cmd := exec.CommandContext(t.Context(), compiler, append(argv, filepath.Base(file))...)
	cmd.Dir = filepath.Join(m.dir, dir)
	return cmd
}

// some are those of the files for which is holds; it is asked about as many at a time as there are processors.
func some(files []string, is func(file string) bool) []string {
	var (
		list    []string
		lock    sync.Mutex
		running sync.WaitGroup
		free    = make(chan bool, runtime.NumCPU())
	)
	for _, f := range files {
		running.Go(func() {
			free <- true
			defer func() { <-free }()
			if is(f) {
				lock.Lock()
				defer lock.Unlock()
				list = append(list, f)
			}
		})
	}
	running.Wait()
	slices.Sort(list)
	return list
}
