//go:build e2e

package pipeline_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/xcoff"
)

// TestCross builds for AIX on this machine, in both widths, what TestRealSource builds for the machine itself: the image holds programs of
// AIX, which llvm-readobj reads as we do, and is the same from another directory.
//
// Another release, or a source that this machine cannot get by itself, is tested as with TestMail.
func TestCross(t *testing.T) {
	for _, tool := range []string{"clang-19", "llvm-readobj-19"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v; \"mage setup\" installs it", err)
		}
	}
	if found, err := filepath.Glob("/usr/src/binutils/binutils-*"); err != nil || len(found) == 0 {
		t.Skipf("no source of binutils (%v); \"mage setup\" installs it where it is packaged", err)
	}
	b := mailBuild(t)
	for _, target := range []string{"aix7.2-64", "aix6.1-32"} {
		t.Run(target, func(t *testing.T) {
			env := []string{"SENDMAIL_TARGET=" + target, "SENDMAIL_RELEASE=" + b.version,
				"SENDMAIL_SOURCE=" + filepath.Join(filepath.Dir(b.image()), "pristine")}
			first := checkout{t: t, mage: b.checkout.mage, dir: b.checkout.dir}
			out := first.run(env, "cross:setup", "package")
			image := crossImage.FindStringSubmatch(out)
			if image == nil {
				t.Fatalf("no image for AIX is named:\n%s", out)
			}
			second := checkout{t: t, mage: b.checkout.mage, dir: filepath.Join(b.dir, "elsewhere-"+target)}
			second.copyFrom(b.root)
			if out := second.run(env, "package"); !strings.Contains(out, image[1]) {
				t.Errorf("the image is another one from another directory, not %s:\n%s", image[1], out)
			}
			if out, want := first.run(env, "image:verify", image[2]), ": 0 errors, 0 notes\n"; !strings.HasSuffix(out, want) {
				t.Errorf("image:verify says %q, want %q at its end", out, want)
			}
			dir := filepath.Join(b.dir, "extracted-"+target)
			first.run(env, "image:extract", image[2], dir)
			comparePrograms(t, dir, map[bool]int{true: 64, false: 32}[strings.HasSuffix(target, "64")])
		})
	}
}

var crossImage = regexp.MustCompile(`(?m)^([0-9a-f]{64})  (build/[0-9.]+/aix\S+\.I)$`)

// comparePrograms holds every program below dir against what llvm-readobj says of it.
func comparePrograms(t *testing.T, dir string, width int) {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := xcoff.NewFile(bytes.NewReader(data))
		if err != nil {
			return nil // no program
		}
		names = append(names, filepath.Base(name))
		if f.Width != width || f.TimeStamp != 0 {
			t.Errorf("%s has %d bits and time stamp %d, want %d and none", name, f.Width, f.TimeStamp, width)
		}
		if got := strings.Join(f.LibraryPath(), ":"); !strings.HasPrefix(got, "/usr/lib:/lib") {
			t.Errorf("%s looks for libraries in %q", name, got)
		}
		var ours []string
		for _, l := range f.Libraries() {
			ours = append(ours, l.Base+" "+l.Member)
		}
		for _, i := range f.Imports() {
			ours = append(ours, i.Symbol)
		}
		slices.Sort(ours)
		if d := cmp.Diff(readobj(t, name), ours); d != "" {
			t.Errorf("imports of %s (-llvm-readobj +ours):\n%s", name, d)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	want := []string{"editmap", "mailstats", "makemap", "praliases", "sendmail", "smrsh", "vacation"}
	if d := cmp.Diff(want, names); d != "" {
		t.Errorf("programs (-want +got):\n%s", d)
	}
}

var (
	neededLibrary  = regexp.MustCompile(`(?m)^  (\S+\.a) +(\S+)$`)
	importedSymbol = regexp.MustCompile(`Symbol \{\s+Name: (\S+)\s[^}]*?SymbolType: 0x4[08]\s`)
)

// readobj is what llvm-readobj says that a program takes from others: libraries and symbols.
func readobj(t *testing.T, name string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "llvm-readobj-19", "--needed-libs", "--loader-section-symbols", name).CombinedOutput()
	if err != nil {
		t.Fatalf("llvm-readobj-19: %v\n%s", err, out)
	}
	var list []string
	for _, m := range neededLibrary.FindAllStringSubmatch(string(out), -1) {
		list = append(list, m[1]+" "+m[2])
	}
	for _, m := range importedSymbol.FindAllStringSubmatch(string(out), -1) {
		list = append(list, m[1])
	}
	slices.Sort(list)
	return list
}
