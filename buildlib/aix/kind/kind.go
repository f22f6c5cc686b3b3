// Package kind tells what a file is by how it begins: what may be taken for an installp image, lies beside one, or came instead of one.
package kind

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// Kind is what a file is.
type Kind struct {
	Name string // with its article: "a gzip file"
	Do   string // what helps whoever took it for an image
}

// The kinds that a caller does something with.
var (
	Compressed = &Kind{"a file of compress", `unpack it first ("compress -d"); an interim fix of AIX, LABEL.epkg.Z, is read as it is`}
	RPM        = &Kind{"an RPM", `"rpm -qpl" lists it, and "rpm -i" installs it on AIX`}
	XCOFF      = &Kind{"an XCOFF program, object or library", "inspect shows what it is"}
	Archive    = &Kind{"an AIX archive", "inspect shows what is in it"}
	tar        = &Kind{"a tar archive", `unpack it first ("tar xf"); the image may be in it`}
)

// kinds have their magic at an offset. Those of XCOFF are IBM's, both widths.
var kinds = []struct {
	at    int
	magic []string
	kind  *Kind
}{
	{0, []string{"\x1f\x9d"}, Compressed},
	{0, []string{"\xed\xab\xee\xdb"}, RPM},
	{0, []string{"\x01\xdf", "\x01\xf7", "\x01\xef"}, XCOFF},
	{0, []string{"<aiaff>\n", "<bigaf>\n"}, Archive},
	{0, []string{"\x1f\x8b"}, &Kind{"a gzip file", `unpack it first ("gunzip")`}},
	{0, []string{"BZh"}, &Kind{"a bzip2 file", `unpack it first ("bunzip2")`}},
	{0, []string{"\xfd7zXZ\x00"}, &Kind{"an xz file", `unpack it first ("unxz")`}},
	{0, []string{"\x28\xb5\x2f\xfd"}, &Kind{"a zstd file", `unpack it first ("unzstd")`}},
	{0, []string{"PK\x03\x04", "PK\x05\x06"}, &Kind{"a zip file", `unpack it first ("unzip")`}},
	{257, []string{"ustar"}, tar},
	{0, []string{"070707", "070701", "070702", "\x71\xc7", "\xc7\x71"}, &Kind{"a cpio archive", `unpack it first ("cpio -id"); the image may be in it`}},
	{32769, []string{"CD001"}, &Kind{"a CD image", `the images are in it, often below installp/ppc: mount it ("loopmount" on AIX)`}},
	{0, []string{"\x7fELF"}, &Kind{"an ELF program, of another system than AIX", "name an installp image"}},
	{0, []string{"!<arch>\n"}, &Kind{"an archive of another system's ar", "name an installp image"}},
	{0, []string{"\x09\x00\x6f\xea"}, &Kind{"a backup of a form that is not known here: AIX's /etc/magic has it", `list it on AIX ("restore -Tvqf FILE")`}},
	{0, []string{"%PDF"}, &Kind{"a PDF document", "name an installp image"}},
}

// Peek is how many bytes of a file [Of] looks at.
const Peek = 32769 + 5

// Of tells what begins with these bytes; nil for what it does not know, images among them.
func Of(first []byte) *Kind {
	for _, k := range kinds {
		if k.at <= len(first) && slices.ContainsFunc(k.magic, func(m string) bool { return bytes.HasPrefix(first[k.at:], []byte(m)) }) {
			return k.kind
		}
	}
	if isOldTar(first) {
		return tar
	}
	text := strings.ToLower(string(first[:min(len(first), 512)]))
	text = strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t\r\n")
	if strings.HasPrefix(text, "<") && (strings.Contains(text, "<!doctype html") || strings.Contains(text, "<html")) {
		return &Kind{"an HTML page", "download it again: the site has sent a page, such as one to log in, instead of the file"}
	}
	return nil
}

// isOldTar reports whether this is the first header of a tar archive that is older than the magic: its sum is right.
func isOldTar(first []byte) bool {
	const size, at, end = 512, 148, 156
	if len(first) < size || first[0] == 0 {
		return false
	}
	want, err := strconv.ParseUint(strings.Trim(string(first[at:end]), " \x00"), 8, 32)
	sum := uint64(' ' * (end - at)) // what the sum's own bytes count as
	for i, c := range first[:size] {
		if i < at || i >= end {
			sum += uint64(c)
		}
	}
	return err == nil && sum == want
}
