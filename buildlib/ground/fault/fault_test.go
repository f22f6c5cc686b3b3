package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestError(t *testing.T) {
	full := &Error{
		Code:  "patch-conflict",
		What:  "patch 0004-aix-nsl-libs.patch does not apply",
		Where: "devtools/OS/AIX.7.x, hunk 2 at line 31",
		Found: "dnl first\ndnl second",
		Do:    `run "mage patches:refresh"`,
		Err:   fs.ErrNotExist,
	}
	want := `patch 0004-aix-nsl-libs.patch does not apply
  where: devtools/OS/AIX.7.x, hunk 2 at line 31
  found: dnl first
         dnl second
  cause: file does not exist
  do:    run "mage patches:refresh"`
	if got := full.Error(); got != want {
		t.Errorf("Error() =\n%s\nwant\n%s", got, want)
	}
	wrapped := fmt.Errorf("patching: %w", full)
	if !errors.Is(wrapped, fs.ErrNotExist) {
		t.Errorf("errors.Is(%q, fs.ErrNotExist) = false, want true", wrapped)
	}
	if got := Code(errors.Join(errors.New("other"), wrapped)); got != "patch-conflict" {
		t.Errorf("Code(joined) = %q, want patch-conflict", got)
	}
	if got := Code(fs.ErrNotExist); got != "" {
		t.Errorf("Code(plain) = %q, want none", got)
	}
	hostile := &Error{What: "a\x1b[2Jb", Found: "line\r\n\tnext\u009b"}
	if got, want := hostile.Error(), "a\\x1b[2Jb\n  found: line\\x0d\n         \tnext\\x9b"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if got := (&Error{What: "alone"}).Error(); got != "alone" {
		t.Errorf("Error() = %q, want alone", got)
	}
}

func TestNearest(t *testing.T) {
	options := []string{"sasl", "starttls", "milter", "ldap", "newdb", "ndbm"}
	for _, test := range []struct{ word, want string }{
		{"salsa", "sasl"},
		{"STARTLS", "starttls"},
		{"ladp", "ldap"},
		{"mitler", "milter"},
		{"kerberos", ""},
		{"", ""},
	} {
		if got := Nearest(test.word, options); got != test.want {
			t.Errorf("Nearest(%q) = %q, want %q", test.word, got, test.want)
		}
	}
}

func TestExcept(t *testing.T) {
	a, b, other := &Error{Code: "a", What: "a"}, &Error{Code: "b", What: "b"}, errors.New("other")
	for _, test := range []struct {
		err  error
		want string
	}{
		{nil, ""}, {a, ""}, {b, "b"}, {other, "other"}, {errors.Join(a, a), ""}, {errors.Join(a, errors.Join(b, a), other), "b\nother"},
	} {
		got := ""
		if err := Except(test.err, "a"); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("Except(%v) = %q, want %q", test.err, got, test.want)
		}
	}
}
