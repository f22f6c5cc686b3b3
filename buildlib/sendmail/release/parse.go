package release

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tomlfile"
)

// parse reads release.toml strictly. Of the key it has the name of the file, which lies beside it.
func parse(text []byte) (*Release, error) {
	r := new(Release)
	if err := tomlfile.Decode(text, r); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	r.Date = r.Date.UTC()
	return r, nil
}

var (
	versionForm     = regexp.MustCompile(`^[0-9]+(\.[0-9]+)+$`)
	sha256Form      = regexp.MustCompile(`^[0-9a-f]{64}$`)
	sha512Form      = regexp.MustCompile(`^[0-9a-f]{128}$`)
	rangeForm       = regexp.MustCompile(`^((>=|<)[0-9]{1,6}(\.[0-9]{1,6}){0,5}( |$)){1,2}$`)
	keyForm         = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	fingerprintForm = regexp.MustCompile(`^[0-9A-F]{40}$`)
)

// check finds everything that is wrong at once.
func (r *Release) check() error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	need(versionForm.MatchString(r.Version), "version %q is not of numbers and dots", r.Version)
	need(!r.Date.IsZero(), "date is missing: the release's day, as 2015-07-03T00:00:00Z")
	// TOML takes a time without a zone for one of the reader's own: it would be another moment on each machine.
	need(r.Date.Location() != time.Local, "date %s says no time zone: put Z behind it", r.Date.Format(time.DateTime))
	bare := r.IsBare() && r.Size == 0 && r.SHA512 == "" && len(r.URLs) == 0 // all of it, or nothing
	need(bare || r.Size > 0, "size %d is not a number of bytes", r.Size)
	need(bare || sha256Form.MatchString(r.SHA256), "sha256 %q is not 64 lower case hexadecimal digits", r.SHA256)
	need(r.SHA512 == "" || sha512Form.MatchString(r.SHA512), "sha512 %q is not 128 lower case hexadecimal digits", r.SHA512)
	need(sha256Form.MatchString(r.Tree), "tree %q is not 64 lower case hexadecimal digits", r.Tree)
	need(r.OpenSSL == "" || rangeForm.MatchString(r.OpenSSL) && !strings.HasSuffix(r.OpenSSL, " "),
		"openssl %q is not a range of versions: >=VERSION, <VERSION, or both with a blank between them", r.OpenSSL)
	need(bare || len(r.URLs) > 0, "urls is empty: nothing says where the source comes from")
	for _, u := range slices.Concat(r.URLs, r.Signature.URLs) {
		errs = append(errs, checkURL(u))
	}
	s := r.Signature
	if len(s.URLs) > 0 || s.Fingerprint != "" || s.Key != "" || s.AcceptSHA1 {
		need(len(s.URLs) > 0, "signature.urls is empty")
		need(fingerprintForm.MatchString(s.Fingerprint), "signature.fingerprint %q is not 40 upper case hexadecimal digits", s.Fingerprint)
		need(keyForm.MatchString(s.Key), "signature.key %q is not the name of a file beside release.toml", s.Key)
	}
	return errors.Join(errs...)
}

// checkURL takes the addresses that package fetch can try.
func checkURL(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("address: %w", err)
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host != "" && u.Path != "" && !strings.HasSuffix(u.Path, "/") {
			return nil
		}
	case "file":
		if u.Host == "" && path.IsAbs(u.Path) {
			return nil
		}
	case "apt":
		if u.Opaque != "" && path.Clean(u.Opaque) == u.Opaque && !strings.HasPrefix(u.Opaque, "..") {
			return nil
		}
	}
	return fmt.Errorf("address %q is none of http://host/path, https://host/path, file:///path, apt:path/in/the/archive", address)
}
