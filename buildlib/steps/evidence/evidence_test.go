package evidence

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

const patches = "../../../patches"

// ours is an image of a release of this checkout.
func ours(t *testing.T, r *release.Release) *Facts {
	t.Helper()
	known, err := release.Advisories(patches)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := r.Answers(known, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	s, err := patchset.Load(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	const program = "/opt/sendmail/sbin/sendmail"
	return &Facts{
		Record: &record.Record{
			Image: "sendmail.8.1.I", SHA256: strings.Repeat("0a", 32), Time: r.Date, Tools: map[string]string{"sendmail-aix": "0.1.0"},
			Files: map[string]string{program: strings.Repeat("3", 64)},
		},
		Release: r, Series: s, Package: "sendmail", Level: "8.1", Target: "aix7.2-64", Programs: []string{program},
		Needs: []string{"fileset bos.rte 7.2.0.0", "library sasl2 2.1.27 /opt/freeware/lib cyrus-sasl"}, Known: known, Answers: answers,
	}
}

// TestOnce: every patch of a series, and every advisory, is in the documents of each release, exactly once.
func TestOnce(t *testing.T) {
	t.Parallel()
	all, err := release.List(patches)
	if err != nil || len(all) == 0 {
		t.Fatalf("%d releases, %v", len(all), err)
	}
	for _, r := range all {
		f := ours(t, r)
		text, err := f.SBOM()
		if err != nil {
			t.Fatal(err)
		}
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(bytes.NewReader(text), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]int)
		for _, p := range *(*bom.Components)[0].Pedigree.Patches {
			seen[p.Diff.URL]++
			if len(*p.Resolves) == 0 {
				t.Errorf("%s resolves nothing", p.Diff.URL)
			}
		}
		for _, v := range *bom.Vulnerabilities {
			seen[v.ID]++
			if v.Analysis.State == cdx.IASNotAffected && v.Analysis.Justification == "" {
				t.Errorf("%s: %s is not affected by %s without a reason", r.Version, (*bom.Components)[0].Name, v.ID)
			}
		}
		vexText, err := f.VEX()
		if err != nil {
			t.Fatal(err)
		}
		var doc vex
		if err := json.Unmarshal(vexText, &doc); err != nil {
			t.Fatal(err)
		}
		for _, s := range doc.Statements {
			seen["vex "+s.Vulnerability.Name]++
		}
		want := make(map[string]int)
		for _, p := range f.Series.Patches {
			want["patches/"+r.Version+"/"+p.Name] = 1
		}
		for _, a := range f.Known {
			want[a.ID], want["vex "+a.ID] = 1, 1
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.Version, diff)
		}
	}
}

// small is an image of a release with one patch and an advisory of each status.
func small(t *testing.T) *Facts {
	t.Helper()
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	r := &release.Release{Version: "1.2.3", SHA256: strings.Repeat("1", 64), Tree: strings.Repeat("2", 64), URLs: []string{"https://example.org/a.tar.gz"}}
	f := ours(t, &release.Release{Version: "8.18.2", Dir: filepath.Join(patches, "8.18.2"), Date: day.AddDate(-1, 0, 0)})
	f.Record.Time, f.Release = day, r
	f.Record.Settings = map[string]string{"release": "1.2.3"}
	f.Record.Machine, f.Record.Sysroot = map[string]string{"system": "Linux"}, map[string]string{"usr/include": strings.Repeat("6", 64)}
	f.Record.Inputs = map[string]string{"source tree": r.Tree, "target": "aix7.2-64, ...", "packaging/a": strings.Repeat("5", 64)}
	f.Series = &patchset.Series{Patches: []*patchset.Patch{{Name: "0001-a.patch", Header: patchset.Header{
		Subject: "A <thing>", Description: "Why.", CVE: []string{"CVE-2000-0001"}, Bug: []string{"https://example.org/1"},
	}}}}
	f.Known = []release.Advisory{
		{ID: "CVE-2000-0001", Title: "one", Published: day, Reference: "https://example.org/"}, {ID: "sendmail-two", Title: "two", Published: day, Reference: "a list"},
		{ID: "sendmail-three", Title: "three", Published: day, Reference: "a list"}, {ID: "sendmail-four", Title: "four", Published: day, Reference: "a list"},
	}
	f.Answers = []release.Answer{
		{ID: "CVE-2000-0001", Status: release.Fixed, Patch: "0001-a.patch", Evidence: "a.c:1", Reviewed: day.AddDate(0, 0, 1)},
		{ID: "sendmail-two", Status: release.NotAffected, Justification: release.CodeUnreached, Evidence: "a.c:2", Reviewed: day},
		{ID: "sendmail-three", Status: release.Affected, Reason: "do that", Evidence: "a.c:3", Reviewed: day},
	}
	return f
}

func TestGolden(t *testing.T) {
	t.Parallel()
	f := small(t)
	for name, make := range map[string]func() ([]byte, error){
		"small.cdx.json": f.SBOM, "small.openvex.json": f.VEX, "small.provenance.json": func() ([]byte, error) {
			return f.Provenance(LocalBuilder, map[string]string{"sendmail.8.1.record.toml": strings.Repeat("4", 64)})
		},
	} {
		got, err := make()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := make(); err != nil || !bytes.Equal(got, again) {
			t.Errorf("%s is another one the second time, %v", name, err)
		}
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if diff := cmp.Diff(string(want), string(got)); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", file, err, diff)
		}
	}
}

// The serial number is the image's.
func TestSerial(t *testing.T) {
	t.Parallel()
	f := small(t)
	first := f.serial()
	if again := f.serial(); again != first {
		t.Errorf("serial() = %s, then %s", first, again)
	}
	f.Record.SHA256 = strings.Repeat("0b", 32)
	if other := f.serial(); other == first || len(other) != len(first) {
		t.Errorf("another image has the serial %s", other)
	}
}

// What an image says is what would be said now, as long as nothing has changed.
func TestSaid(t *testing.T) {
	t.Parallel()
	f := small(t)
	text, err := f.VEX()
	if err != nil {
		t.Fatal(err)
	}
	said, err := Said(text)
	if err != nil || len(said) != len(f.Known) {
		t.Fatalf("Said() = %v, %v", said, err)
	}
	for i := range f.Answers {
		if a := &f.Answers[i]; said[a.ID] != Says(a) {
			t.Errorf("%s: said %v, says %v", a.ID, said[a.ID], Says(a))
		}
	}
	if s := said["sendmail-two"].Status; s != "not_affected, vulnerable_code_not_in_execute_path" {
		t.Errorf("two is %s", s)
	}
	if s := said["sendmail-four"].Status; s != "under_investigation" {
		t.Errorf("four, which nobody has answered, is %s", s)
	}
	for _, bad := range []string{"", "[]", `{"statements": [{"status": "fixed"}]}`, strings.Replace(string(text), "sendmail-two", "sendmail-three", 1)} {
		if said, err := Said([]byte(bad)); err == nil {
			t.Errorf("Said(%.40s) = %v", bad, said)
		}
	}
}

func FuzzSaid(f *testing.F) {
	f.Add([]byte(`{"statements": [{"vulnerability": {"name": "CVE-2000-0001"}, "status": "fixed"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if said, err := Said(text); (said == nil) == (err == nil) {
			t.Errorf("Said() = %v, %v", said, err)
		}
	})
}
