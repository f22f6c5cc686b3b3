package e2e_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	format "github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// demoImage writes an image with one program of AIX's, which is called sendmail.
func demoImage(t *testing.T, file string) {
	t.Helper()
	program, err := os.ReadFile("../aix/xcoff/testdata/program64")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	p := &format.Package{Name: "demo", Level: vrmf.Level{Version: 1}, Time: time.Unix(1e9, 0), Filesets: []format.Fileset{{
		Name: "demo.rte", Text: "A demonstration", Copyright: "Ours.\n", Files: []format.File{
			{Path: "/opt/demo", Type: format.Directory, Mode: 0o755, Owner: "root", Group: "system"},
			{Path: "/opt/demo/sendmail", Type: format.Regular, Mode: 0o755, Owner: "root", Group: "system", Size: int64(len(program)),
				Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(program)), nil }},
		},
	}}}
	if err := errors.Join(write.Image(f, p), f.Close()); err != nil {
		t.Fatal(err)
	}
}
