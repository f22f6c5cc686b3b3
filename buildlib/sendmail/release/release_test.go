package release

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

const ours = "../../../patches"

// The releases that this checkout offers are all well described.
func TestOurReleases(t *testing.T) {
	t.Parallel()
	rs, err := List(ours)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range rs {
		names = append(names, r.Version)
		if r.Signature.Fingerprint == "" || !strings.Contains(r.Signature.Key, "PUBLIC KEY BLOCK") || r.SHA512 == "" {
			t.Errorf("%s: no signing key or no sha512", r.Version)
		}
		if n := strings.Count(r.Files, "\n"); n < 700 {
			t.Errorf("%s: %d files listed", r.Version, n)
		}
	}
	if !slices.IsSortedFunc(names, Compare) || !slices.Contains(names, "8.15.2") {
		t.Errorf("releases %v", names)
	}
}

const good = `version = "8.15.2"
date = 2015-07-03T00:00:00Z
size = 5
sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
tree = "TREE"
urls = ["https://example.org/sendmail.8.15.2.tar.gz", "apt:pool/s/x.tar.gz", "file:///mirror/x.tar.gz"]
`

const signature = `[signature]
urls = ["https://example.org/sig"]
fingerprint = "30BCA74705FA415455731D7BAAF5B5DE05BDCC53"
key = "key.asc"
`

// put writes a release of that description.
func put(t *testing.T, version, text string) string {
	t.Helper()
	patches := t.TempDir()
	dir := filepath.Join(patches, version)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	const files = "a listing\n"
	sum := sha256.Sum256([]byte(files))
	text = strings.ReplaceAll(text, "TREE", hex.EncodeToString(sum[:]))
	for name, content := range map[string]string{tomlName: text, filesName: files, "key.asc": "a key"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return patches
}

func TestLoad(t *testing.T) {
	t.Parallel()
	patches := put(t, "8.15.2", good+signature)
	r, err := Load(patches, "8.15.2")
	if err != nil {
		t.Fatal(err)
	}
	if r.Size != 5 || r.Date.Year() != 2015 || len(r.URLs) != 3 || r.Files != "a listing\n" || r.Signature.Key != "a key" ||
		r.Dir != filepath.Join(patches, "8.15.2") || r.Signature.AcceptSHA1 {
		t.Errorf("Load() = %+v", r)
	}
	if r, err := Load(put(t, "8.15.2", good), "8.15.2"); err != nil || r.Signature.Fingerprint != "" {
		t.Errorf("Load(without signature) = %+v, %v", r, err)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"not TOML", "version 8", "line 1, column"},
		{"unknown key", good + "sha265 = \"x\"\n", `line 7: unknown key "sha265", did you mean "sha256"?`},
		{"unknown key below", good + signature + "fingerprnt = \"x\"\n", `did you mean "signature.fingerprint"?`},
		{"wrong type", strings.Replace(good, "size = 5", `size = "5"`, 1), "line 3, column"},
		{"version a number", strings.Replace(good, `"8.15.2"`, "8.15", 1), "line 1, column"},
		{"other version", strings.Replace(good, `"8.15.2"`, `"8.15.1"`, 1), `"8.15.1" in a directory named "8.15.2"`},
		{"no date", strings.Replace(good, "date =", "#", 1), "date is missing"},
		{"a date without zone", strings.Replace(good, "00Z", "00", 1), "date 2015-07-03 00:00:00 says no time zone"},
		{"a day alone", strings.Replace(good, "T00:00:00Z", "", 1), "date 2015-07-03 00:00:00 says no time zone"},
		{"no size", strings.Replace(good, "size =", "#", 1), "size 0"},
		{"upper case hash", strings.Replace(good, "2cf24", "2CF24", 1), "sha256"},
		{"short sha512", good + "sha512 = \"00\"\n", "sha512"},
		{"tree", strings.Replace(good, "TREE", strings.Repeat("0", 64), 1), "files.sha256 beside it has the hash"},
		{"no URL", strings.Replace(good, "urls =", "#", 1), "urls is empty"},
		{"ftp", strings.Replace(good, "https:", "ftp:", 1), "none of"},
		{"apt up", strings.Replace(good, "apt:pool", "apt:../pool", 1), "none of"},
		{"fingerprint", good + strings.Replace(signature, "30BC", "30bc", 1), "fingerprint"},
		{"key elsewhere", good + strings.Replace(signature, "key.asc", "../key.asc", 1), "beside release.toml"},
		{"no key", good + strings.Replace(signature, "key.asc", "absent.asc", 1), "absent.asc"},
		{"OpenSSL without a sign", good + "openssl = \"1.1.0\"\n", `openssl "1.1.0" is not a range`},
		{"OpenSSL with three bounds", good + "openssl = \">=1 <2 <3\"\n", "is not a range"},
		{"OpenSSL with a blank", good + "openssl = \"<2 \"\n", "is not a range"},
		{"half a signature", good + "[signature]\naccept_sha1 = true\n", "signature.urls is empty"},
	} {
		_, err := Load(put(t, "8.15.2", test.text), "8.15.2")
		if fault.Code(err) != "release-invalid" || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Load() = %v, want release-invalid with %q", test.name, err, test.want)
		}
	}
}

