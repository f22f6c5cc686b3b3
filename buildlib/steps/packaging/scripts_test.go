package packaging

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/standins"
)

var update = flag.Bool("update", false, "write the transcripts in testdata/scripts and the golden files anew")

// box is a small AIX system for a script, as AIX installs it, in a mere directory: its files and the stand-ins for its commands are those of
// rehearsal/standins. Here scripts run under whichever shells there are, and need no way into a box.
type box struct {
	dir, shell, umask string
	env               []string
	input             string // for standard input, which is closed where this is empty
}

// newBox makes a system with IBM's sendmail in charge, and with our programs.
func newBox(t *testing.T, shell, umask string) *box {
	t.Helper()
	b := &box{dir: t.TempDir(), shell: shell, umask: umask}
	if err := standins.Fill(b.dir); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"var", "usr/ucb"} {
		b.put(t, "dir "+dir)
	}
	for standIn, places := range standins.Places {
		for _, place := range places {
			b.put(t, "file bin/"+filepath.Base(place)+` #!/bin/sh\n. "$REHEARSAL_STANDINS/`+standIn+`"`)
		}
	}
	// chown is the machine's own: nobody gives files away here. The interval is not the usual one, so that it shows who read it.
	b.put(t, "remove bin/chown", "remove bin/chgrp", "replace etc/rc.tcpip qpi=30m qpi=15m", "replace rehearsal/active q30m q15m",
		"link usr/lib/sendmail /usr/sbin/sendmail", "link usr/sbin/mailq /usr/sbin/sendmail", "link usr/ucb/mailq ../sbin/sendmail",
		`file opt/sendmail/sbin/sendmail #!/bin/sh\nexit 0`)
	for _, name := range []string{"pre_rm", "pre_i", "config", "unconfig"} {
		b.install(t, "scripts/"+name, "bin/"+name, "")
	}
	b.install(t, "files/sendmail-switch", "opt/sendmail/sbin/sendmail-switch", "")
	return b
}

// project is this project's package, for all boxes.
var project = sync.OnceValues(func() (*Plan, error) { return Load("../../../packaging") })

// install fills one of the project's scripts for this box.
func (b *box) install(t *testing.T, script, as, needs string) {
	t.Helper()
	p, err := project()
	if err != nil {
		t.Fatal(err)
	}
	filled, err := Fill(script, p.texts[script], p.withShared(map[string]string{
		"prefix": b.dir + "/opt/sendmail", "conf": b.dir + "/etc/opt/sendmail", "state": b.dir + "/var/opt/sendmail", "needs": needs,
	}))
	if err != nil {
		t.Fatal(err)
	}
	// The scripts look for commands in AIX's directories only. That line has to go, or none of the stand-ins would be found. So do the
	// names of what is IBM's.
	for _, line := range []struct{ prefix, from, to string }{
		{"PATH=", "/usr/bin:/usr/sbin:/etc", b.dir + "/bin:" + os.Getenv("PATH")},
		{"links=", "/usr/", b.dir + "/usr/"},
		{"boot=", "/etc/", b.dir + "/etc/"},
		{"ibm=", "/usr/", b.dir + "/usr/"},
		{"bundles=", "/var/", b.dir + "/var/"},
		{"#!", "/usr/bin/ksh", b.shell},
	} {
		lines := strings.SplitAfter(filled, "\n")
		for i, text := range lines {
			if strings.HasPrefix(text, line.prefix) {
				lines[i] = strings.ReplaceAll(text, line.from, line.to)
			}
		}
		filled = strings.Join(lines, "")
	}
	if !strings.Contains(filled, "\nPATH="+b.dir) {
		t.Fatalf("%s does not set PATH to AIX's directories", script)
	}
	file := filepath.Join(b.dir, as)
	if err := errors.Join(os.WriteFile(file, []byte(filled), 0o755), os.Chmod(file, 0o755)); err != nil {
		t.Fatal(err)
	}
}

