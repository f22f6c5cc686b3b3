package ctext

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// of is a file that uses something of a header that stands before it.
const of = "extern int used(KNOWN *);\nstruct kept { int a; KNOWN *b; };\nint f(struct kept *k)\n{\n\treturn used(k->b) + k->a;\n}\n"

// tests are headers, with what comes instead of them and whether the file makes the same use of it.
var tests = []struct {
	name, one, other string
	same             bool
}{
	{"a function", "typedef int KNOWN;\nint more(char *, int);\n", "typedef int KNOWN;\n", true},
	{"another type of it", "typedef int KNOWN;\nextern const char *more(void);\n", "typedef int KNOWN;\nvoid more(int, char **);\n", true},
	{"a type that it has", "typedef int KNOWN;\ntypedef struct more_st MORE;\nMORE *more(const MORE *);\n", "typedef int KNOWN;\n", true},
	{"a structure", "typedef int KNOWN;\nstruct more { int a; struct less *b; };\n", "typedef int KNOWN;\nunion more { long a; };\n", true},
	{"a structure with a name", "typedef int KNOWN;\ntypedef struct { int a[4]; } MORE;\n", "typedef int KNOWN;\n", true},
	{"types of functions", "typedef int KNOWN;\ntypedef int one(void *, int);\ntypedef int (*two)(char *);\n", "typedef int KNOWN;\n", true},
	{"variables of others", "typedef int KNOWN;\nextern int more;\nextern char *list[], *const end;\nextern const char many[10];\n", "typedef int KNOWN;\nextern char *list[], *const end;\n", true},
	{"lines and files", "# 1 \"a.h\" 1\ntypedef int KNOWN;\n\n\n# 12 \"b.h\" 2\n", "typedef\n int\tKNOWN ;\n", true},
	{"what is used", "typedef int KNOWN;\n", "typedef long KNOWN;\n", false},
	{"what that uses", "typedef int BASE;\ntypedef BASE KNOWN;\n", "typedef long BASE;\ntypedef BASE KNOWN;\n", false},
	{"a structure that is used", "typedef struct known KNOWN;\nstruct known { int a; };\n", "typedef struct known KNOWN;\nstruct known { long a; };\n", false},
	{"a name in it", "typedef int KNOWN;\nint used(KNOWN *);\n", "typedef int KNOWN;\n", false},
	{"the order", "typedef int KNOWN;\nint used(KNOWN *);\ntypedef struct kept KEPT;\nint k;\n", "typedef int KNOWN;\nint k;\ntypedef struct kept KEPT;\nint used(KNOWN *);\n", false},
	{"a variable", "typedef int KNOWN;\nint more;\n", "typedef int KNOWN;\n", false},
	{"a value", "typedef int KNOWN;\nextern int more;\nint *here = &more;\n", "typedef int KNOWN;\nint *here = 0;\n", false},
	{"a body", "typedef int KNOWN;\nint more(void) { return 1; }\n", "typedef int KNOWN;\nint more(void) { return 2; }\n", false},
	{"a body of old", "typedef int KNOWN;\nint more(a, b) int a; char *b; { return a; }\n", "typedef int KNOWN;\nint more(a, b) long a; char *b; { return a; }\n", false},
	{"a function behind a body", "typedef int KNOWN;\nint more(void) { return 1; } int less(void);\n", "typedef int KNOWN;\nint more(void) { return 1; }\n", true},
	{"numbers", "typedef int KNOWN;\nenum more { A, B };\n", "typedef int KNOWN;\nenum more { B, A };\n", false},
	{"numbers in a structure", "typedef int KNOWN;\nstruct more { enum { A, B } c; };\n", "typedef int KNOWN;\nstruct more { enum { B, A } c; };\n", false},
	{"a pragma", "#pragma options align=packed\ntypedef int KNOWN;\n", "typedef int KNOWN;\n", false},
	{"a pragma in a structure", "typedef int KNOWN;\nstruct more {\n#pragma pack(1)\nint a; };\n", "typedef int KNOWN;\nstruct more { int a; };\n", false},
	{"what a pragma names", "typedef int KNOWN;\nint more(void);\n#pragma weak more\n", "typedef int KNOWN;\n#pragma weak more\n", false},
	{"an attribute", "typedef int KNOWN;\n__attribute__((noreturn)) void more(void);\n", "typedef int KNOWN;\n", false},
	{"brackets in another way", "typedef int KNOWN;\nint more(int); int f(int) <% return more(1); %>\n", "typedef int KNOWN;\nint less(int); int f(int) <% return less(1); %>\n", false},
	{"brackets that are not closed", "typedef int KNOWN;\nint more(int); int g(int) { } return more(1); }\n", "typedef int KNOWN;\nint less(int); int g(int) { } return less(1); }\n", false},
	{"a mark that is not closed", "typedef int KNOWN;\nint more(int); int g(int n) { n = 1'000; if (n) {\n } return more(1); }\n", "typedef int KNOWN;\nint less(int); int g(int n) { n = 1'000; if (n) {\n } return less(1); }\n", false},
	{"a statement outside", "typedef int KNOWN;\nint more(int); return more(1);\n", "typedef int KNOWN;\nint less(int); return less(1);\n", false},
	{"a text", "typedef int KNOWN;\nconst char more[] = \"a; int b(void); \\\" \";\n", "typedef int KNOWN;\nconst char more[] = \"a; int c(void); \\\" \";\n", false},
}

