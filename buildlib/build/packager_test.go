package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/plan"
)

// What is lacking is told, and where what could be done without it lies. The scripts see what comes after that.
func TestCanMkinstallp(t *testing.T) {
	t.Parallel()
	with, without := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(with, "mkinstallp"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		path   string
		isRoot bool
		want   string
	}{
		{"nothing", without, false, "packager-missing"},
		{"no mkinstallp", without, true, "packager-missing"},
		{"not root", with, false, "packager-root"},
		{"all there", with, true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := &Build{
				Plan: &plan.Plan{Dir: "/checkout/build"}, checkout: &checkout.Checkout{Root: "/checkout"},
				means: &plan.Means{Machine: host.NewLocal([]string{"PATH=" + test.path})},
			}
			err := b.canMkinstallp(t.Context(), test.isRoot)
			if got := fault.Code(err); got != test.want {
				t.Errorf("canMkinstallp() = %v, code %q, want %q", err, got, test.want)
			}
			if err != nil && !strings.Contains(err.Error(), "build/mkinstallp") {
				t.Errorf("canMkinstallp() = %v, want the directory build/mkinstallp in it", err)
			}
		})
	}
}
