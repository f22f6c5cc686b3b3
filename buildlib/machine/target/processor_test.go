package target

import (
	"errors"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

func TestProcessor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		target    string
		compiler  CompilerKind
		processor string
		option    string // "" with do: it is refused
		do        string
	}{
		{"aix6.1-32", XLC, "", "", ""},
		{"aix6.1-32", XLC, "pwr6", "-qarch=pwr6", ""},
		{"aix7.2-64", XLC, "pwr10", "", `did you mean "pwr`},
		{"aix7.2-64", XLC, "ppc64", "", "pwr4 pwr5 pwr6 pwr7 pwr8 pwr9;"},
		{"aix7.2-64", XLClang, "pwr9", "-qarch=pwr9", ""},
		{"aix7.3-64", IBMClang, "", "", ""},
		{"aix7.3-64", IBMClang, "pwr10", "-mcpu=pwr10", ""},
		{"aix7.3-64", IBMClang, "pwr4", "", "pwr7 pwr8 pwr9 pwr10;"},
		{"aix7.1-32", GCC, "", "-mcpu=powerpc", ""},
		{"aix7.1-64", GCC, "", "-mcpu=powerpc64", ""},
		{"aix7.1-64", GCC, "pwr7", "-mcpu=power7", ""},
		{"aix7.1-64", GCC, "970", "", "pwr4 pwr5"},
		{"aix6.1-32", Clang, "", "-mcpu=ppc", ""},
		{"aix7.2-64", Clang, "", "-mcpu=ppc64", ""},
		{"aix7.2-64", Clang, "pwr9", "-mcpu=pwr9", ""},
		{"aix7.2-64", Clang, "pwr9 -O0", "", "it can be"},
		{"host", GCC, "", "", ""},
		{"host", GCC, "pwr7", "", "leave the setting out"},
	} {
		target := parse(t, test.target)
		target.Compiler.Kind, target.Processor = test.compiler, test.processor
		err := target.CheckProcessor(test.compiler)
		if test.do != "" {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Code != "cpu-unknown" || !strings.Contains(f.Do, test.do) {
				t.Errorf("%s, %s, processor %q: %v, want fault cpu-unknown with %q", test.target, test.compiler, test.processor, err, test.do)
			}
			continue
		}
		if got := target.Flags().Processor; got != test.option || err != nil {
			t.Errorf("%s, %s, processor %q: %q, %v; want %q", test.target, test.compiler, test.processor, got, err, test.option)
		}
	}
}
