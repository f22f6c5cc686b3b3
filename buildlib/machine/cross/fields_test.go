package cross

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// different are the fields in which our programs differ from those of AIX's ld, with the reason.
var different = map[string]string{
	"f_timdat": "the time is that of the linking; ours has none, so that the program is the same each time",
}

// TestFields compares each field of the headers and of the loader section with what AIX's ld writes.
func TestFields(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	table := fieldTable(t)
	b := user(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			tc := toolchain(t, b, name, "")
			file := filepath.Join(t.TempDir(), "program")
			// Data of the program's own and of libc, functions that are called, and one whose address alone is taken.
			source := "#include <errno.h>\n#include <stdlib.h>\n#include <unistd.h>\nextern char **environ;\nint own[1000], more = 1;\nint *where = &more;\n" +
				"void (*f)(void *) = free;\nint main(int n, char **v) { own[n] = getopt(n, v, \"a\"); f(where); return environ[0][0] + optind + own[0]; }\n"
			cmd := host.Cmd{Argv: []string{"clang", "-O2", "-x", "c", "-o", file, "-"}, Stdin: strings.NewReader(source)}
			if err := tc.Machine(os.Environ()).Run(t.Context(), cmd); err != nil {
				t.Fatal(err)
			}
			as := read(t, file)
			width := fmt.Sprint(open(t, as).Width)
			before := differences(table[width], fieldsOf(t, as))
			for _, c := range open(t, as).Corrections() {
				copy(as[c.Offset:], c.Want)
			}
			if again := open(t, as).Corrections(); again != nil {
				t.Errorf("still to correct: %v", again)
			}
			var got []string
			for _, d := range differences(table[width], fieldsOf(t, as)) {
				if field, _, _ := strings.Cut(d, ": "); different[field] == "" {
					got = append(got, d)
				}
			}
			if got != nil {
				t.Errorf("no program of AIX's ld has\n%s", strings.Join(got, "\n"))
			}
			// As GNU's linker leaves it the program must not pass: a comparison that cannot fail is none.
			want := []string{"f_flags: 0x1206", "f_timdat: none", "o_cputype: 0x4", "o_vstamp: 0x2", "s_vaddr of .loader: 0x"}
			if width == "64" {
				want = []string{"f_flags: 0x1206", "f_timdat: none", "l_smclas of imports: 4 5 10", "l_version: 2", "o_cputype: 0x2", "o_vstamp: 0x2", "s_vaddr of .loader: 0x"}
			}
			for i := range before {
				if cut, _, found := strings.Cut(before[i], "1100"); found {
					before[i] = cut // an address
				} else if cut, _, found := strings.Cut(before[i], "2000"); found {
					before[i] = cut
				}
			}
			if diff := cmp.Diff(want, before); diff != "" {
				t.Errorf("GNU's linker differs in (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFieldsOfAIX holds two programs of AIX's ld against the table, that of Go's own tests: the reader here reads them as the table was made.
func TestFieldsOfAIX(t *testing.T) {
	table := fieldTable(t)
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []string{"32", "64"} {
		as := read(t, filepath.Join(strings.TrimSpace(string(root)), "src/internal/xcoff/testdata/gcc-ppc"+width+"-aix-dwarf2-exec"))
		if got := differences(table[width], fieldsOf(t, as)); got != nil {
			t.Errorf("%s bits: not in the table\n%s", width, strings.Join(got, "\n"))
		}
		if c := open(t, as).Corrections(); c != nil {
			t.Errorf("%s bits: to correct: %v", width, c)
		}
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func open(t *testing.T, data []byte) *xcoff.File {
	t.Helper()
	f, err := xcoff.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// fieldTable is testdata/aix-ld.txt: the values of each field by width.
func fieldTable(t *testing.T) map[string]map[string][]string {
	t.Helper()
	table, width := map[string]map[string][]string{}, ""
	for line := range strings.Lines(string(read(t, "testdata/aix-ld.txt"))) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			continue
		}
		if strings.HasPrefix(line, "[") {
			width = strings.Trim(line, "[]")
			table[width] = map[string][]string{}
			continue
		}
		field, values, ok := strings.Cut(line, "  ")
		if !ok {
			t.Fatalf("aix-ld.txt: %q has no value", line)
		}
		for value := range strings.SplitSeq(strings.TrimSpace(values), ", ") {
			value = value[:strings.LastIndex(value, " x")]
			table[width][field] = append(table[width][field], value)
		}
	}
	return table
}

// differences are the fields whose value is not in the table, and those that stand in one of the two alone.
func differences(table map[string][]string, fields map[string]string) []string {
	var list []string
	for field := range table {
		if _, ok := fields[field]; !ok {
			list = append(list, field+": not read")
		}
	}
	for field, value := range fields {
		if !slices.Contains(table[field], value) {
			list = append(list, field+": "+value)
		}
	}
	slices.Sort(list)
	return list
}

// fieldsOf are all fields that can differ between linkers, and what is always so between them, by the names of the table.
func fieldsOf(t *testing.T, data []byte) map[string]string {
	t.Helper()
	f := open(t, data)
	a, l := f.Aux, f.Loader
	sections := map[string]*xcoff.Section{}
	var names, flags []string
	same := true
	for _, s := range f.Sections {
		sections[s.Name] = s
		names, flags = append(names, s.Name), append(flags, fmt.Sprintf("%#x", uint32(s.Subtype)<<16|uint32(s.Type)))
		same = same && s.PhysicalAddress == s.VirtualAddress
	}
	text, dat, bss, loader := sections[".text"], sections[".data"], sections[".bss"], sections[".loader"]
	if text == nil || dat == nil || bss == nil || loader == nil {
		t.Fatalf("sections %v", names)
	}
	yes := func(b bool) string { return map[bool]string{true: "yes", false: "no"}[b] }
	within := func(at uint64) string { return yes(at >= dat.VirtualAddress && at < dat.VirtualAddress+dat.Size) }
	const page = 4096
	var imported, other struct{ types, classes, sections, values set }
	parm := set{}
	for _, s := range l.Symbols {
		to := &other
		if s.Type&xcoff.SymbolImport != 0 {
			to = &imported
		}
		to.types.add(uint64(s.Type), "%x")
		to.classes.add(uint64(s.Class), "%d")
		to.sections.add(uint64(s.Section), "%d")
		to.values.add(s.Value, "%x")
		parm.add(uint64(s.TypeCheck), "%x")
	}
	var relocations struct{ types, sections, symbols set }
	for _, r := range l.Relocations {
		relocations.types.add(uint64(r.Type), "%x")
		relocations.sections.add(uint64(r.Section), "%d")
		if r.Symbol < 3 {
			relocations.symbols.add(uint64(r.Symbol), "%d")
		}
	}
	first := l.ImportFiles[0]
	parts := []string{"syms", "rel", "imp", "str"}
	if l.SymbolOffset >= l.RelocationOffset || l.RelocationOffset >= l.ImportOffset || l.ImportOffset >= l.StringOffset {
		parts = []string{"other"}
	}
	hex := func(n uint64) string { return fmt.Sprintf("%#x", n) }
	fields := map[string]string{
		"f_flags": hex(uint64(f.Flags)), "f_opthdr": fmt.Sprint(f.AuxSize), "f_timdat": map[bool]string{true: "set", false: "none"}[f.TimeStamp != 0],
		"o_mflag": hex(uint64(a.Magic)), "o_vstamp": hex(uint64(a.Version)), "o_snentry": hex(uint64(a.EntrySection)), "o_sntext": hex(uint64(a.TextSection)),
		"o_sndata": hex(uint64(a.DataSection)), "o_sntoc": hex(uint64(a.TOCSection)), "o_snloader": hex(uint64(a.LoaderSection)), "o_snbss": hex(uint64(a.BSSSection)),
		"o_algntext": hex(uint64(a.TextAlign)), "o_algndata": hex(uint64(a.DataAlign)), "o_modtype": a.ModuleType, "o_cpuflag": hex(uint64(a.CPUFlags)),
		"o_cputype": hex(uint64(a.CPUType)), "o_maxstack": hex(a.MaxStack), "o_maxdata": hex(a.MaxData), "o_debugger": hex(uint64(a.Debugger)),
		"o_textpsize": hex(uint64(a.TextPage)), "o_datapsize": hex(uint64(a.DataPage)), "o_stackpsize": hex(uint64(a.StackPage)), "o_flags": hex(uint64(a.TLSFlags)),
		"o_sntdata": hex(uint64(a.TDataSection)), "o_sntbss": hex(uint64(a.TBSSSection)),
		"o_text_start - s_scnptr": hex(a.TextStart - text.Offset), "o_tsize is s_size": yes(a.TextSize == text.Size), "o_dsize is s_size": yes(a.DataSize == dat.Size),
		"pages of .text in file and memory": yes(text.VirtualAddress%page == text.Offset%page), "pages of .data in file and memory": yes(dat.VirtualAddress%page == dat.Offset%page),
		".bss - end of .data": fmt.Sprint(int64(bss.VirtualAddress - dat.VirtualAddress - dat.Size)), "o_entry in .data": within(a.Entry), "o_toc in .data": within(a.TOC),
		"s_name": strings.Join(names, " "), "s_flags": strings.Join(flags, " "), "s_paddr is s_vaddr": yes(same), "s_vaddr of .loader": hex(loader.VirtualAddress),
		"symbols": yes(f.SymbolCount > 0), "s_relptr of .data": yes(dat.RelocationOffset != 0),
		"l_version": fmt.Sprint(l.Version), "library path: base, member": map[bool]string{true: "none", false: "some"}[first.Base+first.Member == ""],
		"l_smtype of imports": imported.types.String(), "l_smclas of imports": imported.classes.String(), "l_scnum of imports": imported.sections.String(),
		"l_value of imports": imported.values.String(), "l_smtype of others": other.types.String(), "l_smclas of others": other.classes.String(), "l_parm": parm.String(),
		"l_rtype": relocations.types.String(), "l_rsecnm": relocations.sections.String(), "l_symndx below 3": relocations.symbols.String(),
		"parts of .loader": strings.Join(parts, " "),
	}
	if f.Width == 64 {
		fields["o_x64flags"] = hex(uint64(a.Flags64))
	}
	return fields
}

// set is a set of numbers, and how each is written.
type set map[uint64]string

func (s *set) add(n uint64, form string) {
	if *s == nil {
		*s = set{}
	}
	(*s)[n] = fmt.Sprintf(form, n)
}

func (s set) String() string {
	var words []string
	for _, n := range slices.Sorted(maps.Keys(s)) {
		words = append(words, s[n])
	}
	return strings.Join(words, " ")
}
