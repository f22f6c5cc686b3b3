package dev

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// room is more than tests have on a disk at a time, in bytes.
const room = 8 << 30

// inMemory runs a command with a disk in memory that no other process sees and that ends with it, of the size that is the first argument, for the
// directory that is the second.
const inMemory = `mount -t tmpfs -o size="$1",mode=1777 none "$2" && shift 2 && exec "$@"`

// scratch is a place for what tests write for a moment: the beginning of a command line for them, and their environment. Tests write and remove many
// thousands of small files, which takes a fifth more of the processors' time on a disk than in memory; so where root runs them on a Linux that has the
// memory and lets root mount, they get that, unless the user names another place. What the go command makes for them stays on the disk, by GOTMPDIR,
// which the flags of go test take from the tests themselves: since Go 1.26 their temporary directories go by it. The name is the same each time, for
// results of tests are kept by what they asked of the environment. done removes it.
func scratch(ctx context.Context, c *checkout.Checkout) (argv, environ, flags []string, done func()) {
	names := func(name string) bool {
		return slices.ContainsFunc(c.Environ, func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
	}
	memory, err := os.ReadFile("/proc/meminfo")
	if err != nil || available(string(memory)) < 2*room || os.Getuid() != 0 || names("TMPDIR") {
		return nil, nil, nil, func() {}
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprint("sendmail-aix-tests-", os.Getuid()))
	_ = os.Mkdir(dir, 0o755) // it may be there: what it is, is looked at
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || int(info.Sys().(*syscall.Stat_t).Uid) != os.Getuid() {
		return nil, nil, nil, func() {}
	}
	done = func() { _ = os.Remove(dir) } // another run may be using it
	argv = []string{"unshare", "--mount", "sh", "-c", inMemory, "sh", strconv.FormatInt(room, 10), dir}
	if err := c.Machine.Run(ctx, host.Cmd{Argv: append(slices.Clone(argv), "true"), Stdout: io.Discard, Stderr: io.Discard}); err != nil {
		c.Log.WithError(err).Debug("no disk in memory for tests")
		return nil, nil, nil, done
	}
	environ = []string{"TMPDIR=" + dir}
	if !names("GOTMPDIR") {
		environ, flags = append(environ, "GOTMPDIR="+os.TempDir()), []string{"-exec", "env -u GOTMPDIR"}
	}
	return argv, environ, flags, done
}

// available is how much memory can be had, in bytes, by /proc/meminfo.
func available(memory string) int64 {
	for line := range strings.Lines(memory) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "MemAvailable:" && f[2] == "kB" {
			n, _ := strconv.ParseInt(f[1], 10, 64) // 0 is too little
			return n << 10
		}
	}
	return 0
}
