//go:build e2e

package e2e_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// refusePairs builds databases of ndbm with a pair that is too long for a block, with the programs of an image. The old ones must still answer
// afterwards, a new one must not be there, and each pair that was refused must be named.
func refusePairs(t *testing.T, a *aixMachine) {
	t.Helper()
	long := strings.TrimSuffix(strings.Repeat("somebody@mail.example.com, ", 60), ", ")
	most := strings.Repeat("m", 1000)  // goes, with a short key
	above := strings.Repeat("m", 1018) // does not
	const aliases = "etc/opt/sendmail/aliases"
	steps := []struct {
		name                       string
		aliases                    string // new text of the file of that name, unless empty
		program, args, input, says string
		status                     int
	}{
		{"aliases that fit", "root: one\nlist: two\nmost: " + most + "\n", "bin/newaliases", "", "", "longest 1000 bytes", 0},
		{"a list that does not", "root: three\nlist: " + long + "\nnew: four\nother: " + long + "\n", "bin/newaliases", "", "",
			"dbm put (list): key and value have 1624 bytes; a block of ndbm, which they must fit, has 1024 where its size is known: put long lists into :include: files", 71},
		{"so the old ones answer", "", "sbin/praliases", "-f /etc/opt/sendmail/aliases", "", "list:two\n", 0},
		{"all of them", "", "sbin/praliases", "-f /etc/opt/sendmail/aliases", "", "root:one\n", 0},
		{"long ones too", "", "sbin/praliases", "-f /etc/opt/sendmail/aliases", "", "most:" + most, 0},
		{"all that are refused are named, at once", "", "bin/newaliases", "", "", "dbm put (other): key and value have 1625 bytes", 71},
		{"and it is said that the old ones are there", "", "bin/newaliases", "", "", "database /etc/opt/sendmail/aliases.{dir,pag}: not all could be stored, the old one stays as it was", 71},
		{"nor does a list that is longer than a line may be", "root: three\nlist: " + strings.Repeat(long+", ", 8) + long + "\n", "bin/newaliases", "", "",
			"list: somebody@mail.example.com, somebod... alias line too long (4096 bytes max)", 70},
		{"and the old ones are there still", "", "sbin/praliases", "-f /etc/opt/sendmail/aliases", "", "list:two\n", 0},
		{"another time without it", "root: three\nlist: :include:/etc/opt/sendmail/list\n", "bin/newaliases", "", "", "2 aliases", 0},
		{"new ones answer", "", "sbin/praliases", "-f /etc/opt/sendmail/aliases", "", "list::include:/etc/opt/sendmail/list\n", 0},

		{"a map that fits", "", "sbin/makemap", "dbm /m/pairs", "a\tone\nb\ttwo\n", "", 0},
		{"a map that does not", "", "sbin/makemap", "dbm /m/pairs", "a\tthree\nb\t" + above + "\nc\tfour\nd\t" + above + "\n",
			"makemap: /m/pairs: line 2: key b: put error: Refused by ndbm: key and value must fit a block of it together, 1024 bytes where its size is known\n" +
				"makemap: /m/pairs: line 4: key d: put error: Refused by ndbm: key and value must fit a block of it together, 1024 bytes where its size is known\n" +
				"makemap: close(/m/pairs): Not all could be stored; the old database stays as it was\n", 74},
		{"so the old one answers", "", "sbin/makemap", "-u dbm /m/pairs", "", "a\tone\nb\ttwo\n", 0},
		{"a line that is too long", "", "sbin/makemap", "dbm /m/pairs", "a\tthree\nb\t" + long + "\nc\tfour\n",
			"makemap: /m/pairs: line 2: key b: line too long (1024 bytes max)\nmakemap: close(/m/pairs): Not all could be stored; the old database stays as it was\n", 74},
		{"leaves the old one, too", "", "sbin/makemap", "-u dbm /m/pairs", "", "a\tone\nb\ttwo\n", 0},
		{"a new map that does not", "", "sbin/makemap", "dbm /m/none", "b\t" + above + "\n", "key b: put error: Refused by ndbm", 74},
		{"is not made", "", "sbin/makemap", "-u dbm /m/none", "", "error opening type dbm map /m/none", 73},
		{"a pair for a map that stays", "", "sbin/makemap", "-r -o dbm /m/pairs", "a\t" + above + "\nc\tfour\n", "key a: put error: Refused by ndbm", 74},
		{"which keeps what it had", "", "sbin/makemap", "-u dbm /m/pairs", "", "a\tone\nb\ttwo\nc\tfour\n", 0},
		{"likewise", "", "sbin/editmap", "-u dbm /m/pairs b " + above, "", "in map /m/pairs: Refused by ndbm", 74},
		{"as before", "", "sbin/editmap", "-q dbm /m/pairs b", "", "two\n", 0},
		{"a map made anew", "", "sbin/makemap", "dbm /m/pairs", "z\tlast\n", "", 0},
		{"has nothing of the old one", "", "sbin/makemap", "-u dbm /m/pairs", "", "z\tlast\n", 0},
	}
	for _, step := range steps {
		if step.aliases != "" {
			a.write(t, aliases, step.aliases, 0o644)
		}
		var out bytes.Buffer
		err := a.emulator.Run(t.Context(), emulate.Request{Root: a.root, Program: "/opt/sendmail/" + step.program, Args: strings.Fields(step.args),
			Stdin: strings.NewReader(step.input), Stdout: &out, Stderr: &out})
		status := 0
		if exit, ok := errors.AsType[*host.ExitError](err); ok {
			status = exit.Status
		} else if err != nil {
			t.Fatal(err)
		}
		if status != step.status || !strings.Contains(out.String(), step.says) {
			t.Errorf("%s: %s %.40s: status %d, want %d and %q:\n%s", step.name, step.program, step.args, status, step.status, step.says, &out)
		}
	}
	for _, pattern := range []string{"etc/opt/sendmail/*.rebuild.*", "m/*.rebuild.*", "m/none.*"} {
		if left, err := filepath.Glob(a.path(pattern)); err != nil || len(left) > 0 {
			t.Errorf("%v is left behind (%v)", left, err)
		}
	}
}
