package fetch

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// signer makes a key of 2015 that expires after this many days; 0 is never.
func signer(t testing.TB, days uint32) *openpgp.Entity {
	t.Helper()
	e, err := openpgp.NewEntity("Sendmail Signing Key/2015", "", "sendmail@example.org", &packet.Config{
		Algorithm: packet.PubKeyAlgoEdDSA, KeyLifetimeSecs: days * 24 * 3600, Time: func() time.Time { return released.AddDate(0, -6, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func sign(t testing.TB, key *openpgp.Entity, data []byte, hash crypto.Hash, armoured bool) []byte {
	t.Helper()
	var b bytes.Buffer
	config := &packet.Config{DefaultHash: hash, Time: func() time.Time { return released }}
	detach := openpgp.DetachSign
	if armoured {
		detach = openpgp.ArmoredDetachSign
	}
	if err := detach(&b, key, bytes.NewReader(data), config); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pinKey makes a release pin a key.
func pinKey(t testing.TB, rel *release.Release, key *openpgp.Entity, urls ...string) {
	t.Helper()
	var b bytes.Buffer
	w, err := armor.Encode(&b, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := key.Serialize(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	rel.Signature = release.Signature{
		URLs: urls, Key: b.String(), Fingerprint: strings.ToUpper(hex.EncodeToString(key.PrimaryKey.Fingerprint)),
	}
}

func TestSignature(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	key, expired, other := signer(t, 0), signer(t, 365), signer(t, 0)
	good := sign(t, key, data, crypto.SHA512, true)
	for _, test := range []struct {
		name      string
		key       *openpgp.Entity
		signature []byte
		code      string
		signed    bool
	}{
		{"good", key, good, "", true},
		{"without armour", key, sign(t, key, data, crypto.SHA512, false), "", true},
		{"key expired since", expired, sign(t, expired, data, crypto.SHA512, true), "", true},
		{"other key", key, sign(t, other, data, crypto.SHA512, true), "signature-key", false},
		{"other file", key, sign(t, key, data[1:], crypto.SHA512, true), "signature-bad", false},
		{"web page", key, []byte("<html>moved"), "", false},
		{"broken armour", key, bytes.Replace(good, []byte("\n\n"), []byte("\n\nAAAA"), 1), "", false},
		{"empty", key, nil, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			absent, _ := serve(t, status(http.StatusNotFound))
			address, _ := serve(t, content(data))
			sig, asked := serve(t, content(test.signature))
			f, log := fetcher(t)
			rel := pinned(t, data, address)
			pinKey(t, rel, test.key, absent, sig)
			for range 2 { // the second time from the cache
				got, err := f.Get(t.Context(), rel)
				if fault.Code(err) != test.code || test.code == "" && err != nil {
					t.Fatalf("Get() = %v, want code %q", err, test.code)
				}
				if err != nil {
					if sizeOf(f.cached(rel.SHA256)) != 0 {
						t.Error("the tarball is in the cache in spite of its signature")
					}
					return
				}
				if (got.SignedBy == rel.Signature.Fingerprint) != test.signed {
					t.Errorf("SignedBy = %q, want signed: %v", got.SignedBy, test.signed)
				}
			}
			if asked.Load() != 1 {
				t.Errorf("the signature was asked for %d times, want once", asked.Load())
			}
			if warned := strings.Contains(log.String(), "no signature could be had"); warned == test.signed {
				t.Errorf("warned: %v, log %q", warned, log)
			}
		})
	}
}

// The exception of a release for SHA-1, on the one thing that upstream signs so: go-crypto itself makes no such signature, so
// the refusal is tested with what it does make, and the exception by hand with upstream's (see release.toml).
func TestWeakSignature(t *testing.T) {
	t.Parallel()
	data := tarball(t, sources)
	f, _ := fetcher(t)
	rel := pinned(t, data)
	err := signatureFault(rel, "x", weakError{crypto.SHA1})
	if fault.Code(err) != "signature-weak" || !strings.Contains(err.Error(), "accept_sha1 = true") || !strings.Contains(err.Error(), "SHA-1") {
		t.Errorf("%v in %s", err, f.Cache.Dir)
	}
}

func TestSignatureGoesBadInTheCache(t *testing.T) {
	t.Parallel()
	data, key := tarball(t, sources), signer(t, 0)
	address, _ := serve(t, content(data))
	good, bad := sign(t, key, data, crypto.SHA256, true), sign(t, key, nil, crypto.SHA256, true)
	for name, test := range map[string]struct {
		damage    []byte // of what is in the cache; nil for a directory
		elsewhere []byte // what can be had instead
		code      string
		signed    bool
	}{
		"cut off":                     {good[:len(good)/2], good, "", true},
		"another, then a good one":    {bad, good, "", true},
		"a directory":                 {nil, good, "", true},
		"cut off, none can be had":    {good[:9], []byte("<html>gone"), "", false},
		"another, there and upstream": {bad, bad, "signature-bad", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, log := fetcher(t)
			sig, _ := serve(t, content(good))
			rel := pinned(t, data, address)
			pinKey(t, rel, key, sig)
			mustGet(t, f, rel, data)
			cached := f.cached(rel.SHA256) + signatureSuffix
			err := errors.Join(os.Remove(cached), os.WriteFile(cached, test.damage, 0o644))
			if test.damage == nil {
				err = errors.Join(os.Remove(cached), os.Mkdir(cached, 0o755))
			}
			if err != nil {
				t.Fatal(err)
			}
			rel.Signature.URLs[0], _ = serve(t, content(test.elsewhere))
			got, err := f.Get(t.Context(), rel)
			if fault.Code(err) != test.code || err == nil && (got.SignedBy != "") != test.signed {
				t.Errorf("Get() = %+v, %v, want code %q, signed: %v", got, err, test.code, test.signed)
			}
			if !strings.Contains(log.String(), "signature in the cache is damaged") {
				t.Errorf("nothing is told: %q", log)
			}
			if kept, err := os.ReadFile(cached); test.signed && (err != nil || !bytes.Equal(kept, good)) {
				t.Errorf("the good one is not kept: %v", err)
			}
		})
	}
}

func TestKeyFileWithoutThePinnedKey(t *testing.T) {
	t.Parallel()
	data, key := tarball(t, sources), signer(t, 0)
	address, _ := serve(t, content(data))
	sig, _ := serve(t, content(sign(t, key, data, crypto.SHA256, true)))
	for name, change := range map[string]func(*release.Release){
		"other fingerprint": func(r *release.Release) { r.Signature.Fingerprint = strings.Repeat("0", 40) },
		"no key":            func(r *release.Release) { r.Signature.Key = "nothing" },
	} {
		f, _ := fetcher(t)
		rel := pinned(t, data, address)
		pinKey(t, rel, key, sig)
		change(rel)
		if _, err := f.Get(t.Context(), rel); fault.Code(err) != "release-invalid" {
			t.Errorf("%s: Get() = %v, want release-invalid", name, err)
		}
	}
}

// Our releases' own keys can be read, and have the fingerprints that are pinned.
func TestOurKeys(t *testing.T) {
	t.Parallel()
	rs, err := release.List("../../../patches")
	if err != nil {
		t.Fatal(err)
	}
	for _, rel := range rs {
		if _, err := pinnedKey(rel); err != nil {
			t.Error(err)
		}
	}
}

func FuzzSignature(f *testing.F) {
	key := signer(f, 0)
	f.Add(sign(f, key, []byte("x"), crypto.SHA256, true))
	f.Add(sign(f, key, []byte("x"), crypto.SHA256, false))
	f.Fuzz(func(t *testing.T, data []byte) {
		if raw, _, err := readSignature(data); err == nil && len(raw) == 0 {
			t.Error("a signature of nothing")
		}
	})
}
