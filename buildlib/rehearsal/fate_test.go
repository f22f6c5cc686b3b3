package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// operation is something that installp does, and that can be done again after a clean-up.
type operation struct {
	name  string
	start *theatre
	do    func(context.Context, *theatre) error
}

// operations are those on a package of two levels.
func operations(t *testing.T, old, new *Media) []operation {
	t.Helper()
	empty := newTheatre(t, "dash")
	installed := empty.clone(t)
	if err := installed.Apply(t.Context(), old, Options{}); err != nil {
		t.Fatal(err)
	}
	installed.fate = fate{}
	apply := func(m *Media, o Options) func(context.Context, *theatre) error {
		return func(ctx context.Context, s *theatre) error { return s.Apply(ctx, m, o) }
	}
	return []operation{
		{"first installation", empty, apply(old, Options{})},
		{"newer level", installed, apply(new, Options{})},
		{"same level by force", installed, apply(old, Options{Force: true})},
		{"removal", installed, func(ctx context.Context, s *theatre) error {
			return s.Deinstall(ctx, Options{Names: []string{old.Image.Package}})
		}},
	}
}

// edit is an administrator's change.
func (s *theatre) edit(t *testing.T, name, content string) {
	t.Helper()
	at, err := s.in(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.root.WriteFile(at, []byte(content), 0o644); err != nil {
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
	all, err := s.shown()
	if err != nil {
		t.Fatal(err)
	}
	lines := p.Since(nil)
	for _, f := range all {
		lines = append(lines, fmt.Sprintf("%s %s %s", f.name, f.level, f.state))
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
	return s.look(t), s.fate.moments
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
			s.fate = fate{power: n, umask: umaskOf(n)}
			if err := o.do(t.Context(), s); !errors.Is(err, errPower) {
				t.Fatalf("with the power off: %v", err)
			}
			s.fate = fate{umask: umaskOf(n)}
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
				interrupted.fate = fate{power: n}
				if err := o.do(t.Context(), interrupted); !errors.Is(err, errPower) {
					t.Fatalf("with the power off: %v", err)
				}
				interrupted.fate = fate{}
				clean := operation{o.name, interrupted, func(ctx context.Context, s *theatre) error { return s.Cleanup(ctx) }}
				once := interrupted.clone(t)
				if err := clean.do(t.Context(), once); err != nil {
					t.Fatal(err)
				}
				for _, m := range some(once.fate.moments, stride) {
					s := interrupted.clone(t)
					s.fate = fate{power: m}
					if err := clean.do(t.Context(), s); !errors.Is(err, errPower) {
						t.Fatalf("with the power off again: %v", err)
					}
					s.fate = fate{}
					if err := errors.Join(s.Cleanup(t.Context()), o.do(t.Context(), s), s.Check()); err != nil {
						t.Fatalf("%s, then %s: %v", momentName(n, moments), momentName(m, once.fate.moments), err)
					}
					if diff := cmp.Diff(want, s.look(t)); diff != "" {
						t.Errorf("%s, then %s: not as without power cuts, -want +got:\n%s", momentName(n, moments), momentName(m, once.fate.moments), diff)
					}
				}
			}
		})
	}
}
