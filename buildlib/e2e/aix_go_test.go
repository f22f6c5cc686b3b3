//go:build aixgo

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// aixGo is sendmail-aix built for AIX itself, under the emulator. What is otherwise than in the program that ships stands at [goForQemu]; what the loader has
// for it alone, and how far that is AIX, in testdata/aixgo/go.c.
type aixGo struct {
	emulator emulate.Emulator
	program  string
}

// goForQemu are the texts of Go's runtime that the program is compiled without, and what stands there instead: on AIX the heap lies where qemu-user has
// no addresses, and where that is stands in three places.
var goForQemu = map[string][]string{
	"malloc.go":       {" + 0x0a00000000000000*goos.IsAix", "", "uintptrMask&(0xa0<<52)", "uintptrMask&(0x00c0<<32)"},
	"tagptr_64bit.go": {" | 0xa<<56)", ")"},
}

func newAIXGo(t *testing.T) *aixGo {
	t.Helper()
	for _, tool := range []string{"go", "qemu-ppc64", "powerpc64-linux-gnu-gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
	dir := t.TempDir()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	replaced := make(map[string]string)
	for name, texts := range goForQemu {
		file := filepath.Join(strings.TrimSpace(string(root)), "src/runtime", name)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(texts); i += 2 {
			if strings.Count(string(text), texts[i]) != 1 {
				t.Fatalf("%s does not have %q once: another release of Go, for which this test is to be looked at", file, texts[i])
			}
		}
		replaced[file] = filepath.Join(dir, name)
		if err := os.WriteFile(replaced[file], []byte(strings.NewReplacer(texts...).Replace(string(text))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	a := &aixGo{program: filepath.Join(dir, "sendmail-aix")}
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", a.program, "../cmd/sendmail-aix")
	build.Env = append(os.Environ(), "GOOS=aix", "GOARCH=ppc64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, out)
	}
	a.emulator = emulate.Emulator{Cache: cache.Open(cache.UserDir(os.Getenv), nil), SDK: cross.SDK(), More: os.DirFS("testdata/aixgo")}
	return a
}

// in is this machine, on which a program of / runs in another directory.
type in struct {
	*host.Local
	dir string
}

func (m in) Run(ctx context.Context, c host.Cmd) error {
	if c.Dir == "/" {
		c.Dir = m.dir
	}
	return m.Local.Run(ctx, c)
}

// run runs it in a directory, in an environment.
func (a *aixGo) run(t *testing.T, dir string, env []string, args ...string) (out, log string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	e := a.emulator
	e.Machine = in{host.NewLocal(os.Environ()), dir}
	// Go would interrupt what runs long by a signal, which asks for registers as AIX shows them.
	env = append([]string{"GODEBUG=asyncpreemptoff=1"}, env...)
	err = e.Run(t.Context(), emulate.Request{Root: "/", Program: a.program, Args: args, Env: env, CPU: "power8", Stdout: &stdout, Stderr: &stderr})
	return stdout.String(), stderr.String(), err
}

// onBox are the settings of a checkout that stands on a simulated machine of AIX 7.2.
func onBox(t *testing.T) []string {
	t.Helper()
	boxes, err := filepath.Abs("../../testdata/boxes")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	return []string{
		"HOME=" + home, "XDG_CACHE_HOME=" + home, "SENDMAIL_SYSROOT=" + boxes + "/7.2-tl5/root",
		"PATH=" + boxes + "/7.2-tl5/bin:" + boxes + "/common/bin:" + os.Getenv("PATH"),
	}
}

// tinyCheckout is a new one whose only release is the tiny tree.
func tinyCheckout(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir, tarball := t.TempDir(), packTiny(t, root)
	project, file := filepath.Join(dir, "project"), filepath.Join(dir, "tiny.tar.gz")
	err = errors.Join(os.WriteFile(file, tarball, 0o644), makeCheckout(root, project, file, tarball),
		os.WriteFile(filepath.Join(project, "build.toml"), []byte("release = \""+tinyVersion+"\"\nwith = \"regex\"\n"), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	return project
}

// TestAIXGoStarts: sendmail-aix that was built for AIX says what it is set to, and finds in an image what the one for this machine finds.
func TestAIXGoStarts(t *testing.T) {
	a, project := newAIXGo(t), tinyCheckout(t)
	demoImage(t, filepath.Join(project, "demo.I"))
	env := onBox(t)
	if out, log, err := a.run(t, project, env, "settings"); err != nil || !strings.Contains(out, "\ntarget    aix7.2-64   ") {
		t.Errorf("settings: %v\n%s\n%s", err, out, log)
	}
	here := exec.Command(buildOurs(t), "image:verify", "demo.I")
	here.Dir, here.Env = project, append(os.Environ(), env...)
	want, _ := here.Output() // the program of the image looks for libraries in the current directory, so it ends with 1 as well
	out, log, err := a.run(t, project, env, "image:verify", "demo.I")
	if out != string(want) || !strings.HasPrefix(out, "error 11: ./opt/demo/sendmail ") || err == nil {
		t.Errorf("image:verify: %v; it says\n%s\nand here\n%s\n%s", err, out, want, log)
	}
}

// buildOurs builds sendmail-aix for this machine.
func buildOurs(t *testing.T) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "sendmail-aix")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/sendmail-aix").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}
