package fetch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

var released = time.Date(2015, 7, 3, 0, 0, 0, 0, time.UTC)

// sources is a small release's tree.
var sources = map[string]string{"Build": "#!/bin/sh\n", "sendmail/tls.c": "int tls;\n", "README": strings.Repeat("read me\n", 2000)}

// tarball packs a tree as upstream does.
func tarball(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for name, text := range files {
		h := tar.Header{Name: "sendmail-8.15.2/" + name, Typeflag: tar.TypeReg, Mode: 0o444, Size: int64(len(text))}
		if name == "Build" {
			h.Mode = 0o555
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pinned is a release that pins data, to be had from these addresses.
func pinned(t testing.TB, data []byte, urls ...string) *release.Release {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	if err := tree.Unpack(t.Context(), bytes.NewReader(tarball(t, sources)), dir, released, tree.Limits{}); err != nil {
		t.Fatal(err)
	}
	l, err := tree.List(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return &release.Release{
		Version: "8.15.2", Date: released, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:]), Tree: l.Hash(), Files: l.String(), URLs: urls,
		Dir: "patches/8.15.2",
	}
}

// machine is a build machine with an apt that is configured with these archives, or without apt when there are none.
type machine struct {
	host.Runner
	sites []string
}

func (m machine) Find(_ context.Context, names ...string) ([]string, error) {
	files := make([]string, len(names))
	if i := slices.Index(names, "apt-get"); i >= 0 && m.sites != nil {
		files[i] = "/usr/bin/apt-get"
	}
	return files, nil
}

func (m machine) Output(ctx context.Context, c host.Cmd) (string, error) {
	if c.Argv[0] == "apt-get" {
		return strings.Join(m.sites, "\n"), nil
	}
	return m.Runner.Output(ctx, c)
}

func fetcher(t testing.TB) (*Fetcher, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	l := logrus.New()
	l.SetOutput(&log)
	return &Fetcher{Cache: cache.Open(filepath.Join(t.TempDir(), "cache"), l), Machine: machine{Runner: host.NewLocal(os.Environ())}, Log: l, Stall: 5 * time.Second}, &log
}

// serve answers all requests with one handler and counts them.
func serve(t testing.TB, handler http.HandlerFunc) (address string, requests *atomic.Int64) {
	t.Helper()
	requests = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/sendmail.8.15.2.tar.gz", requests
}

// content serves data as a good web server does, ranges included.
func content(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(data)))
		http.ServeContent(w, r, "", released, bytes.NewReader(data))
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// mustGet gets the tarball and looks whether it is the right one.
func mustGet(t *testing.T, f *Fetcher, rel *release.Release, data []byte) *Tarball {
	t.Helper()
	got, err := f.Get(t.Context(), rel)
	if err != nil {
		t.Fatal(err)
	}
	if have, err := os.ReadFile(got.Path); err != nil || !bytes.Equal(have, data) {
		t.Errorf("%s holds %d bytes, %v, want the %d pinned ones", got.Path, len(have), err, len(data))
	}
	return got
}

func TestGet(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	absent, _ := serve(t, status(http.StatusNotFound))
	good, requests := serve(t, content(data))
	f, _ := fetcher(t)
	rel := pinned(t, data, "apt:pool/x.tar.gz", absent, good, "http://never.invalid/asked")
	if got := mustGet(t, f, rel, data); got.From != good {
		t.Errorf("From = %q, want %q", got.From, good)
	}
	if got := mustGet(t, f, rel, data); got.From != "" || requests.Load() != 1 {
		t.Errorf("second time: From = %q and %d requests in all, want the cache and 1", got.From, requests.Load())
	}
	if left, err := os.ReadDir(filepath.Join(f.Cache.Dir, "part")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestGetByApt(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/debian/pool/x.tar.gz" {
			http.NotFound(w, r)
			return
		}
		content(data)(w, r)
	}))
	t.Cleanup(s.Close)
	f, _ := fetcher(t)
	f.Machine = machine{sites: []string{"cdrom:disk", s.URL + "/other/", s.URL + "/debian/", s.URL + "/debian/"}}
	if got := mustGet(t, f, pinned(t, data, "apt:pool/x.tar.gz"), data); got.From != s.URL+"/debian/pool/x.tar.gz" {
		t.Errorf("From = %q", got.From)
	}
}

func TestGetFromFile(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	name := filepath.Join(t.TempDir(), "mirror.tar.gz")
	if err := os.WriteFile(name, data, 0o444); err != nil {
		t.Fatal(err)
	}
	f, _ := fetcher(t)
	mustGet(t, f, pinned(t, data, "file:///absent", "file://"+filepath.Dir(name), "file://"+name), data)
	if _, err := os.Stat(name); err != nil {
		t.Errorf("the mirror's file is gone: %v", err)
	}
}

