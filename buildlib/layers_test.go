// Package buildlib_test holds what is true of all rooms together.
package buildlib_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sendmail-aix/sendmail-aix/"

// rooms is the plan of the house (docs/architecture.md), the ground first: what each package may import besides the standard library,
// by the last part of its path. Imports run downwards only: to a row above.
var rooms = []struct{ room, imports string }{
	{"ground/fault", ""},
	{"ground/regular", ""},
	{"ground/version", ""},
	{"ground/terminal", "fault term"},
	{"ground/compress", ""},
	{"ground/tree", "fault xz regular compress"},
	{"ground/cache", "fault regular tree go-internal logrus"},
	{"ground/step", "regular tree logrus"},
	{"ground/tomlfile", "fault go-toml"},

	{"aix/vrmf", ""},
	{"aix/bff", ""},
	{"aix/ar", ""},
	{"aix/xcoff", ""},
	{"aix/sum", ""},
	{"aix/kind", ""},
	{"aix/signature", ""},
	{"aix/rpm", ""},
	{"aix/epkg", "compress sum"},
	{"aix/inspect", "vrmf ar xcoff"},
	{"aix/installp", "fault vrmf bff ar"},
	{"aix/installp/rules", "installp"},
	{"aix/installp/write", "fault vrmf bff sum installp rules"},
	{"aix/installp/mkinstallp", "fault installp rules write"},
	{"aix/installp/verify", "fault vrmf bff ar xcoff inspect sum installp rules"},
	{"aix/installp/diff", "fault ar bff xcoff signature installp go-internal"},
	{"aix/installp/extract", "fault bff installp"},
	{"aix/installp/installptest", "bff ar vrmf xcoff installp write verify"},

	{"machine/host", "fault regular tree cache"},
	{"machine/remote", "fault tree host"},
	{"machine/target", "fault host"},
	{"machine/program", "host"},
	{"machine/cross", "fault host target program cache logrus"},
	{"machine/ctext", ""},
	{"machine/objects", "regular host ctext"},
	{"machine/emulate", "fault host cache xcoff"},

	{"sendmail/release", "fault tomlfile regular"},
	{"sendmail/patchset", "fault regular go-gitdiff"},
	{"sendmail/siteconfig", "fault regular tomlfile host target"},

	{"steps/fetch", "kind fault regular release host tree cache go-getter go-crypto logrus"},
	{"steps/compile", "fault host objects tree logrus"},
	{"steps/stage", "fault regular host xcoff"},
	{"steps/record", "fault go-toml tomlfile regular step"},
	{"steps/evidence", "release patchset record cyclonedx-go"},
	{"steps/packaging", "fault regular installp stage vrmf tomlfile target siteconfig"},

	{"journal", "fault regular tree"},

	{"doctor", "fault host target siteconfig cross"},
	{"probe", "fault regular vrmf inspect target cross doctor"},
	{"rehearsal/standins", ""},
	{"rehearsal/box", "fault regular host vrmf standins"},
	{"rehearsal/database", "fault regular tree installp rules vrmf box"},
	{"rehearsal/preview", "fault regular installp vrmf bff box database"},
	{"rehearsal/ops", "installp vrmf box database preview"},
	{"rehearsal", "fault host installp vrmf box database preview ops"},
	{"checkout", "fault regular terminal cache tomlfile host remote target cross emulate release siteconfig fetch record logrus"},
	{"plan", "fault regular vrmf host cross target program release patchset siteconfig fetch packaging checkout"},
	{"series", "fault regular tree host patchset release evidence checkout"},
	{"adding", "vrmf fault regular tree patchset release fetch checkout series"},
	{"imagetool", "fault regular tree bff ar kind inspect epkg rpm signature installp rules verify diff extract"},
	{"signing", "fault regular tree bff signature host record"},
	{"report", "fault"},
	{"dossier", "fault installp regular step journal record release patchset cross checkout imagetool"},
	{"page", "fault dossier"},
	{"build", "*"},
	{"dev", "fault tree host target checkout series build"},
	{"command", "version fault terminal host report logrus"},
	{"imageverbs", "fault tree journal report command imagetool rehearsal ops preview"},
	{"verbs", "fault tree host cross release siteconfig record checkout report dossier page series adding signing build dev probe command imageverbs"},
	{"cmd/sendmail-aix", "verbs"},
	{"cmd/aiximage", "imageverbs"},
	{"e2e", ""}, // tests of the whole
}

// Standard packages that only some rooms may use.
var reserved = map[string]string{
	"os/exec":  "host",
	"net/http": "fetch",
	"log":      "",
	"log/slog": "",
}

func TestRooms(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	type listed struct {
		ImportPath string
		Imports    []string
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; seen++ {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		room, inside := strings.CutPrefix(p.ImportPath, module+"buildlib/")
		if !inside {
			continue // this directory itself
		}
		room, _, _ = strings.Cut(room, "/internal/")
		row := slices.IndexFunc(rooms, func(r struct{ room, imports string }) bool { return r.room == room })
		if row < 0 {
			t.Errorf("%s: a package that the plan does not know; add it to docs/architecture.md and to this list", p.ImportPath)
			continue
		}
		allowed := rooms[row].imports
		for _, imported := range p.Imports {
			if above := slices.IndexFunc(rooms, func(r struct{ room, imports string }) bool { return module+"buildlib/"+r.room == imported }); above > row {
				t.Errorf("%s imports %s, which stands above it", p.ImportPath, imported)
			}
			if users, ok := reserved[imported]; ok && !slices.Contains(strings.Fields(users), path.Base(room)) {
				t.Errorf("%s imports %s, which only [%s] may", p.ImportPath, imported, users)
			}
			first, _, _ := strings.Cut(imported, "/")
			if !strings.Contains(first, ".") || allowed == "*" || strings.HasPrefix(imported, p.ImportPath+"/internal/") {
				continue
			}
			if !slices.ContainsFunc(strings.Fields(allowed), func(a string) bool {
				return strings.HasPrefix(imported, module) && path.Base(imported) == a || slices.Contains(strings.Split(imported, "/"), a) && !strings.HasPrefix(imported, module)
			}) {
				t.Errorf("%s imports %s; the plan allows it only [%s]", p.ImportPath, imported, allowed)
			}
		}
	}
	if seen == 0 {
		t.Error("go list found no package: this test looked at nothing")
	}
}

// large are the rooms that may have more than the usual lines; docs/architecture.md says why.
var large = []string{"aix/installp", "build", "checkout", "machine/remote", "sendmail/patchset", "steps/fetch"}

// TestSizes: a room has at most 1,500 lines without its tests, a file at most 400.
func TestSizes(t *testing.T) {
	const ofRoom, ofFile = 1500, 400
	sizes := map[string]int{}
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && file == filepath.Join("..", "build") {
			return fs.SkipDir // what was made, which may be a copy of a checkout
		}
		if err != nil || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(file)
		lines := strings.Count(string(text), "\n")
		if lines > ofFile {
			t.Errorf("%s has %d lines, more than %d: where is its seam?", file, lines, ofFile)
		}
		sizes[strings.TrimPrefix(filepath.ToSlash(filepath.Dir(file)), "../buildlib/")] += lines
		return err
	})
	if err != nil || len(sizes) < len(rooms) {
		t.Fatalf("%d rooms, %v", len(sizes), err)
	}
	for room, lines := range sizes {
		if allowed := slices.Contains(large, room); lines > ofRoom != allowed {
			t.Errorf("%s has %d lines; that it is large is said: %v", room, lines, allowed)
		}
	}
}
