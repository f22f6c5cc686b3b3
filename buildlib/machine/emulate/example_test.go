package emulate_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// The version of a sendmail for AIX, out of a package that was extracted to a directory.
func Example() {
	e := &emulate.Emulator{
		Machine: host.NewLocal(os.Environ()),
		Cache:   cache.Open("/var/tmp/emulate", nil),
		SDK:     os.DirFS("buildlib/machine/cross/sdk"),
	}
	var out strings.Builder
	err := e.Run(context.Background(), emulate.Request{
		Root: "extracted", Program: "/usr/sbin/sendmail", Args: []string{"-d0.1", "-bt"}, Stdout: &out, Stderr: os.Stderr,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.HasPrefix(out.String(), "Version "))
}
