package packaging

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// killer stands in for a command. It counts the calls of all such, and at the call whose number is in $KILL_AT ends the script as a power
// cut would, before the command has done its work or, where $KILL_LATE is set, after.
const killer = `#!/bin/sh
read -r n <"$REHEARSAL_BOX/kill"
n=$((n + 1))
echo $n >"$REHEARSAL_BOX/kill"
[ $n -ne ${KILL_AT:-0} ] || [ -n "$KILL_LATE" ] || kill -9 0
PATH=${PATH#*:} PROGRAM "$@"
status=$?
[ $n -ne ${KILL_AT:-0} ] || [ -z "$KILL_LATE" ] || kill -9 0
exit $status
`

// TestSwitchInterrupted cuts the power at each command of sendmail-switch that changes something. Whatever is left, either direction gets
// to its end from there, and what was IBM's comes back exactly. It takes its time, so one shell must do.
func TestSwitchInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	b := switchBox(t)
	states := map[string][]string{"ibm": b.state(t)}
	b.put(t, "run sendmail-switch ours")
	states["ours"] = b.state(t)
	b.put(t, "run sendmail-switch ibm")
	if diff := cmp.Diff(states["ibm"], b.state(t)); diff != "" {
		t.Fatalf("there and back (-want +got):\n%s", diff)
	}
	cuts := 0
	for _, from := range []string{"ibm", "ours"} {
		for at := 1; ; at++ {
			to := map[string]string{"ibm": "ours", "ours": "ibm"}[from]
			b.put(t, "file rehearsal/kill 0", "run sendmail-switch "+from, "file rehearsal/kill 0")
			if status, _, _ := b.run(t, fmt.Sprintf("KILL_AT=%d sendmail-switch %s", at, to)); status == 0 {
				break
			}
			cuts++
			next := to
			if at%2 == 0 { // some turn round, some go on
				next = from
			}
			status, _, stderr := b.run(t, "sendmail-switch "+next)
			if status != 0 || stderr != "" {
				t.Fatalf("cut at %d on the way from %s, then %s: status %d, %s", at, from, next, status, stderr)
			}
			if diff := cmp.Diff(states[next], b.state(t)); diff != "" {
				t.Fatalf("cut at %d on the way from %s, then %s (-want +got):\n%s", at, from, next, diff)
			}
		}
	}
	if cuts < 20 {
		t.Errorf("the power was cut %d times, which is not at each command that changes something", cuts)
	}
	t.Logf("the power was cut %d times", cuts)
}

// TestScriptsInterrupted does the same to what installp runs, before and after each command, under each umask: run again, a script
// leaves what one leaves that nothing disturbed under the usual umask.
func TestScriptsInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	const active = "|line etc/objrepos/SRCsubsys sendmail-aix::-bD:/x:0:0:::::::::::::::sendmail-aix|line rehearsal/active sendmail-aix 5243303"
	for _, script := range []struct {
		name, before string
		cuts         int
	}{
		{"pre_i", "", 10},
		{"config", "dir etc/opt/sendmail/sasl|file etc/opt/sendmail/sendmail.cf.default daemon|file etc/opt/sendmail/submit.cf.default client|" +
			"file etc/opt/sendmail/aliases.default root|file etc/opt/sendmail/sasl/Sendmail.conf.default sasl|dir var/opt/sendmail|" +
			"file var/opt/sendmail/restart sendmail-aix", 30},
		{"pre_rm", "dir var/opt/sendmail" + active, 2},
		{"unconfig", "dir var/opt/sendmail|dir etc/opt/sendmail" + active, 4},
	} {
		t.Run(script.name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, "/bin/sh", "022")
			b.put(t, strings.FieldsFunc(script.before, func(r rune) bool { return r == '|' })...)
			b.arm(t, "mkdir", "chmod", "touch", "cp", "mv", "rm", "mkgroup", "mkuser", "mkssys", "chssys", "rmssys", "startsrc", "stopsrc")
			again := b.keep(t)
			// disturbed gives how the system looks after a run with this in its environment, and another where that was killed.
			disturbed := func(umask, how string) (state []string, killed bool) {
				again()
				b.umask = umask
				status, _, _ := b.run(t, how+" "+script.name)
				if killed = status != 0; killed {
					if status, _, stderr := b.run(t, script.name); status != 0 || stderr != "" {
						t.Fatalf("%s, umask %s, then again: status %d, %s", how, umask, status, stderr)
					}
				}
				for _, line := range b.state(t) {
					// A note that was taken twice says the same.
					state = append(state, strings.ReplaceAll(line, "sendmail-aix | sendmail-aix", "sendmail-aix"))
				}
				return state, killed
			}
			want, _ := disturbed("022", "KILL_AT=0")
			cuts := 0
			for at := 1; ; at++ {
				for i, late := range []string{"", " KILL_LATE=1"} {
					umask := []string{"000", "022", "077"}[(at+i)%3]
					how := fmt.Sprintf("KILL_AT=%d", at) + late
					got, killed := disturbed(umask, how)
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s, umask %s, then again (-want +got):\n%s", how, umask, diff)
					}
					if !killed {
						if cuts < script.cuts {
							t.Errorf("the power was cut %d times, want %d at least", cuts, script.cuts)
						}
						return
					}
					cuts++
				}
			}
		})
	}
}

