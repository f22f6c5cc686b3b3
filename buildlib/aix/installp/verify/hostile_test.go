package verify_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
)

// However many notes there are, the error behind them is told, and that there were more notes.
func TestVerifyNotesHideNoError(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	for i := range verify.MaxFindings + 10 {
		p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File(fmt.Sprintf("/opt/mailtools/%d", i), 0o644, "root", "system", ""))
	}
	c := installptest.TakeApart(t, installptest.Write(t, p))
	c.Member(installptest.Program).Data = strings.ToUpper(c.Member(installptest.Program).Data)
	files := c.Libraries[installptest.UsrLib]
	for i := range files {
		files[i].Text = strings.ReplaceAll(files[i].Text, "class = apply", "class = x")
	}
	all := installptest.Findings(t, c.Image(t))
	if !slices.ContainsFunc(all, func(f verify.Finding) bool { return f.ID == "W25" }) {
		t.Error("the wrong checksum is not told")
	}
	// A note for each of the usr part's stanzas, of which the example has four itself, and one for the library, which we would not have packed so.
	if last := all[len(all)-1]; last.ID != "4/more" || last.Got != "0 more errors, 15 more notes" {
		t.Errorf("the last finding is %v, want how many more there are", last)
	}
}

// What is behind the end header is filled up to a block: an image that lacks a byte of that is not whole.
func TestVerifyCutFill(t *testing.T) {
	t.Parallel()
	image := installptest.Write(t, installptest.Example())
	if all := errorsIn(t, image[:len(image)-1]); len(all) != 1 || all[0].ID != "2/container" {
		t.Errorf("findings %v, want one: the image is cut", all)
	}
}

// A packed file must unpack, although a volatile one has no checksum.
func TestVerifyPacked(t *testing.T) {
	t.Parallel()
	image := installptest.Write(t, installptest.Example())
	const nameAt = 64
	header := image[bytes.Index(image, append([]byte(installptest.Submit), 0))-nameAt:]
	header[2]++ // of the magic
	header[4], header[5] = 0, 0
	var sum uint16
	for _, b := range header[:int(header[0])*8] {
		sum += uint16(b) << (b & 7)
	}
	binary.LittleEndian.PutUint16(header[4:], sum)
	if all := errorsIn(t, image); len(all) != 1 || all[0].ID != "2/container" || all[0].Where.Member != installptest.Submit {
		t.Errorf("findings %v, want one: the packed data is not", all)
	}
}

// A library path of a hundred thousand directories is looked through in no time, and told of in a line for each of a few.
func TestVerifyLongLibraryPath(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", "program64"))
	if err != nil {
		t.Fatal(err)
	}
	var dirs strings.Builder
	for i := range 100000 {
		fmt.Fprintf(&dirs, "lib%d:", i)
	}
	p := installptest.WithProgram(t, func(string) string { return installptest.WithLibraryPath(t, data, dirs.String()) })
	all := errorsIn(t, installptest.Write(t, p))
	if len(all) == 0 || len(all) > 200 || all[0].ID != "11/path" {
		t.Errorf("%d findings", len(all))
	}
}
