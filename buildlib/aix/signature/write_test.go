package signature

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

const certificatePath = "/etc/security/certificates/key.pem"

// TestSignLayout holds a block that is written against the published dump, and finds what was written.
func TestSignLayout(t *testing.T) {
	t.Parallel()
	key, image := oneKey(), bytes.Repeat([]byte("image"), 1000)
	b, err := Sign(key, bytes.NewReader(image), Path, certificatePath)
	if err != nil {
		t.Fatal(err)
	}
	if want := block(sign(t, key, image), certificatePath); !bytes.Equal(b, want) {
		t.Errorf("Sign() = %q\nwant %q, as the dump has it", b, want)
	}
	for kind, path := range map[Kind]string{Path: certificatePath, PEM: "", DER: ""} {
		b, err := Sign(key, bytes.NewReader(image), kind, path)
		if err != nil {
			t.Fatal(err)
		}
		signed := append(slices.Clone(image), b...)
		found, err := Find(bytes.NewReader(signed), int64(len(signed)))
		if err != nil || found == nil || found.Kind != uint32(kind) || found.KeyPath() != path || found.Offset != int64(len(image)) {
			t.Errorf("kind %d: Find() = %+v, %v", kind, found, err)
			continue
		}
		if isPEM := bytes.HasPrefix(found.Key, []byte("-----BEGIN PUBLIC KEY-----")); isPEM != (kind == PEM) {
			t.Errorf("kind %d: the key is %q", kind, found.Key)
		}
		if inside := found.PublicKey(); kind != Path && (inside == nil || !inside.Equal(&key.PublicKey)) || kind == Path && inside != nil {
			t.Errorf("kind %d: PublicKey() = %v", kind, inside)
		}
		if err := Verify(&key.PublicKey, found.Signature, bytes.NewReader(image)); err != nil {
			t.Errorf("kind %d: %v", kind, err)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	key := oneKey()
	sized := func(bits uint) *rsa.PrivateKey {
		return &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), bits-1), E: 65537}, D: big.NewInt(3)}
	}
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		key  *rsa.PrivateKey
		kind Kind
		path string
		want error
	}{
		"a larger key":  {sized(2049), Path, certificatePath, ErrSize},
		"a smaller key": {sized(2047), Path, certificatePath, ErrSize},
		"no path":       {key, Path, "", ErrSize},
		"a long path":   {key, Path, "/" + strings.Repeat("a", keySize-1), ErrSize},
		"one that fits": {key, Path, "/" + strings.Repeat("a", keySize-2), broken},
		"unread":        {key, Path, certificatePath, broken},
	} {
		if _, err := Sign(test.key, iotest.ErrReader(broken), test.kind, test.path); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	const want = "it does not fit into a block as AIX's are known: it has 2049 bits, not 2048"
	if _, err := Sign(sized(2049), bytes.NewReader(nil), DER, ""); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if b, err := Sign(sized(2048), bytes.NewReader(nil), Path, certificatePath); err == nil || b != nil {
		t.Errorf("a key that is none: %d bytes, %v", len(b), err)
	}
}

func TestParsePrivate(t *testing.T) {
	t.Parallel()
	key := oneKey()
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	elliptic, err := x509.MarshalPKCS8PrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PrivateKey(key)
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"PKCS 1":                {pkcs1, nil},
		"PKCS 8":                {pkcs8, nil},
		"PEM":                   {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), nil},
		"protected":             {pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: pkcs8}), ErrLocked},
		"protected, as of old":  {pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"DEK-Info": "AES-128-CBC,00"}, Bytes: pkcs1}), ErrLocked},
		"of another kind":       {elliptic, ErrPrivate},
		"nothing":               {nil, ErrPrivate},
		"a public key":          {x509.MarshalPKCS1PublicKey(&key.PublicKey), ErrPrivate},
		"a text that is no key": {[]byte("ssh-rsa AAAA"), ErrPrivate},
	} {
		got, err := ParsePrivate(test.data)
		if !errors.Is(err, test.want) || test.want == nil && !got.Equal(key) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	if _, err := ParsePrivate([]byte("text")); err != ErrPrivate { //nolint:errorlint // with nothing said of another kind
		t.Errorf("%v, want %v", err, ErrPrivate)
	}
}

// TestSignForeign has openssl verify what Sign made: the other way round than TestForeign.
func TestSignForeign(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl here")
	}
	dir, key, image := t.TempDir(), oneKey(), []byte("image\n")
	b, err := Sign(key, bytes.NewReader(image), DER, "")
	if err != nil {
		t.Fatal(err)
	}
	found, err := Find(bytes.NewReader(append(slices.Clone(image), b...)), int64(len(image)+len(b)))
	if err != nil || found == nil {
		t.Fatal(found, err)
	}
	for name, data := range map[string][]byte{"image": image, "other": []byte("imagE\n"), "sig": found.Signature, "key.der": found.Key} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for file, want := range map[string]bool{"image": true, "other": false} {
		cmd := exec.Command("openssl", "dgst", "-sha256", "-keyform", "DER", "-verify", "key.der", "-signature", "sig", file)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); (err == nil) != want {
			t.Errorf("openssl of %s: %v, want good: %v\n%s", file, err, want, out)
		}
	}
}

func FuzzParsePrivate(f *testing.F) {
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if key, err := ParsePrivate(data); (key == nil) == (err == nil) {
			t.Errorf("ParsePrivate() = %v, %v", key, err)
		}
	})
}
