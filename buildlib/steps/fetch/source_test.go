package fetch

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// plant writes a tree below dir.
func plant(t testing.TB, dir string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		mode := os.FileMode(0o644)
		if name == "Build" {
			mode = 0o755
		}
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mustUnpack(t *testing.T, f *Fetcher, rel *release.Release, source string) *Source {
	t.Helper()
	s, err := f.Open(rel, source)
	if err != nil {
		t.Fatal(err)
	}
	dst := filepath.Join(t.TempDir(), "build", "source")
	plant(t, dst+".unverified", map[string]string{"left behind by a run that was killed": ""})
	if err := s.Unpack(t.Context(), dst); err != nil {
		t.Fatal(err)
	}
	for name, want := range sources {
		got, err := os.ReadFile(filepath.Join(dst, name))
		if err != nil || string(got) != want {
			t.Errorf("%s: %s = %q, %v", source, name, got, err)
		}
		if info, err := os.Stat(filepath.Join(dst, name)); err != nil || !info.ModTime().Equal(released) {
			t.Errorf("%s: Stat(%s) = %v, %v, want time %v", source, name, info, err, released)
		}
	}
	if err := s.Unpack(t.Context(), dst); fault.Code(err) != "tree-exists" {
		t.Errorf("Unpack() onto a tree = %v, want tree-exists", err)
	}
	return s
}

func TestSources(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	work := t.TempDir()
	archive := filepath.Join(work, "any name")
	if err := os.WriteFile(archive, data, 0o644); err != nil {
		t.Fatal(err)
	}
	dir := plant(t, filepath.Join(work, "dir"), sources)
	plant(t, dir, map[string]string{".git/HEAD": "x"})
	address, requests := serve(t, content(data))
	rel := pinned(t, data, address)
	f, _ := fetcher(t)
	for _, test := range []struct {
		source   string
		kind     Kind
		identity string
	}{
		{"", Pinned, "tarball " + rel.SHA256},
		{archive, Archive, "tarball " + rel.SHA256},
		{"file://" + strings.ReplaceAll(archive, " ", "%20"), Archive, "tarball " + rel.SHA256},
		{dir, Directory, "tree " + rel.Tree},
		{address, Download, "tarball " + rel.SHA256},
	} {
		s := mustUnpack(t, f, rel, test.source)
		identity, err := s.Identity(t.Context())
		if s.Kind != test.kind || identity != test.identity || err != nil {
			t.Errorf("%q: kind %s, identity %q, %v; want %s, %q", test.source, s.Kind, identity, err, test.kind, test.identity)
		}
	}
	before := requests.Load()
	mustUnpack(t, f, rel, address)
	mustUnpack(t, f, rel, "")
	if requests.Load() != before {
		t.Error("with a filled cache the network was used")
	}
	fresh, err := f.Open(rel, address+"?other")
	if err != nil {
		t.Fatal(err)
	}
	identity, err := fresh.Identity(t.Context())
	if !strings.HasPrefix(identity, "address "+address+"?xxxxx (") || err != nil {
		t.Errorf("Identity() before fetching = %q, %v", identity, err)
	}
	third, err := f.Open(rel, address+"?another")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := third.Identity(t.Context()); other == identity || err != nil {
		t.Errorf("Identity() of another address = %q, %v: it is the same", other, err)
	}
}

func TestSourceMismatch(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	rel := pinned(t, data)
	f, _ := fetcher(t)
	changed := map[string]string{"Build": sources["Build"], "sendmail/tls.c": "int ssl;\n"}
	for i := range 12 {
		changed[fmt.Sprintf("obj/%02d.o", i)] = "x"
	}
	dir := plant(t, t.TempDir(), changed)
	address, requests := serve(t, content(tarball(t, changed)))
	for _, source := range []string{dir, address, address} {
		s, err := f.Open(rel, source)
		if err != nil {
			t.Fatal(err)
		}
		dst := filepath.Join(t.TempDir(), "source")
		err = s.Unpack(t.Context(), dst)
		if fault.Code(err) != "source-mismatch" {
			t.Fatalf("Unpack() = %v, want source-mismatch", err)
		}
		for _, want := range []string{"missing README", "extra obj/00.o", "and 4 more of 3 files", "8.15.2", source} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("Unpack() = %v, want it to contain %q", err, want)
			}
		}
		if left, err := os.ReadDir(filepath.Dir(dst)); err != nil || len(left) != 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
	if requests.Load() != 2 {
		t.Errorf("%d requests: a wrong tarball must be asked for again, since it may have been corrected", requests.Load())
	}
	rel.Files = "nonsense"
	s, err := f.Open(rel, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Unpack(t.Context(), filepath.Join(t.TempDir(), "x")); fault.Code(err) != "release-invalid" {
		t.Errorf("Unpack(broken listing) = %v, want release-invalid", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	rel := pinned(t, nil)
	f, _ := fetcher(t)
	bare := plant(t, t.TempDir(), map[string]string{"HEAD": "", "objects/x": "", "refs/x": ""})
	for source, want := range map[string]string{
		"/absent/file.tar.gz":                           "nothing of that name",
		"ftp://example.org/x.tar.gz":                    `"ftp" is not a way`,
		"git::https://example.org/x":                    "without a tag",
		"https://example.org/x.git":                     "without a tag",
		"ssh://u:secret@example.org/x":                  "without a tag",
		bare:                                            "without a tag",
		"https://example.org/x.git?ref=--upload-pack=x": "not the name of a tag",
		"https://example.org/x.git?ref=a..b":            "not the name of a tag",
		"https://example.org/x.git?ref=a%00b":           "not the name of a tag",
		"https://example.org/x.git?ref=a%09b":           "not the name of a tag",
		"https://example.org/x?ref=":                    "nothing behind ref=",
		bare + "?ref=":                                  "nothing behind ref=",
		"/dev/null":                                     "neither a file nor a directory",
		"http://a b":                                    "not an address",
		"git@example.org:mail/sendmail.git?ref=v1":      "write it as ssh://git@example.org/mail/sendmail.git?ref=TAG",
		"git::git@example.org:sendmail?ref=v1":          "write it as ssh://git@example.org/sendmail?ref=TAG",
	} {
		_, err := f.Open(rel, source)
		if fault.Code(err) != "source-invalid" || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q) = %v, want source-invalid with %q", source, err, want)
		}
	}
}

// TestOtherDirectory is a directory that nobody has unpacked a release into: it is refused before it is walked through, which for "/" would
// take very long.
func TestOtherDirectory(t *testing.T) {
	t.Parallel()
	f, _ := fetcher(t)
	ours, err := release.Load("../../../patches", "8.15.2")
	if err != nil {
		t.Fatal(err)
	}
	small := pinned(t, nil)
	for _, test := range []struct {
		rel          *release.Release
		source, want string
	}{
		{ours, "/", "where: /\n  found: a directory without Build, CACerts, FAQ, and more; it has 0 of the "},
		{ours, "../../..", "where: ../../..\n"}, // this project, which has a LICENSE too
		{ours, ".", "where: .\n"},
		{ours, "/usr", "names at the top of sendmail 8.15.2"},
		{small, ".", "a directory without Build, README, sendmail; it has 0 of the 3 names"},
		{small, plant(t, t.TempDir(), map[string]string{"README": "x"}), "a directory without Build, sendmail; it has 1 of the 3 names"},
	} {
		_, err := f.Open(test.rel, test.source)
		if fault.Code(err) != "source-invalid" || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "the top of the unpacked tree") {
			t.Errorf("Open(%q) = %v, want source-invalid with %q", test.source, err, test.want)
		}
	}
}