// put makes what a line says: "dir etc/opt 700", "file a text", "line a text" at a file's end, "replace a old new", "link a b", "move a b",
// "remove a", "needs fileset bos.rte 7.2.0.0", "run config" for a script or command that is not what a scenario is about.
func (b *box) put(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		verb, rest, _ := strings.Cut(line, " ")
		name, value, _ := strings.Cut(rest, " ")
		at := filepath.Join(b.dir, name)
		var err error
		if verb != "run" && verb != "needs" {
			err = os.MkdirAll(filepath.Dir(at), 0o755)
		}
		value = strings.ReplaceAll(value, "ROOT", b.dir)
		switch verb {
		case "dir":
			err = errors.Join(err, os.MkdirAll(at, 0o755))
			if value == "700" {
				err = errors.Join(err, os.Chmod(at, 0o700))
			}
		case "file":
			mode := fs.FileMode(0o644)
			if strings.HasPrefix(value, "#!") {
				mode = 0o755
			}
			err = errors.Join(err, os.WriteFile(at, []byte(strings.ReplaceAll(value, `\n`, "\n")+"\n"), mode))
		case "line", "replace":
			var text []byte
			text, err = os.ReadFile(at)
			if old, with, _ := strings.Cut(value, " "); verb == "replace" {
				text = bytes.ReplaceAll(text, []byte(old), []byte(with))
			} else {
				text = append(text, value+"\n"...)
			}
			err = errors.Join(err, os.WriteFile(at, text, 0o644))
		case "link":
			err = errors.Join(err, os.Symlink(value, at))
		case "move":
			err = errors.Join(err, os.Rename(at, filepath.Join(b.dir, value)))
		case "remove":
			err = errors.Join(err, os.RemoveAll(at))
		case "run":
			if status, stdout, stderr := b.run(t, rest); status != 0 || stderr != "" {
				t.Fatalf("%s: status %d\n%s%s", rest, status, stdout, stderr)
			}
		case "needs":
			b.install(t, "scripts/pre_i", "bin/pre_i", strings.ReplaceAll(strings.ReplaceAll(rest, "ROOT", b.dir), `\n`, "\n"))
		default:
			t.Fatalf("nothing is known of %q", line)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// run runs one of the project's scripts, perhaps with an environment variable in front of it, as installp does: with nothing to read.
func (b *box) run(t *testing.T, line string) (status int, stdout, stderr string) {
	t.Helper()
	argv := strings.Fields(strings.ReplaceAll(line, "ROOT", b.dir))
	env := []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "REHEARSAL_STANDINS=" + b.dir + "/rehearsal", "REHEARSAL_BOX=" + b.dir + "/rehearsal",
		"REHEARSAL_ROOT=" + b.dir, "REHEARSAL_PATH=" + os.Getenv("PATH")}
	for strings.Contains(argv[0], "=") {
		env, argv = append(env, argv[0]), argv[1:]
	}
	file := filepath.Join(b.dir, "bin", argv[0])
	if strings.HasPrefix(argv[0], "sendmail-") {
		file = filepath.Join(b.dir, "opt/sendmail/sbin", argv[0])
	}
	var out, problems bytes.Buffer
	start := `umask "$1"; shift; exec "$@"`
	if b.input == "" {
		start += " <&-"
	}
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", start, "sh", b.umask, b.shell, file}, argv[1:]...)...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = b.dir, strings.NewReader(b.input), &out, &problems
	cmd.Env = append(env, b.env...)
	if err := cmd.Run(); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			t.Fatal(err)
		}
		status = exit.ExitCode()
	}
	return status, strings.ReplaceAll(out.String(), b.dir, "ROOT"), strings.ReplaceAll(problems.String(), b.dir, "ROOT")
}

// tables are files of which single lines change. The number of an active subsystem's process is of no interest.
var (
	tables = []string{"etc/group", "etc/inittab", "etc/objrepos/SRCsubsys", "etc/passwd", "etc/rc.tcpip", "rehearsal/active"}
	pid    = regexp.MustCompile(` [0-9]{7,}`)
)

// tops are where a script can change something.
var tops = []string{"etc", "var", "usr", "rehearsal/active"}

