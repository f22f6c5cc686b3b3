// Package release knows the releases of sendmail that can be built: each is a directory patches/<version> whose release.toml
// pins where the source comes from and what it must be.
//
// Adding a release is adding a directory; nothing here names one.
package release

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Release is what is pinned of one release of sendmail.
type Release struct {
	Version string    `toml:"version"` // such as "8.15.2"; also the name of its directory
	Date    time.Time `toml:"date"`
	Size    int64     `toml:"size"`   // of the tarball, in bytes
	SHA256  string    `toml:"sha256"` // of the tarball, in hexadecimal; "" when none is pinned
	SHA512  string    `toml:"sha512"` // the same, or "" when it is not known
	Tree    string    `toml:"tree"`   // hash of the unpacked tree; see package tree
	URLs    []string  `toml:"urls"`   // where the tarball may be had, best first: https, http, file, or apt:<path in a Debian archive>

	Signature Signature `toml:"signature"`

	// OpenSSL is the versions of OpenSSL that this release compiles with, as a range such as "<1.1.0"; "" for all. The series of
	// patches may widen it.
	OpenSSL string `toml:"openssl"`

	Dir   string `toml:"-"` // the release's directory
	Files string `toml:"-"` // listing of the pristine tree, whose SHA-256 is Tree
}

// IsBare reports whether no tarball is pinned: the tree alone is known, and the user must say where it is.
func (r *Release) IsBare() bool { return r.SHA256 == "" }

// Signature is what is needed to check who made the tarball. The zero value means that nobody's signature is known.
type Signature struct {
	URLs        []string `toml:"urls"`        // detached OpenPGP signatures of the compressed tarball, in the same forms as those of the tarball
	Fingerprint string   `toml:"fingerprint"` // of the one key that counts, in upper case hexadecimal
	Key         string   `toml:"key"`         // that public key, armoured; in the file the name of another one
	AcceptSHA1  bool     `toml:"accept_sha1"` // the signature was made over a SHA-1 digest, which alone would not be trusted today
}

const (
	tomlName  = "release.toml"
	filesName = "files.sha256"
)

// Load reads the release version from its directory below patchesDir.
func Load(patchesDir, version string) (*Release, error) {
	known, err := versions(patchesDir)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(known, version) {
		f := &fault.Error{
			Code: "release-unknown", What: fmt.Sprintf("there is no release %q", version), Where: patchesDir,
			Do: "choose one of " + strings.Join(known, ", "),
		}
		if nearest := fault.Nearest(version, known); nearest != "" {
			f.Do = fmt.Sprintf("did you mean %q? There are %s", nearest, strings.Join(known, ", "))
		}
		if len(known) == 0 {
			f.Do = "run this in the directory that holds patches/, or add a release there"
		}
		return nil, f
	}
	dir := filepath.Join(patchesDir, version)
	r, err := read(dir)
	if err != nil {
		return nil, err
	}
	if r.Version != version {
		return nil, invalid(filepath.Join(dir, tomlName), fmt.Errorf("version is %q in a directory named %q", r.Version, version))
	}
	return r, nil
}

// List reads all releases below patchesDir, oldest version first. Broken ones are reported together.
func List(patchesDir string) ([]*Release, error) {
	known, err := versions(patchesDir)
	if err != nil {
		return nil, err
	}
	rs, errs := make([]*Release, len(known)), make([]error, len(known))
	for i, v := range known {
		rs[i], errs[i] = Load(patchesDir, v)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return rs, nil
}

// versions names the directories that hold a release, oldest version first.
func versions(patchesDir string) ([]string, error) {
	entries, err := os.ReadDir(patchesDir)
	if err != nil {
		return nil, &fault.Error{
			Code: "release-directory", What: "cannot read the directory of releases", Where: patchesDir, Err: err,
			Do: "run this in the top directory of a checkout of sendmail-aix",
		}
	}
	var names []string
	for _, e := range entries {
		_, err := os.Stat(filepath.Join(patchesDir, e.Name(), tomlName))
		if err == nil {
			names = append(names, e.Name())
		} else if e.IsDir() && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("looking for releases: %w", err)
		}
	}
	slices.SortFunc(names, Compare)
	return names, nil
}

// Compare orders versions by their numbers, so that 8.9 is before 8.15 and 8.17.1 before 8.17.1.9.
func Compare(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	return slices.CompareFunc(as, bs, func(x, y string) int {
		m, errM := strconv.Atoi(x)
		n, errN := strconv.Atoi(y)
		if errM != nil || errN != nil {
			return strings.Compare(x, y)
		}
		return m - n
	})
}

// maxFile is ten times what the largest file of a release has, but for patches.
const maxFile = 4 << 20

// read loads what stands in a release's directory.
func read(dir string) (*Release, error) {
	name := filepath.Join(dir, tomlName)
	text, err := regular.Read(name, maxFile)
	if err != nil {
		return nil, invalid(name, err)
	}
	r, err := parse(text)
	if err != nil {
		return nil, invalid(name, err)
	}
	r.Dir = dir
	files, err := regular.Read(filepath.Join(dir, filesName), maxFile)
	if err != nil {
		return nil, invalid(name, fmt.Errorf("listing of the pristine tree: %w", err))
	}
	if sum := sha256.Sum256(files); hex.EncodeToString(sum[:]) != r.Tree {
		return nil, invalid(name, fmt.Errorf("tree is %s, but %s beside it has the hash %x", r.Tree, filesName, sum))
	}
	r.Files = string(files)
	if file := r.Signature.Key; file != "" {
		key, err := regular.Read(filepath.Join(dir, file), maxFile)
		if err != nil {
			return nil, invalid(name, fmt.Errorf("signing key: %w", err))
		}
		r.Signature.Key = string(key)
	}
	return r, nil
}

func invalid(where string, err error) error {
	return &fault.Error{
		Code: "release-invalid", What: "the description of a release is invalid", Where: where, Err: err,
		Do: "correct the file; another release's release.toml shows how it should look",
	}
}
