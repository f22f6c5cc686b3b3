// Package buildlib_test holds what is true of all rooms together.
package buildlib_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sendmail-aix/sendmail-aix/"

// rooms is the plan of the house (docs/architecture.md): what each package may import besides the standard library.
// Imports run downwards only.
var rooms = map[string]string{
	"fault":      "",
	"vrmf":       "",
	"bff":        "",
	"aixar":      "",
	"xcoff":      "",
	"regular":    "",
	"host":       "fault",
	"release":    "fault tomlfile regular",
	"tree":       "fault xz regular go-internal",
	"patchset":   "fault regular go-gitdiff",
	"fetch":      "fault regular release host tree go-getter go-crypto go-internal logrus",
	"target":     "fault host",
	"program":    "host tree",
	"siteconfig": "fault target",
	"installp":   "fault regular vrmf bff aixar xcoff go-internal",
	"doctor":     "fault host target siteconfig cross",
	"cross":      "fault host target program tree go-internal logrus",
	"emulate":    "fault host tree xcoff",
	"compile":    "fault host tree logrus",
	"stage":      "fault host xcoff",
	"step":       "regular tree logrus",
	"record":     "fault go-toml tomlfile regular",
	"rehearsal":  "fault regular host vrmf bff installp",
	"packaging":  "fault regular installp stage vrmf tomlfile",
	"tomlfile":   "fault go-toml",
	"pipeline":   "*",
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
		allowed, known := rooms[room]
		if !known {
			t.Errorf("%s: a package that the plan does not know; add it to docs/architecture.md and to this list", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if users, ok := reserved[imported]; ok && !slices.Contains(strings.Fields(users), room) {
				t.Errorf("%s imports %s, which only [%s] may", p.ImportPath, imported, users)
			}
			first, _, _ := strings.Cut(imported, "/")
			if !strings.Contains(first, ".") || allowed == "*" || strings.HasPrefix(imported, p.ImportPath+"/internal/") {
				continue
			}
			if !slices.ContainsFunc(strings.Fields(allowed), func(a string) bool {
				return imported == module+"buildlib/"+a || slices.Contains(strings.Split(imported, "/"), a) && !strings.HasPrefix(imported, module)
			}) {
				t.Errorf("%s imports %s; the plan allows it only [%s]", p.ImportPath, imported, allowed)
			}
		}
	}
	if seen == 0 {
		t.Error("go list found no package: this test looked at nothing")
	}
}
