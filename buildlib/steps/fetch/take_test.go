package fetch

import (
	"crypto"
	"os"
	"path/filepath"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// TestSignedBy is a tarball that no release pins yet, with signatures of all kinds beside it.
func TestSignedBy(t *testing.T) {
	t.Parallel()
	known, other := signer(t, 0), signer(t, 0) // nobody can sign over SHA-1 here: the signature that Debian has of 8.17.1.9 is one, and was tried
	var ours, theirs release.Release
	pinKey(t, &ours, known)
	pinKey(t, &theirs, other)
	content := []byte("a tarball")
	for _, test := range []struct {
		name, suffix string
		signature    []byte
		by, code     string
	}{
		{name: "none"},
		{name: "a page where the signature should be", suffix: ".sig", signature: []byte("<html>")},
		{name: "armoured", suffix: ".asc", signature: sign(t, known, content, crypto.SHA256, true), by: ours.Signature.Fingerprint},
		{name: "of another file", suffix: ".sig", signature: sign(t, known, []byte("x"), crypto.SHA256, false), code: "signature-bad"},
		{name: "by a key that nobody has", suffix: ".sig", signature: sign(t, other, content, crypto.SHA256, false)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tarball := filepath.Join(t.TempDir(), "x.tar.gz")
			if err := os.WriteFile(tarball, content, 0o644); err != nil {
				t.Fatal(err)
			}
			if test.suffix != "" {
				if err := os.WriteFile(tarball+test.suffix, test.signature, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			signature, where, err := (&Source{Kind: Archive, Name: tarball}).Beside(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if isThere := test.suffix != "" && test.signature[0] != '<'; (signature != nil) != isThere {
				t.Fatalf("Beside() = %q, want one: %v", signature, isThere)
			}
			if signature == nil {
				return
			}
			by, err := SignedBy(t.Context(), "8.15.2", tarball, where, signature, []release.Signature{ours.Signature})
			if fault.Code(err) != test.code || (by != nil) != (test.by != "") || by != nil && (by.Fingerprint != test.by || by.AcceptSHA1) {
				t.Errorf("SignedBy() = %+v, %v, want %q, fault %q", by, err, test.by, test.code)
			}
			if test.by != "" || test.code != "" {
				return
			}
			// The tarball itself may have the key, among others and text.
			keys := Keys([]byte("Keys:\n\n" + ours.Signature.Key + "\nand\n" + theirs.Signature.Key + beginKey + "\nhalf of one"))
			if len(keys) != 2 {
				t.Fatalf("Keys() = %+v, want two", keys)
			}
			if by, err := SignedBy(t.Context(), "8.15.2", tarball, where, signature, keys); err != nil || by == nil || by.Fingerprint != theirs.Signature.Fingerprint {
				t.Errorf("SignedBy(keys of the tarball) = %+v, %v, want %s", by, err, theirs.Signature.Fingerprint)
			}
		})
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte("text\n" + beginKey + "\n\nmQ==\n" + endKey + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, key := range Keys(text) {
			if len(key.Fingerprint) < 40 || key.Key == "" {
				t.Errorf("Keys(%q) has %+v", text, key)
			}
		}
	})
}
