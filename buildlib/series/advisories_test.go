package series

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// The last line of a file counts, whether or not a line feed ends it.
func TestLookUpLastLine(t *testing.T) {
	t.Parallel()
	source := t.TempDir()
	sum := strings.Repeat("0", 64)
	r := &release.Release{Version: "1.2.3", Dir: "patches/1.2.3", Files: sum + "  644  ended\n" + sum + "  644  open\n"}
	for name, text := range map[string]string{"ended": "one\ntwo\n", "open": "one\ntwo"} {
		if err := os.WriteFile(filepath.Join(source, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for evidence, want := range map[string]string{
		"ended:2": "", "open:2": "", "ended:3": "advisory-evidence", "open:3": "advisory-evidence", "absent:1": "advisory-evidence",
	} {
		answers := []release.Answer{{Advisory: &release.Advisory{ID: "CVE-2023-51765"}, Evidence: evidence}}
		if err := lookUp(&checkout.Checkout{Root: "/checkout"}, r, answers, source); fault.Code(err) != want {
			t.Errorf("lookUp(%q) = %v, want %q", evidence, err, want)
		}
	}
	r.Files = "nonsense"
	if err := lookUp(&checkout.Checkout{Root: "/checkout"}, r, nil, ""); fault.Code(err) != "release-invalid" || !strings.Contains(err.Error(), "1.2.3/files.sha256") {
		t.Errorf("lookUp() with a broken list of files = %v, want release-invalid with its name", err)
	}
}
