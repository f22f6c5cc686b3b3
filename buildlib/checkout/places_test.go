package checkout

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

// The directory of downloads and toolchains is none of the checkout's: being the checkout's owner does not help there.
func TestExplainCache(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(file, "sendmail-aix")
	c := &Checkout{Environ: []string{"XDG_CACHE_HOME=" + file}}
	for _, test := range []struct {
		name string
		err  error
		code string
	}{
		{"nothing", nil, ""},
		{"what it would lie in is a file", os.MkdirAll(filepath.Join(cache, "cross"), 0o755), "cache-unwritable"},
		{"no permission", &fs.PathError{Op: "mkdir", Path: cache + "/cross/kit.new", Err: syscall.EACCES}, "cache-unwritable"},
		{"full disk", &fs.PathError{Op: "write", Path: cache + "/cross/x", Err: syscall.ENOSPC}, "cache-full"},
		{"elsewhere", &fs.PathError{Op: "write", Path: "/x/build", Err: syscall.ENOSPC}, ""},
		{"a fault already", &fault.Error{Code: "emulate-missing", Err: &fs.PathError{Path: cache, Err: fs.ErrNotExist}}, "emulate-missing"},
	} {
		err := c.ExplainCache(test.err)
		if fault.Code(err) != test.code || !errors.Is(err, test.err) {
			t.Errorf("%s: explainCache(%v) = %v, want code %q", test.name, test.err, err, test.code)
		}
		if f, ok := errors.AsType[*fault.Error](err); ok && strings.HasPrefix(test.code, "cache-") && (f.Where != cache || !strings.Contains(f.Do, "XDG_CACHE_HOME")) {
			t.Errorf("%s: explainCache() = %#v, want the directory and how to have another", test.name, f)
		}
	}
}
