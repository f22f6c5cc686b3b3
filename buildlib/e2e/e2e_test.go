//go:build e2e

package e2e_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// TestRealSource goes the whole way twice on the source of a real release, which it gets from where a user would. The second time
// everything that must not matter is different: directory, user, the machine's name, umask, time zone, locale, number of jobs, and the
// order of the files in the source's tarball.
func TestRealSource(t *testing.T) {
	t.Parallel()
	b := rehearse(t)
	dir, mage, first := b.dir, b.checkout.mage, b.checkout
	first.t = t
	sum, path, version := b.sum, b.path, b.version
	t.Logf("%s of sendmail %s", filepath.Base(path), version)

	// Readers that are not ours: the system's own sha256sum, and the program itself.
	check := exec.Command("sha256sum", "-c", filepath.Base(path)+".sha256")
	check.Dir = filepath.Join(first.dir, filepath.Dir(path))
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v: %v\n%s", check, err, out)
	}
	program := filepath.Join(first.dir, filepath.Dir(path), "root/opt/sendmail/sbin/sendmail")
	extracted := filepath.Join(dir, "sendmail")
	extract(t, filepath.Join(first.dir, path), "./opt/sendmail/sbin/sendmail", extracted)
	compareFiles(t, program, extracted)
	// -bt fails for lack of a configuration, after it has printed what it was compiled with.
	says, err := exec.Command(extracted, "-d0.1", "-bt").CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	for _, want := range []string{"Version " + version, "STARTTLS", "SASLv2"} {
		if !bytes.Contains(says, []byte(want)) {
			t.Errorf("sendmail -d0.1 -bt does not say %q:\n%s", want, says)
		}
	}

	recordFile := strings.TrimSuffix(filepath.Join(first.dir, path), ".I") + ".record.toml"
	r, err := record.Load(recordFile)
	if err != nil {
		t.Fatal(err)
	}
	if r.SHA256 != sum || r.Settings["release"] != version || len(r.Files) < 200 {
		t.Errorf("record has sha256 %s, release %s and %d files, want %s, %s and at least 200", r.SHA256, r.Settings["release"], len(r.Files), sum, version)
	}

	second := checkout{t: t, mage: mage, dir: filepath.Join(dir, "elsewhere/with.a-longer_name/second"), other: true}
	second.copyFrom(first.dir)
	shuffled := filepath.Join(dir, "shuffled.tar.gz")
	shuffle(t, filepath.Join(first.dir, filepath.Dir(path), "pristine"), shuffled)
	out := second.run([]string{"SENDMAIL_SOURCE=" + shuffled, "SENDMAIL_JOBS=3", "TZ=Pacific/Kiritimati", "LC_ALL=tr_TR.UTF-8"}, "reproduce", recordFile)
	if want := fmt.Sprintf("identical: %s  %s\n", sum, filepath.Base(path)); !strings.HasSuffix(out, want) {
		t.Errorf("reproduce = %q, want it to end in %q", out, want)
	}
}

// build is one that went the whole way.
type build struct {
	root     string // of this repository
	dir      string // open to all; gone when the tests have ended
	checkout checkout
	sum      string // of the image
	path     string // to the image, from the checkout
	version  string // of sendmail
}

func (b build) image() string { return filepath.Join(b.checkout.dir, b.path) }

// shared is a build that is made once, for all tests that use it.
type shared struct {
	once sync.Once
	build
}

func (s *shared) get(t *testing.T, env []string, target string) build {
	t.Helper()
	s.once.Do(func() { s.build = newBuild(t, env, target) })
	if s.path == "" {
		t.Fatal("the build has failed for another test")
	}
	return s.build
}

var rehearsal shared

// rehearse builds the release that this machine can get.
func rehearse(t *testing.T) build {
	t.Helper()
	return rehearsal.get(t, []string{"SENDMAIL_TARGET=host"}, "rehearse")
}

// newBuild makes a checkout in a new directory and has the target build there.
func newBuild(t *testing.T, env []string, target string) build {
	t.Helper()
	b := prepareBuild(t)
	b.make(t, env, target)
	return b
}

