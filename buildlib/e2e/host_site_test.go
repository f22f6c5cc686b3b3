//go:build e2e

package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
)

// hostSite is the distribution's sshd in namespaces of its own, whose users live on the simulated machines of testdata/boxes: each has the commands of
// one, and a Korn shell as login shell. Between it and ssh stands a network that takes its time, counts, and can be cut. It is fetched, not
// installed, and nothing of this system is changed.
type hostSite struct {
	t       *testing.T
	dir     string
	program string // sendmail-aix
	sshd    int    // port
	space   string // namespace of processes
	network *network
}

// hostBoxes are the users, the machines that they live on, and their shells. Of the last ones something is wrong: no compiler, a small disk, a home
// directory that they cannot write to, and one in which somebody else has prepared something.
var hostBoxes = []struct{ user, box, shell string }{
	{"box61", "6.1", "ksh93"}, {"box71", "7.1", "ksh93"}, {"box72", "7.2-tl5", "mksh"}, {"box73", "7.3", "mksh"},
	{"probed", "probed", "ksh93"}, {"bare", "bare", "mksh"}, {"full", "7.3", "mksh"}, {"closed", "7.3", "ksh93"}, {"prepared", "7.3", "mksh"},
}

// firstUser is the number of the first of them.
const firstUser = 6101

// baseCommands are those of a base AIX that builds and that users may expect; tar, make and m4 without GNU's long options. ls, find
// and the like are real, and so take more.
const baseCommands = "sh awk sed grep egrep fgrep cat cp mv rm ln mkdir rmdir ls chmod chown chgrp find sort uniq tr cut head tail wc tee test [ expr basename " +
	"dirname date sleep kill ps env id hostname touch dd od cmp diff comm join paste cpio tar cksum sum true false echo printf pwd xargs nice nohup stty tty " +
	"who whoami du df getopt perl vi ed split make m4 as ld gcc cc mksh ksh93 file strings uname getconf ar nm strip ranlib ldd openssl"

