package version_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/version"
)

// The changelog's top section is what this version has: "Unreleased" as long as the version is none of a release.
func TestChangelog(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	top := regexp.MustCompile(`(?m)^## (.+)$`).FindStringSubmatch(string(text))
	if top == nil {
		t.Fatal("CHANGELOG.md has no section")
	}
	want := version.Number + " "
	if strings.HasSuffix(version.Number, "-dev") {
		want = "Unreleased "
	}
	if !strings.HasPrefix(top[1]+" ", want) {
		t.Errorf("CHANGELOG.md begins with %q; this is version %s", top[1], version.Number)
	}
}
