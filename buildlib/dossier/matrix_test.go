package dossier

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
)

func TestMatrix(t *testing.T) {
	c := &checkout.Checkout{Root: t.TempDir()}
	problems := []journal.Problem{{Code: "command-failed", What: "command failed: cc", Do: "read the log"}}
	for target, run := range map[string]journal.Run{
		"aix7.2-64": {Seconds: 3}, "aix7.2-32": {Seconds: 2, Step: "compile", Problems: problems}, "aix6.1-32": {Seconds: 5, Step: "stage", Problems: problems},
	} {
		if err := journal.Update(filepath.Join(c.Root, "build", "1.2.3", target), func(j *journal.Journal) { j.Run = run }); err != nil {
			t.Fatal(err)
		}
	}
	image := filepath.Join("build", "1.2.3", "aix7.2-64", "x.I")
	if err := os.WriteFile(c.Path(image), []byte("four"), 0o644); err != nil {
		t.Fatal(err)
	}
	m := new(Matrix)
	m.Add(c, "1.2.3", "aix7.2-64", image, "abc", "")
	m.Add(c, "1.2.3", "aix7.2-32", "", "", problems[0].What)
	m.Add(c, "1.2.3", "aix6.1-32", "", "", "this machine has no compiler") // what the journal has is of an earlier run
	want := []Row{
		{Release: "1.2.3", Target: "aix7.2-64", State: Good, Image: image, SHA256: "abc", Size: 4, Seconds: 3},
		{Release: "1.2.3", Target: "aix7.2-32", State: Bad, Seconds: 2, Step: "compile", Problems: problems},
		{Release: "1.2.3", Target: "aix6.1-32", State: Bad, Problems: []journal.Problem{{What: "this machine has no compiler"}}},
	}
	if diff := cmp.Diff(want, m.Rows); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