// state lists what is there.
func (b *box) state(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, top := range tops {
		err := filepath.WalkDir(filepath.Join(b.dir, top), func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := strings.TrimPrefix(file, b.dir+"/")
			info, err := d.Info()
			if err != nil {
				return err
			}
			switch {
			case d.IsDir():
				lines = append(lines, fmt.Sprintf("%s/ %o", name, info.Mode().Perm()))
			case d.Type() == fs.ModeSymlink:
				target, err := os.Readlink(file)
				if err != nil {
					return err
				}
				lines = append(lines, name+" -> "+target)
			default:
				text, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				all := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
				if !slices.Contains(tables, name) {
					lines = append(lines, fmt.Sprintf("%s %o %s", name, info.Mode().Perm(), strings.Join(all, " | ")))
					break
				}
				slices.Sort(all)
				for _, line := range all {
					lines = append(lines, name+" "+pid.ReplaceAllString(line, ""))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], b.dir, "ROOT")
	}
	return lines
}

// changes tells two states apart.
func changes(before, after []string) string {
	var b strings.Builder
	for _, line := range before {
		if !slices.Contains(after, line) {
			b.WriteString("- " + line + "\n")
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			b.WriteString("+ " + line + "\n")
		}
	}
	return b.String()
}

// replay runs a scenario and gives its transcript. See testdata/scripts/README for the form.
func (b *box) replay(t *testing.T, scenario string) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(scenario) {
		text := strings.TrimSuffix(line, "\n")
		switch {
		case text == "" || text[0] == '#' || strings.HasPrefix(text, "=="):
			out.WriteString(line)
		case text[0] == '%':
			out.WriteString(line)
			b.put(t, strings.TrimPrefix(text, "% "))
		case text[0] == '$':
			out.WriteString(line)
			before := b.state(t)
			status, stdout, stderr := b.run(t, strings.TrimPrefix(text, "$ "))
			for line := range strings.Lines(stdout) {
				out.WriteString("> " + line)
			}
			for line := range strings.Lines(stderr) {
				out.WriteString("! " + line)
			}
			if status != 0 {
				fmt.Fprintf(&out, "exit %d\n", status)
			}
			out.WriteString(changes(before, b.state(t)))
		}
	}
	return out.String()
}

var shells = []string{"sh", "ksh93", "ksh", "mksh"}

// findShell is where a shell is. Where it is ksh93 by another name the same would be seen twice.
func findShell(t *testing.T, name string) string {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Skip(err)
	}
	another, err := exec.LookPath("ksh93")
	if err != nil || name == "ksh93" {
		return program
	}
	one, errOne := os.Stat(program)
	other, errOther := os.Stat(another)
	if errors.Join(errOne, errOther) == nil && os.SameFile(one, other) {
		t.Skipf("%s is ksh93 here", name)
	}
	return program
}

// TestScripts replays the transcripts in every shell at hand, in one of them with the umask of a careful administrator.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/scripts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		scenarios := strings.SplitAfter(string(text), "\n\n== ")
		for i := range scenarios[:len(scenarios)-1] {
			scenarios[i] = strings.TrimSuffix(scenarios[i], "== ")
			scenarios[i+1] = "== " + scenarios[i+1]
		}
		if *update {
			for i, scenario := range scenarios {
				scenarios[i] = newBox(t, "/bin/sh", "022").replay(t, scenario)
			}
			if err := os.WriteFile(file, []byte(strings.Join(scenarios, "")), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, scenario := range scenarios {
			name, _, _ := strings.Cut(strings.TrimPrefix(scenario, "== "), "\n")
			for _, shell := range shells {
				if testing.Short() && shell != shells[0] {
					continue
				}
				umask := "022"
				if shell == "mksh" {
					umask = "077"
				}
				t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+name+"/"+shell, func(t *testing.T) {
					t.Parallel()
					program := findShell(t, shell)
					got := newBox(t, program, umask).replay(t, scenario)
					if diff := cmp.Diff(strings.Split(scenario, "\n"), strings.Split(got, "\n")); diff != "" {
						t.Errorf("%s (-want +got; -update writes it anew):\n%s", file, diff)
					}
				})
			}
		}
	}
}
