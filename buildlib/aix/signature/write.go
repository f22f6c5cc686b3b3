package signature

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
)

// Kind is in which form a block says what the public key is. dsblkgen's page has the three forms, in this order; the published dump has 2. That its
// key is a path, and so that the others are 0 and 1, is an inference.
type Kind uint32

// The kinds.
const (
	PEM  Kind = 0 // the key itself
	DER  Kind = 1
	Path Kind = 2 // where the key is on AIX, LOC in IBM's words
)

// The layout of the published dump, in which a signature has the 256 bytes that one by a key of 2048 bits has.
const (
	blockSize   = 1024
	signatureAt = 0x100
	keyAt       = 0x200
	keySize     = 0x100
)

// KeyBits is the size of the keys whose blocks are known.
const KeyBits = 2048

// The errors that callers can test for.
var (
	// ErrPrivate: this is no private key of RSA.
	ErrPrivate = errors.New("not an RSA private key")
	// ErrLocked: the key is protected by a password.
	ErrLocked = errors.New("the key is protected by a password")
	// ErrSize: no block is known for keys of this size, or for as much text.
	ErrSize = errors.New("it does not fit into a block as AIX's are known")
)

// ParsePrivate reads a private key, in PEM or DER.
func ParsePrivate(data []byte) (*rsa.PrivateKey, error) {
	if block, _ := pem.Decode(data); block != nil {
		if block.Headers["DEK-Info"] != "" || block.Type == "ENCRYPTED PRIVATE KEY" {
			return nil, ErrLocked
		}
		data = block.Bytes
	}
	if key, err := x509.ParsePKCS1PrivateKey(data); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(data)
	if err != nil {
		return nil, ErrPrivate
	}
	if key, ok := key.(*rsa.PrivateKey); ok {
		return key, nil
	}
	return nil, fmt.Errorf("%w: it is of another kind, %T", ErrPrivate, key)
}

// Sign makes the block that stands behind what r holds. The path is where the public key is on AIX; it counts for that kind alone.
func Sign(key *rsa.PrivateKey, r io.Reader, kind Kind, path string) ([]byte, error) {
	if key.N.BitLen() != KeyBits {
		return nil, fmt.Errorf("%w: it has %d bits, not %d", ErrSize, key.N.BitLen(), KeyBits)
	}
	text := []byte(path)
	if kind != Path {
		der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		if err != nil {
			return nil, err
		}
		if text = der; kind == PEM {
			text = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		}
	}
	room := max(keySize, len(text))
	if len(text) == 0 || kind == Path && len(text) >= keySize { // the key itself, of KeyBits, has room behind keyAt
		return nil, fmt.Errorf("%w: the key's text has %d bytes", ErrSize, len(text))
	}
	digest := sha256.New()
	if _, err := io.Copy(digest, r); err != nil {
		return nil, err
	}
	signed, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest.Sum(nil))
	if err != nil {
		return nil, err
	}
	b := make([]byte, blockSize)
	for at, n := range map[int]int{
		offLength: blockSize, offSignature: signatureAt, offSignature + 4: len(signed), offKey: keyAt, offKey + 4: room, offKind: int(kind),
		blockSize - tailSize: blockSize,
	} {
		binary.BigEndian.PutUint32(b[at:], uint32(n))
	}
	copy(b, mark)
	copy(b[blockSize-markSize:], mark)
	copy(b[signatureAt:], signed)
	copy(b[keyAt:], text)
	return b, nil
}

// PublicKey is the key that a block holds itself, nil when it names one on AIX.
func (b *Block) PublicKey() *rsa.PublicKey {
	if key, err := ParseKey(bytes.TrimRight(b.Key, "\x00")); err == nil {
		return key
	}
	return nil
}
