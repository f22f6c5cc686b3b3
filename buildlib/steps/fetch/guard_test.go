package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// leave puts a part of an interrupted download into the cache.
func leave(t *testing.T, f *Fetcher, rel *release.Release, part []byte, validator string) string {
	t.Helper()
	name := f.partName(rel.URLs[0], rel.SHA256)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, part, 0o644); err != nil {
		t.Fatal(err)
	}
	if validator != "" {
		if err := os.WriteFile(name+validatorSuffix, []byte(validator), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// Whatever is left of an earlier run, and whatever a server makes of ranges: the pinned bytes come out, or nothing.
func TestResume(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	half := data[:len(data)/2]
	const tag = `"one"`
	head := func(w http.ResponseWriter) {
		w.Header().Set("ETag", tag)
		w.Header().Set("Accept-Ranges", "bytes")
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	}
	good := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", released, bytes.NewReader(data))
	}
	for _, test := range []struct {
		name      string
		part      []byte
		validator string
		serve     http.HandlerFunc
		requests  int64
		whole     bool // the whole body was sent at least once
	}{
		{"continued", half, tag, good, 2, false},
		{"by date", half, released.Format(http.TimeFormat), func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", released, bytes.NewReader(data))
		}, 2, false},
		{"complete already", data, "", good, 0, false},
		{"complete and wrong", bytes.Repeat([]byte("x"), len(data)), tag, good, 1, true},
		{"longer than the file", append(bytes.Clone(data), "ZZZZ"...), tag, good, 2, true},
		{"wrong bytes", bytes.Repeat([]byte("x"), 100), tag, good, 3, true},
		{"no validator", half, "", good, 2, true},
		{"changed since", half, `"older"`, good, 2, true},
		{"ranges offered and ignored", half, tag, func(w http.ResponseWriter, r *http.Request) {
			head(w)
			if r.Method == http.MethodGet {
				_, _ = w.Write(data)
			}
		}, 3, true},
		{"no ranges, part longer", append(bytes.Clone(data), "ZZZZ"...), tag, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(data)))
			_, _ = w.Write(data)
		}, 2, true},
		{"another range than asked for", half, tag, func(w http.ResponseWriter, r *http.Request) {
			head(w)
			if r.Header.Get("Range") != "" {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 1-%d/%d", len(data)-1, len(data)))
				w.Header().Set("Content-Length", strconv.Itoa(len(data)-1))
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(data[1:])
			} else if r.Method == http.MethodGet {
				_, _ = w.Write(data)
			}
		}, 3, true},
		{"range of another file", half, tag, func(w http.ResponseWriter, r *http.Request) {
			head(w)
			if r.Header.Get("Range") != "" {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", len(half), 2*len(data)-1, 2*len(data)))
				w.Header().Set("Content-Length", strconv.Itoa(2*len(data)-len(half)))
				w.WriteHeader(http.StatusPartialContent)
			} else if r.Method == http.MethodGet {
				_, _ = w.Write(data)
			}
		}, 3, true},
		{"range refused", half, tag, func(w http.ResponseWriter, r *http.Request) {
			head(w)
			if r.Header.Get("Range") != "" {
				w.Header().Del("Content-Length")
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			} else if r.Method == http.MethodGet {
				_, _ = w.Write(data)
			}
		}, 3, true},
		{"HEAD says empty", half, tag, func(w http.ResponseWriter, r *http.Request) {
			head(w)
			if r.Method == http.MethodHead {
				w.Header().Set("Content-Length", "0")
				return
			}
			_, _ = w.Write(data)
		}, 2, true},
		{"HEAD not allowed", half, tag, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			good(w, r)
		}, 2, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var ranged bool
			address, requests := serve(t, func(w http.ResponseWriter, r *http.Request) {
				ranged = r.Header.Get("Range") != ""
				test.serve(w, r)
			})
			f, _ := fetcher(t)
			rel := pinned(t, data, address)
			leave(t, f, rel, test.part, test.validator)
			mustGet(t, f, rel, data)
			if requests.Load() != test.requests || test.requests > 0 && ranged == test.whole {
				t.Errorf("%d requests, the last for a range: %v; want %d, %v", requests.Load(), ranged, test.requests, !test.whole)
			}
		})
	}
}

