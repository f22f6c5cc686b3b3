package e2e_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
)

// The commands can be installed by their module's path alone, on a machine that has neither a checkout nor anything of an earlier run, and
// be built for AIX. What they need comes from a proxy of modules in a directory, of which this checkout is one.
func TestInstall(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles all that the commands need")
	}
	t.Parallel()
	const module = "github.com/sendmail-aix/sendmail-aix"
	goEnv := func(name string) string {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	proxy, home, empty, gopath := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	proxyModule(t, proxy, module)
	run := func(status int, name string, more []string, args ...string) (stdout string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir, cmd.Env = empty, append([]string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}, more...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != status {
			t.Fatalf("%v: %v, want status %d\n%s%s", cmd, err, status, out, &stderr)
		}
		return string(out)
	}
	run(0, "go", []string{
		"HOME=" + t.TempDir(), // where go keeps what it counts
		"GOENV=off", "GOTOOLCHAIN=local", "GOSUMDB=off", "GOFLAGS=-modcacherw -trimpath", "CGO_ENABLED=0", "GOPATH=" + gopath, "GOCACHE=" + goEnv("GOCACHE"),
		"GOPROXY=file://" + proxy + ",file://" + filepath.Join(goEnv("GOMODCACHE"), "cache/download"),
	}, "install", module+"/buildlib/cmd/...@latest")
	// The module has all files of the checkout. So for AIX the commands are built there, of what was compiled for the other checks already.
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", filepath.Join(gopath, "bin/aix_ppc64")+"/", "./buildlib/cmd/...")
	build.Dir, build.Env = "../..", append(os.Environ(), "GOOS=aix", "GOARCH=ppc64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, out)
	}
	for _, command := range []string{"aiximage", "sendmail-aix"} {
		program, err := os.ReadFile(filepath.Join(gopath, "bin/aix_ppc64", command))
		if err != nil || !bytes.HasPrefix(program, []byte{0x01, 0xf7}) { // XCOFF of 64 bits
			t.Errorf("%s is no program of AIX: %v", command, err)
		}
	}

	image := filepath.Join(t.TempDir(), "a.I")
	var b bytes.Buffer
	if err := errors.Join(write.Image(&b, installptest.Example()), os.WriteFile(image, b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	aiximage := filepath.Join(gopath, "bin/aiximage")
	if got, want := run(0, aiximage, nil, "verify", image), image+": 0 errors, 0 notes\n"; got != want {
		t.Errorf("verify shows %q, want %q", got, want)
	}
	if got := run(0, aiximage, nil, "list", image); !strings.Contains(got, "\n  mailtools.sendmail.rte ") {
		t.Errorf("list shows %s", got)
	}
	run(0, aiximage, nil, "diff", image, image)
	run(2, aiximage, nil, "diff", image, "absent")
	run(0, aiximage, nil, "-h")
	for _, dir := range []string{home, empty} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("they leave %v, %v", left, err)
		}
	}
}

// proxyModule puts the module, as it is in this checkout, where a proxy would have its only version.
func proxyModule(t *testing.T, proxy, module string) {
	t.Helper()
	const version = "v0.0.1"
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = "../.."
	names, err := list.Output()
	if err != nil {
		t.Skip("no checkout by git: ", err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	all := strings.Split(strings.TrimSuffix(string(names), "\x00"), "\x00")
	var others []string // directories of other modules, which a proxy leaves out
	for _, name := range all {
		if dir, file := path.Split(name); file == "go.mod" && dir != "" {
			others = append(others, dir)
		}
	}
	for _, name := range all {
		if slices.ContainsFunc(others, func(dir string) bool { return strings.HasPrefix(name, dir) }) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(list.Dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // removed, and not told to git yet
		}
		if err == nil {
			f, e := w.Create(module + "@" + version + "/" + name)
			if err = e; err == nil {
				_, err = f.Write(content)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	mod, err := os.ReadFile("../../go.mod")
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(proxy, module, "@v")
	for name, content := range map[string][]byte{
		"list": []byte(version + "\n"), version + ".info": []byte(`{"Version": "` + version + `"}`), version + ".mod": mod, version + ".zip": b.Bytes(),
	} {
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name), content, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}