func newHostSite(t *testing.T) *hostSite {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("an sshd whose users are several is for root to run")
	}
	for _, tool := range []string{"ssh", "ssh-keygen", "unshare", "dpkg-deb", "apt-get", "ksh93", "mksh"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	if out, err := exec.Command("unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "none", "/mnt").CombinedOutput(); err != nil {
		t.Skipf("no namespaces: %v: %s", err, out)
	}
	packages := sshdPackages(t)
	root, err := filepath.Abs("../..")
	must(t, err)
	s := &hostSite{t: t}
	s.dir, err = os.MkdirTemp("", "host-")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(s.dir)) })
	must(t, os.Chmod(s.dir, 0o755))
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
	}
	for _, dir := range []string{"etc", "aixbin", "barebin", "home", "repo/testdata", "repo/buildlib/rehearsal", "client"} {
		must(t, os.MkdirAll(s.path(dir), 0o755))
	}
	for _, part := range []string{"testdata/boxes", "buildlib/rehearsal/standins"} {
		run("cp", "-R", filepath.Join(root, part), filepath.Dir(s.path("repo", part)))
	}
	run("go", "build", "-o", s.path("sendmail-aix"), "../cmd/sendmail-aix")
	s.program = s.path("sendmail-aix")
	for command := range strings.FieldsSeq(baseCommands) {
		if file, err := exec.LookPath(command); err == nil {
			must(t, os.Symlink(file, s.path("aixbin", command)))
			if command != "gcc" && command != "cc" {
				must(t, os.Symlink(file, s.path("barebin", command)))
			}
		}
	}
	for command, compress := range map[string]string{"tar": "-*[zjJ]* | [!-]*[zjJ]* | ", "make": "", "m4": ""} {
		file, err := filepath.EvalSymlinks(s.path("aixbin", command))
		must(t, err)
		for _, bin := range []string{"aixbin", "barebin"} {
			must(t, os.Remove(s.path(bin, command)))
			s.write(bin+"/"+command, 0o755, fmt.Sprintf("#!/bin/sh\ncase ${1-} in %s--*) echo \"%s: Not a recognized flag: $1\" >&2; exit 2 ;; esac\nexec %s \"$@\"\n", compress, command, file))
		}
	}
	run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.path("client/key"))
	run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.path("hostkey"))
	run("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", s.path("oldkey"))
	key, err := os.ReadFile(s.path("client/key.pub"))
	must(t, err)
	var passwd, group, users strings.Builder
	passwd.WriteString("root:x:0:0::/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n")
	group.WriteString("root:x:0:\n")
	for i, b := range hostBoxes {
		shell, err := exec.LookPath(b.shell)
		must(t, err)
		home, id := s.path("home", b.user), firstUser+i
		fmt.Fprintf(&passwd, "%s:x:%d:%[2]d::%s:%s\n", b.user, id, home, shell)
		fmt.Fprintf(&group, "%s:x:%d:\n", b.user, id)
		boxes := s.path("repo/testdata/boxes")
		fmt.Fprintf(&users, "Match User %s\n  SetEnv PATH=%s/%s/bin:%s/common/bin:%s\n", b.user, boxes, b.box, boxes, s.path(map[bool]string{true: "barebin", false: "aixbin"}[b.box == "bare"]))
		must(t, os.Mkdir(home, 0o755))
		switch b.user {
		case "closed": // it is root's
		case "prepared":
			must(t, os.Mkdir(filepath.Join(home, ".sendmail-aix"), 0o777))
			fallthrough
		default:
			must(t, os.Chown(home, id, id))
		}
	}
	s.write("authorized_keys", 0o644, string(key))
	s.makeProbed(root)
	// A machine without a compiler: its commands are the others' but for that.
	for _, part := range []string{"facts", "lslpp", "rpm"} {
		text, err := os.ReadFile(s.path("repo/testdata/boxes/7.3", part))
		must(t, err)
		s.write("repo/testdata/boxes/bare/"+part, 0o644, string(text))
	}
	must(t, os.MkdirAll(s.path("repo/testdata/boxes/bare/bin"), 0o755))
	s.write("etc/passwd", 0o644, passwd.String())
	s.write("etc/group", 0o644, group.String())
	s.write("etc/shadow", 0o600, strings.ReplaceAll(regexp.MustCompile(`(?m):.*$`).ReplaceAllString(passwd.String(), ":*:19000:0:99999:7:::"), "\r", ""))
	s.sshd = freePort(t)
	old := freePort(t)
	for name, settings := range map[string]string{
		"sshd_config": fmt.Sprintf("Port %d\nHostKey %s\n", s.sshd, s.path("hostkey")),
		// As an old one can do no more, and as an administrator may have told one: a session alone in each connection.
		"sshd_old": fmt.Sprintf("Port %d\nHostKey %s\nKexAlgorithms diffie-hellman-group14-sha1\nHostKeyAlgorithms ssh-rsa\nMaxSessions 1\n", old, s.path("oldkey")),
	} {
		s.write(name, 0o644, settings+fmt.Sprintf(`ListenAddress 127.0.0.1
AuthorizedKeysFile %s
PidFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
LogLevel VERBOSE
%s`, s.path("authorized_keys"), users.String()))
	}
	s.write("enter", 0o755, fmt.Sprintf(`set -e
mount --make-rprivate /
for f in passwd group shadow; do mount --bind '%[1]s/etc/'$f /etc/$f; done
mount -t proc proc /proc
mount -t tmpfs none /run
mkdir -m 755 /run/sshd
mount -t tmpfs -o size=160k,mode=755,uid=%[4]d none '%[1]s/home/full'
export LD_LIBRARY_PATH='%[2]s/usr/lib/%[3]s-linux-gnu:%[2]s/lib/%[3]s-linux-gnu'
'%[2]s/usr/sbin/sshd' -f '%[1]s/sshd_old' -E '%[1]s/sshd.log'
exec '%[2]s/usr/sbin/sshd' -D -f '%[1]s/sshd_config' -E '%[1]s/sshd.log'
`, s.dir, packages, machineName(t), firstUser+6))
	cmd := exec.Command("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", s.path("enter"))
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(s.path("sshd.log"))
			t.Logf("%s\n%s", &said, log[max(0, len(log)-4000):])
		}
	})
	s.space = fmt.Sprintf("/proc/%d/ns/pid_for_children", cmd.Process.Pid)
	s.network = newNetwork(t, s.sshd)
	// The user's own ssh, with a configuration that names the machines.
	config := fmt.Sprintf("Host *\n  HostName 127.0.0.1\n  Port %d\n  IdentityFile %s\n  IdentitiesOnly yes\n  UserKnownHostsFile %s\n  StrictHostKeyChecking accept-new\n", s.network.port, s.path("client/key"), s.path("client/known_hosts"))
	for _, b := range hostBoxes {
		config = "Host " + b.user + "\n  User " + b.user + "\n" + config
	}
	config = fmt.Sprintf("Host old\n  User box73\n  Port %d\n", old) + config
	s.write("client/config", 0o644, config)
	ssh, err := exec.LookPath("ssh")
	must(t, err)
	s.write("client/bin/ssh", 0o755, fmt.Sprintf("#!/bin/sh\nexec %s -F '%s' \"$@\"\n", ssh, s.path("client/config")))
	for tries := 0; ; tries++ {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.sshd)); err == nil {
			must(t, c.Close())
			break
		}
		if tries == 200 {
			t.Fatalf("sshd does not answer: %s", &said)
		}
		time.Sleep(50 * time.Millisecond)
	}
	return s
}