// A body that breaks off is continued at once, and then whole.
func TestBreaksOff(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	first := true
	address, requests := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if first {
			first = false
			w.Header().Set("ETag", `"one"`)
			w.Header().Set("Content-Length", strconv.Itoa(len(data)))
			_, _ = w.Write(data[:5000])
			return // the server closes the connection, since it promised more
		}
		w.Header().Set("ETag", `"one"`)
		http.ServeContent(w, r, "", released, bytes.NewReader(data))
	})
	f, _ := fetcher(t)
	mustGet(t, f, pinned(t, data, address), data)
	if requests.Load() != 3 { // GET, HEAD, GET of the rest
		t.Errorf("%d requests, want 3", requests.Load())
	}
}

func TestAlwaysBreaksOff(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data[:5000])
	})
	chunked, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { // no length, and a proper end: only the pinned size tells
		_, _ = w.Write(data[:3000])
		_ = http.NewResponseController(w).Flush()
		_, _ = w.Write(data[3000:5000])
	})
	f, _ := fetcher(t)
	_, err := f.Get(t.Context(), pinned(t, data, address, chunked))
	if fault.Code(err) != "source-unavailable" || !strings.Contains(err.Error(), address+": the connection broke off") ||
		!strings.Contains(err.Error(), fmt.Sprintf("%s: it ends after 5000 of %d bytes", chunked, len(data))) {
		t.Errorf("Get() = %v, want both addresses to break off", err)
	}
}

// More than the pinned size is never stored, progress listener or not.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	large := bytes.Repeat(data, 40)
	stated, _ := serve(t, content(large))
	endless, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush() // so that there is no length
		_, _ = w.Write(large)
	})
	f, _ := fetcher(t)
	f.Progress = terminal.NewMeter(io.Discard)
	rel := pinned(t, data, endless, stated)
	_, err := f.Get(t.Context(), rel)
	if fault.Code(err) != "source-unavailable" || !strings.Contains(err.Error(), endless+": "+errTooLarge.Error()) ||
		!strings.Contains(err.Error(), fmt.Sprintf("%s: it has %d bytes there", stated, len(large))) {
		t.Errorf("Get() = %v", err)
	}
	if n := sizeOf(f.partName(endless, rel.SHA256)); n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}

func TestStall(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	release := make(chan struct{})
	inBody, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data[:5000])
		_ = http.NewResponseController(w).Flush()
		<-release
	})
	atOnce, _ := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	slow, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { // slower in all than the limit, but never silent for so long
		for rest := data; len(rest) > 0; rest = rest[min(len(rest), 2000):] {
			_, _ = w.Write(rest[:min(len(rest), 2000)])
			_ = http.NewResponseController(w).Flush()
			time.Sleep(30 * time.Millisecond)
		}
	})
	t.Cleanup(func() { close(release) }) // before the servers wait for their connections
	f, _ := fetcher(t)
	f.Stall = 250 * time.Millisecond
	rel := pinned(t, data, inBody, atOnce, slow)
	if got := mustGet(t, f, rel, data); got.From != slow {
		t.Errorf("From = %q, want the slow one", got.From)
	}
	if n := sizeOf(f.partName(inBody, rel.SHA256)); n != 0 {
		t.Errorf("%d bytes are left of the stalled download although the file is here now", n)
	}
}

func TestCancelKeepsThePart(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	ctx, cancel := context.WithCancel(t.Context())
	release, interrupted := make(chan struct{}), true
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !interrupted {
			w.Header().Set("ETag", `"one"`)
			http.ServeContent(w, r, "", released, bytes.NewReader(data))
			return
		}
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data[:5000])
		_ = http.NewResponseController(w).Flush()
		<-release
	})
	f, _ := fetcher(t)
	f.Progress = progressFunc(func(done int64) {
		if done == 5000 {
			cancel()
		}
	})
	rel := pinned(t, data, address)
	_, err := f.Get(ctx, rel)
	close(release)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Get() = %v, want context.Canceled", err)
	}
	part := f.partName(address, rel.SHA256)
	if n := sizeOf(part); n != 5000 {
		t.Errorf("%d bytes are kept, want 5000", n)
	}
	interrupted, f.Progress = false, nil
	mustGet(t, f, rel, data)
}

