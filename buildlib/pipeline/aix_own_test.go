//go:build e2e

package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/target"
)

// passed is what libsm's tests end with.
var passed = regexp.MustCompile(`(?m)^(\d+) of (\d+) tests completed (successfully|\S.*)$`)

// testOwnTests compiles the tests that come with sendmail (libsm/t-*.c, libsmutil/t-*.c, test/t_*.c), with what and as the build in dir was compiled,
// and runs them. What comes of each is in a table; releases have more and fewer of them.
func testOwnTests(t *testing.T, dir, name string) {
	machine := toolchainMachine(t, name)
	flags := regexp.MustCompile(`(?m)^clang (.*) -c -o assert\.o assert\.c$`).FindStringSubmatch(read(t, filepath.Join(dir, "log/compile-libsm.log")))
	if flags == nil {
		t.Fatal("the log of libsm's build does not show how it was compiled")
	}
	objects, err := filepath.Glob(filepath.Join(dir, "objects/obj.*/libsm"))
	if err != nil || len(objects) != 1 {
		t.Fatalf("objects in %q, %v", objects, err)
	}
	source := filepath.Join(dir, "source")
	var files []string
	for _, pattern := range []string{"libsm/t-*.c", "libsmutil/t-*.c", "test/t_*.c"} {
		found, err := filepath.Glob(filepath.Join(source, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 25 {
		t.Errorf("sendmail has only the tests %q", files)
	}
	helper, err := filepath.Abs("testdata/owntests.c")
	if err != nil {
		t.Fatal(err)
	}
	e, root := newEmulator(t), t.TempDir()
	want := ownTestsTable(t)
	for _, file := range files {
		program := strings.TrimSuffix(filepath.Base(file), ".c")
		if strings.HasPrefix(want[program], "not run: ") {
			continue
		}
		// They are older than C99, by which functions are declared.
		command := strings.Replace("clang "+flags[1], "-std=gnu17", "-std=gnu89", 1) + " -w -idirafter " + filepath.Join(source, "include/sm") +
			" -o " + filepath.Join(root, program) + " " + file + " " + helper + " ../libsmutil/libsmutil.a libsm.a"
		if err := machine.Run(t.Context(), host.Cmd{Argv: []string{"sh", "-c", command}, Dir: objects[0]}); err != nil {
			t.Errorf("%s: %v", program, err)
			continue
		}
		var out bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), lifetime) // the first compiles the loader
		err := e.Run(ctx, emulate.Request{Root: root, Program: "/" + program, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out})
		cancel()
		status := 0
		if exit, ok := errors.AsType[*host.ExitError](err); ok {
			status = exit.Status
		} else if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("status %d", status)
		if m := passed.FindStringSubmatch(out.String()); m != nil && m[1] == m[2] {
			got += ", all checks"
		} else if m != nil {
			got += fmt.Sprintf(", %s of %s checks", m[1], m[2])
		}
		if !checkOwnTest(t, want, program, got) {
			t.Logf("%s said\n%s", program, &out)
		}
	}
}

// ownTestsTable reads testdata/owntests.txt.
func ownTestsTable(t *testing.T) map[string]string {
	t.Helper()
	table := make(map[string]string)
	for line := range strings.Lines(read(t, "testdata/owntests.txt")) {
		if program, result, found := strings.Cut(strings.TrimSpace(line), "\t"); found && !strings.HasPrefix(line, "#") {
			table[program] = strings.TrimSpace(result)
		}
	}
	return table
}

func checkOwnTest(t *testing.T, table map[string]string, program, got string) bool {
	t.Helper()
	diff := cmp.Diff(table[program], got)
	if diff != "" {
		t.Errorf("%s (-table +got):\n%s", program, diff)
	}
	return diff == ""
}

// toolchainMachine compiles for a target, with the toolchain that the build of it has left in the user's cache.
func toolchainMachine(t *testing.T, name string) *host.Local {
	t.Helper()
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	level, err := target.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	environ := slices.Clone(os.Environ())
	b := &cross.Builder{Machine: host.NewLocal(environ), Environ: environ, Cache: filepath.Join(user, "sendmail-aix"), Jobs: 1, Log: silent}
	tc, err := b.Toolchain(t.Context(), level, "")
	if err != nil {
		t.Fatal(err)
	}
	return tc.Machine(environ)
}
