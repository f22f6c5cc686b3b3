package kind_test

import (
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
