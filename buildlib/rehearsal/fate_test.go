package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/ops"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// ofTwoLevels are the operations on a package of two levels.
func ofTwoLevels(t *testing.T, old, new *preview.Media) []operation {
	t.Helper()
	all, err := operations(t.Context(), newQuickTheatre(t, "dash").Installp, t.TempDir(), []*preview.Media{old, new})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all[1:] {
		t.Cleanup(func() { o.start.Close() })
	}
	return all
}

// A rehearsal with power cuts tells at which a package does not come to the same end.
func TestInterrupt(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	p := plainDemo(t, "1.0.0.0")
	good := media(t, p)
	p.Filesets[0].Root[installp.Config] = told(installp.Config, "echo again >>/var/adm/ras/demo.log\nmkdir -p /var/adm/ras")
	for _, c := range []struct {
		name  string
		media *preview.Media
		count int
		bad   bool
	}{{"survives", good, 1, false}, {"does not", media(t, p), 8, true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cuts, err := interrupt(t.Context(), props(t), dir, "dash", []*preview.Media{c.media}, c.count)
			if len(cuts) < 3*c.count || (err != nil) != c.bad {
				t.Fatalf("%d cuts, %v", len(cuts), err)
			}
			bad := 0
			for _, cut := range cuts {
				if cut.Found != "" {
					bad++
				}
			}
			left, globErr := filepath.Glob(dir + "/operation*")
			if (bad > 0) != c.bad || len(left) != bad || globErr != nil || c.bad && !strings.Contains(err.Error(), "~ /var/adm/ras/demo.log") {
				t.Errorf("%d cuts went wrong, %d boxes are left: %v", bad, len(left), err)
			}
		})
	}
}

// edit is an administrator's change.
func (s *theatre) edit(t *testing.T, name, content string) {
	t.Helper()
	if err := s.PutText(name, 0o644, content); err != nil {
		t.Fatal(err)
	}
}

// look gives everything that counts of a box, in lines.
func (s *theatre) look(t *testing.T) []string {
	t.Helper()
	p, err := look(s.Installp)
	if err != nil {
		t.Fatal(err)
	}
	return p.Since(nil)
}

// some keeps every step-th moment.
func some(moments []string, step int) []int {
	var numbers []int
	for n := 1; n <= len(moments); n += step {
		numbers = append(numbers, n)
	}
	return numbers
}

func momentName(n int, moments []string) string {
	return fmt.Sprintf("%d %s", n, strings.ReplaceAll(moments[n-1], "/", "|"))
}

// The power goes off at a moment, each in turn. A clean-up and the same operation again lead to where it would have led.
func TestPowerCut(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, o := range ofTwoLevels(t, media(t, plainDemo(t, "1.0.0.0")), media(t, plainDemo(t, "1.0.0.1"))) {
		t.Run(o.command, func(t *testing.T) {
			t.Parallel()
			o.survivePowerCuts(t, stride)
		})
	}
}

// So it is with our own package, whose scripts do more.
func TestPowerCutOfProduct(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, o := range ofTwoLevels(t, product(t, "8.15.2.1"), product(t, "8.15.2.2")) {
		t.Run(o.command, func(t *testing.T) {
			t.Parallel()
			o.survivePowerCuts(t, productStride)
		})
	}
}

// begin is a box to do the operation on.
func (o *operation) begin(t *testing.T) *theatre { return (&theatre{Installp: o.start}).clone(t) }

// survivePowerCuts lets it go off at every step-th moment.
func (o *operation) survivePowerCuts(t *testing.T, step int) {
	want, moments, err := o.whole(t.Context(), filepath.Join(t.TempDir(), "box"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range some(moments, step) {
		if err := o.survive(t.Context(), filepath.Join(t.TempDir(), "box"), n, want); err != nil {
			t.Errorf("%s: %v", momentName(n, moments), err)
		}
	}
}

// The power goes off again while installp cleans up.
func TestPowerCutOfCleanup(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, o := range ofTwoLevels(t, media(t, plainDemo(t, "1.0.0.0")), media(t, plainDemo(t, "1.0.0.1"))) {
		t.Run(o.command, func(t *testing.T) {
			t.Parallel()
			want, moments, err := o.whole(t.Context(), filepath.Join(t.TempDir(), "box"))
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range some(moments, len(moments)/4) {
				interrupted := o.begin(t)
				interrupted.Fate = box.Fate{Power: n}
				if err := o.do(t.Context(), interrupted.Installp); !errors.Is(err, box.ErrPower) {
					t.Fatalf("with the power off: %v", err)
				}
				interrupted.Fate = box.Fate{}
				once := interrupted.clone(t)
				if err := once.Cleanup(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, m := range some(once.Fate.Moments, stride) {
					s := interrupted.clone(t)
					s.Fate = box.Fate{Power: m}
					if err := s.Cleanup(t.Context()); !errors.Is(err, box.ErrPower) {
						t.Fatalf("with the power off again: %v", err)
					}
					s.Fate = box.Fate{}
					if err := errors.Join(s.Cleanup(t.Context()), o.again(t.Context(), s.Installp, want)); err != nil {
						t.Errorf("%s, then %s: %v", momentName(n, moments), momentName(m, once.Fate.Moments), err)
					}
				}
			}
		})
	}
}

// A rehearsal that was killed leaves its disk, on which another run of this program cleans up.
func TestContinue(t *testing.T) {
	t.Parallel()
	dir, props := t.TempDir(), props(t)
	b, err := props.Box(filepath.Join(dir, "dash"), "dash", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	b.Fate.Power = 30
	if err := errors.Join(ops.New(b).Apply(t.Context(), media(t, demo(t, "1.0.0.0")), preview.Options{}), b.Close()); !errors.Is(err, box.ErrPower) {
		t.Fatal(err)
	}
	for _, want := range []string{"CLEANUP     SUCCESS", "No filesets were found that need to be cleaned up."} {
		var out strings.Builder
		err := Continue(t.Context(), host.NewLocal(os.Environ()), dir, "dash", &out, func(ctx context.Context, in *ops.Installp) error {
			return errors.Join(in.Cleanup(ctx), in.Check())
		})
		if err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("clean-up: %v\n%s\nwant %q", err, out.String(), want)
		}
	}
	if err := Continue(t.Context(), host.NewLocal(os.Environ()), dir, "mksh", io.Discard, nil); err == nil {
		t.Error("there is no disk of mksh's, and it is used")
	}
}
