package rehearsal

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// Each method of cfgfiles does with an administrator's edit what the documents say, over a newer level, and again by force.
func TestConfigMethods(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	s := newTheatre(t, "dash")
	old, new := media(t, demo(t, "1.0.0.0")), media(t, demo(t, "1.0.0.1"))
	if err := s.Apply(t.Context(), old, preview.Options{}); err != nil {
		t.Fatal(err)
	}
	methods := []installp.Method{installp.Preserve, installp.AutoMerge, installp.HoldNew, installp.UserMerge, installp.Other}
	for _, m := range methods {
		s.edit(t, "/etc/opt/demo/"+string(m), "mine\n")
	}
	const newer, absent = "of level 1.0.0.1\n", ""
	for _, c := range []struct {
		name string
		want map[installp.Method][2]string // the active file, and the one in the save directory
	}{
		{"newer level", map[installp.Method][2]string{
			installp.Preserve:  {"mine\n", absent},
			installp.AutoMerge: {"mine\nmerged\n", absent},
			installp.HoldNew:   {"mine\n", newer},
			installp.UserMerge: {newer, "mine\n"},
			installp.Other:     {newer, "mine\n"},
		}},
		// Equal counts as newer. What was not merged by hand meanwhile is lost: the new file has become the user's.
		{"the same by force", map[installp.Method][2]string{
			installp.Preserve:  {"mine\n", absent},
			installp.AutoMerge: {"mine\nmerged\nmerged\n", absent},
			installp.HoldNew:   {"mine\n", newer},
			installp.UserMerge: {newer, newer},
			installp.Other:     {newer, newer},
		}},
	} {
		if err := s.Apply(t.Context(), new, preview.Options{Force: true}); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		got := map[installp.Method][2]string{}
		for _, m := range methods {
			got[m] = [2]string{s.text(t, "/etc/opt/demo/"+string(m)), s.text(t, "/lpp/save.config/etc/opt/demo/"+string(m))}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: active and saved, -want +got:\n%s", c.name, diff)
		}
	}
	// A removal takes them all.
	if err := s.Deinstall(t.Context(), preview.Options{Names: []string{"demo"}}); err != nil {
		t.Fatal(err)
	}
	for _, m := range methods {
		if s.Has("/etc/opt/demo/" + string(m)) {
			t.Errorf("the removal leaves the file of %s", m)
		}
	}
}

// text is the content of a file, empty for none.
func (s *theatre) text(t *testing.T, name string) string {
	t.Helper()
	if !s.Has(name) {
		return ""
	}
	content, err := s.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// The reason why no package of ours relies on cfgfiles: between the moment at which a saved file is put back and the end of the
// installation, an interruption takes the administrator's file with the others.
func TestPowerCutLosesConfig(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	installed := newTheatre(t, "dash")
	old, new := media(t, demo(t, "1.0.0.0")), media(t, demo(t, "1.0.0.1"))
	if err := installed.Apply(t.Context(), old, preview.Options{}); err != nil {
		t.Fatal(err)
	}
	const preserved = "/etc/opt/demo/preserve"
	installed.edit(t, preserved, "mine\n")
	installed.Fate = box.Fate{}
	whole := installed.clone(t)
	if err := whole.Apply(t.Context(), new, preview.Options{}); err != nil {
		t.Fatal(err)
	}
	lost := 0
	for n, moment := range whole.Fate.Moments {
		if moment != "script config" {
			continue
		}
		s := installed.clone(t)
		s.Fate = box.Fate{Power: n + 1}
		if err := s.Apply(t.Context(), new, preview.Options{}); !errors.Is(err, box.ErrPower) {
			t.Fatal(err)
		}
		s.Fate = box.Fate{}
		if err := errors.Join(s.Cleanup(t.Context()), s.Apply(t.Context(), new, preview.Options{})); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(s.text(t, preserved), "mine") {
			lost++
		}
	}
	if lost != 1 {
		t.Errorf("the file was lost %d times, want once: at the config of the root part", lost)
	}
}
