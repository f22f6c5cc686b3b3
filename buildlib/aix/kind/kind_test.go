package kind_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/kind"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for first, want := range map[string]string{
		"":                                       "",
		"text":                                   "",
		"\x09\x00\x6b\xea":                       "",
		"\x1f\x9d\x90":                           "a file of compress",
		"\x1f\x8b\x08":                           "a gzip file",
		"\xfd7zXZ\x00":                           "an xz file",
		"PK\x03\x04":                             "a zip file",
		"\xed\xab\xee\xdb":                       "an RPM",
		"\x7fELF":                                "an ELF program, of another system than AIX",
		"\x01\xdf\x00":                           "an XCOFF program, object or library",
		"\x01\xf7\x00":                           "an XCOFF program, object or library",
		"<bigaf>\n":                              "an AIX archive",
		"<aiaff>\n":                              "an AIX archive",
		"\n <!DOCTYPE HTML PUBLIC":               "an HTML page",
		"\ufeff<html>":                           "an HTML page",
		"<?xml version=\"1.0\"?>\n<html>":        "an HTML page",
		"x <html>":                               "",
		oldTar("a", 0):                           "a tar archive",
		oldTar("a", 1):                           "",
		oldTar("", 0):                            "",
		oldTar("a", 0)[:511]:                     "",
		strings.Repeat("a", 257) + "ustar\x0000": "a tar archive",
		strings.Repeat("\x00", 32769) + "CD001":  "a CD image",
	} {
		got := ""
		if k := kind.Of([]byte(first)); k != nil {
			got = k.Name
			if k.Do == "" {
				t.Errorf("%s: nothing to do about it", k.Name)
			}
		}
		if got != want {
			t.Errorf("Of(%.20q) = %q, want %q", first, got, want)
		}
	}
}

// oldTar is a header as tar wrote them before POSIX, for a file of this name; its sum is off by so much.
func oldTar(name string, off int) string {
	header := name + strings.Repeat("\x00", 100-len(name)) + "0000644\x00" + "0000000\x00" + "0000000\x00" + "00000000001\x00" + "00000000000\x00"
	sum := 8*' ' + off
	for _, c := range []byte(header) {
		sum += int(c)
	}
	header += fmt.Sprintf("%06o\x00 ", sum)
	return header + strings.Repeat("\x00", 512-len(header))
}
