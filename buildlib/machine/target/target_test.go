package target

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

func ExampleParse() {
	t, err := Parse("aix7.2-64")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t, "compiler:", t.Compiler, "OpenSSL:", t.OpenSSL, "SASL:", t.SASL)
	fmt.Println(t.Flags().Width, t.Flags().LibraryPath)

	_, err = Parse("aix72-64")
	fmt.Println(err)
	// Output:
	// aix7.2-64 compiler: xlc OpenSSL: base (1.1.1) SASL: toolbox
	// -q64 -blibpath:/usr/lib:/lib:/opt/freeware/lib
	// there is no target "aix72-64"
	//   do:    did you mean "aix7.2-64"? Targets are: host aix6.1-32 aix6.1-64 aix7.1-32 aix7.1-64 aix7.2-32 aix7.2-64 aix7.3-32 aix7.3-64
}

func TestNamesParse(t *testing.T) {
	t.Parallel()
	for _, name := range Names() {
		got, err := Parse(name)
		if err != nil || got.String() != name {
			t.Errorf("Parse(%q) = %v, %v; want it back", name, got, err)
			continue
		}
		if got.Here || len(got.Lacks) > 0 {
			t.Errorf("Parse(%q) claims to have looked at a machine", name)
		}
	}
	for _, name := range []string{"", "aix", "AIX7.2-64", "aix7.2", "aix5.3-32", "aix7.2-64 ", "hosts"} {
		if got, err := Parse(name); fault.Code(err) != "target-unknown" {
			t.Errorf("Parse(%q) = %v, %v; want fault target-unknown", name, got, err)
		}
	}
}

// TestParseBounds wants the nearest bound for levels that there are or were, and that are not built for.
func TestParseBounds(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"aix5.3-32": "the oldest level that can be built for is aix6.1", "aix5.3": "the oldest level that can be built for is aix6.1",
		"aix-4.3-32": "aix6.1", "aix7.4-64": "the newest level that can be built for is aix7.3", "aix8.1-64": "aix7.3",
		"aix7.2": `say "aix7.2-32" or "aix7.2-64"`, "aix6.2-64": "did you mean", "hsot": `did you mean "host"?`,
	} {
		if _, err := Parse(name); !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("Parse(%q) = %v, want %q", name, err, want)
		}
	}
	if _, err := Parse("aix5.3-32"); strings.Contains(fmt.Sprint(err), "did you mean") {
		t.Errorf("Parse(aix5.3-32) = %v: no other level is meant", err)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		compiler CompilerKind
		openssl  string
	}{
		{"aix6.1-32", XLC, "1.0.2"},
		{"aix7.1-64", XLC, "1.1.1"},
		{"aix7.2-64", XLC, "1.1.1"},
		{"aix7.3-64", IBMClang, "3.0"},
	} {
		got := parse(t, test.name)
		if got.Compiler.Kind != test.compiler || got.OpenSSL.API != test.openssl {
			t.Errorf("Parse(%q) has compiler %s and OpenSSL %s, want %s and %s", test.name, got.Compiler.Kind, got.OpenSSL.API, test.compiler, test.openssl)
		}
	}
}

