package box

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// What scripts find in a box is what AIX has, and answers consistently.
func TestStandIns(t *testing.T) {
	t.Parallel()
	for _, shell := range Shells {
		if testing.Short() && shell != Shells[0] {
			continue
		}
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			s := newBox(t, shell)
			for _, c := range []struct {
				command, want string
				fails         bool
			}{
				{"lsgroup demo", "3004-686 Group \"demo\" does not exist.\n", true},
				{"mkgroup -a id=25 demo && lsgroup -a id demo", "demo id=25\n", false},
				{"mkgroup demo", "exists", true},
				{"mkgroup id=25 more", "belongs to demo", true},
				{"lsuser demo", "3004-687 User \"demo\" does not exist.\n", true},
				{"mkuser pgrp=none demo", "3004-686 Group \"none\" does not exist.\n", true},
				{"mkuser shell=/bin/false demo", "is not in /etc/security/login.cfg", true},
				{"mkuser colour=red demo", "unknown attribute", true},
				{"mkuser longerthan8 ", "is no name of 1 to 8 characters", true},
				{"mkuser -a pgrp=demo home=/home/demo gecos='A demo' demo && id -gn demo && ls -d /home/demo", "demo\n/home/demo\n", false},
				{"id nobody-here", "User not found", true},
				{"id -un; id -u", "root\n0\n", false},
				{"touch /tmp/f && chown demo:demo /tmp/f && chown nobody-here /tmp/f", "unknown username", true},
				{"lssrc -s demo", "0513-085 The demo Subsystem is not on file.\n", true},
				{"mkssys -s demo -p demo -u 0 -S -n 15 -f 9", "full path", true},
				{"mkssys -s demo -p /opt/demo -u root -S -n 15 -f 9", "number", true},
				{"mkssys -s demo -p /opt/demo -u 0 -S", "needs their numbers", true},
				{"mkssys -s demo -p /opt/demo -u 0 -S -n 15 -f 9 -G mine -a '-bD -q30m'", "0513-071 The demo Subsystem has been added.\n", false},
				{"mkssys -s demo -p /opt/demo -u 0 -S -n 15 -f 9", "on file already", true},
				{"lssrc -s demo | tail -n 1", " demo             mine                          inoperative\n", false},
				{"stopsrc -s demo", "0513-004 The Subsystem or Group, demo, is currently inoperative.\n", true},
				{"startsrc -s demo >/dev/null && startsrc -s demo",
					"0513-029 The demo Subsystem is already active.\nMultiple instances are not supported.\n", true},
				{"refresh -s demo", "0513-005 The Subsystem, demo, only supports signal communication.\n", true},
				{"stopsrc -g mine", "0513-044 The demo Subsystem was requested to stop.\n", false},
				{"chssys -s demo -p /opt/other && odmget -q subsysname=demo SRCsubsys | grep path",
					"0513-077 Subsystem has been changed.\n\tpath = \"/opt/other\"\n", false},
				{"rmssys -s demo && rmssys -s demo", "0513-083 Subsystem has been Deleted.\n0513-085 The demo Subsystem is not on file.\n", true},
				{"chrctcp -d sendmail && grep -c '^#start /usr/lib/sendmail ' /etc/rc.tcpip", "1\n", false},
				{"chrctcp -a sendmail && grep -c '^start /usr/lib/sendmail ' /etc/rc.tcpip", "1\n", false},
				{"lsitab demo", "", true},
				{"mkitab 'demo:2:once:/usr/bin/true' && mkitab 'demo:2:once:/usr/bin/true'", "mkitab: the identifier demo exists.\n", true},
				{"lsitab demo && rmitab demo && lsitab demo", "demo:2:once:/usr/bin/true\n", true},
				{"lslpp -L none.rte", "lslpp: 0504-132  Fileset none.rte not installed.\n", true},
				{"lslpp -Lqc bos.rte | cut -d: -f3", "7.2.4.1\n", false},
				{"lslpp -lqc 'bos.net.*' | cut -d: -f2", "bos.net.tcp.client\nbos.net.tcp.client_core\nbos.net.tcp.sendmail\n", false},
				{"lslpp -Lqc 'none.*'", "lslpp: 0504-132  Fileset none.* not installed.\n", true},
				{"lslpp -Lqc bos.rte none.rte", ":bos.rte:7.2.4.1:", true},
				{"lslpp -lqc none.rte", "not installed.\n", true}, // which a pipe inside must not lose
				{"lslpp -L none.rte 2>/dev/null", "  Fileset                      Level  State  Type  Description (Uninstaller)\n", true},
				{"lslpp -Lc none.rte 2>/dev/null", "#Package Name:Fileset:Level:State:PTF Id:Fix State:", true},
				{"lslpp -lc bos.rte", "#Fileset:Level:PTF Id:State:Type:Description:EFIX Locked\n" +
					"/usr/lib/objrepos:bos.rte:7.2.4.1::COMMITTED:I:Base Operating System Runtime:\n", false},
				{"lslpp -w /usr/bin/ls", "this stand-in knows", true},
				{"oslevel -s; uname -vr; getconf KERNEL_BITMODE; bootinfo -K", "7200-04-02-2015\n2 7\n64\n64\n", false},
				{"startsrc -s qdaemon >/dev/null && rmssys -s qdaemon", "rmssys: the qdaemon Subsystem is active.\n", true},
				{"odmget -q name=none lpp; oslevel; uname; uname -v", "7.2.0.0\nAIX\n7\n", false},
				{"rpm -q none", "package none is not installed\n", true},
				{"rpm -q --qf '%{VERSION}\\n' cyrus-sasl", "2.1.28\n", false},
			} {
				got, err := s.shell(t, c.command)
				if (err != nil) != c.fails || !strings.Contains(got, c.want) || c.want == "" && got != "" {
					t.Errorf("%s: %v, %q, want failure %v and %q", c.command, err, got, c.fails, c.want)
				}
			}
		})
	}
}

