package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// TestDraft reads what is written of a release.
func TestDraft(t *testing.T) {
	t.Parallel()
	date := time.Date(2020, 7, 5, 0, 0, 0, 0, time.UTC)
	sum := strings.Repeat("0", 64)
	bare := Draft{Release: Release{Version: "8.16.1", Date: date, Tree: sum, OpenSSL: "<4"}, From: &Release{Version: "8.15.2"}, Source: "an unpacked tree"}
	tarball := bare
	tarball.Size, tarball.SHA256, tarball.SHA512, tarball.URLs = 7, sum, sum+sum, []string{"https://example.org/a"}
	signed := tarball
	signed.Signature = Signature{URLs: []string{"https://example.org/a.sig"}, Fingerprint: strings.Repeat("A", 40), Key: "a key", AcceptSHA1: true}
	unproven := signed
	unproven.Unproven = true
	for name, d := range map[string]Draft{"bare": bare, "tarball": tarball, "signed": signed, "unproven": unproven} {
		texts, err := d.Texts()
		if err != nil {
			t.Fatal(err)
		}
		r, err := parse([]byte(texts[tomlName]))
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, texts[tomlName])
			continue
		}
		if r.Version != "8.16.1" || !r.Date.Equal(date) || r.Tree != sum || r.OpenSSL != "<4" || r.SHA512 != d.SHA512 || r.Size != d.Size || len(r.URLs) != len(d.URLs) ||
			r.IsBare() != (name == "bare") || (r.Signature.Key == KeyFile) != (name == "signed") || r.Signature.AcceptSHA1 != (name == "signed") {
			t.Errorf("%s: %+v, of\n%s", name, r, texts[tomlName])
		}
		// Whoever has compared the fingerprint takes the signs away.
		if name == "unproven" {
			before, after, _ := strings.Cut(texts[tomlName], "# [signature]")
			text := before + "[signature]" + strings.ReplaceAll(after, "\n# ", "\n")
			if r, err := parse([]byte(text)); err != nil || r.Signature.Key != KeyFile {
				t.Errorf("without the signs it reads as %+v, %v:\n%s", r, err, text)
			}
		}
	}
}

// TestOpenAnswers is advisories that wait for an answer: no text of another release gets out of its comment.
func TestOpenAnswers(t *testing.T) {
	t.Parallel()
	d := Draft{Release: Release{Version: "8.16.1"}, From: &Release{Version: "8.15.2"}}
	known := []Advisory{{ID: "CVE-2023-51765", Title: "line ends", Fixed: "8.18.1"}, {ID: "sendmail-nul", Title: "NUL"}, {ID: "sendmail-none", Title: "nobody answers"}}
	d.Open = []Open{
		{&known[0], "0001-x.patch", &Answer{ID: known[0].ID, Status: Fixed, Patch: "0012-crlf.patch", Evidence: "a\nid = \"x\""}},
		{&known[1], "", &Answer{ID: known[1].ID, Status: Affected, Reason: "two\nlines", Evidence: "seen"}},
		{&known[2], "", nil},
	}
	texts, err := d.Texts()
	if err != nil {
		t.Fatal(err)
	}
	text := texts[advisoriesName]
	answers, err := parseAnswers([]byte(text))
	if err != nil || len(answers) != 3 {
		t.Fatalf("%v, %d answers in\n%s", err, len(answers), text)
	}
	for i, a := range answers {
		if a != (Answer{ID: known[i].ID}) {
			t.Errorf("%+v, want nothing but its id", a)
		}
	}
	r, _ := answering(t, knownList, strings.Replace(text, "sendmail-none", "sendmail-other", 1))
	if _, err := r.Answers(known, today); fault.Code(err) != "advisory-unanswered" || strings.Count(err.Error(), "leaves ") != 2 || !strings.Contains(err.Error(), "has no entry for sendmail-none") {
		t.Errorf("Answers() = %v, want two open ones and one that is missing", err)
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, version, notes string
		files                []string
		code, found, date    string
	}{
		{"as it should be", "char\tVersion[] = \"8.16.1\";\n", "8.17.1/8.17.1\t2021/08/17\n8.16.1/8.16.1\t2020/07/05\n", nil, "", "", "2020-07-05"},
		{"no source", "", "", nil, "release-source", "it cannot be read", ""},
		{"another release", "char\tVersion[] = \"8.17.1\";\n", "", nil, "release-source", "it is of 8.17.1", ""},
		{"no version", "int x;\n", "", nil, "release-source", "no version", ""},
		{"still to come", "char Version[] = \"8.16.1\";\n", "8.16.1/8.16.1\t202X/XX/XX\n", nil, "release-date", "202X/XX/XX", ""},
		{"no notes", "char Version[] = \"8.16.1\";\n", "", nil, "release-date", "no day of this release", ""},
		{"built", "char Version[] = \"8.16.1\";\n", "", []string{"sendmail/main.c", "obj.Linux/sendmail/main.c"}, "release-source", "something was built", ""},
		{"patched", "char Version[] = \"8.16.1\";\n", "", []string{"sendmail/main.c.orig"}, "release-source", "something was built", ""},
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"sendmail/version.c": test.version, "RELEASE_NOTES": test.notes} {
			if text == "" {
				continue
			}
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		d := Draft{Release: Release{Version: "8.16.1"}}
		err := d.Look(dir, test.files)
		if fault.Code(err) != test.code || err != nil && !strings.Contains(err.Error(), test.found) || err == nil && d.Date.Format(time.DateOnly) != test.date {
			t.Errorf("%s: Look() = %v, date %s, want %q with %q, or %s", test.name, err, d.Date, test.code, test.found, test.date)
		}
	}
}