func parse(t *testing.T, name string) *Target {
	t.Helper()
	got, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestLibraryPath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		openssl, sasl Provider
		want          string
	}{
		{"both base", provider(Base, ""), provider(Base, ""), "/usr/lib:/lib"},
		{"base OpenSSL must win over the Toolbox's", provider(Base, ""), provider(Toolbox, ""), "/usr/lib:/lib:/opt/freeware/lib"},
		{"both Toolbox", provider(Toolbox, ""), provider(Toolbox, ""), "/opt/freeware/lib:/usr/lib:/lib"},
		{"own OpenSSL", provider(Prefix, "/opt/ssl"), provider(Toolbox, ""), "/opt/ssl/lib:/opt/freeware/lib:/usr/lib:/lib"},
		{"own SASL", provider(Base, ""), provider(Prefix, "/opt/sasl"), "/usr/lib:/lib:/opt/sasl/lib"},
	} {
		target := parse(t, "aix7.2-64")
		target.OpenSSL, target.SASL = test.openssl, test.sasl
		if got := strings.Join(target.LibraryPath(), ":"); got != test.want {
			t.Errorf("%s: LibraryPath() = %s, want %s", test.name, got, test.want)
		}
	}
	if got := parse(t, "host").LibraryPath(); got != nil {
		t.Errorf("host: LibraryPath() = %v, want none", got)
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		target   string
		compiler Compiler
		command  string // width and language
		path     string
	}{
		{"aix6.1-32", Compiler{Kind: XLC}, "-q32", "-blibpath:"},
		{"aix7.2-64", Compiler{Kind: XLC, Version: "16.1.0"}, "-q64", "-blibpath:"},
		{"aix7.2-64", Compiler{Kind: XLClang, Version: "16.1.0"}, "-m64 -std=gnu99", "-Wl,-blibpath:"},
		{"aix7.3-64", Compiler{Kind: IBMClang, Version: "17.1.0"}, "-m64 -std=gnu17", "-Wl,-blibpath:"},
		{"aix7.1-32", Compiler{Kind: GCC, Version: "6.3.0"}, "-maix32 -std=gnu99", "-Wl,-blibpath:"},
		{"aix7.2-64", Compiler{Kind: GCC, Version: "10.3.0"}, "-maix64 -std=gnu17", "-Wl,-blibpath:"},
		{"aix7.2-64", Compiler{Kind: GCC}, "-maix64 -std=gnu99", "-Wl,-blibpath:"},
		{"host", Compiler{Kind: GCC, Version: "15.1.0"}, "-std=gnu17", ""},
		{"host", Compiler{Kind: Clang, Version: "19.1.7"}, "-std=gnu17", ""},
	} {
		target := parse(t, test.target)
		target.Compiler = test.compiler
		f := target.Flags()
		if got := strings.TrimSpace(f.Width + " " + f.Language); got != test.command {
			t.Errorf("%s with %v: %q, want %q", test.target, test.compiler, got, test.command)
		}
		if !strings.HasPrefix(f.LibraryPath, test.path) || test.path == "" && f.LibraryPath != "" {
			t.Errorf("%s with %v: library path %q, want %q...", test.target, test.compiler, f.LibraryPath, test.path)
		}
		if wantBool := test.compiler.Kind == XLC; slices.Contains(f.Defines, "-DSM_CONF_STDBOOL_H=0") != wantBool {
			t.Errorf("%s with %v: defines %v", test.target, test.compiler, f.Defines)
		}
		for _, value := range append(f.Defines, f.Width, f.Language, f.Optimize, f.IncludeAfter, f.ThreadFlags, f.ThreadLibs) {
			if strings.Contains(value, ",") {
				t.Errorf("%s with %v: a comma in %q, which sendmail's m4 files would cut", test.target, test.compiler, value)
			}
		}
	}
}

// TestTimeOfCompilation: IBM's classic compilers are told not to write it, as far as they know the option.
func TestTimeOfCompilation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		compiler Compiler
		want     bool
	}{
		{Compiler{Kind: XLC, Version: "11.1"}, false},
		{Compiler{Kind: XLC}, false},
		{Compiler{Kind: XLC, Version: "12.1"}, true},
		{Compiler{Kind: XLC, Version: "16.1.0"}, true},
		{Compiler{Kind: XLClang, Version: "16.1.0"}, true},
		{Compiler{Kind: IBMClang, Version: "17.1.0"}, false},
		{Compiler{Kind: GCC, Version: "10.3.0"}, false},
	} {
		target := parse(t, "aix7.2-64")
		target.Compiler = test.compiler
		if got := target.Flags().Optimize; strings.Contains(got, " -qnotimestamps") != test.want {
			t.Errorf("%v: %q, want -qnotimestamps in it: %v", test.compiler, got, test.want)
		}
	}
}

func TestEnv(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{"aix7.2-64": {"M4=m4", "MAKE=make", "OBJECT_MODE=64"}, "host": {"M4=m4", "MAKE=make"}} {
		if got := parse(t, name).Env(); !slices.Equal(got, want) {
			t.Errorf("%s: Env() = %v, want %v", name, got, want)
		}
	}
}
