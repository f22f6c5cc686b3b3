//go:build e2e

package e2e_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// testLongAddress is for unknown-address-family-bounds. Its header says: 29 bytes of an address of an unknown family are printed, and no
// more. No address here has so many, so daemon.c is compiled as the build did, but for a system where they do, and with AddressSanitizer,
// and prints one.
func testLongAddress(t *testing.T, s *stand) {
	objects, err := filepath.Glob(s.built("objects", "obj.*"))
	if err != nil || len(objects) != 1 {
		t.Fatalf("objects %v, error %v, want one directory", objects, err)
	}
	source, program := s.built("source"), filepath.Join(t.TempDir(), "print")
	cc := exec.CommandContext(t.Context(), "cc", "-w", "-O1", "-g", "-fsanitize=address", "-include", "testdata/longaddress.h",
		"-I"+filepath.Join(objects[0], "sendmail"), "-I"+filepath.Join(source, "sendmail"), "-I"+filepath.Join(source, "include"),
		"testdata/longaddress.c", filepath.Join(source, "sendmail", "daemon.c"), filepath.Join(objects[0], "libsm", "libsm.a"),
		// The rest of the program is not there.
		"-ffunction-sections", "-fdata-sections", "-no-pie", "-Wl,--gc-sections,--unresolved-symbols=ignore-all,-z,lazy", "-o", program)
	if out, err := cc.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cc, err, out)
	}
	says, err := exec.CommandContext(t.Context(), program).CombinedOutput()
	want := "Family 99: " + strings.TrimSuffix(strings.Repeat("41:", 29), ":") + "\n"
	if err != nil || string(says) != want {
		t.Errorf("%v\n%s\nwant %s", err, says, want)
	}
}
