//go:build e2e

package e2e_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// TestCross builds for AIX on this machine, in both widths, what TestRealSource builds for the machine itself: the image holds programs of
// AIX, which llvm-readobj reads as we do, and is the same from another directory. They are run, and what is linked with OpenSSL 1.1.1 exchanges mail.
//
// Another release, or a source that this machine cannot get by itself, is tested as with TestMail.
func TestCross(t *testing.T) {
	t.Parallel() // it mostly compiles, while others wait
	for _, tool := range []string{"clang-19", "llvm-readobj-19", "qemu-ppc64", "powerpc64-linux-gnu-gcc", "powerpc-linux-gnu-gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
	if found, err := filepath.Glob("/usr/src/binutils/binutils-*"); err != nil || len(found) == 0 {
		t.Skipf("no source of binutils (%v); \"mage test\" installs it where it is packaged", err)
	}
	b := mailBuild(t)
	for _, target := range []string{"aix7.2-64", "aix6.1-32"} {
		t.Run(target, func(t *testing.T) {
			env, first := b.forAIX(t, target)
			out := first.run(env, "cross:setup", "rehearse")
			image := crossImage.FindStringSubmatch(out)
			if image == nil {
				t.Fatalf("no image for AIX is named:\n%s", out)
			}
			second := checkout{t: t, mage: b.checkout.mage, dir: filepath.Join(b.dir, "elsewhere-"+target)}
			second.copyFrom(first.dir) // what was built, whatever becomes of this repository meanwhile
			if out := second.run(env, "package"); !strings.Contains(out, image[1]) {
				t.Errorf("the image is another one from another directory, not %s:\n%s", image[1], out)
			}
			if out, want := first.run(env, "image:verify", image[2]), ": 0 errors, 0 notes\n"; !strings.HasSuffix(out, want) {
				t.Errorf("image:verify says %q, want %q at its end", out, want)
			}
			dir := filepath.Join(b.dir, "extracted-"+target)
			first.run(env, "image:extract", image[2], dir)
			bits, err := strconv.Atoi(target[len(target)-2:])
			if err != nil {
				t.Fatal(err)
			}
			comparePrograms(t, dir, bits)
			importsAreKnown(t, dir, bits)
			if want := "\nproof      sendmail runs: Version " + b.version + " SASLv2 STARTTLS\n"; !strings.Contains(out, want) {
				t.Errorf("rehearse does not say %q:\n%s", want, out)
			}
			runPrograms(t, b, dir)
			t.Run("own tests", func(t *testing.T) { testOwnTests(t, filepath.Dir(filepath.Join(first.dir, image[2])), target) })
			if target == "aix6.1-32" { // its OpenSSL is 1.0.2, for which nothing stands here
				t.Run("local mail", func(t *testing.T) { testAIXLocalMail(t, dir) })
				return
			}
			first.run(nil, "emulate:setup")
			t.Run("mail", func(t *testing.T) { testAIXMail(t, dir, bits) })
			t.Run("relay", func(t *testing.T) { testAIXRelay(t, dir) })
		})
	}
	t.Run("aix7.2-32", func(t *testing.T) { // whose OpenSSL is 1.1.1
		env, first := b.forAIX(t, "aix7.2-32")
		out := first.run(env, "package")
		image := crossImage.FindStringSubmatch(out)
		if image == nil {
			t.Fatalf("no image for AIX is named:\n%s", out)
		}
		dir := filepath.Join(b.dir, "extracted-aix7.2-32")
		first.run(env, "image:extract", image[2], dir)
		first.run(nil, "emulate:setup")
		t.Run("mail", func(t *testing.T) { testAIXMail(t, dir, 32) })
		t.Run("relay", func(t *testing.T) { testAIXRelay(t, dir) })
	})
}

// forAIX are the settings to build for a target what this build is, and the checkout to do it in.
func (b build) forAIX(t *testing.T, target string) ([]string, checkout) {
	source := filepath.Join(filepath.Dir(b.image()), "pristine")
	return []string{"SENDMAIL_TARGET=" + target, "SENDMAIL_RELEASE=" + b.version, "SENDMAIL_SOURCE=" + source},
		checkout{t: t, mage: b.checkout.mage, dir: b.checkout.dir}
}

// runPrograms runs the programs of an image that was extracted into dir.
func runPrograms(t *testing.T, b build, extracted string) {
	t.Helper()
	a := newAIXMachine(t, extracted, filepath.Join(t.TempDir(), "programs"), mailHost, clientHost)
	dir := a.root
	a.write(t, "m/access.in", "a.example\tREJECT\nb.example\tOK\n", 0o644)
	a.write(t, "m/aliases.in", "one\ttwo\n", 0o644)
	for _, run := range []struct {
		program, args, input string
		status               int
		want                 string
	}{
		{"sbin/sendmail", "-d0.1 -bt", "3,0 someone@localhost\n", 0, "Version " + b.version + "\n"},
		{"sbin/sendmail", "-bt", "3,0 someone@localhost\n/map nothing x\n", 0, "parse            returns: $# local $: someone\n"},
		{"sbin/sendmail", "-bt", "/parse someone\n", 0, "mailer local, user someone\n"},
		{"sbin/makemap", "dbm /m/access", read(t, filepath.Join(dir, "m/access.in")), 0, ""},
		{"sbin/makemap", "-u dbm /m/access", "", 0, "a.example\tREJECT\nb.example\tOK\n"},
		{"sbin/editmap", "-q dbm /m/access a.example", "", 0, "REJECT\n"},
		{"sbin/editmap", "-u dbm /m/access c.example DISCARD", "", 0, ""},
		{"sbin/makemap", "dbm /m/aliases", read(t, filepath.Join(dir, "m/aliases.in")), 0, ""},
		{"sbin/praliases", "-f /m/access", "", 0, "c.example:DISCARD\n"},
		{"sbin/praliases", "-f /m/aliases", "", 0, "one:two\n"},
		{"sbin/mailstats", "-f /var/opt/sendmail/statistics", "", 0, "Statistics from "},
		{"libexec/smrsh", "-c nothing", "", 69, "not available for sendmail programs"},
		{"bin/vacation", "-x -f /m/vacation", "", 0, ""},
	} {
		var out bytes.Buffer
		err := a.emulator.Run(t.Context(), emulate.Request{Root: dir, Program: "/opt/sendmail/" + run.program, Args: strings.Fields(run.args),
			Stdin: strings.NewReader(run.input), Stdout: &out, Stderr: &out})
		status := 0
		if exit, ok := errors.AsType[*host.ExitError](err); ok {
			status = exit.Status
		} else if err != nil {
			t.Fatal(err)
		}
		if status != run.status || !strings.Contains(out.String(), run.want) {
			t.Errorf("%s %s: status %d, want %d and %q:\n%s", run.program, run.args, status, run.status, run.want, &out)
		}
	}
	refusePairs(t, a)
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
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
		if got, want := strings.Join(f.LibraryPath(), ":"), readobjPath(t, name); got != want || !strings.HasPrefix(got, "/usr/lib:/lib") {
			t.Errorf("%s looks for libraries in %q, by llvm-readobj in %q", name, got, want)
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
	importFiles = regexp.MustCompile(`OffsetToImportFileIDs: 0x([0-9A-F]+)`)
	dumped      = regexp.MustCompile(`(?m)^\[ *([0-9a-f]+)\] (.*)$`)
)

// readobjPath is where a program looks for libraries: the string that stands where llvm-readobj says that the list of import files begins.
func readobjPath(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "llvm-readobj-19", "--loader-section-header", "--string-dump=.loader", name).CombinedOutput()
	if err != nil {
		t.Fatalf("llvm-readobj-19: %v\n%s", err, out)
	}
	begin := importFiles.FindSubmatch(out)
	if begin == nil {
		t.Fatalf("llvm-readobj-19 tells of no import files:\n%s", out)
	}
	at, err := strconv.ParseInt(string(begin[1]), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range dumped.FindAllSubmatch(out, -1) {
		from, err := strconv.ParseInt(string(m[1]), 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		if at >= from && at < from+int64(len(m[2])) {
			return string(m[2][at-from:])
		}
	}
	return ""
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
