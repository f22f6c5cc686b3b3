package release

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tomlfile"
)

// document is release.toml as it is written.
type document struct {
	Version   string    `toml:"version"`
	Date      time.Time `toml:"date"`
	Size      int64     `toml:"size"`
	SHA256    string    `toml:"sha256"`
	SHA512    string    `toml:"sha512"`
	Tree      string    `toml:"tree"`
	URLs      []string  `toml:"urls"`
	OpenSSL   string    `toml:"openssl"`
	Signature struct {
		URLs        []string `toml:"urls"`
		Fingerprint string   `toml:"fingerprint"`
		Key         string   `toml:"key"`
		AcceptSHA1  bool     `toml:"accept_sha1"`
	} `toml:"signature"`
}

// parse reads release.toml strictly, and returns the name of the key file beside it too.
func parse(text []byte) (*Release, string, error) {
	var d document
	if err := tomlfile.Decode(text, &d); err != nil {
		return nil, "", err
	}
	if err := d.check(); err != nil {
		return nil, "", err
	}
	s := d.Signature
	return &Release{
		Version: d.Version, Date: d.Date.UTC(), Size: d.Size, SHA256: d.SHA256, SHA512: d.SHA512, Tree: d.Tree, URLs: d.URLs,
		OpenSSL:   d.OpenSSL,
		Signature: Signature{URLs: s.URLs, Fingerprint: s.Fingerprint, AcceptSHA1: s.AcceptSHA1},
	}, s.Key, nil
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
func (d *document) check() error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	need(versionForm.MatchString(d.Version), "version %q is not of numbers and dots", d.Version)
	need(!d.Date.IsZero(), "date is missing: the release's day, as 2015-07-03T00:00:00Z")
	// TOML takes a time without a zone for one of the reader's own: it would be another moment on each machine.
	need(d.Date.Location() != time.Local, "date %s says no time zone: put Z behind it", d.Date.Format(time.DateTime))
	need(d.Size > 0, "size %d is not a number of bytes", d.Size)
	need(sha256Form.MatchString(d.SHA256), "sha256 %q is not 64 lower case hexadecimal digits", d.SHA256)
	need(d.SHA512 == "" || sha512Form.MatchString(d.SHA512), "sha512 %q is not 128 lower case hexadecimal digits", d.SHA512)
	need(sha256Form.MatchString(d.Tree), "tree %q is not 64 lower case hexadecimal digits", d.Tree)
	need(d.OpenSSL == "" || rangeForm.MatchString(d.OpenSSL) && !strings.HasSuffix(d.OpenSSL, " "),
		"openssl %q is not a range of versions: >=VERSION, <VERSION, or both with a blank between them", d.OpenSSL)
	need(len(d.URLs) > 0, "urls is empty: nothing says where the source comes from")
	for _, u := range d.URLs {
		errs = append(errs, checkURL(u))
	}
	s := d.Signature
	for _, u := range s.URLs {
		errs = append(errs, checkURL(u))
	}
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
