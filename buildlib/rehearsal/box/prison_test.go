package box

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// A script reaches nothing but its box. Each attempt is one that succeeds where a chroot is all there is, if that can be had here.
func TestPrison(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("REHEARSAL_SECRET", "hush")
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			s := newBox(t, "ksh93")
			p := *s.props
			p.way, s.props = w, &p
			if out, err := s.shell(t, "true"); err != nil {
				t.Skip(err, out)
			}
			if w.prison != (p.Reach() == "") {
				t.Errorf("Reach() = %q", p.Reach())
			}
			for _, test := range []struct {
				name, command string
				free          bool // whether it succeeds without namespaces
			}{
				{"the network", fmt.Sprintf("exec 3<>/dev/tcp/127.0.0.1/%d", l.Addr().(*net.TCPAddr).Port), true},
				{"a process", fmt.Sprintf("kill -0 %d", os.Getpid()), true},
				{"a process by a common number", fmt.Sprintf("kill -0 %d", os.Getppid()), true},
				{"the environment", "env | grep hush", false},
				{"another root", "/rehearsal/bin/chroot / /rehearsal/bin/true", false},
				{"a mount", "/rehearsal/bin/mount -t tmpfs x /tmp", false},
				{"namespaces of its own", "/rehearsal/bin/unshare --user /rehearsal/bin/true", false},
				{"a device", "/rehearsal/bin/mknod /tmp/sda b 8 0", false},
				{"the machine's own device", "chmod 666 /dev/null", true},
				{"another user", "/rehearsal/bin/setpriv --reuid 1 /rehearsal/bin/true", false},
			} {
				for _, tool := range []string{"chroot", "mount", "umount", "unshare", "mknod"} {
					file, err := host.LookPath(t.Context(), s.props.machine, tool)
					if err != nil {
						file = "/usr/sbin/" + tool
					}
					if err := copyFile(file, filepath.Join(s.Root(), "rehearsal/bin", tool), 0o755); err != nil {
						t.Fatal(err)
					}
				}
				out, err := s.shell(t, test.command)
				if free := !w.prison && test.free; (err == nil) != free {
					t.Errorf("%s: %v, %s", test.name, err, out)
				}
			}
			// Nor does a program in the place of one that is run with more power than a script has: that is run after it was lost.
			if w.prison {
				for _, power := range []string{"mount -t tmpfs x /tmp", "mknod /tmp/sdb b 8 0", "umount -l /dev/null", "setpriv.own --reuid 1 /rehearsal/bin/true"} {
					if out, err := s.shell(t, "cp /rehearsal/bin/setpriv /rehearsal/bin/setpriv.own; rm /rehearsal/bin/setpriv; "+
						"printf '#!/rehearsal/bin/dash\nexec /rehearsal/bin/"+power+"\n' >/rehearsal/bin/setpriv; chmod 755 /rehearsal/bin/setpriv"); err != nil {
						t.Fatal(err, out)
					}
					if out, err := s.shell(t, "true"); err == nil {
						t.Errorf("a setpriv of the script's own: %s: %s", power, out)
					}
					if err := copyFile(filepath.Join(s.props.gate(), "bin/setpriv"), filepath.Join(s.Root(), "rehearsal/bin/setpriv"), 0o755); err != nil {
						t.Fatal(err)
					}
				}
			}
			// What is about files still works, as root's scripts expect.
			if out, err := s.shell(t, "touch /tmp/f && chmod 000 /tmp/f && echo x >/tmp/f && cat /tmp/f && cp -p /tmp/f /tmp/g"); err != nil {
				t.Errorf("files: %v, %s", err, out)
			}
		})
	}
}

// What a script leaves running ends with it, and is told: where it keeps installp's output open, installp would wait.
func TestLeftProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			s := newBox(t, "dash")
			p := *s.props
			p.way, s.props = w, &p
			if out, err := s.shell(t, "true"); err != nil {
				t.Skip(err, out)
			}
			mark := fmt.Sprintf("1%d.%d", os.Getpid(), len(w.name))
			err := s.script(t, "sleep "+mark+" &")
			want := "the script leaves a process running"
			if !w.prison {
				want = "WaitDelay"
			}
			if text := fmt.Sprint(err) + s.printed.String(); err == nil || !strings.Contains(text, want) {
				t.Errorf("Script = %v, want %q", err, want)
			}
			if left := running(t, mark); w.prison && left != "" {
				t.Errorf("still running: %s", left)
			}
		})
	}
}

// running finds a process of this machine by a word of its command line.
func running(t *testing.T, word string) string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if argv := strings.Split(string(text), "\x00"); err == nil && filepath.Base(argv[0]) == "sleep" && slices.Contains(argv, word) {
			return file
		}
	}
	return ""
}

// A process that has ended before its parent waited for it is not left running.
func TestShortProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	s := newBox(t, "dash")
	if err := s.script(t, "for i in 1 2 3 4 5 6 7 8 9; do ( true & ) ; done"); err != nil {
		t.Error(err)
	}
}

// A script that never stops talking is ended.
func TestTalkative(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	s := newBox(t, "dash")
	for _, ignore := range []string{"", "trap '' PIPE TERM; "} {
		err := s.script(t, ignore+"while :; do echo and so on, and so on, and so on, and so on, and so on, and so on, and so on; done")
		if err == nil || !strings.Contains(err.Error(), errTalkative.Error()) || s.printed.Len() > maxOutput+100_000 {
			t.Errorf("Script = %v, and %d bytes are printed", err, s.printed.Len())
		}
		s.printed.Reset() // nobody wants to read that
	}
}

// A script ends with the rehearsal, even if that is killed and can end nothing any more.
func TestKilledRehearsal(t *testing.T) {
	const name, variable = "TestKilledRehearsal", "REHEARSAL_TO_BE_KILLED"
	if mark, by, told := strings.Cut(os.Getenv(variable), " "); told { // this is the rehearsal
		s := newBox(t, "dash")
		p := *s.props
		p.way, s.props = ways[slices.IndexFunc(ways, func(w way) bool { return w.name == by })], &p
		t.Fatal(s.script(t, "sleep "+mark))
	}
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, w := range ways {
		if !w.prison {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			s := newBox(t, "dash")
			p := *s.props
			p.way, s.props = w, &p
			if out, err := s.shell(t, "true"); err != nil {
				t.Skip(err, out)
			}
			mark := fmt.Sprintf("2%d.%d", os.Getpid(), len(w.name))
			rehearsal := exec.Command(os.Args[0], "-test.run=^"+name+"$")
			rehearsal.Env = append(os.Environ(), variable+"="+mark+" "+w.name)
			if err := rehearsal.Start(); err != nil {
				t.Fatal(err)
			}
			await := func(there bool) {
				t.Helper()
				for end := time.Now().Add(time.Minute); (running(t, mark) != "") != there; time.Sleep(20 * time.Millisecond) {
					if time.Now().After(end) {
						t.Fatalf("after a minute the script runs: %v, want %v", !there, there)
					}
				}
			}
			await(true)
			if err := rehearsal.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			await(false)
			_ = rehearsal.Wait() // it was killed
		})
	}
}
