//go:build e2e

package e2e_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestHost builds on machines that ssh reaches: simulated ones of each level of AIX. HOST_MOMENTS is how many runs are killed, and as many are cut off;
// 4 each without it. With MAIL_TEST_RELEASE and MAIL_TEST_SOURCE that release is built as well, on one of them, and as many of its runs killed on another.
func TestHost(t *testing.T) {
	t.Parallel() // it mostly waits
	s := newHostSite(t)
	for _, b := range hostBoxes[:4] {
		t.Run(b.user, func(t *testing.T) { s.whole(t, s.checkout(t), s.checkout(t), b.user) })
	}
	t.Run("release", s.release)
	t.Run("slow", s.slow)
	t.Run("probe", s.probe)
	t.Run("wrong", s.wrong)
	t.Run("old", s.old)
	t.Run("cut", s.cut)
	t.Run("killed", func(t *testing.T) { s.killed(t, s.checkout(t)) })
}

// whole goes the whole way on a machine at the other end, and on the same one simulated here.
func (s *hostSite) whole(t *testing.T, project, another, user string) {
	command := func(project string, here bool, words ...string) *exec.Cmd {
		return s.command(project, user, here, words...)
	}
	s.network.set(20*time.Millisecond, 0, nil)
	start := time.Now()
	out, log := run(t, command(project, false, "-v", "settings"))
	if took := time.Since(start); took > 3*time.Second {
		t.Logf("detecting takes %v: more than 3 s, unless this machine is at other work", took)
	}
	detect := trips(t, log)
	if !strings.Contains(out, "target    aix"+user[3:4]+"."+user[4:]) {
		t.Errorf("settings: %s", out)
	}
	out, log = run(t, command(project, false, "-v", "package"))
	first, whole := image(t, out), trips(t, log)
	out, log = run(t, command(project, false, "-v", "package"))
	second := trips(t, log)
	t.Logf("round trips: %d to detect, %d for a package, %d for a second one", detect, whole, second)
	if detect > 5 || whole > 60 || second > 8 {
		t.Errorf("want 5, 60 and 8 at most")
	}
	if image(t, out) != first || !strings.Contains(log, "everything is up to date") {
		t.Errorf("a second package makes %s of %s:\n%s", image(t, out), first, log)
	}
	s.quiet(t)
	s.network.set(0, 0, nil)
	out, _ = run(t, command(another, true, "package"))
	if here := image(t, out); here != first {
		t.Errorf("made there: %s, made here: %s", first, here)
	}
	out, _ = run(t, command(project, false, "clean:host"))
	if _, err := os.Stat(s.path("home", user, ".sendmail-aix")); !errors.Is(err, os.ErrNotExist) || !strings.Contains(out, "removed "+user+":") {
		t.Errorf("clean:host leaves work there: %v, %s", err, out)
	}
}

// release does the same with a real one.
func (s *hostSite) release(t *testing.T) {
	version, source := os.Getenv("MAIL_TEST_RELEASE"), os.Getenv("MAIL_TEST_SOURCE")
	if version == "" || source == "" {
		t.Skip("MAIL_TEST_RELEASE and MAIL_TEST_SOURCE name none")
	}
	root, err := filepath.Abs("../..")
	must(t, err)
	var projects [2]string
	for i := range projects {
		name := filepath.Join("release", fmt.Sprint(i), "project")
		projects[i] = s.path(name)
		checkout{t: t, dir: projects[i]}.copyFrom(root)
		s.write(filepath.Join(name, "build.toml"), 0o644, fmt.Sprintf("release = %q\nsource = %q\nwith = \"sasl,starttls\"\n", version, source))
	}
	s.whole(t, projects[0], projects[1], "box61")
	s.killed(t, projects[0])
}

// slow is a network around the world.
func (s *hostSite) slow(t *testing.T) {
	s.network.set(200*time.Millisecond, 0, nil)
	defer s.network.set(0, 0, nil)
	start := time.Now()
	_, log := run(t, s.command(s.checkout(t), "box72", false, "-v", "settings"))
	t.Logf("detecting takes %v and %d round trips at 200 ms", time.Since(start), trips(t, log))
}

// fails runs a command that is to fail with a code, and with words in its message.
func (s *hostSite) fails(t *testing.T, cmd *exec.Cmd, code string, words ...string) {
	t.Helper()
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	all := out.String() + said.String()
	if !ok || exit.ExitCode() == 0 || !strings.Contains(all, "code="+code+" ") {
		t.Errorf("%q: %v, want %s:\n%s", cmd.Args[1:], err, code, all)
	}
	for _, word := range words {
		if !strings.Contains(all, word) {
			t.Errorf("%q does not say %q:\n%s", cmd.Args[1:], word, all)
		}
	}
}

