package e2e_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	builds "github.com/sendmail-aix/sendmail-aix/buildlib/build"
	checkouts "github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/plan"
)

// tiny is a checkout of the tiny tree, and the environments that make plans for different targets of it: this machine, and two simulated ones.
func tiny(t *testing.T) (project string, environs [][]string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	must(t, err)
	dir := t.TempDir()
	project = filepath.Join(dir, "project")
	tarball := packTiny(t, root)
	must(t, errors.Join(os.WriteFile(filepath.Join(dir, "tiny.tar.gz"), tarball, 0o644), makeCheckout(root, project, filepath.Join(dir, "tiny.tar.gz"), tarball)))
	environ := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "SENDMAIL_WITH=regex"}
	for _, box := range []string{"", "7.2-tl5", "7.3"} {
		if box == "" {
			environs = append(environs, environ)
			continue
		}
		boxes := filepath.Join(root, "testdata/boxes")
		environs = append(environs, append(environ[:len(environ):len(environ)], "SENDMAIL_TARGET="+"aix"+box[:3]+"-64", "SENDMAIL_SYSROOT="+filepath.Join(boxes, box, "root"),
			"PATH="+filepath.Join(boxes, box, "bin")+":"+filepath.Join(boxes, "common/bin")+":"+os.Getenv("PATH")))
	}
	return project, environs
}

func open(t *testing.T, project string, environ []string) *checkouts.Checkout {
	t.Helper()
	c, err := checkouts.Open(project, environ, checkouts.Console{Err: io.Discard})
	must(t, err)
	t.Cleanup(func() { must(t, c.Done(nil)) })
	return c
}

// TestPlans carries three plans out at once, in one process and one checkout, and then each by itself in another: the images are the same.
func TestPlans(t *testing.T) {
	if testing.Short() {
		t.Skip("runs without -short")
	}
	t.Parallel()
	var together, alone []builds.Result
	project, environs := tiny(t)
	results := make([]*builds.Result, len(environs))
	var work sync.WaitGroup
	for i, environ := range environs {
		b, err := builds.Prepare(t.Context(), open(t, project, environ))
		must(t, err)
		work.Go(func() {
			r, err := b.Run(t.Context(), "package")
			if results[i] = r; err != nil {
				t.Errorf("plan %d: %v", i, err)
			}
		})
	}
	work.Wait()
	if t.Failed() {
		return
	}
	for i, r := range results {
		together = append(together, without(t, r))
		another, environs := tiny(t)
		r, err := builds.To(t.Context(), open(t, another, environs[i]), "package", builds.StopAtEdits)
		must(t, err)
		alone = append(alone, without(t, r))
	}
	if diff := cmp.Diff(alone, together); diff != "" {
		t.Errorf("one by one (-) and at once (+):\n%s", diff)
	}
}

// without is a result without times.
func without(t *testing.T, r *builds.Result) builds.Result {
	t.Helper()
	if len(r.Ran) != 6 || len(r.SHA256) != 64 || !strings.Contains(r.Path, r.Target) {
		t.Errorf("%+v: want six steps, and an image of the target", r)
	}
	stable := *r
	stable.Ran = nil
	for _, ran := range r.Ran {
		stable.Ran = append(stable.Ran, step.Ran{Step: ran.Step, Because: ran.Because})
	}
	return stable
}

// TestPlanIsData makes plans twice: of the same they are equal, and of another setting they are not.
func TestPlanIsData(t *testing.T) {
	t.Parallel()
	project, environs := tiny(t)
	c := open(t, project, environs[1])
	first, _, err := plan.Make(t.Context(), c)
	must(t, err)
	again, _, err := plan.Make(t.Context(), c)
	must(t, err)
	if !reflect.DeepEqual(first, again) {
		t.Error("two plans of one checkout are not equal")
	}
	other, err := c.With("revision", "2", "test")
	must(t, err)
	revised, _, err := plan.Make(t.Context(), other)
	must(t, err)
	if reflect.DeepEqual(first, revised) || first.Image() == revised.Image() {
		t.Error("plans of two revisions are equal")
	}
	if entries, err := os.ReadDir(filepath.Join(project, "build")); err != nil || len(entries) != 1 || entries[0].Name() != "log" {
		t.Errorf("making plans left %v, %v; want a log alone", entries, err)
	}
}
