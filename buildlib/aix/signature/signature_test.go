package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// Two keys are enough, and take long to make.
var oneKey, otherKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// block is one as in the published dump.
func block(signature []byte, key string) []byte {
	b := make([]byte, 1024)
	copy(b, mark)
	for at, n := range map[int]uint32{8: 1024, 16: 0x100, 20: 0x100, 24: 0x200, 28: 0x100, 32: 2, 0x3f4: 1024} {
		binary.BigEndian.PutUint32(b[at:], n)
	}
	copy(b[0x100:], signature)
	copy(b[0x200:], key)
	copy(b[0x3f8:], mark)
	return b
}

func sign(t testing.TB, key *rsa.PrivateKey, data []byte) []byte {
	t.Helper()
	sum := sha256.Sum256(data)
	s, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFind(t *testing.T) {
	t.Parallel()
	key, image := oneKey(), bytes.Repeat([]byte("image"), 1000)
	const path = "/etc/security/certificates/key.pem"
	signed := append(slices.Clone(image), block(sign(t, key, image), path)...)
	b, err := Find(bytes.NewReader(signed), int64(len(signed)))
	if err != nil || b == nil || b.Offset != int64(len(image)) || b.Size != 1024 || b.KeyPath() != path || b.Kind != 2 {
		t.Fatalf("Find = %+v, %v", b, err)
	}
	if err := Verify(&key.PublicKey, b.Signature, bytes.NewReader(image)); err != nil {
		t.Error(err)
	}
	if err := Verify(&otherKey().PublicKey, b.Signature, bytes.NewReader(image)); !errors.Is(err, ErrOther) {
		t.Errorf("by another key: %v", err)
	}
	if err := Verify(&key.PublicKey, b.Signature, bytes.NewReader(image[1:])); !errors.Is(err, ErrOther) {
		t.Errorf("of another image: %v", err)
	}
	broken := errors.New("broken")
	if err := Verify(&key.PublicKey, b.Signature, iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("unread: %v", err)
	}
	at := len(image)
	for name, edit := range map[string]func([]byte) []byte{
		"none":                     func(b []byte) []byte { return b[:at] },
		"cut":                      func(b []byte) []byte { return b[:len(b)-1] },
		"nothing":                  func([]byte) []byte { return nil },
		"without a beginning":      func(b []byte) []byte { b[at] = 'X'; return b },
		"without an end":           func(b []byte) []byte { b[len(b)-1] = 'X'; return b },
		"another length":           func(b []byte) []byte { b[at+11]++; return b },
		"a length that is too big": func(b []byte) []byte { b[len(b)-tailSize] = 0xff; return b },
		"a signature outside":      func(b []byte) []byte { b[at+16] = 0xff; return b },
		"a length that overflows":  func(b []byte) []byte { copy(b[at+20:], "\xff\xff\xff\xff"); return b },
	} {
		data := edit(slices.Clone(signed))
		if b, err := Find(bytes.NewReader(data), int64(len(data))); b != nil || err != nil {
			t.Errorf("%s: Find = %+v, %v", name, b, err)
		}
	}
}

// A block may be as small as its fields, or as large as is looked for, and its parts may touch what is around them, but not reach into it.
func TestFindEdges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		size, at, n int // of the block and its signature
		found       bool
	}{
		{least, headSize, 0, true}, {least - 1, headSize, 0, false},
		{most, headSize, 256, true}, {most + 1, headSize, 256, false},
		{1024, headSize, 256, true}, {1024, headSize - 1, 256, false},
		{1024, 1024 - tailSize - 256, 256, true}, {1024, 1024 - tailSize - 255, 256, false},
		{1024, headSize, 1024 - tailSize - headSize, true}, {1024, headSize, 1024 - tailSize - headSize + 1, false},
	} {
		b := make([]byte, test.size)
		copy(b, mark)
		for at, n := range map[int]int{offLength: test.size, offSignature: test.at, offSignature + 4: test.n, test.size - tailSize: test.size} {
			binary.BigEndian.PutUint32(b[at:], uint32(n))
		}
		copy(b[test.size-markSize:], mark)
		got, err := Find(bytes.NewReader(b), int64(len(b)))
		if (got != nil) != test.found || err != nil || got != nil && (got.Offset != 0 || len(got.Signature) != test.n) {
			t.Errorf("%d bytes, %d from %d: Find = %+v, %v", test.size, test.n, test.at, got, err)
		}
	}
	if _, err := Find(bytes.NewReader(nil), 2000); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file that became shorter: %v", err)
	}
	// A reader may tell the end along with the last bytes, or break before them.
	b, broken := block([]byte("x"), ""), errors.New("broken")
	if got, err := Find(readerAt(func(p []byte, at int64) (int, error) { return copy(p, b[at:]), io.EOF }), int64(len(b))); got == nil || err != nil {
		t.Errorf("the end with the bytes: Find = %+v, %v", got, err)
	}
	head := readerAt(func(p []byte, at int64) (int, error) {
		if at == 0 {
			return 0, broken
		}
		return copy(p, b[at:]), nil
	})
	if _, err := Find(head, int64(len(b))); !errors.Is(err, broken) {
		t.Errorf("a beginning that cannot be read: Find = %v", err)
	}
}

type readerAt func([]byte, int64) (int, error)

func (f readerAt) ReadAt(p []byte, at int64) (int, error) { return f(p, at) }

func TestParseKey(t *testing.T) {
	t.Parallel()
	key := oneKey()
	pkix, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{}, &x509.Certificate{}, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"DER": pkix, "PKCS 1": x509.MarshalPKCS1PublicKey(&key.PublicKey), "certificate": certificate,
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix}),
	} {
		if got, err := ParseKey(data); err != nil || !got.Equal(&key.PublicKey) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	elliptic, err := x509.MarshalPKIXPublicKey(&other.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{nil, []byte("text"), elliptic} {
		if _, err := ParseKey(data); !errors.Is(err, ErrKey) {
			t.Errorf("ParseKey(%d bytes) = %v", len(data), err)
		}
	}
}

// TestForeign has openssl sign, as IBM's pages tell to.
func TestForeign(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl here")
	}
	dir := t.TempDir()
	script := `openssl genrsa -out k 2048 && openssl rsa -in k -pubout -out p && echo image > f && openssl dgst -sha256 -sign k -out s f`
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	key, err := ParseKey(read("p"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(key, read("s"), strings.NewReader("image\n")); err != nil {
		t.Error(err)
	}
}

func FuzzFind(f *testing.F) {
	f.Add(block([]byte("x"), "/etc/key"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Find(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if b != nil && (b.Offset < 0 || b.Offset+b.Size != int64(len(data))) {
			t.Errorf("a block at %d of %d bytes in %d", b.Offset, b.Size, len(data))
		}
	})
}
