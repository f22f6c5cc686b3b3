// Package record writes down what an image was made of, beside the image, so that someone else can make the same one again.
package record

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tomlfile"
)

// format is raised when a record of an earlier project could be misunderstood.
const format = 1

// Record is everything that decided an image, and what came out. Paths in it are those of the checkout or of the target, never of
// the machine.
type Record struct {
	Format   int               `toml:"format"`
	Image    string            `toml:"image"`  // file name
	SHA256   string            `toml:"sha256"` // of the image
	Time     time.Time         `toml:"time"`   // the one time that everything in the image carries
	Settings map[string]string `toml:"settings"`
	Inputs   map[string]string `toml:"inputs"` // SHA-256, or tree hash, of source, patches, fragments and packaging files
	Tools    map[string]string `toml:"tools"`  // versions of what was run, or contents
	// Machine is the one that compiled, and Sysroot a hash for each directory of headers and libraries. Older records have neither.
	Machine map[string]string `toml:"machine,omitempty"`
	Sysroot map[string]string `toml:"sysroot,omitempty"`
	Files   map[string]string `toml:"files"` // SHA-256 of each installed file

	// Signed is the copy of the image that AIX verifies, where this record lies beside one.
	Signed *Signed `toml:"signed,omitempty"`
}

// Signed is a copy of an image with a Digital Signature Block at its end.
type Signed struct {
	SHA256 string `toml:"sha256"`
	Key    string `toml:"key"` // where the public key is on AIX; "" when the block holds it
}

const header = `# What this image was made of. "mage reproduce" with this file makes it again and compares.

`

// Marshal gives the record's text, the same for the same record.
func (r *Record) Marshal() ([]byte, error) {
	r.Format = format
	text, err := toml.Marshal(r) // it sorts the keys of maps
	if err != nil {
		return nil, fmt.Errorf("encoding the build record: %w", err)
	}
	return append([]byte(header), text...), nil
}

// maxRecord is a hundred times what a record has.
const maxRecord = 16 << 20

// Load reads a record from a file.
func Load(file string) (*Record, error) {
	text, err := regular.Read(file, maxRecord)
	if err != nil {
		do := "check the path"
		if errors.Is(err, fs.ErrNotExist) {
			do = "give the path of the .record.toml that lies beside an image"
		}
		return nil, &fault.Error{Code: "record-unreadable", What: "cannot read the build record", Where: file, Err: err, Do: do}
	}
	r, err := Parse(text)
	if err != nil {
		return nil, &fault.Error{
			Code: "record-damaged", What: "this is not a build record", Where: file, Err: err,
			Do: "give the path of the .record.toml that lies beside an image, as it was written",
		}
	}
	return r, nil
}

// Parse reads a record's text. A key that it does not know is an error: the record may be of a later project.
func Parse(text []byte) (*Record, error) {
	var r Record
	if err := tomlfile.Decode(text, &r); err != nil {
		return nil, err
	}
	switch {
	case r.Format != format:
		return nil, fmt.Errorf("it is in format %d, and this project reads format %d", r.Format, format)
	case !isDigest(r.SHA256):
		return nil, fmt.Errorf("sha256 = %q is not 64 hexadecimal digits", r.SHA256)
	case r.Signed != nil && !isDigest(r.Signed.SHA256):
		return nil, fmt.Errorf("signed.sha256 = %q is not 64 hexadecimal digits", r.Signed.SHA256)
	case r.Time.IsZero() || r.Time.Location() == time.Local: // TOML takes a time without a zone for one of the reader's own
		return nil, errors.New("time is missing, or says no time zone")
	case r.Image == "" || strings.ContainsAny(r.Image, "/\\"):
		return nil, fmt.Errorf("image = %q is not a file name", r.Image)
	case len(r.Settings) == 0 || len(r.Inputs) == 0 || len(r.Files) == 0:
		return nil, errors.New("settings, inputs or files are missing")
	}
	return &r, nil
}

func isDigest(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
