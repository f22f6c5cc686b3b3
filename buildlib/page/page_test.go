package page

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/dossier"
)

var update = flag.Bool("update", false, "write the pages in testdata anew")

// hostile stands in each text of hostile.json.
const hostile = "<script>alert(1)</script>"

// made is the page of a made value, testdata/NAME.json and NAME.html. Those of good and failed were real ones once, and are cut short. A
// browser looks at the same pages in testdata/browser, at the top of the checkout.
func made(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if strings.HasPrefix(name, "matrix") {
		m := new(dossier.Matrix)
		if err := d.Decode(m); err != nil {
			t.Fatal(err)
		}
		err = WriteMatrix(&b, m)
	} else {
		value := new(dossier.Dossier)
		if err := d.Decode(value); err != nil {
			t.Fatal(err)
		}
		err = Write(&b, value)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPages(t *testing.T) {
	for _, name := range []string{"good", "failed", "matrix", "hostile", "empty"} {
		got, file := made(t, name), filepath.Join("testdata", name+".html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if diff := cmp.Diff(string(want), got); err != nil || diff != "" {
			t.Errorf("%s: %v, -want +got:\n%s", file, err, diff)
		}
	}
}

var (
	loads  = regexp.MustCompile(`(?i)<(script|img|iframe|object|embed|link|base|form)\b|\bon[a-z]+=|\bsrc=|url\(|@import|\bstyle="`)
	refers = regexp.MustCompile(`(?:href|id|aria-labelledby)="([^"]*)"`)
	tags   = regexp.MustCompile(`<[^>]*>`)
)

// A page runs nothing, loads nothing, and leads nowhere but into itself.
func TestAlone(t *testing.T) {
	for _, name := range []string{"good", "failed", "matrix", "hostile", "empty"} {
		text := made(t, name)
		for _, tag := range tags.FindAllString(text, -1) {
			if found := loads.FindString(tag); found != "" {
				t.Errorf("%s: %q in the tag %s", name, found, tag)
			}
		}
		if loads.MatchString(text[strings.Index(text, "<style>"):strings.Index(text, "</style>")]) {
			t.Errorf("%s: its style loads something", name)
		}
		ids := make(map[string]bool)
		for _, m := range refers.FindAllStringSubmatch(text, -1) {
			if strings.HasPrefix(m[0], "id=") {
				if ids[m[1]] {
					t.Errorf("%s: the id %s is there twice", name, m[1])
				}
				ids[m[1]] = true
			}
		}
		for _, m := range refers.FindAllStringSubmatch(text, -1) {
			if to, inside := strings.CutPrefix(m[1], "#"); strings.HasPrefix(m[0], "href=") && (!inside || !ids[to]) {
				t.Errorf("%s: it leads to %s", name, m[1])
			}
		}
	}
}

// Whatever a subject or an advisory says comes out as text: every one of them can be read, and none is obeyed.
func TestHostile(t *testing.T) {
	value, err := os.ReadFile("testdata/hostile.json")
	if err != nil || strings.Count(string(value), hostile) < 40 {
		t.Fatalf("hostile.json is not hostile: %v", err)
	}
	text := made(t, "hostile")
	for _, bad := range []string{hostile, "<img", "</style></title>", "\u202e", "\x1b", "\x00"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if n := strings.Count(text, `&lt;script&gt;alert(1)&lt;/script&gt;`); n < 40 {
		t.Errorf("the text can be read %d times", n)
	}
	if !strings.Contains(text, `\u202egnp.exe`) {
		t.Error("what turns a line around is not spelled out")
	}
}

func TestSquarify(t *testing.T) {
	for _, sizes := range [][]float64{{1}, {6, 6, 4, 3, 2, 2, 1}, {1000, 1, 1}, {5, 5, 5, 5, 5, 5, 5, 5}} {
		total := 0.0
		for _, s := range sizes {
			total += s
		}
		tiles := squarify(sizes, 600, 400)
		if len(tiles) != len(sizes) {
			t.Fatalf("%v: %d tiles", sizes, len(tiles))
		}
		for i, r := range tiles {
			if area, want := r[2]*r[3], sizes[i]/total*600*400; math.Abs(area-want) > 0.01 {
				t.Errorf("%v: tile %d has an area of %g, not %g", sizes, i, area, want)
			}
			if r[0] < -0.01 || r[1] < -0.01 || r[0]+r[2] > 600.01 || r[1]+r[3] > 400.01 {
				t.Errorf("%v: tile %d sticks out: %v", sizes, i, r)
			}
			for _, o := range tiles[:i] {
				if min(r[0]+r[2], o[0]+o[2])-max(r[0], o[0]) > 0.01 && min(r[1]+r[3], o[1]+o[3])-max(r[1], o[1]) > 0.01 {
					t.Errorf("%v: tile %d lies over another: %v and %v", sizes, i, r, o)
				}
			}
		}
	}
	// The example of the paper: 6 x 4, whose first row is the two sixes.
	if got := squarify([]float64{6, 6, 4, 3, 2, 2, 1}, 6, 4); got[0] != [4]float64{0, 0, 3, 2} || got[1] != [4]float64{0, 2, 3, 2} {
		t.Errorf("squarify() = %v", got)
	}
	if squarify(nil, 1, 1) != nil || squarify([]float64{0}, 1, 1) != nil {
		t.Error("there are tiles of nothing")
	}
}

func TestFound(t *testing.T) {
	for text, want := range map[string]said{
		"":                            {},
		"a\nb":                        {"a\nb", ""},
		"x.c:1: error: y\n  1 | z\nw": {"x.c:1: error: y\n  1 | z", "w"},
		"make: *** x":                 {"make: *** x", ""},
	} {
		if got := found(text); got != want {
			t.Errorf("found(%q) = %q", text, got)
		}
	}
}
