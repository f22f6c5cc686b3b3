package packaging

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// standIns are AIX's account commands in a few lines. Accounts are files in $ACCOUNTS/group and $ACCOUNTS/user, each call that would
// make one is a line of $ACCOUNTS/calls. Numbers in $ACCOUNTS/taken are taken, and a command that $ACCOUNTS/broken names fails.
var standIns = map[string]string{
	"lsgroup": `test -f "$ACCOUNTS/group/$1"`,
	"id":      `test -f "$ACCOUNTS/user/$1"`,
	"mkgroup": `exec make-account mkgroup group "$@"`,
	"mkuser":  `exec make-account mkuser user "$@"`,
	"make-account": `command=$1 kind=$2
shift 2
echo "$command" "$@" >>"$ACCOUNTS/calls"
if grep -x -s "$command" "$ACCOUNTS/broken" >/dev/null
then
	echo "3004-000 $command is broken." >&2
	exit 1
fi
for word in "$@"
do
	case $word in
	id=*)
		grep -x -s "${word#id=}" "$ACCOUNTS/taken" >/dev/null && { echo "3004-000 $word is taken." >&2; exit 17; } ;;
	pgrp=*)
		test -f "$ACCOUNTS/group/${word#pgrp=}" || { echo "3004-000 There is no $word." >&2; exit 2; } ;;
	esac
	name=$word
done
test ! -f "$ACCOUNTS/$kind/$name" || { echo "3004-000 $name exists." >&2; exit 17; }
: >"$ACCOUNTS/$kind/$name"`,
	// Half a file, as a full disk leaves it.
	"broken-cp": `for to in "$@"
do
	:
done
printf half >"$to"
exit 1`,
}

// box is a file system for a script: a directory with etc and var, the accounts, and the stand-ins in bin.
type box struct {
	dir, shell, umask string
}

