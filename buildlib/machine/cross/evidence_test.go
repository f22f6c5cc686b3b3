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

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

func tables(t testing.TB) map[string]Table {
	t.Helper()
	tables, err := Tables()
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// imported gives the names of a list, each with the widths in which it is imported.
func imported(t *testing.T, library string) map[string][]int {
	t.Helper()
	text, err := sdk.ReadFile("sdk/imports/" + library)
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string][]int)
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		for _, bits := range []int{32, 64} {
			if other := fmt.Sprint(96 - bits); !slices.Contains(words[1:], other) || slices.Contains(words[1:], fmt.Sprint(bits)) {
				names[words[0]] = append(names[words[0]], bits)
			}
		}
	}
	return names
}

// A name that the SDK gains needs a line that says how it is known that AIX has it.
func TestEveryImportHasEvidence(t *testing.T) {
	lists, err := fs.ReadDir(sdk, "sdk/imports")
	if err != nil {
		t.Fatal(err)
	}
	known := tables(t)
	if len(lists) != len(known) {
		t.Errorf("%d lists of imports and %d of evidence", len(lists), len(known))
	}
	count := make(map[string]int)
	for _, list := range lists {
		table, names := known[list.Name()], imported(t, list.Name())
		for _, name := range slices.Sorted(maps.Keys(names)) {
			for _, bits := range []int{32, 64} {
				by := table.Find(name, bits)
				if wanted := slices.Contains(names[name], bits); (len(by) > 0) != wanted && table["*"].By == nil {
					t.Errorf("%s of %s, %d bits: imported: %v, evidence: %v; evidence/%[2]s needs a line for what is imported, and for no more", name, list.Name(), bits, wanted, by)
				} else if wanted {
					count[fmt.Sprintf("%-11s %d %s", list.Name(), bits, by[0].Kind)]++
				}
			}
		}
		for name := range table {
			if names[name] == nil && name != "*" {
				t.Errorf("evidence/%s has %s, which nothing imports", list.Name(), name)
			}
		}
	}
	var b strings.Builder
	for _, line := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(&b, "%-24s %3d\n", line, count[line])
	}
	golden(t, "testdata/evidence.golden", b.String())
}

// What is said of Go's tree and of the programs in it can be seen on any machine that has Go.
func TestEvidenceOfGo(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	sys, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	if err != nil {
		t.Fatal(err)
	}
	src := filepath.Join(strings.TrimSpace(string(root)), "src")
	bound := make(map[string]bool)
	for _, dir := range []string{filepath.Join(src, "runtime"), filepath.Join(src, "syscall"), filepath.Join(src, "internal/syscall/unix"), filepath.Join(strings.TrimSpace(string(sys)), "unix")} {
		files, err := filepath.Glob(filepath.Join(dir, "*aix*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files for aix (%v)", dir, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^//go:cgo_import_dynamic \S+ (\S+) "(\S+)"`).FindAllStringSubmatch(string(text), -1) {
				bound[m[1]+" "+m[2]] = true
			}
		}
	}
	imports := make(map[string]bool)
	for _, bits := range []int{32, 64} {
		f, err := os.Open(filepath.Join(src, fmt.Sprintf("internal/xcoff/testdata/gcc-ppc%d-aix-dwarf2-exec", bits)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		program, err := xcoff.NewFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range program.Imports() {
			imports[fmt.Sprint(i.Symbol, " ", i.From)] = true
		}
	}
	members := map[int]string{32: "libc.a(shr.o)", 64: "libc.a(shr_64.o)"}
	checked := 0
	for name, row := range tables(t)["libc"] {
		for bits, by := range row.By {
			goes := bits == 64 && bound[name+" libc.a/shr_64.o"]
			if said := slices.Contains(by, Evidence{Go, ""}); said != goes {
				t.Errorf("%s, %d bits: bound by Go: %v, the table says %v", name, bits, goes, said)
			}
			does := imports[name+" "+members[bits]]
			if said := slices.Contains(by, Evidence{Program, "go-gcc"}); said != does {
				t.Errorf("%s, %d bits: imported by a program in GOROOT: %v, the table says %v", name, bits, does, said)
			}
			if goes || does {
				checked++
			}
		}
	}
	if checked < 70 {
		t.Errorf("%d names are known by Go, want 70 or more: is this Go's tree?", checked)
	}
}

func TestParseTable(t *testing.T) {
	sources := map[string]string{"p": "a program"}
	tests := map[string]struct{ text, fault string }{
		"all kinds":                  {"# a comment\na  program:p,go  kernel:p,rust,gnulib\n\nb - header:p\nc none posix it must be there\n* ibm elsewhere:p\n", ""},
		"a width is missing":         {"a go\n", "line 1: want a name"},
		"an unknown kind":            {"a go hearsay\n", `"hearsay" is no kind of evidence; kinds are program, go,`},
		"an unknown source":          {"a go program:q\n", "program:q: the source is not in the list; that has p"},
		"no source":                  {"a go program\n", "have a source, and no others"},
		"too many sources":           {"a go go:p\n", "have a source, and no others"},
		"weaker first":               {"a go rust,go\n", "the strongest comes first"},
		"none and more":              {"a go go,none because\n", "and none alone"},
		"a bare guess":               {"a go none\n", "a guess has a reason"},
		"a reason for what is known": {"a go go because\n", "and nothing else has one"},
		"twice":                      {"a go go\na go go\n", "line 2: a stands there twice"},
		"no width":                   {"a - -\n", "for no width"},
		"empty evidence":             {"a go ,\n", `"" is no kind`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			table, err := parseTable(test.text, sources)
			if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Errorf("parseTable(%q) = %v, %v, want %q", test.text, table, err, test.fault)
			}
		})
	}
}

// FuzzTable: what is read is written as it can be read again, to the same.
func FuzzTable(f *testing.F) {
	for _, library := range []string{"libc", "libdbm", "libssl"} {
		text, err := fs.ReadFile(evidence, library)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	text, err := fs.ReadFile(evidence, "sources")
	if err != nil {
		f.Fatal(err)
	}
	sources, err := parseSources(string(text))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		table, err := parseTable(text, sources)
		if err != nil {
			return
		}
		var b strings.Builder
		written := 0
		for name, row := range table {
			written++
			row.Line = written
			table[name] = row
			fmt.Fprint(&b, name)
			for _, bits := range []int{32, 64} {
				list := strings.ReplaceAll(strings.Trim(fmt.Sprint(row.By[bits]), "[]"), " ", ",")
				if list == "" {
					list = "-"
				}
				fmt.Fprint(&b, " ", list)
			}
			fmt.Fprintln(&b, " "+row.Why)
		}
		again, err := parseTable(b.String(), sources)
		if d := cmp.Diff(table, again); err != nil || d != "" {
			t.Errorf("written as\n%s\nand read again: %v\n%s", &b, err, d)
		}
	})
}
