package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// operation is something that installp does, and that can be done again after a clean-up.
type operation struct {
	name  string
	start *theatre
	do    func(context.Context, *theatre) error
}

// operations are those on a package of two levels.
func operations(t *testing.T, old, new *preview.Media) []operation {
	t.Helper()
	empty := newTheatre(t, "dash")
	installed := empty.clone(t)
	if err := installed.Apply(t.Context(), old, preview.Options{}); err != nil {
		t.Fatal(err)
	}
	installed.Fate = box.Fate{}
	apply := func(m *preview.Media, o preview.Options) func(context.Context, *theatre) error {
		return func(ctx context.Context, s *theatre) error { return s.Apply(ctx, m, o) }
	}
	return []operation{
		{"first installation", empty, apply(old, preview.Options{})},
		{"newer level", installed, apply(new, preview.Options{})},
		{"same level by force", installed, apply(old, preview.Options{Force: true})},
		{"removal", installed, func(ctx context.Context, s *theatre) error {
			return s.Deinstall(ctx, preview.Options{Names: []string{old.Image.Package}})
		}},
	}
}

// edit is an administrator's change.
func (s *theatre) edit(t *testing.T, name, content string) {
	t.Helper()
	if err := s.PutText(name, 0o644, content); err != nil {
		t.Fatal(err)
	}
}

// look gives everything that counts of a box: its disk, and what lslpp says.
func (s *theatre) look(t *testing.T) []string {
	t.Helper()
	p, err := s.Picture()
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Shown()
	if err != nil {
		t.Fatal(err)
	}
	lines := p.Since(nil)
	for _, f := range all {
		lines = append(lines, fmt.Sprintf("%s %s %s", f.Name, f.Level, f.State))
	}
	return lines
}

// whole does an operation without disturbance, and gives how the box looks afterwards and which moments passed.
func (o *operation) whole(t *testing.T) (look, moments []string) {
	t.Helper()
	s := o.start.clone(t)
	if err := o.do(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	return s.look(t), s.Fate.Moments
}

// some leaves of the moments every so manieth.
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
	t.Parallel()
	for _, o := range operations(t, media(t, plainDemo(t, "1.0.0.0")), media(t, plainDemo(t, "1.0.0.1"))) {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			o.survivePowerCuts(t, stride)
		})
	}
}

// umaskOf is that of whoever calls installp when the power goes off at a moment, and again afterwards: each in turn.
func umaskOf(n int) string { return []string{"000", "022", "077"}[n%3] }

// So it is with our own package, whose scripts do more.
func TestPowerCutOfProduct(t *testing.T) {
	t.Parallel()
	for _, o := range operations(t, product(t, "8.15.2.1"), product(t, "8.15.2.2")) {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			o.survivePowerCuts(t, productStride)
		})
	}
}

func (o *operation) survivePowerCuts(t *testing.T, step int) {
	want, moments := o.whole(t)
	for _, n := range some(moments, step) {
		t.Run(momentName(n, moments), func(t *testing.T) {
			s := o.start.clone(t)
			s.Fate = box.Fate{Power: n, Umask: umaskOf(n)}
			if err := o.do(t.Context(), s); !errors.Is(err, box.ErrPower) {
				t.Fatalf("with the power off: %v", err)
			}
			s.Fate = box.Fate{Umask: umaskOf(n)}
			if err := s.Cleanup(t.Context()); err != nil {
				t.Fatalf("clean-up: %v", err)
			}
			if err := o.do(t.Context(), s); err != nil {
				t.Fatalf("again: %v", err)
			}
			if err := s.Check(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, s.look(t)); diff != "" {
				t.Errorf("not as without the power cut, -want +got:\n%s", diff)
			}
		})
	}
}

// The power goes off again while installp cleans up.
func TestPowerCutOfCleanup(t *testing.T) {
	t.Parallel()
	for _, o := range operations(t, media(t, plainDemo(t, "1.0.0.0")), media(t, plainDemo(t, "1.0.0.1"))) {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			want, moments := o.whole(t)
			for _, n := range some(moments, len(moments)/4) {
				interrupted := o.start.clone(t)
				interrupted.Fate = box.Fate{Power: n}
				if err := o.do(t.Context(), interrupted); !errors.Is(err, box.ErrPower) {
					t.Fatalf("with the power off: %v", err)
				}
				interrupted.Fate = box.Fate{}
				clean := operation{o.name, interrupted, func(ctx context.Context, s *theatre) error { return s.Cleanup(ctx) }}
				once := interrupted.clone(t)
				if err := clean.do(t.Context(), once); err != nil {
					t.Fatal(err)
				}
				for _, m := range some(once.Fate.Moments, stride) {
					s := interrupted.clone(t)
					s.Fate = box.Fate{Power: m}
					if err := clean.do(t.Context(), s); !errors.Is(err, box.ErrPower) {
						t.Fatalf("with the power off again: %v", err)
					}
					s.Fate = box.Fate{}
					if err := errors.Join(s.Cleanup(t.Context()), o.do(t.Context(), s), s.Check()); err != nil {
						t.Fatalf("%s, then %s: %v", momentName(n, moments), momentName(m, once.Fate.Moments), err)
					}
					if diff := cmp.Diff(want, s.look(t)); diff != "" {
						t.Errorf("%s, then %s: not as without power cuts, -want +got:\n%s", momentName(n, moments), momentName(m, once.Fate.Moments), diff)
					}
				}
			}
		})
	}
}
