package fetch

import (
	"bytes"
	"context"
	"crypto"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// besides are the names that a detached signature has beside its tarball.
var besides = []string{signatureSuffix, ".asc"}

// Beside is the detached signature that lies beside the tarball of the source, and its address or path; nil when there is none.
func (s *Source) Beside(ctx context.Context) (signature []byte, where string, err error) {
	for _, suffix := range besides {
		switch where = s.Name + suffix; {
		case s.Kind == Archive:
			signature, err = regular.Read(where, maxSignature)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
		case s.Kind == Download && !strings.ContainsAny(s.Name, "?#"):
			var part string
			if part, _, err = s.f.newTour(ctx, file{name: "signature", limit: maxSignature}).find([]string{where}); err == nil && part != "" {
				signature, err = regular.Read(part, maxSignature)
				err = errors.Join(err, s.f.local(removePart(part)))
			}
		}
		if err != nil {
			return nil, "", err
		}
		if _, _, bad := readSignature(signature); bad == nil {
			return signature, where, nil
		}
	}
	return nil, "", nil
}

// SignedBy finds the key that made a detached signature over a tarball, and how it is to be checked; nil when it is none of them. One by such
// a key that is not good is a fault.
func SignedBy(ctx context.Context, version, tarball, where string, signature []byte, keys []release.Signature) (*release.Signature, error) {
	for _, key := range keys {
		key.AcceptSHA1 = false
		rel := &release.Release{Version: version, Dir: filepath.Dir(where), Signature: key}
		err := verify(ctx, rel, tarball, signature)
		if weak, ok := errors.AsType[weakError](err); ok && weak.hash == crypto.SHA1 { // it is good, apart from that
			key.AcceptSHA1, err = true, nil
		}
		switch {
		case err == nil:
			return &key, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case !errors.Is(err, pgperrors.ErrUnknownIssuer):
			return nil, &fault.Error{
				Code: "signature-bad", What: "the signature beside the tarball of sendmail " + version + " is not good", Where: Shown(where),
				Found: "one by the key " + key.Fingerprint, Err: err, Do: "get both again; if it stays so, do not use this tarball before you know why, and ask upstream",
			}
		}
	}
	return nil, nil
}

const (
	beginKey = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
	endKey   = "-----END PGP PUBLIC KEY BLOCK-----"
)

// Keys are the public keys in a text, as sendmail's PGPKEYS is one. What is no key that is understood is passed over.
func Keys(text []byte) (keys []release.Signature) {
	for {
		start := bytes.Index(text, []byte(beginKey))
		if start < 0 {
			return keys
		}
		text = text[start:]
		end := bytes.Index(text, []byte(endKey))
		if end < 0 {
			return keys
		}
		block := string(text[:end+len(endKey)]) + "\n"
		text = text[len(block)-1:]
		ring, _ := openpgp.ReadArmoredKeyRing(strings.NewReader(block))
		for _, entity := range ring {
			keys = append(keys, release.Signature{Fingerprint: strings.ToUpper(hex.EncodeToString(entity.PrimaryKey.Fingerprint)), Key: block})
		}
	}
}
