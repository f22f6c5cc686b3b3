package fault

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
	"testing"
)

func TestExplain(t *testing.T) {
	known := &Error{Code: "cache-full", Err: syscall.ENOSPC}
	for _, test := range []struct {
		name  string
		err   error
		code  string
		where string
	}{
		{"nothing", nil, "", ""},
		{"full disk", &fs.PathError{Op: "write", Path: "/x/image", Err: syscall.ENOSPC}, "build-full", "/x/image"},
		{"quota", syscall.EDQUOT, "build-full", ""},
		{"no permission", &fs.PathError{Op: "mkdir", Path: "/x/build", Err: syscall.EACCES}, "build-unwritable", "/x/build"},
		{"read-only file system", errors.Join(syscall.EROFS), "build-unwritable", ""},
		{"a fault already", errors.Join(known), "cache-full", ""},
		{"something else", io.ErrUnexpectedEOF, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Explain(test.err)
			if Code(err) != test.code || !errors.Is(err, test.err) {
				t.Fatalf("Explain(%v) = %v, want code %q", test.err, err, test.code)
			}
			if f, ok := errors.AsType[*Error](err); ok && (f.Where != test.where || f.Do == "" && test.code != "cache-full") {
				t.Errorf("Explain(%v) = %#v, want where %q and what to do", test.err, f, test.where)
			}
		})
	}
}
