//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// ownTest is what one of sendmail's own tests wants besides being compiled and started.
type ownTest struct {
	flags   string         // to compile it with
	files   string         // of the source that belong to it, because the build leaves them empty
	rights  string         // options of setpriv: who runs it, as whom
	args    []string       // of each run, joined by blanks; without any, one run with none
	script  string         // of the source: the input and the arguments of each run stand in it
	promise string         // what its output shows when all is well,
	seen    *regexp.Regexp // and how
}

// The users of those that are to be set-user-ID or set-group-ID, or not root. What they run may be where only root comes.
const (
	setUser  = "--ruid=2"
	notRoot  = "--reuid=2 --inh-caps=+dac_override --ambient-caps=+dac_override --clear-groups "
	setGroup = notRoot + "--rgid=2 --egid=3"
)

var ownTests = map[string]ownTest{
	"t-cf":       {args: []string{"/sendmail.cf QueueDirectory"}, promise: "the queue of the shipped sendmail.cf", seen: regexp.MustCompile(`(?m)^QueueDirectory=/var/opt/sendmail/mqueue$`)},
	"t-ixlen":    {flags: "-D_FFR_8BITENVADDR=1", files: "libsm/ilenx.c libsm/xleni.c", script: "libsm/t-ixlen.sh"},
	"t-streq":    {flags: "-D_FFR_8BITENVADDR=1", script: "libsm/t-streq.sh"},
	"t-notify":   {flags: "-D_FFR_DMTRIGGER=1 -D_FFR_NOTIFY=1", files: "libsm/notify.c"},
	"t-lockfile": {flags: "-I ../../../source/sendmail", args: []string{"", "-r", "-n", "-nr"}, promise: "the reader waits for the writer", seen: regexp.MustCompile(`(?s)owner=1, unlock\S* done.*lock\S*=(RD|EX) ok`)},
	"t_dropgid":  {rights: setGroup},
	"t_exclopen": {promise: "a link is not followed", seen: regexp.MustCompile(`^Good show!`)},
	"t_pathconf": {rights: notRoot + "--regid=2", promise: "chown is restricted", seen: regexp.MustCompile(`pathconf claims that chown is safe and fchown agrees`)},
	"t_seteuid":  {rights: setUser},
	"t_setgid":   {rights: setGroup},
	"t_setreuid": {rights: setUser},
	"t_setuid":   {rights: setUser},
}

// asSomebody runs commands with other rights than its own.
type asSomebody struct {
	host.Runner
	rights string
}

func (a asSomebody) Run(ctx context.Context, c host.Cmd) error {
	c.Argv = slices.Concat([]string{"setpriv"}, strings.Fields(a.rights), c.Argv)
	return a.Runner.Run(ctx, c)
}

var (
	// passed is what libsm's tests end with.
	passed = regexp.MustCompile(`(?m)^(\d+) of (\d+) tests completed (successfully|\S.*)$`)
	// document is how a script starts a test with input.
	document = regexp.MustCompile(`(?ms)^\$\{PRG\}([^\n]*) <<EOF\n(.*?)^EOF$`)
)

