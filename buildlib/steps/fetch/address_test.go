package fetch

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

func TestShown(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":                                       "",
		"/a/b@c/x.tar.gz":                        "/a/b@c/x.tar.gz",
		".u:p@c/x":                               ".u:p@c/x",
		"https://@host/x":                        "https://xxxxx@host/x",
		"https:///u:secret@host/x":               "https://xxxxx@host/x",
		"../u:p@c":                               "../u:p@c",
		"file:///a/u:p@c":                        "file:///a/u:p@c",
		"https://host/x.tar.gz":                  "https://host/x.tar.gz",
		"https://host/@scope/x.tgz":              "https://host/@scope/x.tgz",
		"https://user:secret@host:81/x":          "https://xxxxx@host:81/x",
		"https://secret@host/x":                  "https://xxxxx@host/x",
		"ssh://git@host/x?ref=v1":                "ssh://git@host/x?ref=v1",
		"ssh://git:secret@host/x":                "ssh://xxxxx@host/x",
		"git@host:x":                             "git@host:x",
		"u:secret@host/x":                        "xxxxx@host/x",
		"git::https://u:secret@host/x?ref=v1":    "git::https://xxxxx@host/x?ref=v1",
		"https://host/x?a=secret&ref=v1&secret":  "https://host/x?a=xxxxx&ref=v1&xxxxx",
		"https://host/x#secret":                  "https://host/x#xxxxx",
		"https://u:se/cret@host/x":               "https://xxxxx@host/x",
		"https://u:se?ref=cret@host/x":           "https://xxxxx@host/x",
		"https://u:se#cret@host/x?ref=v1":        "https://xxxxx@host/x?ref=v1",
		"https://u:se cr%zzet@host/x":            "https://xxxxx@host/x",
		"https://u:s@e:cret@host/x":              "https://xxxxx@host/x",
		"ftp://user:secret@host/x?token=secret2": "ftp://xxxxx@host/x?token=xxxxx",
	} {
		if got := Shown(address); got != want {
			t.Errorf("Shown(%q) = %q, want %q", address, got, want)
		}
	}
}

// TestSecrets looks for passwords and tokens in all that a source says of itself.
func TestSecrets(t *testing.T) {
	t.Parallel()
	closed, _ := serve(t, status(http.StatusForbidden))
	at := strings.TrimPrefix(closed, "http://")
	f, out := fetcher(t)
	f.Log.(*logrus.Logger).SetLevel(logrus.DebugLevel)
	local := host.NewLocal(os.Environ())
	local.Trace = func(c host.Cmd) { f.Log.Debug(c.String()) }
	f.Machine = local
	for _, source := range []string{
		"http://user:hush@" + at + "?token=hush",
		"http://hush@" + at,
		"git::http://user:hush@" + at + "?token=hush&ref=v1",
		"git::http://hush@" + at + "?ref=v1",
		"http://user:hu/sh@" + at, "http://user:hush%zz@" + at, "http://user:hush@" + at + "?ref=-x&token=hush", "http://user:hush?ref=hush@" + at,
		"ftp://user:hush@" + at, "user:hush@host/x", "hush:x@host/x", "http://user:hush@host name/",
	} {
		var said bytes.Buffer
		s, err := f.Open(pinned(t, nil), source)
		if err == nil {
			identity, _ := s.Identity(t.Context())
			said.WriteString(s.String() + identity)
			err = s.Unpack(t.Context(), filepath.Join(t.TempDir(), "x"))
		}
		if err == nil || fault.Code(err) == "" {
			t.Errorf("%s: %v, want a fault", source, err)
			continue
		}
		said.WriteString(err.Error())
		said.Write(out.Bytes())
		out.Reset()
		if text := said.String(); strings.Contains(text, "hush") || strings.Contains(text, "sh@") {
			t.Errorf("%s: the secret is told:\n%s", source, text)
		}
	}
}

// TestPinnedSecrets is a mirror with a password, and apt's own.
func TestPinnedSecrets(t *testing.T) {
	t.Parallel()
	closed, _ := serve(t, status(http.StatusForbidden))
	f, out := fetcher(t)
	f.Log.(*logrus.Logger).SetLevel(logrus.DebugLevel)
	f.Machine = machine{sites: []string{"http://user:hush@" + strings.TrimPrefix(closed, "http://"), "http://user:hu%zzsh@host/"}}
	rel := pinned(t, nil, strings.Replace(closed, "//", "//user:hush@", 1)+"?token=hush", "apt:pool/x")
	_, err := f.Get(t.Context(), rel)
	if fault.Code(err) != "source-unavailable" || strings.Contains(err.Error()+out.String(), "hush") || strings.Contains(err.Error(), "zz") {
		t.Errorf("Get() = %v, log %s", err, out)
	}
}

// What git says of a proxy's variable quotes it as far as git takes it for an address.
func TestHideAll(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, address, want string }{
		{"in 'u:hu'", "http://u:hu/sh@proxy:8080", "in 'xxxxx'"},
		{"in 'u:hush@proxy:808080'", "http://u:hush@proxy:808080", "in 'xxxxx@proxy:808080'"},
		{"in 'u:hush@proxy:808080'", "u:hush@proxy:808080", "in 'xxxxx@proxy:808080'"},
		{"no proxy: proxy:1", "http://proxy:1", "no proxy: proxy:1"},
		{"no proxy", "", "no proxy"},
		{"mail a@b about u:p", "http://@proxy:1", "mail a@b about u:p"},
		{"in '/u:hush@proxy'", "http:///u:hush@proxy", "in 'xxxxx@proxy'"},
	} {
		if got := hideAll(test.text, test.address); got != test.want {
			t.Errorf("hideAll(%q, %q) = %q, want %q", test.text, test.address, got, test.want)
		}
	}
}
