package packaging

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
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

// photographer stands in for a command. Where $PHOTOS is set it puts all that a script can change there before the command does its work, and after:
// what a script leaves that a power cut ends at that moment. So one run shows all of them, and none has to be killed and begun anew for each. In a
// pipeline two of these may count at once.
const photographer = `#!/bin/sh
if [ -z "$PHOTOS" ]
then
	PATH=${PATH#*:} exec PROGRAM "$@"
fi
photo() {
	PATH=${PATH#*:} tar --hard-dereference -cf "$PHOTOS/$n$1.tar" -C "$REHEARSAL_ROOT" TOPS 2>/dev/null
}
read -r n <"$PHOTOS/count"
n=$((n + 1))
until (set -C && : >"$PHOTOS/$n") 2>/dev/null
do
	n=$((n + 1))
done
echo $n >"$PHOTOS/count"
photo ""
PATH=${PATH#*:} PROGRAM "$@"
status=$?
photo -late
exit $status
`

// cut is what a script leaves when the power goes off before a command, the at-th of those that are photographed, or behind it.
type cut struct {
	at   int
	late bool
	left map[string]thing
}

func (c cut) String() string {
	if c.late {
		return fmt.Sprintf("cut behind command %d", c.at)
	}
	return fmt.Sprintf("cut before command %d", c.at)
}

// cuts runs a script to its end, and gives what it would have left at each of its commands.
func (b *box) cuts(t *testing.T, line string) []cut {
	t.Helper()
	photos := t.TempDir()
	if err := os.WriteFile(filepath.Join(photos, "count"), []byte("0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.put(t, "run PHOTOS="+photos+" "+line)
	rest := things(t, b.dir)
	for _, top := range tops {
		maps.DeleteFunc(rest, func(name string, _ thing) bool { return name == top || strings.HasPrefix(name, top+"/") })
	}
	var all []cut
	for at := 1; isThere(filepath.Join(photos, fmt.Sprint(at))); at++ {
		for _, late := range []bool{false, true} {
			photo := filepath.Join(photos, fmt.Sprint(at)) + map[bool]string{true: "-late"}[late] + ".tar"
			if late && !isThere(photo) { // it was ended by a pipe that nobody reads any more
				continue
			}
			left := developed(t, photo)
			maps.Copy(left, rest)
			all = append(all, cut{at, late, left})
		}
	}
	return all
}

// distinct are the cuts that leave what none before them does: where one command ends another begins, and some change nothing.
func distinct(cuts []cut) (all []cut) {
	for _, c := range cuts {
		if !slices.ContainsFunc(all, func(other cut) bool { return maps.Equal(other.left, c.left) }) {
			all = append(all, c)
		}
	}
	return all
}

// developed is what a photo shows.
func developed(t *testing.T, photo string) map[string]thing {
	t.Helper()
	f, err := os.Open(photo)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	left := make(map[string]thing)
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			return left
		}
		if err != nil {
			t.Fatal(err)
		}
		one := thing{h.FileInfo().Mode(), h.Linkname}
		if h.Typeflag == tar.TypeReg {
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			one.text = string(text)
		}
		left[strings.TrimSuffix(h.Name, "/")] = one
	}
}

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
		to := map[string]string{"ibm": "ours", "ours": "ibm"}[from]
		b.put(t, "run sendmail-switch "+from)
		for _, c := range b.cuts(t, "sendmail-switch "+to) {
			if c.late {
				continue
			}
			cuts++
			next := to
			if c.at%2 == 0 { // some turn round, some go on
				next = from
			}
			b.restore(t, c.left)
			status, _, stderr := b.run(t, "sendmail-switch "+next)
			if status != 0 || stderr != "" {
				t.Fatalf("%v on the way from %s, then %s: status %d, %s", c, from, next, status, stderr)
			}
			if diff := cmp.Diff(states[next], b.state(t)); diff != "" {
				t.Fatalf("%v on the way from %s, then %s (-want +got):\n%s", c, from, next, diff)
			}
		}
		b.put(t, "run sendmail-switch ibm")
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
			begin := things(t, b.dir)
			state := func() (state []string) {
				t.Helper()
				for _, line := range b.state(t) {
					// A note that was taken twice says the same.
					state = append(state, strings.ReplaceAll(line, "sendmail-aix | sendmail-aix", "sendmail-aix"))
				}
				return state
			}
			b.put(t, "run "+script.name)
			want := state()
			umasks := []string{"000", "022", "077"}
			cuts := 0
			for n, umask := range umasks {
				b.umask = umask
				b.restore(t, begin)
				all := b.cuts(t, script.name)
				if diff := cmp.Diff(want, state()); diff != "" {
					t.Errorf("umask %s (-want +got):\n%s", umask, diff)
				}
				all = slices.DeleteFunc(all, func(c cut) bool { // another run shows the others
					after := 0
					if c.late {
						after = 1
					}
					return (c.at+after)%len(umasks) != n
				})
				cuts += len(all)
				for _, c := range distinct(all) {
					b.restore(t, c.left)
					if status, _, stderr := b.run(t, script.name); status != 0 || stderr != "" {
						t.Fatalf("%v, umask %s, then again: status %d, %s", c, umask, status, stderr)
					}
					if diff := cmp.Diff(want, state()); diff != "" {
						t.Errorf("%v, umask %s, then again (-want +got):\n%s", c, umask, diff)
					}
				}
			}
			if cuts < script.cuts {
				t.Errorf("the power was cut %d times, want %d at least", cuts, script.cuts)
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

// arm puts the photographer before commands.
func (b *box) arm(t *testing.T, names ...string) {
	t.Helper()
	b.put(t, "dir bin/real")
	for _, name := range names {
		program, err := exec.LookPath(name)
		if standIn := filepath.Join(b.dir, "bin", name); isThere(standIn) {
			program, err = filepath.Join(b.dir, "bin/real", name), os.Rename(standIn, filepath.Join(b.dir, "bin/real", name))
		}
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("PROGRAM", program, "TOPS", strings.Join(tops, " ")).Replace(photographer)
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

// things are all that lie in a directory, by their paths there.
func things(t *testing.T, dir string) map[string]thing {
	t.Helper()
	all := make(map[string]thing)
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || file == dir {
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
		all[strings.TrimPrefix(file, dir+"/")] = one
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// restore has the system be what it was once. What has not changed stays, so it takes a tenth of a new one.
func (b *box) restore(t *testing.T, kept map[string]thing) {
	t.Helper()
	now := things(t, b.dir)
	var problems []error
	for name, one := range now {
		if was := kept[name]; was != one && (was.mode.Type() != one.mode.Type() || !one.mode.IsDir()) {
			problems = append(problems, os.RemoveAll(filepath.Join(b.dir, name)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(kept)) { // a directory before what is in it
		was, file := kept[name], filepath.Join(b.dir, name)
		switch {
		case was == now[name]:
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

func isThere(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}