// testOwnTests compiles the tests that come with sendmail (libsm/t-*.c, libsmutil/t-*.c, test/t_*.c), with what and as the build in dir was compiled,
// and runs them. What comes of each is in a table; releases have more and fewer of them.
func testOwnTests(t *testing.T, dir, name string) {
	objects, err := filepath.Glob(filepath.Join(dir, "objects/obj.*/libsm"))
	if err != nil || len(objects) != 1 {
		t.Fatalf("objects in %q, %v", objects, err)
	}
	machine := toolchainMachine(t, name)
	// The log does not show it where the objects were there already.
	compiles, err := machine.Output(t.Context(), host.Cmd{Argv: []string{"make", "-n", "-W", "assert.c", "assert.o"}, Dir: objects[0]})
	flags := regexp.MustCompile(`(?m)^clang (.*) -c -o assert\.o assert\.c$`).FindStringSubmatch(compiles)
	if err != nil || flags == nil {
		t.Fatalf("make does not tell how libsm is compiled, %v:\n%s", err, compiles)
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
	root := t.TempDir()
	a := aixMachine{emulator: newEmulator(t), root: root}
	a.write(t, "sendmail.cf", read(t, filepath.Join(dir, "root/etc/opt/sendmail/sendmail.cf.default")), 0o644)
	if err := errors.Join(os.Chmod(root, 0o777), os.Mkdir(a.path("tmp"), 0o777)); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	want := ownTestsTable(t)
	for _, file := range files {
		program := strings.TrimSuffix(filepath.Base(file), ".c")
		test := ownTests[program]
		// They are older than C99, by which functions are declared.
		command := []string{"clang", strings.Replace(flags[1], "-std=gnu17", "-std=gnu89", 1), "-w", test.flags, "-idirafter", filepath.Join(source, "include/sm"),
			"-o", a.path(program), file, helper}
		for _, more := range strings.Fields(test.files) {
			command = append(command, filepath.Join(source, more))
		}
		command = append(command, "../libsmutil/libsmutil.a", "libsm.a")
		if err := machine.Run(t.Context(), host.Cmd{Argv: []string{"sh", "-c", strings.Join(command, " ")}, Dir: objects[0]}); err != nil {
			t.Errorf("%s: %v", program, err)
			continue
		}
		result, out := test.run(t, a, source, program)
		got[program] = result
		if want[program].result != result && !*update {
			t.Errorf("%s: %s; the table says %q (-update writes it anew); it said\n%s", program, result, want[program].result, out)
		}
	}
	if *update {
		writeOwnTestsTable(t, want, got)
	}
}

// run gives what comes of a test in all its runs, for the table, and what they said.
func (o ownTest) run(t *testing.T, a aixMachine, source, program string) (result, said string) {
	t.Helper()
	type one struct{ args, input string }
	var runs []one
	for _, args := range o.args {
		runs = append(runs, one{args, ""})
	}
	if o.script != "" {
		for _, m := range document.FindAllStringSubmatch(read(t, filepath.Join(source, o.script)), -1) {
			runs = append(runs, one{m[1], m[2]})
		}
		if runs == nil {
			t.Fatalf("%s has no input for %s", o.script, program)
		}
	}
	if runs == nil {
		runs = []one{{}}
	}
	e := a.emulator
	if o.rights != "" {
		e = newEmulator(t)
		e.Machine = asSomebody{e.Machine, o.rights}
	}
	var results []string
	for _, r := range runs {
		var out bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), lifetime) // the first compiles the loader
		err := e.Run(ctx, emulate.Request{Root: a.root, Program: "/" + program, Args: strings.Fields(r.args), Stdin: strings.NewReader(r.input), Stdout: &out, Stderr: &out})
		cancel()
		status := 0
		if exit, ok := errors.AsType[*host.ExitError](err); ok {
			status = exit.Status
		} else if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("status %d", status)
		// A test of several processes counts in each.
		for _, m := range passed.FindAllStringSubmatch(out.String(), -1) {
			if m[1] != m[2] {
				got += fmt.Sprintf(", %s of %s checks", m[1], m[2])
			} else if !strings.HasSuffix(got, ", all checks") {
				got += ", all checks"
			}
		}
		if o.seen != nil && o.seen.MatchString(out.String()) {
			got += ", " + o.promise
		}
		said += out.String()
		if !slices.Contains(results, got) {
			results = append(results, got)
		}
	}
	return strings.Join(results, "; "), said
}

const ownTestsFile = "testdata/owntests.txt"

// ownTestsRow is a row of the table: what comes of a test, and why it is not what one would wish.
type ownTestsRow struct{ result, why string }

func ownTestsTable(t *testing.T) map[string]ownTestsRow {
	t.Helper()
	table := make(map[string]ownTestsRow)
	for line := range strings.Lines(read(t, ownTestsFile)) {
		if program, rest, found := strings.Cut(strings.TrimSpace(line), "\t"); found && !strings.HasPrefix(line, "#") {
			result, why, _ := strings.Cut(rest, "\t")
			table[program] = ownTestsRow{result, why}
		}
	}
	return table
}

// writeOwnTestsTable writes what has come of the tests, and keeps the reasons, and what this release does not have.
func writeOwnTestsTable(t *testing.T, table map[string]ownTestsRow, got map[string]string) {
	t.Helper()
	for program, result := range got {
		table[program] = ownTestsRow{result, table[program].why}
	}
	var b strings.Builder
	for line := range strings.Lines(read(t, ownTestsFile)) {
		if strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	for _, program := range slices.Sorted(maps.Keys(table)) {
		b.WriteString(strings.TrimSuffix(program+"\t"+table[program].result+"\t"+table[program].why, "\t") + "\n")
	}
	if err := os.WriteFile(ownTestsFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// toolchainMachine compiles for a target, with the toolchain that the build of it has left in the user's cache.
func toolchainMachine(t *testing.T, name string) *host.Local {
	t.Helper()
	level, err := target.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	environ := slices.Clone(os.Environ())
	b := &cross.Builder{Machine: host.NewLocal(environ), Environ: environ, Cache: cache.Open(cache.UserDir(os.Getenv), silent), Jobs: 1, Log: silent}
	tc, err := b.Toolchain(t.Context(), level, "")
	if err != nil {
		t.Fatal(err)
	}
	return tc.Machine(environ)
}