func TestDownloadUnavailable(t *testing.T) {
	t.Parallel()
	rel := pinned(t, nil)
	f, _ := fetcher(t)
	address, _ := serve(t, status(404))
	s, err := f.Open(rel, address)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Fetch(t.Context()); fault.Code(err) != "source-unavailable" || !strings.Contains(err.Error(), "404") {
		t.Errorf("Fetch() = %v, want source-unavailable", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Fetch(ctx); err == nil || fault.Code(err) != "" {
		t.Errorf("Fetch(cancelled) = %v, want the plain reason", err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, s := range []string{"", "git::https://example.org/r?ref=v1", "file:///x?ref=v1", "http://example.org/x.tar.gz?a=b", "x?ref=a&b"} {
		f.Add(s)
	}
	rel := &release.Release{Version: "8.15.2", SHA256: fmt.Sprintf("%x", sha256.Sum256(nil))}
	fetcher := &Fetcher{Cache: cache.Open(f.TempDir(), nil)}
	f.Fuzz(func(t *testing.T, source string) {
		s, err := fetcher.Open(rel, source)
		if err != nil {
			if fault.Code(err) != "source-invalid" {
				t.Errorf("Open(%q) = %v, want a source-invalid fault", source, err)
			}
			return
		}
		if s.Kind == Git && (s.Ref == "" || strings.HasPrefix(s.Ref, "-") || strings.HasPrefix(s.Name, "-")) {
			t.Errorf("Open(%q) gives git the words %q and %q", source, s.Name, s.Ref)
		}
	})
}

// Fetch brings a source that is elsewhere to this machine, so that Unpack needs no network.
func (s *Source) Fetch(ctx context.Context) (err error) {
	if s.Kind == Pinned {
		_, err = s.f.Get(ctx, s.rel)
	} else if s.Kind == Download || s.Kind == Git && !filepath.IsAbs(s.Name) {
		_, err = s.download(ctx)
	}
	return err
}
