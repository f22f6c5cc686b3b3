package signing

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/signature"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// KeyOnAIX is where a block says that the public key is, unless told otherwise: the directory is the one of IBM's page of dsblkgen.
const KeyOnAIX = "/etc/security/certificates/sendmail-aix.pem"

// SignedForAIX is a copy of an image with a Digital Signature Block at its end.
type SignedForAIX struct {
	Image  string `json:"image"` // the copy
	SHA256 string `json:"sha256"`
	Before string `json:"before"`           // SHA-256 of the image without the block
	Record string `json:"record,omitempty"` // of both, where the image has one
	Key    string `json:"key"`              // the public key, as a file to bring to AIX
	OnAIX  string `json:"on_aix,omitempty"` // where AIX looks for it; none when the block holds the key
}

// WriteText shows the copy, as sha256sum -c reads it, and what to do with the key.
func (s *SignedForAIX) WriteText(w io.Writer) error {
	if s.OnAIX != "" {
		fmt.Fprintf(w, "public key: %s, which goes to %s on each AIX machine\n", fault.Line(s.Key), fault.Line(s.OnAIX))
	} else {
		fmt.Fprintf(w, "public key: %s, and in the image\n", fault.Line(s.Key))
	}
	_, err := fmt.Fprintf(w, "%s  %s\n", s.SHA256, fault.Line(s.Image))
	return err
}

// SignForAIX writes a copy of an image with a Digital Signature Block, into the directory signed beside it, with its digest, a record of both, and the
// public key. public is where that is on AIX, "" for [KeyOnAIX], or pem or der when the block is to hold it.
func SignForAIX(ctx context.Context, image, keyFile, public string) (*SignedForAIX, error) {
	if public == "" {
		public = KeyOnAIX
	}
	kind, ok := map[string]signature.Kind{"pem": signature.PEM, "der": signature.DER}[public]
	if !ok {
		if kind = signature.Path; !path.IsAbs(public) || path.Clean(public) != public || strings.ContainsFunc(public, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil, &fault.Error{Code: "sign-public", What: "this says not where AIX finds the public key", Where: "-public", Found: public, Do: "give a path there, as in " + KeyOnAIX + ", or pem or der to put the key into the image"}
		}
	}
	key, err := private(keyFile)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(filepath.Dir(image), "signed")
	s := &SignedForAIX{Image: filepath.Join(dir, filepath.Base(image)), Key: filepath.Join(dir, "sendmail-aix.pem")}
	if kind == signature.Path {
		s.OnAIX, s.Key = public, filepath.Join(dir, path.Base(public))
	}
	if s.Before, err = regular.Sum(ctx, image); err != nil {
		return nil, unreadable(image, err)
	}
	r, err := record.Load(base(image) + ".record.toml")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r = nil
	case err != nil:
		return nil, err
	case r.SHA256 != s.Before:
		return nil, &fault.Error{
			Code: "sign-image", What: "the record beside the image is of another one", Where: image, Found: "sha256 " + s.Before + ", recorded is " + r.SHA256,
			Do: "get both again from where they were made, or make the image again",
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := s.copy(ctx, image, key, kind); err != nil {
		return nil, err
	}
	if s.SHA256, err = regular.Sum(ctx, s.Image); err != nil {
		return nil, err
	}
	return s, s.beside(r, key)
}

// private reads a private key.
func private(file string) (*rsa.PrivateKey, error) {
	text, err := regular.Read(file, 1<<20)
	if err == nil {
		var key *rsa.PrivateKey
		if key, err = signature.ParsePrivate(text); err == nil {
			return key, nil
		}
	}
	f := &fault.Error{
		Code: "sign-key", What: "cannot sign with this key", Where: file, Err: fault.Reason(err),
		Do: fmt.Sprintf("name a private RSA key of %d bits; openssl genrsa -out KEY %[1]d makes one", signature.KeyBits),
	}
	if errors.Is(err, signature.ErrLocked) {
		f.Do = "give it without the password for as long as this takes: openssl pkey -in KEY -out PLAIN, on a disk of memory"
	}
	return nil, f
}

// copy writes the image with a block behind it.
func (s *SignedForAIX) copy(ctx context.Context, image string, key *rsa.PrivateKey, kind signature.Kind) error {
	in, size, err := regular.Open(image)
	if err != nil {
		return unreadable(image, err)
	}
	defer in.Close() // only read
	data := regular.ReaderAt(ctx, in)
	first := make([]byte, 16)
	n, err := data.ReadAt(first, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if !bff.HasMagic(first[:n]) {
		return &fault.Error{Code: "sign-image", What: "this is no installp image", Where: image, Do: "name the .I file that package makes"}
	}
	if there, err := signature.Find(data, size); err != nil {
		return err
	} else if there != nil {
		return &fault.Error{Code: "sign-image", What: "the image has a Digital Signature Block already", Where: image, Do: "name the image as package made it"}
	}
	block, err := signature.Sign(key, io.NewSectionReader(data, 0, size), kind, s.OnAIX)
	if errors.Is(err, signature.ErrSize) {
		return &fault.Error{
			Code: "sign-key", What: "no block is made of this key", Where: "-aix, -public", Err: err,
			Do: fmt.Sprintf("take an RSA key of %d bits, and a path of less than 256 letters", signature.KeyBits),
		}
	}
	if err != nil {
		return err
	}
	out, err := tree.Begin(s.Image, 0o644)
	if err != nil {
		return err
	}
	defer out.Discard()
	if _, err := io.Copy(out, io.NewSectionReader(data, 0, size)); err != nil {
		return err
	}
	if _, err := out.Write(block); err != nil {
		return err
	}
	return out.Commit()
}

// beside writes what lies beside the copy.
func (s *SignedForAIX) beside(r *record.Record, key *rsa.PrivateKey) error {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	problems := []error{
		tree.WriteFile(s.Image+".sha256", []byte(s.SHA256+"  "+filepath.Base(s.Image)+"\n"), 0o644),
		tree.WriteFile(s.Key, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o644),
	}
	if r != nil {
		s.Record = base(s.Image) + ".record.toml"
		r.Signed = &record.Signed{SHA256: s.SHA256, Key: s.OnAIX}
		text, err := r.Marshal()
		problems = append(problems, err, tree.WriteFile(s.Record, text, 0o644))
	}
	return errors.Join(problems...)
}
