package cache

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
)

// What lies in the cache is what was put there, or it is made anew, and that is told.
func TestCache(t *testing.T) {
	t.Parallel()
	fill := func(dir string) error {
		return errors.Join(os.MkdirAll(filepath.Join(dir, "root/usr/include"), 0o755), os.MkdirAll(filepath.Join(dir, "bin"), 0o755),
			os.WriteFile(filepath.Join(dir, "root/usr/include/stdio.h"), []byte("#define EOF (-1)\n"), 0o644),
			os.WriteFile(filepath.Join(dir, "bin/clang"), []byte("#!/bin/sh\n"), 0o755), os.Symlink("clang", filepath.Join(dir, "bin/cc")))
	}
	empty := func(dir string) error {
		entries, err := os.ReadDir(dir)
		for _, e := range entries {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
		return err
	}
	var want string
	for _, test := range []struct {
		name   string
		damage func(dir string) error
		told   string // "" when it is whole
	}{
		{"untouched", func(string) error { return nil }, ""},
		{"a header", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "root/usr/include/stdio.h"), []byte("#define EOF (-2)\n"), 0o644)
		}, "stdio.h"},
		{"one header more", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "root/usr/include/ctype.h"), nil, 0o644)
		}, "ctype.h"},
		{"a program that others may replace", func(dir string) error { return os.Chmod(filepath.Join(dir, "bin/clang"), 0o777) }, "-rwxrwxrwx"},
		{"a directory that others may write to", func(dir string) error { return os.Chmod(filepath.Join(dir, "bin"), 0o777) }, "drwxrwxrwx"},
		{"a link", func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, "bin/cc")), os.Symlink("/bin/sh", filepath.Join(dir, "bin/cc")))
		}, "bin/cc"},
		{"emptied", empty, "no list"},
		{"the list", func(dir string) error { return os.WriteFile(filepath.Join(dir, contents), []byte("nothing"), 0o644) }, "nothing"},
		{"a directory as the list", func(dir string) error {
			list := filepath.Join(dir, contents)
			return errors.Join(os.Remove(list), os.Mkdir(list, 0o755))
		}, "no list"},
		{"a file in its place", func(dir string) error { return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o644)) }, ""},
		{"gone", os.RemoveAll, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var told strings.Builder
			log := logrus.New()
			log.SetOutput(&told)
			c := Open(filepath.Join(t.TempDir(), "cache"), log)
			dir, err := c.Once(t.Context(), "kit", "key", fill)
			if err != nil {
				t.Fatal(err)
			}
			if list, err := new(Memory).Contents(t.Context(), dir); want == "" {
				want = list
			} else if list != want || err != nil {
				t.Fatalf("made twice, it is %s, %v, want %s", list, err, want)
			}
			if err := test.damage(dir); err != nil {
				t.Fatal(err)
			}
			again, err := c.Once(t.Context(), "kit", "key", fill)
			if again != dir || err != nil {
				t.Fatalf("Once() = %s, %v", again, err)
			}
			if list, err := new(Memory).Contents(t.Context(), dir); list != want || err != nil {
				t.Errorf("after the damage it is %s, %v, want %s", list, err, want)
			}
			if (told.Len() > 0) != (test.told != "") || !strings.Contains(told.String(), test.told) {
				t.Errorf("told %q, want %q in it", told.String(), test.told)
			}
		})
	}
}

// What a run that was killed has left half done goes with the next, and what fails leaves nothing.
func TestCacheHalf(t *testing.T) {
	t.Parallel()
	c := Open(t.TempDir(), nil)
	dir, damage, err := c.Find(t.Context(), "kit", "key")
	if damage == "" || err != nil {
		t.Fatalf("Find() = %s, %q, %v before there is one", dir, damage, err)
	}
	if err := os.MkdirAll(filepath.Join(dir+".new", "work"), 0o755); err != nil {
		t.Fatal(err)
	}
	bad := errors.New("bad")
	if _, err := c.Once(t.Context(), "kit", "key", func(string) error { return bad }); !errors.Is(err, bad) {
		t.Errorf("Once() = %v, want what fill says", err)
	}
	if left, err := filepath.Glob(filepath.Join(c.Dir, "*.new")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %q, %v", left, err)
	}
	made, err := c.Once(t.Context(), "kit", "key", func(dir string) error { return os.Mkdir(filepath.Join(dir, "bin"), 0o755) })
	if made != dir || err != nil {
		t.Fatalf("Once() = %s, %v, want %s", made, err, dir)
	}
	if _, damage, err := c.Find(t.Context(), "kit", "key"); damage != "" || err != nil {
		t.Errorf("Find() = %q, %v", damage, err)
	}
}