// What only GNU's commands know fails in a box as it would on AIX; so does what AIX has not.
func TestForeignOptions(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	s := newBox(t, "dash")
	for _, command := range []string{
		"grep -o a /etc/passwd", "grep --color a /etc/passwd", "sed -i s/a/b/ /etc/inittab", "sed -E s/a/b/ /etc/inittab",
		"cp -a /etc/passwd /tmp/x", "sort -V /etc/passwd", "head -c 1 /etc/passwd", "date -d now", "find /etc -maxdepth 1", "xargs -0 echo",
		"mktemp", "readlink /bin", "stat /bin", "seq 1 2", "getent passwd root", "which ls", "mkdir -v /tmp/x",
	} {
		if out, err := s.shell(t, command); err == nil {
			t.Errorf("%s succeeds: %s", command, out)
		}
	}
	for _, command := range []string{
		"grep -E -q root /etc/passwd", "egrep root /etc/passwd", "cp -p /etc/passwd /tmp/x", "head -n 1 /etc/passwd",
		"find /etc -name passwd -exec ls -l {} \\;",
		"echo a | sed 's/a/b/'", "mkdir -p -m 700 /tmp/a/b", "rm -rf /tmp/a",
		"printf '%s\\n' --x", "expr a : a",
	} {
		if out, err := s.shell(t, command); err != nil {
			t.Errorf("%s fails: %v\n%s", command, err, out)
		}
	}
}