type progressFunc func(done int64)

func (p progressFunc) Update(_ string, done, _ int64) { p(done) }
func (p progressFunc) Finish()                        {}

// A server that labels the tarball as encoded must not have it unpacked on the way.
func TestContentEncoding(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data)
	})
	f, _ := fetcher(t)
	mustGet(t, f, pinned(t, data, address), data)
}

// An address is asked for as it was given: go-getter has a meaning of its own for some words and for "//", sorts the others, and would
// follow a header of Terraform's. What the server refers to is asked for as the server says it.
func TestAsGiven(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	trap, trapped := serve(t, content(nil))
	var asked []string
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Terraform-Get", trap)
		user, password, _ := r.BasicAuth()
		asked = append(asked, user+password+r.RequestURI)
		switch {
		case strings.HasPrefix(r.URL.Path, "/moved/sub/"):
			w.Header().Set("Location", "../pub//x;y/?archive=zip")
			w.WriteHeader(http.StatusFound)
		default:
			content(data)(w, r)
		}
	})
	address = strings.TrimSuffix(address, "/sendmail.8.15.2.tar.gz")
	for _, test := range []struct{ given, asked string }{
		{"/pub//sendmail.tar.gz", "/pub//sendmail.tar.gz"},
		{"/pub/", "/pub/"},
		{"/a%2Fb/c;d", "/a%2Fb/c;d"},
		{"/x?", "/x?"},
		{"/x?b=;c&archive=false&checksum=sha256:1&filename=y&a=%20+&depth=1", "/x?b=;c&archive=false&checksum=sha256:1&filename=y&a=%20+&depth=1"},
		{"/moved/sub/x", "/moved/sub/x /moved/pub//x;y/?archive=zip"},
	} {
		f, _ := fetcher(t)
		asked = nil
		mustUnpack(t, f, pinned(t, data), address+test.given)
		if got := strings.Join(asked, " "); got != test.asked {
			t.Errorf("%s asks for %s, want %s", test.given, got, test.asked)
		}
	}
	f, _ := fetcher(t)
	asked = nil
	mustUnpack(t, f, pinned(t, data), strings.Replace(address, "://", "://me:pw@", 1)+"/y?z")
	if got := strings.Join(asked, " "); got != "mepw/y?z" {
		t.Errorf("with a password it asks for %s", got)
	}
	if trapped.Load() != 0 {
		t.Errorf("the trap was asked %d times", trapped.Load())
	}
}

// What does not unpack is not kept: the message names the address and what came, and the next run asks again.
func TestPageInsteadOfTarball(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	answers := [][]byte{[]byte("<!DOCTYPE html>\n<title>Log in</title>" + strings.Repeat(" ", 600)), append([]byte("\xed\xab\xee\xdb"), make([]byte, 600)...), data[:len(data)/2], data}
	n := 0
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { n++; content(answers[n-1])(w, r) })
	f, _ := fetcher(t)
	for _, found := range []string{"it is an HTML page", "it is an RPM", "too early"} {
		s, err := f.Open(pinned(t, data), address+"?token=secret")
		if err != nil {
			t.Fatal(err)
		}
		err = s.Unpack(t.Context(), filepath.Join(t.TempDir(), "source"))
		if !strings.HasPrefix(fault.Code(err), "archive-") || !strings.Contains(err.Error(), found) || !strings.Contains(err.Error(), "where: "+address+"?token=xxxxx") {
			t.Errorf("Unpack() = %v, want the address and %q", err, found)
		}
		if left, err := filepath.Glob(filepath.Join(f.Cache.Dir, "*", "*")); err != nil || slices.ContainsFunc(left, func(name string) bool { return !strings.Contains(name, "lock") }) {
			t.Errorf("kept: %v, %v", left, err)
		}
	}
	mustUnpack(t, f, pinned(t, data), address+"?token=secret")
}