// Which OpenSSL a release takes is said where the release is described.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"8.15.2": "<5", "8.17.1.9": "", "8.18.2": ""} {
		if r, err := Load(ours, version); err != nil || r.OpenSSL != want {
			t.Errorf("Load(%s) = %+v, %v; want OpenSSL %q", version, r, err, want)
		}
	}
	if r, err := Load(put(t, "8.15.2", good+"openssl = \">=1.0.1 <3.0\"\n"), "8.15.2"); err != nil || r.OpenSSL != ">=1.0.1 <3.0" {
		t.Errorf("Load = %+v, %v", r, err)
	}
}

// What stands in the file must not reach the terminal as it is.
func TestControlCharacters(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"in the syntax": strings.Replace(good, "size = 5", "size = \x1b[2J", 1),
		"in a value":    strings.Replace(good, `"8.15.2"`, `"\u001b[2J"`, 1),
		"in a key":      good + "\"\\u001b[2J\" = 1\n",
		"in an address": strings.Replace(good, "https://example.org", `\u001b[2J`, 1),
		"in the key":    good + strings.Replace(signature, "key.asc", `\u001b[2J`, 1),
		"a C1 one":      strings.Replace(good, "size = 5", `size = "\u009b2J`+"\u009b2J\"", 1),
	} {
		_, err := Load(put(t, "8.15.2", text), "8.15.2")
		if fault.Code(err) != "release-invalid" || strings.ContainsAny(err.Error(), "\x1b\u009b") {
			t.Errorf("%s: Load() = %q, want release-invalid without control characters", name, err)
		}
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	patches := put(t, "8.15.2", good)
	for version, want := range map[string]string{"8.15.1": `did you mean "8.15.2"?`, "../8.15.2": "8.15.2", "": "8.15.2", "postfix": "choose one of 8.15.2"} {
		_, err := Load(patches, version)
		if fault.Code(err) != "release-unknown" || !strings.Contains(err.Error(), want) {
			t.Errorf("Load(%q) = %v, want release-unknown with %q", version, err, want)
		}
	}
	if _, err := Load(t.TempDir(), "8.15.2"); fault.Code(err) != "release-unknown" {
		t.Errorf("Load(nothing there) = %v, want release-unknown", err)
	}
	if _, err := List(filepath.Join(patches, "absent")); fault.Code(err) != "release-directory" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("List(absent) = %v, want release-directory", err)
	}
	if _, err := List(put(t, "8.15.2", "x")); fault.Code(err) != "release-invalid" {
		t.Errorf("List(broken) = %v, want release-invalid", err)
	}
}

func ExampleCompare() {
	versions := []string{"8.18.2", "8.9.3", "8.17.1.9", "8.15.2", "8.17.1"}
	slices.SortFunc(versions, Compare)
	fmt.Println(versions)
	// Output: [8.9.3 8.15.2 8.17.1 8.17.1.9 8.18.2]
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(good + signature))
	f.Fuzz(func(t *testing.T, text []byte) {
		if r, err := parse(text); (r == nil) == (err == nil) {
			t.Errorf("parse() = %v, %v, want a release or an error", r, err)
		}
	})
}
