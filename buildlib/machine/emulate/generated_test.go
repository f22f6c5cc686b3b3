package emulate

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// TestGenerated: what compilers make of a construct that AIX's format has a way of its own for. First the object is seen to hold the thing, for
// else nothing is tested; then the program either runs, and says what it should, or is refused when it is linked.
func TestGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("runs without -short")
	}
	inBoth(t, testGenerated)
}

func testGenerated(t *testing.T, w *width) {
	const readobj = "llvm-readobj-19"
	if _, err := exec.LookPath(readobj); err != nil {
		t.Skipf("%v; \"mage test\" installs it", err)
	}
	e, is64 := emulator(t, w), w == wide
	machine, err := toolchains[w]()
	if err != nil {
		t.Skip(err)
	}
	many := 8300 // addresses of 8 bytes, of which a TOC of 64 KiB has no room for
	if !is64 {
		many = 16500
	}
	for _, test := range []struct {
		name, source string
		more         string // of another object
		flags        []string
		show         string // what of the object
		holds        string
		times        int // at the least; 0 is once
		lacks        string
		stdout       string
		refused      string
	}{
		{
			name: "a switch of many cases, without a jump table", source: switchOf(80), show: "-r",
			// A table is differences of two labels, which R_NEG is for.
			holds: "R_RBR", lacks: "R_NEG", stdout: switchSum(80),
		},
		{
			name: "a jump table", source: switchOf(80), show: "-r", flags: []string{"-fjump-tables"}, holds: "R_NEG", times: 80,
			stdout: switchSum(80), refused: when(is64, "relocation truncated to fit"),
		},
		{
			name: "a jump table, of a switch that is too small for one", source: switchOf(50), show: "-r", flags: []string{"-fjump-tables"},
			holds: "R_RBR", lacks: "R_NEG", stdout: switchSum(50),
		},
		{
			name: "a TOC that is too large", source: sumOf(many), more: numbers(many), show: "-r", holds: "R_TOC ", times: many,
			refused: "TOC overflow",
		},
		{
			name: "a TOC of any size", source: sumOf(many), more: numbers(many), show: "-r", flags: []string{"-mcmodel=large"},
			holds: "R_TOCU ", times: many, lacks: "R_TOC ", stdout: fmt.Sprintln(many),
		},
		{
			name: "weak symbols", source: "#include <stdio.h>\n#define WEAK __attribute__((weak, noinline))\nWEAK int a(void) { return 1; }\nWEAK int b(void) { return 2; }\n" +
				"int main(void) { printf(\"%d %d\\n\", a(), b()); return 0; }\n",
			more: "int b(void) { return 3; }\n", show: "--syms", holds: "C_WEAKEXT", stdout: "1 3\n",
		},
		{
			name: "a weak symbol that nobody defines", source: "int none(void) __attribute__((weak));\nint main(void) { return none ? none() : 0; }\n", show: "--syms",
			holds: "C_WEAKEXT", refused: "undefined reference to `none'",
		},
		{
			name: "thread-local data", source: "__thread volatile int n = 5;\nint main(void) { return n; }\n", show: "-S", holds: "Name: .tdata",
			refused: "__tls_get_addr",
		},
		{
			name: "a constructor", source: "#include <stdio.h>\nstatic void __attribute__((constructor)) first(void) { puts(\"first\"); }\nint main(void) { return 0; }\n",
			show: "--syms", holds: "Name: .__sinit8", refused: "GNU's linker makes no calls of them",
		},
		{
			name: "a destructor", source: "#include <stdio.h>\nstatic void __attribute__((destructor)) last(void) { puts(\"last\"); }\nint main(void) { return 0; }\n",
			show: "--syms", holds: "Name: .__sterm8", refused: "GNU's linker makes no calls of them",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			bin := filepath.Join(root, "bin")
			write(t, filepath.Join(bin, "a.c"), test.source)
			write(t, filepath.Join(bin, "b.c"), test.more)
			run := func(argv ...string) error { return machine.Run(t.Context(), host.Cmd{Argv: argv, Dir: bin}) }
			if err := run(append([]string{"clang", "-std=gnu17", "-O2", "-c", "a.c", "b.c"}, test.flags...)...); err != nil {
				t.Fatal(err)
			}
			object, err := exec.Command(readobj, test.show, filepath.Join(bin, "a.o")).CombinedOutput()
			there := strings.Count(string(object), test.holds)
			if err != nil || there < max(1, test.times) || test.lacks != "" && strings.Contains(string(object), test.lacks) {
				t.Fatalf("%v: the object holds %q %d times, want %d, and not %q; so nothing is tested:\n%.2000s", err, test.holds, there, max(1, test.times), test.lacks, object)
			}
			err = run("clang", "-o", "program", "a.o", "b.o")
			if test.refused != "" {
				if err == nil || !strings.Contains(err.Error(), test.refused) {
					t.Errorf("linking: %v, want %q", err, test.refused)
				}
				if _, err := os.Stat(filepath.Join(bin, "program")); err == nil {
					t.Error("there is a program all the same")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := e.try(t.Context(), Request{Root: root, Program: "/bin/program"}); err != nil || got != (result{stdout: test.stdout}) {
				t.Errorf("Run() = %+v, %v, want %q", got, err, test.stdout)
			}
		})
	}
}

func when(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}

// switchOf is a program with so many cases, which do different things, so that clang cannot make a table of results of them.
func switchOf(cases int) string {
	var b strings.Builder
	b.WriteString("#include <stdio.h>\nstatic unsigned sum;\nstatic void __attribute__((noinline)) f(int n)\n{\n\tswitch (n) {\n")
	for i := range cases {
		if i%3 == 0 {
			fmt.Fprintf(&b, "\tcase %d: sum = sum * 31 + %d; break;\n", i, i)
		} else {
			fmt.Fprintf(&b, "\tcase %d: sum += %d; sum ^= sum << %d; break;\n", i, i*i, i%7+1)
		}
	}
	fmt.Fprintf(&b, "\tdefault: sum++;\n\t}\n}\nint main(void)\n{\n\tfor (int i = -1; i <= %d; i++)\n\t\tf(i);\n\tprintf(\"%%u\\n\", sum);\n\treturn 0;\n}\n", cases)
	return b.String()
}

// switchSum is what that program prints.
func switchSum(cases int) string {
	sum := uint32(0)
	for i := -1; i <= cases; i++ {
		switch {
		case i < 0 || i == cases:
			sum++
		case i%3 == 0:
			sum = sum*31 + uint32(i)
		default:
			sum += uint32(i * i)
			sum ^= sum << (i%7 + 1)
		}
	}
	return fmt.Sprintln(sum)
}

// sumOf adds so many numbers of another object, and each has its address in the TOC.
func sumOf(n int) string {
	var b strings.Builder
	b.WriteString("#include <stdio.h>\n")
	for i := range n {
		fmt.Fprintf(&b, "extern int n%d;\n", i)
	}
	const each = 100
	for i := range n {
		if i%each == 0 {
			fmt.Fprintf(&b, "static int __attribute__((noinline)) sum%d(void) { return 0", i/each)
		}
		fmt.Fprintf(&b, " + n%d", i)
		if i%each == each-1 {
			b.WriteString("; }\n")
		}
	}
	b.WriteString("int main(void) { printf(\"%d\\n\", 0")
	for i := range n / each {
		fmt.Fprintf(&b, " + sum%d()", i)
	}
	b.WriteString("); return 0; }\n")
	return b.String()
}

// numbers are those that sumOf adds.
func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "int n%d = 1;\n", i)
	}
	return b.String()
}
