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
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the transcripts in testdata/scripts and the golden files anew")

// commands are the stand-ins for AIX's own, see testdata/aix.
var commands = strings.Fields("id lsgroup mkgroup mkuser lslpp rpm lssrc mkssys chssys rmssys startsrc stopsrc lsitab mkitab rmitab chrctcp")

// box is a small AIX system for a script: directories that stand in for those at the root, and the stand-ins in bin.
type box struct {
	dir, shell, umask string
	env               []string
}

// newBox makes a system as AIX installs it, with IBM's sendmail in charge, and with our programs.
func newBox(t *testing.T, shell, umask string) *box {
	t.Helper()
	b := &box{dir: t.TempDir(), shell: shell, umask: umask}
	for _, dir := range []string{"bin", "etc", "var", "usr/lib", "usr/sbin", "usr/ucb", "opt/sendmail/sbin", "aix/group", "aix/user", "aix/src"} {
		b.put(t, "dir "+dir)
	}
	aix, err := filepath.Abs("testdata/aix")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range commands {
		b.put(t, "link bin/"+name+" "+aix)
	}
	b.put(t, "file usr/sbin/sendmail IBM's program", "link usr/lib/sendmail /usr/sbin/sendmail", "link usr/sbin/mailq /usr/sbin/sendmail",
		"link usr/ucb/mailq ../sbin/sendmail", `file etc/rc.tcpip qpi=15m\nstart /usr/sbin/syslogd "$src_running"\nstart /usr/lib/sendmail "$src_running" "-bd -q${qpi}"`,
		`file aix/src/sendmail active\nprogram /usr/lib/sendmail\nargs\ngroup mail`, `file aix/lslpp bos:bos.rte:7.2.4.1: : :C:F:Base Operating System Runtime: : :`,
		"file aix/inittab init:2:initdefault:", `file opt/sendmail/sbin/sendmail #!/bin/sh\nexit 0`)
	if err := os.Chmod(filepath.Join(b.dir, "opt/sendmail/sbin/sendmail"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pre_rm", "pre_i", "config", "unconfig"} {
		b.install(t, "scripts/"+name, "bin/"+name, "")
	}
	b.install(t, "files/sendmail-switch", "opt/sendmail/sbin/sendmail-switch", "")
	return b
}

// install fills one of the project's scripts for this box.
func (b *box) install(t *testing.T, script, as, needs string) {
	t.Helper()
	p, err := Load("../../../packaging")
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

// put makes what a line says: "dir etc/opt 700", "file aix/taken 25", "link a b", "move a b", "remove a", "needs fileset bos.rte 7.2.0.0",
// "run config" for a script that is not what a scenario is about.
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
			err = errors.Join(err, os.WriteFile(at, []byte(strings.ReplaceAll(value, `\n`, "\n")+"\n"), 0o644))
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
	argv := strings.Fields(line)
	env := []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "AIX=" + b.dir + "/aix", "RCTCPIP=" + b.dir + "/etc/rc.tcpip"}
	for strings.Contains(argv[0], "=") {
		env, argv = append(env, argv[0]), argv[1:]
	}
	file := filepath.Join(b.dir, "bin", argv[0])
	if argv[0] == "sendmail-switch" {
		file = filepath.Join(b.dir, "opt/sendmail/sbin", argv[0])
	}
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `umask "$1"; shift; exec "$@" <&-`, "sh", b.umask, b.shell, file}, argv[1:]...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = b.dir, &out, &problems
	cmd.Env = append(env, b.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // see TestSwitchInterrupted
	if err := cmd.Run(); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			t.Fatal(err)
		}
		status = exit.ExitCode()
	}
	return status, strings.ReplaceAll(out.String(), b.dir, "ROOT"), strings.ReplaceAll(problems.String(), b.dir, "ROOT")
}

// state lists what a script can change.
func (b *box) state(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, top := range []string{"etc", "var", "usr", "aix"} {
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
				shown := strings.Join(strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), " | ")
				if top != "aix" { // how the stand-ins keep what they know is of no interest
					shown = fmt.Sprintf("%o %s", info.Mode().Perm(), shown)
				}
				lines = append(lines, name+" "+shown)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	lines = slices.DeleteFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "aix/calls ") || strings.HasPrefix(line, "aix/kill")
	})
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
				umask := "022"
				if shell == "mksh" {
					umask = "077"
				}
				t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+name+"/"+shell, func(t *testing.T) {
					t.Parallel()
					program, err := exec.LookPath(shell)
					if err != nil {
						t.Skip(err)
					}
					got := newBox(t, program, umask).replay(t, scenario)
					if diff := cmp.Diff(strings.Split(scenario, "\n"), strings.Split(got, "\n")); diff != "" {
						t.Errorf("%s (-want +got; -update writes it anew):\n%s", file, diff)
					}
				})
			}
		}
	}
}