// sshdPackages is a directory in the user's cache with the distribution's sshd.
func sshdPackages(t *testing.T) string {
	t.Helper()
	system, err := os.ReadFile("/etc/os-release")
	must(t, err)
	dir, err := cache.Open(cache.UserDir(os.Getenv), nil).Once(t.Context(), "peers/sshd", "openssh-server libwrap0 "+string(system), func(dir string) error {
		get := exec.CommandContext(t.Context(), "sh", "-c", `apt-get -q download openssh-server libwrap0 && for f in *.deb; do dpkg-deb -x "$f" . || exit; done`)
		get.Dir = dir
		if out, err := get.CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w\n%s", get, err, out)
		}
		return nil
	})
	if err != nil {
		t.Skipf("no sshd: %v", err)
	}
	return dir
}

func machineName(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("uname", "-m").Output()
	must(t, err)
	return strings.TrimSpace(string(out))
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *hostSite) path(elements ...string) string {
	return filepath.Join(append([]string{s.dir}, elements...)...)
}

func (s *hostSite) write(name string, mode os.FileMode, text string) {
	s.t.Helper()
	must(s.t, os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
	must(s.t, os.WriteFile(s.path(name), []byte(text), mode))
}

// checkout is a new one of the tiny tree.
func (s *hostSite) checkout(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	must(t, err)
	dir, err := os.MkdirTemp(s.dir, "checkout-")
	must(t, err)
	project, tarball := filepath.Join(dir, "project"), packTiny(t, root)
	must(t, errors.Join(os.WriteFile(filepath.Join(dir, "tiny.tar.gz"), tarball, 0o644), makeCheckout(root, project, filepath.Join(dir, "tiny.tar.gz"), tarball)))
	must(t, os.WriteFile(filepath.Join(project, "build.toml"), []byte("release = \""+tinyVersion+"\"\nwith = \"regex\"\n"), 0o644))
	return project
}

// command is sendmail-aix in a checkout, for a machine that ssh reaches, or for the same one simulated here.
func (s *hostSite) command(project, user string, here bool, words ...string) *exec.Cmd {
	box := hostBoxes[0]
	for _, b := range hostBoxes {
		if b.user == user {
			box = b
		}
	}
	boxes := s.path("repo/testdata/boxes")
	cmd := exec.Command(s.program, words...)
	cmd.Dir = project
	cmd.Env = []string{"HOME=" + filepath.Dir(project), "SENDMAIL_SYSROOT=" + filepath.Join(boxes, box.box, "root"), "SENDMAIL_JOBS=3"}
	if here {
		cmd.Env = append(cmd.Env, "PATH="+strings.Join([]string{filepath.Join(boxes, box.box, "bin"), filepath.Join(boxes, "common/bin"), s.path("aixbin")}, ":"))
	} else {
		cmd.Env = append(cmd.Env, "PATH="+s.path("client/bin")+":"+os.Getenv("PATH"), "SENDMAIL_HOST="+user)
	}
	return cmd
}

var imageLine = regexp.MustCompile(`(?m)^([0-9a-f]{64})  \S+\.I$`)

// run runs one that is to succeed, and gives what it says on standard output, and its log.
func run(t *testing.T, cmd *exec.Cmd) (out, log string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%q: %v\n%s\n%s", cmd.Args[1:], err, &stdout, &stderr)
	}
	return stdout.String(), stderr.String()
}

