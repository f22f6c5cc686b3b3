package packaging

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// killer stands in for a command. It counts the calls of all such, and at the call whose number is in $KILL_AT ends the script as a power
// cut would, before the command has done its work or, where that is 1 in $KILL_LATE, after.
const killer = `#!/bin/sh
n=$(($(cat "$AIX/kill") + 1))
echo $n >"$AIX/kill"
if [ $n -eq ${KILL_AT:-0} ]
then
	kill -9 0
fi
PATH=${PATH#*:} PROGRAM "$@"
`

// TestSwitchInterrupted cuts the power at each command of sendmail-switch that changes something. Whatever is left, either direction gets
// to its end from there, and what was IBM's comes back exactly. It takes its time, so one shell must do.
func TestSwitchInterrupted(t *testing.T) {
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
			b.put(t, "file aix/kill 0", "run sendmail-switch "+from, "file aix/kill 0")
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

// switchBox is a box whose commands can be cut short, ready to switch.
func switchBox(t *testing.T) *box {
	t.Helper()
	b := newBox(t, "/bin/sh", "022")
	b.put(t, "dir etc/opt/sendmail", "file etc/opt/sendmail/sendmail.cf mine", "file etc/opt/sendmail/submit.cf mine", "dir var/opt/sendmail", "run config",
		"file aix/kill 0", "dir bin/real")
	for _, name := range []string{"mv", "ln", "rm", "stopsrc", "startsrc", "chrctcp", "mkitab", "rmitab"} {
		program, err := exec.LookPath(name)
		if slices.Contains(commands, name) {
			program, err = filepath.Join(b.dir, "bin/real", name), nil
			b.put(t, "move bin/"+name+" bin/real/"+name)
		}
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(killer, "PROGRAM", program, 1)
		if err := os.WriteFile(filepath.Join(b.dir, "bin", name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return b
}
