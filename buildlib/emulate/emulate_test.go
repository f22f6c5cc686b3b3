package emulate

import (
	"io/fs"
	"os"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
)

func sdk() fs.FS { return os.DirFS("../cross/sdk") }

func TestBuild(t *testing.T) {
	e := &Emulator{Machine: host.NewLocal(os.Environ()), Cache: t.TempDir(), SDK: sdk(), Libraries: os.Getenv("L")}
	if _, err := e.loader(t.Context()); err != nil {
		t.Fatal(err)
	}
}
