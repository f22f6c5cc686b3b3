package cross

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/tree"
)

// What lies in the cache is what was put there, or it is made anew, and that is told.
func TestOnce(t *testing.T) {
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
		{"a file in its place", func(dir string) error { return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o644)) }, ""},
		{"gone", os.RemoveAll, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			logger := logrus.New()
			logger.SetOutput(&log)
			b := &Builder{Cache: t.TempDir(), Log: logger}
			dir, err := b.once("kit", "key", fill)
			if err != nil {
				t.Fatal(err)
			}
			if list, err := new(tree.Memory).Contents(dir); want == "" {
				want = list
			} else if list != want || err != nil {
				t.Fatalf("made twice, it is %s, %v, want %s", list, err, want)
			}
			if err := test.damage(dir); err != nil {
				t.Fatal(err)
			}
			again, err := b.once("kit", "key", fill)
			if again != dir || err != nil {
				t.Fatalf("once() = %s, %v", again, err)
			}
			if list, err := new(tree.Memory).Contents(dir); list != want || err != nil {
				t.Errorf("after the damage it is %s, %v, want %s", list, err, want)
			}
			if told := log.String(); (told != "") != (test.told != "") || !strings.Contains(told, test.told) {
				t.Errorf("told %q, want %q in it", told, test.told)
			}
		})
	}
}

// A linker that is damaged is none, until Setup builds it.
func TestDamagedLinker(t *testing.T) {
	t.Parallel()
	b := user(t)
	whole, err := b.binutils(t.Context(), false)
	if errors.Is(err, ErrAbsent) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	b.Cache = t.TempDir()
	dir := filepath.Join(b.Cache, "cross", filepath.Base(whole))
	if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
		t.Fatal(err)
	}
	if got, err := b.binutils(t.Context(), false); got != dir || err != nil {
		t.Fatalf("binutils() = %s, %v, want the copy %s", got, err, dir)
	}
	if err := os.Truncate(filepath.Join(dir, "ld"), 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := b.binutils(t.Context(), false); !errors.Is(err, ErrAbsent) || !strings.Contains(err.Error(), "cross:setup") {
		t.Errorf("binutils() with half a linker = %v, want an ErrAbsent that tells the cure", err)
	}
}