func TestUsed(t *testing.T) {
	t.Parallel()
	for _, test := range tests {
		if same := Used(test.one+of) == Used(test.other+of); same != test.same {
			t.Errorf("%s: the same is %t, want %t:\n%s\n%s", test.name, same, test.same, test.one, test.other)
		}
	}
	// All that is there counts where something follows that names it.
	for _, test := range tests {
		uses := "int g(void) { return sizeof more + sizeof(struct more) + sizeof less + sizeof(MORE) + (int)list + sizeof one + sizeof(two) + many[0] + (int)end; }\n"
		if test.one != test.other && test.name != "lines and files" && Used(test.one+of+uses) == Used(test.other+of+uses) {
			t.Errorf("%s: what is used is the same", test.name)
		}
	}
}

// TestUsedClang has the real one make the same object wherever the same is used.
func TestUsedClang(t *testing.T) {
	t.Parallel()
	compiler, err := exec.LookPath("clang-19")
	if err != nil {
		t.Skipf("%v; \"mage test\" installs it", err)
	}
	dir := t.TempDir()
	for _, test := range tests {
		if !test.same {
			continue
		}
		var made []string
		for _, text := range []string{test.one, test.other} {
			file, object := filepath.Join(dir, "a.c"), filepath.Join(dir, "a.o")
			if err := os.WriteFile(file, []byte(text+of), 0o644); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(compiler, "--target=powerpc64-ibm-aix7.2", "-w", "-O2", "-c", "-o", object, file).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", test.name, err, out)
			}
			content, err := os.ReadFile(object)
			if err != nil {
				t.Fatal(err)
			}
			made = append(made, string(content))
		}
		if made[0] != made[1] {
			t.Errorf("%s: the objects differ", test.name)
		}
	}
}

// FuzzUsed has a text and a declaration that nothing names.
func FuzzUsed(f *testing.F) {
	for _, test := range tests {
		f.Add(test.one + of)
		f.Add(test.other)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "nobody_names_this") {
			return
		}
		want := Used(text)
		_, clear := declarations(text)
		if got := Used("int nobody_names_this(int);\nstruct nobody_names_this { int a; };\n" + text); clear && got != want {
			t.Errorf("what nothing names counts before %q", text)
		}
		if !clear && Used("int nobody_names_this(int);\n"+text) == want {
			t.Errorf("of %q, which is not clear, something does not count", text)
		}
		if Used(text+"\n;int x = 1;") == Used(text+"\n;int x = 2;") {
			t.Errorf("a value behind %q does not count", text)
		}
	})
}
