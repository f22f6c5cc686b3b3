//go:build e2e

package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEAIWithClang compiles the one file of libsm that takes in the headers of ICU, and with them a bool that is another one than that of sendmail with clang. Option eai as a whole, with both
// compilers, is part of TestOptionMatrix, which takes half an hour. MAIL_TEST_RELEASE and MAIL_TEST_SOURCE are as for TestMail.
func TestEAIWithClang(t *testing.T) {
	if _, err := exec.LookPath("clang-19"); err != nil {
		t.Skipf("%v; \"mage test\" installs it", err)
	}
	probe := exec.Command("clang-19", "-fsyntax-only", "-x", "c", "-")
	if probe.Stdin = strings.NewReader("#include <unicode/ucasemap.h>\n"); probe.Run() != nil {
		t.Skip("ICU's headers are not installed; with option eai \"mage setup\" installs them")
	}
	b := mailBuild(t)
	source := filepath.Join(filepath.Dir(b.image()), "source")
	file := filepath.Join(source, "libsm", "lowercase.c")
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) || err == nil && !bytes.Contains(text, []byte("USE_EAI")) {
		t.Skip("this release has no option eai")
	}
	if err != nil {
		t.Fatal(err)
	}
	system, err := os.ReadFile(filepath.Join(source, "include", "sm", "os", "sm_os_linux.h"))
	if err != nil {
		t.Fatal(err)
	}
	include := t.TempDir() // sendmail's Build makes that link
	if err := os.WriteFile(filepath.Join(include, "sm_os.h"), system, 0o644); err != nil {
		t.Fatal(err)
	}
	compile := exec.CommandContext(t.Context(), "clang-19", "-fsyntax-only", "-w", "-DUSE_EAI", "-I"+include, "-I"+filepath.Join(source, "include"), "-I"+filepath.Join(source, "sendmail"), file)
	if out, err := compile.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
