package imagetool

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/signature"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Signature is one of an image or an interim fix.
type Signature struct {
	Form   Form   `json:"form"`
	Offset int64  `json:"offset,omitempty"` // of a block
	Size   int64  `json:"size,omitempty"`
	Key    string `json:"key,omitempty"` // where the key is on AIX, as the block says
	State  State  `json:"state,omitempty"`
}

// Form is where a signature is.
type Form string

// The forms.
const (
	BlockForm Form = "block" // a Digital Signature Block at the image's end
	FileForm  Form = "file"  // a file beside it, X.sig
)

// State is what came of verifying a signature.
type State string

// The states.
const (
	Unchecked State = "unchecked" // no key was given
	Good      State = "good"
	Bad       State = "bad"
)

// String tells what the signature is.
func (s *Signature) String() string {
	if s.Form == FileForm {
		return "signed, by a file beside it"
	}
	by := "a key that it holds itself"
	if s.Key != "" {
		by = "the key " + s.Key
	}
	return fmt.Sprintf("signed: a Digital Signature Block of %d bytes at offset %d, by %s", s.Size, s.Offset, by)
}

// unsigned gives the image without its signature block, and that.
func (m *Image) unsigned() (*io.SectionReader, *signature.Block, error) {
	block, err := signature.Find(m, m.Size())
	if err != nil || block == nil {
		return io.NewSectionReader(m, 0, m.Size()), nil, err
	}
	return io.NewSectionReader(m, 0, block.Offset), block, nil
}

// key reads the public key of a file, none for "".
func key(file string) (*rsa.PublicKey, error) {
	if file == "" {
		return nil, nil
	}
	text, err := regular.Read(file, 1<<20)
	if err == nil {
		var k *rsa.PublicKey
		if k, err = signature.ParseKey(text); err == nil {
			return k, nil
		}
	}
	return nil, &fault.Error{Code: "image-key", What: "cannot read the public key", Where: file, Err: fault.Reason(err), Do: "name a public key of RSA or a certificate, in PEM or DER"}
}

// verifySignature looks at the signature of an image, or of an interim fix, whose signature lies beside it. What is signed is data. There is none
// of a file without one.
func (m *Image) verifySignature(k *rsa.PublicKey, block *signature.Block, data io.Reader) (*Signature, error) {
	s := &Signature{Form: BlockForm, State: Unchecked}
	var sum []byte
	if block != nil {
		s.Offset, s.Size, s.Key, sum = block.Offset, block.Size, block.KeyPath(), block.Signature
	} else {
		var err error
		s.Form = FileForm
		switch sum, err = regular.Read(m.Name+".sig", 1<<16); {
		case m.Name == Stdin || errors.Is(err, fs.ErrNotExist):
			s = nil
		case err != nil:
			return nil, &fault.Error{Code: "image-signature", What: "cannot read the signature", Where: m.Name + ".sig", Err: fault.Reason(err), Do: "get it again, or remove it"}
		}
	}
	switch {
	case k == nil:
		return s, nil
	case s == nil:
		return nil, &fault.Error{Code: "image-signature", What: "there is no signature to verify by the key", Where: m.Name, Finding: true, Do: "get the signed file, or its .sig as well"}
	}
	switch err := signature.Verify(k, sum, data); {
	case errors.Is(err, signature.ErrOther):
		s.State = Bad
		return s, &fault.Error{
			Code: "image-signature", What: "the signature is not that of this file by this key", Where: m.Name, Finding: true, Do: "do not install it; get it again from where it was made, and the key from elsewhere",
		}
	case err != nil:
		return nil, err
	}
	s.State = Good
	return s, nil
}
