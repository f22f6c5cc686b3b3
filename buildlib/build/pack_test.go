package build

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// An image that cannot be written to its end must not take the place of a good one, nor leave anything behind.
func TestWriteImageWholeOrNotAtAll(t *testing.T) {
	full := errors.New("no space left")
	level, err := vrmf.Parse("1.2.3.1")
	if err != nil {
		t.Fatal(err)
	}
	pkg := &installp.Package{
		Name: "small", Level: level, Time: time.Unix(1443657600, 0),
		Filesets: []installp.Fileset{{Name: "small.rte", Text: "Small", Copyright: "None.\n", Files: []installp.File{
			{Path: "/opt/small", Type: installp.Directory, Mode: 0o755, Owner: "root", Group: "system"},
			{Path: "/opt/small/a", Mode: 0o444, Owner: "bin", Group: "bin", Size: 5, Open: func() (io.ReadCloser, error) {
				return io.NopCloser(io.MultiReader(strings.NewReader("123"), iotest.ErrReader(full))), nil
			}},
		}}},
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "small.1.2.3.1.I")
	if err := os.WriteFile(file, []byte("the good one"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeImage(pkg, file); !errors.Is(err, full) {
		t.Errorf("writeImage() = %v, want %v", err, full)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if len(entries) != 1 || err != nil || string(text) != "the good one" {
		t.Errorf("directory has %v, image is %q, %v, want the good one alone", entries, text, err)
	}
}
