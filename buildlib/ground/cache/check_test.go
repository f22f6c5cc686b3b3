package cache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// A cache that others can put something into is refused, with a cure that works.
func TestCheck(t *testing.T) {
	t.Parallel()
	for above := os.TempDir(); above != filepath.Dir(above); above = filepath.Dir(above) {
		if info, err := os.Stat(above); err != nil || info.Mode().Perm()&0o011 == 0 {
			t.Skipf("others cannot come to %s anyway", above)
		}
	}
	const dir = "home/.cache/sendmail-aix"
	for _, test := range []struct {
		name  string
		open  func(top string) error
		where string // what is refused, or "" for nothing
		do    string // in the cure
		cure  func(top string) error
	}{
		{"nobody else", func(string) error { return nil }, "", "", nil},
		{"the directory", func(top string) error { return os.Chmod(filepath.Join(top, dir), 0o775) }, dir, "chmod -R go-w",
			func(top string) error { return os.Chmod(filepath.Join(top, dir), 0o755) }},
		{"one in it", func(top string) error { return os.Chmod(filepath.Join(top, dir, "cross"), 0o757) }, dir + "/cross", "chmod -R go-w",
			func(top string) error { return os.Chmod(filepath.Join(top, dir, "cross"), 0o755) }},
		{"above it", func(top string) error { return os.Chmod(filepath.Join(top, "home/.cache"), 0o777) }, "home/.cache", "chmod go-w",
			func(top string) error { return os.Chmod(filepath.Join(top, "home/.cache"), 0o755) }},
		{"higher above it", func(top string) error { return os.Chmod(filepath.Join(top, "home"), 0o777) }, "home", "chmod go-w",
			func(top string) error { return os.Chmod(filepath.Join(top, "home"), 0o755) }},
		{"above it, as /tmp is", func(top string) error { return os.Chmod(filepath.Join(top, "home"), 0o777|fs.ModeSticky) }, "", "", nil},
		{"above it, where others cannot come", func(top string) error {
			return errors.Join(os.Chmod(filepath.Join(top, "home/.cache"), 0o777), os.Chmod(filepath.Join(top, "home"), 0o700))
		}, "", "", nil},
		{"above what a link leads to", func(top string) error {
			return errors.Join(os.MkdirAll(filepath.Join(top, "disk/cache"), 0o755), os.Rename(filepath.Join(top, dir), filepath.Join(top, "disk/cache/x")),
				os.Symlink(filepath.Join(top, "disk/cache/x"), filepath.Join(top, dir)), os.Chmod(filepath.Join(top, "disk"), 0o777))
		}, "disk", "chmod go-w", func(top string) error { return os.Chmod(filepath.Join(top, "disk"), 0o755) }},
		{"above one that is not there yet", func(top string) error {
			return errors.Join(os.RemoveAll(filepath.Join(top, "home/.cache")), os.Chmod(filepath.Join(top, "home"), 0o777))
		}, "home", "chmod go-w", func(top string) error { return os.Chmod(filepath.Join(top, "home"), 0o755) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			top := t.TempDir()
			if err := errors.Join(os.Chmod(filepath.Dir(top), 0o755), os.Chmod(top, 0o755), os.MkdirAll(filepath.Join(top, dir, "cross"), 0o755)); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{dir + "/cross", dir, "home/.cache", "home"} {
				if err := os.Chmod(filepath.Join(top, name), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if err := test.open(top); err != nil {
				t.Fatal(err)
			}
			c := Open(filepath.Join(top, dir), nil)
			err := c.Check()
			if test.where == "" {
				if err != nil {
					t.Errorf("Check() = %v, want none", err)
				}
				return
			}
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Code != "cache-open" || f.Where != filepath.Join(top, test.where) || !strings.Contains(f.Do, test.do) {
				t.Fatalf("Check() = %v, want cache-open of %s with %q", err, test.where, test.do)
			}
			if err := test.cure(top); err != nil {
				t.Fatal(err)
			}
			if err := c.Check(); err != nil {
				t.Errorf("Check() = %v after the cure", err)
			}
		})
	}
}

// What fails in a cache has nothing to do with who owns a checkout.
func TestExplain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	c := Open(filepath.Join(file, "sendmail-aix"), nil)
	for _, test := range []struct {
		name string
		err  error
		code string
	}{
		{"nothing", nil, ""},
		{"what it would lie in is a file", os.MkdirAll(filepath.Join(c.Dir, "cross"), 0o755), "cache-unwritable"},
		{"no permission", &fs.PathError{Op: "mkdir", Path: c.Dir + "/cross/kit.new", Err: syscall.EACCES}, "cache-unwritable"},
		{"full disk", &fs.PathError{Op: "write", Path: c.Dir + "/cross/x", Err: syscall.ENOSPC}, "cache-full"},
		{"elsewhere", &fs.PathError{Op: "write", Path: "/x/build", Err: syscall.ENOSPC}, ""},
		{"a fault already", &fault.Error{Code: "emulate-missing", Err: &fs.PathError{Path: c.Dir, Err: fs.ErrNotExist}}, "emulate-missing"},
	} {
		err := c.Explain(test.err)
		if fault.Code(err) != test.code || !errors.Is(err, test.err) {
			t.Errorf("%s: Explain(%v) = %v, want code %q", test.name, test.err, err, test.code)
		}
		if f, ok := errors.AsType[*fault.Error](err); ok && strings.HasPrefix(test.code, "cache-") && (f.Where != c.Dir || !strings.Contains(f.Do, "XDG_CACHE_HOME")) {
			t.Errorf("%s: Explain() = %#v, want the directory and how to have another", test.name, f)
		}
	}
	if err := c.Check(); fault.Code(err) != "cache-unwritable" {
		t.Errorf("Check() = %v where the cache cannot be", err)
	}
}
