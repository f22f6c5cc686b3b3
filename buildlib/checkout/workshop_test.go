package checkout

import (
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

func TestCompilesElsewhere(t *testing.T) {
	t.Parallel()
	for compiler, want := range map[string]string{"": "", "clang": "", "gcc": "cross-compiler", "/opt/IBM/xlc": "cross-compiler"} {
		if got := fault.Code(compilesElsewhere(target.Request{Name: "aix7.2-64", Compiler: compiler})); got != want {
			t.Errorf("compilesElsewhere(%q) is fault %q, want %q", compiler, got, want)
		}
	}
}
