package e2e_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/imageverbs"
	"github.com/sendmail-aix/sendmail-aix/buildlib/verbs"
)

var update = flag.Bool("update", false, "write what scripts in testdata/script compare with anew")

// tinyVersion is the release that the scripts build: the tree in testdata/src/tiny.
const tinyVersion = "1.2.3"

// TestMain makes the test's own program the command of the scripts, so that it has the race detector where they are run with that, and counts in coverage.
func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){
		"sendmail-aix": func() { os.Exit(verbs.Main()) },
		"aiximage":     func() { os.Exit(imageverbs.Main()) },
	})
}

// tidy removes the directories that tests share once all have ended.
type tidy struct{ m *testing.M }

var leftovers struct {
	sync.Mutex
	dirs []string
}

// leave has a directory removed when all tests have ended.
func leave(dir string) {
	leftovers.Lock()
	defer leftovers.Unlock()
	leftovers.dirs = append(leftovers.dirs, dir)
}

func (t tidy) Run() int {
	status := t.m.Run()
	for _, dir := range leftovers.dirs {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	return status
}

// TestScripts runs the scripts in testdata/script, which read like a manual. Each has a checkout of its own in $WORK/project, whose
// only release is the tiny source tree, packed in $WORK/tiny.tar.gz. In $MKINSTALLP is a stand-in for IBM's mkinstallp. From the command
// "magefile" on, "mage" is the magefile, compiled.
func TestScripts(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"cc", "m4", "make", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	aix := t.TempDir()
	compileMkinstallp(t, root, filepath.Join(aix, "mkinstallp"))
	tarball := packTiny(t, root)

	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(root, "testdata/script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fleet": fleet,
			"free":  free,
			"magefile": func(ts *testscript.TestScript, _ bool, _ []string) {
				if testing.Short() {
					ts.Fatalf("to be skipped with [short]")
				}
				file, err := compiled()
				ts.Check(err)
				ts.Setenv("PATH", filepath.Dir(file)+string(filepath.ListSeparator)+ts.Getenv("PATH"))
			},
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "root":
				return os.Geteuid() == 0, nil
			case "fleet":
				return canFleet(), nil
			}
			return false, fmt.Errorf("no condition is called %q", name)
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("REPO", root)
			e.Setenv("BOXES", filepath.Join(root, "testdata/boxes"))
			e.Setenv("MKINSTALLP", aix)
			e.Setenv("SENDMAIL_WITH", "regex")
			e.Cd = filepath.Join(e.WorkDir, "project")
			return errors.Join(
				os.MkdirAll(filepath.Join(e.WorkDir, "home"), 0o755),
				os.WriteFile(filepath.Join(e.WorkDir, "tiny.tar.gz"), tarball, 0o644),
				tree.Copy(context.Background(), filepath.Join(root, "testdata/src/tiny"), filepath.Join(e.WorkDir, "tiny"), time.Unix(0, 0)),
				makeCheckout(root, e.Cd, filepath.Join(e.WorkDir, "tiny.tar.gz"), tarball),
			)
		},
	})
}

// magefile is the orchestrator as one file that mage makes, for all tests.
func magefile(t *testing.T) string {
	t.Helper()
	file, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

var compiled = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "magefile")
	if err != nil {
		return "", err
	}
	leave(dir)
	file := filepath.Join(dir, "mage")
	if err := os.Chmod(dir, 0o755); err != nil { // other users run it, too
		return "", err
	}
	cmd := exec.Command("go", "tool", "mage", "-compile", file)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return file, nil
})

// compileMkinstallp makes the stand-in for IBM's mkinstallp, which the tests of package mkinstallp are by that name.
func compileMkinstallp(t *testing.T, root, to string) {
	t.Helper()
	cmd := exec.Command("go", "test", "-c", "-o", to, "./buildlib/aix/installp/mkinstallp")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}

// packTiny makes a release tarball of the tiny tree, write-protected files and all, as upstream's are.
func packTiny(t *testing.T, root string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	src := os.DirFS(filepath.Join(root, "testdata/src/tiny"))
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(src, name)
		if err != nil {
			return err
		}
		h := &tar.Header{Name: "tiny-" + tinyVersion + "/" + name, Mode: 0o644, Size: int64(len(text)), ModTime: time.Unix(1000000000, 0), Typeflag: tar.TypeReg}
		if strings.HasPrefix(name, "devtools/OS/") {
			h.Mode = 0o444
		}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	})
	if err := errors.Join(err, w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// makeCheckout copies what a build needs and pins the tiny tree as the one release.
func makeCheckout(root, to, tarballPath string, tarball []byte) error {
	for _, part := range []string{"site.config.m4.d", "packaging"} {
		if err := tree.Copy(context.Background(), filepath.Join(root, part), filepath.Join(to, part), time.Unix(0, 0)); err != nil {
			return err
		}
	}
	for _, option := range []string{"11-newdb", "12-cdb"} { // which this machine may have or not: what a script shows must not depend on it
		file := filepath.Join(to, "site.config.m4.d", option+".m4")
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, regexp.MustCompile(`(?m)^dnl Map: .*\n`).ReplaceAll(text, nil), 0o644); err != nil {
			return err
		}
	}
	listing, err := tree.List(context.Background(), filepath.Join(root, "testdata/src/tiny"))
	if err != nil {
		return err
	}
	patches := filepath.Join(root, "patches/8.15.2")
	// The patch that only adds files: the others change files that the tiny tree does not have.
	const osFiles = "0001-aix-6.1-7.x-os-files.patch"
	patch, err := os.ReadFile(filepath.Join(patches, osFiles))
	if err != nil {
		return err
	}
	toml := fmt.Sprintf(`version = %q
date    = 2015-07-03T00:00:00Z
size    = %d
sha256  = "%x"
tree    = %q
urls    = [%q]
`, tinyVersion, len(tarball), sha256.Sum256(tarball), listing.Hash(), "file://"+tarballPath)
	key, err := os.ReadFile(filepath.Join(patches, "signing-key.asc"))
	if err != nil {
		return err
	}
	files := map[string]string{
		"build.toml": "release = \"" + tinyVersion + "\"\ntarget = \"host\"\n",
		"patches/" + tinyVersion + "/release.toml":    toml,
		"patches/" + tinyVersion + "/files.sha256":    listing.String(),
		"patches/" + tinyVersion + "/series":          osFiles + "\n",
		"patches/" + tinyVersion + "/" + osFiles:      string(patch),
		"patches/" + tinyVersion + "/signing-key.asc": string(key),
	}
	var problems []error
	for name, text := range files {
		file := filepath.Join(to, name)
		problems = append(problems, os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644))
	}
	return errors.Join(problems...)
}