// prepareBuild makes a checkout in a new directory.
func prepareBuild(t *testing.T) build {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	// t.TempDir is closed to the other user, and ends with the first test.
	dir, err := os.MkdirTemp("", "sendmail-aix-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	leave(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mage := magefile(t)
	b := build{root: root, dir: dir, checkout: checkout{t: t, mage: mage, dir: filepath.Join(dir, "first")}}
	b.checkout.copyFrom(root)
	return b
}

func (b *build) make(t *testing.T, env []string, target string) {
	t.Helper()
	out := b.checkout.run(env, target)
	image := regexp.MustCompile(`(?m)^([0-9a-f]{64})  (build/([0-9.]+)/host/\S+\.I)$`).FindStringSubmatch(out)
	if image == nil {
		t.Fatalf("%s names no image:\n%s", target, out)
	}
	b.sum, b.path, b.version = image[1], image[2], image[3]
}

// checkout is a copy of what a build needs, used by one user.
type checkout struct {
	t     *testing.T
	mage  string
	dir   string
	other bool // whether another user works in it, with another umask
}

// nobody is a user who owns nothing, on Linux.
const nobody = 65534

func (c checkout) copyFrom(root string) {
	c.t.Helper()
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		c.t.Fatal(err)
	}
	for _, part := range []string{"build.toml", "patches", "packaging", "site.config.m4.d"} {
		if out, err := exec.Command("cp", "-R", filepath.Join(root, part), c.dir).CombinedOutput(); err != nil {
			c.t.Fatalf("%v\n%s", err, out)
		}
	}
	if c.switches() {
		if out, err := exec.Command("chown", "-R", fmt.Sprint(nobody), c.dir).CombinedOutput(); err != nil {
			c.t.Fatalf("%v\n%s", err, out)
		}
	}
}

// switches reports whether the checkout's user is really another one: only root can become nobody.
func (c checkout) switches() bool { return c.other && os.Getuid() == 0 }

// elsewhere runs a command as nobody, on a machine of another name where the kernel lets us rename one for a process alone.
func (c checkout) elsewhere(argv []string) *exec.Cmd {
	if err := exec.Command("unshare", "--uts", "hostname", "elsewhere.test").Run(); err != nil {
		c.t.Logf("the machine keeps its name: unshare --uts hostname: %v", err)
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		return cmd
	}
	script := fmt.Sprintf(`hostname elsewhere.test && exec setpriv --reuid %d --regid %d --clear-groups "$@"`, nobody, nobody)
	return exec.Command("unshare", append([]string{"--uts", "sh", "-c", script, "sh"}, argv...)...)
}

// run runs a target and returns its standard output.
func (c checkout) run(env []string, args ...string) string {
	c.t.Helper()
	argv := append([]string{c.mage}, args...)
	if c.other { // the umask is the process's, so it is set in one of its own
		argv = append([]string{"sh", "-c", `umask 077; exec "$@"`, "sh"}, argv...)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	if c.switches() {
		cmd = c.elsewhere(argv)
	}
	cmd.Dir = c.dir
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "SENDMAIL_") {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	cmd.Env = append(cmd.Env, env...)
	if c.other {
		cmd.Env = append(cmd.Env, "HOME="+c.dir)
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	c.t.Logf("mage %s\n%s", strings.Join(args, " "), &log)
	if err != nil {
		c.t.Fatalf("mage %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// extract takes one member out of an image.
func extract(t *testing.T, image, member, to string) {
	t.Helper()
	f, err := os.Open(image)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := bff.NewReader(f)
	for {
		h, err := r.Next()
		if err != nil {
			t.Fatalf("%s in %s: %v", member, image, err)
		}
		if h.Name != member {
			continue
		}
		text, err := io.ReadAll(r)
		if err := errors.Join(err, os.WriteFile(to, text, 0o755)); err != nil {
			t.Fatal(err)
		}
		return
	}
}

func compareFiles(t *testing.T, a, b string) {
	t.Helper()
	textA, errA := os.ReadFile(a)
	textB, errB := os.ReadFile(b)
	if err := errors.Join(errA, errB); err != nil || !bytes.Equal(textA, textB) {
		t.Errorf("%s and %s differ, error %v", a, b, err)
	}
}

// shuffle packs a tree in an order of its own.
func shuffle(t *testing.T, tree, to string) {
	t.Helper()
	var files []string
	err := filepath.WalkDir(tree, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(out)
	w := tar.NewWriter(z)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(tree, file)
		if err != nil {
			t.Fatal(err)
		}
		h := &tar.Header{Name: "any-name/" + name, Mode: int64(info.Mode().Perm()), Size: int64(len(text)), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
}