// switchBox is a box whose commands can be cut short, ready to switch.
func switchBox(t *testing.T) *box {
	t.Helper()
	b := newBox(t, "/bin/sh", "022")
	b.put(t, "dir etc/opt/sendmail", "file etc/opt/sendmail/sendmail.cf mine", "file etc/opt/sendmail/submit.cf mine", "dir var/opt/sendmail", "run config")
	b.arm(t, "mv", "ln", "rm", "stopsrc", "startsrc", "chrctcp", "mkitab", "rmitab")
	return b
}

// arm puts the killer before commands.
func (b *box) arm(t *testing.T, names ...string) {
	t.Helper()
	b.put(t, "file rehearsal/kill 0", "dir bin/real")
	for _, name := range names {
		program, err := exec.LookPath(name)
		if standIn := filepath.Join(b.dir, "bin", name); isThere(standIn) {
			program, err = filepath.Join(b.dir, "bin/real", name), os.Rename(standIn, filepath.Join(b.dir, "bin/real", name))
		}
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(killer, "PROGRAM", program, 1)
		if err := os.WriteFile(filepath.Join(b.dir, "bin", name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// thing is what lies in a box: a directory, a link with its target, a file with its content.
type thing struct {
	mode fs.FileMode
	text string
}

// things are all that lie there, by their paths.
func (b *box) things(t *testing.T) map[string]thing {
	t.Helper()
	all := make(map[string]thing)
	err := filepath.WalkDir(b.dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		one := thing{mode: info.Mode()}
		if d.Type() == fs.ModeSymlink {
			one.text, err = os.Readlink(file)
		} else if d.Type().IsRegular() {
			var text []byte
			text, err = os.ReadFile(file)
			one.text = string(text)
		}
		all[file] = one
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// keep has the system as it is now be there again, as often as it is called. What has not changed stays, so it takes a tenth of a new one.
func (b *box) keep(t *testing.T) (again func()) {
	t.Helper()
	kept := b.things(t)
	files := slices.Sorted(maps.Keys(kept)) // a directory before what is in it
	return func() {
		t.Helper()
		now := b.things(t)
		var problems []error
		for file, one := range now {
			if was := kept[file]; was != one && (was.mode.Type() != one.mode.Type() || !one.mode.IsDir()) {
				problems = append(problems, os.RemoveAll(file))
			}
		}
		for _, file := range files {
			was := kept[file]
			switch {
			case was == now[file]:
			case was.mode.IsDir():
				problems = append(problems, os.MkdirAll(file, 0o755), os.Chmod(file, was.mode))
			case was.mode.Type() == fs.ModeSymlink:
				problems = append(problems, os.Symlink(was.text, file))
			default:
				problems = append(problems, os.WriteFile(file, []byte(was.text), 0o600), os.Chmod(file, was.mode))
			}
		}
		if err := errors.Join(problems...); err != nil {
			t.Fatal(err)
		}
	}
}

func isThere(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}