func newBox(t *testing.T, shell, umask string) *box {
	t.Helper()
	b := &box{dir: t.TempDir(), shell: shell, umask: umask}
	for _, dir := range []string{"etc", "var", "bin", "accounts/group", "accounts/user"} {
		if err := os.MkdirAll(filepath.Join(b.dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range standIns {
		if err := os.WriteFile(filepath.Join(b.dir, "bin", name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// run runs one of the project's scripts, and gives its output with ROOT for the box's directory.
func (b *box) run(t *testing.T, script string) (status int, stdout, stderr string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../packaging/scripts", script))
	if err != nil {
		t.Fatal(err)
	}
	filled, err := Fill(script, string(text), map[string]string{"conf": b.dir + "/etc/opt/sendmail", "state": b.dir + "/var/opt/sendmail"})
	if err != nil {
		t.Fatal(err)
	}
	// The scripts look for commands in AIX's directories only. That line has to go, or none of the stand-ins would be found.
	const path = "\nPATH=/usr/bin:/usr/sbin:/etc\n"
	if strings.Count(filled, path) != 1 {
		t.Fatalf("%s does not set PATH to AIX's directories", script)
	}
	filled = strings.Replace(filled, path, "\nPATH="+b.dir+"/bin:"+os.Getenv("PATH")+"\n", 1)
	file := filepath.Join(b.dir, "bin", script)
	if err := os.WriteFile(file, []byte(filled), 0o755); err != nil {
		t.Fatal(err)
	}
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `umask "$1" && exec "$2" "$3"`, "sh", b.umask, b.shell, file)
	cmd.Dir, cmd.Stdout, cmd.Stderr = b.dir, &out, &problems
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "ACCOUNTS=" + b.dir + "/accounts"}
	if err := cmd.Run(); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			t.Fatal(err)
		}
		status = exit.ExitCode()
	}
	return status, strings.ReplaceAll(out.String(), b.dir, "ROOT"), strings.ReplaceAll(problems.String(), b.dir, "ROOT")
}

// put makes what lines such as "dir etc/opt 700", "file accounts/taken 25", "link a b" and "cp broken-cp" say.
func (b *box) put(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		f := strings.Fields(line)
		at := filepath.Join(b.dir, f[1])
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		switch f[0] {
		case "dir":
			err = errors.Join(err, os.Mkdir(at, 0o755))
			if len(f) > 2 {
				err = errors.Join(err, os.Chmod(at, 0o700))
			}
		case "file":
			err = errors.Join(err, os.WriteFile(at, []byte(strings.Join(f[2:], "\n")+"\n"), 0o444))
		case "link":
			err = errors.Join(err, os.Symlink(f[2], at))
		case "replace":
			err = errors.Join(err, os.Rename(filepath.Join(b.dir, f[2]), at))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// state lists what a script can change: what is below etc and var, and the accounts.
func (b *box) state(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, top := range []string{"etc", "var", "accounts"} {
		err := filepath.WalkDir(filepath.Join(b.dir, top), func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := strings.TrimPrefix(file, b.dir+"/")
			if slices.Contains([]string{"etc", "var", "accounts", "accounts/group", "accounts/user", "accounts/taken", "accounts/broken"}, name) {
				return nil
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			line := name
			switch {
			case d.IsDir():
				line = fmt.Sprintf("%s/ %o", name, info.Mode().Perm())
			case d.Type() == fs.ModeSymlink:
				line += " ->"
			case !strings.HasPrefix(name, "accounts/"):
				text, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				line = fmt.Sprintf("%s %o %s", name, info.Mode().Perm(), strings.TrimSpace(string(text)))
			case name == "accounts/calls":
				text, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				line = strings.TrimSpace(strings.ReplaceAll(string(text), b.dir, "ROOT"))
			}
			lines = append(lines, line)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

// TestScripts runs each case in every shell at hand, with the umask of a careless and of a careful administrator.
func TestScripts(t *testing.T) {
	t.Parallel()
	const (
		group      = "mkgroup -a id=25 smmsp"
		attributes = " pgrp=smmsp groups=smmsp home=ROOT/var/opt/sendmail/clientmqueue login=false rlogin=false su=false account_locked=true" +
			" gecos=Mail submission smmsp"
		user     = "mkuser -a id=25" + attributes
		made     = "sendmail: made the group smmsp\nsendmail: made the user smmsp\n"
		defaults = "file etc/opt/sendmail/sendmail.cf.default daemon|file etc/opt/sendmail/submit.cf.default client"
	)
	for _, test := range []struct {
		name, script, before string // before: lines for put, separated by |
		status               int
		stdout, stderr       string // stderr: "" for none, else a part of it
		after                []string
	}{
		{"nothing there yet", "pre_i", "", 0, made, "",
			[]string{"etc/opt/ 755", "var/opt/ 755", group + "\n" + user, "accounts/group/smmsp", "accounts/user/smmsp"}},
		{"accounts exist", "pre_i", "file accounts/group/smmsp|file accounts/user/smmsp", 0, "", "",
			[]string{"etc/opt/ 755", "var/opt/ 755", "accounts/group/smmsp", "accounts/user/smmsp"}},
		{"the group exists", "pre_i", "file accounts/group/smmsp", 0, "sendmail: made the user smmsp\n", "",
			[]string{"etc/opt/ 755", "var/opt/ 755", user, "accounts/group/smmsp", "accounts/user/smmsp"}},
		{"directories stay as they are", "pre_i", "dir etc/opt 700|dir var/opt 700", 0, made, "",
			[]string{"etc/opt/ 700", "var/opt/ 700", group + "\n" + user, "accounts/group/smmsp", "accounts/user/smmsp"}},
		{"the number is taken", "pre_i", "file accounts/taken 24 25", 0, made, "",
			[]string{"etc/opt/ 755", "var/opt/ 755", group + "\nmkgroup -a smmsp\n" + user + "\nmkuser -a" + attributes, "accounts/group/smmsp", "accounts/user/smmsp"}},
		{"mkgroup fails", "pre_i", "file accounts/broken mkgroup", 1, "",
			"3004-000 mkgroup is broken.\nsendmail: cannot make the group smmsp. Make it with mkgroup, then install again.\n",
			[]string{"etc/opt/ 755", "var/opt/ 755", group + "\nmkgroup -a smmsp"}},
		{"mkuser fails", "pre_i", "file accounts/broken mkuser", 1, "sendmail: made the group smmsp\n",
			"3004-000 mkuser is broken.\nsendmail: cannot make the user smmsp. Make it with mkuser, then install again.\n",
			[]string{"etc/opt/ 755", "var/opt/ 755", group + "\n" + user + "\nmkuser -a" + attributes, "accounts/group/smmsp"}},
		{"a file is in the way", "pre_i", "file var/opt", 1, "", "var/opt", []string{"etc/opt/ 755", "var/opt 444 "}},

		{"no configuration yet", "config", defaults, 0,
			"sendmail: wrote ROOT/etc/opt/sendmail/sendmail.cf\nsendmail: wrote ROOT/etc/opt/sendmail/submit.cf\n", "",
			[]string{"etc/opt/ 755", "etc/opt/sendmail/ 755", "etc/opt/sendmail/sendmail.cf 644 daemon", "etc/opt/sendmail/sendmail.cf.default 444 daemon",
				"etc/opt/sendmail/submit.cf 644 client", "etc/opt/sendmail/submit.cf.default 444 client"}},
		{"the administrator's configuration", "config", defaults + "|file etc/opt/sendmail/sendmail.cf mine|file etc/opt/sendmail/submit.cf too", 0, "", "",
			[]string{"etc/opt/ 755", "etc/opt/sendmail/ 755", "etc/opt/sendmail/sendmail.cf 444 mine", "etc/opt/sendmail/sendmail.cf.default 444 daemon",
				"etc/opt/sendmail/submit.cf 444 too", "etc/opt/sendmail/submit.cf.default 444 client"}},
		{"a link to where nothing is", "config", defaults + "|link etc/opt/sendmail/sendmail.cf /not/mounted", 0,
			"sendmail: wrote ROOT/etc/opt/sendmail/submit.cf\n", "",
			[]string{"etc/opt/ 755", "etc/opt/sendmail/ 755", "etc/opt/sendmail/sendmail.cf ->", "etc/opt/sendmail/sendmail.cf.default 444 daemon",
				"etc/opt/sendmail/submit.cf 644 client", "etc/opt/sendmail/submit.cf.default 444 client"}},
		{"no default", "config", "dir etc/opt/sendmail", 1, "",
			"sendmail: cannot write ROOT/etc/opt/sendmail/sendmail.cf. Copy it from sendmail.cf.default there, or install again.\n",
			[]string{"etc/opt/ 755", "etc/opt/sendmail/ 755"}},
		{"the disk is full", "config", defaults + "|replace bin/cp bin/broken-cp", 1, "", "sendmail: cannot write ROOT/etc/opt/sendmail/sendmail.cf.",
			[]string{"etc/opt/ 755", "etc/opt/sendmail/ 755", "etc/opt/sendmail/sendmail.cf.default 444 daemon", "etc/opt/sendmail/submit.cf.default 444 client"}},
	} {
		for _, shell := range []string{"sh", "ksh93", "ksh", "mksh"} {
			for _, umask := range []string{"022", "077"} {
				t.Run(test.name+"/"+shell+"/"+umask, func(t *testing.T) {
					t.Parallel()
					program, err := exec.LookPath(shell)
					if err != nil {
						t.Skip(err)
					}
					b := newBox(t, program, umask)
					if test.before != "" {
						b.put(t, strings.Split(test.before, "|")...)
					}
					status, stdout, stderr := b.run(t, test.script)
					if status != test.status || stdout != test.stdout || !strings.Contains(stderr, test.stderr) || test.stderr == "" && stderr != "" {
						t.Errorf("%s: status %d, stdout %q, stderr %q, want %d, %q, %q", test.script, status, stdout, stderr, test.status, test.stdout, test.stderr)
					}
					if diff := cmp.Diff(test.after, b.state(t)); diff != "" {
						t.Errorf("%s leaves (-want +got):\n%s", test.script, diff)
					}
					if test.status != 0 {
						return
					}
					status, stdout, stderr = b.run(t, test.script)
					if status != 0 || stdout+stderr != "" {
						t.Errorf("%s, second time: status %d, output %q, want none", test.script, status, stdout+stderr)
					}
					if diff := cmp.Diff(test.after, b.state(t)); diff != "" {
						t.Errorf("%s, second time, leaves (-want +got):\n%s", test.script, diff)
					}
				})
			}
		}
	}
}
