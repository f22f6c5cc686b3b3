package fetch

import (
	"bytes"
	"context"
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

const (
	signatureSuffix = ".sig"
	maxSignature    = 64 << 10
)

// errNotSignature is something that was stored where a signature should be, such as a web page.
var errNotSignature = errors.New("what is there is not an OpenPGP signature")

// cachedSignature checks the signature that was kept with a tarball of the cache. It does not go to the network for one that could not be
// had when the tarball came: that is not waited for each time. But one that has gone bad since it was kept is had again, as a tarball is.
func (f *Fetcher) cachedSignature(ctx context.Context, rel *release.Release, tarball string) (string, error) {
	if rel.Signature.Fingerprint == "" {
		return "", nil
	}
	name := f.cached(rel.SHA256) + signatureSuffix
	signature, err := regular.Read(name, maxSignature)
	switch {
	case err == nil:
		err = verify(ctx, rel, tarball, signature)
	case errors.Is(err, fs.ErrNotExist):
		f.Log.WithField("file", tarball).Debug("no signature in the cache; the pinned hash matches")
		return "", nil
	case errors.Is(err, fs.ErrPermission):
		return "", f.local(err)
	}
	if err == nil {
		f.Cache.Touch(name)
		return rel.Signature.Fingerprint, nil
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if fault.Code(err) != "" {
		return "", err // the release's key is no good
	}
	f.Log.WithField("file", name).WithError(err).Warn("signature in the cache is damaged, getting it again")
	if err := os.RemoveAll(name); err != nil {
		return "", f.local(err)
	}
	return f.newSignature(f.newTour(ctx, file{}), rel, tarball, "")
}

// newSignature gets a tarball's signature, checks it and keeps it. That none can be had is only a warning: the hash already matches.
func (f *Fetcher) newSignature(tarballs *tour, rel *release.Release, tarball, from string) (string, error) {
	s := rel.Signature
	if s.Fingerprint == "" {
		return "", nil
	}
	t := f.newTour(tarballs.ctx, file{name: "signature", limit: maxSignature})
	t.dead = tarballs.dead
	var found []byte
	for _, listed := range nearFirst(s.URLs, from) {
		part, address, err := t.find([]string{listed})
		if err != nil {
			return "", err
		}
		if part == "" {
			continue
		}
		signature, err := regular.Read(part, maxSignature)
		if err = errors.Join(err, removePart(part)); err != nil {
			return "", f.local(err)
		}
		err = verify(tarballs.ctx, rel, tarball, signature)
		if t.ctx.Err() != nil {
			return "", context.Cause(t.ctx)
		}
		if errors.Is(err, errNotSignature) {
			t.reason(address, err)
			continue
		}
		if err != nil {
			return "", signatureFault(rel, Shown(address), err)
		}
		found = signature
		break
	}
	if found == nil {
		f.Log.WithField("found", strings.Join(t.reasons, "; ")).Warn("no signature could be had; going by the pinned hash alone")
		return "", nil
	}
	name := f.cached(rel.SHA256) + signatureSuffix
	part := f.partName(name, rel.SHA256)
	if err := tree.WriteFile(part, found, 0o644); err != nil {
		return "", f.local(err)
	}
	f.Log.WithField("key", s.Fingerprint).Info("signature is good")
	return s.Fingerprint, f.keep(part, name)
}

// nearFirst puts the addresses of the kind or on the host that the tarball came from before the others.
func nearFirst(addresses []string, from string) []string {
	near := func(a string) bool {
		if strings.HasPrefix(a, "apt:") {
			return strings.Contains(from, strings.TrimSuffix(strings.TrimPrefix(a, "apt:"), ".asc"))
		}
		return hostOf(a) == hostOf(from)
	}
	var first, others []string
	for _, a := range addresses {
		if near(a) {
			first = append(first, a)
		} else {
			others = append(others, a)
		}
	}
	return append(first, others...)
}

// verify checks a detached signature over a tarball. It is good when the pinned key made it: whether the key could still make one
// today is not asked, since releases outlive the keys that signed them.
func verify(ctx context.Context, rel *release.Release, tarball string, signature []byte) error {
	key, err := pinnedKey(rel)
	if err != nil {
		return err
	}
	raw, made, err := readSignature(signature)
	if err != nil {
		return err
	}
	config := &packet.Config{Time: func() time.Time { return made }}
	in, _, err := regular.Open(tarball)
	if err != nil {
		return err
	}
	defer in.Close() // only read
	s, _, err := openpgp.VerifyDetachedSignature(openpgp.EntityList{key}, regular.Reader(ctx, in), bytes.NewReader(raw), config)
	if err != nil {
		return err
	}
	// go-crypto 1.5.2 has a list of refused digests, but this function of it does not look there.
	switch s.Hash {
	case crypto.SHA256, crypto.SHA384, crypto.SHA512, crypto.SHA3_256, crypto.SHA3_512:
		return nil
	case crypto.SHA1:
		if rel.Signature.AcceptSHA1 {
			return nil
		}
	}
	return weakError{s.Hash}
}

// weakError is a good signature over a digest that can be forged.
type weakError struct{ hash crypto.Hash }

func (e weakError) Error() string { return "the signature is over a " + e.hash.String() + " digest" }

// pinnedKey picks the one key out of the release's key file that has the pinned fingerprint.
func pinnedKey(rel *release.Release) (*openpgp.Entity, error) {
	ring, err := openpgp.ReadArmoredKeyRing(strings.NewReader(rel.Signature.Key))
	if err != nil {
		return nil, keyFault(rel, err)
	}
	for _, entity := range ring {
		if strings.EqualFold(hex.EncodeToString(entity.PrimaryKey.Fingerprint), rel.Signature.Fingerprint) {
			return entity, nil
		}
	}
	return nil, keyFault(rel, errors.New("no key in its key file has that fingerprint"))
}

func keyFault(rel *release.Release, err error) error {
	return &fault.Error{
		Code: "release-invalid", What: "release " + rel.Version + " has no usable signing key", Where: rel.Dir,
		Found: "pinned fingerprint " + rel.Signature.Fingerprint, Err: err, Do: "correct signature.fingerprint or the key file beside release.toml",
	}
}

// readSignature takes the armour off, where there is one, and reads when the first signature was made.
func readSignature(data []byte) (raw []byte, made time.Time, err error) {
	raw = data
	if bytes.Contains(data, []byte("-----BEGIN PGP SIGNATURE-----")) {
		block, err := armor.Decode(bytes.NewReader(data))
		if err != nil {
			return nil, made, fmt.Errorf("%w: %w", errNotSignature, err)
		}
		if raw, err = io.ReadAll(io.LimitReader(block.Body, maxSignature)); err != nil {
			return nil, made, fmt.Errorf("%w: %w", errNotSignature, err)
		}
	}
	p, err := packet.NewReader(bytes.NewReader(raw)).Next()
	if err != nil {
		return nil, made, fmt.Errorf("%w: %w", errNotSignature, err)
	}
	s, ok := p.(*packet.Signature)
	if !ok || s.IssuerKeyId == nil {
		return nil, made, errNotSignature
	}
	return raw, s.CreationTime, nil
}

// signatureFault tells a signature by another key from one that does not fit the file.
func signatureFault(rel *release.Release, where string, err error) error {
	if fault.Code(err) != "" {
		return err
	}
	f := &fault.Error{
		Code: "signature-bad", What: "the signature of sendmail " + rel.Version + " is not good", Where: where, Err: err,
		Do: "do not use this source before you know why: its hash is the pinned one, so either the pin or the signature was tampered with; ask upstream",
	}
	if _, weak := errors.AsType[weakError](err); weak {
		f.Code, f.Do = "signature-weak", "if that is known of this release, say accept_sha1 = true, and why, in the [signature] part of its release.toml"
	}
	if errors.Is(err, pgperrors.ErrUnknownIssuer) {
		f.Code, f.Found = "signature-key", "a signature by another key than "+rel.Signature.Fingerprint
	}
	return f
}
