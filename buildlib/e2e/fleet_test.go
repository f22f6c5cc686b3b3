package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/ops"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// fleet is a command of scripts, "fleet NAME ...": so many simulated machines of AIX, each behind a real sshd on loopback, and the file
// inventory, in which Ansible finds them as the group aix. Their installp and lppchk are the rehearsal's.
func fleet(ts *testscript.TestScript, _ bool, names []string) {
	ctx, stop := context.WithCancel(context.Background())
	ts.Defer(stop)
	dir := ts.MkAbs("fleet")
	props, err := box.Collect(ctx, host.NewLocal(os.Environ()), filepath.Join(dir, "props"))
	ts.Check(err)
	key := filepath.Join(dir, "key")
	client := filepath.Join(dir, "installp")
	for _, argv := range [][]string{
		{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key},
		{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key + ".host"},
		{"go", "build", "-o", client, "./testdata/installp"},
	} {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // there are no libraries of this machine's in a box
		if out, err := cmd.CombinedOutput(); err != nil {
			ts.Fatalf("%v: %v\n%s", argv, err, out)
		}
	}
	program, err := os.ReadFile(client)
	ts.Check(err)
	inventory := "[aix]\n"
	for i, name := range names {
		b, err := props.Box(filepath.Join(dir, name), box.KornShells[i%len(box.KornShells)], io.Discard)
		ts.Check(err)
		ts.Defer(func() { ts.Check(b.Close()) })
		for _, command := range []string{"usr/sbin/installp", "usr/bin/lppchk"} {
			ts.Check(os.WriteFile(filepath.Join(b.Root(), command), program, 0o755))
		}
		ts.Check(os.MkdirAll(filepath.Join(b.Root(), "usr/sys/inst.images"), 0o755))
		serveInstallp(ctx, ts, b)
		fleetBoxes.Store(ts.MkAbs(name), b)
		inventory += fmt.Sprintf("%s ansible_host=127.0.0.1 ansible_port=%d\n", name, serveSSH(ctx, ts, b, dir, name, key))
	}
	user := os.Getenv("USER")
	if os.Geteuid() == 0 {
		user = "root"
	}
	inventory += "[aix:vars]\nansible_user=" + user + "\nansible_ssh_private_key_file=" + key +
		"\nansible_ssh_transfer_method=piped\nansible_ssh_common_args=-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR\n"
	ts.Check(os.WriteFile(ts.MkAbs("inventory"), []byte(inventory), 0o600))
}

// fleetBoxes are the boxes of all scripts, by name in the directory of each.
var fleetBoxes sync.Map

// free is a command of scripts, "free NAME BLOCKS": a machine of the fleet has so much room; without BLOCKS, enough again.
func free(ts *testscript.TestScript, _ bool, args []string) {
	b, ok := fleetBoxes.Load(ts.MkAbs(args[0]))
	if !ok {
		ts.Fatalf("no machine is called %s", args[0])
	}
	b.(*box.Box).Free = nil
	if len(args) > 1 {
		blocks, err := strconv.ParseInt(args[1], 10, 64)
		ts.Check(err)
		b.(*box.Box).Free = map[string]int64{"/": blocks}
	}
}

// serveSSH starts an sshd whose only user is in the box, as root, whatever it asks for.
func serveSSH(ctx context.Context, ts *testscript.TestScript, b *box.Box, dir, name, key string) (port int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	port = l.Addr().(*net.TCPAddr).Port
	ts.Check(l.Close())
	enter := filepath.Join(dir, name+".enter")
	var words []string
	for _, word := range b.Command("/rehearsal/bin/env", "-i", "PATH=/usr/bin:/etc:/usr/sbin:/usr/ucb:/sbin", "HOME=/", "/usr/bin/ksh", "-c") {
		words = append(words, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
	}
	ts.Check(os.WriteFile(enter, []byte("#!/bin/sh\nexec "+strings.Join(words, " ")+" \"$SSH_ORIGINAL_COMMAND\"\n"), 0o755))
	config := filepath.Join(dir, name+".sshd")
	ts.Check(os.WriteFile(config, fmt.Appendf(nil, "ListenAddress 127.0.0.1:%d\nHostKey %s.host\nAuthorizedKeysFile %s.pub\nForceCommand %s\nStrictModes no\n"+
		"PermitRootLogin yes\nPasswordAuthentication no\nUsePAM no\nPidFile none\nMaxStartups 100\n", port, key, key, enter), 0o644))
	sshd, err := exec.LookPath("sshd")
	ts.Check(err)
	argv := []string{sshd, "-D", "-e", "-f", config}
	if os.Geteuid() == 0 { // it wants a directory of root's, in a /run of its own here
		argv = append([]string{"unshare", "--mount", "sh", "-c", `mount -t tmpfs none /run && mkdir /run/sshd && exec "$0" "$@"`}, argv...)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stderr = &said
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Kill() // it may have ended
		if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			ts.Logf("sshd of %s: %v\n%s", name, err, &said)
		}
	})
	return port
}

// serveInstallp does what the box's installp and lppchk are asked for.
func serveInstallp(ctx context.Context, ts *testscript.TestScript, b *box.Box) {
	dir, err := os.Open(filepath.Join(b.Root(), "rehearsal"))
	ts.Check(err)
	l, err := net.Listen("unix", fmt.Sprintf("/proc/self/fd/%d/installp.socket", dir.Fd())) // longer names do not fit
	ts.Check(err)
	in := ops.New(b)
	var one sync.Mutex
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				one.Lock()
				defer one.Unlock()
				var argv []string
				var out bytes.Buffer
				in.Out = &out
				err := json.NewDecoder(c).Decode(&argv)
				if err == nil {
					err = installp(ctx, in, argv)
				}
				status := 0
				if err != nil {
					status = 1
					fmt.Fprintln(&out, err)
				}
				if _, err := fmt.Fprintf(c, "%d\n%s", status, &out); err != nil {
					ts.Logf("%s: %v", b.Root(), err)
				}
			})
		}
	})
	ts.Defer(func() {
		ts.Check(errors.Join(l.Close(), dir.Close()))
		all.Wait()
	})
}

// installp does what the role asks for: -a of an image, -u of a package, both with -p for a preview; and lppchk -v.
func installp(ctx context.Context, in *ops.Installp, argv []string) error {
	flags := ""
	if len(argv) > 1 {
		flags = argv[1]
	}
	has := func(letters string) bool {
		return strings.HasPrefix(flags, "-") && !strings.ContainsFunc(letters, func(r rune) bool { return !strings.ContainsRune(flags, r) })
	}
	o := preview.Options{Preview: has("p")}
	switch {
	case argv[0] == "lppchk" && slices.Equal(argv[1:], []string{"-v", "sendmail.rte"}):
		return in.Check()
	case argv[0] == "installp" && has("aXd") && len(argv) == 4 && argv[3] == "all":
		m, err := preview.Open(ctx, filepath.Join(in.Root(), argv[2]))
		if err != nil {
			return err
		}
		return in.Apply(ctx, m, o)
	case argv[0] == "installp" && has("ugX") && len(argv) == 3:
		o.Names, o.Dependents = argv[2:], true
		return in.Deinstall(ctx, o)
	}
	return fmt.Errorf("this installp is not made for %q", argv)
}

// canFleet reports whether what a fleet is made of is here.
func canFleet() bool {
	for _, tool := range []string{"ansible-playbook", "sshd", "ssh", "ssh-keygen", "unshare", "mksh", "ksh93", "go"} {
		if _, err := exec.LookPath(tool); err != nil {
			return false
		}
	}
	return !testing.Short()
}
