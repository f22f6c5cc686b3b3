// Package signature knows the two forms in which AIX keeps the signature of a file: the Digital Signature Block at the end of an installp image (from
// AIX 7.3 TL1 on), and the file beside an interim fix, X.sig. Both are RSA with SHA-256, as "openssl dgst -sha256 -verify" checks it.
//
// IBM's pages of dsblkgen and "AIX trusted installation and update" say what the block is for, and a published dump of one ("The Digital Signature
// Block", powercampus.de, 2025) how it is laid out; what its numbers mean is an inference from that dump. No block made by AIX was at hand.
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

// The errors that callers can test for.
var (
	// ErrKey: this is no public key of RSA.
	ErrKey = errors.New("not an RSA public key")
	// ErrOther: the signature is not that of this file by this key.
	ErrOther = errors.New("the signature is not this key's for this file")
)

// The layout of a block (the dump). Numbers are big-endian.
const (
	mark     = "INUTUEYE" // at both ends
	markSize = 8

	offLength    = 8  // u32: of the block, 0x400 in the dump; the same again before the mark at the end
	offSignature = 16 // u32 offset in the block, u32 length: 0x100, 0x100
	offKey       = 24 // u32 offset, u32 length: 0x200, 0x100
	offKind      = 32 // u32: 2 in the dump, whose key is a path
	headSize     = 36
	tailSize     = 4 + markSize

	least, most = headSize + tailSize, 1 << 16 // most: an inference; the dump's has 1024
)

// Block is a Digital Signature Block.
type Block struct {
	Offset    int64 // in the file: what is before it was signed
	Size      int64
	Kind      uint32 // of the key, as the block says
	Key       []byte // a path on AIX, or the key itself
	Signature []byte
}

// KeyPath is where the key lies on AIX, "" when the block holds the key itself.
func (b *Block) KeyPath() string {
	if bytes.HasPrefix(b.Key, []byte("/")) {
		return string(b.Key)
	}
	return ""
}

// Find looks for a block at the end of a file; nil when there is none.
func Find(r io.ReaderAt, size int64) (*Block, error) {
	if size < least {
		return nil, nil
	}
	tail := make([]byte, tailSize)
	if err := readAt(r, tail, size-tailSize); err != nil {
		return nil, err
	}
	length := int64(binary.BigEndian.Uint32(tail))
	if string(tail[4:]) != mark || length < least || length > min(most, size) {
		return nil, nil
	}
	b := make([]byte, length)
	if err := readAt(r, b, size-length); err != nil {
		return nil, err
	}
	u32 := func(at int) int64 { return int64(binary.BigEndian.Uint32(b[at:])) }
	if string(b[:markSize]) != mark || u32(offLength) != length {
		return nil, nil
	}
	part := func(at int) []byte {
		offset, n := u32(at), u32(at+4)
		if offset < headSize || offset > length-tailSize-n {
			return nil
		}
		return b[offset:][:n]
	}
	block := &Block{Offset: size - length, Size: length, Kind: uint32(u32(offKind)), Signature: part(offSignature), Key: part(offKey)}
	block.Key = bytes.TrimRight(block.Key, "\x00 \n")
	if block.Signature == nil {
		return nil, nil
	}
	return block, nil
}

func readAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// ParseKey reads a public key or a certificate, in PEM or DER.
func ParseKey(data []byte) (*rsa.PublicKey, error) {
	if block, _ := pem.Decode(data); block != nil {
		data = block.Bytes
	}
	if key, err := x509.ParsePKIXPublicKey(data); err == nil {
		return rsaKey(key)
	}
	if key, err := x509.ParsePKCS1PublicKey(data); err == nil {
		return key, nil
	}
	if certificate, err := x509.ParseCertificate(data); err == nil {
		return rsaKey(certificate.PublicKey)
	}
	return nil, ErrKey
}

func rsaKey(key any) (*rsa.PublicKey, error) {
	if key, ok := key.(*rsa.PublicKey); ok {
		return key, nil
	}
	return nil, fmt.Errorf("%w: it is of another kind, %T", ErrKey, key)
}

// Verify reports whether a key has signed what r holds. The error is ErrOther when it has not, else one of r.
func Verify(key *rsa.PublicKey, signature []byte, r io.Reader) error {
	digest := sha256.New()
	if _, err := io.Copy(digest, r); err != nil {
		return err
	}
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest.Sum(nil), signature) != nil {
		return ErrOther
	}
	return nil
}
