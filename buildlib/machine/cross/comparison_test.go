package cross

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// comparison is one library at one width: ours against theirs, both for AIX.
type comparison struct {
	provided
	compiler
	alone compiler // knows ours, and says all it has against them
	own   string   // directory of our headers, with name in it
	ours  []string
	text  string // our declarations as the compiler sees them
}

// comparison lays our headers out and reads them.
func (p provided) comparison(t *testing.T, api string, bits int) *comparison {
	t.Helper()
	clang, err := exec.LookPath("clang-19")
	if err != nil {
		t.Skipf("%v; \"mage test\" installs it", err)
	}
	dir := t.TempDir()
	root, own := filepath.Join(dir, "root"), filepath.Join(dir, "own")
	lay := map[string]string{"include": filepath.Join(root, "usr/include")}
	for _, from := range p.sdk(api) {
		lay[from] = filepath.Join(own, p.name)
	}
	for from, to := range lay {
		headers, err := fs.Sub(sdk, "sdk/"+from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(to, headers); err != nil {
			t.Fatal(err)
		}
	}
	triple := map[int]string{32: "powerpc-ibm-aix6.1", 64: "powerpc64-ibm-aix7.2"}[bits]
	c := &comparison{provided: p, own: own,
		compiler: compiler{t: t, argv: []string{clang, "--target=" + triple, "--sysroot=" + root, "-std=gnu17", "-w"}}}
	c.alone = compiler{t: t, argv: slices.Concat(c.argv[:len(c.argv)-1], []string{"-Wall", "-Wextra", "-Werror", "-I" + own})}
	files, err := os.ReadDir(filepath.Join(own, p.name))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		c.ours = append(c.ours, f.Name())
	}
	out, err := c.run(c.include(), "-E", "-I"+own)
	if err != nil {
		t.Fatal(out)
	}
	c.text = within(out, own)
	return c
}

func (c *comparison) include() string { return lines("#include <"+c.name+"/%s>", c.ours) }

var marker = regexp.MustCompile(`^# \d+ "([^"]*)"`)

// within leaves of a preprocessed text what comes from files in a directory.
func within(text, dir string) string {
	var b strings.Builder
	in := false
	for line := range strings.Lines(text) {
		if m := marker.FindStringSubmatch(line); m != nil {
			in = strings.HasPrefix(m[1], dir)
		} else if in {
			b.WriteString(line)
		}
	}
	return b.String()
}

func (c *comparison) constantsOf() []string {
	own := c.compiler
	own.argv = slices.Concat(own.argv, []string{"-I" + c.own})
	const integer = "~(%s)" // neither a function nor a text
	with := own.constants(c.include(), integer)
	without := c.constants("#include <stdio.h>\n#include <stddef.h>\n#include <stdint.h>\n", integer)
	return slices.DeleteFunc(with, func(n string) bool { return slices.Contains(without, n) || slices.Contains(c.versions, n) })
}

// sameConstants takes down what theirs are, and then defines ours in their place.
func (c *comparison) sameConstants(names []string) string {
	out, err := c.run(c.include(), "-E", "-dM", "-I"+c.own)
	if err != nil {
		c.t.Fatal(out)
	}
	var b strings.Builder
	b.WriteString(lines("enum : long long { theirs_%s = (%s) };\ntypedef __typeof__(%s) theirs_type_%s;", names))
	b.WriteString(lines("#undef %s", names))
	for line := range strings.Lines(out) {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "#define "), " ")
		if slices.Contains(names, name) || strings.HasPrefix(name, "SDK_SSL_OP(") {
			b.WriteString(line)
		}
	}
	b.WriteString(lines(`_Static_assert((%s) == theirs_%s, "value of %s");
_Static_assert(__builtin_types_compatible_p(__typeof__(%s), theirs_type_%s), "type of %s");`, names))
	return b.String()
}

var (
	prototype   = regexp.MustCompile(`(?m)^(?:[a-z]\w* |struct )*[A-Za-z_]\w* \**(\w+)\(.*\);$`)
	definition  = regexp.MustCompile(`(?m)^struct (\w+) \{`)
	enumeration = regexp.MustCompile(`(?s)typedef enum \{(.*?)\} \w+;`)
)

// functions are the names that our headers declare, sorted.
func (c *comparison) functions() []string {
	names := map[string]bool{}
	for _, m := range prototype.FindAllStringSubmatch(c.text, -1) {
		if !strings.HasPrefix(m[0], "typedef") {
			names[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// sameFunctions asks whether theirs has each function, and declares it again as ours. Structures get other names.
func (c *comparison) sameFunctions(names []string) string {
	text := enumeration.ReplaceAllString(c.text, "")
	return lines("enum { has_%s = sizeof(&%s) };", names) + definition.ReplaceAllString(text, "struct sdk_$1 {")
}

func (c *comparison) sameStructures() string {
	var b strings.Builder
	b.WriteString(c.sameFunctions(nil))
	for _, m := range definition.FindAllStringSubmatch(c.text, -1) {
		members, ok := c.structs[m[1]]
		if !ok {
			c.t.Errorf("nothing is compared of struct %s", m[1])
		}
		for _, member := range members {
			if member == "" {
				fmt.Fprintf(&b, "_Static_assert(sizeof(struct %s) == sizeof(struct sdk_%s), \"size of %s\");\n", m[1], m[1], m[1])
				continue
			}
			fmt.Fprintf(&b, `_Static_assert(__builtin_offsetof(struct %[1]s, %[2]s) == __builtin_offsetof(struct sdk_%[1]s, %[2]s),
	"place of %[1]s.%[2]s");
_Static_assert(__builtin_types_compatible_p(__typeof__(((struct %[1]s *)0)->%[2]s), __typeof__(((struct sdk_%[1]s *)0)->%[2]s)),
	"type of %[1]s.%[2]s");
`, m[1], member)
		}
	}
	for _, m := range enumeration.FindAllStringSubmatch(c.text, -1) {
		for pair := range strings.SplitSeq(m[1], ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), " = ")
			fmt.Fprintf(&b, "_Static_assert(%s == %s, \"value of %s\");\n", name, value, name)
		}
	}
	return b.String()
}

var withArguments = regexp.MustCompile(`(?m)^#define (\w+)\(`)

// sameCode compiles a file that uses our macros with arguments, with their headers and with ours.
func (c *comparison) sameCode(theirs compiler, file string) {
	source, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, name := range c.ours {
		text, err := os.ReadFile(filepath.Join(c.own, c.name, name))
		if err != nil {
			c.t.Fatal(err)
		}
		for _, m := range withArguments.FindAllStringSubmatch(string(text), -1) {
			if used := regexp.MustCompile(`\b` + m[1] + `\(`); !strings.HasPrefix(m[1], "SDK_") && !used.Match(source) {
				c.t.Errorf("%s does not use %s", file, m[1])
			}
		}
	}
	want, err := theirs.run(string(source), "-O2", "-S", "-o", "-")
	if err != nil {
		c.t.Fatal(want)
	}
	got, err := c.run(string(source), "-O2", "-S", "-o", "-", "-I"+c.own)
	if err != nil {
		c.t.Fatal(got)
	}
	if d := cmp.Diff(instructions(want), instructions(got)); d != "" {
		c.t.Errorf("%s compiles to something else (-theirs +ours):\n%s", file, d)
	}
}

// instructions are the lines of an assembler text without those that only list what it refers to: their order is not ours.
func instructions(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return strings.HasPrefix(line, "\t.extern\t") })
}
