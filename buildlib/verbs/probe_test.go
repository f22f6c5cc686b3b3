package verbs

import (
	"os"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/command"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// TestProbe is the document of a machine that contradicts what is stated in two things, a value and a name that is not exported.
func TestProbe(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := &command.Process{Environ: []string{"SENDMAIL_OUTPUT=json"}, Out: &out, Err: os.Stderr, Dir: t.TempDir()}
	v, err := (&command.Program{Verbs: All()}).Find("probe:compare")
	if err != nil {
		t.Fatal(err)
	}
	if err := do(t.Context(), p, v, []string{"testdata/probe.txt"}, nil); fault.Code(err) != "probe-contradicts" || report.Status(err) != 1 {
		t.Errorf("%v, want the finding probe-contradicts", err)
	}
	same(t, "probe_compare", out.String())
}
