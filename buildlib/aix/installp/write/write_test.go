package write_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// The image is the same wherever it goes; into a file it is written with one reading of each content, else with two.
func TestWriteAnywhere(t *testing.T) {
	t.Parallel()
	opened := 0
	p := installptest.Example()
	p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File("/etc/mailtools/table", 0o644, "root", "system", "summed in the root part\n"))
	for i := range p.Filesets[0].Files {
		f := &p.Filesets[0].Files[i]
		if open := f.Open; open != nil && f.Config == "" {
			f.Open = func() (io.ReadCloser, error) { opened++; return open() }
		}
	}
	files := opens(t, p, io.Discard, &opened) / 2
	want := installptest.Write(t, p)

	out, err := os.Create(filepath.Join(t.TempDir(), "image"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	const before = "what was there"
	if _, err := out.WriteString(before); err != nil {
		t.Fatal(err)
	}
	if n := opens(t, p, out, &opened); n != files || n == 0 {
		t.Errorf("%d contents were opened %d times for a file, want once each", files, n)
	}
	got, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, append([]byte(before), want...)) {
		t.Error("the image in a file, behind something else, is not the image in memory")
	}

	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	piped := make(chan []byte)
	go func() {
		b, err := io.ReadAll(r)
		if err != nil {
			t.Error(err)
		}
		piped <- b
	}()
	if n := opens(t, p, w, &opened); n != 2*files {
		t.Errorf("%d contents were opened %d times for a pipe, want twice each", files, n)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(<-piped, want) {
		t.Error("the image in a pipe is not the image in memory")
	}
}

// opens writes the image, and gives how often contents were opened for it.
func opens(t *testing.T, p *installp.Package, w io.Writer, opened *int) int {
	t.Helper()
	before := *opened
	if err := write.Image(w, p); err != nil {
		t.Fatal(err)
	}
	return *opened - before
}

// What our own Reader would refuse is not written.
func TestWriteTooMuchText(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	p.Filesets[0].Copyright = strings.Repeat("Text that is too long.\n", installp.MaxText/20)
	if err := write.Image(io.Discard, p); fault.Code(err) != "installp-control" {
		t.Errorf("Write = %v", err)
	}
}

// A package of 30,000 files is written, and read again.
func TestManyFiles(t *testing.T) {
	t.Parallel()
	n := 30000
	if testing.Short() {
		n = 3000
	}
	p := installptest.Example()
	for i := range n {
		p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File(fmt.Sprintf("/opt/mailtools/%d", i), 0o644, "root", "system", ""))
	}
	image := installptest.Write(t, p)
	if f := installptest.Open(t, image).Image().Filesets[0]; len(f.Usr.Inventory) < n {
		t.Errorf("%d stanzas", len(f.Usr.Inventory))
	}
	if found := installptest.Findings(t, image); len(found) != 0 {
		t.Errorf("findings %v", found[:min(len(found), 10)])
	}
}