// image is the digest of the image that a run has made.
func image(t *testing.T, out string) string {
	t.Helper()
	found := imageLine.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no image in %q", out)
	}
	return found[1]
}

var tripsField = regexp.MustCompile(`connection closed".* trips=(\d+)`)

// trips is how many round trips a run with -v has taken.
func trips(t *testing.T, all string) int {
	t.Helper()
	found := tripsField.FindStringSubmatch(all)
	if found == nil {
		t.Fatalf("no number of round trips in:\n%s", all)
	}
	n, err := strconv.Atoi(found[1])
	must(t, err)
	return n
}

// processes are those of the users there, but for sshd itself.
func (s *hostSite) processes() (all []string) {
	ours, _ := os.Readlink(s.space)
	files, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, file := range files {
		if space, _ := os.Readlink(filepath.Join(filepath.Dir(file), "ns/pid")); space != ours {
			continue // of another test that runs meanwhile, or it has ended
		}
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		uid := regexp.MustCompile(`(?m)^Uid:\t(\d+)`).FindSubmatch(text)
		n, _ := strconv.Atoi(string(uid[1]))
		if n >= firstUser && n < firstUser+len(hostBoxes) && !bytes.Contains(text, []byte("State:\tZ")) {
			command, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
			all = append(all, fmt.Sprintf("%s %s", filepath.Base(filepath.Dir(file)), bytes.ReplaceAll(command, []byte{0}, []byte{' '})))
		}
	}
	return all
}

// quiet waits until nobody there runs anything, as long as the guards may take.
func (s *hostSite) quiet(t *testing.T) {
	t.Helper()
	var left []string
	for end := time.Now().Add(6 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if left = s.processes(); len(left) == 0 {
			return
		}
	}
	t.Errorf("after 6 s there are still\n%s", strings.Join(left, "\n"))
}

// network carries connections to a port.
type network struct {
	port int

	lock  sync.Mutex
	delay time.Duration // one way
	turns int           // how often ssh said something after it had heard something
	at    int           // the turn at which something is done
	do    func()
	open  []*net.TCPConn
}

func newNetwork(t *testing.T, to int) *network {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	n := &network{port: l.Addr().(*net.TCPAddr).Port}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			d, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", to))
			if err != nil {
				_ = c.Close()
				continue
			}
			n.carry(c.(*net.TCPConn), d.(*net.TCPConn))
		}
	}()
	return n
}

// set says how it is from now on, and at which turn something is done, once.
func (n *network) set(roundTrip time.Duration, at int, do func()) {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.delay, n.turns, n.at, n.do = roundTrip/2, 0, at, do
}

// cut ends all connections, as a network that is gone: what was on its way is lost.
func (n *network) cut() {
	for _, c := range n.open {
		_ = c.SetLinger(0)
		_ = c.Close()
	}
	n.open = nil
}

func (n *network) carry(c, d *net.TCPConn) {
	n.lock.Lock()
	n.open = append(n.open, c, d)
	n.lock.Unlock()
	heard := new(bool)
	go n.oneWay(c, d, func() {
		if *heard {
			*heard = false
			n.turns++
		}
		if n.do != nil && n.turns >= n.at {
			n.do()
			n.do = nil
		}
	})
	go n.oneWay(d, c, func() { *heard = true })
}

func (n *network) oneWay(from, to *net.TCPConn, seen func()) {
	type packet struct {
		due  time.Time
		data []byte
	}
	line := make(chan packet, 1024)
	go func() {
		for p := range line {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.data); err != nil {
				_ = from.Close()
			}
		}
		_ = to.CloseWrite()
	}()
	defer close(line)
	for {
		data := make([]byte, 32<<10)
		k, err := from.Read(data)
		if k > 0 {
			n.lock.Lock()
			seen()
			due := time.Now().Add(n.delay)
			n.lock.Unlock()
			line <- packet{due, data[:k]}
		}
		if err != nil {
			return
		}
	}
}
