package siteconfig

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

func TestSDKLacks(t *testing.T) {
	t.Parallel()
	to, err := target.Parse("aix7.2-64")
	if err != nil {
		t.Fatal(err)
	}
	m := host.NewLocal(nil)
	m.Root = t.TempDir()
	for _, file := range []string{"usr/lib/libssl.a", "usr/lib/libcrypto.a", "usr/lib/libdbm.a", "opt/freeware/lib/libsasl2.a"} {
		if err := os.MkdirAll(filepath.Join(m.Root, filepath.Dir(file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(m.Root, file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		options string
		want    []string // in the error; none without
	}{
		{"starttls,sasl", nil},
		{"starttls,ldap", []string{"no libldap, no liblber", "leave out the option"}},
		{"starttls,dane", []string{"no RES_USE_DNSSEC of resolv.h"}},
		{"ipv6", nil},
	} {
		r, err := loaded(t).Compose(Request{Release: "8.17.1.9", Options: options(test.options), Target: to})
		if err != nil {
			t.Fatal(err)
		}
		err = r.SDKLacks(t.Context(), to, m)
		if test.want == nil && err != nil || test.want != nil && fault.Code(err) != "sdk-lacks" {
			t.Errorf("SDKLacks with %s = %v, want %q", test.options, err, test.want)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("SDKLacks with %s = %v, want %q in it", test.options, err, want)
			}
		}
	}
}

// TestNewOption is a fragment that nobody has heard of: what it says is all that is asked.
func TestNewOption(t *testing.T) {
	t.Parallel()
	const text = "dnl Option: words\ndnl Summary: maps of words\ndnl Map: words\ndnl Proof: WORDSMAP\ndnl SDKLacks: words of words.h\n"
	set, err := load(fstest.MapFS{"18-words.m4": {Data: []byte(text)}, "19-other.m4": {Data: []byte("dnl Option: other\ndnl Summary: x\ndnl Proof: OTHER\n")}}, "d")
	if err != nil {
		t.Fatal(err)
	}
	to, err := target.Parse("aix7.2-64")
	if err != nil {
		t.Fatal(err)
	}
	r, err := set.Compose(Request{Release: "8.17.1.9", Options: []string{"words"}, Target: to})
	if err != nil || r.MapType() != "words" || !slices.Equal(r.Proofs(), []string{"WORDSMAP"}) {
		t.Fatalf("Compose = %+v, %v; want the map type words and the proof WORDSMAP", r, err)
	}
	if err := r.SDKLacks(t.Context(), to, host.NewLocal(nil)); fault.Code(err) != "sdk-lacks" || !strings.Contains(err.Error(), "no words of words.h") {
		t.Errorf("SDKLacks = %v, want fault sdk-lacks with words of words.h", err)
	}
	r, err = set.Compose(Request{Release: "8.17.1.9", Options: []string{"words", "other"}, Target: to})
	if err != nil || !slices.Equal(r.Proofs(), []string{"OTHER", "WORDSMAP"}) {
		t.Fatalf("Compose = %+v, %v; want two proofs, sorted", r, err)
	}
}

func TestMapType(t *testing.T) {
	t.Parallel()
	for options, want := range map[string]string{"aix": "dbm", "aix cdb": "cdb", "aix newdb,cdb": "hash", "host": "none", "host newdb": "hash"} {
		name, with, _ := strings.Cut(options, " ")
		if name == "aix" {
			name = "aix7.2-64"
		}
		to, err := target.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := loaded(t).Compose(Request{Release: "8.17.1.9", Options: strings.FieldsFunc(with, func(r rune) bool { return r == ',' }), Target: to})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.MapType(); got != want {
			t.Errorf("with %s, MapType() = %q, want %q", options, got, want)
		}
	}
}