// A script cannot lead installp out of its box: links are followed as the box sees them.
func TestLinksStayInside(t *testing.T) {
	t.Parallel()
	s := newBox(t, "dash")
	outside := filepath.Join(s.dir, "outside")
	if err := os.Mkdir(outside, 0o755); err != nil {
		t.Fatal(err)
	}
	links := "ln -s " + outside + " /opt/demo; ln -s ../../../../../../../../tmp /opt/up; ln -s /opt/round /opt/round; mkdir -p " + outside
	if _, err := s.shell(t, links); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, in string }{
		{"/opt/demo/file", strings.TrimPrefix(outside, "/") + "/file"}, {"/opt/up/file", "tmp/file"}, {"/opt/../../../etc/file", "etc/file"},
	} {
		if got := s.in(c.name); got != c.in {
			t.Errorf("in(%s) = %s, want %s", c.name, got, c.in)
		}
		if err := s.PutFile(c.name, 0o644, 1, strings.NewReader("x")); err != nil {
			t.Errorf("putFile(%s): %v", c.name, err)
		}
	}
	if info, err := s.Info("/opt/round/file"); err == nil {
		t.Errorf("a link to itself leads to %v", info)
	}
	if err := s.PutFile("/opt/round/file", 0o644, 1, strings.NewReader("x")); err == nil {
		t.Error("a file is put where a link leads to itself")
	}
	if files, err := os.ReadDir(outside); err != nil || len(files) > 0 {
		t.Errorf("outside the box: %v, %v", files, err)
	}
}

func TestPicture(t *testing.T) {
	t.Parallel()
	s := newBox(t, "dash")
	before, err := s.Picture()
	if err != nil {
		t.Fatal(err)
	}
	if len(before.Since(before)) != 0 {
		t.Error("a picture differs from itself")
	}
	const edit = "rm /usr/ucb/mailq; echo x >>/etc/inittab; mkdir -m 1770 /opt/x; ln -s x /opt/y; touch /opt/x/z; chown bin:mail /opt/x/z"
	if _, err := s.shell(t, edit); err != nil {
		t.Fatal(err)
	}
	after, err := s.Picture()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"~ /etc/inittab  " + after["/etc/inittab"] + ", was " + before["/etc/inittab"],
		"+ /opt/x  directory 1770 root:system", "+ /opt/x/z  file 0644 e3b0c44298fc1c14 bin:mail", "+ /opt/y  link x root:system",
		"- /usr/ucb/mailq  link /usr/sbin/sendmail root:system",
	}
	if diff := cmp.Diff(want, after.Since(before)); diff != "" {
		t.Errorf("changes, -want +got:\n%s", diff)
	}
}

func TestNoShell(t *testing.T) {
	t.Parallel()
	if _, err := props(t).Box(filepath.Join(t.TempDir(), "box"), "csh", nil); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Box = %v, want that there is no such shell", err)
	}
}

// Each way into a box that this user has works like the others.
func TestWays(t *testing.T) {
	t.Parallel()
	worked := 0
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			s := newBox(t, "dash")
			p := *s.props
			p.way, s.props = w, &p
			if _, err := s.shell(t, "true"); err != nil {
				t.Skip(err)
			}
			worked++
			out, err := s.shell(t, "echo thrown away >/dev/null && cat /dev/null && id -u && pwd && ls -d /opt")
			if err != nil || out != "0\n/\n/opt\n" {
				t.Errorf("%v, %q", err, out)
			}
		})
	}
	if worked == 0 {
		t.Error("no way works, although one was found")
	}
}

// Where none works, the error tells why, of each.
func TestNoWay(t *testing.T) {
	t.Parallel()
	p := *props(t)
	p.dir = t.TempDir()
	for _, name := range p.files {
		if err := copyFile(filepath.Join(props(t).dir, name), filepath.Join(p.dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p.machine = unwilling{p.machine}
	err := p.findWay(t.Context())
	if fault.Code(err) != "rehearsal-sandbox" || strings.Count(err.Error(), "Operation not permitted") != len(ways) {
		t.Errorf("findWay = %v", err)
	}
}

// unwilling is a machine that lets nobody into a box.
type unwilling struct{ host.Runner }

func (unwilling) Run(context.Context, host.Cmd) error {
	return &fault.Error{Code: "command-failed", What: "command failed", Found: "Operation not permitted"}
}