// wrong is what may be wrong with a machine.
func (s *hostSite) wrong(t *testing.T) {
	project := s.checkout(t)
	s.fails(t, s.command(project, "bare", false, "-v", "doctor"), "doctor-lacks", "there is no C compiler here")
	s.fails(t, s.command(project, "bare", false, "-v", "package"), "compiler-missing", "where: bare: PATH and the usual directories")
	// It can still tell something.
	out, _ := run(t, s.command(project, "bare", false, "probe"))
	if !strings.HasPrefix(out, "sendmail-aix probe 1\n") || !strings.HasSuffix(out, "\nend\n") || !strings.Contains(out, "\n| 7300-04-02-2546\n") {
		t.Errorf("probe: %s", out)
	}
	if left, err := filepath.Glob(s.path("home/bare/.sendmail-aix/*/probe")); err != nil || left != nil {
		t.Errorf("probe leaves %q, %v", left, err)
	}
	s.fails(t, s.command(project, "closed", false, "-v", "settings"), "host-home", "cannot be written to")
	s.fails(t, s.command(project, "prepared", false, "-v", "settings"), "host-home", "is not ours alone")
	s.fails(t, s.command(project, "full", false, "-v", "package"), "host-files", "No space left on device")
	s.quiet(t)
	run(t, s.command(project, "full", false, "clean:host"))

	known, err := os.ReadFile(s.path("client/known_hosts"))
	must(t, err)
	other, err := os.ReadFile(s.path("client/key.pub"))
	must(t, err)
	s.write("client/known_hosts", 0o600, fmt.Sprintf("[127.0.0.1]:%d %s", s.network.port, other))
	s.fails(t, s.command(project, "box73", false, "-v", "settings"), "host-key", "REMOTE HOST IDENTIFICATION HAS CHANGED")
	s.write("client/known_hosts", 0o600, string(known))
}

// oldLines are what is to be added to ~/.ssh/config, as a message has them.
var oldLines = regexp.MustCompile(`Host old\n +KexAlgorithms \S+\n +HostKeyAlgorithms \S+\n`)

// old is a server that ssh does not trust until it is told to as the message says, and which gives a connection for each session.
func (s *hostSite) old(t *testing.T) {
	project := s.checkout(t)
	command := func(words ...string) *exec.Cmd {
		cmd := s.command(project, "box73", false, words...)
		cmd.Env = append(cmd.Env, "SENDMAIL_HOST=old")
		return cmd
	}
	var said bytes.Buffer
	cmd := command("settings")
	cmd.Stderr = &said
	err, lines := cmd.Run(), oldLines.FindString(said.String())
	if err == nil || lines == "" {
		t.Fatalf("%v, want an error with two lines for ~/.ssh/config:\n%s", err, &said)
	}
	config, err := os.ReadFile(s.path("client/config"))
	must(t, err)
	s.write("client/config", 0o600, lines+string(config))
	out, log := run(t, command("-v", "package"))
	sum := image(t, out)
	if out, _ = run(t, command("package")); image(t, out) != sum {
		t.Errorf("a second package makes %s of %s", image(t, out), sum)
	}
	t.Logf("round trips: %d", trips(t, log))
	s.quiet(t)
}

// again makes a package at the other end in a new place, which is disturbed at a turn, and then once more: the same comes of it, and nothing is left
// running there.
func (s *hostSite) again(t *testing.T, project string, turn int, want string, disturb func(*exec.Cmd)) (disturbed bool) {
	t.Helper()
	must(t, errors.Join(os.RemoveAll(filepath.Join(project, "build")), os.RemoveAll(s.path("home/box73/.sendmail-aix"))))
	cmd := s.command(project, "box73", false, "-v", "package")
	var said bytes.Buffer
	cmd.Stderr = &said
	var starting sync.Mutex // a process that is not there yet cannot be killed
	starting.Lock()
	s.network.set(0, turn, func() {
		starting.Lock()
		defer starting.Unlock()
		disturb(cmd)
	})
	err := cmd.Start()
	starting.Unlock()
	if err == nil {
		err = cmd.Wait()
	}
	s.network.set(0, 0, nil)
	s.quiet(t)
	if out, _ := run(t, s.command(project, "box73", false, "package")); image(t, out) != want {
		t.Errorf("disturbed at turn %d, it makes %s the next time, want %s:\n%s", turn, image(t, out), want, &said)
	}
	t.Logf("disturbed at turn %d: %v", turn, err)
	return err != nil // one run takes some turns more than another
}

// undisturbed is a package, and how many turns of the network it takes.
func (s *hostSite) undisturbed(t *testing.T, project string) (sum string, turns int) {
	t.Helper()
	s.network.set(0, 0, nil)
	out, _ := run(t, s.command(project, "box73", false, "package"))
	s.network.lock.Lock()
	defer s.network.lock.Unlock()
	return image(t, out), s.network.turns
}

func (s *hostSite) cut(t *testing.T) {
	project := s.checkout(t)
	sum, turns := s.undisturbed(t, project)
	s.times(t, moments(t), project, sum, turns, func(*exec.Cmd) { s.network.cut() })
	if !s.again(t, project, turns/2, sum, func(cmd *exec.Cmd) { _ = cmd.Process.Signal(os.Interrupt) }) {
		t.Error("a run that was interrupted went on")
	}
}

func (s *hostSite) killed(t *testing.T, project string) {
	sum, turns := s.undisturbed(t, project)
	s.times(t, moments(t), project, sum, turns, func(cmd *exec.Cmd) { _ = cmd.Process.Kill() })
}

func moments(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv("HOST_MOMENTS"), "4"))
	if err != nil || n < 4 {
		t.Fatalf("HOST_MOMENTS is no number from 4 on: %v", err)
	}
	return n
}

// times disturbs so many runs, at as many moments. The last one or two may have ended before.
func (s *hostSite) times(t *testing.T, n int, project, sum string, turns int, disturb func(*exec.Cmd)) {
	t.Helper()
	disturbed := 0
	for i := range n {
		if s.again(t, project, 2+i*(turns-4)/n, sum, disturb) {
			disturbed++
		}
	}
	if disturbed < n-2 {
		t.Errorf("only %d of %d runs were disturbed", disturbed, n)
	}
}
