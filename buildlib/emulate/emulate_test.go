package emulate

import (
	"io/fs"
	"os"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
)

func headers() fs.FS { return os.DirFS("../cross/sdk/include") }

func TestBuild(t *testing.T) {
	e := &Emulator{Machine: host.NewLocal(os.Environ()), Cache: t.TempDir(), Headers: headers()}
	if _, err := e.loader(t.Context()); err != nil {
		t.Fatal(err)
	}
}
