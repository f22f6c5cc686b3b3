package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What is not needed, and was not used for a day, is old, and goes; all else stays.
func TestClean(t *testing.T) {
	t.Parallel()
	c := Open(t.TempDir(), nil)
	fill := func(dir string) error { return os.WriteFile(filepath.Join(dir, "file"), make([]byte, 1000), 0o644) }
	ago := time.Now().Add(-2 * Age)
	var needed []string
	for _, test := range []struct {
		name string
		key  string
		used bool
	}{{"cross/kit", "needed", false}, {"cross/kit", "recent", true}, {"cross/kit", "old", false}} {
		dir, err := c.Once(t.Context(), test.name, test.key, fill)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"", contents} {
			if err := os.Chtimes(filepath.Join(dir, name), ago, ago); err != nil {
				t.Fatal(err)
			}
		}
		if test.used { // asking for it is using it
			if _, damage, err := c.Find(t.Context(), test.name, test.key); damage != "" || err != nil {
				t.Fatal(damage, err)
			}
		}
		if test.key == "needed" {
			needed = append(needed, dir)
		}
	}
	hash := strings.Repeat("0123456789abcdef", 4)
	files := []string{
		"sha256/" + hash, "sha256/" + hash + ".sig", // of a release that is needed
		"sha256/f" + hash[1:], "part/0123456789abcdef-fedcba9876543210", "part/." + hash + ".half", "address/" + hash[:32],
		"cross/kit-" + digest("needed")[:16] + ".work", "cross/kit-" + digest("needed")[:16] + ".new", "cross/kit-" + digest("gone")[:16] + ".work",
		"cross/kit-" + digest("gone")[:16] + ".lock", "cross/kit.log", "mine/letter", "known.json",
	}
	needed = append(needed, filepath.Join(c.Dir, files[0]))
	for _, name := range files {
		name = filepath.Join(c.Dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, make([]byte, 10), 0o644), os.Chtimes(name, ago, ago)); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := c.Entries(t.Context(), needed)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		state := "stays"
		if removed, err := c.Remove(t.Context(), e); err != nil {
			t.Error(err)
		} else if removed {
			state = "goes"
		}
		if _, err := os.Lstat(filepath.Join(c.Dir, e.Path)); errors.Is(err, fs.ErrNotExist) != (state == "goes") {
			t.Errorf("%s %s: %v", e.Path, state, err)
		}
		got = append(got, fmt.Sprintf("%s %s %v", state, e.Path, e.Needed))
	}
	key := func(of string) string { return digest(of)[:16] }
	want := []string{
		"goes address/" + hash[:32] + " false",
		"goes cross/kit-" + key("gone") + ".lock false",
		"goes cross/kit-" + key("gone") + ".work false",
		"stays cross/kit-" + key("needed") + " true",
		"goes cross/kit-" + key("needed") + ".new false",
		"stays cross/kit-" + key("needed") + ".work true",
		"goes cross/kit-" + key("old") + " false",
		"stays cross/kit-" + key("recent") + " false",
		"goes cross/kit.log false",
		"stays mine/letter false",
		"goes part/." + hash + ".half false",
		"goes part/0123456789abcdef-fedcba9876543210 false",
		"stays sha256/" + hash + " true",
		"stays sha256/" + hash + ".sig true",
		"goes sha256/f" + hash[1:] + " false",
	}
	order := cmp.Transformer("sorted", func(s []string) map[string]bool {
		m := make(map[string]bool)
		for _, line := range s {
			m[line] = true
		}
		return m
	})
	if diff := cmp.Diff(want, got, order); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if i := len(entries) - 1; entries[i].Size != 10 || entries[i].Key != "f"+hash[1:] {
		t.Errorf("Entries() has %+v", entries[i])
	}
	if none, err := Open(filepath.Join(t.TempDir(), "none"), nil).Entries(t.Context(), nil); len(none) > 0 || err != nil {
		t.Errorf("Entries() = %v, %v without a cache", none, err)
	}
}

// What another run is making or uses meanwhile is waited for, and then stays.
func TestRemoveWaits(t *testing.T) {
	t.Parallel()
	c := Open(t.TempDir(), nil)
	ago := time.Now().Add(-2 * Age)
	name := filepath.Join(c.Dir, "sha256", strings.Repeat("0123456789abcdef", 4))
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, nil, 0o644), os.Chtimes(name, ago, ago)); err != nil {
		t.Fatal(err)
	}
	unlock, err := c.Lock(t.Context(), "fetch-"+filepath.Base(name))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := c.Entries(t.Context(), nil)
	if err != nil || len(entries) != 1 || !entries[0].Old {
		t.Fatalf("Entries() = %v, %v", entries, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if removed, err := c.Remove(ctx, entries[0]); removed || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Remove() = %v, %v while it is locked", removed, err)
	}
	c.Touch(name)
	unlock()
	if removed, err := c.Remove(t.Context(), entries[0]); removed || err != nil {
		t.Errorf("Remove() = %v, %v after it was used", removed, err)
	}
}
