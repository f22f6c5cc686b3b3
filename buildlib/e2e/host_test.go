//go:build e2e

package e2e_test

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestHost builds on machines that ssh reaches.
func TestHost(t *testing.T) {
	s := newHostSite(t)
	for _, b := range hostBoxes {
		t.Run(b.user, func(t *testing.T) { s.whole(t, b.user) })
	}
}

// whole goes the whole way on a machine at the other end, and on the same one simulated here.
func (s *hostSite) whole(t *testing.T, user string) {
	project := s.checkout(t)
	s.network.set(20*time.Millisecond, 0)
	start := time.Now()
	out, all := run(t, s.command(project, user, false, "-v", "settings"))
	t.Logf("settings: %d round trips, %v", trips(t, all), time.Since(start))
	if n := trips(t, all); n > 5 {
		t.Errorf("detecting takes %d round trips, want 5 at most:\n%s", n, all)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Logf("detecting takes %v: more than 3 s, unless this machine is at other work", took)
	}
	if !strings.Contains(out, "target    aix"+user[3:4]+"."+user[4:]) {
		t.Errorf("settings: %s", out)
	}
	out, all = run(t, s.command(project, user, false, "-v", "package"))
	first := image(t, out)
	t.Logf("package: %d round trips", trips(t, all))
	if n := trips(t, all); n > 60 {
		t.Errorf("package takes %d round trips, want 60 at most:\n%s", n, all)
	}
	out, all = run(t, s.command(project, user, false, "-v", "package"))
	t.Logf("package again: %d round trips", trips(t, all))
	if n := trips(t, all); n > 8 || image(t, out) != first || !strings.Contains(all, "everything is up to date") {
		t.Errorf("a second package takes %d round trips, want 8 at most, and makes %s of %s:\n%s", n, image(t, out), first, all)
	}
	s.quiet(t)
	s.network.set(0, 0)
	out, _ = run(t, s.command(s.checkout(t), user, true, "package"))
	if here := image(t, out); here != first {
		t.Errorf("made there: %s, made here: %s", first, here)
	}
	out, _ = run(t, s.command(project, user, false, "clean:host"))
	if _, err := os.Stat(s.path("home", user, ".sendmail-aix")); err == nil || !strings.Contains(out, "removed "+user+":") {
		t.Errorf("clean:host leaves work there: %v, %s", err, out)
	}
}
