package checkout

import (
	"bytes"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// checkLineEnds refuses files that end their lines as Windows does: patches would not fit, and scripts for AIX would not run. Git writes
// them so when core.autocrlf is set and .gitattributes is not obeyed, editors when they are told to.
func (c *Checkout) checkLineEnds() error {
	var found []string
	for _, dir := range []string{"patches", "packaging", "site.config.m4.d"} {
		err := filepath.WalkDir(c.Path(dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil // whoever needs it says what is wrong with it
			}
			f, _, err := regular.Open(name)
			if err != nil {
				return nil
			}
			defer f.Close() // only read
			first := make([]byte, 4096)
			n, _ := io.ReadFull(f, first) // most files are shorter
			line, _, ended := bytes.Cut(first[:n], []byte("\n"))
			if isText := !bytes.ContainsRune(line, 0); ended && isText && bytes.HasSuffix(line, []byte("\r")) {
				found = append(found, c.Shown(name))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if found == nil {
		return nil
	}
	return &fault.Error{
		Code: "line-ends", What: "files of the checkout end their lines with CR LF", Where: c.Root, Found: strings.Join(found, "\n"),
		Do: `"git config core.autocrlf false", then "git checkout -- ` + found[0] + `", and the others likewise; edits in them, save elsewhere first`,
	}
}
