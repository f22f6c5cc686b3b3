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
		"BZh9":                                   "a bzip2 file",
		"\x28\xb5\x2f\xfd":                       "a zstd file",
		"PK\x05\x06":                             "a zip file",
		"070707":                                 "a cpio archive",
		"\xc7\x71":                               "a cpio archive",
		"!<arch>\n":                              "an archive of another system's ar",
		"\x09\x00\x6f\xea":                       "a backup of a form that is not known here: AIX's /etc/magic has it",
		"%PDF-1.4":                               "a PDF document",
		"\x01\xef":                               "an XCOFF program, object or library",
		"<" + strings.Repeat(" ", 506) + "<html": "an HTML page",
		"<" + strings.Repeat(" ", 507) + "<html": "",
		large("\x00"):                            "a tar archive",
		large("1"):                               "a tar archive",
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
	return header(name, "00000000000\x00", "", off)
}

// large is one whose sum has all six digits, of a link of this kind, with a blank where other fields end.
func large(kind string) string {
	return header(strings.Repeat("\xff", 100), "00000000000 ", kind+strings.Repeat("\xff", 100), 0)
}

func header(name, changed, link string, off int) string {
	begin := name + strings.Repeat("\x00", 100-len(name)) + "0000644\x00" + "0000000\x00" + "0000000\x00" + "00000000001\x00" + changed
	sum := 8*' ' + off
	for _, c := range []byte(begin + link) {
		sum += int(c)
	}
	begin += fmt.Sprintf("%06o\x00 ", sum) + link
	return begin + strings.Repeat("\x00", 512-len(begin))
}