// One fault lists every address with its reason, and the ways out.
func TestNothingToBeHad(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	other := bytes.Repeat([]byte("x"), len(data))
	absent, _ := serve(t, status(http.StatusNotFound))
	wrong, _ := serve(t, content(other))
	page, _ := serve(t, content([]byte("<html>please log in")))
	gone := httptest.NewServer(nil)
	gone.Close()
	f, _ := fetcher(t)
	rel := pinned(t, data, absent, "apt:pool/x.tar.gz", wrong, page, gone.URL+"/a", gone.URL+"/b", "file:///absent")
	_, err := f.Get(t.Context(), rel)
	if fault.Code(err) != "source-unavailable" {
		t.Fatalf("Get() = %v, want source-unavailable", err)
	}
	for _, want := range []string{
		absent + ": bad response code: 404", "apt:pool/x.tar.gz: no apt on this machine", wrong + ": its SHA-256 is ",
		page + ": it has 19 bytes there instead of ", gone.URL + "/a: dial tcp", gone.URL + "/b: not tried: this host did not answer before",
		"the source of sendmail 8.15.2 cannot be had\n  where: patches/8.15.2/release.toml, which has 7 addresses for it\n  found: " + absent,
		"file:///absent: no such file", "SENDMAIL_SOURCE", f.cached(rel.SHA256), "SENDMAIL_RELEASE",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Get() = %v, want it to contain %q", err, want)
		}
	}
	if left, err := filepath.Glob(filepath.Join(f.Cache.Dir, "*", "*")); err != nil || len(left) != 1 { // the lock
		t.Errorf("left in the cache: %v, %v", left, err)
	}
}

func TestDamagedCache(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	good, requests := serve(t, content(data))
	f, log := fetcher(t)
	rel := pinned(t, data, good)
	got := mustGet(t, f, rel, data)
	for _, damage := range [][]byte{data[:100], append([]byte{0}, data[1:]...), nil} {
		if err := os.WriteFile(got.Path, damage, 0o644); err != nil {
			t.Fatal(err)
		}
		mustGet(t, f, rel, data)
	}
	if requests.Load() != 4 || !strings.Contains(log.String(), "damaged") {
		t.Errorf("%d requests, log %q", requests.Load(), log)
	}
}

func TestPinsThatContradict(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	good, _ := serve(t, content(data))
	f, _ := fetcher(t)
	rel := pinned(t, data, good)
	rel.SHA512 = strings.Repeat("0", 128)
	if _, err := f.Get(t.Context(), rel); fault.Code(err) != "release-invalid" {
		t.Errorf("Get() = %v, want release-invalid", err)
	}
}

// Two runs at once fetch once, and both have it.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	good, requests := serve(t, content(data))
	rel := pinned(t, data, good)
	dir := t.TempDir()
	var both sync.WaitGroup
	for range 4 {
		f, _ := fetcher(t)
		f.Cache = cache.Open(dir, nil)
		both.Go(func() { mustGet(t, f, rel, data) })
	}
	both.Wait()
	if requests.Load() != 1 {
		t.Errorf("%d requests, want 1", requests.Load())
	}
}

func TestUnusableCache(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	good, requests := serve(t, content(data))
	f, _ := fetcher(t)
	if err := os.WriteFile(f.Cache.Dir, nil, 0o644); err != nil { // a file where the directory should be: root is refused too
		t.Fatal(err)
	}
	_, err := f.Get(t.Context(), pinned(t, data, good))
	if fault.Code(err) != "cache-unwritable" || !strings.Contains(err.Error(), f.Cache.Dir) || requests.Load() != 0 {
		t.Errorf("Get() = %v with %d requests, want cache-unwritable and none", err, requests.Load())
	}
	full := f.local(&fs.PathError{Op: "write", Path: f.Cache.Dir, Err: syscall.ENOSPC})
	if fault.Code(full) != "cache-full" {
		t.Errorf("local(ENOSPC) = %v, want cache-full", full)
	}
}

// A full disk stops at once: no other address can help.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	second, requests := serve(t, content(data))
	f, _ := fetcher(t)
	rel := pinned(t, data, "http://full.invalid/x", second)
	f.once.Do(func() {
		f.http = roundTripper(func(*http.Request) (*http.Response, error) {
			// What writing to the part file would come to.
			return nil, &fs.PathError{Op: "write", Path: f.partName(rel.URLs[0], rel.SHA256), Err: syscall.ENOSPC}
		})
	})
	if _, err := f.Get(t.Context(), rel); fault.Code(err) != "cache-full" || requests.Load() != 0 {
		t.Errorf("Get() = %v and %d requests to the second address, want cache-full and none", err, requests.Load())
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }
