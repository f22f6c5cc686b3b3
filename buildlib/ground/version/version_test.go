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

func TestText(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]version.Info{
		"sendmail-aix 1.2.3 go1\n":              {Version: "1.2.3", Go: "go1"},
		"sendmail-aix 1.2.3 go1 abc modified\n": {Version: "1.2.3", Go: "go1", Revision: "abc", Modified: true},
	} {
		var b strings.Builder
		if err := v.WriteText(&b); err != nil || b.String() != want {
			t.Errorf("%q, %v, want %q", b.String(), err, want)
		}
	}
	if this := version.This(); this.Version != version.Number || !strings.HasPrefix(this.Go, "go") {
		t.Errorf("this is %+v", this)
	}
}
